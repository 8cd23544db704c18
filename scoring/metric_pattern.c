/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over the shape of a usage in time, and over usage against what was agreed. */
#include <math.h>

#include "core/day.h"
#include "scoring/metric_internal.h"

/* Values of the window's days; silent ones as `silent`, or left out where that is NaN. */
static size_t daily(const struct metric_computing *c, const struct metric *m, size_t a,
                    double silent, double *out)
{
    size_t n = 0;
    for (int32_t day = metric_window_from(c, m); day < c->frame->as_of; day++) {
        if (m->is_business && !metric_is_business_day(c->set, day))
            continue;
        double v = facts_value(c->facts, a, (size_t)m->usage, day);
        if (!isnan(v) || !isnan(silent))
            out[n++] = isnan(v) ? silent : v;
    }
    return n;
}

static struct metric_answer order_statistic(const struct metric *m, double *v, size_t n)
{
    if (n == 0)
        return metric_no_data;
    metric_sort(v, n);
    if (m->kind == KIND_MEDIAN)
        return metric_ok(metric_median(v, n));
    if (m->kind == KIND_P95)
        return metric_ok(metric_quantile(v, n, 0.95));
    /* Volatility: the median distance from the median, over the median. */
    double middle = metric_median(v, n);
    for (size_t i = 0; i < n; i++)
        v[i] = fabs(v[i] - middle);
    metric_sort(v, n);
    return metric_quotient(metric_median(v, n), middle);
}

/* Least squares over the days, a unit a day. */
static struct metric_answer slope(const double *v, size_t n)
{
    double middle = ((double)n - 1) / 2, above = 0, below = 0;
    for (size_t i = 0; i < n; i++) {
        above += ((double)i - middle) * v[i];
        below += ((double)i - middle) * ((double)i - middle);
    }
    return metric_quotient(above, below);
}

/* Active days without a break up to the day before. */
static struct metric_answer streak(const struct metric_computing *c, const struct metric *m,
                                   size_t a)
{
    int days = 0;
    for (int32_t day = c->frame->as_of - 1;; day--) {
        if (m->is_business && !metric_is_business_day(c->set, day))
            continue;
        double v = facts_value(c->facts, a, (size_t)m->usage, day);
        if (!(v > 0))
            return metric_ok(days);
        days++;
    }
}

static struct metric_answer active_share(const struct metric_computing *c, const struct metric *m,
                                         size_t a)
{
    int active = 0, days = 0;
    for (int32_t day = metric_window_from(c, m); day < c->frame->as_of; day++) {
        if (m->is_business && !metric_is_business_day(c->set, day))
            continue;
        days++;
        active += facts_active_days(c->facts, a, (size_t)m->usage, day, day + 1);
    }
    return metric_quotient(active, days);
}

/* What a new customer does in its few days, as if it had been there for the whole span. */
static struct metric_answer rate(const struct metric_computing *c, const struct metric *m, size_t a)
{
    double tenure = (double)c->frame->as_of - c->frame->start_on[a];
    if (tenure < m->min_tenure)
        return (struct metric_answer){NAN, METRIC_NOT_APPLICABLE};
    double sum =
        facts_sum(c->facts, a, (size_t)m->usage, c->frame->as_of - m->days, c->frame->as_of);
    return metric_quotient(sum * m->per_days, fmin(m->days, tenure));
}

/* Mean of the last three weeks against the median of the eight before the last four; a silent week
 * is 0. Nothing to say where there was nothing before. */
static struct metric_answer engagement(const struct metric_computing *c, const struct metric *m,
                                       size_t a, int32_t first)
{
    enum { RECENT = 3, SKIPPED = 4, WEEKS = 12 };
    double week[WEEKS];
    int32_t to = c->frame->as_of;
    if (first > to - 7 * WEEKS)
        return metric_no_data;
    for (int w = 0; w < WEEKS; w++)
        week[w] = facts_sum(c->facts, a, (size_t)m->usage, to - 7 * (w + 1), to - 7 * w);
    double now = (week[0] + week[1] + week[2]) / RECENT;
    metric_sort(week + SKIPPED, WEEKS - SKIPPED);
    struct metric_answer answer =
        metric_quotient(now, 0.85 * metric_median(week + SKIPPED, WEEKS - SKIPPED));
    if (answer.quality == METRIC_OK)
        answer.value = fmin(answer.value, 1);
    return answer;
}

/* Used in the month of the day before, against the part of its allowance that has passed. */
static struct metric_answer quota(const struct metric_computing *c, const struct metric *m,
                                  size_t a)
{
    int32_t to = c->frame->as_of, from = day_month_start(to - 1, 0);
    double entitled = NAN;
    for (int32_t day = to - 1; isnan(entitled) && day >= to - 400; day--)
        entitled = facts_value(c->facts, a, (size_t)m->total, day);
    if (isnan(entitled))
        return metric_no_data;
    double used = facts_sum(c->facts, a, (size_t)m->usage, from, to);
    double passed = (double)(to - from) / day_month_length(from);
    return metric_quotient(used, entitled * passed);
}

/* No ticket while usage falls: whoever has given up asks nothing. */
static struct metric_answer support_silence(const struct metric_computing *c,
                                            const struct metric *m, size_t a, int32_t first)
{
    int32_t to = c->frame->as_of, from = to - m->days;
    int64_t from_us = zone_day_start(c->zone, from);
    size_t n;
    if (first > from - m->days || !facts_has(c->facts, FACTS_TICKET))
        return metric_no_data;
    double now = facts_sum(c->facts, a, (size_t)m->usage, from, to);
    double before = facts_sum(c->facts, a, (size_t)m->usage, from - m->days, from);
    const struct facts_record *ticket = metric_records(c, FACTS_TICKET, a, &n);
    bool silent = n == 0 || ticket[n - 1].from < from_us;
    if (before <= 0)
        return metric_no_data;
    return metric_ok(silent && now <= before * (1 - m->fall));
}

struct metric_answer metric_pattern_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t a, int32_t first)
{
    switch (m->kind) {
    case KIND_STREAK:
        return streak(c, m, a);
    case KIND_ACTIVE_SHARE:
        return active_share(c, m, a);
    case KIND_RATE:
        return rate(c, m, a);
    case KIND_ENGAGEMENT:
        return engagement(c, m, a, first);
    case KIND_QUOTA:
        return quota(c, m, a);
    case KIND_SUPPORT_SILENCE:
        return support_silence(c, m, a, first);
    default:
        break;
    }
    bool levels = m->kind == KIND_MEDIAN || m->kind == KIND_P95;
    g_autofree double *v = g_new(double, (size_t)(c->frame->as_of - metric_window_from(c, m)) + 1);
    size_t n = daily(c, m, a, levels ? NAN : 0, v);
    for (size_t i = 0; i < n; i++) {
        if (isinf(v[i]))
            return metric_overflow;
    }
    return m->kind == KIND_SLOPE ? slope(v, n) : order_statistic(m, v, n);
}
