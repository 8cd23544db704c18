/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/dense.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum { LANES = 8, TILE = 4, DEPTH = 128, PANEL = 32, BLOCK = 64 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));

/* c[r][0 …] += sign · sum over k of a[k][r] b[k][0 …], for up to TILE rows r and LANES columns, of
 * which those from `skip` on are added. */
struct tile {
    const double *a, *b;
    size_t la, lb, depth, rows, skip, columns;
    double *c;
    size_t lc;
    double sign;
};

static inline __attribute__((always_inline)) void add_tile(const struct tile *t)
{
    size_t last = t->rows - 1;
    size_t r1 = MIN(1, last), r2 = MIN(2, last), r3 = MIN(3, last);
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    for (size_t k = 0; k < t->depth; k++) {
        const double *a = t->a + k * t->la;
        lanes b = *(const lanes *)(const void *)(t->b + k * t->lb);
        s0 += a[0] * b;
        s1 += a[r1] * b;
        s2 += a[r2] * b;
        s3 += a[r3] * b;
    }
    lanes sums[TILE] = {s0, s1, s2, s3};
    for (size_t r = 0; r < t->rows; r++) {
        double *c = t->c + r * t->lc;
        for (size_t j = t->skip; j < t->columns; j++)
            c[j] += t->sign * sums[r][j];
    }
}

/* Fewer than LANES columns: one by one, the sums in the same order. */
static void add_thin(double sign, const struct dense *a, const struct dense *b, struct dense *c)
{
    for (size_t i = 0; i < c->rows; i++) {
        for (size_t j = 0; j < c->columns; j++) {
            double sum = 0;
            for (size_t k = 0; k < a->rows; k++)
                sum += a->x[k * a->stride + i] * b->x[k * b->stride + j];
            c->x[i * c->stride + j] += sign * sum;
        }
    }
}

DENSE_CLONES static void add_wide(double sign, const struct dense *a, const struct dense *b,
                                  struct dense *c)
{
    for (size_t from = 0; from < a->rows; from += DEPTH) {
        size_t depth = MIN(DEPTH, a->rows - from);
        for (size_t j = 0; j < c->columns; j += LANES) {
            size_t at = MIN(j, c->columns - LANES); /* the last lanes overlap those before */
            for (size_t i = 0; i < c->rows; i += TILE) {
                struct tile t = {.a = a->x + from * a->stride + i,
                                 .b = b->x + from * b->stride + at,
                                 .la = a->stride,
                                 .lb = b->stride,
                                 .depth = depth,
                                 .rows = MIN(TILE, c->rows - i),
                                 .skip = j - at,
                                 .columns = LANES,
                                 .c = c->x + i * c->stride + at,
                                 .lc = c->stride,
                                 .sign = sign};
                add_tile(&t);
            }
        }
    }
}

void dense_add_product(double sign, const struct dense *a, const struct dense *b, struct dense *c)
{
    if (c->columns < LANES)
        add_thin(sign, a, b, c);
    else
        add_wide(sign, a, b, c);
}

/* y[0 … n) += f x[0 … n). */
DENSE_CLONES static void add_row(double f, const double *x, double *y, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        *(lanes *)(void *)(y + i) += f * *(const lanes *)(const void *)(x + i);
    for (; i < n; i++)
        y[i] += f * x[i];
}

static struct dense part(double *x, size_t stride, size_t rows, size_t columns)
{
    return (struct dense){x, rows, columns, stride};
}

/* Rows from … to of the factor, whose earlier rows are subtracted already. */
static bool factor_panel(double *a, size_t n, size_t from, size_t to)
{
    for (size_t k = from; k < to; k++) {
        double *row = a + k * n;
        for (size_t r = from; r < k; r++)
            add_row(-a[r * n + k], a + r * n + k, row + k, n - k);
        if (!(row[k] > 0) || !isfinite(row[k]))
            return false;
        double scale = 1 / sqrt(row[k]);
        for (size_t j = k; j < n; j++)
            row[j] *= scale;
    }
    return true;
}

bool dense_cholesky(double *a, size_t n)
{
    for (size_t from = 0; from < n; from += PANEL) {
        size_t to = MIN(from + PANEL, n);
        if (!factor_panel(a, n, from, to))
            return false;
        for (size_t i = to; i < n; i += BLOCK) {
            size_t rows = MIN(BLOCK, n - i);
            struct dense left = part(a + from * n + i, n, to - from, rows);
            struct dense right = part(a + from * n + i, n, to - from, n - i);
            struct dense rest = part(a + i * n + i, n, rows, n - i);
            dense_add_product(-1, &left, &right, &rest);
        }
    }
    return true;
}

void dense_solve(const double *u, size_t n, double *b)
{
    for (size_t k = 0; k < n; k++) {
        b[k] /= u[k * n + k];
        add_row(-b[k], u + k * n + k + 1, b + k + 1, n - k - 1);
    }
    for (size_t k = n; k-- > 0;) {
        double sum[4] = {0};
        for (size_t j = k + 1; j < n; j++)
            sum[j % 4] += u[k * n + j] * b[j];
        b[k] = (b[k] - ((sum[0] + sum[1]) + (sum[2] + sum[3]))) / u[k * n + k];
    }
}

/* w = (U')^-1, lower triangle. */
static void invert_factor(const double *u, size_t n, double *w)
{
    memset(w, 0, n * n * sizeof *w);
    for (size_t from = 0; from < n; from += PANEL) {
        size_t to = MIN(from + PANEL, n);
        for (size_t j = 0; j < from; j += BLOCK) {
            size_t columns = MIN(BLOCK, from - j);
            struct dense left = part((double *)(gsize)(u + j * n + from), n, from - j, to - from);
            struct dense right = part(w + j * n + j, n, from - j, columns);
            struct dense rest = part(w + from * n + j, n, to - from, columns);
            dense_add_product(-1, &left, &right, &rest);
        }
        for (size_t k = from; k < to; k++) {
            double *row = w + k * n, scale = 1 / u[k * n + k];
            row[k] = 1;
            for (size_t r = from; r < k; r++)
                add_row(-u[r * n + k], w + r * n, row, r + 1);
            for (size_t j = 0; j <= k; j++)
                row[j] *= scale;
        }
    }
}

void dense_invert(const double *u, size_t n, double *out)
{
    g_autofree double *w = g_new(double, n *n);
    invert_factor(u, n, w);
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i += BLOCK) {
        for (size_t j = i; j < n; j += BLOCK) { /* column c of w is zero above row c */
            struct dense left = part(w + j * n + i, n, n - j, MIN(BLOCK, n - i));
            struct dense right = part(w + j * n + j, n, n - j, MIN(BLOCK, n - j));
            struct dense sum = part(out + i * n + j, n, left.columns, right.columns);
            dense_add_product(1, &left, &right, &sum);
        }
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n; j++)
            out[j * n + i] = out[i * n + j];
    }
}
