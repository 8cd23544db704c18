/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading. The text may have been damaged on its way: every size and order that scoring relies on
 * is looked at, and what is wrong is named. */
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/additive_store.h"
#include "scoring/numbers.h"

enum { BINS_MAX = BINS_UNSEEN, COLUMNS_MAX = 1000000, TREES_MAX = 100000 };

/* What is read, and where it stands when something is wrong. */
struct reading {
    struct arena *arena;
    struct additive *model;
    const char *part; /* "covariate" … */
    size_t index;
    GError **err;
};

static bool refuse(const struct reading *r, const char *what)
{
    return err_set(r->err, KENKO_ERROR_INPUT, "the stored model is damaged: %s %zu: %s", r->part,
                   r->index, what);
}

static bool is_ascending(const double *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (!(v[i] > v[i - 1]))
            return false;
    }
    return true;
}

/* `field` as an array of numbers of its own length. */
static bool load_doubles(const struct reading *r, const json_t *row, const char *field,
                         double **out, size_t *n)
{
    const json_t *list = json_object_get(row, field);
    *n = json_array_size(list);
    *out = arena_many(r->arena, *n + 1, double);
    return numbers_load(list, *out, *n) || refuse(r, arena_printf(r->arena, "its %s", field));
}

static bool load_source(const struct reading *r, const json_t *row, struct bins_source *out)
{
    static const size_t least[] = {1, 2, 2, 2}, most[] = {1, COLUMNS_MAX, 2, 2};
    const json_t *parents = json_object_get(row, "parents");
    size_t make, n = json_array_size(parents), *parent = arena_many(r->arena, n + 1, size_t);
    if (!numbers_load_size(json_object_get(row, "make"), G_N_ELEMENTS(least), &make) ||
        n < least[make] || n > most[make] || !numbers_load_sizes(parents, COLUMNS_MAX, parent, n) ||
        !numbers_load(json_object_get(row, "shift"), out->shift, 2))
        return refuse(r, "what it is made of");
    out->make = (enum bins_make)make;
    out->n_parents = n;
    out->parent = parent;
    return true;
}

static bool load_levels(const struct reading *r, const json_t *row, size_t n, struct bins *bins)
{
    const json_t *levels = json_object_get(row, "levels");
    if (json_is_null(levels))
        return true;
    if (!bins->is_factor || json_array_size(levels) != n)
        return refuse(r, "its levels");
    bins->level = arena_many(r->arena, bins->m, const char *);
    for (size_t b = 0; b < n; b++) {
        const char *text = json_string_value(json_array_get(levels, b));
        if (!text)
            return refuse(r, "its levels");
        bins->level[b] = arena_strdup(r->arena, text);
    }
    return true;
}

static bool load_bins(const struct reading *r, const json_t *row, struct bins *bins)
{
    const char *name = json_string_value(json_object_get(row, "name"));
    const char *unit = json_string_value(json_object_get(row, "unit"));
    size_t n;
    if (!name || !unit)
        return refuse(r, "its name");
    bins->name = arena_strdup(r->arena, name);
    bins->unit = arena_strdup(r->arena, unit);
    bins->is_factor = json_is_true(json_object_get(row, "factor"));
    bins->has_missing = json_is_true(json_object_get(row, "missing"));
    bins->has_other = json_is_true(json_object_get(row, "other"));
    if (!load_source(r, row, &bins->source) ||
        !load_doubles(r, row, "edges", &bins->edge, &bins->cuts) ||
        !load_doubles(r, row, "counts", &bins->count, &bins->m) ||
        !load_doubles(r, row, "values", &bins->value, &n))
        return false;
    size_t wanted = bins->is_factor ? n : bins->cuts + 1;
    if (bins->m < 1 || bins->m >= BINS_MAX || n != wanted ||
        bins->m != n + bins->has_missing + bins->has_other ||
        (bins->has_other && !bins->is_factor) || (bins->is_factor && bins->cuts != 0))
        return refuse(r, "its bins are not as many as their borders say");
    if (!is_ascending(bins->edge, bins->cuts) || (bins->is_factor && !is_ascending(bins->value, n)))
        return refuse(r, "its borders do not ascend");
    return load_levels(r, row, n, bins);
}

static bool load_basis(const struct reading *r, const json_t *list, size_t m, struct basis **out)
{
    if (json_is_null(list))
        return true;
    struct basis *basis = arena_one(r->arena, struct basis);
    size_t n = json_array_size(list);
    basis->m = m;
    basis->q = n / m;
    basis->c = arena_many(r->arena, n + 1, double);
    if (n == 0 || n % m != 0 || !numbers_load(list, basis->c, n))
        return refuse(r, "its bases");
    *out = basis;
    return true;
}

static bool load_bases(const struct reading *r, const json_t *list, struct covariate *c)
{
    if (json_array_size(list) != TERM_AXES)
        return refuse(r, "its bases");
    for (size_t a = 0; a < TERM_AXES; a++) {
        if (!load_basis(r, json_array_get(list, a), c->bins->m, &c->basis[a]))
            return false;
    }
    return true;
}

static bool load_groups(const struct reading *r, const json_t *row, struct covariate *c)
{
    const json_t *groups = json_object_get(row, "groups");
    if (json_is_null(groups))
        return true;
    c->group[COVARIATE_BOOST] = arena_many(r->arena, c->bins->m, uint16_t);
    if (json_array_size(groups) != c->bins->m)
        return refuse(r, "its groups");
    for (size_t b = 0; b < c->bins->m; b++) {
        size_t group;
        if (!numbers_load_size(json_array_get(groups, b), UINT8_MAX + 1, &group))
            return refuse(r, "its groups");
        c->group[COVARIATE_BOOST][b] = (uint16_t)group;
        c->n_group[COVARIATE_BOOST] = MAX(c->n_group[COVARIATE_BOOST], group + 1);
    }
    return true;
}

static bool load_covariates(struct reading *r, const json_t *list)
{
    struct covariate_set *set = arena_one(r->arena, struct covariate_set);
    r->part = "covariate";
    r->model->set = set;
    set->arena = r->arena;
    set->n = json_array_size(list);
    set->row = arena_many(r->arena, set->n + 1, struct covariate);
    for (r->index = 0; r->index < set->n; r->index++) {
        const json_t *row = json_array_get(list, r->index);
        struct covariate *c = &set->row[r->index];
        c->is_main = json_is_true(json_object_get(row, "main"));
        c->is_derived = json_is_true(json_object_get(row, "derived"));
        c->bins = arena_one(r->arena, struct bins);
        if (!load_bins(r, row, c->bins) || !load_bases(r, json_object_get(row, "bases"), c) ||
            !load_groups(r, row, c))
            return false;
    }
    return true;
}

/* Are there `n` columns in the product of the bases? */
static bool is_product(const struct basis *const *basis, size_t axes, size_t n)
{
    for (size_t a = 0; a < axes; a++) {
        if (n % basis[a]->q != 0)
            return false;
        n /= basis[a]->q;
    }
    return n == 1;
}

static bool load_term(struct reading *r, const json_t *row, GArray *beta)
{
    struct additive *model = r->model;
    const json_t *axes = json_object_get(row, "axes");
    struct term_key key = {.n = json_array_size(axes)};
    const struct basis *basis[TERM_AXES] = {NULL};
    if (key.n < 1 || key.n > TERM_AXES || !numbers_load_sizes(axes, model->set->n, key.axis, key.n))
        return refuse(r, "its covariates");
    for (size_t a = 0; a < key.n; a++) {
        basis[a] = model->set->row[key.axis[a]].basis[key.n - 1];
        if (!basis[a])
            return refuse(r, "a covariate of it has no basis");
    }
    if (!is_product(basis, key.n, json_array_size(json_object_get(row, "beta"))))
        return refuse(r, "its coefficients");
    const struct term *term = term_new(r->arena, &key, basis);
    model->term[r->index] = term;
    model->start[r->index] = beta->len;
    g_array_set_size(beta, (guint)(beta->len + term->p));
    return numbers_load(json_object_get(row, "beta"),
                        &g_array_index(beta, double, model->start[r->index]), term->p) ||
           refuse(r, "its coefficients");
}

static bool load_terms(struct reading *r, const json_t *list)
{
    struct additive *model = r->model;
    g_autoptr(GArray) beta = g_array_new(FALSE, TRUE, sizeof(double));
    size_t n = json_array_size(list);
    r->part = "term";
    model->term = arena_many(r->arena, n + 1, const struct term *);
    model->start = arena_many(r->arena, n + 1, size_t);
    for (r->index = 0; r->index < n; r->index++) {
        if (!load_term(r, json_array_get(list, r->index), beta))
            return false;
    }
    model->n_terms = n;
    model->p = beta->len;
    model->beta = arena_many(r->arena, model->p + 1, double);
    for (size_t k = 0; k < model->p; k++)
        model->beta[k] = g_array_index(beta, double, k);
    return true;
}

static bool load_interval(struct reading *r, const json_t *row)
{
    struct additive *model = r->model;
    size_t q = model->p + 1;
    r->part = "interval";
    r->index = 0;
    if (!numbers_load_size(json_object_get(row, "rank"), q + 1, &model->rank))
        return refuse(r, "its rank");
    model->scale = json_number_value(json_object_get(row, "scale"));
    if (!(model->scale > 0))
        return refuse(r, "its scale");
    model->root = arena_many(r->arena, q * model->rank + 1, double);
    model->rest = arena_many(r->arena, q, double);
    return (numbers_load(json_object_get(row, "root"), model->root, q * model->rank) &&
            numbers_load(json_object_get(row, "rest"), model->rest, q)) ||
           refuse(r, "its covariance");
}

static bool load_tree(const json_t *row, size_t d, struct boost_tree *out)
{
    const json_t *feature = json_object_get(row, "feature"), *bin = json_object_get(row, "bin");
    if (json_array_size(feature) != BOOST_NODES || json_array_size(bin) != BOOST_NODES)
        return false;
    for (size_t i = 0; i < BOOST_NODES; i++) {
        size_t at, code;
        bool is_split = json_number_value(json_array_get(feature, i)) != -1;
        if ((is_split && !numbers_load_size(json_array_get(feature, i), d, &at)) ||
            !numbers_load_size(json_array_get(bin, i), UINT8_MAX + 1, &code))
            return false;
        out->feature[i] = is_split ? (int16_t)at : -1;
        out->bin[i] = (uint8_t)code;
    }
    return numbers_load(json_object_get(row, "leaf"), out->leaf, BOOST_LEAVES);
}

static bool load_path(struct reading *r, const json_t *list, size_t v, struct additive_forest *out)
{
    size_t n = json_array_size(list);
    if (n > TREES_MAX || (v > 0 && n != out->n_trees))
        return refuse(r, "its paths differ in length");
    struct boost_tree *tree = arena_many(r->arena, n + 1, struct boost_tree);
    for (size_t t = 0; t < n; t++) {
        if (!load_tree(json_array_get(list, t), r->model->features.d, &tree[t]))
            return refuse(r, "a tree");
    }
    out->n_trees = n;
    out->tree[v] = tree;
    return true;
}

static bool load_features(struct reading *r, const json_t *list)
{
    struct additive_features *f = &r->model->features;
    f->d = json_array_size(list);
    f->covariate = arena_many(r->arena, f->d + 1, size_t);
    f->size = arena_many(r->arena, f->d + 1, size_t);
    f->is_factor = arena_many(r->arena, f->d + 1, bool);
    if (f->d > INT16_MAX || !numbers_load_sizes(list, r->model->set->n, f->covariate, f->d))
        return refuse(r, "its features");
    for (size_t i = 0; i < f->d; i++) {
        const struct covariate *c = &r->model->set->row[f->covariate[i]];
        if (!c->group[COVARIATE_BOOST])
            return refuse(r, "a feature without groups");
        f->size[i] = c->n_group[COVARIATE_BOOST];
        f->is_factor[i] = c->bins->is_factor;
    }
    return true;
}

static bool load_trees(struct reading *r, const json_t *trees)
{
    const json_t *forests = json_object_get(trees, "forests");
    r->part = "forest";
    r->index = 0;
    if (json_is_null(trees))
        return (r->model->weight[1] == 0 && r->model->weight[2] == 0) || refuse(r, "it is missing");
    if (!load_features(r, json_object_get(trees, "features")))
        return false;
    for (; r->index < G_N_ELEMENTS(r->model->forest); r->index++) {
        struct additive_forest *out = &r->model->forest[r->index];
        const json_t *row = json_array_get(forests, r->index);
        const json_t *paths = json_object_get(row, "paths");
        if (json_array_size(paths) != r->model->n_paths ||
            !numbers_load(json_object_get(row, "start"), out->start, r->model->n_paths))
            return refuse(r, "its paths");
        for (size_t v = 0; v < r->model->n_paths; v++) {
            if (!load_path(r, json_array_get(paths, v), v, out))
                return false;
        }
    }
    return true;
}

static bool load_summary_term(const struct reading *r, const json_t *row, struct additive_term *out)
{
    size_t axis[TERM_AXES];
    const json_t *axes = json_object_get(row, "axes");
    out->n = json_array_size(axes);
    if (out->n < 1 || out->n > TERM_AXES ||
        !numbers_load_sizes(axes, r->model->set->n, axis, out->n))
        return refuse(r, "its covariates");
    for (size_t a = 0; a < out->n; a++)
        out->covariate[a] = &r->model->set->row[axis[a]];
    out->edf = json_number_value(json_object_get(row, "edf"));
    out->paths = json_number_value(json_object_get(row, "paths"));
    out->importance = json_number_value(json_object_get(row, "importance"));
    out->chi2 = json_number_value(json_object_get(row, "chi2"));
    out->df = json_number_value(json_object_get(row, "df"));
    out->log_p = json_number_value(json_object_get(row, "log_p"));
    out->separates = json_is_true(json_object_get(row, "separates"));
    return true;
}

static bool load_summary(struct reading *r, const json_t *row)
{
    struct additive_summary *s = &r->model->summary;
    const json_t *terms = json_object_get(row, "terms");
    size_t rounds = 0;
    r->part = "summary";
    r->index = 0;
    s->n_terms = json_array_size(terms);
    if (!numbers_load_size(json_object_get(row, "rows"), SIZE_MAX, &s->n_rows) ||
        !numbers_load_size(json_object_get(row, "events"), SIZE_MAX, &s->n_events) ||
        !numbers_load_size(json_object_get(row, "trees"), TREES_MAX, &s->trees) ||
        !numbers_load_size(json_object_get(row, "rounds"), ADDITIVE_ROUNDS + 1, &rounds))
        return refuse(r, "its counts");
    s->rounds = (int)rounds;
    s->iterations = json_number_value(json_object_get(row, "iterations"));
    s->loss_terms = json_number_value(json_object_get(row, "loss_terms"));
    s->loss_all = json_number_value(json_object_get(row, "loss_all"));
    memcpy(s->weight, r->model->weight, sizeof s->weight);
    struct additive_term *term = arena_many(r->arena, s->n_terms + 1, struct additive_term);
    for (; r->index < s->n_terms; r->index++) {
        if (!load_summary_term(r, json_array_get(terms, r->index), &term[r->index]))
            return false;
    }
    s->term = term;
    return true;
}

struct additive *additive_store_load(struct arena *arena, const json_t *root, GError **err)
{
    struct additive *model = arena_one(arena, struct additive);
    struct reading r = {.arena = arena, .model = model, .part = "number", .err = err};
    const json_t *intercept = json_object_get(root, "intercept");
    const json_t *shift = json_object_get(root, "shift");
    if (!json_is_object(root) ||
        json_number_value(json_object_get(root, "version")) != ADDITIVE_STORE_VERSION) {
        err_set(err, KENKO_ERROR_INPUT, "not a stored model of version %d", ADDITIVE_STORE_VERSION);
        return NULL;
    }
    model->intercept = json_number_value(intercept);
    model->shift = json_number_value(shift);
    bool ok = (json_is_number(intercept) && json_is_number(shift) &&
               numbers_load(json_object_get(root, "weight"), model->weight, 3) &&
               numbers_load_size(json_object_get(root, "n_paths"), ADDITIVE_PATHS + 1,
                                 &model->n_paths)) ||
              refuse(&r, "intercept, shift, weight or n_paths");
    ok = ok && load_covariates(&r, json_object_get(root, "covariates")) &&
         load_terms(&r, json_object_get(root, "terms")) &&
         load_interval(&r, json_object_get(root, "interval")) &&
         load_trees(&r, json_object_get(root, "trees")) &&
         load_summary(&r, json_object_get(root, "summary"));
    return ok ? model : NULL;
}
