/* SPDX-License-Identifier: GPL-3.0-or-later */
/* X'WX by what is not zero: a row has four neighbouring splines of a covariate, sixteen of a pair.
 * Products of two terms are piled up in splines, in a block that stays in the cache, and turned
 * into columns once. Where rows outnumber the cells of two covariates, their weights are summed by
 * cell first. */
#include <math.h>
#include <string.h>

#include "scoring/crew.h"
#include "scoring/dense.h"
#include "scoring/reml_internal.h"

enum { THREADS_WORTH = 100000 }; /* rows: fewer are done before a thread has begun */

typedef double run_t
    __attribute__((vector_size(BASIS_RUN * sizeof(double)), aligned(8), may_alias));

static const struct basis *basis_of(const struct reml_part *part, size_t axis)
{
    return part->term->basis[axis];
}

/* Splines of a term: the product of those of its axes. */
static size_t size_of(const struct reml_part *part)
{
    size_t k = 1;
    for (size_t a = 0; a < part->term->key.n; a++)
        k *= basis_of(part, a)->k;
    return k;
}

/* The runs of a row on all axes but the last, and where they begin. */
static void outline(struct reml_part *part)
{
    const struct term *term = part->term;
    size_t last = term->key.n - 1;
    part->runs = 1;
    part->step[0] = 0;
    for (size_t a = 0; a < last; a++) {
        size_t run = basis_of(part, a)->run, inner = basis_of(part, a + 1)->k;
        for (size_t u = part->runs; u-- > 0;) {
            for (size_t j = run; j-- > 0;)
                part->step[u * run + j] = (uint32_t)((part->step[u] + j) * inner);
        }
        part->runs *= run;
    }
}

/* One row's values in splines; returns where its first run begins. */
static size_t fill_local(const struct reml_part *part, size_t i, double *out)
{
    double head[BASIS_RUN * BASIS_RUN] = {1};
    size_t filled = 1, at = 0, axes = part->term->key.n;
    for (size_t a = 0; a < axes; a++) {
        const struct basis *basis = basis_of(part, a);
        size_t code = part->code[a][i], run = a + 1 < axes ? basis->run : BASIS_RUN;
        const double *value = basis->local + code * BASIS_RUN;
        at = at * basis->k + basis->first[code];
        if (a + 1 == axes) {
            for (size_t u = 0; u < filled; u++) {
                for (size_t j = 0; j < run; j++)
                    out[u * BASIS_RUN + j] = head[u] * value[j];
            }
            break;
        }
        for (size_t u = filled; u-- > 0;) {
            double whole = head[u];
            for (size_t j = run; j-- > 0;)
                head[u * run + j] = whole * value[j];
        }
        filled *= run;
    }
    return at;
}

void reml_local_prepare(struct reml_part *part, size_t n)
{
    outline(part);
    part->at = NULL;
    part->local = NULL;
    if (part->term->key.n == 1)
        return;
    part->at = g_new(uint32_t, n + 1);
    part->local = g_new(double, n * part->runs * BASIS_RUN + 1);
    for (size_t i = 0; i < n; i++)
        part->at[i] = (uint32_t)fill_local(part, i, part->local + i * part->runs * BASIS_RUN);
}

/* Where a row's values stand: by its bin for one covariate, else by the row itself. */
struct side {
    const uint16_t *code, *first;
    const uint32_t *at, *step;
    const double *value;
    size_t stride, runs, length, k;
};

static struct side side_of(const struct reml_part *part)
{
    const struct basis *basis = basis_of(part, part->term->key.n - 1);
    struct side side = {.step = part->step,
                        .stride = part->runs * BASIS_RUN,
                        .runs = part->runs,
                        .length = basis->run,
                        .k = size_of(part)};
    if (part->local) {
        side.at = part->at;
        side.value = part->local;
    } else {
        side.code = part->code[0];
        side.first = basis->first;
        side.value = basis->local;
    }
    return side;
}

static inline __attribute__((always_inline)) size_t place(const struct side *s, size_t i,
                                                          const double **value)
{
    size_t row = s->code ? s->code[i] : i;
    *value = s->value + row * s->stride;
    return s->code ? s->first[row] : s->at[row];
}

/* block += sum over rows of w s t'. What the loops need is copied first: the compiler must believe
 * that the block's values could be the sides'. */
static inline __attribute__((always_inline)) void pile(struct side s, struct side t,
                                                       const double *w, size_t n, size_t s_runs,
                                                       size_t length, size_t t_runs, double *block)
{
    size_t s_step[BASIS_RUN * BASIS_RUN], t_step[BASIS_RUN * BASIS_RUN];
    for (size_t u = 0; u < s_runs; u++)
        s_step[u] = s.step[u] * t.k;
    for (size_t r = 0; r < t_runs; r++)
        t_step[r] = t.step[r];
    for (size_t i = 0; i < n; i++) {
        const double *a, *b;
        size_t row = place(&s, i, &a), column = place(&t, i, &b);
        double *to = block + row * t.k + column, weight = w[i];
#pragma GCC unroll 4
        for (size_t u = 0; u < s_runs; u++) {
#pragma GCC unroll 4
            for (size_t j = 0; j < length; j++) {
                double f = weight * a[u * BASIS_RUN + j], *line = to + s_step[u] + j * t.k;
#pragma GCC unroll 4
                for (size_t r = 0; r < t_runs; r++)
                    *(run_t *)(void *)(line + t_step[r]) +=
                        f * *(const run_t *)(const void *)(b + r * BASIS_RUN);
            }
        }
    }
}

/* The usual shapes with their loops unrolled. */
DENSE_CLONES static void pile_rows(const struct side *s, const struct side *t, const double *w,
                                   size_t n, double *block)
{
    if (s->length == 4 && s->runs == 1 && t->runs == 1)
        pile(*s, *t, w, n, 1, 4, 1, block);
    else if (s->length == 4 && s->runs == 1 && t->runs == 4)
        pile(*s, *t, w, n, 1, 4, 4, block);
    else if (s->length == 4 && s->runs == 4 && t->runs == 4)
        pile(*s, *t, w, n, 4, 4, 4, block);
    else if (s->length == 1 && s->runs == 1 && t->runs == 1)
        pile(*s, *t, w, n, 1, 1, 1, block);
    else
        pile(*s, *t, w, n, s->runs, s->length, t->runs, block);
}

/* A term of one covariate with one of more: the other's rows are summed by bin first. */
DENSE_CLONES static void pile_bins(const struct reml_part *a, const struct reml_part *b,
                                   const double *w, size_t n, double *block)
{
    const struct basis *basis = basis_of(a, 0);
    const uint16_t *code = a->code[0];
    struct side t = side_of(b);
    size_t m = basis->m, step[BASIS_RUN * BASIS_RUN];
    g_autofree double *sum = g_new0(double, m *t.k);
    for (size_t r = 0; r < t.runs; r++)
        step[r] = t.step[r];
    for (size_t i = 0; i < n; i++) {
        double *to = sum + code[i] * t.k + t.at[i], weight = w[i];
        const double *value = t.value + i * t.stride;
        for (size_t r = 0; r < t.runs; r++)
            *(run_t *)(void *)(to + step[r]) +=
                weight * *(const run_t *)(const void *)(value + r * BASIS_RUN);
    }
    for (size_t x = 0; x < m; x++) {
        for (size_t j = 0; j < basis->run; j++) {
            double f = basis->local[x * BASIS_RUN + j], *to = block + (basis->first[x] + j) * t.k;
            for (size_t c = 0; c < t.k; c++)
                to[c] += f * sum[x * t.k + c];
        }
    }
}

/* Two terms of one covariate by way of their cells: the weights of each, then their splines. */
DENSE_CLONES static void pile_cells(const struct reml_part *a, const struct reml_part *b,
                                    const double *w, size_t n, double *block)
{
    const struct basis *ba = basis_of(a, 0), *bb = basis_of(b, 0);
    size_t ma = ba->m, mb = bb->m;
    g_autofree double *cell = g_new0(double, 2 * ma * mb), *half = g_new0(double, ba->k *mb);
    const uint16_t *row = a->code[0], *column = b->code[0];
    double *other = cell + ma * mb; /* by turns: a cell need not wait for its own last sum */
    size_t i = 0;
    for (; i + 1 < n; i += 2) {
        cell[row[i] * mb + column[i]] += w[i];
        other[row[i + 1] * mb + column[i + 1]] += w[i + 1];
    }
    if (i < n)
        cell[row[i] * mb + column[i]] += w[i];
    for (size_t c = 0; c < ma * mb; c++)
        cell[c] += other[c];
    for (size_t x = 0; x < ma; x++) {
        for (size_t j = 0; j < ba->run; j++) {
            double f = ba->local[x * BASIS_RUN + j], *to = half + (ba->first[x] + j) * mb;
            for (size_t y = 0; y < mb; y++)
                to[y] += f * cell[x * mb + y];
        }
    }
    for (size_t r = 0; r < ba->k; r++) {
        for (size_t y = 0; y < mb; y++)
            *(run_t *)(void *)(block + r * bb->k + bb->first[y]) +=
                half[r * mb + y] * *(const run_t *)(const void *)(bb->local + y * BASIS_RUN);
    }
}

/* Splines to columns: `in` is size × m, the result p × m. */
static double *turn(const struct reml_part *part, const double *in, size_t m)
{
    size_t axes = part->term->key.n, outer = 1, inner = m;
    for (size_t a = 1; a < axes; a++)
        inner *= basis_of(part, a)->k;
    double *from = g_memdup2(in, size_of(part) * m * sizeof *in);
    for (size_t a = 0; a < axes; a++) {
        const struct basis *basis = basis_of(part, a);
        double *to = g_new0(double, outer * basis->q * inner);
        struct dense turning = {basis->turn, basis->k, basis->q, basis->q};
        for (size_t o = 0; o < outer; o++) {
            struct dense x = {from + o * basis->k * inner, basis->k, inner, inner};
            struct dense y = {to + o * basis->q * inner, basis->q, inner, inner};
            dense_add_product(1, &turning, &x, &y);
        }
        g_free(from);
        from = to;
        outer *= basis->q;
        if (a + 1 < axes)
            inner /= basis_of(part, a + 1)->k;
    }
    return from;
}

static void flip(const double *in, size_t rows, size_t columns, double *out)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            out[j * rows + i] = in[i * columns + j];
    }
}

static void set_block(struct reml *fit, size_t row, size_t column, const double *block, size_t rows,
                      size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            fit->h[(row + i) * fit->p + column + j] = block[i * columns + j];
            fit->h[(column + j) * fit->p + row + i] = block[i * columns + j];
        }
    }
}

/* Turn a block of a's and b's splines on both sides and keep it. */
static void keep(struct reml *fit, const struct reml_part *a, const struct reml_part *b,
                 const double *block)
{
    size_t ka = size_of(a), kb = size_of(b), pa = a->term->p, pb = b->term->p;
    g_autofree double *half = turn(a, block, kb), *flipped = g_new(double, kb *MAX(pa, ka));
    flip(half, pa, kb, flipped);
    g_autofree double *whole = turn(b, flipped, pa);
    set_block(fit, b->start, a->start, whole, pb, pa);
}

static void cross_two(struct reml *fit, const struct reml_part *a, const struct reml_part *b)
{
    size_t n = fit->data->n;
    bool by_cell = !a->local && !b->local && n > basis_of(a, 0)->m * basis_of(b, 0)->m;
    g_autofree double *block = g_new0(double, size_of(a) * size_of(b));
    if (by_cell) {
        pile_cells(a, b, fit->w, n, block);
    } else if (!a->local && b->local && basis_of(a, 0)->run == BASIS_RUN) {
        pile_bins(a, b, fit->w, n, block);
    } else {
        struct side s = side_of(a), t = side_of(b);
        pile_rows(&s, &t, fit->w, n, block);
    }
    keep(fit, a, b, block);
}

/* A term of one covariate with itself, bin by bin; `w` by bin. */
static void cross_bins(struct reml *fit, const struct reml_part *part, const double *w)
{
    struct side s = side_of(part);
    g_autofree double *block = g_new0(double, s.k *s.k);
    g_autofree uint16_t *each = g_new(uint16_t, basis_of(part, 0)->m);
    for (size_t b = 0; b < basis_of(part, 0)->m; b++)
        each[b] = (uint16_t)b;
    s.code = each;
    pile_rows(&s, &s, w, basis_of(part, 0)->m, block);
    keep(fit, part, part, block);
}

/* Sum of x over the rows, in a term's columns. For one covariate `bin` gets the sums by bin. */
static void cross_one(const struct reml *fit, const struct reml_part *part, const double *x,
                      double *bin, double *out)
{
    struct side s = side_of(part);
    g_autofree double *sum = g_new0(double, s.k);
    size_t n = fit->data->n;
    if (bin) {
        for (size_t i = 0; i < n; i++)
            bin[part->code[0][i]] += x[i];
        n = basis_of(part, 0)->m;
    }
    for (size_t i = 0; i < n; i++) {
        const double *value = s.value + i * s.stride;
        double *to = sum + (bin ? s.first[i] : s.at[i]), f = bin ? bin[i] : x[i];
        for (size_t r = 0; r < s.runs; r++)
            *(run_t *)(void *)(to + s.step[r]) +=
                f * *(const run_t *)(const void *)(value + r * BASIS_RUN);
    }
    g_autofree double *turned = turn(part, sum, 1);
    memcpy(out, turned, part->term->p * sizeof *out);
}

/* Of a resting term the diagonal alone, 0 beside it. */
static void keep_diagonal(struct reml *fit, struct reml_part *part)
{
    size_t p = fit->p, end = part->start + part->term->p;
    for (size_t k = part->start; k < end; k++) {
        double own = fit->h[k * p + k];
        size_t from = part->apart ? part->start : 0, to = part->apart ? end : p;
        for (size_t l = from; l < to; l++)
            fit->h[k * p + l] = fit->h[l * p + k] = 0;
        fit->h[k] = fit->h[k * p] = 0;
        fit->h[k * p + k] = own;
    }
    part->apart = true;
}

static void cross_part(struct reml *fit, guint t, bool all)
{
    const struct reml_part *part = REML_PART(fit, t);
    size_t m = part->local ? 0 : basis_of(part, 0)->m;
    g_autofree double *w = part->local ? NULL : g_new0(double, m);
    g_autofree double *r = part->local ? NULL : g_new0(double, m);
    g_autofree double *line = g_new(double, part->term->p);
    cross_one(fit, part, fit->w, w, line);
    set_block(fit, 0, part->start, line, 1, part->term->p);
    cross_one(fit, part, fit->score, r, fit->g + part->start);
    if (part->local)
        cross_two(fit, part, part);
    else
        cross_bins(fit, part, w);
    for (guint u = 0; u < t && (all || !part->resting); u++) {
        const struct reml_part *other = REML_PART(fit, u);
        if (other->resting && (!all || part->resting))
            continue;
        if (part->local && !other->local) /* the one with fewer runs goes over its splines */
            cross_two(fit, other, part);
        else
            cross_two(fit, part, other);
    }
}

struct crossing {
    struct reml *fit;
    bool all;
};

/* The later a term, the more it has to be crossed with: those first. */
static void cross_next(void *context, size_t i)
{
    const struct crossing *c = context;
    cross_part(c->fit, c->fit->part->len - 1 - (guint)i, c->all);
}

void reml_cross(struct reml *fit, bool all)
{
    struct crossing crossing = {fit, all};
    fit->h[0] = fit->g[0] = 0;
    for (size_t i = 0; i < fit->data->n; i++) {
        fit->h[0] += fit->w[i];
        fit->g[0] += fit->score[i];
    }
    crew_each(fit->part->len, fit->data->n < THREADS_WORTH ? 1 : fit->data->threads, cross_next,
              &crossing);
    for (guint t = 0; t < fit->part->len; t++) {
        struct reml_part *part = REML_PART(fit, t);
        part->crossed = !part->resting;
        if (part->resting && !all)
            keep_diagonal(fit, part);
        else
            part->apart = false;
    }
    memcpy(fit->crossed, fit->w, fit->data->n * sizeof *fit->w);
}

/* Weights that have moved by less, of their sum, are as they were. */
static const double still = 1e-2;

static bool has_moved(const struct reml *fit)
{
    double moved = 0;
    for (guint t = 0; t < fit->part->len; t++) {
        if (!REML_PART(fit, t)->resting && !REML_PART(fit, t)->crossed)
            return true;
    }
    for (size_t i = 0; i < fit->data->n; i++)
        moved += fabs(fit->w[i] - fit->crossed[i]);
    return moved > still * fit->h[0];
}

void reml_cross_again(struct reml *fit)
{
    if (has_moved(fit)) {
        reml_cross(fit, false);
        return;
    }
    fit->g[0] = 0;
    for (size_t i = 0; i < fit->data->n; i++)
        fit->g[0] += fit->score[i];
    for (guint t = 0; t < fit->part->len; t++) {
        const struct reml_part *part = REML_PART(fit, t);
        g_autofree double *r = part->local ? NULL : g_new0(double, basis_of(part, 0)->m);
        cross_one(fit, part, fit->score, r, fit->g + part->start);
    }
}

/* Columns to splines: the values of a term's coefficients in splines. */
static double *unturn(const struct reml_part *part, const double *beta)
{
    size_t axes = part->term->key.n, outer = 1, inner = part->term->p;
    double *from = g_memdup2(beta, inner * sizeof *beta);
    for (size_t a = 0; a < axes; a++) {
        const struct basis *basis = basis_of(part, a);
        inner /= basis->q;
        double *to = g_new0(double, outer * basis->k * inner);
        for (size_t o = 0; o < outer; o++) {
            for (size_t k = 0; k < basis->k; k++) {
                for (size_t c = 0; c < basis->q; c++) {
                    double f = basis->turn[k * basis->q + c];
                    for (size_t i = 0; i < inner; i++)
                        to[(o * basis->k + k) * inner + i] +=
                            f * from[(o * basis->q + c) * inner + i];
                }
            }
        }
        g_free(from);
        from = to;
        outer *= basis->k;
    }
    return from;
}

void reml_local_add(const struct reml_part *part, const double *beta, size_t n, double *eta)
{
    g_autofree double *value = unturn(part, beta);
    for (size_t i = 0; i < n; i++) {
        const double *x = part->local + i * part->runs * BASIS_RUN, *v = value + part->at[i];
        double sum = 0;
        for (size_t r = 0; r < part->runs; r++) {
            const double *line = v + part->step[r], *row = x + r * BASIS_RUN;
            sum += (line[0] * row[0] + line[1] * row[1]) + (line[2] * row[2] + line[3] * row[3]);
        }
        eta[i] += sum;
    }
}
