/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which gates a model gets. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/screen_internal.h"

enum { GATE_LEVELS = 8, GATE_TRIED = 16 };

/* The columns of a smooth product on one axis: a parabola, or the levels of a factor. */
static size_t smooth_columns(const struct covariate *c, size_t size, size_t index, double *out)
{
    if (c->bins->is_factor) {
        for (size_t l = 1; l < size; l++)
            out[l - 1] = index == l;
        return size - 1;
    }
    double z = size > 1 ? 2 * (double)index / (double)(size - 1) - 1 : 0;
    out[0] = z;
    out[1] = z * z;
    return 2;
}

/* log p of a smooth product of two covariates, beyond their margins: what a gate has to beat. */
static double smooth_log_p(const struct screening *s, const struct term_key *key)
{
    struct screen_cells c;
    double x[SCREEN_LEVELS_MAX], y[SCREEN_LEVELS_MAX];
    const struct covariate *a = &s->set->row[key->axis[0]], *b = &s->set->row[key->axis[1]];
    if (!screen_count_cells(s, key, COVARIATE_PARENT, &c))
        return 0;
    size_t p = smooth_columns(a, c.size[0], 0, x), q = smooth_columns(b, c.size[1], 0, y), rank;
    size_t margins = c.size[0] + c.size[1], n = margins + p * q;
    g_autofree double *matrix = g_new0(double, n *n), *g = g_new0(double, n),
                      *row = g_new(double, n);
    for (size_t cell = 0; cell < c.n; cell++) {
        size_t i = cell / c.size[1], j = cell % c.size[1];
        if (c.h[cell] < SCREEN_CELL_MIN)
            continue;
        memset(row, 0, n * sizeof *row);
        row[i] = row[c.size[0] + j] = 1;
        smooth_columns(a, c.size[0], i, x);
        smooth_columns(b, c.size[1], j, y);
        for (size_t k = 0; k < p * q; k++)
            row[margins + k] = x[k / q] * y[k % q];
        for (size_t k = 0; k < n; k++) {
            g[k] += c.g[cell] * row[k];
            for (size_t l = k; row[k] != 0 && l < n; l++)
                matrix[k * n + l] += c.h[cell] * row[k] * row[l];
        }
    }
    double chi2 = screen_eliminate(matrix, g, n, margins, &rank);
    g_free(c.g);
    g_free(c.h);
    return rank > 0 ? screen_log_chi2_tail(chi2, (double)rank) : 0;
}

bool screen_choose_has(const struct screening *s, const struct term_key *key)
{
    for (size_t i = 0; i < s->n_gates; i++) {
        const struct screen_gate *gate = &s->gate[i];
        bool same = gate->n == key->n;
        for (size_t a = 0; a < gate->n; a++)
            same &= gate->side[a].covariate == key->axis[a];
        if (same)
            return true;
    }
    return false;
}

bool screen_choose_beats(struct screening *s, const struct screen_candidate *derived)
{
    const struct covariate *row = &s->set->row[derived->key.axis[0]];
    size_t kept = 0;
    bool beaten = false;
    for (size_t i = 0; i < s->n_gates; i++) {
        const struct screen_gate *gate = &s->gate[i];
        size_t shared = 0;
        for (size_t p = 0; p < row->n_parents && gate->n == 2; p++)
            shared += row->parent[p] == gate->side[0].covariate ||
                      row->parent[p] == gate->side[1].covariate;
        beaten |= shared == 2 && gate->log_p < derived->log_p;
        if (shared < 2 || gate->log_p < derived->log_p)
            s->gate[kept++] = *gate;
    }
    s->n_gates = kept;
    return beaten;
}

static int compare_gates(const void *a, const void *b)
{
    const struct screen_gate *x = a, *y = b;
    if (x->log_p != y->log_p)
        return x->log_p < y->log_p ? -1 : 1;
    return memcmp(x->side, y->side, sizeof x->side);
}

/* Benjamini-Hochberg among `tests`, of which these are the best. */
static void take_gates(struct screening *s, GArray *found, size_t tests)
{
    size_t taken = 0;
    if (found->len > 0)
        qsort(found->data, found->len, sizeof(struct screen_gate), compare_gates);
    for (guint i = 0; i < found->len; i++) {
        const struct screen_gate *gate = &g_array_index(found, struct screen_gate, i);
        if (gate->log_p < log(s->data->fdr * (double)(i + 1) / (double)tests))
            taken = i + 1;
    }
    for (size_t i = 0; i < MIN(taken, SCREEN_GATES); i++)
        s->gate[s->n_gates++] = g_array_index(found, struct screen_gate, i);
}

/* Can borders of these make a gate? Two factors need none: their pair has every corner. */
static bool may_gate(const struct screening *s, const struct term_key *key)
{
    size_t numeric = 0;
    for (size_t a = 0; a < key->n; a++) {
        const struct bins *bins = s->set->row[key->axis[a]].bins;
        numeric += !bins->is_factor;
        if (bins->is_factor && bins->m > GATE_LEVELS)
            return false;
    }
    return numeric > 0;
}

void screen_choose_pairs(struct screening *s)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct screen_gate));
    screen_discoveries(s);
    for (guint i = 0, tried = 0; i < s->candidate->len && tried < GATE_TRIED; i++) {
        struct term_key key = g_array_index(s->candidate, struct screen_candidate, i).key;
        struct screen_gate gate;
        if (!may_gate(s, &key))
            continue;
        tried++;
        if (screen_gate_corners(s->set, s->data, &key, &gate) && gate.log_p < smooth_log_p(s, &key))
            g_array_append_val(found, gate);
    }
    take_gates(s, found, s->candidate->len);
}

void screen_choose_jumps(struct screening *s)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct screen_gate));
    size_t tests = 0;
    for (size_t c = 0; s->data->penalty && c < s->set->n; c++) {
        struct screen_gate gate;
        if (!s->is_feature[c] || s->set->row[c].direction != 0 || !s->data->penalty[c] ||
            !screen_gate_jump(s->set, s->data, c, s->data->penalty[c], &gate))
            continue;
        tests++;
        g_array_append_val(found, gate);
    }
    take_gates(s, found, tests);
}

void screen_choose_triples(struct screening *s, const GArray *keys)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct screen_gate));
    size_t tried = 0;
    for (guint i = 0; i < keys->len && tried < GATE_TRIED; i++) {
        const struct term_key *key = &g_array_index(keys, struct term_key, i);
        struct screen_gate gate;
        if (!may_gate(s, key))
            continue;
        tried++;
        if (screen_gate_corners(s->set, s->data, key, &gate))
            g_array_append_val(found, gate);
    }
    take_gates(s, found, MAX(tried, 1));
}
