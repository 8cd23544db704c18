/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/covariate.h"

#include <math.h>
#include <string.h>

static const size_t groups_wanted[COVARIATE_GROUPINGS] = {8, 10, 4, 64};
static const size_t basis_size[TERM_AXES] = {32, 8, 4};
static const double copy_of = 0.999; /* correlation from which two columns say the same */

/* One numeric column while candidates are made. */
struct numeric {
    size_t column, covariate;
    double mean, sd, least;
    bool can_pair;
};

struct making {
    struct covariate_set *set;
    const struct dataset *data;
    struct arena *scratch;
    GArray *rows;     /* struct covariate */
    GArray *numeric;  /* struct numeric */
    size_t *original; /* column → covariate whose copy it is, or itself; SIZE_MAX: does not vary */
    double *x;        /* room for n values */
};

/* Pearson's correlation over the rows where both are there. */
static double correlation(const double *a, const double *b, size_t n)
{
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0, m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            continue;
        m++;
        sa += a[i];
        sb += b[i];
    }
    double ma = sa / m, mb = sb / m;
    for (size_t i = 0; i < n; i++) {
        if (isnan(a[i]) || isnan(b[i]))
            continue;
        saa += (a[i] - ma) * (a[i] - ma);
        sbb += (b[i] - mb) * (b[i] - mb);
        sab += (a[i] - ma) * (b[i] - mb);
    }
    return saa > 0 && sbb > 0 ? sab / sqrt(saa * sbb) : 0;
}

static void describe(const double *x, size_t n, struct numeric *out)
{
    double sum = 0, m = 0, square = 0;
    out->least = INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        m++;
        sum += x[i];
        out->least = fmin(out->least, x[i]);
    }
    out->mean = m > 0 ? sum / m : 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]))
            square += (x[i] - out->mean) * (x[i] - out->mean);
    }
    out->sd = m > 0 ? sqrt(square / m) : 0;
}

static void fill_groups(struct arena *arena, struct covariate *c)
{
    for (size_t g = 0; g < COVARIATE_GROUPINGS; g++) {
        c->group[g] = arena_many(arena, c->bins->m, uint16_t);
        c->n_group[g] = bins_group(c->bins, groups_wanted[g], c->group[g]);
    }
}

static void add_columns(struct making *mk)
{
    const struct dataset *data = mk->data;
    for (size_t i = 0; i < data->n_columns; i++) {
        const struct dataset_column *column = &data->column[i];
        struct covariate c = {.is_main = true, .direction = column->direction};
        struct numeric now = {.column = i, .covariate = mk->rows->len};
        bool is_held = column->direction != 0;
        mk->original[i] = SIZE_MAX;
        c.bins = bins_new(mk->set->arena, data, &(struct bins_source){BINS_COLUMN, 1, &i, {0, 0}},
                          column->name);
        if (!c.bins)
            continue;
        mk->original[i] = mk->rows->len;
        describe(column->x, data->n, &now);
        for (guint k = 0; !column->level && c.is_main && k < mk->numeric->len; k++) {
            const struct numeric *other = &g_array_index(mk->numeric, struct numeric, k);
            if (mk->original[other->column] != other->covariate ||
                fabs(correlation(data->column[other->column].x, column->x, data->n)) <= copy_of)
                continue;
            c.is_main = false;
            mk->original[i] = other->covariate;
            is_held |= data->column[other->column].direction != 0;
        }
        now.can_pair = c.bins->m > BINS_FACTOR && !c.bins->is_factor && !is_held;
        if (!column->level)
            g_array_append_val(mk->numeric, now);
        fill_groups(mk->set->arena, &c);
        g_array_append_val(mk->rows, c);
    }
}

/* Is it something other than each of its parents? */
static bool says_more(const struct making *mk, const struct bins_source *source)
{
    bins_values(mk->data, source, mk->x);
    for (size_t p = 0; p < source->n_parents; p++) {
        const double *x = mk->data->column[source->parent[p]].x;
        if (fabs(correlation(mk->x, x, mk->data->n)) >= copy_of)
            return false;
    }
    return true;
}

static void add_derived(struct making *mk, const struct bins_source *source, const char *name)
{
    if (!says_more(mk, source))
        return;
    struct covariate c = {.is_derived = true, .n_parents = 0};
    c.bins = bins_new(mk->set->arena, mk->data, source, name);
    if (!c.bins || c.bins->m - c.bins->has_missing <= BINS_FACTOR)
        return;
    c.parent = arena_many(mk->set->arena, source->n_parents, size_t);
    for (size_t p = 0; p < source->n_parents; p++) {
        size_t original = mk->original[source->parent[p]];
        bool known = false;
        for (size_t k = 0; k < c.n_parents; k++)
            known |= c.parent[k] == original;
        if (!known)
            c.parent[c.n_parents++] = original;
    }
    fill_groups(mk->set->arena, &c);
    g_array_append_val(mk->rows, c);
}

/* Totals of the columns of a unit, three at least. */
static void add_totals(struct making *mk)
{
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < mk->numeric->len; i++) {
        const struct numeric *first = &g_array_index(mk->numeric, struct numeric, i);
        const char *unit = mk->data->column[first->column].unit;
        size_t *parent = arena_many(mk->scratch, mk->numeric->len, size_t), n = 0;
        if (!first->can_pair || !*unit || !g_hash_table_add(done, (gpointer)(uintptr_t)unit))
            continue;
        g_autoptr(GString) name = g_string_new("sum(");
        for (guint k = i; k < mk->numeric->len; k++) {
            const struct numeric *other = &g_array_index(mk->numeric, struct numeric, k);
            if (!other->can_pair || strcmp(mk->data->column[other->column].unit, unit) != 0)
                continue;
            g_string_append_printf(name, "%s%s", n ? "+" : "",
                                   mk->data->column[other->column].name);
            parent[n++] = other->column;
        }
        g_string_append_c(name, ')');
        if (n > 2)
            add_derived(mk, &(struct bins_source){BINS_SUM, n, parent, {0, 0}}, name->str);
    }
}

static void add_pair(struct making *mk, const struct numeric *a, const struct numeric *b)
{
    const struct dataset_column *ca = &mk->data->column[a->column];
    const struct dataset_column *cb = &mk->data->column[b->column];
    size_t parent[2] = {a->column, b->column};
    bool one_unit = *ca->unit && strcmp(ca->unit, cb->unit) == 0;
    if (one_unit || fmax(a->sd, b->sd) < 4 * fmin(a->sd, b->sd)) {
        g_autofree char *sum = g_strdup_printf("%s+%s", ca->name, cb->name);
        g_autofree char *difference = g_strdup_printf("%s-%s", ca->name, cb->name);
        add_derived(mk, &(struct bins_source){BINS_SUM, 2, parent, {0, 0}}, sum);
        add_derived(mk, &(struct bins_source){BINS_DIFFERENCE, 2, parent, {0, 0}}, difference);
    }
    if (a->least >= 0 && b->least >= 0) {
        g_autofree char *ratio = g_strdup_printf("%s/%s", ca->name, cb->name);
        add_derived(
            mk, &(struct bins_source){BINS_LOG_RATIO, 2, parent, {0.01 * a->mean, 0.01 * b->mean}},
            ratio);
    }
}

static void add_pairs(struct making *mk)
{
    size_t paired = 0;
    for (guint i = 0; i < mk->numeric->len && paired < COVARIATE_NUMERIC_MAX; i++) {
        const struct numeric *a = &g_array_index(mk->numeric, struct numeric, i);
        if (!a->can_pair)
            continue;
        paired++;
        size_t with = paired;
        for (guint k = i + 1; k < mk->numeric->len && with < COVARIATE_NUMERIC_MAX; k++) {
            const struct numeric *b = &g_array_index(mk->numeric, struct numeric, k);
            with += b->can_pair;
            if (b->can_pair)
                add_pair(mk, a, b);
        }
    }
}

struct covariate_set *covariate_set_new(struct arena *arena, const struct dataset *data)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct covariate_set *set = arena_one(arena, struct covariate_set);
    *set = (struct covariate_set){.arena = arena, .n_rows = data->n};
    struct making mk = {.set = set,
                        .data = data,
                        .scratch = scratch,
                        .rows = g_array_new(FALSE, FALSE, sizeof(struct covariate)),
                        .numeric = g_array_new(FALSE, FALSE, sizeof(struct numeric)),
                        .original = arena_many(scratch, data->n_columns + 1, size_t),
                        .x = arena_many(scratch, data->n + 1, double)};
    add_columns(&mk);
    add_totals(&mk);
    add_pairs(&mk);
    set->n = mk.rows->len;
    set->row = arena_many(arena, set->n + COVARIATE_STEPS, struct covariate);
    if (set->n > 0)
        memcpy(set->row, mk.rows->data, set->n * sizeof *set->row);
    g_array_free(mk.rows, TRUE);
    g_array_free(mk.numeric, TRUE);
    return set;
}

size_t covariate_step(struct covariate_set *set, size_t index, size_t cut)
{
    size_t columns = set->n;
    while (columns > 0 && set->row[columns - 1].is_step)
        columns--;
    for (size_t c = columns; c < set->n; c++) {
        if (set->row[c].step_of == index && set->row[c].step_cut == cut)
            return c;
    }
    if (set->n - columns >= COVARIATE_STEPS)
        return SIZE_MAX;
    const struct covariate *base = &set->row[index];
    struct covariate c = {.bins = bins_step(set->arena, base->bins, cut),
                          .is_step = true,
                          .step_of = index,
                          .step_cut = cut};
    fill_groups(set->arena, &c);
    set->row[set->n] = c;
    return set->n++;
}

size_t covariate_base(const struct covariate_set *set, size_t index)
{
    return set->row[index].is_step ? set->row[index].step_of : index;
}

const struct basis *covariate_basis(struct covariate_set *set, size_t index, size_t axes)
{
    struct covariate *c = &set->row[index];
    /* Thirty rows a spline are more than enough: few rows carry few, and cost their cube. */
    size_t size = MIN(basis_size[axes - 1], MAX(set->n_rows / 30, 6));
    if (!c->basis[axes - 1])
        c->basis[axes - 1] = basis_new(set->arena, c->bins, size);
    return c->basis[axes - 1];
}

struct term *covariate_term(struct covariate_set *set, const struct term_key *key)
{
    const struct basis *basis[TERM_AXES] = {NULL};
    for (size_t i = 0; i < key->n; i++)
        basis[i] = covariate_basis(set, key->axis[i], key->n);
    struct term *term = term_new(set->arena, key, basis);
    const struct covariate *c = &set->row[key->axis[0]];
    if (key->n == 1 && c->direction != 0) {
        size_t splines = c->bins->is_factor ? c->bins->m : basis[0]->k - (BASIS_RUN - 1);
        term->direction = c->direction;
        term->ordered = splines - c->bins->has_missing - c->bins->has_other;
    }
    return term;
}
