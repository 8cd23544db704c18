/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/calibration.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "scoring/normal.h"
#include "scoring/wilson.h"

enum { COURSES = 999, SEED = 20 };

size_t calibration_groups(const double *p, const double *y, size_t n,
                          struct calibration_group out[CALIBRATION_GROUPS])
{
    size_t groups = 0;
    for (size_t g = 1, i = 0; g <= CALIBRATION_GROUPS; g++) {
        struct calibration_group group = {0};
        double events = 0;
        size_t end = n ? (n - 1) * g / CALIBRATION_GROUPS + 1 : 0; /* behind the g-th tenth */
        for (; i < end || (i > 0 && i < n && p[i] == p[i - 1]); i++) {
            group.n++;
            events += y[i];
            group.predicted += p[i];
        }
        if (group.n == 0)
            continue;
        group.events = (size_t)events;
        group.predicted /= (double)group.n;
        out[groups++] = group;
    }
    return groups;
}

void calibration_wilson(size_t events, size_t n, double *low, double *high)
{
    *low = 0;
    *high = 1;
    if (n > 0)
        wilson_interval((int64_t)events, (int64_t)n, low, high);
}

void calibration_chi2(const struct calibration_group *group, size_t n, double *chi2, double *p)
{
    *chi2 = n ? 0 : NAN;
    for (size_t g = 0; g < n; g++) {
        double count = (double)group[g].n, expected = group[g].predicted * count;
        double off = (double)group[g].events - expected;
        *chi2 += off * off / fmax(expected * (1 - group[g].predicted), 1e-12);
    }
    *p = n ? gsl_cdf_chisq_Q(*chi2, (double)n) : NAN;
}

/* Rows that share one rate. */
struct block {
    size_t n;
    double sum;
};

size_t calibration_isotonic(struct arena *arena, const double *p, const double *y, size_t n,
                            double *rate)
{
    struct block *block = arena_many(arena, n + 1, struct block);
    size_t blocks = 0;
    for (size_t i = 0; i < n;) {
        struct block next = {0};
        do {
            next.n++;
            next.sum += y[i++];
        } while (i < n && p[i] == p[i - 1]);
        for (; blocks > 0 &&
               block[blocks - 1].sum * (double)next.n >= next.sum * (double)block[blocks - 1].n;
             blocks--) {
            next.n += block[blocks - 1].n;
            next.sum += block[blocks - 1].sum;
        }
        block[blocks++] = next;
    }
    for (size_t b = 0, i = 0; b < blocks; b++) {
        for (size_t k = 0; k < block[b].n; k++)
            rate[i++] = block[b].sum / (double)block[b].n;
    }
    return blocks;
}

/* The farthest that the sum of outcomes less predictions gets, at the end of a day. */
static double farthest(const double *p, const double *y, const int32_t *day, size_t n, int32_t *at)
{
    double sum = 0, most = 0;
    for (size_t i = 0; i < n; i++) {
        sum += y[i] - p[i];
        if (i + 1 < n && day[i + 1] == day[i])
            continue;
        if (fabs(sum) > fabs(most)) {
            most = sum;
            *at = day[i];
        }
    }
    return most;
}

void calibration_cusum(struct arena *arena, const double *p, const double *y, const int32_t *day,
                       size_t n, struct calibration_cusum *out)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(SEED);
    double *drawn = arena_many(arena, n + 1, double), variance = 0;
    size_t beyond = 0;
    int32_t at;
    *out = (struct calibration_cusum){NAN, NAN, n ? day[n - 1] : 0};
    for (size_t i = 0; i < n; i++)
        variance += p[i] * (1 - p[i]);
    if (!(variance > 0))
        return;
    double most = farthest(p, y, day, n, &out->day);
    for (int course = 0; course < COURSES; course++) {
        for (size_t i = 0; i < n; i++)
            drawn[i] = g_rand_double(rand) < p[i];
        beyond += fabs(farthest(p, drawn, day, n, &at)) >= fabs(most);
    }
    out->most = most / sqrt(variance);
    out->p = (1 + (double)beyond) / (1 + COURSES);
}
