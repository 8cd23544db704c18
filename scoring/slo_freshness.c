/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Freshness: was what a definition brings new enough at the end of a day? Expected is the usual gap
 * between its scheduled runs; late is more than one and a half of it and half an hour. */
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "scoring/slo_internal.h"

enum { USUAL_DAYS = 28, SCHEDULED_MIN = 3 };

static const int64_t slack_us = INT64_C(1800000000);

static int compare_definitions(const void *a, const void *b)
{
    const struct facts_run *x = *(const struct facts_run *const *)a,
                           *y = *(const struct facts_run *const *)b;
    if (x->definition != y->definition)
        return x->definition < y->definition ? -1 : 1;
    return (x > y) - (x < y); /* by time: they are sorted so */
}

static int compare_int64(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* One definition's runs of the SLO's executors, by time. */
struct line {
    const struct facts_run **run;
    size_t n;
    int64_t *gap; /* room for n */
};

/* The median gap between runs made within [from, to), the lower of two; -1: too few to say. */
static int64_t usual_gap(const struct line *line, int64_t from, int64_t to)
{
    size_t n = 0;
    int64_t before = INT64_MIN;
    for (size_t i = 0; i < line->n && line->run[i]->at < to; i++) {
        if (line->run[i]->at < from)
            continue;
        if (before != INT64_MIN)
            line->gap[n++] = line->run[i]->at - before;
        before = line->run[i]->at;
    }
    if (n + 1 < SCHEDULED_MIN)
        return -1;
    qsort(line->gap, n, sizeof *line->gap, compare_int64);
    return line->gap[(n - 1) / 2];
}

static int64_t last_success(const struct line *line, const bool *is_good, int64_t to)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < line->n && line->run[i]->at < to; i++) {
        if (is_good[line->run[i]->status] && line->run[i]->finished < to)
            last = MAX(last, line->run[i]->finished);
    }
    return last;
}

static void count_line(const struct slo_lens *lens, size_t slo, size_t account, struct line line,
                       int32_t first, int32_t last, struct slo_count *out)
{
    for (int32_t day = first; day < last; day++) {
        int64_t end = zone_day_start(lens->zone, day + 1);
        int64_t expected = usual_gap(&line, zone_day_start(lens->zone, day + 1 - USUAL_DAYS), end);
        if (expected < 0)
            continue;
        if (slo_is_excluded(lens, slo, (uint32_t)account, line.run[0]->connector, end - 1)) {
            out->excluded++;
            continue;
        }
        int64_t fresh = last_success(&line, lens->view[slo].is_good, end);
        out->total++;
        /* lag <= 1.5 expected + slack, in whole halves */
        out->bad += fresh == INT64_MIN || 2 * (end - fresh) > 3 * expected + 2 * slack_us;
    }
}

void slo_freshness_count(const struct slo_lens *lens, size_t slo, size_t account, int32_t first,
                         int32_t last, struct slo_count *out)
{
    size_t n, kept = 0;
    const struct facts_run *run = facts_runs_of(lens->facts, account, &n);
    g_autofree const struct facts_run **mine = g_new(const struct facts_run *, n + 1);
    g_autofree int64_t *gap = g_new(int64_t, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (lens->view[slo].executor_ok[run[i].executor])
            mine[kept++] = &run[i];
    }
    if (kept > 0)
        qsort(mine, kept, sizeof *mine, compare_definitions);
    for (size_t i = 0, end; i < kept; i = end) {
        for (end = i; end < kept && mine[end]->definition == mine[i]->definition;)
            end++;
        count_line(lens, slo, account, (struct line){mine + i, end - i, gap}, first, last, out);
    }
}
