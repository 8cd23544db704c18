/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/km.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/normal.h"

/* Somebody comes under watch, leaves it, or has the event. */
struct step {
    double time;
    int change; /* of those at risk: +1, -1 */
    double event;
    size_t group;
};

/* At one time: who leaves is at risk at that time still, who enters is not yet. */
static int compare(const void *a, const void *b)
{
    const struct step *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->change - y->change;
}

static struct step *list_steps(struct arena *arena, const struct km_data *data, const size_t *group)
{
    struct step *step = arena_many(arena, 2 * data->n + 1, struct step);
    for (size_t i = 0; i < data->n; i++) {
        size_t g = group ? group[i] : 0;
        double start = data->start ? data->start[i] : -INFINITY;
        step[2 * i] = (struct step){start, 1, 0, g};
        step[2 * i + 1] = (struct step){data->stop[i], -1, data->event[i], g};
    }
    qsort(step, 2 * data->n, sizeof *step, compare);
    return step;
}

static void add_time(struct km *km, double at, double risk, double events, double *greenwood)
{
    double *time = (double *)(uintptr_t)km->time, *s = (double *)(uintptr_t)km->survival;
    double before = km->n ? s[km->n - 1] : 1, now = before * (1 - events / risk);
    *greenwood += risk > events ? events / (risk * (risk - events)) : INFINITY;
    double spread = now > 0 && now < 1 ? normal_z95 * sqrt(*greenwood) / -log(now) : 0;
    time[km->n] = at;
    ((double *)(uintptr_t)km->at_risk)[km->n] = risk;
    ((double *)(uintptr_t)km->events)[km->n] = events;
    ((double *)(uintptr_t)km->se)[km->n] = now > 0 ? now * sqrt(*greenwood) : 0;
    ((double *)(uintptr_t)km->low)[km->n] = now > 0 ? pow(now, exp(spread)) : 0;
    ((double *)(uintptr_t)km->high)[km->n] = now > 0 ? pow(now, exp(-spread)) : 0;
    s[km->n++] = now;
}

void km_fit(struct arena *arena, const struct km_data *data, struct km *out)
{
    g_autoptr(arena_t) scratch = arena_new();
    const struct step *step = list_steps(scratch, data, NULL);
    size_t room = data->n + 1;
    double risk = 0, greenwood = 0;
    *out = (struct km){.time = arena_many(arena, room, double),
                       .at_risk = arena_many(arena, room, double),
                       .events = arena_many(arena, room, double),
                       .survival = arena_many(arena, room, double),
                       .se = arena_many(arena, room, double),
                       .low = arena_many(arena, room, double),
                       .high = arena_many(arena, room, double)};
    for (size_t i = 0; i < 2 * data->n;) {
        double time = step[i].time, events = 0, at_risk = risk;
        for (; i < 2 * data->n && step[i].time == time; i++) {
            events += step[i].event;
            risk += step[i].change;
        }
        if (events > 0)
            add_time(out, time, at_risk, events, &greenwood);
    }
}

size_t km_at(const struct km *km, double time)
{
    size_t i = 0;
    while (i < km->n && km->time[i] <= time)
        i++;
    return i == 0 ? SIZE_MAX : i - 1;
}

double km_survival(const struct km *km, double time)
{
    size_t i = km_at(km, time);
    return i == SIZE_MAX ? 1 : km->survival[i];
}

double km_median(const struct km *km)
{
    for (size_t i = 0; i < km->n; i++) {
        if (km->survival[i] <= 0.5)
            return km->time[i];
    }
    return NAN;
}

double km_restricted_mean(const struct km *km, double until)
{
    double mean = 0, from = 0, s = 1;
    for (size_t i = 0; i < km->n && km->time[i] < until; i++) {
        mean += s * (km->time[i] - from);
        from = km->time[i];
        s = km->survival[i];
    }
    return mean + s * (until - from);
}

/* Observed minus expected and its covariance of the first groups; of the last both follow. */
static void add_table(size_t k, const double *risk, const double *died, double *difference,
                      double *variance)
{
    double n = 0, d = 0;
    for (size_t g = 0; g < k; g++) {
        n += risk[g];
        d += died[g];
    }
    double scale = n > 1 ? d * (n - d) / (n - 1) : 0;
    for (size_t g = 0; g + 1 < k; g++) {
        difference[g] += died[g] - d * risk[g] / n;
        for (size_t h = 0; h + 1 < k; h++)
            variance[g * (k - 1) + h] += scale * risk[g] / n * ((g == h) - risk[h] / n);
    }
}

/* The quadratic form of the difference in the inverse of its covariance. */
static double quadratic(double *variance, double *difference, size_t q)
{
    gsl_matrix_view v = gsl_matrix_view_array(variance, q, q);
    gsl_vector_view d = gsl_vector_view_array(difference, q);
    double sum = 0;
    gsl_set_error_handler_off();
    g_autofree double *kept = g_memdup2(difference, q * sizeof *difference);
    if (gsl_linalg_cholesky_decomp1(&v.matrix) != GSL_SUCCESS)
        return NAN;
    gsl_linalg_cholesky_svx(&v.matrix, &d.vector);
    for (size_t g = 0; g < q; g++)
        sum += kept[g] * difference[g];
    return sum;
}

void km_log_rank(const struct km_data *data, const size_t *group, size_t n_groups, double *chi2,
                 double *p)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct step *step = list_steps(arena, data, group);
    double *risk = arena_many(arena, n_groups + 1, double);
    double *at_risk = arena_many(arena, n_groups + 1, double);
    double *died = arena_many(arena, n_groups + 1, double);
    double *difference = arena_many(arena, n_groups + 1, double);
    double *variance = arena_many(arena, n_groups * n_groups + 1, double);
    for (size_t i = 0; i < 2 * data->n;) {
        double time = step[i].time, events = 0;
        memcpy(at_risk, risk, n_groups * sizeof *risk);
        memset(died, 0, n_groups * sizeof *died);
        for (; i < 2 * data->n && step[i].time == time; i++) {
            events += step[i].event;
            died[step[i].group] += step[i].event;
            risk[step[i].group] += step[i].change;
        }
        if (events > 0)
            add_table(n_groups, at_risk, died, difference, variance);
    }
    *chi2 = *p = NAN;
    if (n_groups > 1)
        *chi2 = quadratic(variance, difference, n_groups - 1);
    if (!isnan(*chi2))
        *p = gsl_cdf_chisq_Q(*chi2, (double)(n_groups - 1));
}
