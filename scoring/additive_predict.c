/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scoring: codes of a row, then additions. */
#include "scoring/additive_internal.h"

/* Codes of the covariates that the model uses, NULL for the others. */
static uint16_t **code_all(struct arena *arena, const struct additive *model,
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

static void add_trees(const struct additive *model, const struct additive_forest *forest,
                      const uint16_t *row, double weight, double *eta)
{
    for (size_t v = 0; v < model->n_paths; v++) {
        double sum = forest->start[v];
        for (size_t t = 0; t < forest->n_trees; t++) {
            const struct boost_tree *tree = &forest->tree[v][t];
            sum += tree->leaf[boost_leaf(tree, model->features.is_factor, row)];
        }
        *eta += weight * sum / (double)model->n_paths;
    }
}

void additive_predict(const struct additive *model, const struct dataset *data, double *eta)
{
    g_autoptr(arena_t) arena = arena_new();
    uint16_t **code = code_all(arena, model, data);
    uint16_t *row = arena_many(arena, model->features.d + 1, uint16_t);
    for (size_t i = 0; i < data->n; i++)
        eta[i] = model->shift;
    add_terms(model, code, data->n, model->weight[0] + model->weight[2], eta);
    if (model->weight[1] == 0 && model->weight[2] == 0)
        return;
    for (size_t i = 0; i < data->n; i++) {
        for (size_t f = 0; f < model->features.d; f++) {
            size_t c = model->features.covariate[f];
            uint16_t bin = code[c][i];
            row[f] = bin == BINS_UNSEEN ? (uint16_t)BINS_UNSEEN
                                        : model->set->row[c].group[COVARIATE_BOOST][bin];
        }
        for (int start = 0; start < 2; start++) {
            if (model->weight[start + 1] != 0)
                add_trees(model, &model->forest[start], row, model->weight[start + 1], &eta[i]);
        }
    }
}
