/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring: codes of a row, then additions. */
#include "scoring/additive_internal.h"

uint16_t **additive_codes(struct arena *arena, const struct additive *model,
                          const struct dataset *data)
{
    uint16_t **code = arena_many(arena, model->set->n + 1, uint16_t *);
    bool *used = arena_many(arena, model->set->n + 1, bool);
    for (size_t t = 0; t < model->n_terms; t++) {
        for (size_t a = 0; a < model->term[t]->key.n; a++)
            used[model->term[t]->key.axis[a]] = true;
    }
    for (size_t f = 0; f < model->features.d; f++)
        used[model->features.covariate[f]] = true;
    for (size_t c = 0; c < model->set->n; c++) {
        if (!used[c])
            continue;
        code[c] = arena_many(arena, data->n + 1, uint16_t);
        bins_code(model->set->row[c].bins, data, code[c]);
    }
    return code;
}

static void add_terms(const struct additive *model, uint16_t *const *code, size_t n, double weight,
                      double *eta)
{
    for (size_t i = 0; i < n; i++)
        eta[i] += weight * model->intercept;
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term *term = model->term[t];
        const double *beta = model->beta + model->start[t];
        for (size_t i = 0; i < n; i++) {
            uint16_t at[TERM_AXES] = {0};
            for (size_t a = 0; a < term->key.n; a++)
                at[a] = code[term->key.axis[a]][i];
            eta[i] += weight * term_value(term, at, beta);
        }
    }
}

void additive_coarse(const struct additive *model, uint16_t *const *code, size_t row, uint16_t *out)
{
    for (size_t f = 0; f < model->features.d; f++) {
        size_t c = model->features.covariate[f];
        uint16_t bin = code[c][row];
        out[f] = bin == BINS_UNSEEN ? (uint16_t)BINS_UNSEEN
                                    : model->set->row[c].group[COVARIATE_BOOST][bin];
    }
}

double additive_forest_sum(const struct additive *model, const struct additive_forest *forest,
                           size_t path, const uint16_t *coarse)
{
    double sum = forest->start[path];
    for (size_t t = 0; t < forest->n_trees; t++) {
        const struct boost_tree *tree = &forest->tree[path][t];
        sum += tree->leaf[boost_leaf(tree, model->features.is_factor, coarse)];
    }
    return sum;
}

void additive_predict(const struct additive *model, const struct dataset *data, double *eta)
{
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = additive_codes(arena, model, data);
    uint16_t *coarse = arena_many(arena, model->features.d + 1, uint16_t);
    for (size_t i = 0; i < data->n; i++)
        eta[i] = model->shift;
    add_terms(model, code, data->n, model->weight[0] + model->weight[2], eta);
    if (model->weight[1] == 0 && model->weight[2] == 0)
        return;
    for (size_t i = 0; i < data->n; i++) {
        additive_coarse(model, code, i, coarse);
        for (int start = 0; start < 2; start++) {
            double share = model->weight[start + 1] / (double)model->n_paths;
            for (size_t v = 0; share != 0 && v < model->n_paths; v++)
                eta[i] += share * additive_forest_sum(model, &model->forest[start], v, coarse);
        }
    }
}
