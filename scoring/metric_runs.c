/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over a customer's runs. Windows hold the runs made in them; a run counts as ended when it
 * ended before the day. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/fault.h"
#include "scoring/metric_internal.h"
#include "scoring/slo_internal.h"
#include "scoring/wilson.h"

static bool *words_of(struct arena *arena, const struct facts *facts, const char *const *texts)
{
    bool *is = arena_many(arena, facts_words(facts) + 1, bool);
    for (uint32_t w = 0; w < facts_words(facts); w++)
        is[w] = g_strv_contains(texts, facts_word(facts, w));
    return is;
}

/* The ends of a pair such as "mysql->bigquery"; a single connector is both. */
static void split_pairs(struct arena *arena, const struct facts *facts,
                        struct metric_run_words *words)
{
    static const char *const arrows[] = {"->", "→", " to "};
    g_autoptr(GHashTable) number = g_hash_table_new(g_str_hash, g_str_equal);
    words->source = arena_many(arena, facts_words(facts) + 1, uint32_t);
    words->destination = arena_many(arena, facts_words(facts) + 1, uint32_t);
    for (uint32_t w = 0; w < facts_words(facts); w++) {
        const char *pair = facts_word(facts, w), *at = NULL;
        size_t length = 0;
        for (size_t i = 0; i < G_N_ELEMENTS(arrows) && !at; i++) {
            at = strstr(pair, arrows[i]);
            length = strlen(arrows[i]);
        }
        char *end[2] = {arena_strndup(arena, pair, at ? (size_t)(at - pair) : strlen(pair)),
                        arena_strdup(arena, at ? at + length : pair)};
        for (int i = 0; i < 2; i++) {
            g_strstrip(end[i]);
            if (!g_hash_table_contains(number, end[i]))
                g_hash_table_insert(number, end[i],
                                    GUINT_TO_POINTER(g_hash_table_size(number) + 1));
        }
        words->source[w] = GPOINTER_TO_UINT(g_hash_table_lookup(number, end[0]));
        words->destination[w] = GPOINTER_TO_UINT(g_hash_table_lookup(number, end[1]));
    }
}

struct metric_run_words *metric_run_words_make(struct arena *arena, const struct metric_set *set,
                                               const struct facts *facts)
{
    struct metric_run_words *words = arena_one(arena, struct metric_run_words);
    words->is_good = words_of(arena, facts, set->slo->fault.good);
    words->is_bad = words_of(arena, facts, set->slo->fault.bad);
    words->executor = arena_many(arena, set->n_metrics + 1, bool *);
    for (size_t i = 0; i < set->n_metrics; i++) {
        const struct metric *m = &set->metric[i];
        if (metric_kinds[m->kind].reads == METRIC_READS_RUNS)
            words->executor[i] = words_of(arena, facts, m->executors);
    }
    split_pairs(arena, facts, words);
    return words;
}

static int compare_definitions(const void *a, const void *b)
{
    const struct facts_run *x = *(const struct facts_run *const *)a,
                           *y = *(const struct facts_run *const *)b;
    if (x->definition != y->definition)
        return x->definition < y->definition ? -1 : 1;
    return (x > y) - (x < y); /* by time: they are sorted so */
}

void metric_runs_choose(struct metric_computing *c, size_t account)
{
    struct metric_runs *r = &c->runs;
    size_t n;
    const struct facts_run *run = facts_runs_of(c->facts, account, &n);
    if (n > r->room) {
        r->room = n * 2;
        r->run = g_renew(const struct facts_run *, r->run, r->room);
        r->number = g_renew(int64_t, r->number, r->room);
    }
    r->n = 0;
    for (size_t i = 0; i < n && run[i].at < c->start_us; i++)
        r->run[r->n++] = &run[i];
    if (r->n > 0)
        qsort(r->run, r->n, sizeof *r->run, compare_definitions);
}

static bool is_good(const struct metric_computing *c, const struct facts_run *run)
{
    return run->finished < c->start_us && c->words->is_good[run->status];
}

static bool is_bad(const struct metric_computing *c, const struct facts_run *run)
{
    return run->finished < c->start_us && c->words->is_bad[run->status];
}

static struct metric_answer count(const struct metric_computing *c, int64_t from)
{
    int n = 0;
    for (size_t i = 0; i < c->runs.n; i++)
        n += c->runs.run[i]->at >= from;
    return metric_ok(n);
}

/* With few runs, what Wilson's interval says at least. */
static struct metric_answer success(const struct metric_computing *c, const struct metric *m,
                                    int64_t from)
{
    const bool *executor = c->words->executor[m - c->set->metric];
    int64_t good = 0, total = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        if (run->at < from || !executor[run->executor])
            continue;
        good += is_good(c, run);
        total += is_good(c, run) || is_bad(c, run);
    }
    if (total == 0 || total >= m->min_events)
        return metric_quotient((double)good, (double)total);
    double low, high;
    wilson_interval(good, total, &low, &high);
    return metric_ok(low);
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Seconds that 95 in a hundred runs waited at most, of those that started. */
static struct metric_answer queue(const struct metric_computing *c, int64_t from)
{
    size_t n = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        if (run->at >= from && run->started < c->start_us)
            c->runs.number[n++] = run->started - run->at;
    }
    if (n == 0)
        return metric_no_data;
    qsort(c->runs.number, n, sizeof *c->runs.number, compare_int64);
    return metric_ok((double)c->runs.number[(size_t)ceil(0.95 * (double)n) - 1] / 1e6);
}

/* What succeeded runs moved; runs that do not say how much leave nothing to add up. */
static struct metric_answer moved(const struct metric_computing *c, const struct metric *m,
                                  int64_t from)
{
    __int128 sum = 0, skipped = 0;
    bool is_said = false;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        int64_t v = m->kind == KIND_RUN_BYTES ? run->bytes : run->rows;
        if (run->at < from || !is_good(c, run) || v < 0)
            continue;
        is_said = true;
        sum += v;
        skipped += MAX(run->skipped, 0);
    }
    if (m->kind == KIND_RUN_SKIPPED)
        return metric_quotient((double)skipped, (double)(sum + skipped));
    return is_said || c->runs.n == 0 || count(c, from).value == 0 ? metric_ok((double)sum)
                                                                  : metric_no_data;
}

static struct metric_answer connectors(const struct metric_computing *c, const struct metric *m,
                                       int64_t from)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_direct_hash, g_direct_equal);
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        uint32_t which = m->side == 's'   ? c->words->source[run->connector]
                         : m->side == 'd' ? c->words->destination[run->connector]
                                          : run->connector;
        if (run->at >= from && is_good(c, run))
            g_hash_table_add(seen, GUINT_TO_POINTER(which));
    }
    return metric_ok(g_hash_table_size(seen));
}

static struct metric_answer automation(const struct metric_computing *c, const struct metric *m,
                                       int64_t from)
{
    const bool *manual = c->words->executor[m - c->set->metric];
    double automatic = 0, total = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        total += run->at >= from;
        automatic += run->at >= from && !manual[run->executor];
    }
    return metric_quotient(automatic, total);
}

static struct metric_answer platform_fault(const struct metric_computing *c, int64_t from)
{
    size_t n;
    const struct facts_run *all = facts_runs(c->facts, &n);
    const uint8_t *verdict = slo_lens_verdicts(c->frame->slo);
    double ours = 0, total = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *run = c->runs.run[i];
        if (run->at < from || (!is_good(c, run) && !is_bad(c, run)))
            continue;
        total++;
        ours += is_bad(c, run) && verdict[run - all] == FAULT_PLATFORM;
    }
    return metric_quotient(ours, total);
}

struct metric_answer metric_runs_compute(const struct metric_computing *c, const struct metric *m,
                                         size_t a)
{
    int64_t from = zone_day_start(c->zone, metric_window_from(c, m));
    if (facts_first_run_day(c->facts, a) >= c->frame->as_of)
        return metric_no_data;
    switch (m->kind) {
    case KIND_RUN_COUNT:
        return count(c, from);
    case KIND_RUN_SUCCESS:
        return success(c, m, from);
    case KIND_RUN_QUEUE_P95:
        return queue(c, from);
    case KIND_RUN_ROWS:
    case KIND_RUN_BYTES:
    case KIND_RUN_SKIPPED:
        return moved(c, m, from);
    case KIND_RUN_CONNECTORS:
        return connectors(c, m, from);
    case KIND_RUN_AUTOMATION:
        return automation(c, m, from);
    case KIND_RUN_PLATFORM_FAULT:
        return platform_fault(c, from);
    default:
        return metric_definitions_compute(c, m);
    }
}
