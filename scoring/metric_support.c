/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over what was asked of support, and over what a new customer has reached. */
#include <math.h>
#include <string.h>

#include "scoring/metric_internal.h"

static double severity_weight(const struct metric *m, const char *severity)
{
    for (size_t i = 0; i < m->n_parts; i++) {
        if (g_ascii_strcasecmp(m->part[i].name, severity) == 0)
            return m->part[i].weight;
    }
    return 1;
}

/* Of the window's tickets, those answered in time; one that still waits counts once it is late. */
static struct metric_answer first_reply(const struct metric_computing *c, const struct metric *m,
                                        const struct facts_record *r, size_t n, int64_t from_us)
{
    double good = 0, total = 0;
    for (size_t i = 0; i < n; i++) {
        bool replied = r[i].n > 0 && r[i].n < c->start_us;
        int64_t waited = (replied ? r[i].n : c->start_us) - r[i].from;
        if (r[i].from < from_us || (!replied && waited <= m->threshold_us))
            continue;
        total++;
        good += replied && waited <= m->threshold_us;
    }
    return metric_quotient(good, total);
}

static struct metric_answer age_p90(const struct metric_computing *c, const struct facts_record *r,
                                    size_t n)
{
    g_autofree double *age = g_new(double, n + 1);
    size_t open = 0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].to >= c->start_us)
            age[open++] = (double)(c->start_us - r[i].from) / (double)DAY_US;
    }
    metric_sort(age, open);
    return open ? metric_ok(metric_quantile(age, open, 0.9)) : metric_no_data;
}

static struct metric_answer over_tickets(const struct metric_computing *c, const struct metric *m,
                                         size_t a)
{
    size_t n;
    const struct facts_record *r = metric_records(c, FACTS_TICKET, a, &n);
    int64_t from_us = zone_day_start(c->zone, metric_window_from(c, m));
    double sum = 0, total = 0;
    if (m->kind == KIND_TICKET_FIRST_REPLY)
        return first_reply(c, m, r, n, from_us);
    if (m->kind == KIND_TICKET_AGE_P90)
        return age_p90(c, r, n);
    for (size_t i = 0; i < n; i++) {
        if (m->kind == KIND_TICKET_WEIGHT) {
            sum += r[i].to >= c->start_us ? severity_weight(m, r[i].tag) : 0;
            continue;
        }
        total += r[i].from >= from_us;
        sum += r[i].from >= from_us && r[i].mark;
    }
    switch (m->kind) {
    case KIND_TICKET_WEIGHT:
        return metric_ok(sum);
    case KIND_TICKET_REOPENED:
        return metric_quotient(sum, total);
    default: /* tickets for each hundred of a usage */
        return metric_quotient(100 * total, facts_sum(c->facts, a, (size_t)m->usage,
                                                      metric_window_from(c, m), c->frame->as_of));
    }
}

/* ── onboarding ──────────────────────────────────────────────────────────────────────────────────
 */

/* How many of the declared milestones were reached, and when the last of them was; INT64_MIN. */
static size_t reached(const struct metric *m, const struct facts_record *r, size_t n, int64_t *last)
{
    size_t done = 0;
    *last = INT64_MIN;
    for (const char *const *name = m->milestones; *name; name++) {
        bool is_done = false;
        for (size_t i = 0; i < n; i++) {
            if (strcmp(r[i].tag, *name) != 0)
                continue;
            is_done = true;
            *last = MAX(*last, r[i].from);
        }
        done += is_done;
    }
    return done;
}

static struct metric_answer onboarding(const struct metric_computing *c, const struct metric *m,
                                       size_t a)
{
    size_t n;
    const struct facts_record *r = metric_records(c, FACTS_MILESTONE, a, &n);
    size_t wanted = g_strv_length((char **)(uintptr_t)m->milestones);
    int32_t start = c->frame->start_on[a];
    int64_t last;
    size_t done = reached(m, r, n, &last);
    if (start >= c->frame->as_of)
        return metric_no_data;
    switch (m->kind) {
    case KIND_ONBOARDING_PROGRESS:
        return metric_ok((double)done / (double)wanted);
    case KIND_ONBOARDING_STALLED: {
        int32_t since = last == INT64_MIN ? start : MAX(start, zone_day(c->zone, last));
        return metric_ok(done < wanted && c->frame->as_of - since > m->days);
    }
    default: /* days from the first day to the first value: the first declared milestone reached */
        if (done == 0)
            return metric_no_data;
        int64_t first = INT64_MAX;
        for (size_t i = 0; i < n; i++) {
            if (g_strv_contains(m->milestones, r[i].tag))
                first = MIN(first, r[i].from);
        }
        return metric_ok((double)zone_day(c->zone, first) - start);
    }
}

/* ── answers that fade ───────────────────────────────────────────────────────────────────────────
 */

/* The newest answer of each person, worth half as much every half-life. */
static struct metric_answer faded_answers(const struct metric_computing *c, const struct metric *m,
                                          size_t a)
{
    size_t n;
    const struct facts_record *r = metric_records(c, FACTS_ANSWER, a, &n);
    const char *survey = m->kind == KIND_NPS ? "nps" : "csat";
    int64_t from_us = zone_day_start(c->zone, metric_window_from(c, m));
    double sum = 0, weights = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_newest = true;
        for (size_t later = i + 1; later < n && *r[i].who; later++)
            is_newest = is_newest && (strcmp(r[later].who, r[i].who) != 0 ||
                                      strcmp(r[later].tag, r[i].tag) != 0);
        if (strcmp(r[i].tag, survey) != 0 || r[i].from < from_us || !is_newest)
            continue;
        double age = (double)(c->start_us - r[i].from) / (double)DAY_US;
        double weight = exp2(-age / m->half_life_days);
        double worth = m->kind == KIND_CSAT ? (double)r[i].n
                       : r[i].n >= 9        ? 100
                       : r[i].n <= 6        ? -100
                                            : 0;
        sum += weight * worth;
        weights += weight;
    }
    return metric_quotient(sum, weights);
}

struct metric_answer metric_support_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t a)
{
    switch (m->kind) {
    case KIND_NPS:
    case KIND_CSAT:
        return faded_answers(c, m, a);
    case KIND_ONBOARDING_PROGRESS:
    case KIND_ONBOARDING_TTV:
    case KIND_ONBOARDING_STALLED:
        return onboarding(c, m, a);
    default:
        return over_tickets(c, m, a);
    }
}
