/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/boost.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <string.h>

#include "scoring/logit.h"

static const double learning_rate = 0.1, l2 = 2, least_hessian = 1, row_share = 0.7,
                    feature_share = 0.9;

typedef double pair_t __attribute__((vector_size(2 * sizeof(double))));

/* A sum of residuals and one of weights, added as one. */
union sums {
    struct {
        double g, h;
    };
    pair_t pair;
};

struct boost {
    const struct boost_data *data;
    GArray *tree;
    gsl_rng *rng;
    double *eta, *held_eta;  /* after all trees */
    union sums *row;         /* n: residual and weight */
    uint32_t *order, *spare; /* rows of the sample, node by node, then the others */
    size_t *offset, n_bins;  /* of each feature in a histogram */
    bool *allowed;           /* features of the tree at hand */
    union sums *histogram;   /* BOOST_LEAVES histograms of n_bins */
};

/* One node while its tree grows. */
struct node {
    size_t from, to; /* in order */
    union sums total;
    size_t n_used, used[BOOST_FEATURES];
    int histogram;
};

struct boost *boost_new(const struct boost_data *data)
{
    struct boost *b = g_new0(struct boost, 1);
    b->data = data;
    b->tree = g_array_new(FALSE, FALSE, sizeof(struct boost_tree));
    b->rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(b->rng, data->seed);
    b->eta = g_memdup2(data->eta, (data->n + 1) * sizeof *b->eta);
    b->held_eta = g_memdup2(data->held_eta, (data->n_held + 1) * sizeof *b->held_eta);
    b->row = g_new(union sums, data->n + 1);
    b->order = g_new(uint32_t, data->n + 1);
    b->spare = g_new(uint32_t, data->n + 1);
    b->offset = g_new(size_t, data->d + 1);
    b->allowed = g_new(bool, data->d + 1);
    for (size_t f = 0; f < data->d; f++) {
        b->offset[f] = b->n_bins;
        b->n_bins += data->size[f];
    }
    b->histogram = g_new(union sums, BOOST_LEAVES * b->n_bins + 1);
    return b;
}

void boost_free(struct boost *b)
{
    if (!b)
        return;
    g_array_free(b->tree, TRUE);
    gsl_rng_free(b->rng);
    g_free(b->eta);
    g_free(b->held_eta);
    g_free(b->row);
    g_free(b->order);
    g_free(b->spare);
    g_free(b->offset);
    g_free(b->allowed);
    g_free(b->histogram);
    g_free(b);
}

static union sums *histogram_of(const struct boost *b, const struct node *node)
{
    return b->histogram + (size_t)node->histogram * b->n_bins;
}

static void count(const struct boost *b, const struct node *node)
{
    const struct boost_data *data = b->data;
    union sums *into = histogram_of(b, node);
    size_t d = data->d;
    memset(into, 0, b->n_bins * sizeof *into);
    for (size_t i = node->from; i < node->to; i++) {
        const uint8_t *code = data->code + b->order[i] * d;
        union sums row = b->row[b->order[i]];
        for (size_t f = 0; f < d; f++) {
            union sums *bin = into + b->offset[f] + code[f];
            bin->pair += row.pair;
        }
    }
}

static void subtract(const struct boost *b, const struct node *part, const struct node *whole)
{
    const union sums *p = histogram_of(b, part);
    union sums *w = histogram_of(b, whole);
    for (size_t i = 0; i < b->n_bins; i++) {
        w[i].pair -= p[i].pair;
    }
}

struct split {
    double worth; /* of both sides: sum of g^2 / (h + l2) */
    int feature;
    uint8_t bin;
};

/* One division for both sides: they are what a tree's search waits for. */
static inline void try_bin(const struct node *node, union sums one, int feature, size_t bin,
                           struct split *best)
{
    union sums other = {.pair = node->total.pair - one.pair};
    if (!(one.h > least_hessian) || !(other.h > least_hessian))
        return;
    double h1 = one.h + l2, h2 = other.h + l2;
    double worth = (one.g * one.g * h2 + other.g * other.g * h1) / (h1 * h2);
    if (worth > best->worth)
        *best = (struct split){worth, feature, (uint8_t)bin};
}

static bool may_use(const struct boost *b, const struct node *node, size_t feature)
{
    if (!b->allowed[feature])
        return false;
    bool used = node->n_used < BOOST_FEATURES;
    for (size_t i = 0; i < node->n_used; i++)
        used |= node->used[i] == feature;
    return used;
}

static struct split best_split(const struct boost *b, const struct node *node)
{
    double all = node->total.g * node->total.g / (node->total.h + l2);
    struct split best = {all, -1, 0};
    for (size_t f = 0; f < b->data->d; f++) {
        const union sums *bin = histogram_of(b, node) + b->offset[f];
        union sums below = {.pair = {0, 0}};
        if (!may_use(b, node, f))
            continue;
        bool factor = b->data->is_factor[f];
        for (size_t k = 0; k + !factor < b->data->size[f]; k++) {
            below.pair += bin[k].pair;
            try_bin(node, factor ? bin[k] : below, (int)f, k, &best);
        }
    }
    return best;
}

static bool goes_right(const struct boost_data *data, const struct split *split,
                       const uint8_t *code)
{
    if (split->feature < 0)
        return false;
    return data->is_factor[split->feature] ? code[split->feature] == split->bin
                                           : code[split->feature] > split->bin;
}

/* Rows that go left are moved up, the others are put aside. Which way one goes cannot be foreseen,
 * so both are written and one counts. Returns where the left ones end. */
static size_t part_rows(struct boost *b, const struct node *node, const struct split *split,
                        size_t *aside)
{
    const struct boost_data *data = b->data;
    const uint8_t *code = data->code + split->feature;
    uint8_t bin = split->bin;
    bool is_factor = data->is_factor[split->feature];
    size_t left = node->from, right = 0;
    for (size_t i = node->from; i < node->to; i++) {
        uint32_t row = b->order[i];
        uint8_t at = code[row * data->d];
        bool goes = is_factor ? at == bin : at > bin;
        b->order[left] = b->spare[right] = row;
        left += !goes;
        right += goes;
    }
    *aside = right;
    return left;
}

/* Divide a node's rows, the order within each side kept. */
static void divide(struct boost *b, const struct node *node, const struct split *split,
                   struct node child[2])
{
    size_t left = node->to, right = 0;
    union sums total = {.pair = {0, 0}};
    if (split->feature >= 0)
        left = part_rows(b, node, split, &right);
    for (size_t i = 0; i < right; i++)
        total.pair += b->row[b->spare[i]].pair;
    memcpy(b->order + left, b->spare, right * sizeof *b->order);
    child[0] = child[1] = *node;
    child[0].to = child[1].from = left;
    child[1].total = total;
    child[0].total = (union sums){.pair = node->total.pair - total.pair};
    for (int side = 0; split->feature >= 0 && side < 2; side++) {
        bool known = false;
        for (size_t i = 0; i < child[side].n_used; i++)
            known |= child[side].used[i] == (size_t)split->feature;
        if (!known)
            child[side].used[child[side].n_used++] = (size_t)split->feature;
    }
}

/* Histograms of both children: the smaller is counted, the other is what is left of the parent's.
 */
static void count_children(struct boost *b, struct node child[2], int free_histogram)
{
    size_t small = child[1].to - child[1].from < child[0].to - child[0].from;
    child[small].histogram = free_histogram;
    count(b, &child[small]);
    subtract(b, &child[small], &child[!small]);
}

static void start_tree(struct boost *b, struct node *root)
{
    const struct boost_data *data = b->data;
    size_t others = data->n;
    *root = (struct node){0};
    for (size_t i = 0; i < data->n; i++) {
        double mu = logit_mean(b->eta[i]);
        double weight = mu * (1 - mu);
        b->row[i].pair = (pair_t){data->y[i] - mu, weight > 1e-6 ? weight : 1e-6};
        if (gsl_rng_uniform(b->rng) >= row_share) {
            b->order[--others] = (uint32_t)i;
            continue;
        }
        b->order[root->to++] = (uint32_t)i;
        root->total.pair += b->row[i].pair;
    }
    for (size_t f = 0; f < data->d; f++)
        b->allowed[f] = gsl_rng_uniform(b->rng) < feature_share;
    b->allowed[gsl_rng_uniform_int(b->rng, data->d)] = true;
    count(b, root);
}

static double leaf_of(const struct boost_data *data, const struct boost_tree *tree,
                      const uint8_t *code)
{
    size_t at = 0;
    for (int level = 0; level < BOOST_DEPTH; level++) {
        size_t k = ((size_t)1 << level) - 1 + at;
        struct split split = {0, tree->feature[k], tree->bin[k]};
        at = 2 * at + goes_right(data, &split, code);
    }
    return tree->leaf[at];
}

/* The next tree; eta goes with it. */
static struct boost_tree grow_tree(struct boost *b)
{
    struct node node[BOOST_LEAVES], next[BOOST_LEAVES];
    struct boost_tree tree;
    start_tree(b, &node[0]);
    for (int level = 0; level < BOOST_DEPTH; level++) {
        size_t nodes = (size_t)1 << level;
        for (size_t k = 0; k < nodes; k++) {
            struct split split = best_split(b, &node[k]);
            tree.feature[nodes - 1 + k] = (int16_t)split.feature;
            tree.bin[nodes - 1 + k] = split.bin;
            divide(b, &node[k], &split, &next[2 * k]);
            if (level + 1 < BOOST_DEPTH)
                count_children(b, &next[2 * k], (int)(nodes + k));
        }
        memcpy(node, next, 2 * nodes * sizeof *node);
    }
    for (size_t k = 0; k < BOOST_LEAVES; k++) {
        tree.leaf[k] = learning_rate * node[k].total.g / (node[k].total.h + l2);
        for (size_t i = node[k].from; i < node[k].to; i++)
            b->eta[b->order[i]] += tree.leaf[k];
    }
    for (size_t i = node[BOOST_LEAVES - 1].to; i < b->data->n; i++)
        b->eta[b->order[i]] += leaf_of(b->data, &tree, b->data->code + b->order[i] * b->data->d);
    return tree;
}

static void add_tree(const struct boost_data *data, const struct boost_tree *tree,
                     const uint8_t *code, size_t n, double *eta)
{
    for (size_t i = 0; i < n; i++)
        eta[i] += leaf_of(data, tree, code + i * data->d);
}

static double loss_of(const double *eta, const double *y, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += logit_loss(eta[i], y[i]);
    return sum;
}

void boost_grow(struct boost *b, size_t n_trees, double *loss)
{
    const struct boost_data *data = b->data;
    for (size_t t = 0; t < n_trees; t++) {
        struct boost_tree tree = grow_tree(b);
        g_array_append_val(b->tree, tree);
        add_tree(data, &tree, data->held_code, data->n_held, b->held_eta);
        loss[t] = loss_of(b->held_eta, data->held_y, data->n_held);
    }
}

const struct boost_tree *boost_trees(const struct boost *b)
{
    return (const struct boost_tree *)(const void *)b->tree->data;
}

void boost_held_eta(const struct boost *b, size_t n_trees, double *eta)
{
    memcpy(eta, b->data->held_eta, b->data->n_held * sizeof *eta);
    for (size_t t = 0; t < n_trees; t++)
        add_tree(b->data, &boost_trees(b)[t], b->data->held_code, b->data->n_held, eta);
}
