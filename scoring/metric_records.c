/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over records: tickets, incidents, answers, sentiment, contacts, milestones. */
#include <math.h>

#include "scoring/metric_internal.h"

const struct facts_record *metric_records(const struct metric_computing *c, enum facts_kind kind,
                                          size_t a, size_t *n)
{
    const struct facts_record *row = c->record[kind];
    size_t low = 0, high = c->n_records[kind], first;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (row[mid].account < a)
            low = mid + 1;
        else
            high = mid;
    }
    first = low;
    while (low < c->n_records[kind] && row[low].account == a)
        low++;
    *n = low - first;
    return row + first;
}

static struct metric_answer over_answers(const struct metric_computing *c, const struct metric *m,
                                         size_t a, int64_t from_us)
{
    size_t n;
    const struct facts_record *r = metric_records(c, FACTS_ANSWER, a, &n);
    const char *tag = m->kind == KIND_NPS ? "nps" : "csat";
    double total = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].from < from_us || g_strcmp0(r[i].tag, tag) != 0)
            continue;
        count++;
        if (m->kind == KIND_CSAT)
            total += (double)r[i].n;
        else
            total += r[i].n >= 9 ? 100 : r[i].n <= 6 ? -100 : 0;
    }
    return count ? metric_ok(total / count) : metric_no_data;
}

static struct metric_answer over_sentiment(const struct metric_computing *c, size_t a)
{
    size_t n;
    const struct facts_record *r = metric_records(c, FACTS_SENTIMENT, a, &n);
    for (size_t i = n; i-- > 0;) {
        int32_t expires =
            r[i].to == INT64_MAX ? zone_day(c->zone, r[i].from) + 90 : (int32_t)r[i].to;
        return expires > c->frame->as_of ? metric_ok((double)r[i].n) : metric_no_data;
    }
    return metric_no_data;
}

static struct metric_answer count_records(const struct metric_computing *c, const struct metric *m,
                                          enum facts_kind kind, size_t a, int64_t from_us)
{
    size_t n;
    const struct facts_record *r = metric_records(c, kind, a, &n);
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        if (m->kind == KIND_OPEN_TICKETS)
            total += r[i].to >= c->start_us;
        else if (m->kind == KIND_INCIDENT_MINUTES)
            total += r[i].from >= from_us ? (double)r[i].n : 0;
        else
            total += m->kind == KIND_MILESTONES || r[i].from >= from_us;
    }
    return metric_ok(total);
}

struct metric_answer metric_records_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t a)
{
    enum facts_kind kind = metric_kinds[m->kind].record;
    if (!facts_has(c->facts, kind))
        return metric_no_data;
    size_t n;
    int64_t from_us = zone_day_start(c->zone, metric_window_from(c, m));
    switch (m->kind) {
    case KIND_NPS:
    case KIND_CSAT:
        return m->half_life_days ? metric_support_compute(c, m, a) : over_answers(c, m, a, from_us);
    case KIND_SENTIMENT:
        return over_sentiment(c, a);
    case KIND_TOUCH_DAYS: {
        const struct facts_record *r = metric_records(c, kind, a, &n);
        return n ? metric_ok((double)c->frame->as_of - zone_day(c->zone, r[n - 1].from))
                 : metric_no_data;
    }
    case KIND_TICKETS:
    case KIND_OPEN_TICKETS:
    case KIND_INCIDENTS:
    case KIND_INCIDENT_MINUTES:
    case KIND_MILESTONES:
        return count_records(c, m, kind, a, from_us);
    default:
        return metric_support_compute(c, m, a);
    }
}
