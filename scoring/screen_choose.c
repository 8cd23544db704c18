/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which gates a model gets. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/screen_internal.h"

/* A gate has to say so much more than what is smooth: that goes on between and beyond its borders.
 */
static const double clearly = 1.25;
enum { GATE_LEVELS = 8, GATE_TRIED = 16 };

/* log p of the smooth product of two covariates. */
static double smooth_of(const struct screening *s, const struct term_key *key)
{
    struct screen_cells cells;
    if (!screen_count_cells(s, key, COVARIATE_PARENT, &cells))
        return 0;
    double log_p = screen_smooth_log_p(s, key, &cells);
    g_free(cells.g);
    g_free(cells.h);
    return log_p;
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
        beaten |= shared == 2 && gate->log_p < clearly * derived->log_p;
        if (shared < 2 || gate->log_p < clearly * derived->log_p)
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
        if (screen_gate_corners(s->set, s->data, &key, &gate) &&
            gate.log_p < clearly * smooth_of(s, &key))
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
