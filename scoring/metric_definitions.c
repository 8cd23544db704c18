/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over what a customer has defined: how each definition's runs follow each other. */
#include <math.h>
#include <stdlib.h>

#include "scoring/metric_internal.h"

/* One definition's runs, by time. */
struct line {
    const struct facts_run *const *run;
    size_t n;
};

/* The next definition's runs from `i` on. */
static struct line line_at(const struct metric_computing *c, size_t i)
{
    size_t end = i;
    while (end < c->runs.n && c->runs.run[end]->definition == c->runs.run[i]->definition)
        end++;
    return (struct line){c->runs.run + i, end - i};
}

static bool is_good(const struct metric_computing *c, const struct facts_run *run)
{
    return run->finished < c->start_us && c->words->is_good[run->status];
}

static bool is_bad(const struct metric_computing *c, const struct facts_run *run)
{
    return run->finished < c->start_us && c->words->is_bad[run->status];
}

/* Errors at the end of a line, without a success since. */
static int open_errors(const struct metric_computing *c, struct line line)
{
    int errors = 0;
    for (size_t i = line.n; i-- > 0 && !is_good(c, line.run[i]);)
        errors += is_bad(c, line.run[i]);
    return errors;
}

struct definitions {
    int active;    /* a run made within the window */
    int succeeded; /* a success made within it */
    int dormant;   /* succeeded before, not within */
    int chronic;   /* active, and failing so long without a break */
};

static struct definitions survey(const struct metric_computing *c, const struct metric *m,
                                 int64_t from)
{
    struct definitions d = {0};
    for (size_t i = 0; i < c->runs.n;) {
        struct line line = line_at(c, i);
        bool active = false, now = false, before = false;
        for (size_t k = 0; k < line.n; k++) {
            bool within = line.run[k]->at >= from;
            active = active || within;
            now = now || (within && is_good(c, line.run[k]));
            before = before || (!within && is_good(c, line.run[k]));
        }
        d.active += active;
        d.succeeded += now;
        d.dormant += before && !now;
        d.chronic += active && open_errors(c, line) >= m->length;
        i += line.n;
    }
    return d;
}

/* Of the scheduled runs made in the window, whose last attempt succeeded: a run of another executor
 * of the list is the next slot, one by `retry` another attempt at this one. */
static struct metric_answer eventual(const struct metric_computing *c, const struct metric *m,
                                     int64_t from)
{
    const bool *executor = c->words->executor[m - c->set->metric];
    uint32_t retry = facts_word_find(c->facts, "retry");
    double good = 0, total = 0;
    for (size_t i = 0; i < c->runs.n; i++) {
        const struct facts_run *slot = c->runs.run[i];
        if (slot->at < from || !executor[slot->executor] || slot->executor == retry)
            continue;
        int outcome = is_good(c, slot) ? 1 : is_bad(c, slot) ? 0 : -1;
        for (size_t k = i + 1; k < c->runs.n; k++) {
            const struct facts_run *next = c->runs.run[k];
            if (next->definition != slot->definition ||
                (executor[next->executor] && next->executor != retry))
                break;
            if (next->executor == retry && (is_good(c, next) || is_bad(c, next)))
                outcome = is_good(c, next);
        }
        total += outcome >= 0;
        good += outcome == 1;
    }
    return metric_quotient(good, total);
}

/* Hours from a definition's first error to its next success, of what was broken at some time of the
 * window; what is broken still counts at its age. */
static struct metric_answer repair_time(const struct metric_computing *c, int64_t from)
{
    g_autofree double *hours = g_new(double, c->runs.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < c->runs.n;) {
        struct line line = line_at(c, i);
        int64_t broken = INT64_MAX;
        for (size_t k = 0; k <= line.n; k++) {
            bool over = k == line.n || is_good(c, line.run[k]);
            int64_t at = k == line.n ? c->start_us : line.run[k]->finished;
            if (over && broken != INT64_MAX && at >= from)
                hours[n++] = (double)(at - broken) / 3.6e9;
            if (over)
                broken = INT64_MAX;
            else if (is_bad(c, line.run[k]))
                broken = MIN(broken, at);
        }
        i += line.n;
    }
    metric_sort(hours, n);
    return n ? metric_ok(metric_median(hours, n)) : metric_no_data;
}

/* Median duration of a window's successes of definitions that succeeded in the window before, over
 * that of theirs then. */
static struct metric_answer duration_change(const struct metric_computing *c, int64_t from,
                                            int64_t before)
{
    g_autofree double *now = g_new(double, c->runs.n + 1), *then = g_new(double, c->runs.n + 1);
    size_t n_now = 0, n_then = 0;
    for (size_t i = 0; i < c->runs.n;) {
        struct line line = line_at(c, i);
        size_t begin_now = n_now, begin_then = n_then;
        for (size_t k = 0; k < line.n; k++) {
            const struct facts_run *run = line.run[k];
            if (!is_good(c, run) || run->started == INT64_MAX || run->at < before)
                continue;
            double took = (double)(run->finished - run->started);
            if (run->at >= from)
                now[n_now++] = took;
            else
                then[n_then++] = took;
        }
        if (n_now == begin_now || n_then == begin_then) {
            n_now = begin_now;
            n_then = begin_then;
        }
        i += line.n;
    }
    if (n_now == 0)
        return metric_no_data;
    metric_sort(now, n_now);
    metric_sort(then, n_then);
    return metric_quotient(metric_median(now, n_now), metric_median(then, n_then));
}

struct metric_answer metric_definitions_compute(const struct metric_computing *c,
                                                const struct metric *m)
{
    int32_t first = metric_window_from(c, m);
    int64_t from = zone_day_start(c->zone, first);
    struct definitions d;
    switch (m->kind) {
    case KIND_RUN_EVENTUAL_SUCCESS:
        return eventual(c, m, from);
    case KIND_RUN_MTTR:
        return repair_time(c, from);
    case KIND_RUN_DURATION_CHANGE:
        return duration_change(c, from, zone_day_start(c->zone, 2 * first - c->frame->as_of));
    default:
        d = survey(c, m, from);
    }
    switch (m->kind) {
    case KIND_RUN_CHRONIC:
        return metric_quotient(d.chronic, d.active);
    case KIND_RUN_DEFINITIONS:
        return metric_ok(d.succeeded);
    case KIND_RUN_DORMANT:
        return metric_ok(d.dormant);
    default: /* the share of what ever succeeded */
        return metric_quotient(d.dormant, d.succeeded + d.dormant);
    }
}
