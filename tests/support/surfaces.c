/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/surfaces.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

const char *const surface_name[SURFACES] = {"gated", "threshold", "sum",     "xor",     "smooth",
                                            "noise", "rare",      "nearsep", "threeway"};

struct making {
    struct arena *arena;
    gsl_rng *rng;
    struct surface *out;
    struct dataset_column *column;
    double *x[64];
};

static const char *const letters[] = {"A", "B", "C", "D", "E", "F"};

static double *add(struct making *mk, const char *stem, int number, size_t levels)
{
    struct dataset *data = &mk->out->data;
    double *x = arena_many(mk->arena, data->n, double);
    const char *name = number < 0 ? stem : arena_printf(mk->arena, "%s%d", stem, number);
    const char *unit = strrchr(name, '_') ? strrchr(name, '_') + 1 : name;
    mk->column[data->n_columns] = (struct dataset_column){
        .name = name, .unit = unit, .x = x, .n_levels = levels, .level = levels ? letters : NULL};
    mk->x[data->n_columns++] = x;
    return x;
}

static void add_uniform(struct making *mk, int many)
{
    for (int j = 0; j < many; j++) {
        double *x = add(mk, "x", j, 0);
        for (size_t i = 0; i < mk->out->data.n; i++)
            x[i] = gsl_rng_uniform(mk->rng);
    }
}

static void add_normal(struct making *mk, const char *stem, int number, double mean, double sd)
{
    double *x = add(mk, stem, number, 0);
    for (size_t i = 0; i < mk->out->data.n; i++)
        x[i] = mean + gsl_ran_gaussian(mk->rng, sd);
}

static void add_normals(struct making *mk, const char *stem, int many)
{
    for (int j = 0; j < many; j++)
        add_normal(mk, stem, j, 0, 1);
}

static void add_factor(struct making *mk, const char *stem, int number, size_t levels, double first)
{
    double *x = add(mk, stem, number, levels);
    for (size_t i = 0; i < mk->out->data.n; i++) {
        bool is_first = gsl_rng_uniform(mk->rng) < first;
        x[i] = is_first ? 0 : 1 + (double)gsl_rng_uniform_int(mk->rng, levels - 1);
    }
}

static void add_lognormal(struct making *mk, const char *name, double mean, double sd)
{
    double *x = add(mk, name, -1, 0);
    for (size_t i = 0; i < mk->out->data.n; i++)
        x[i] = exp(mean + gsl_ran_gaussian(mk->rng, sd));
}

static void add_columns(struct making *mk, enum surface_kind kind)
{
    switch (kind) {
    case SURFACE_GATED:
        add_normal(mk, "day_amt", -1, 30, 9);
        add_normal(mk, "eve_amt", -1, 17, 4);
        add_normal(mk, "ngt_amt", -1, 9, 2.3);
        add_factor(mk, "plan", -1, 2, 0.72);
        double *calls = add(mk, "calls", -1, 0);
        for (size_t i = 0; i < mk->out->data.n; i++)
            calls[i] = gsl_ran_poisson(mk->rng, 1.5);
        add_factor(mk, "intl", -1, 2, 0.9);
        add_normals(mk, "z", 8);
        return;
    case SURFACE_THRESHOLD:
        add_uniform(mk, 10);
        return;
    case SURFACE_SUM:
        for (int j = 0; j < 4; j++)
            add_lognormal(mk, &"a\0b\0c\0d"[2 * j], 0, 0.6);
        add_normals(mk, "n", 6);
        return;
    case SURFACE_XOR:
        add_uniform(mk, 8);
        add_factor(mk, "g", -1, 3, 1 / 3.0);
        return;
    case SURFACE_SMOOTH:
        add_uniform(mk, 8);
        return;
    case SURFACE_NOISE:
        add_normals(mk, "x", 40);
        for (int j = 0; j < 10; j++)
            add_factor(mk, "c", j, 6, 1 / 6.0);
        return;
    case SURFACE_RARE:
        add_normals(mk, "x", 10);
        add_factor(mk, "c", -1, 4, 0.25);
        add_lognormal(mk, "days", 2, 1);
        return;
    case SURFACE_NEARSEP:
        add_normals(mk, "x", 12);
        add_factor(mk, "c", -1, 4, 0.25);
        return;
    case SURFACE_THREEWAY:
        add_uniform(mk, 8);
        add_factor(mk, "g", -1, 2, 0.5);
        return;
    default:
        return;
    }
}

/* Log-odds of row i; x are the columns in their order. */
static double truth(enum surface_kind kind, double *const *x, size_t i)
{
#define X(c) x[c][i]
    double bill;
    switch (kind) {
    case SURFACE_GATED:
        bill = X(0) + X(1) + X(2);
        return -2.9 + 4.5 * (bill > 68 && X(3) == 0) + 1.8 * (X(4) >= 4) * (bill < 58) + 1.5 * X(5);
    case SURFACE_THRESHOLD:
        return -1.5 + 2 * (X(0) > .37) - 1.5 * (X(1) > .2 && X(1) < .45) + 1.2 * (X(2) > .9) +
               1.5 * (X(3) > .5) * (X(4) > .6);
    case SURFACE_SUM:
        return -1.5 + 3 * tanh(2 * (X(0) + X(1) - 2.6)) + 2 * tanh(1.5 * log(X(2) / X(3)));
    case SURFACE_XOR:
        return -1 + 2.2 * ((X(0) > .5) != (X(1) > .5) ? 1 : -1) +
               1.5 * ((X(2) > .4) != (X(8) == 0) ? 1 : -1);
    case SURFACE_SMOOTH:
        return -1 + 1.5 * sin(6 * X(0)) + 16 * pow(X(1) - .5, 2) + 2 * X(2) + 4 * X(3) * X(4);
    case SURFACE_NOISE:
        return -1.5 + X(0) + .7 * X(1) - .8 * fmax(X(2), 0) + .8 * X(3) * X(4) + .5 * (X(40) == 0);
    case SURFACE_RARE:
        return -5.6 + .9 * X(0) + .7 * fmax(X(1), 0) + .6 * log(X(11)) * (X(10) != 0) +
               .5 * (X(2) > 1);
    case SURFACE_NEARSEP:
        return -9 + 7 * fabs(X(0)) + 6 * (X(1) > .3) * (X(2) < .2) + 3 * X(3) -
               4 * tanh(3 * X(4) * X(5));
    case SURFACE_THREEWAY:
        return -1.5 + 4 * (X(0) > .5 && X(1) > .5 && X(8) == 0) +
               3 * (X(2) > .6 && X(3) > .4 && X(4) < .6);
    default:
        return 0;
    }
#undef X
}

void surface_make(struct arena *arena, enum surface_kind kind, size_t n, unsigned long seed,
                  struct surface *out)
{
    struct making mk = {.arena = arena,
                        .rng = gsl_rng_alloc(gsl_rng_mt19937),
                        .out = out,
                        .column = arena_many(arena, 64, struct dataset_column)};
    gsl_rng_set(mk.rng, seed);
    out->data = (struct dataset){.n = n, .column = mk.column};
    add_columns(&mk, kind);
    out->eta = arena_many(arena, n, double);
    out->y = arena_many(arena, n, double);
    for (size_t i = 0; i < n; i++) {
        out->eta[i] = truth(kind, mk.x, i);
        out->y[i] = gsl_rng_uniform(mk.rng) < 1 / (1 + exp(-out->eta[i]));
    }
    gsl_rng_free(mk.rng);
}

struct dataset surface_rows(struct arena *arena, const struct surface *s, size_t from, size_t n)
{
    struct dataset_column *column = arena_many(arena, s->data.n_columns, struct dataset_column);
    for (size_t c = 0; c < s->data.n_columns; c++) {
        column[c] = s->data.column[c];
        column[c].x += from;
    }
    return (struct dataset){n, s->data.n_columns, column};
}

double surface_loss(const double *eta, const double *truth_of, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        double e = eta[i], p = 1 / (1 + exp(-truth_of[i]));
        sum += (e > 0 ? e + log1p(exp(-e)) : log1p(exp(e))) - p * e;
    }
    return sum / (double)n;
}
