/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo.h"

#include <math.h>
#include <string.h>

#include "core/zone.h"
#include "scoring/slo_internal.h"
#include "scoring/wilson.h"

const char *slo_state_name(enum slo_state state)
{
    static const char *const names[] = {"OK", "WARNING", "BREACHED", "INSUFFICIENT_DATA"};
    return names[state];
}

const char *slo_burn_state_name(enum slo_burn_state state)
{
    static const char *const names[] = {"OK", "FIRING", "INSUFFICIENT_DATA"};
    return names[state];
}

const char *slo_verdict_name(enum slo_verdict verdict)
{
    static const char *const names[] = {"", "below", "above", "undecided"};
    return names[verdict];
}

double slo_fraction_value(struct slo_fraction f)
{
    return f.d ? (double)f.n / (double)f.d : NAN;
}

/* ── looking at facts ────────────────────────────────────────────────────────────────────────────
 */

static bool *words_of(struct arena *arena, const struct facts *facts, const char *const *texts)
{
    bool *is = arena_many(arena, facts_words(facts) + 1, bool);
    for (uint32_t w = 0; w < facts_words(facts); w++)
        is[w] = !texts || g_strv_contains(texts, facts_word(facts, w));
    return is;
}

static bool find_usage(const char *name, const char *const *usage, size_t n, int *out, GError **err)
{
    *out = -1;
    for (size_t i = 0; name && i < n; i++) {
        if (strcmp(usage[i], name) == 0)
            *out = (int)i;
    }
    return !name || *out >= 0 ||
           err_set(err, KENKO_ERROR_CONFIG, "slo.yaml: there is no usage metric '%s'", name);
}

static ssize_t find_account(const struct facts *facts, const char *key)
{
    const char *const *keys = facts_account_keys(facts);
    size_t low = 0, high = facts_accounts(facts);
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(keys[mid], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < facts_accounts(facts) && strcmp(keys[low], key) == 0 ? (ssize_t)low : -1;
}

/* A key that nobody has is a customer yet to come. */
static void fill_accounts(struct arena *arena, const struct facts *facts, const struct slo *s,
                          struct slo_view *view)
{
    size_t n = facts_accounts(facts);
    view->objective_1e9 = arena_many(arena, n + 1, int64_t);
    for (size_t a = 0; a < n; a++)
        view->objective_1e9[a] = s->objective_1e9;
    for (size_t i = 0; i < s->n_promises; i++) {
        for (const char *const *key = s->promise[i].accounts; *key; key++) {
            ssize_t a = find_account(facts, *key);
            if (a >= 0)
                view->objective_1e9[a] = s->promise[i].objective_1e9;
        }
    }
    view->exclusion_of = arena_many(arena, s->n_exclusions + 1, bool *);
    for (size_t i = 0; i < s->n_exclusions; i++) {
        if (!s->exclusion[i].accounts)
            continue;
        view->exclusion_of[i] = arena_many(arena, n + 1, bool);
        for (const char *const *key = s->exclusion[i].accounts; *key; key++) {
            ssize_t a = find_account(facts, *key);
            if (a >= 0)
                view->exclusion_of[i][a] = true;
        }
    }
}

struct slo_lens *slo_lens_new(struct arena *arena, const struct slo_set *set,
                              const struct facts *facts, const struct zone *zone,
                              const char *const *usage, size_t n_usage, GError **err)
{
    struct slo_lens *lens = arena_one(arena, struct slo_lens);
    size_t n_runs;
    facts_runs(facts, &n_runs);
    *lens = (struct slo_lens){.set = set, .facts = facts, .zone = zone, .arena = arena};
    lens->view = arena_many(arena, set->n + 1, struct slo_view);
    lens->verdict = arena_many(arena, n_runs + 1, uint8_t);
    lens->faults = fault_index_new(arena, facts, &set->fault);
    for (size_t i = 0; i < set->n; i++) {
        const struct slo *s = &set->slo[i];
        struct slo_view *view = &lens->view[i];
        view->executor_ok = words_of(arena, facts, s->executors);
        view->is_good = words_of(arena, facts, s->good);
        view->is_bad = words_of(arena, facts, s->bad);
        fill_accounts(arena, facts, s, view);
        if (!find_usage(s->usage_good, usage, n_usage, &view->usage_good, err) ||
            !find_usage(s->usage_bad, usage, n_usage, &view->usage_bad, err) ||
            !find_usage(s->usage_total, usage, n_usage, &view->usage_total, err) ||
            !find_usage(s->usage_level, usage, n_usage, &view->usage_level, err))
            return NULL;
        int part = s->usage_good ? view->usage_good : view->usage_bad;
        if (part >= 0 &&
            facts_unit(facts, (size_t)part) != facts_unit(facts, (size_t)view->usage_total)) {
            err_set(err, KENKO_ERROR_CONFIG, "slo.yaml: %s: %s and %s differ in their decimals",
                    s->info.name, usage[part], usage[view->usage_total]);
            return NULL;
        }
    }
    return lens;
}

void slo_lens_at(struct slo_lens *lens, int64_t from, int64_t t)
{
    lens->t = t;
    fault_attribute(lens->faults, from, t, lens->verdict, NULL, NULL);
    slo_uptime_touches(lens);
}

const uint8_t *slo_lens_verdicts(const struct slo_lens *lens)
{
    return lens->verdict;
}

void slo_lens_faults(struct slo_lens *lens, int64_t from, fault_fn fn, void *context)
{
    fault_attribute(lens->faults, from, lens->t, lens->verdict, fn, context);
}

bool slo_is_excluded(const struct slo_lens *lens, size_t slo, uint32_t account, uint32_t connector,
                     int64_t at)
{
    const struct slo *s = &lens->set->slo[slo];
    for (size_t i = 0; i < s->n_exclusions; i++) {
        const struct slo_exclusion *x = &s->exclusion[i];
        bool *only = lens->view[slo].exclusion_of[i];
        if (at < x->from || at >= x->to || (only && !only[account]))
            continue;
        if (!x->connector || (connector != UINT32_MAX &&
                              strcmp(x->connector, facts_word(lens->facts, connector)) == 0))
            return true;
    }
    return false;
}

/* ── counting ────────────────────────────────────────────────────────────────────────────────────
 */

enum outcome { NOT_COUNTED, GOOD, BAD };

/* What a run is for an SLO, looked at before t. */
static enum outcome outcome_of(const struct slo_lens *lens, size_t slo, const struct facts_run *run,
                               int64_t t)
{
    const struct slo *s = &lens->set->slo[slo];
    const struct slo_view *view = &lens->view[slo];
    bool good = view->is_good[run->status], bad = view->is_bad[run->status];
    if (!view->executor_ok[run->executor])
        return NOT_COUNTED;
    switch (s->info.sli) {
    case SLO_QUEUE:
        if (run->started < t)
            return run->started - run->at <= s->threshold_us ? GOOD : BAD;
        /* What still waits is bad as soon as it waited too long; what never started may have been
         * called off. */
        return run->finished >= t && t - run->at > s->threshold_us ? BAD : NOT_COUNTED;
    case SLO_DURATION:
        if (!good || run->finished >= t || run->started == INT64_MAX)
            return NOT_COUNTED;
        return run->finished - run->started <= s->threshold_us ? GOOD : BAD;
    default:
        if (run->finished >= t)
            return NOT_COUNTED;
        return good ? GOOD : bad ? BAD : NOT_COUNTED;
    }
}

static void count_runs(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                       int64_t to, struct slo_count *out)
{
    size_t n, n_all, low = 0;
    const struct facts_run *run = facts_runs_of(lens->facts, account, &n);
    const struct facts_run *all = facts_runs(lens->facts, &n_all);
    bool by_verdict = lens->set->slo[slo].info.sli == SLO_SUCCESS;
    for (size_t high = n; low < high;) {
        size_t mid = (low + high) / 2;
        if (run[mid].at < from)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low; i < n && run[i].at < to; i++) {
        enum outcome outcome = outcome_of(lens, slo, &run[i], lens->t);
        if (outcome == NOT_COUNTED)
            continue;
        if (slo_is_excluded(lens, slo, (uint32_t)account, run[i].connector, run[i].at)) {
            out->excluded++;
            continue;
        }
        out->total++;
        if (outcome == BAD) {
            out->bad++;
            out->platform += !by_verdict || lens->verdict[&run[i] - all] == FAULT_PLATFORM;
        }
    }
}

static void count_usage(const struct slo_lens *lens, size_t slo, size_t account, int32_t day,
                        struct slo_count *out)
{
    const struct slo_view *view = &lens->view[slo];
    int part = view->usage_good >= 0 ? view->usage_good : view->usage_bad;
    int64_t total = facts_total(lens->facts, account, (size_t)view->usage_total, day, day + 1);
    int64_t of = facts_total(lens->facts, account, (size_t)part, day, day + 1);
    int64_t bad = view->usage_good >= 0 ? total - of : of;
    if (slo_is_excluded(lens, slo, (uint32_t)account, UINT32_MAX,
                        zone_day_start(lens->zone, day))) {
        out->excluded += total;
        return;
    }
    out->total += total;
    out->bad += CLAMP(bad, 0, total);
}

static void count_usage_day(const struct slo_lens *lens, size_t slo, size_t account, int32_t day,
                            struct slo_count *out)
{
    double v = facts_value(lens->facts, account, (size_t)lens->view[slo].usage_level, day);
    if (isnan(v))
        return;
    if (slo_is_excluded(lens, slo, (uint32_t)account, UINT32_MAX,
                        zone_day_start(lens->zone, day))) {
        out->excluded++;
        return;
    }
    out->total++;
    out->bad += v > lens->set->slo[slo].at_most;
}

/* Days [first, last) of an SLI that is counted by day. */
static void count_days(const struct slo_lens *lens, size_t slo, size_t account, int32_t first,
                       int32_t last, struct slo_count *out)
{
    enum slo_sli sli = lens->set->slo[slo].info.sli;
    if (sli == SLO_FRESHNESS)
        slo_freshness_count(lens, slo, account, first, last, out);
    for (int32_t day = first; day < last && sli != SLO_FRESHNESS; day++) {
        if (sli == SLO_USAGE)
            count_usage(lens, slo, account, day, out);
        else
            count_usage_day(lens, slo, account, day, out);
    }
}

static bool is_by_day(enum slo_sli sli)
{
    return sli == SLO_FRESHNESS || sli == SLO_USAGE || sli == SLO_USAGE_DAYS;
}

static void close_count(const struct slo_info *info, struct slo_count *out)
{
    if (!info->is_attributed)
        out->platform = 0;
    out->spent = info->only_platform ? out->platform : out->bad;
}

void slo_count(const struct slo_lens *lens, size_t slo, size_t account, int64_t from, int64_t to,
               struct slo_count *out)
{
    const struct slo_info *info = &lens->set->slo[slo].info;
    *out = (struct slo_count){0};
    to = MIN(to, lens->t);
    if (is_by_day(info->sli)) {
        int32_t first = zone_day(lens->zone, from);
        first += zone_day_start(lens->zone, first) < from;
        count_days(lens, slo, account, first, zone_day(lens->zone, to), out);
    } else if (info->sli == SLO_UPTIME) {
        slo_uptime_count(lens, slo, account, from, to, out);
    } else {
        count_runs(lens, slo, account, from, to, out);
    }
    close_count(info, out);
}

/* The window that ends at t: by day the whole days before it, whatever the clocks did. */
static void count_window(const struct slo_lens *lens, size_t slo, size_t account, int64_t window_us,
                         struct slo_count *out)
{
    const struct slo_info *info = &lens->set->slo[slo].info;
    int32_t last = zone_day(lens->zone, lens->t);
    if (!is_by_day(info->sli)) {
        slo_count(lens, slo, account, lens->t - window_us, lens->t, out);
        return;
    }
    *out = (struct slo_count){0};
    count_days(lens, slo, account, last - (int32_t)(window_us / DAY_US), last, out);
    close_count(info, out);
}

/* ── judging ─────────────────────────────────────────────────────────────────────────────────────
 */

static struct slo_fraction reduce(__int128 n, __int128 d)
{
    __int128 a = n < 0 ? -n : n, b = d;
    while (b) {
        __int128 rest = a % b;
        a = b;
        b = rest;
    }
    return d ? (struct slo_fraction){(int64_t)(n / a), (int64_t)(d / a)}
             : (struct slo_fraction){0, 0};
}

static const int64_t billion = 1000000000;

static struct slo_fraction burn_rate(const struct slo_count *c, int64_t objective_1e9)
{
    return reduce((__int128)c->spent * billion, (__int128)c->total * (billion - objective_1e9));
}

static enum slo_burn_state judge_burn(const struct slo_burn *b, const struct slo_burn_rule *rule,
                                      int64_t objective_1e9, int64_t min_events)
{
    const struct slo_count *both[] = {&b->over_long, &b->over_short};
    if (b->over_long.total < min_events)
        return SLO_BURN_INSUFFICIENT;
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        /* spent / total / (1 - objective) > factor */
        __int128 burns = (__int128)both[i]->spent * billion * 1000000;
        __int128 allowed = (__int128)both[i]->total * (billion - objective_1e9) * rule->factor_1e6;
        if (both[i]->total == 0 || burns <= allowed)
            return SLO_CALM;
    }
    return SLO_FIRING;
}

static enum slo_state judge(const struct slo *s, const struct slo_result *r, size_t burns)
{
    if (r->count.total < s->min_events)
        return SLO_INSUFFICIENT_DATA;
    if (r->budget_left.n < 0)
        return SLO_BREACHED;
    bool warn =
        (__int128)r->budget_left.n * billion < (__int128)s->warn_below_1e9 * r->budget_left.d;
    for (size_t i = 0; i < burns; i++)
        warn = warn || r->burn[i].state == SLO_FIRING;
    return warn ? SLO_WARNING : SLO_OK;
}

/* Everything that follows from the count and the first `burns` pairs. */
static void conclude(const struct slo *s, size_t burns, struct slo_result *r)
{
    const struct slo_count *c = &r->count;
    int64_t allowed_1e9 = billion - r->objective_1e9;
    r->sli = reduce(c->total - c->spent, c->total);
    r->budget_left = reduce((__int128)c->total * allowed_1e9 - (__int128)c->spent * billion,
                            (__int128)c->total * allowed_1e9);
    r->state = judge(s, r, burns);
    wilson_interval(c->total - c->spent, c->total, &r->wilson_low, &r->wilson_high);
    double promised = (double)r->objective_1e9 / 1e9;
    if (c->total > 0 && c->total < s->min_events)
        r->verdict = r->wilson_high < promised   ? SLO_BELOW
                     : r->wilson_low >= promised ? SLO_ABOVE
                                                 : SLO_UNDECIDED;
}

void slo_evaluate(const struct slo_lens *lens, size_t slo, size_t account, struct slo_result *r)
{
    const struct slo *s = &lens->set->slo[slo];
    int64_t objective = lens->view[slo].objective_1e9[account];
    *r = (struct slo_result){.objective_1e9 = objective};
    count_window(lens, slo, account, s->info.window_us, &r->count);
    for (size_t i = 0; i < s->info.n_burns; i++) {
        struct slo_burn *b = &r->burn[i];
        count_window(lens, slo, account, s->burn[i].long_us, &b->over_long);
        count_window(lens, slo, account, s->burn[i].short_us, &b->over_short);
        b->rate_long = burn_rate(&b->over_long, objective);
        b->rate_short = burn_rate(&b->over_short, objective);
        b->state = judge_burn(b, &s->burn[i], objective, s->min_events);
    }
    conclude(s, s->info.n_burns, r);
}

void slo_evaluate_span(const struct slo_lens *lens, size_t slo, size_t account, int64_t from,
                       int64_t to, struct slo_result *r)
{
    *r = (struct slo_result){.objective_1e9 = lens->view[slo].objective_1e9[account]};
    slo_count(lens, slo, account, from, to, &r->count);
    conclude(&lens->set->slo[slo], 0, r);
}
