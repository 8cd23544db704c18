/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over usage by day. */
#include <math.h>

#include "scoring/metric_internal.h"

const struct facts_subject_day *metric_subject_days(const struct metric_computing *c,
                                                    size_t account, uint32_t usage, size_t *count)
{
    size_t n, first;
    const struct facts_subject_day *row = facts_subject_days(c->facts, &n);
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (row[mid].account < account || (row[mid].account == account && row[mid].usage < usage))
            low = mid + 1;
        else
            high = mid;
    }
    first = low;
    while (low < n && row[low].account == account && row[low].usage == usage)
        low++;
    *count = low - first;
    return row + first;
}

static struct metric_answer over_subjects(const struct metric_computing *c, const struct metric *m,
                                          size_t account)
{
    size_t n;
    const struct facts_subject_day *row = metric_subject_days(c, account, (uint32_t)m->usage, &n);
    int32_t to = c->frame->as_of, from = metric_window_from(c, m);
    double total = 0, top = 0, current = 0;
    int distinct = 0;
    for (size_t i = 0; i < n; i++) {
        bool within = row[i].day >= from && row[i].day < to;
        if (within && row[i].is_over)
            return metric_overflow;
        bool same = i > 0 && row[i].subject == row[i - 1].subject;
        if (!same)
            current = 0;
        if (!within || row[i].v <= 0)
            continue;
        distinct += current == 0;
        current += (double)row[i].v;
        total += (double)row[i].v;
        top = fmax(top, current);
    }
    if (m->kind == KIND_DISTINCT_SUBJECTS)
        return metric_ok(distinct);
    if (m->kind == KIND_BREADTH)
        return metric_ok(distinct / m->cap);
    return total > 0 ? metric_ok(top / total) : metric_no_data;
}

static struct metric_answer extreme(const struct metric_computing *c, const struct metric *m,
                                    size_t a)
{
    double best = NAN;
    for (int32_t day = metric_window_from(c, m); day < c->frame->as_of; day++) {
        double v = facts_value(c->facts, a, (size_t)m->usage, day);
        if (isnan(v))
            continue;
        if (isinf(v) && m->kind != KIND_LAST)
            return metric_overflow;
        bool better =
            isnan(best) || m->kind == KIND_LAST || (m->kind == KIND_MAX ? v > best : v < best);
        best = better ? v : best;
    }
    return isnan(best) ? metric_no_data : metric_ok(best);
}

static struct metric_answer change(const struct metric_computing *c, const struct metric *m,
                                   size_t a, int32_t first)
{
    int32_t to = c->frame->as_of, from = to - m->days, base_from = from - m->days;
    double now = facts_sum(c->facts, a, (size_t)m->usage, from, to);
    double base = facts_sum(c->facts, a, (size_t)m->usage, base_from, from);
    if (first > base_from)
        return metric_no_data;
    /* One division: the double nearest to the fraction, which scorecards find again. */
    return metric_quotient(now - base, base);
}

/* This window's daily mean against that of the account's own past, of which half must be there. */
static struct metric_answer self_baseline(const struct metric_computing *c, const struct metric *m,
                                          size_t a, int32_t first)
{
    int32_t to = c->frame->as_of, from = to - m->days, base_from = from - m->baseline_days;
    int32_t begin = first > base_from ? first : base_from;
    double days = (double)from - begin;
    if (days * 2 < m->baseline_days)
        return metric_no_data;
    /* Means of both, in one division. */
    double now = facts_sum(c->facts, a, (size_t)m->usage, from, to);
    double base = facts_sum(c->facts, a, (size_t)m->usage, begin, from);
    return metric_quotient(now * days, base * m->days);
}

static struct metric_answer ratio(const struct metric_computing *c, const struct metric *m,
                                  size_t a)
{
    int32_t to = c->frame->as_of, from = metric_window_from(c, m);
    double total = facts_sum(c->facts, a, (size_t)m->total, from, to);
    double good = facts_sum(c->facts, a, (size_t)m->good, from, to);
    return metric_quotient(good, total);
}

struct metric_answer metric_usage_compute(const struct metric_computing *c, const struct metric *m,
                                          size_t a)
{
    int usage = m->kind == KIND_RATIO ? m->total : m->usage;
    int32_t to = c->frame->as_of, from = metric_window_from(c, m), last;
    int32_t first = facts_first_day(c->facts, a, (size_t)usage);
    if (first >= to)
        return metric_no_data;
    if (m->stale_days > 0 && facts_newest_day(c->facts, (size_t)usage, to) < to - m->stale_days)
        return (struct metric_answer){NAN, METRIC_STALE};
    switch (m->kind) {
    case KIND_SUM:
        return metric_ok(facts_sum(c->facts, a, (size_t)usage, from, to));
    case KIND_MEAN:
        return metric_ok(facts_sum(c->facts, a, (size_t)usage, from, to) / m->days);
    case KIND_ACTIVE_DAYS:
        return metric_ok(facts_active_days(c->facts, a, (size_t)usage, from, to));
    case KIND_DAYS_SINCE:
        last = facts_last_active(c->facts, a, (size_t)usage, to);
        return last == INT32_MIN ? metric_no_data : metric_ok((double)to - last);
    case KIND_RATIO:
        return ratio(c, m, a);
    case KIND_CHANGE:
        return change(c, m, a, first);
    case KIND_SELF_BASELINE:
        return self_baseline(c, m, a, first);
    case KIND_DISTINCT_SUBJECTS:
    case KIND_TOP_SUBJECT_SHARE:
    case KIND_BREADTH:
        return over_subjects(c, m, a);
    case KIND_MAX:
    case KIND_MIN:
    case KIND_LAST:
        return extreme(c, m, a);
    default:
        return metric_pattern_compute(c, m, a, first);
    }
}
