/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/reason.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/format.h"

/* Points of health and log-odds below these are not named; a risk has risen by a point or more. */
enum { NAMED_BP = 50, RISEN_1E9 = 10000000, RISK_REASONS = 2 };
static const double RISK_NAMED = 0.2;

/* ── the change since the run before ──────────────────────────────────────────────────────────────
 */

static bool is_missing(const struct db_doubles *values, size_t i)
{
    return i >= values->n || (values->is_null && values->is_null[i]);
}

static void fill_day(const struct q_report_measures_rows *measures, const struct db_ints *bp,
                     const struct db_ints *contribution, const struct db_texts *quality,
                     struct change_day *out)
{
    out->n = MIN(measures->n, bp->n);
    for (size_t i = 0; i < out->n; i++) {
        const struct q_report_measures_row *m = &measures->row[i];
        out->measure[i] = (struct change_measure){
            .name = m->name,
            .group = m->group_name,
            .weight = m->weight,
            .group_weight = m->group_weight,
            .definition = m->definition_is_null ? NULL : m->definition,
            .counts = !(bp->is_null && bp->is_null[i]),
            .has_data = strcmp(quality->v[i], "ok") == 0 || strcmp(quality->v[i], "carried") == 0,
            .bp = bp->v[i],
            .contribution_bp = contribution->v[i]};
    }
}

bool reason_split(const struct report *r, const struct q_report_accounts_row *a, struct change *out)
{
    g_autoptr(GError) not_said = NULL;
    if (!r->config->split || a->health_bp_is_null || a->before_health_bp_is_null ||
        a->effective_bp_is_null || a->before_bp_is_null || a->before_measure_bp_is_null ||
        r->measures.n > CHANGE_MEASURES_MAX || r->before_measures.n > CHANGE_MEASURES_MAX)
        return false;
    struct change_day *before = arena_one(r->arena, struct change_day),
                      *after = arena_one(r->arena, struct change_day);
    *before = (struct change_day){.health_bp = a->before_health_bp, .effective_bp = a->before_bp};
    *after = (struct change_day){.health_bp = a->health_bp, .effective_bp = a->effective_bp};
    fill_day(&r->before_measures, &a->before_measure_bp, &a->before_contribution_bp,
             &a->before_metric_quality, before);
    fill_day(&r->measures, &a->measure_bp, &a->contribution_bp, &a->metric_quality, after);
    return r->config->split(before, NULL, after, out, &not_said);
}

ssize_t reason_now(const struct report *r, size_t before)
{
    for (size_t i = 0; i < r->measures.n; i++) {
        if (strcmp(r->measures.row[i].name, r->before_measures.row[before].name) == 0)
            return (ssize_t)i;
    }
    return -1;
}

const char *reason_value(const struct report *r, const struct q_report_measures_row *m,
                         const struct db_doubles *value, const struct db_texts *quality, size_t i)
{
    return is_missing(value, i)
               ? format_quality(r->language, quality->v[i])
               : format_known(r->arena, r->language, quality->v[i],
                              format_quantity(r->arena, r->language, value->v[i], m->unit));
}

/* The measure's sentence with its value, or "label: why there is none". */
static const char *sentence(const struct report *r, const struct q_report_accounts_row *a, size_t i)
{
    const struct q_report_measures_row *m = &r->measures.row[i];
    const char *words = report_words(r, m->sentence), *at = strstr(words, "{value}");
    if (is_missing(&a->metric_value, i) || !at)
        return report_say(r, MESSAGE_REASON_VALUE, "what", report_words(r, m->label), "value",
                          reason_value(r, m, &a->metric_value, &a->metric_quality, i), NULL);
    const char *value = format_value(r->arena, r->language, a->metric_value.v[i], m->unit);
    return format_known(
        r->arena, r->language, a->metric_quality.v[i],
        arena_printf(r->arena, "%.*s%s%s", (int)(at - words), words, value, at + 7));
}

/* Of measures whose data came or went: what they are called, and what those that came say. */
static const char *names(const struct report *r, const struct q_report_accounts_row *a,
                         const bool *named, bool with_value)
{
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < r->before_measures.n; i++) {
        if (!named[i])
            continue;
        ssize_t now = with_value ? reason_now(r, i) : -1;
        const char *name = report_words(r, r->before_measures.row[i].label);
        if (now >= 0)
            name = report_say(r, MESSAGE_REASON_FEATURE, "what", name, "value",
                              reason_value(r, &r->measures.row[now], &a->metric_value,
                                           &a->metric_quality, (size_t)now),
                              NULL);
        g_string_append_printf(out, "%s%s", out->len ? report_say(r, MESSAGE_LIST_COMMA, NULL) : "",
                               name);
    }
    return arena_strdup(r->arena, out->str);
}

const char *reason_data(const struct report *r, const struct q_report_accounts_row *a,
                        const struct change *change)
{
    const char *lost = names(r, a, change->lost, false),
               *gained = names(r, a, change->gained, true);
    const char *went = *lost ? report_say(r, MESSAGE_REASON_DATA_LOST, "what", lost, NULL) : "";
    const char *came =
        *gained ? report_say(r, MESSAGE_REASON_DATA_GAINED, "what", gained, NULL) : "";
    const char *between = *went && *came ? report_say(r, MESSAGE_LIST_SEMICOLON, NULL) : "";
    return arena_printf(r->arena, "%s%s%s", went, between, came);
}

/* ── the line ─────────────────────────────────────────────────────────────────────────────────────
 */

struct reason {
    size_t what;
    int cost; /* basis points, or log-odds in thousandths */
};

static int by_cost(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    return (x->what > y->what) - (x->what < y->what);
}

static void add(const struct report *r, GString *out, const char *text)
{
    g_string_append_printf(out, "%s%s", out->len ? report_say(r, MESSAGE_LIST_SEMICOLON, NULL) : "",
                           text);
}

static void add_points(const struct report *r, GString *out, const char *what, int bp)
{
    add(r, out,
        report_say(r, MESSAGE_REASON_POINTS, "what", what, "points", format_points(r->arena, bp),
                   NULL));
}

/* What the customer did: measures that took health, most first. */
static void add_behaviour(const struct report *r, const struct q_report_accounts_row *a,
                          const struct change *change, int max_reasons, GString *out)
{
    size_t n = MIN(r->before_measures.n, a->before_metric_value.n);
    struct reason *reason = arena_many(r->arena, n + 1, struct reason);
    for (size_t i = 0; i < n; i++)
        reason[i] = (struct reason){i, -change->part_bp[i]};
    qsort(reason, n, sizeof *reason, by_cost);
    for (size_t k = 0; k < n && (int)k < max_reasons && reason[k].cost >= NAMED_BP; k++) {
        size_t i = reason[k].what;
        ssize_t now = reason_now(r, i);
        if (now < 0)
            continue;
        const char *was = is_missing(&a->before_metric_value, i)
                              ? format_quality(r->language, a->before_metric_quality.v[i])
                              : format_value(r->arena, r->language, a->before_metric_value.v[i],
                                             r->before_measures.row[i].unit);
        add_points(r, out,
                   report_say(r, MESSAGE_REASON_WAS, "what", sentence(r, a, (size_t)now), "value",
                              was, NULL),
                   -reason[k].cost);
    }
}

/* The parts that are no doing of the customer's. */
static void add_other_parts(const struct report *r, const struct q_report_accounts_row *a,
                            const struct change *change, GString *out)
{
    const char *data = reason_data(r, a, change);
    if (*data && (abs(change->availability_bp) >= NAMED_BP || strcmp(a->band, "Unknown") == 0))
        add_points(r, out, data, change->availability_bp);
    if (abs(change->configuration_bp) >= NAMED_BP)
        add_points(r, out, report_say(r, MESSAGE_REASON_CONFIGURATION, NULL),
                   change->configuration_bp);
    if (abs(change->override_bp) >= NAMED_BP)
        add_points(r, out,
                   a->override_note_is_null ? report_say(r, MESSAGE_REASON_OVERRIDE_GONE, NULL)
                                            : a->override_note,
                   change->override_bp);
}

static bool add_change(const struct report *r, const struct q_report_accounts_row *a,
                       int max_reasons, GString *out)
{
    struct change change;
    bool fell = !a->effective_bp_is_null && !a->before_bp_is_null &&
                a->effective_bp <= a->before_bp - NAMED_BP;
    bool is_lost = !a->before_band_is_null && strcmp(a->band, "Unknown") == 0 &&
                   strcmp(a->before_band, "Unknown") != 0;
    if (!fell && !is_lost)
        return false;
    if (!reason_split(r, a, &change)) {
        if (r->run.scorecard_id != r->before.scorecard_id)
            add(r, out, report_say(r, MESSAGE_REASON_UNSPLIT, NULL));
        return false;
    }
    size_t length = out->len;
    if (is_lost)
        add_other_parts(r, a, &change, out);
    add_behaviour(r, a, &change, max_reasons, out);
    if (!is_lost)
        add_other_parts(r, a, &change, out);
    return out->len > length;
}

/* What health lacks most. */
static void add_costs(const struct report *r, const struct q_report_accounts_row *a,
                      int max_reasons, GString *out)
{
    size_t n = MIN(r->measures.n, a->lost_bp.n);
    struct reason *reason = arena_many(r->arena, n + 1, struct reason);
    for (size_t i = 0; i < n; i++)
        reason[i] = (struct reason){i, a->lost_bp.v[i]};
    qsort(reason, n, sizeof *reason, by_cost);
    for (size_t k = 0; k < n && (int)k < max_reasons && reason[k].cost >= NAMED_BP; k++)
        add(r, out,
            report_say(r, MESSAGE_REASON_COST, "what", sentence(r, a, reason[k].what), "points",
                       arena_printf(r->arena, "%.1f", reason[k].cost / 100.0), NULL));
}

/* ── churn risk ───────────────────────────────────────────────────────────────────────────────────
 */

static const char *feature(const struct report *r, size_t i, const struct db_doubles *value)
{
    const struct q_report_features_row *f = &r->features.row[i];
    const char *label = report_words(r, f->label);
    if (is_missing(value, i))
        return label;
    return report_say(r, MESSAGE_REASON_FEATURE, "what", label, "value",
                      format_quantity(r->arena, r->language, value->v[i], f->unit), NULL);
}

/* By how much a feature raises the risk, or has raised it since the run before. */
static double raise_of(const struct q_report_accounts_row *a, size_t i, bool since)
{
    double now = a->risk_contribution.v[i];
    return since ? now - a->before_risk_contribution.v[i] : now;
}

static bool add_features(const struct report *r, const struct q_report_accounts_row *a, bool since,
                         int max_reasons, GString *out)
{
    size_t n = MIN(r->features.n, a->risk_contribution.n);
    struct reason *reason = arena_many(r->arena, n + 1, struct reason);
    g_autoptr(GString) what = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        reason[i] = (struct reason){i, (int)lround(raise_of(a, i, since) * 1000)};
    qsort(reason, n, sizeof *reason, by_cost);
    for (size_t k = 0; k < n && (int)k < max_reasons && reason[k].cost >= RISK_NAMED * 1000; k++)
        g_string_append_printf(what, "%s%s",
                               what->len ? report_say(r, MESSAGE_LIST_COMMA, NULL) : "",
                               feature(r, reason[k].what, &a->risk_value));
    if (what->len == 0)
        return false;
    add(r, out,
        report_say(r, since ? MESSAGE_REASON_RISK_ROSE : MESSAGE_REASON_RISK, "what", what->str,
                   NULL));
    return true;
}

/* A contract that ends within the days that risk looks ahead, and did not a week before. */
static bool is_renewal_new(const struct report *r, const struct q_report_accounts_row *a)
{
    return !a->renewal_on_is_null && r->has_before &&
           a->renewal_on < r->run.as_of + REPORT_RISK_DAYS &&
           a->renewal_on >= r->before.as_of + REPORT_RISK_DAYS;
}

static bool is_risen(const struct q_report_accounts_row *a)
{
    return !a->p_churn_1e9_is_null && !a->before_p_1e9_is_null &&
           a->p_churn_1e9 >= a->before_p_1e9 + RISEN_1E9;
}

static void add_risk(const struct report *r, const struct q_report_accounts_row *a, int max_reasons,
                     GString *out)
{
    if (a->p_churn_1e9_is_null || a->risk_contribution_is_null)
        return;
    bool same_model = r->has_before && r->run.model_id == r->before.model_id &&
                      !a->before_risk_contribution_is_null &&
                      a->before_risk_contribution.n == a->risk_contribution.n;
    if (is_risen(a) && is_renewal_new(r, a))
        add(r, out,
            report_say(r, MESSAGE_REASON_RENEWAL, "day", report_day(r, false, a->renewal_on),
                       NULL));
    if (!(is_risen(a) && same_model && add_features(r, a, true, max_reasons, out)))
        add_features(r, a, false, max_reasons, out);
}

/* What changed comes before what has been so for long. */
const char *reason_line(const struct report *r, const struct q_report_accounts_row *a,
                        int max_reasons)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool fell = add_change(r, a, max_reasons, out), risk_first = !fell && is_risen(a);
    if (risk_first)
        add_risk(r, a, RISK_REASONS, out);
    if (!fell)
        add_costs(r, a, max_reasons, out);
    if (out->len == 0)
        add(r, out,
            report_say(r, a->effective_bp_is_null ? MESSAGE_REASON_NO_DATA : MESSAGE_REASON_NOTHING,
                       NULL));
    if (!risk_first)
        add_risk(r, a, RISK_REASONS, out);
    return arena_strdup(r->arena, out->str);
}
