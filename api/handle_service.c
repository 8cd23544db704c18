/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What customers were promised and got: incidents and the accounts they touched, both ways, service
 * levels, flags; and the portfolio of each day. */
#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

enum { TREND_DAYS = 365 };

static const char *const states[] = {"OK", "WARNING", "BREACHED", "INSUFFICIENT_DATA", NULL};
static const char *const kinds[] = {"risk", "opportunity", NULL};

static bool ask_incidents(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_incident_page_rows rows;
    return q_incident_page(a->arena, a->db, a->accounts, a->after_number, a->after_id, a->rows,
                           &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_incident_accounts(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_incident_accounts_rows rows;
    const char *incident = arena_printf(a->arena, "%s/%s", ask_param(a, "source")->text,
                                        ask_param(a, "incident")->text);
    return q_incident_accounts(a->arena, a->db, a->accounts, incident, a->after_id, a->rows, &rows,
                               err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_account_incidents(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_incidents_rows rows;
    return q_account_incidents(a->arena, a->db, a->account->account_id, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_slo(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_slo_page_rows rows;
    return q_slo_page(a->arena, a->db, a->accounts, ask_param(a, "slo")->text,
                      ask_param(a, "state")->text, a->after_number, a->after_id, a->rows, &rows,
                      err) &&
           ask_give(out, rows.n, rows.row);
}

/* The day that speaks, or the first one where nothing is published. */
static int32_t as_of(const struct ask *a)
{
    return a->snapshot ? a->snapshot->as_of : 0;
}

static bool ask_account_slo(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_slo_rows rows;
    const struct field_value *from = ask_param(a, "from");
    int32_t first = from->given ? (int32_t)from->number : as_of(a);
    return q_account_slo(a->arena, a->db, a->account->account_id, first, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_indicators(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_indicator_page_rows rows;
    return q_indicator_page(a->arena, a->db, a->accounts, ask_param(a, "indicator")->text,
                            ask_param(a, "kind")->text, a->after_number, a->after_id, a->rows,
                            &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_account_indicators(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_indicators_rows rows;
    return q_account_indicators(a->arena, a->db, a->account->account_id, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_trend(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_portfolio_days_rows rows;
    const struct field_value *from = ask_param(a, "from"), *to = ask_param(a, "to");
    int32_t last = to->given ? (int32_t)to->number : as_of(a);
    int32_t first = from->given ? (int32_t)from->number : last - TREND_DAYS;
    return q_portfolio_days(a->arena, a->db, a->accounts, first, last, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static const struct field page_params[] = {HANDLE_PAGE, {0}};
static const struct field incident_params[] = {
    {.name = "source", .kind = FIELD_TEXT, .in_path = true, .least = 1, .what = "Its source."},
    {.name = "incident", .kind = FIELD_TEXT, .in_path = true, .least = 1, .what = "Its id there."},
    HANDLE_PAGE,
    {0}};
static const struct field account_params[] = {HANDLE_KEY, HANDLE_LIST, {0}};
static const struct field slo_params[] = {
    {.name = "slo", .kind = FIELD_TEXT, .least = 1, .what = "This one only."},
    {.name = "state", .kind = FIELD_CHOICE, .choices = states, .what = "In this state."},
    HANDLE_PAGE,
    {0}};
static const struct field account_slo_params[] = {
    HANDLE_KEY,
    {.name = "from", .kind = FIELD_DAY, .what = "From this day on; that of the run by default."},
    HANDLE_LIST,
    {0}};
static const struct field indicator_params[] = {
    {.name = "indicator", .kind = FIELD_TEXT, .least = 1, .what = "This one only."},
    {.name = "kind", .kind = FIELD_CHOICE, .choices = kinds, .what = "Of this kind."},
    HANDLE_PAGE,
    {0}};
static const struct field trend_params[] = {
    {.name = "from", .kind = FIELD_DAY, .what = "First day; a year before to by default."},
    {.name = "to", .kind = FIELD_DAY, .what = "Last day; that of the newest run by default."},
    HANDLE_LIST,
    {0}};

ASK_SHAPE(incident, "Incident", incident_page);
ASK_SHAPE(touched, "TouchedAccount", incident_accounts);
ASK_SHAPE(account_incident, "AccountIncident", account_incidents);
ASK_SHAPE(slo, "ServiceLevel", slo_page);
ASK_SHAPE(account_slo, "AccountServiceLevel", account_slo);
ASK_SHAPE(indicator, "Indicator", indicator_page);
ASK_SHAPE(account_indicator, "AccountIndicator", account_indicators);
ASK_SHAPE(trend, "PortfolioDay", portfolio_days);

const struct endpoint handle_incidents = ASK_LIST(ask_incidents, incident, page_params, true);
const struct endpoint handle_incident_accounts =
    ASK_LIST(ask_incident_accounts, touched, incident_params, true);
const struct endpoint handle_account_incidents =
    ASK_LIST(ask_account_incidents, account_incident, account_params, false);
const struct endpoint handle_slo = ASK_LIST(ask_slo, slo, slo_params, true);
const struct endpoint handle_account_slo =
    ASK_LIST(ask_account_slo, account_slo, account_slo_params, false);
const struct endpoint handle_indicators =
    ASK_LIST(ask_indicators, indicator, indicator_params, true);
const struct endpoint handle_account_indicators =
    ASK_LIST(ask_account_indicators, account_indicator, account_params, false);
const struct endpoint handle_portfolio_history = ASK_LIST(ask_trend, trend, trend_params, false);
