/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/dense.h"

#include <glib.h>
#include <math.h>
#include <string.h>

enum { LANES = 8, TILE = 4, DEPTH = 128, PANEL = 48, BLOCK = 64 };

typedef double lanes __attribute__((vector_size(LANES * sizeof(double)), aligned(8), may_alias));
typedef double quad __attribute__((vector_size(TILE * sizeof(double)), aligned(8), may_alias));

/* c[r][0 …] += sign · sum over k of a[k][r] b[k][0 …], for up to TILE rows r and LANES columns, of
 * which those from `skip` on are added. a and b are packed: TILE and LANES neighbours a step. */
struct tile {
    const double *a, *b;
    size_t depth, rows, skip;
    double *c;
    size_t lc;
    double sign;
};

static inline __attribute__((always_inline)) void add_tile(const struct tile *t)
{
    lanes s0 = {0}, s1 = {0}, s2 = {0}, s3 = {0};
    const double *a = t->a, *end = a + t->depth * TILE, *b = t->b;
    for (; a < end; a += TILE, b += LANES) {
        lanes line = *(const lanes *)(const void *)b;
        s0 += a[0] * line;
        s1 += a[1] * line;
        s2 += a[2] * line;
        s3 += a[3] * line;
    }
    lanes sums[TILE] = {s0, s1, s2, s3};
    for (size_t r = 0; r < t->rows; r++) {
        double *c = t->c + r * t->lc;
        if (t->skip == 0) {
            *(lanes *)(void *)c += t->sign * sums[r];
            continue;
        }
        for (size_t j = t->skip; j < LANES; j++)
            c[j] += t->sign * sums[r][j];
    }
}

/* TILE neighbours of each of `depth` rows, the last missing ones 0. */
static inline __attribute__((always_inline)) void pack_tile(const double *x, size_t stride,
                                                            size_t depth, size_t have, double *out)
{
    for (size_t k = 0; k < depth; k++, x += stride, out += TILE) {
        if (have == TILE) {
            *(quad *)(void *)out = *(const quad *)(const void *)x;
            continue;
        }
        for (size_t j = 0; j < TILE; j++)
            out[j] = j < have ? x[j] : 0;
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

/* BLOCK rows of c at most: a is packed once for all its columns. */
DENSE_CLONES static void add_wide(double sign, const struct dense *a, const struct dense *b,
                                  struct dense *c)
{
    double left[BLOCK * DEPTH], right[LANES * DEPTH];
    for (size_t from = 0; from < a->rows; from += DEPTH) {
        size_t depth = MIN(DEPTH, a->rows - from);
        for (size_t i = 0; i < c->rows; i += TILE)
            pack_tile(a->x + from * a->stride + i, a->stride, depth, MIN(TILE, c->rows - i),
                      left + i * DEPTH);
        for (size_t j = 0; j < c->columns; j += LANES) {
            size_t at = MIN(j, c->columns - LANES); /* the last lanes overlap those before */
            const double *line = b->x + from * b->stride + at;
            for (size_t k = 0; k < depth; k++, line += b->stride)
                *(lanes *)(void *)(right + k * LANES) = *(const lanes *)(const void *)line;
            for (size_t i = 0; i < c->rows; i += TILE) {
                struct tile t = {.a = left + i * DEPTH,
                                 .b = right,
                                 .depth = depth,
                                 .rows = MIN(TILE, c->rows - i),
                                 .skip = j - at,
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
    if (c->columns < LANES) {
        add_thin(sign, a, b, c);
        return;
    }
    for (size_t from = 0; from < c->rows; from += BLOCK) {
        size_t rows = MIN(BLOCK, c->rows - from);
        struct dense left = {a->x + from, a->rows, rows, a->stride};
        struct dense sum = {c->x + from * c->stride, rows, c->columns, c->stride};
        add_wide(sign, &left, b, &sum);
    }
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

void dense_solve_half(const double *u, size_t n, double *b)
{
    for (size_t k = 0; k < n; k++) {
        b[k] /= u[k * n + k];
        add_row(-b[k], u + k * n + k + 1, b + k + 1, n - k - 1);
    }
}

void dense_solve(const double *u, size_t n, double *b)
{
    dense_solve_half(u, n, b);
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
