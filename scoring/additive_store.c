/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing. Terms keep their bases and coefficients, which standard errors need as well; the tables
 * they are short for would be larger. */
#include "scoring/additive_store.h"

#include "scoring/additive_internal.h"
#include "scoring/numbers.h"

static json_t *save_levels(const struct bins *bins)
{
    json_t *list = json_array();
    for (size_t b = 0; b < bins->m - bins->has_missing - bins->has_other; b++)
        json_array_append_new(list, json_string(bins->level[b]));
    return list;
}

/* How a covariate is used: its bases by the size of the terms, and whether trees use it. */
struct use {
    bool any, trees, basis[TERM_AXES];
    size_t index; /* in the stored list */
};

/* The bases for terms of one, two and three covariates; null where no term uses it. */
static json_t *save_bases(const struct covariate *c, const struct use *use)
{
    json_t *list = json_array();
    for (size_t a = 0; a < TERM_AXES; a++) {
        const struct basis *basis = c->basis[a];
        json_array_append_new(list, use->basis[a] ? numbers_save(basis->c, basis->m * basis->q)
                                                  : json_null());
    }
    return list;
}

static json_t *save_groups(const struct covariate *c)
{
    json_t *list = json_array();
    for (size_t b = 0; b < c->bins->m; b++)
        json_array_append_new(list, json_integer(c->group[COVARIATE_BOOST][b]));
    return list;
}

static void find_uses(const struct additive *model, struct use *use)
{
    size_t n = 0;
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term_key *key = &model->term[t]->key;
        for (size_t a = 0; a < key->n; a++) {
            use[key->axis[a]].any = true;
            use[key->axis[a]].basis[key->n - 1] = true;
        }
    }
    for (size_t f = 0; f < model->features.d; f++)
        use[model->features.covariate[f]].any = use[model->features.covariate[f]].trees = true;
    for (size_t c = 0; c < model->set->n; c++)
        use[c].index = use[c].any ? n++ : 0;
}

static json_t *save_covariate(const struct covariate *c, const struct use *use)
{
    const struct bins *bins = c->bins;
    size_t regular = bins->m - bins->has_missing;
    json_t *out = json_object();
    json_object_set_new(out, "name", json_string(bins->name));
    json_object_set_new(out, "unit", json_string(bins->unit));
    json_object_set_new(out, "make", json_integer(bins->source.make));
    json_object_set_new(out, "parents",
                        numbers_save_sizes(bins->source.parent, bins->source.n_parents));
    json_object_set_new(out, "shift", numbers_save(bins->source.shift, 2));
    json_object_set_new(out, "factor", json_boolean(bins->is_factor));
    json_object_set_new(out, "missing", json_boolean(bins->has_missing));
    json_object_set_new(out, "other", json_boolean(bins->has_other));
    json_object_set_new(out, "main", json_boolean(c->is_main));
    json_object_set_new(out, "derived", json_boolean(c->is_derived));
    json_object_set_new(out, "edges", numbers_save(bins->edge, bins->cuts));
    json_object_set_new(out, "values", numbers_save(bins->value, regular - bins->has_other));
    json_object_set_new(out, "levels", bins->level ? save_levels(bins) : json_null());
    json_object_set_new(out, "counts", numbers_save(bins->count, bins->m));
    json_object_set_new(out, "groups", use->trees ? save_groups(c) : json_null());
    json_object_set_new(out, "bases", save_bases(c, use));
    return out;
}

static json_t *save_axes(const struct term_key *key, const struct use *use)
{
    json_t *axes = json_array();
    for (size_t a = 0; a < key->n; a++)
        json_array_append_new(axes, json_integer((json_int_t)use[key->axis[a]].index));
    return axes;
}

static json_t *save_term(const struct additive *model, size_t t, const struct use *use)
{
    const struct term *term = model->term[t];
    return json_pack("{s:o, s:o}", "axes", save_axes(&term->key, use), "beta",
                     numbers_save(model->beta + model->start[t], term->p));
}

/* What standard errors need. */
static json_t *save_interval(const struct additive *model)
{
    size_t q = model->p + 1;
    return json_pack("{s:I, s:f, s:o, s:o}", "rank", (json_int_t)model->rank, "scale", model->scale,
                     "root", numbers_save(model->root, q * model->rank), "rest",
                     numbers_save(model->rest, q));
}

static json_t *save_tree(const struct boost_tree *tree)
{
    json_t *out = json_object(), *feature = json_array(), *bin = json_array();
    for (size_t i = 0; i < BOOST_NODES; i++) {
        json_array_append_new(feature, json_integer(tree->feature[i]));
        json_array_append_new(bin, json_integer(tree->bin[i]));
    }
    json_object_set_new(out, "feature", feature);
    json_object_set_new(out, "bin", bin);
    json_object_set_new(out, "leaf", numbers_save(tree->leaf, BOOST_LEAVES));
    return out;
}

static json_t *save_forest(const struct additive *model, const struct additive_forest *forest)
{
    json_t *out = json_object(), *paths = json_array();
    for (size_t v = 0; v < model->n_paths; v++) {
        json_t *trees = json_array();
        for (size_t t = 0; t < forest->n_trees; t++)
            json_array_append_new(trees, save_tree(&forest->tree[v][t]));
        json_array_append_new(paths, trees);
    }
    json_object_set_new(out, "start", numbers_save(forest->start, model->n_paths));
    json_object_set_new(out, "paths", paths);
    return out;
}

static json_t *save_trees(const struct additive *model, const struct use *use)
{
    if (model->features.d == 0) /* grown, and found not worth it */
        return json_null();
    json_t *out = json_object(), *features = json_array(), *forests = json_array();
    for (size_t f = 0; f < model->features.d; f++)
        json_array_append_new(features,
                              json_integer((json_int_t)use[model->features.covariate[f]].index));
    for (size_t s = 0; s < G_N_ELEMENTS(model->forest); s++)
        json_array_append_new(forests, save_forest(model, &model->forest[s]));
    json_object_set_new(out, "features", features);
    json_object_set_new(out, "forests", forests);
    return out;
}

static json_t *save_summary(const struct additive_summary *s, const struct additive *model,
                            const struct use *use)
{
    json_t *terms = json_array();
    for (size_t t = 0; t < s->n_terms; t++) {
        json_t *axes = json_array();
        for (size_t a = 0; a < s->term[t].n; a++) {
            size_t c = (size_t)(s->term[t].covariate[a] - model->set->row);
            json_array_append_new(axes, json_integer((json_int_t)use[c].index));
        }
        json_array_append_new(
            terms, json_pack("{s:o, s:f, s:f, s:f, s:f, s:f, s:f, s:b}", "axes", axes, "edf",
                             s->term[t].edf, "paths", s->term[t].paths, "importance",
                             s->term[t].importance, "chi2", s->term[t].chi2, "df", s->term[t].df,
                             "log_p", s->term[t].log_p, "separates", s->term[t].separates));
    }
    return json_pack("{s:I, s:I, s:i, s:f, s:I, s:f, s:f, s:o}", "rows", (json_int_t)s->n_rows,
                     "events", (json_int_t)s->n_events, "rounds", s->rounds, "iterations",
                     s->iterations, "trees", (json_int_t)s->trees, "loss_terms", s->loss_terms,
                     "loss_all", s->loss_all, "terms", terms);
}

json_t *additive_store_save(const struct additive *model)
{
    g_autoptr(arena_t) arena = arena_new();
    struct use *use = arena_many(arena, model->set->n + 1, struct use);
    json_t *covariates = json_array(), *terms = json_array();
    find_uses(model, use);
    for (size_t c = 0; c < model->set->n; c++) {
        if (use[c].any)
            json_array_append_new(covariates, save_covariate(&model->set->row[c], &use[c]));
    }
    for (size_t t = 0; t < model->n_terms; t++)
        json_array_append_new(terms, save_term(model, t, use));
    return json_pack("{s:i, s:f, s:f, s:o, s:I, s:o, s:o, s:o, s:o, s:o}", "version",
                     ADDITIVE_STORE_VERSION, "intercept", model->intercept, "shift", model->shift,
                     "weight", numbers_save(model->weight, 3), "n_paths",
                     (json_int_t)model->n_paths, "covariates", covariates, "terms", terms,
                     "interval", save_interval(model), "trees", save_trees(model, use), "summary",
                     save_summary(&model->summary, model, use));
}

size_t additive_store_columns(const struct additive *model)
{
    size_t n = 0;
    for (size_t c = 0; c < model->set->n; c++) {
        const struct bins_source *source = &model->set->row[c].bins->source;
        for (size_t p = 0; p < source->n_parents; p++)
            n = MAX(n, source->parent[p] + 1);
    }
    return n;
}
