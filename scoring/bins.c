/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/order.h"

void bins_values(const struct dataset *data, const struct bins_source *source, double *out)
{
    const double *a = data->column[source->parent[0]].x;
    const double *b = source->n_parents > 1 ? data->column[source->parent[1]].x : NULL;
    for (size_t i = 0; i < data->n; i++) {
        double v = a[i];
        if (source->make == BINS_DIFFERENCE)
            v -= b[i];
        else if (source->make == BINS_LOG_RATIO)
            v = log((a[i] + source->shift[0]) / (b[i] + source->shift[1]));
        for (size_t p = 1; source->make == BINS_SUM && p < source->n_parents; p++)
            v += data->column[source->parent[p]].x[i];
        out[i] = isfinite(v) ? v : NAN;
    }
}

/* Sorted copy of the values that are there, and of the distinct ones. */
struct sorted {
    double *x, *distinct;
    size_t n, n_distinct;
};

static void sort_values(struct arena *arena, const double *x, size_t n, struct sorted *out)
{
    out->x = arena_many(arena, n + 1, double);
    out->distinct = arena_many(arena, n + 1, double);
    out->n = out->n_distinct = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]))
            out->x[out->n++] = x[i];
    }
    order_ascending(out->x, out->n);
    for (size_t i = 0; i < out->n; i++) {
        if (i == 0 || out->x[i] != out->x[i - 1])
            out->distinct[out->n_distinct++] = out->x[i];
    }
}

/* Quantile between neighbours (type 7). */
static double quantile(const double *sorted, size_t n, double q)
{
    double at = q * (double)(n - 1);
    size_t low = (size_t)at;
    if (low + 1 >= n)
        return sorted[n - 1];
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

/* Borders half-way between a value and the next. */
static void cut(struct arena *arena, const struct sorted *s, struct bins *bins)
{
    size_t u = s->n_distinct, count = 0;
    double *at = arena_many(arena, 2 * BINS_QUANTILES + u, double);
    if (u <= 2 * BINS_QUANTILES) {
        for (size_t i = 0; i + 1 < u; i++)
            at[count++] = s->distinct[i];
    } else {
        for (size_t i = 1; i < BINS_QUANTILES; i++) {
            at[count++] = s->x[i * (s->n - 1) / BINS_QUANTILES];
            at[count++] = s->distinct[i * (u - 1) / BINS_QUANTILES];
        }
        order_ascending(at, count);
    }
    bins->edge = arena_many(arena, count + 1, double);
    size_t next = 0;
    for (size_t i = 0; i < count; i++) {
        if ((i > 0 && at[i] == at[i - 1]) || at[i] >= s->distinct[u - 1])
            continue;
        while (s->distinct[next] <= at[i])
            next++;
        bins->edge[bins->cuts++] = at[i] / 2 + s->distinct[next] / 2;
    }
    bins->m = bins->cuts + 1;
}

static uint16_t bin_of(const struct bins *bins, double x)
{
    size_t low = 0, high = bins->cuts;
    while (low < high) { /* the first border not below x */
        size_t mid = (low + high) / 2;
        if (bins->edge[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    return (uint16_t)low;
}

/* Means of the bins; an empty one (possible in a derived covariate only) lies between neighbours.
 */
static void average(const struct bins *bins, const double *x, size_t n)
{
    double *sum = g_new0(double, bins->m);
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]))
            sum[bins->code[i]] += x[i];
    }
    size_t regular = bins->m - bins->has_missing;
    for (size_t b = 0; b < regular; b++)
        bins->value[b] = bins->count[b] > 0 ? sum[b] / bins->count[b] : NAN;
    for (size_t b = 0; b < regular; b++) {
        if (isnan(bins->value[b]))
            bins->value[b] = b > 0 ? bins->value[b - 1] : bins->edge[0];
    }
    g_free(sum);
}

static void make_numeric(struct arena *arena, const struct sorted *s, const double *x, size_t n,
                         struct bins *bins)
{
    cut(arena, s, bins);
    bins->m += bins->has_missing;
    bins->code = arena_many(arena, n, uint16_t);
    bins->count = arena_many(arena, bins->m, double);
    bins->value = arena_many(arena, bins->m, double);
    for (size_t i = 0; i < n; i++) {
        bins->code[i] = isnan(x[i]) ? (uint16_t)(bins->m - 1) : bin_of(bins, x[i]);
        bins->count[bins->code[i]]++;
    }
    average(bins, x, n);
    bins->node = arena_many(arena, BINS_NODES, double);
    for (size_t i = 0; i < BINS_NODES; i++)
        bins->node[i] = quantile(s->distinct, s->n_distinct, (double)i / (double)(BINS_NODES - 1));
}

struct level {
    double x;
    size_t rows;
};

static int most_rows(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows < y->rows ? 1 : -1;
    return (x->x > y->x) - (x->x < y->x);
}

static int by_value(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    return (x->x > y->x) - (x->x < y->x);
}

/* The levels with rows, by value; beyond BINS_LEVELS the most frequent of them. */
static void keep_levels(struct arena *arena, const struct sorted *s, struct bins *bins)
{
    struct level *level = arena_many(arena, s->n_distinct, struct level);
    size_t at = 0;
    for (size_t i = 0; i < s->n_distinct; i++) {
        level[i].x = s->distinct[i];
        while (at < s->n && s->x[at] == s->distinct[i]) {
            level[i].rows++;
            at++;
        }
    }
    size_t kept = s->n_distinct;
    if (kept > BINS_LEVELS) {
        qsort(level, kept, sizeof *level, most_rows);
        kept = BINS_LEVELS;
        while (kept > 0 && level[kept - 1].rows < 2)
            kept--;
        qsort(level, kept, sizeof *level, by_value);
        bins->has_other = true;
    }
    bins->m = kept + bins->has_other + bins->has_missing;
    bins->value = arena_many(arena, bins->m, double);
    for (size_t i = 0; i < kept; i++)
        bins->value[i] = level[i].x;
}

static uint16_t level_of(const struct bins *bins, double x)
{
    size_t low = 0, high = bins->m - bins->has_missing - bins->has_other, end = high;
    if (isnan(x))
        return bins->has_missing ? (uint16_t)(bins->m - 1) : BINS_UNSEEN;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (bins->value[mid] < x)
            low = mid + 1;
        else
            high = mid;
    }
    if (low < end && bins->value[low] == x)
        return (uint16_t)low;
    return bins->has_other ? (uint16_t)end : BINS_UNSEEN;
}

static void make_factor(struct arena *arena, const struct sorted *s, const double *x, size_t n,
                        const struct dataset_column *column, struct bins *bins)
{
    keep_levels(arena, s, bins);
    bins->code = arena_many(arena, n, uint16_t);
    bins->count = arena_many(arena, bins->m, double);
    for (size_t i = 0; i < n; i++) {
        bins->code[i] = level_of(bins, x[i]);
        bins->count[bins->code[i]]++;
    }
    if (!column->level)
        return;
    bins->level = arena_many(arena, bins->m, const char *);
    for (size_t b = 0; b < bins->m - bins->has_missing - bins->has_other; b++)
        bins->level[b] = arena_strdup(arena, column->level[(size_t)bins->value[b]]);
}

struct bins *bins_new(struct arena *arena, const struct dataset *data,
                      const struct bins_source *source, const char *name)
{
    g_autoptr(arena_t) scratch = arena_new();
    const struct dataset_column *column = &data->column[source->parent[0]];
    double *x = arena_many(scratch, data->n + 1, double);
    struct sorted s;
    bins_values(data, source, x);
    sort_values(scratch, x, data->n, &s);
    bool has_missing = s.n < data->n;
    if (s.n_distinct + has_missing < 2)
        return NULL;
    struct bins *bins = arena_one(arena, struct bins);
    size_t *parent = arena_many(arena, source->n_parents, size_t);
    memcpy(parent, source->parent, source->n_parents * sizeof *parent);
    bins->source = *source;
    bins->source.parent = parent;
    bins->name = arena_strdup(arena, name);
    bins->unit = arena_strdup(arena, column->unit);
    bins->has_missing = has_missing;
    bins->is_factor = source->make == BINS_COLUMN &&
                      (column->level || s.n_distinct <= BINS_FACTOR || s.n_distinct < 2);
    if (bins->is_factor)
        make_factor(arena, &s, x, data->n, column, bins);
    else
        make_numeric(arena, &s, x, data->n, bins);
    return bins->m >= 2 ? bins : NULL;
}

struct bins *bins_step(struct arena *arena, const struct bins *from, size_t cut)
{
    struct bins *bins = arena_one(arena, struct bins);
    double sum[2] = {0, 0}, rows = 0;
    *bins = *from;
    bins->name = arena_printf(arena, "%s > %.6g", from->name, from->edge[cut]);
    bins->m = 2 + from->has_missing;
    bins->cuts = 1;
    bins->edge = arena_many(arena, 1, double);
    bins->edge[0] = from->edge[cut];
    bins->value = arena_many(arena, bins->m, double);
    bins->count = arena_many(arena, bins->m, double);
    for (size_t b = 0; b < from->m; b++) {
        size_t to = from->has_missing && b + 1 == from->m ? 2 : b > cut;
        bins->count[to] += from->count[b];
        rows += from->count[b];
        if (to < 2)
            sum[to] += from->count[b] * from->value[b];
    }
    for (size_t b = 0; b < 2; b++)
        bins->value[b] = bins->count[b] > 0 ? sum[b] / bins->count[b] : bins->edge[0];
    bins->code = arena_many(arena, (size_t)rows + 1, uint16_t);
    for (size_t i = 0; i < (size_t)rows; i++) {
        uint16_t b = from->code[i];
        bins->code[i] = from->has_missing && b + 1U == from->m ? 2 : b > cut;
    }
    return bins;
}

/* A factor of texts is looked up by its text: another dataset numbers its levels as it likes. */
static void code_texts(const struct bins *bins, const struct dataset_column *column,
                       const double *x, size_t n, uint16_t *out)
{
    size_t kept = bins->m - bins->has_missing - bins->has_other;
    uint16_t *of_level = g_new(uint16_t, column->n_levels + 1);
    g_autoptr(GHashTable) index = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t b = 0; b < kept; b++)
        g_hash_table_insert(index, (gpointer)(uintptr_t)bins->level[b], GSIZE_TO_POINTER(b + 1));
    for (size_t l = 0; l < column->n_levels; l++) {
        size_t b = GPOINTER_TO_SIZE(g_hash_table_lookup(index, column->level[l]));
        of_level[l] = b > 0             ? (uint16_t)(b - 1)
                      : bins->has_other ? (uint16_t)kept
                                        : (uint16_t)BINS_UNSEEN;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = isnan(x[i]) ? level_of(bins, NAN) : of_level[(size_t)x[i]];
    g_free(of_level);
}

void bins_code(const struct bins *bins, const struct dataset *data, uint16_t *out)
{
    g_autofree double *x = g_new(double, data->n + 1);
    bins_values(data, &bins->source, x);
    if (bins->level) {
        code_texts(bins, &data->column[bins->source.parent[0]], x, data->n, out);
        return;
    }
    for (size_t i = 0; i < data->n; i++) {
        if (bins->is_factor)
            out[i] = level_of(bins, x[i]);
        else if (isnan(x[i]))
            out[i] = bins->has_missing ? (uint16_t)(bins->m - 1) : (uint16_t)BINS_UNSEEN;
        else
            out[i] = bin_of(bins, x[i]);
    }
}

size_t bins_group(const struct bins *bins, size_t groups, uint16_t *out)
{
    size_t regular = bins->m - bins->has_missing, used = 0;
    double total = 0, below = 0;
    if (bins->is_factor) {
        for (size_t b = 0; b < bins->m; b++)
            out[b] = (uint16_t)b;
        return bins->m;
    }
    for (size_t b = 0; b < regular; b++)
        total += bins->count[b];
    size_t last = groups;
    for (size_t b = 0; b < regular; b++) {
        double middle = (below + bins->count[b] / 2) / total;
        size_t group = MIN((size_t)(middle * (double)groups), groups - 1);
        used += group != last;
        last = group;
        out[b] = (uint16_t)(used - 1);
        below += bins->count[b];
    }
    if (bins->has_missing)
        out[bins->m - 1] = (uint16_t)used++;
    return used;
}
