/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A start on a sample: most iterations of a large fit only find the way. */
#include <math.h>

#include "scoring/reml_internal.h"

enum { SAMPLE_ROWS = 50000, SAMPLE_WORTH = 4, SAMPLE_OUTCOMES = 200 };

/* Is row i one of every `step`? By its bits well mixed (splitmix64): rows may come in any order. */
static bool is_drawn(uint64_t i, uint64_t step)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % step == 0;
}

static size_t draw(const struct reml_data *data, size_t *row)
{
    size_t n = 0, step = data->n / SAMPLE_ROWS;
    for (size_t i = 0; i < data->n; i++) {
        if (is_drawn(i, step))
            row[n++] = i;
    }
    return n;
}

static double *numbers_of(struct arena *arena, const double *x, const size_t *row, size_t n)
{
    double *out = x ? arena_many(arena, n + 1, double) : NULL;
    for (size_t i = 0; x && i < n; i++)
        out[i] = x[row[i]];
    return out;
}

static void add_parts(struct arena *arena, const struct reml *fit, const size_t *row, size_t n,
                      struct reml *out)
{
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        const uint16_t *code[TERM_AXES] = {NULL};
        for (size_t a = 0; a < part->term->key.n; a++) {
            uint16_t *drawn = arena_many(arena, n + 1, uint16_t);
            for (size_t i = 0; i < n; i++)
                drawn[i] = part->code[a][row[i]];
            code[a] = drawn;
        }
        reml_add(out, part->term, code);
    }
}

/* What the sample has smoothed away rests as fast here, until the scores of all rows ask for it. */
static void rest_as(struct reml *fit, const struct reml *small)
{
    double more = log((double)fit->data->n / (double)small->data->n);
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *from = REML_PART(small, t);
        struct reml_part *to = REML_PART(fit, t);
        to->resting = from->resting;
        for (size_t j = 0; to->resting && j < to->term->n_penalties; j++)
            fit->rho[to->lambda + j] = small->rho[from->lambda + j] + more;
    }
}

void reml_sample(struct reml *fit)
{
    if (fit->data->n < (size_t)SAMPLE_ROWS * SAMPLE_WORTH)
        return;
    g_autoptr(arena_t) arena = arena_new();
    size_t *row = arena_many(arena, fit->data->n, size_t);
    struct reml_data data = *fit->data;
    data.n = draw(fit->data, row);
    data.exact = false;
    data.y = numbers_of(arena, fit->data->y, row, data.n);
    data.weight = numbers_of(arena, fit->data->weight, row, data.n);
    data.offset = numbers_of(arena, fit->data->offset, row, data.n);
    double events = 0;
    for (size_t i = 0; i < data.n; i++)
        events += data.y[i];
    if (MIN(events, (double)data.n - events) < SAMPLE_OUTCOMES)
        return;
    g_autoptr(reml_t) small = reml_new(&data);
    add_parts(arena, fit, row, data.n, small);
    if (fit->iterations > 0)
        reml_follow(small, fit);
    reml_run(small);
    reml_follow(fit, small);
    rest_as(fit, small);
    fit->followed = false; /* it goes to its own end */
    fit->sampled = true;
}
