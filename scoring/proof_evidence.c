/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/evaluate.h"
#include "scoring/proof_internal.h"
#include "scoring/rank.h"

enum { BIN_ROWS_MIN = 50, PAIR_ROWS_MIN = 50, PAIR_ROWS_MAX = 20000 };
static const double SAME = 0.9, LEAK = 0.95;

struct judged {
    double v, y;
};

static int compare_judged(const void *a, const void *b)
{
    double x = ((const struct judged *)a)->v, y = ((const struct judged *)b)->v;
    return (x > y) - (x < y);
}

/* ── one measure ────────────────────────────────────────────────────────────────────────────────
 */

/* Equal numbers of rows by value; a bin ends behind the last of equal values. */
static size_t fill_bins(struct judged *row, size_t n, struct proof_bin *bin)
{
    size_t groups = CLAMP(n / BIN_ROWS_MIN, 2, PROOF_BINS), used = 0, i = 0;
    qsort(row, n, sizeof *row, compare_judged);
    for (size_t g = 0; g < groups && i < n; g++) {
        size_t end = (g + 1) * n / groups;
        if (end <= i) /* equal values before took its share */
            continue;
        while (end < n && row[end].v == row[end - 1].v)
            end++;
        struct proof_bin *b = &bin[used++];
        *b = (struct proof_bin){PROOF_BIN_VALUES, row[i].v, row[end - 1].v, end - i, 0};
        for (; i < end; i++)
            b->left += row[i].y > 0.5;
    }
    return used;
}

static void add_bins(struct arena *arena, const struct proof_rows *rows, size_t p, size_t j,
                     struct proof_measure *out)
{
    struct proof_bin *bin = arena_many(arena, PROOF_BINS + 2, struct proof_bin);
    struct proof_bin rest[] = {{.kind = PROOF_BIN_MISSING}, {.kind = PROOF_BIN_NOT_APPLICABLE}};
    struct judged *row = arena_many(arena, rows->n + 1, struct judged);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        enum metric_quality quality = (enum metric_quality)rows->quality[i * p + j];
        double v = rows->value[i * p + j];
        /* A text has no order but that of its scores. */
        v = isnan(v) ? rows->score[i * p + j] : v;
        if (quality == METRIC_OK && !isnan(v)) {
            row[n++] = (struct judged){v, rows->y[i]};
            continue;
        }
        struct proof_bin *b = &rest[quality == METRIC_NOT_APPLICABLE];
        b->n++;
        b->left += rows->y[i] > 0.5;
    }
    out->n_bins = fill_bins(row, n, bin);
    for (size_t k = 0; k < G_N_ELEMENTS(rest); k++) {
        if (rest[k].n > 0)
            bin[out->n_bins++] = rest[k];
    }
    out->bin = bin;
}

/* Only what was judged: a score in place of a missing value is the card's word, not evidence. */
static void rank_measure(struct arena *arena, const struct proof_rows *rows, size_t p, size_t j,
                         struct proof_measure *out)
{
    double *low = arena_many(arena, rows->n + 1, double),
           *y = arena_many(arena, rows->n + 1, double);
    double *arr = arena_many(arena, rows->n + 1, double);
    struct evaluation e;
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (rows->quality[i * p + j] != METRIC_OK || isnan(rows->score[i * p + j]))
            continue;
        low[n] = -rows->score[i * p + j];
        y[n] = rows->y[i];
        arr[n++] = -rows->arr[i];
    }
    out->is_flat = true;
    for (size_t i = 1; i < n; i++)
        out->is_flat = out->is_flat && low[i] == low[0];
    evaluate_ranking(arena, low, y, n, &e);
    out->auc = e.auc;
    out->auc_low = e.auc_low;
    out->auc_high = e.auc_high;
    out->scored = n;
    out->left = e.events;
    out->size = rank_spearman(arena, low, arr, n);
    bool judged = e.events >= PROOF_EVENTS_MIN && !isnan(e.auc);
    out->is_wrong = judged && e.auc_high < 0.5;
    out->is_leak = judged && e.auc > LEAK;
    out->is_idle = judged && !out->is_wrong && e.auc_low <= 0.5;
}

/* ── measures that say the same ─────────────────────────────────────────────────────────────────
 */

static double rho_of(struct arena *arena, const struct proof_rows *rows, size_t p, size_t a,
                     size_t b)
{
    size_t every = rows->n / PAIR_ROWS_MAX + 1, n = 0;
    double *x = arena_many(arena, rows->n / every + 2, double);
    double *y = arena_many(arena, rows->n / every + 2, double);
    for (size_t i = 0; i < rows->n; i += every) {
        bool both = rows->quality[i * p + a] == METRIC_OK && rows->quality[i * p + b] == METRIC_OK;
        x[n] = rows->score[i * p + a];
        y[n] = rows->score[i * p + b];
        n += both && !isnan(x[n]) && !isnan(y[n]);
    }
    return n < PAIR_ROWS_MIN ? (double)NAN : rank_spearman(arena, x, y, n);
}

static int compare_pairs(const void *a, const void *b)
{
    double x = fabs(((const struct proof_pair *)a)->rho),
           y = fabs(((const struct proof_pair *)b)->rho);
    return (x < y) - (x > y);
}

static void find_pairs(struct arena *arena, const struct proof_rows *rows, size_t p,
                       struct proof *out)
{
    struct proof_pair *pair = arena_many(arena, p * p + 1, struct proof_pair);
    for (size_t a = 0; a < p; a++) {
        for (size_t b = a + 1; b < p; b++) {
            g_autoptr(arena_t) scratch = arena_new();
            double rho = rho_of(scratch, rows, p, a, b);
            if (fabs(rho) > SAME)
                pair[out->n_pairs++] = (struct proof_pair){a, b, rho};
        }
    }
    qsort(pair, out->n_pairs, sizeof *pair, compare_pairs);
    out->pair = pair;
}

/* ── size ───────────────────────────────────────────────────────────────────────────────────────
 */

/* Does health follow size s (n_sizes: ARR)? */
static double size_rho(struct arena *arena, const struct proof_rows *rows, size_t s)
{
    double *x = arena_many(arena, rows->n + 1, double), *y = arena_many(arena, rows->n + 1, double);
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        x[n] = rows->health[i];
        y[n] = s < rows->n_sizes ? rows->size[i * rows->n_sizes + s] : rows->arr[i];
        n += !isnan(x[n]) && !isnan(y[n]);
    }
    return rank_spearman(arena, x, y, n);
}

/* Thirds of the customers by ARR: health that tells risk tells it among customers of one size. */
static void fill_thirds(struct arena *arena, const struct proof_rows *rows, struct proof *out)
{
    struct judged *order = arena_many(arena, rows->n + 1, struct judged);
    double *low = arena_many(arena, rows->n + 1, double),
           *y = arena_many(arena, rows->n + 1, double);
    size_t n = 0, from = 0;
    for (size_t i = 0; i < rows->n; i++) {
        if (!isnan(rows->health[i]))
            order[n++] = (struct judged){rows->arr[i], (double)i};
    }
    qsort(order, n, sizeof *order, compare_judged);
    for (int t = 0; t < PROOF_THIRDS && from < n; t++) {
        size_t end = MAX(from + 1, (size_t)(t + 1) * n / PROOF_THIRDS);
        while (end < n && order[end].v == order[end - 1].v)
            end++;
        struct evaluation e;
        for (size_t i = from; i < end; i++) {
            size_t row = (size_t)order[i].y;
            low[i - from] = -rows->health[row];
            y[i - from] = rows->y[row];
        }
        evaluate_ranking(arena, low, y, end - from, &e);
        out->third[t] = (struct proof_third){end - from, e.events, e.auc, (int64_t)order[from].v,
                                             (int64_t)order[end - 1].v};
        from = end;
    }
}

void proof_evidence(struct arena *arena, const struct proof_rows *rows, struct proof *out)
{
    size_t p = out->card->n_measures;
    struct proof_measure *measure = arena_many(arena, p + 1, struct proof_measure);
    for (size_t j = 0; j < p; j++) {
        g_autoptr(arena_t) scratch = arena_new();
        rank_measure(scratch, rows, p, j, &measure[j]);
        add_bins(arena, rows, p, j, &measure[j]);
    }
    out->measure = measure;
    out->rows = rows->n;
    for (size_t i = 0; i < rows->n; i++)
        out->events += rows->y[i] > 0.5;
    find_pairs(arena, rows, p, out);
    for (size_t s = 0; s < out->n_sizes; s++) {
        g_autoptr(arena_t) scratch = arena_new();
        /* ARR is named first and stands last in the rows. */
        out->size[s].rho = size_rho(scratch, rows, s == 0 ? rows->n_sizes : s - 1);
    }
    g_autoptr(arena_t) scratch = arena_new();
    fill_thirds(scratch, rows, out);
}
