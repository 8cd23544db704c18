/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/survival.h"
#include "scoring/metric_churn.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <string.h>

#include "scoring/cox.h"
#include "scoring/facts.h"
#include "scoring/km.h"
#include "scoring/known.h"
#include "scoring/normal.h"
#include "sql/scoring.h"

const int survival_days[SURVIVAL_SPANS] = {90, 180, 365};
/* A curve needs somebody who was watched from about the first day: what came before is unknown. */
enum { ENTRY_MAX = 31 };

/* Lives as rows: from the day watched to the day ended, in days as a customer. */
struct lives {
    struct arena *arena;
    const struct metric_set *set;
    int32_t until, watched_from;
    size_t n;
    double *start, *stop, *event;
    int *year;
};

static bool on_frame(void *context, const struct metric_frame *frame, GError **err)
{
    struct lives *l = context;
    struct metric_life *life;
    size_t n;
    if (!metric_lives(l->arena, l->set, frame->facts, l->until, &life, &n, err))
        return false;
    l->start = arena_many(l->arena, n + 1, double);
    l->stop = arena_many(l->arena, n + 1, double);
    l->event = arena_many(l->arena, n + 1, double);
    l->year = arena_many(l->arena, n + 1, int);
    for (size_t i = 0; i < n; i++) {
        int month, day;
        int32_t to = MIN(life[i].to, l->until), entry = MAX(life[i].from, l->watched_from);
        if (to <= entry)
            continue;
        day_to_civil(life[i].from, &l->year[l->n], &month, &day);
        l->start[l->n] = entry - life[i].from;
        l->stop[l->n] = to - life[i].from;
        l->event[l->n++] = life[i].to <= l->until;
    }
    return true;
}

static bool read_lives(struct lives *l, struct db *db, const struct zone *zone, int64_t known_no,
                       GError **err)
{
    struct q_span_range_row range;
    if (!q_span_range(l->arena, db, &range, err))
        return false;
    l->watched_from = range.first_month_is_null ? INT32_MIN : range.first_month;
    return metric_compute(db, l->set, zone, &l->until, 1, known_no, on_frame, l, err);
}

/* The years that somebody came in, ascending. */
static struct survival_cohort *list_cohorts(const struct lives *l, size_t *n)
{
    struct survival_cohort *cohort = arena_many(l->arena, l->n + 1, struct survival_cohort);
    *n = 0;
    for (size_t i = 0; i < l->n; i++) {
        size_t at = 0;
        while (at < *n && cohort[at].year < l->year[i])
            at++;
        if (at == *n || cohort[at].year > l->year[i]) {
            memmove(cohort + at + 1, cohort + at, (*n - at) * sizeof *cohort);
            cohort[at] = (struct survival_cohort){.year = l->year[i]};
            ++*n;
        }
        cohort[at].n++;
        cohort[at].ended += l->event[i] > 0.5;
    }
    return cohort;
}

static void curve(const struct lives *l, struct survival_cohort *cohort)
{
    struct km_data data = {0};
    struct km km;
    double *start = arena_many(l->arena, l->n + 1, double), longest = 0, earliest = INFINITY;
    double *stop = arena_many(l->arena, l->n + 1, double);
    double *event = arena_many(l->arena, l->n + 1, double);
    for (size_t i = 0; i < l->n; i++) {
        if (l->year[i] != cohort->year)
            continue;
        start[data.n] = l->start[i];
        stop[data.n] = l->stop[i];
        event[data.n++] = l->event[i];
        longest = fmax(longest, l->stop[i]);
        earliest = fmin(earliest, l->start[i]);
    }
    data = (struct km_data){data.n, start, stop, event};
    km_fit(l->arena, &data, &km);
    bool from_the_start = earliest <= ENTRY_MAX;
    cohort->median = from_the_start ? km_median(&km) : NAN;
    for (int s = 0; s < SURVIVAL_SPANS; s++) {
        size_t at = km_at(&km, survival_days[s]);
        bool watched = from_the_start && survival_days[s] <= longest;
        cohort->mean_days = watched ? km_restricted_mean(&km, survival_days[s]) : NAN;
        cohort->stays[s] = (struct survival_estimate){NAN, NAN, NAN};
        if (watched)
            cohort->stays[s] = (struct survival_estimate){km_survival(&km, survival_days[s]),
                                                          at == SIZE_MAX ? 1 : km.low[at],
                                                          at == SIZE_MAX ? 1 : km.high[at]};
    }
}

/* What the years' common hazard lets expect of one, as far as anybody was watched. */
static double expect(const struct lives *l, const struct cox *cox, double ratio)
{
    double days = survival_days[SURVIVAL_SPANS - 1], longest = 0;
    for (size_t i = 0; i < l->n; i++)
        longest = fmax(longest, l->stop[i]);
    return days <= longest ? exp(-ratio * cox_hazard(cox, days)) : NAN;
}

/* Each cohort's hazard against the first one's, of those in which somebody's life ended. */
static void compare(const struct lives *l, struct survival_cohort *cohort, struct survival *out)
{
    size_t n = out->n, p = 0, *column = arena_many(l->arena, n + 1, size_t);
    struct cox cox;
    out->trend_chi2 = out->trend_p = NAN;
    for (size_t c = 0; c < n; c++) {
        cohort[c].hazard = (struct survival_estimate){NAN, NAN, NAN};
        cohort[c].expected = NAN;
        column[c] = c > 0 && cohort[c].ended > 0 ? p++ : SIZE_MAX;
    }
    if (p == 0 || cohort[0].ended == 0)
        return;
    double *x = arena_many(l->arena, l->n * p + 1, double);
    for (size_t i = 0; i < l->n; i++) {
        size_t c = 0;
        while (cohort[c].year != l->year[i])
            c++;
        if (column[c] != SIZE_MAX)
            x[i * p + column[c]] = 1;
    }
    const struct cox_data data = {l->n, p, l->start, l->stop, l->event, x, COX_EFRON};
    cohort[0].hazard = (struct survival_estimate){1, 1, 1};
    if (!cox_fit(l->arena, &data, &cox, NULL))
        return;
    cohort[0].expected = expect(l, &cox, 1);
    out->trend_chi2 = cox.trend_all;
    out->trend_p = isnan(cox.trend_all) ? NAN : gsl_cdf_chisq_Q(cox.trend_all, (double)p);
    for (size_t c = 1; c < n; c++) {
        if (column[c] == SIZE_MAX)
            continue;
        double b = cox.beta[column[c]], se = sqrt(cox.covariance[column[c] * (p + 1)]);
        cohort[c].hazard =
            (struct survival_estimate){exp(b), exp(b - normal_z95 * se), exp(b + normal_z95 * se)};
        cohort[c].expected = expect(l, &cox, exp(b));
    }
}

static void test(const struct lives *l, const struct survival_cohort *cohort, struct survival *out)
{
    size_t *group = arena_many(l->arena, l->n + 1, size_t);
    const struct km_data data = {l->n, l->start, l->stop, l->event};
    for (size_t i = 0; i < l->n; i++) {
        while (cohort[group[i]].year != l->year[i])
            group[i]++;
    }
    km_log_rank(&data, group, out->n, &out->chi2, &out->p);
}

bool survival_run(struct arena *arena, struct db *db, struct config *config, int32_t as_of,
                  int64_t known_no, struct survival *out, GError **err)
{
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct lives l = {.arena = arena, .until = as_of};
    struct known known;
    if (!zone || !(l.set = metric_set_load(arena, config, err)) ||
        !known_ask(db, known_no, &known, err))
        return false;
    bool ok = db_begin_snapshot(db, err) && read_lives(&l, db, zone, known.commit_no, err);
    db_rollback(db);
    if (!ok)
        return false;
    if (l.n == 0)
        return err_set(err, KENKO_ERROR_REFUSED, "nobody was a customer before that day");
    struct survival_cohort *cohort = list_cohorts(&l, &out->n);
    for (size_t c = 0; c < out->n; c++)
        curve(&l, &cohort[c]);
    compare(&l, cohort, out);
    test(&l, cohort, out);
    out->cohort = cohort;
    return true;
}
