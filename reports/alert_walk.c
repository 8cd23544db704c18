/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_walk.h"

#include <math.h>
#include <string.h>

#include "core/day.h"
#include "core/text.h"
#include "reports/alert_rows.h"

/* Where one scorecard has what is wanted. */
struct card {
    int ordinal[ALERT_NAMES_MAX]; /* from 1; 0: it has no such measure */
};

struct reader {
    struct alert_walk *walk;
    const struct alert_set *set;
    size_t n_days, n_metrics, n_slos, n_indicators;
    struct alert_day *day;
    bool *is_judged; /* by some rule */
    double *metric;
    char *does_apply, *is_burning, *indicator;
    const char **slo;
    GHashTable *cards; /* scorecard_id to struct card */
    const char *units[ALERT_NAMES_MAX];
    int64_t account_id; /* 0: none yet */
};

/* ── which days ──────────────────────────────────────────────────────────────────────────────────
 */

static bool is_judged(const struct alert_walk *w, int32_t day)
{
    for (size_t i = 0; i < w->n_rules; i++) {
        if (day >= w->rule[i].first)
            return true;
    }
    return false;
}

/* Does judging `day` look back on `before`? */
static bool is_seen_from(const struct alert_walk *w, int32_t before, int32_t day)
{
    int32_t ago = day - before;
    for (size_t i = 0; i < w->n_rules; i++) {
        const struct alert_when *when = &w->rule[i].rule->when;
        if (day < w->rule[i].first)
            continue;
        if ((when->band_from.n > 0 && ago <= when->band_days) ||
            (when->drop_days > 0 && ago >= when->drop_days &&
             ago <= when->drop_days + ALERT_GAP_DAYS))
            return true;
    }
    return false;
}

static bool is_needed(const struct alert_walk *w, const struct q_alert_days_rows *all, size_t i)
{
    if (is_judged(w, all->row[i].as_of))
        return true;
    for (size_t k = i + 1; k < all->n; k++) {
        if (is_judged(w, all->row[k].as_of) &&
            is_seen_from(w, all->row[i].as_of, all->row[k].as_of))
            return true;
    }
    return false;
}

static bool choose_days(struct reader *r, GError **err)
{
    struct alert_walk *w = r->walk;
    struct q_alert_days_rows all;
    int32_t first = w->last;
    for (size_t i = 0; i < w->n_rules; i++)
        first = MIN(first, w->rule[i].first);
    if (!q_alert_days(w->arena, w->db, first - ALERT_FOREVER_DAYS, w->last, &all, err))
        return false;
    r->day = arena_many(w->arena, all.n, struct alert_day);
    r->is_judged = arena_many(w->arena, all.n, bool);
    w->from = w->to = ALERT_NEVER;
    for (size_t i = 0; i < all.n; i++) {
        if (!is_needed(w, &all, i))
            continue;
        bool judged = is_judged(w, all.row[i].as_of);
        r->is_judged[r->n_days] = judged;
        r->day[r->n_days++].as_of = all.row[i].as_of;
        w->days += judged && all.row[i].as_of >= w->loud_from;
        if (judged && all.row[i].as_of >= w->loud_from) {
            w->from = w->from == ALERT_NEVER ? all.row[i].as_of : w->from;
            w->to = all.row[i].as_of;
        }
    }
    return true;
}

/* ── what of a result is wanted ──────────────────────────────────────────────────────────────────
 */

static struct card *card_of(struct reader *r, int64_t scorecard_id)
{
    struct card *card = g_hash_table_lookup(r->cards, &scorecard_id);
    if (card)
        return card;
    int64_t *key = arena_one(r->walk->arena, int64_t);
    *key = scorecard_id;
    card = arena_one(r->walk->arena, struct card);
    g_hash_table_insert(r->cards, key, card);
    return card;
}

static bool refuse_metric(const struct reader *r, const char *metric, GError **err)
{
    struct q_alert_measure_names_rows rows;
    if (!q_alert_measure_names(r->walk->arena, r->walk->db, r->walk->last, &rows, err))
        return false;
    const char **names = arena_many(r->walk->arena, rows.n + 1, const char *);
    for (size_t i = 0; i < rows.n; i++)
        names[i] = rows.row[i].metric;
    g_autofree char *hint = text_hint(metric, names);
    return err_set(err, KENKO_ERROR_CONFIG,
                   "alerts.yaml: metric %s is behind no measure of the published scorecards, so "
                   "its values are not kept%s",
                   metric, hint);
}

/* A measure of that name goes before one whose metric has it. */
static bool choose_measures(struct reader *r, GError **err)
{
    const struct alert_names *metrics = &r->set->metrics;
    const struct db_texts wanted = {metrics->n, metrics->name, NULL};
    bool found[ALERT_NAMES_MAX] = {false};
    struct q_alert_measures_rows rows;
    if (metrics->n == 0)
        return true;
    if (!q_alert_measures(r->walk->arena, r->walk->db, r->walk->last, &wanted, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        struct card *card = card_of(r, rows.row[i].scorecard_id);
        for (size_t k = 0; k < metrics->n; k++) {
            bool is_measure = strcmp(rows.row[i].name, metrics->name[k]) == 0;
            if (!is_measure && strcmp(rows.row[i].metric, metrics->name[k]) != 0)
                continue;
            found[k] = found[k] || rows.row[i].is_current;
            r->units[k] = rows.row[i].unit;
            if (is_measure || card->ordinal[k] == 0)
                card->ordinal[k] = rows.row[i].ordinal;
        }
    }
    for (size_t k = 0; k < metrics->n; k++) {
        if (!found[k])
            return refuse_metric(r, metrics->name[k], err);
    }
    return true;
}

/* ── rows ────────────────────────────────────────────────────────────────────────────────────────
 */

static void put_metrics(struct reader *r, const struct q_alert_read_row *row, struct alert_day *day)
{
    double *value = r->metric + (size_t)(day - r->day) * r->n_metrics;
    char *does_apply = r->does_apply + (size_t)(day - r->day) * r->n_metrics;
    const struct card *card = g_hash_table_lookup(r->cards, &row->scorecard_id);
    for (size_t k = 0; k < r->n_metrics; k++) {
        size_t at = card ? (size_t)card->ordinal[k] : 0;
        bool is_there = at > 0 && at <= row->metric_value.n && at <= row->metric_quality.n;
        const char *quality = is_there ? row->metric_quality.v[at - 1] : "not_applicable";
        bool is_null = is_there && row->metric_value.is_null && row->metric_value.is_null[at - 1];
        does_apply[k] = strcmp(quality, "not_applicable") != 0;
        value[k] = strcmp(quality, "ok") == 0 && !is_null ? row->metric_value.v[at - 1] : NAN;
    }
    day->metric = value;
    day->does_apply = does_apply;
}

static void put_flags(struct reader *r, const struct q_alert_read_row *row, struct alert_day *day)
{
    size_t at = (size_t)(day - r->day);
    const char **slo = r->slo + at * r->n_slos;
    char *is_burning = r->is_burning + at * r->n_slos;
    char *indicator = r->indicator + at * r->n_indicators;
    memset(slo, 0, r->n_slos * sizeof *slo);
    memset(is_burning, 0, r->n_slos);
    memset(indicator, ALERT_UNSET, r->n_indicators);
    for (size_t i = 0; !row->slos_is_null && i < row->slos.n; i++) {
        int k = alert_names_find(&r->set->slos, row->slos.v[i]);
        if (k < 0)
            continue;
        slo[k] = g_intern_string(row->slo_state.v[i]);
        is_burning[k] = *row->slo_firing.v[i] != '\0';
    }
    for (size_t i = 0; !row->indicators_is_null && i < row->indicators.n; i++) {
        int k = alert_names_find(&r->set->indicators, row->indicators.v[i]);
        if (k >= 0)
            indicator[k] = row->indicator_known.v[i] ? ALERT_SET : ALERT_UNKNOWN;
    }
    day->slo = slo;
    day->is_burning = is_burning;
    day->indicator = indicator;
}

static struct alert_day *find_day(struct reader *r, int32_t as_of)
{
    size_t low = 0, high = r->n_days;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->day[middle].as_of < as_of)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->n_days && r->day[low].as_of == as_of ? &r->day[low] : NULL;
}

const struct q_alert_accounts_row *alert_walk_account(const struct alert_walk *w,
                                                      int64_t account_id)
{
    size_t at =
        alert_rows_from(w->accounts.row, w->accounts.n, sizeof *w->accounts.row, account_id);
    if (at == w->accounts.n || w->accounts.row[at].account_id != account_id)
        return NULL;
    return w->accounts.row[at].is_there || w->has_past ? &w->accounts.row[at] : NULL;
}

bool alert_walk_says(enum alert_kind kind)
{
    return kind == ALERT_OPENED || kind == ALERT_ESCALATED || kind == ALERT_TOLD;
}

void alert_walk_count(struct alert_counts *counts, const struct alert_happening *what)
{
    counts->opened += what->kind == ALERT_OPENED;
    counts->escalated += what->kind == ALERT_ESCALATED;
    counts->resolved += what->kind == ALERT_RESOLVED;
    counts->no_data += what->kind == ALERT_NO_DATA_CAME;
    counts->told += what->is_told;
}

static bool is_among(const struct alert_names *names, const char *name)
{
    return names->n == 0 || alert_names_find(names, name) >= 0;
}

/* Judge one account's days by one rule. */
static void judge(struct reader *r, const struct q_alert_accounts_row *account, size_t n)
{
    struct alert_walk *w = r->walk;
    const struct alert_walk_rule *own = &w->rule[n];
    bool is_meant = is_among(&own->rule->segments, account->segment) &&
                    is_among(&own->rule->owners, account->owner);
    struct alert_state fresh, *state = w->state(w->context, r->account_id, n);
    alert_state_clear(&fresh);
    if (!state && !is_meant)
        return;
    state = state ? state : &fresh;
    const struct alert_state before = *state;
    for (size_t i = 0; i < r->n_days; i++) {
        struct alert_step step = {.day = r->day[i].as_of,
                                  .may_open = r->day[i].as_of >= own->opens,
                                  .is_loud = r->day[i].as_of >= w->loud_from,
                                  .silence = w->silence(w->context, r->account_id, n),
                                  .opened = &w->opened};
        if (!r->is_judged[i] || step.day < own->first)
            continue;
        if (!is_meant || !r->day[i].is_there)
            alert_state_end(state, "gone", &step);
        else
            alert_state_step(own->rule, alert_judge(own->rule, r->day, i), state, &step);
        const struct alert_facts facts = {account->name, r->day, i, r->units, w->currency};
        for (size_t k = 0; step.may_open && k < step.n; k++)
            w->happened(w->context, account, n, &facts, &step.happening[k]);
    }
    w->done(w->context, r->account_id, n, &before, state);
}

static void end_account(struct reader *r)
{
    struct alert_walk *w = r->walk;
    const struct q_alert_accounts_row *account = alert_walk_account(w, r->account_id);
    bool counts = false;
    if (r->account_id == 0)
        return;
    for (size_t n = 0; account && n < w->n_rules; n++)
        judge(r, account, n);
    for (size_t i = 0; i < r->n_days; i++) {
        counts = counts || (account && r->is_judged[i] && r->day[i].is_there &&
                            r->day[i].as_of >= w->loud_from);
        r->day[i].is_there = false;
    }
    w->judged += counts;
}

static bool on_row(void *context, const struct q_alert_read_row *row, GError **err)
{
    struct reader *r = context;
    if (row->account_id != r->account_id) {
        end_account(r);
        r->account_id = row->account_id;
    }
    struct alert_day *day = find_day(r, row->as_of);
    if (!day)
        return err_set(err, KENKO_ERROR_BUG, "a day that was not asked for came");
    day->is_there = true;
    day->band = g_intern_string(row->band);
    day->has_health = !row->effective_bp_is_null;
    day->effective_bp = row->effective_bp;
    day->scorecard_id = row->scorecard_id;
    day->has_risk = !row->p_churn_1e9_is_null;
    day->p_1e9 = row->p_churn_1e9;
    day->arr_minor = row->arr_minor;
    day->has_renewal = !row->renewal_on_is_null;
    day->renewal_on = row->renewal_on;
    if (r->n_metrics > 0)
        put_metrics(r, row, day);
    put_flags(r, row, day);
    return true;
}

/* {2026-11-23,2026-11-24} */
static char *days_text(const struct reader *r)
{
    char day[DAY_TEXT_SIZE];
    GString *out = g_string_new("{");
    for (size_t i = 0; i < r->n_days; i++)
        g_string_append_printf(out, "%s%s", i ? "," : "", day_format(r->day[i].as_of, day));
    return g_string_free(g_string_append_c(out, '}'), FALSE);
}

static char *names_text(const struct alert_names *names)
{
    GString *out = g_string_new("{");
    for (size_t i = 0; i < names->n; i++) {
        g_string_append(out, i ? ",\"" : "\"");
        for (const char *c = names->name[i]; *c; c++)
            g_string_append_printf(out, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        g_string_append_c(out, '"');
    }
    return g_string_free(g_string_append_c(out, '}'), FALSE);
}

static bool read_days(struct reader *r, GError **err)
{
    struct arena *arena = r->walk->arena;
    r->n_metrics = r->set->metrics.n;
    r->n_slos = r->set->slos.n;
    r->n_indicators = r->set->indicators.n;
    r->metric = arena_many(arena, r->n_days * r->n_metrics, double);
    r->does_apply = arena_many(arena, r->n_days * r->n_metrics, char);
    r->slo = arena_many(arena, r->n_days * r->n_slos, const char *);
    r->is_burning = arena_many(arena, r->n_days * r->n_slos, char);
    r->indicator = arena_many(arena, r->n_days * r->n_indicators, char);
    g_autofree char *days = days_text(r), *slos = names_text(&r->set->slos);
    g_autofree char *indicators = names_text(&r->set->indicators);
    if (!q_alert_read(r->walk->db, days, r->n_metrics > 0, slos, indicators, on_row, r, err))
        return false;
    end_account(r);
    return true;
}

bool alert_walk(struct alert_walk *walk, GError **err)
{
    struct reader reader = {
        .walk = walk, .set = walk->set, .cards = g_hash_table_new(g_int64_hash, g_int64_equal)};
    bool ok = q_alert_accounts(walk->arena, walk->db, &walk->accounts, err) &&
              choose_days(&reader, err) && choose_measures(&reader, err) && read_days(&reader, err);
    g_hash_table_destroy(reader.cards);
    return ok;
}
