/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/covariate.h"

#include <math.h>
#include <string.h>

static const size_t groups_wanted[COVARIATE_GROUPINGS] = {8, 10, 4, 64};
static const size_t basis_size[TERM_AXES] = {32, 8, 4};
static const double copy_of = 0.999; /* correlation from which two columns say the same */

/* Candidates while they are made. */
struct making {
    struct covariate_set *set;
    const struct dataset *data;
    GArray *rows;       /* struct covariate */
    const bool *usable; /* by numeric column */
    double *x;          /* room for n values */
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

static void describe(const double *x, size_t n, struct covariate_numeric *out)
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

/* One column as a covariate, and as a number if it is one. */
static void add_column(struct covariate_set *set, const struct dataset *data, size_t i)
{
    const struct dataset_column *column = &data->column[i];
    struct covariate c = {.is_main = true, .direction = column->direction};
    struct covariate_numeric now = {.column = i, .covariate = set->n, .original = set->n};
    bool is_held = column->direction != 0;
    c.bins =
        bins_new(set->arena, data, &(struct bins_source){BINS_COLUMN, 1, &i, {0, 0}}, column->name);
    if (!c.bins)
        return;
    for (size_t k = 0; !column->level && c.is_main && k < set->n_numeric; k++) {
        const struct covariate_numeric *other = &set->numeric[k];
        if (other->original != other->covariate ||
            fabs(correlation(data->column[other->column].x, column->x, data->n)) <= copy_of)
            continue;
        c.is_main = false;
        now.original = other->covariate;
        is_held |= data->column[other->column].direction != 0;
    }
    now.can_pair = c.bins->m > BINS_FACTOR && !c.bins->is_factor && !is_held;
    if (!column->level) {
        describe(column->x, data->n, &now);
        set->numeric[set->n_numeric++] = now;
    }
    fill_groups(set->arena, &c);
    set->row[set->n++] = c;
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

static size_t original_of(const struct covariate_set *set, size_t column)
{
    size_t k = 0;
    while (set->numeric[k].column != column)
        k++;
    return set->numeric[k].original;
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
        size_t original = original_of(mk->set, source->parent[p]);
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
    const struct covariate_set *set = mk->set;
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree size_t *parent = g_new(size_t, set->n_numeric + 1);
    for (size_t i = 0; i < set->n_numeric; i++) {
        const char *unit = mk->data->column[set->numeric[i].column].unit;
        size_t n = 0;
        if (!mk->usable[i] || !*unit || !g_hash_table_add(done, (gpointer)(uintptr_t)unit))
            continue;
        g_autoptr(GString) name = g_string_new("sum(");
        for (size_t k = i; k < set->n_numeric; k++) {
            const struct dataset_column *column = &mk->data->column[set->numeric[k].column];
            if (!mk->usable[k] || strcmp(column->unit, unit) != 0)
                continue;
            g_string_append_printf(name, "%s%s", n ? "+" : "", column->name);
            parent[n++] = set->numeric[k].column;
        }
        g_string_append_c(name, ')');
        if (n > 2)
            add_derived(mk, &(struct bins_source){BINS_SUM, n, parent, {0, 0}}, name->str);
    }
}

static void add_pair(struct making *mk, const struct covariate_numeric *a,
                     const struct covariate_numeric *b)
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
    const struct covariate_set *set = mk->set;
    size_t paired = 0;
    for (size_t i = 0; i < set->n_numeric && paired < COVARIATE_NUMERIC_MAX; i++) {
        if (!mk->usable[i])
            continue;
        size_t with = ++paired;
        for (size_t k = i + 1; k < set->n_numeric && with < COVARIATE_NUMERIC_MAX; k++) {
            with += mk->usable[k];
            if (mk->usable[k])
                add_pair(mk, &set->numeric[i], &set->numeric[k]);
        }
    }
}

struct covariate_set *covariate_set_new(struct arena *arena, const struct dataset *data)
{
    struct covariate_set *set = arena_one(arena, struct covariate_set);
    *set = (struct covariate_set){
        .arena = arena,
        .n_rows = data->n,
        .row = arena_many(arena, data->n_columns + COVARIATE_STEPS, struct covariate),
        .numeric = arena_many(arena, data->n_columns + 1, struct covariate_numeric)};
    for (size_t i = 0; i < data->n_columns; i++)
        add_column(set, data, i);
    return set;
}

void covariate_derive(struct covariate_set *set, const struct dataset *data, const bool *asked)
{
    g_autofree bool *usable = g_new0(bool, set->n_numeric + 1);
    g_autofree double *x = g_new(double, data->n + 1);
    g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(struct covariate));
    struct making mk = {set, data, rows, usable, x};
    for (size_t k = 0; k < set->n_numeric; k++) {
        const struct covariate_numeric *now = &set->numeric[k];
        usable[k] = now->can_pair && (!asked || asked[now->original]);
    }
    add_totals(&mk);
    add_pairs(&mk);
    struct covariate *row =
        arena_many(set->arena, set->n + rows->len + COVARIATE_STEPS, struct covariate);
    memcpy(row, set->row, set->n * sizeof *row);
    if (rows->len > 0)
        memcpy(row + set->n, rows->data, rows->len * sizeof *row);
    set->row = row;
    set->n += rows->len;
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
