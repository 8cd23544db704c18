/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/weekly_list.h"

#include <string.h>

#include "reports/reason.h"

enum { REASONS = 3 };

/* One list: its order, its words, where the whole of it is. */
struct list {
    const char *sort;
    enum message heading, caption;
    const char *all; /* of the API, after the base address; NULL: it lists no such thing */
    bool renewals;   /* with the day; reasons only where no list before told them */
};

static const struct report_column account_columns[] = {
    {MESSAGE_COLUMN_ACCOUNT, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_OWNER, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_HEALTH, COLUMN_NUMBER, TOPIC_ANY},
    {MESSAGE_COLUMN_CHANGE, COLUMN_NUMBER, TOPIC_ANY},
    {MESSAGE_COLUMN_BAND, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_MONEY},
    {MESSAGE_COLUMN_CHURN, COLUMN_NUMBER, TOPIC_RISK},
    {MESSAGE_COLUMN_WHY, COLUMN_UNDER, TOPIC_ANY}};

static const struct report_column renewal_columns[] = {
    {MESSAGE_COLUMN_ACCOUNT, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_OWNER, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_RENEWS, COLUMN_NUMBER, TOPIC_ANY},
    {MESSAGE_COLUMN_HEALTH, COLUMN_NUMBER, TOPIC_ANY},
    {MESSAGE_COLUMN_BAND, COLUMN_WORDS, TOPIC_ANY},
    {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_MONEY},
    {MESSAGE_COLUMN_CHURN, COLUMN_NUMBER, TOPIC_RISK},
    {MESSAGE_COLUMN_WHY, COLUMN_UNDER, TOPIC_ANY}};

static void add_account(const struct report *r, struct document *d, const struct list *list,
                        const struct q_report_accounts_row *a, bool is_told)
{
    const char *health = report_health(r, a->band, a->effective_bp_is_null, a->effective_bp);
    document_cell(d, a->name, report_link(r, a->key), TONE_PLAIN);
    document_cell(d, a->owner, NULL, TONE_PLAIN);
    if (list->renewals) {
        document_cell(d, report_day(r, a->renewal_on_is_null, a->renewal_on), NULL, TONE_PLAIN);
        document_cell(d, health, NULL, TONE_PLAIN);
    } else {
        const char *delta = report_delta(r, a);
        document_cell(d, health, NULL, TONE_PLAIN);
        document_cell(d, delta, NULL, g_str_has_prefix(delta, "▼") ? TONE_BAD : TONE_PLAIN);
    }
    document_cell(d, report_band(r, a->band), NULL, document_band_tone(a->band));
    if (r->run.has_money)
        document_cell(d, report_money(r, (double)a->arr_minor), NULL, TONE_PLAIN);
    if (report_tells(r, TOPIC_RISK))
        document_cell(d, report_risk(r, a), NULL, TONE_PLAIN);
    document_cell(d, is_told ? "" : reason_line(r, a, REASONS), NULL, TONE_PLAIN);
}

/* How many there are beside those shown, and where; `where` as list.all. */
static void add_rest(const struct report *r, struct document *d, const char *where, size_t shown,
                     int64_t all)
{
    const char *number = report_number(r, (int64_t)shown);
    if (all <= (int64_t)shown)
        return;
    if (where)
        document_note(d, "%s",
                      report_count(r, MESSAGE_LIST_REST_AT, all, "shown", number, "where",
                                   arena_printf(r->arena, "%s%s", r->config->base_url, where),
                                   NULL));
    else
        document_note(d, "%s", report_count(r, MESSAGE_LIST_REST, all, "shown", number, NULL));
}

/* told: keys of the accounts whose reasons stand further up. */
static bool add_list(const struct report *r, struct document *d, const struct list *list,
                     GHashTable *told, GError **err)
{
    struct q_report_accounts_rows rows;
    if (!report_accounts(r, list->sort, "", REPORT_ALL, r->config->top, &rows, err))
        return false;
    if (rows.n == 0 && strcmp(list->sort, "unknown") == 0)
        return true;
    document_heading(d, 2, report_say(r, list->heading, NULL));
    if (rows.n == 0) {
        document_text(d, "%s", report_say(r, MESSAGE_LIST_NOBODY, NULL));
        return true;
    }
    if (list->renewals)
        report_table(r, d, report_say(r, list->caption, NULL), renewal_columns,
                     G_N_ELEMENTS(renewal_columns));
    else
        report_table(r, d, report_say(r, list->caption, NULL), account_columns,
                     G_N_ELEMENTS(account_columns));
    for (size_t i = 0; i < rows.n; i++) {
        char *key = (char *)(uintptr_t)rows.row[i].key;
        add_account(r, d, list, &rows.row[i], list->renewals && g_hash_table_contains(told, key));
        g_hash_table_add(told, key);
    }
    add_rest(r, d, list->all, rows.n, rows.row[0].matching);
    return true;
}

static const char *how_it_left(const struct report *r, const struct q_report_left_row *l)
{
    if (l->is_merged)
        return report_say(r, MESSAGE_LEFT_MERGED, NULL);
    if (l->ended_on_is_null)
        return "";
    const char *day = report_day(r, false, l->ended_on);
    return *l->churn_reason
               ? report_say(r, MESSAGE_LEFT_ENDED_WHY, "day", day, "why", l->churn_reason, NULL)
               : report_say(r, MESSAGE_LEFT_ENDED, "day", day, NULL);
}

/* Who left, with what was said of them a week before: was it seen? */
static bool add_left(const struct report *r, struct document *d, GError **err)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_ACCOUNT, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_OWNER, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_HEALTH_BEFORE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_BAND_BEFORE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_ARR, COLUMN_NUMBER, TOPIC_MONEY},
        {MESSAGE_COLUMN_CHURN_BEFORE, COLUMN_NUMBER, TOPIC_ANY},
        {MESSAGE_COLUMN_HOW, COLUMN_UNDER, TOPIC_ANY}};
    struct q_report_left_rows rows;
    if (!r->has_before)
        return true;
    if (!report_left(r, REPORT_ALL, r->config->top, &rows, err))
        return false;
    document_heading(d, 2, report_say(r, MESSAGE_LEFT_HEADING, NULL));
    if (rows.n == 0) {
        document_text(d, "%s", report_say(r, MESSAGE_LIST_NOBODY, NULL));
        return true;
    }
    report_table(r, d, report_say(r, MESSAGE_LEFT_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_left_row *l = &rows.row[i];
        document_cell(d, l->name, NULL, TONE_PLAIN);
        document_cell(d, l->owner, NULL, TONE_PLAIN);
        document_cell(d, report_health(r, l->band, l->effective_bp_is_null, l->effective_bp), NULL,
                      TONE_PLAIN);
        document_cell(d, report_band(r, l->band), NULL, document_band_tone(l->band));
        if (r->run.has_money)
            document_cell(d, report_money(r, (double)l->arr_minor), NULL, TONE_PLAIN);
        document_cell(d, l->p_churn_1e9_is_null ? "–" : report_percent(r, l->p_churn_1e9), NULL,
                      TONE_PLAIN);
        document_cell(d, how_it_left(r, l), NULL, TONE_PLAIN);
    }
    add_rest(r, d, NULL, rows.n, rows.row[0].matching);
    return true;
}

bool weekly_list_add(const struct report *r, struct document *d, GError **err)
{
    bool risk = report_tells(r, TOPIC_RISK);
    const char *before = report_day(r, false, r->run.as_of + REPORT_RISK_DAYS);
    const struct list loss = {"loss",
                              r->run.has_money ? MESSAGE_LOSS_HEADING : MESSAGE_LIKELY_HEADING,
                              !r->run.has_money
                                  ? (risk ? MESSAGE_LIKELY_CAPTION : MESSAGE_LIKELY_CAPTION_HEALTH)
                              : risk ? MESSAGE_LOSS_CAPTION
                                     : MESSAGE_LOSS_CAPTION_HEALTH,
                              !risk              ? "/api/v1/accounts?sort=health"
                              : r->run.has_money ? "/api/v1/accounts?sort=-expected_loss"
                                                 : "/api/v1/accounts?sort=-churn_risk",
                              false},
                      fall = {"fall", MESSAGE_FALL_HEADING, MESSAGE_FALL_CAPTION, NULL, false},
                      unknown = {"unknown", MESSAGE_UNKNOWN_HEADING, MESSAGE_UNKNOWN_CAPTION,
                                 "/api/v1/accounts?band=Unknown", false},
                      renewal = {"renewal", MESSAGE_RENEWAL_HEADING, MESSAGE_RENEWAL_CAPTION,
                                 arena_printf(r->arena,
                                              "/api/v1/accounts?renewal_before=%s&sort=renewal",
                                              before),
                                 true};
    g_autoptr(GHashTable) told = g_hash_table_new(g_str_hash, g_str_equal);
    if (!add_list(r, d, &loss, told, err))
        return false;
    if (r->has_before && r->run.scorecard_id != r->before.scorecard_id)
        document_note(d, "%s", report_say(r, MESSAGE_FALL_OTHER_SCORECARD, NULL));
    else if (r->has_before && !add_list(r, d, &fall, told, err))
        return false;
    return add_list(r, d, &unknown, told, err) && add_left(r, d, err) &&
           (!r->run.has_money || add_list(r, d, &renewal, told, err));
}
