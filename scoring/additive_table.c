/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/additive_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/additive_internal.h"

enum { GROUPS_MAX = 256 };

struct filling {
    struct arena *arena;
    const struct additive *model;
    double constant;
    struct additive_table **main; /* by covariate; NULL until used */
    GPtrArray *pair;              /* struct additive_table */
    GHashTable *triple;           /* sets seen */
};

static double *shares(struct arena *arena, const struct covariate *c, bool grouped, size_t *size)
{
    *size = grouped ? c->n_group[COVARIATE_BOOST] : c->bins->m;
    double *share = arena_many(arena, *size, double), total = 0;
    for (size_t b = 0; b < c->bins->m; b++)
        total += c->bins->count[b];
    for (size_t b = 0; b < c->bins->m; b++)
        share[grouped ? c->group[COVARIATE_BOOST][b] : b] += c->bins->count[b] / total;
    return share;
}

static struct additive_table *table_new(struct filling *f, size_t n, const size_t *axis)
{
    struct additive_table *table = arena_one(f->arena, struct additive_table);
    table->n = n;
    table->size[1] = 1;
    for (size_t a = 0; a < n; a++) {
        table->covariate[a] = &f->model->set->row[axis[a]];
        table->share[a] = shares(f->arena, table->covariate[a], n > 1, &table->size[a]);
    }
    table->value = arena_many(f->arena, table->size[0] * table->size[1], double);
    return table;
}

static struct additive_table *main_of(struct filling *f, size_t covariate)
{
    if (!f->main[covariate])
        f->main[covariate] = table_new(f, 1, &covariate);
    return f->main[covariate];
}

static struct additive_table *pair_of(struct filling *f, size_t a, size_t b)
{
    const struct covariate *row = f->model->set->row;
    for (guint i = 0; i < f->pair->len; i++) {
        struct additive_table *table = f->pair->pdata[i];
        if (table->covariate[0] == &row[a] && table->covariate[1] == &row[b])
            return table;
    }
    g_ptr_array_add(f->pair, table_new(f, 2, (const size_t[]){a, b}));
    return f->pair->pdata[f->pair->len - 1];
}

static void note_triple(struct filling *f, size_t a, size_t b, size_t c)
{
    g_hash_table_add(f->triple, g_strdup_printf("%zu %zu %zu", a, b, c));
}

/* A pair of splines, as means over the bins of each group. */
static void add_pair(struct filling *f, const struct term *term, const double *beta, double weight)
{
    struct additive_table *table = pair_of(f, term->key.axis[0], term->key.axis[1]);
    const struct covariate *ca = table->covariate[0], *cb = table->covariate[1];
    double n = (double)f->model->set->n_rows;
    for (size_t a = 0; a < ca->bins->m; a++) {
        for (size_t b = 0; b < cb->bins->m; b++) {
            size_t ga = ca->group[COVARIATE_BOOST][a], gb = cb->group[COVARIATE_BOOST][b];
            double whole = table->share[0][ga] * table->share[1][gb] * n * n;
            double part = ca->bins->count[a] * cb->bins->count[b];
            const uint16_t at[TERM_AXES] = {(uint16_t)a, (uint16_t)b};
            if (whole > 0)
                table->value[ga * table->size[1] + gb] +=
                    weight * part / whole * term_value(term, at, beta);
        }
    }
}

static void add_terms(struct filling *f)
{
    const struct additive *model = f->model;
    double weight = model->weight[0] + model->weight[2];
    f->constant = model->shift + weight * model->intercept;
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term *term = model->term[t];
        const double *beta = model->beta + model->start[t];
        if (term->key.n == 3)
            note_triple(f, term->key.axis[0], term->key.axis[1], term->key.axis[2]);
        if (term->key.n == 2)
            add_pair(f, term, beta, weight);
        if (term->key.n != 1)
            continue;
        struct additive_table *table = main_of(f, term->key.axis[0]);
        for (size_t b = 0; b < table->size[0]; b++) {
            const uint16_t at[TERM_AXES] = {(uint16_t)b};
            table->value[b] += weight * term_value(term, at, beta);
        }
    }
}

/* What a leaf asks of one covariate: the groups it takes, and their share of the rows. */
struct side {
    size_t covariate, groups;
    bool in[GROUPS_MAX];
    double share;
};

/* The sides of a leaf, ascending by covariate. Returns how many. */
static size_t sides_of(const struct filling *f, const struct boost_tree *tree, size_t leaf,
                       double *const *share, struct side *side)
{
    const struct additive_features *features = &f->model->features;
    size_t n = 0, node = 0;
    for (int level = 0; level < BOOST_DEPTH; level++) {
        size_t at = ((size_t)1 << level) - 1 + node;
        bool right = leaf >> (BOOST_DEPTH - 1 - level) & 1;
        node = 2 * node + right;
        if (tree->feature[at] < 0) {
            if (right)
                return SIZE_MAX; /* no row gets there */
            continue;
        }
        size_t feature = (size_t)tree->feature[at], k = 0;
        while (k < n && side[k].covariate != features->covariate[feature])
            k++;
        if (k == n) {
            side[n++] = (struct side){.covariate = features->covariate[feature],
                                      .groups = features->size[feature]};
            for (size_t g = 0; g < side[k].groups; g++)
                side[k].in[g] = true;
        }
        for (size_t g = 0; g < side[k].groups; g++) {
            bool goes = features->is_factor[feature] ? g == tree->bin[at] : g > tree->bin[at];
            side[k].in[g] &= goes == right;
        }
    }
    for (size_t k = 0; k < n; k++) {
        for (size_t g = 0; g < side[k].groups; g++)
            side[k].share += side[k].in[g] ? share[side[k].covariate][g] : 0;
    }
    for (size_t k = 1; k < n; k++) { /* insertion: three at most */
        for (size_t i = k; i > 0 && side[i].covariate < side[i - 1].covariate; i--) {
            struct side other = side[i];
            side[i] = side[i - 1];
            side[i - 1] = other;
        }
    }
    return n;
}

static void add_main(struct filling *f, const struct side *s, double value)
{
    struct additive_table *table = main_of(f, s->covariate);
    const uint16_t *group = table->covariate[0]->group[COVARIATE_BOOST];
    for (size_t b = 0; b < table->size[0]; b++)
        table->value[b] += value * (s->in[group[b]] - s->share);
}

static void add_two(struct filling *f, const struct side *s, const struct side *t, double value)
{
    struct additive_table *table = pair_of(f, s->covariate, t->covariate);
    for (size_t a = 0; a < s->groups; a++) {
        double part = value * (s->in[a] - s->share);
        for (size_t b = 0; b < t->groups; b++)
            table->value[a * table->size[1] + b] += part * (t->in[b] - t->share);
    }
}

static void add_leaf(struct filling *f, const struct side *side, size_t n, double value)
{
    double all = value;
    for (size_t k = 0; k < n; k++)
        all *= side[k].share;
    f->constant += all;
    for (size_t k = 0; k < n; k++) {
        double others = value;
        for (size_t i = 0; i < n; i++)
            others *= i == k ? 1 : side[i].share;
        add_main(f, &side[k], others);
        for (size_t i = k + 1; i < n; i++)
            add_two(f, &side[k], &side[i], n == 3 ? value * side[3 - k - i].share : value);
    }
    if (n == 3)
        note_triple(f, side[0].covariate, side[1].covariate, side[2].covariate);
}

static void add_forest(struct filling *f, const struct additive_forest *forest, double weight,
                       double *const *share)
{
    double each = weight / (double)f->model->n_paths;
    for (size_t v = 0; v < f->model->n_paths; v++) {
        f->constant += each * forest->start[v];
        for (size_t t = 0; t < forest->n_trees; t++) {
            for (size_t leaf = 0; leaf < BOOST_LEAVES; leaf++) {
                struct side side[BOOST_DEPTH];
                size_t n = sides_of(f, &forest->tree[v][t], leaf, share, side);
                if (n != SIZE_MAX)
                    add_leaf(f, side, n, each * forest->tree[v][t].leaf[leaf]);
            }
        }
    }
}

static double spread_of(const struct additive_table *t)
{
    double sum = 0;
    for (size_t a = 0; a < t->size[0]; a++) {
        for (size_t b = 0; b < t->size[1]; b++) {
            double v = t->value[a * t->size[1] + b];
            sum += t->share[0][a] * (t->n > 1 ? t->share[1][b] : 1) * v * v;
        }
    }
    return sqrt(sum);
}

static int by_spread(const void *a, const void *b)
{
    const struct additive_table *x = a, *y = b;
    return (x->spread < y->spread) - (x->spread > y->spread);
}

static struct additive_tables *collect(struct filling *f)
{
    size_t room = f->model->set->n + f->pair->len, n = 0;
    struct additive_tables *out = arena_one(f->arena, struct additive_tables);
    struct additive_table *row = arena_many(f->arena, room + 1, struct additive_table);
    for (size_t c = 0; c < f->model->set->n; c++) {
        if (!f->main[c])
            continue;
        row[n] = *f->main[c];
        row[n++].se = additive_interval_bins(f->arena, f->model, c);
    }
    for (guint i = 0; i < f->pair->len; i++)
        row[n++] = *(struct additive_table *)f->pair->pdata[i];
    for (size_t i = 0; i < n; i++)
        row[i].spread = spread_of(&row[i]);
    qsort(row, n, sizeof *row, by_spread);
    *out = (struct additive_tables){f->constant, n, row, g_hash_table_size(f->triple)};
    return out;
}

struct additive_tables *additive_table_all(struct arena *arena, const struct additive *model)
{
    struct filling f = {.arena = arena,
                        .model = model,
                        .main = arena_many(arena, model->set->n + 1, struct additive_table *),
                        .pair = g_ptr_array_new(),
                        .triple = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    double **share = arena_many(arena, model->set->n + 1, double *);
    add_terms(&f);
    for (size_t i = 0; i < model->features.d; i++) {
        size_t c = model->features.covariate[i], size;
        share[c] = shares(arena, &model->set->row[c], true, &size);
    }
    for (int start = 0; start < 2; start++) {
        if (model->weight[start + 1] != 0)
            add_forest(&f, &model->forest[start], model->weight[start + 1], share);
    }
    struct additive_tables *out = collect(&f);
    g_ptr_array_unref(f.pair);
    g_hash_table_unref(f.triple);
    return out;
}

static const char *label_bin(struct arena *arena, const struct bins *bins, size_t b)
{
    if (bins->has_missing && b + 1 == bins->m)
        return "missing";
    if (bins->has_other && b + 1 + bins->has_missing == bins->m)
        return "other";
    return bins->level ? bins->level[b] : arena_printf(arena, "%.6g", bins->value[b]);
}

const char *additive_table_label(struct arena *arena, const struct additive_table *table,
                                 size_t axis, size_t index)
{
    const struct covariate *c = table->covariate[axis];
    if (table->n == 1)
        return label_bin(arena, c->bins, index);
    double sum = 0, rows = 0;
    size_t first = SIZE_MAX, regular = c->bins->m - c->bins->has_missing;
    for (size_t b = 0; b < c->bins->m; b++) {
        if (c->group[COVARIATE_BOOST][b] != index)
            continue;
        first = MIN(first, b);
        rows += c->bins->count[b];
        sum += !c->bins->is_factor && b < regular ? c->bins->count[b] * c->bins->value[b] : 0;
    }
    if (c->bins->is_factor || first >= regular || rows == 0)
        return label_bin(arena, c->bins, MIN(first, c->bins->m - 1));
    return arena_printf(arena, "%.6g", sum / rows);
}
