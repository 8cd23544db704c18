/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/hazard_cluster.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/hazard_internal.h"
#include "scoring/logit.h"

enum { ROWS_ASKED = 2000 };

/* Rows by customer, in the coordinates in which the posterior is a unit ball. */
struct clusters {
    size_t n, k; /* rows; coordinates */
    const uint32_t *account;
    const double *u;    /* n × k */
    double *rest;       /* n: outcome less its probability */
    double *rows, *all; /* k × k: sums of scores' squares by row and by customer */
};

static int compare_account(const void *a, const void *b, void *context)
{
    const uint32_t *account = context;
    uint32_t x = account[*(const size_t *)a], y = account[*(const size_t *)b];
    return (x > y) - (x < y);
}

static void add_square(const double *v, size_t k, double scale, double *out)
{
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++)
            out[i * k + j] += scale * v[i] * v[j];
    }
}

/* Returns how many customers there are. */
static size_t add_scores(struct arena *arena, struct clusters *c)
{
    size_t *order = arena_many(arena, c->n + 1, size_t), customers = 0;
    double *score = arena_many(arena, c->k + 1, double);
    for (size_t i = 0; i < c->n; i++)
        order[i] = i;
    qsort_r(order, c->n, sizeof *order, compare_account, (void *)(uintptr_t)c->account);
    for (size_t at = 0; at < c->n; customers++) {
        uint32_t account = c->account[order[at]];
        memset(score, 0, c->k * sizeof *score);
        for (; at < c->n && c->account[order[at]] == account; at++) {
            const double *u = c->u + order[at] * c->k;
            double rest = c->rest[order[at]];
            add_square(u, c->k, rest * rest, c->rows);
            for (size_t j = 0; j < c->k; j++)
                score[j] += rest * u[j];
        }
        add_square(score, c->k, 1, c->all);
    }
    return customers;
}

static double quadratic(const double *m, const double *v, size_t k)
{
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < k; j++)
            sum += v[i] * m[i * k + j] * v[j];
    }
    return sum;
}

static double inflation(struct arena *arena, struct clusters *c)
{
    double customers = (double)add_scores(arena, c), sum = 0, asked = 0;
    double correction = customers > 1 ? customers / (customers - 1) : 1;
    size_t step = MAX(c->n / ROWS_ASKED, 1);
    for (size_t i = 0; i < c->n; i += step) {
        const double *u = c->u + i * c->k;
        double rows = quadratic(c->rows, u, c->k);
        if (!(rows > 0))
            continue;
        sum += sqrt(correction * quadratic(c->all, u, c->k) / rows);
        asked++;
    }
    return asked > 0 ? sum / asked : NAN;
}

double hazard_cluster_inflation(const struct hazard_model *m, const struct panel *panel,
                                const uint8_t *use)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct additive *a = m->additive;
    if (!panel->account || !a->root)
        return NAN;
    size_t *row = arena_many(arena, panel->n + 1, size_t), k = a->rank;
    uint32_t *account = arena_many(arena, panel->n + 1, uint32_t);
    struct clusters c = {.k = k, .account = account};
    for (size_t i = 0; i < panel->n; i++) {
        if (use && !use[i])
            continue;
        account[c.n] = panel->account[i];
        row[c.n++] = i;
    }
    struct dataset table;
    double *u = arena_many(arena, c.n * k + 1, double);
    hazard_table(arena, m, panel_values(arena, panel, row, c.n), c.n, HAZARD_AS_IS, &table);
    additive_interval_roots(a, &table, u);
    c.u = u;
    c.rest = arena_many(arena, c.n + 1, double);
    c.rows = arena_many(arena, k * k + 1, double);
    c.all = arena_many(arena, k * k + 1, double);
    additive_predict(a, &table, c.rest);
    for (size_t i = 0; i < c.n; i++)
        c.rest[i] = panel->y[row[i]] - logit_mean(c.rest[i]);
    return inflation(arena, &c);
}
