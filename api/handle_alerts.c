/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts: what is open and what was, and what people say to one. */
#include <string.h>

#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

enum { NOTE_MAX = 8000, NAME_MAX_BYTES = 200 };

static const char *const states[] = {"open", "resolved", NULL};
static const char *const severities[] = {"info", "warning", "critical", NULL};

static bool ask_alerts(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_alert_page_rows rows;
    const int64_t *account = a->account ? &a->account->account_id : NULL;
    return q_alert_page(a->arena, a->db, a->accounts, ask_param(a, "state")->text,
                        ask_param(a, "rule")->text, ask_param(a, "severity")->text, account,
                        a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_alert(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_alert_get_row *row = arena_one(a->arena, struct q_alert_get_row);
    bool found;
    return q_alert_get(a->arena, a->db, a->accounts, ask_param(a, "alert_id")->number, row, &found,
                       err) &&
           ask_give(out, found, row);
}

/* What is said is said to an open alert that the caller may see. */
static bool find_open(struct ask *a, bool *found, GError **err)
{
    struct q_alert_get_row row;
    int64_t alert_id = ask_param(a, "alert_id")->number;
    if (!q_alert_get(a->arena, a->db, a->accounts, alert_id, &row, found, err))
        return false;
    return !*found || strcmp(row.state, "open") == 0 ||
           err_set(err, KENKO_ERROR_CONFLICT, "the alert is over");
}

static bool acknowledge(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_alert_acknowledge_row *row = arena_one(a->arena, struct q_alert_acknowledge_row);
    bool found;
    if (!find_open(a, &found, err))
        return false;
    if (!found)
        return ask_give(out, 0, NULL);
    return q_alert_acknowledge(a->arena, a->db, ask_param(a, "alert_id")->number,
                               ask_member(a, "note")->text, ask_int(a, ask_member(a, "until_on")),
                               a->request->principal.key_id, row, &found, err) &&
           ask_give(out, found, row);
}

static bool mute(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_alert_mute_row *row = arena_one(a->arena, struct q_alert_mute_row);
    bool found;
    if (!find_open(a, &found, err))
        return false;
    if (!found)
        return ask_give(out, 0, NULL);
    return q_alert_mute(a->arena, a->db, ask_param(a, "alert_id")->number,
                        ask_member(a, "reason")->text, (int32_t)ask_member(a, "until_on")->number,
                        a->request->principal.key_id, row, &found, err) &&
           ask_give(out, found, row);
}

#define FILTERS                                                                                    \
    {.name = "state",                                                                              \
     .kind = FIELD_CHOICE,                                                                         \
     .choices = states,                                                                            \
     .what = "open or resolved; all by default."},                                                 \
        {.name = "rule",                                                                           \
         .kind = FIELD_TEXT,                                                                       \
         .least = 1,                                                                               \
         .most = NAME_MAX_BYTES,                                                                   \
         .what = "Only of this rule."},                                                            \
    {                                                                                              \
        .name = "severity", .kind = FIELD_CHOICE, .choices = severities,                           \
        .what = "info, warning or critical."                                                       \
    }

static const struct field page_params[] = {FILTERS, HANDLE_PAGE, {0}};
static const struct field account_params[] = {HANDLE_KEY, FILTERS, HANDLE_PAGE, {0}};
static const struct field alert_params[] = {HANDLE_ID("alert_id", "The alert."), {0}};
static const struct field acknowledge_body[] = {
    {.name = "note", .kind = FIELD_TEXT, .most = NOTE_MAX, .what = "What is to be said to it."},
    {.name = "until_on",
     .kind = FIELD_DAY,
     .what = "Day from which its rule counts as unseen again for the account; without it the "
             "next alert does."},
    {0}};
static const struct field mute_body[] = {
    {.name = "reason",
     .kind = FIELD_TEXT,
     .required = true,
     .least = 1,
     .most = NAME_MAX_BYTES,
     .what = "Why."},
    {.name = "until_on",
     .kind = FIELD_DAY,
     .required = true,
     .what = "First day on which the rule is loud again for the account."},
    {0}};

ASK_SHAPE(alert, "Alert", alert_page);
ASK_SHAPE(alert_one, "AlertWithEvents", alert_get);
ASK_SHAPE(acknowledged, "Acknowledgement", alert_acknowledge);
ASK_SHAPE(muted, "Mute", alert_mute);

const struct endpoint handle_alerts = ASK_LIST(ask_alerts, alert, page_params, false);
const struct endpoint handle_account_alerts = ASK_LIST(ask_alerts, alert, account_params, false);
const struct endpoint handle_alert = ASK_ONE(ask_alert, alert_one, alert_params);
const struct endpoint handle_alert_acknowledge =
    ASK_MAKE(acknowledge, acknowledged, alert_params, acknowledge_body);
const struct endpoint handle_alert_mute = ASK_MAKE(mute, muted, alert_params, mute_body);
