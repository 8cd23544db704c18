/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/digest.h"

#include <math.h>

#include "reports/format.h"
#include "reports/reason.h"

enum { LINES_MAX = 10, NAMES_MAX = 5, REASONS = 2 };

static void add_foot(const struct report *r, struct document *d)
{
    document_note(d, "%s",
                  report_say(r, MESSAGE_DIGEST_FOOT, "who", r->config->organisation, "run",
                             arena_printf(r->arena, "%" G_GINT64_FORMAT, r->run.run_id),
                             "scorecard", message_words_of(r->language, r->run.scorecard), NULL));
}

/* "2.1 % → 57.5 %" when it moved by a point or more, else as it is. */
static const char *risk_text(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->p_churn_1e9_is_null)
        return report_say(r, MESSAGE_DIGEST_NO_RISK, NULL);
    double now = (double)a->p_churn_1e9 / 1e7, before = (double)a->before_p_1e9 / 1e7;
    const char *p = format_percent(r->arena, r->language, now, 0);
    if (!a->before_p_1e9_is_null && fabs(now - before) >= 1)
        p = arena_printf(r->arena, "%s → %s", format_percent(r->arena, r->language, before, 0), p);
    return report_say(r, MESSAGE_DIGEST_RISK, "p", p, NULL);
}

const char *digest_state(const struct report *r, const struct q_report_accounts_row *a)
{
    const char *health = report_health(r, a->band, a->effective_bp_is_null, a->effective_bp);
    const char *delta = report_delta(r, a), *comma = report_say(r, MESSAGE_LIST_COMMA, NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out, "%s %s%s%s", report_band(r, a->band), health, *delta ? " " : "",
                           delta);
    if (r->run.has_money)
        g_string_append_printf(out, "%s%s", comma, report_money(r, (double)a->arr_minor));
    g_string_append_printf(out, "%s%s", comma, risk_text(r, a));
    return arena_strdup(r->arena, out->str);
}

static void add_rows(const struct report *r, struct document *d,
                     const struct q_report_accounts_rows *rows)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_ACCOUNT, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_STATE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_WHY, COLUMN_UNDER, TOPIC_ANY}};
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_accounts_row *a = &rows->row[i];
        document_cell(d, a->name, report_link(r, a->key), TONE_PLAIN);
        document_cell(d, digest_state(r, a), NULL, document_band_tone(a->band));
        document_cell(d, reason_line(r, a, REASONS), NULL, TONE_PLAIN);
    }
}

/* The names so far, and one more; those past the most are counted. */
static void add_name(const struct report *r, GString *names, size_t i, const char *name)
{
    if (i < NAMES_MAX)
        g_string_append_printf(names, "%s%s", i ? report_say(r, MESSAGE_LIST_COMMA, NULL) : "",
                               name);
}

static const char *with_rest(const struct report *r, const GString *names, int64_t all)
{
    return all <= NAMES_MAX ? names->str
                            : report_say(r, MESSAGE_LIST_AND_MORE, "what", names->str, "rest",
                                         report_number(r, all - NAMES_MAX), NULL);
}

/* Who left and whose data stopped: said in a line each, never silently missing. */
static void add_others(const struct report *r, struct document *d,
                       const struct q_report_accounts_rows *unknown,
                       const struct q_report_left_rows *left)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (size_t i = 0; i < unknown->n; i++)
        add_name(r, names, i, unknown->row[i].name);
    if (unknown->n > 0)
        document_text(d, "%s",
                      report_count(r, MESSAGE_DIGEST_UNKNOWN, unknown->row[0].matching, "names",
                                   with_rest(r, names, unknown->row[0].matching), NULL));
    g_string_truncate(names, 0);
    int64_t all = left->n ? left->row[0].matching : 0;
    for (size_t i = 0; i < left->n && !left->row[i].is_merged; i++)
        add_name(r, names, i, left->row[i].name);
    if (all == 0)
        return;
    document_text(
        d, "%s",
        r->run.has_money
            ? report_count(r, MESSAGE_DIGEST_LEFT_ARR, all, "names", with_rest(r, names, all),
                           "arr", report_money(r, (double)left->row[0].matching_minor), NULL)
            : report_count(r, MESSAGE_DIGEST_LEFT, all, "names", with_rest(r, names, all), NULL));
}

/* What the list is: who is worse, and of how many; without a run before, who may leave. */
static const char *opening(const struct report *r, const struct q_report_accounts_rows *rows)
{
    if (rows->n == 0)
        return report_say(r, r->has_before ? MESSAGE_DIGEST_NOTHING : MESSAGE_DIGEST_NOBODY, NULL);
    if (!r->has_before)
        return report_count(r, MESSAGE_DIGEST_LARGEST, (int64_t)rows->n, NULL);
    int64_t all = rows->row[0].matching;
    if (all > (int64_t)rows->n)
        return report_count(r, MESSAGE_DIGEST_WORSE_OF, all, "shown",
                            report_number(r, (int64_t)rows->n), NULL);
    return report_count(r, MESSAGE_DIGEST_WORSE, all, NULL);
}

bool digest_load(const struct report *r, int64_t staff_id, struct digest *out, GError **err)
{
    *out = (struct digest){0};
    return report_accounts(r, r->has_before ? "change" : "loss", "", staff_id, LINES_MAX,
                           &out->worse, err) &&
           (!r->has_before ||
            (report_accounts(r, "unknown", "", staff_id, NAMES_MAX, &out->unknown, err) &&
             report_left(r, staff_id, NAMES_MAX, &out->left, err)));
}

static struct q_report_accounts_rows
accounts_of(const struct report *r, const struct q_report_accounts_rows *each, int64_t staff_id)
{
    struct q_report_accounts_rows own = {
        .row = arena_many(r->arena, each->n, struct q_report_accounts_row)};
    for (size_t i = 0; i < each->n; i++) {
        if (each->row[i].staff_id == staff_id)
            own.row[own.n++] = each->row[i];
    }
    return own;
}

struct digest digest_of(const struct report *r, const struct digest *each, int64_t staff_id)
{
    struct digest own = {.worse = accounts_of(r, &each->worse, staff_id),
                         .unknown = accounts_of(r, &each->unknown, staff_id),
                         .left.row = arena_many(r->arena, each->left.n, struct q_report_left_row)};
    for (size_t i = 0; i < each->left.n; i++) {
        if (each->left.row[i].staff_id == staff_id)
            own.left.row[own.left.n++] = each->left.row[i];
    }
    return own;
}

bool digest_has_news(const struct digest *digest)
{
    return digest->worse.n + digest->unknown.n + digest->left.n > 0;
}

void digest_make(const struct report *r, const struct digest *digest, struct document *d)
{
    const char *day = report_day(r, false, r->run.as_of);
    d->title = r->owner ? report_say(r, MESSAGE_DIGEST_TITLE_OWNER, "day", day, "owner",
                                     r->owner->name, NULL)
                        : report_say(r, MESSAGE_DIGEST_TITLE, "day", day, NULL);
    document_heading(d, 1, d->title);
    document_text(d, "%s", opening(r, &digest->worse));
    if (digest->worse.n > 0)
        add_rows(r, d, &digest->worse);
    add_others(r, d, &digest->unknown, &digest->left);
    add_foot(r, d);
}
