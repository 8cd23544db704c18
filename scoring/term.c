/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/term.h"

bool term_key_equals(const struct term_key *a, const struct term_key *b)
{
    for (size_t i = 0; i < TERM_AXES; i++) {
        if (a->axis[i] != b->axis[i])
            return false;
    }
    return a->n == b->n;
}

/* e of one axis spread over the product's columns: column k belongs to e[k / inner % q]. */
static double *spread(struct arena *arena, const struct term *term, size_t axis)
{
    size_t inner = 1, q = term->basis[axis]->q;
    for (size_t i = axis + 1; i < term->key.n; i++)
        inner *= term->basis[i]->q;
    double *out = arena_many(arena, term->p, double);
    for (size_t k = 0; k < term->p; k++)
        out[k] = term->basis[axis]->e[k / inner % q];
    return out;
}

struct term *term_new(struct arena *arena, const struct term_key *key,
                      const struct basis *const *basis)
{
    struct term *term = arena_one(arena, struct term);
    term->key = *key;
    term->p = 1;
    for (size_t i = 0; i < key->n; i++) {
        term->basis[i] = basis[i];
        term->p *= basis[i]->q;
    }
    term->d[term->n_penalties] = arena_many(arena, term->p, double);
    for (size_t k = 0; k < term->p; k++)
        term->d[0][k] = 1;
    term->n_penalties = 1;
    for (size_t i = 0; key->n < 3 && i < key->n; i++) {
        if (basis[i]->is_smooth)
            term->d[term->n_penalties++] = spread(arena, term, i);
    }
    return term;
}

void term_row(const struct term *term, const uint16_t *code, double *out)
{
    size_t filled = 1;
    out[0] = 1;
    for (size_t i = 0; i < term->key.n; i++) {
        const struct basis *basis = term->basis[i];
        const double *c = basis->c + (size_t)code[i] * basis->q;
        if (code[i] == BINS_UNSEEN) {
            for (size_t k = 0; k < term->p; k++)
                out[k] = 0;
            return;
        }
        for (size_t k = filled; k-- > 0;) { /* from the end: each place is read before written */
            double head = out[k];
            for (size_t j = basis->q; j-- > 0;)
                out[k * basis->q + j] = head * c[j];
        }
        filled *= basis->q;
    }
}

double term_value(const struct term *term, const uint16_t *code, const double *beta)
{
    double sum = 0;
    for (size_t i = 0; i < term->key.n; i++) {
        if (code[i] == BINS_UNSEEN)
            return 0;
    }
    const struct basis *a = term->basis[0];
    const double *ca = a->c + (size_t)code[0] * a->q;
    if (term->key.n == 1) {
        for (size_t j = 0; j < a->q; j++)
            sum += ca[j] * beta[j];
        return sum;
    }
    const struct basis *b = term->basis[1], *c = term->key.n > 2 ? term->basis[2] : NULL;
    const double *cb = b->c + (size_t)code[1] * b->q;
    for (size_t j = 0; j < a->q; j++) {
        for (size_t k = 0; k < b->q; k++) {
            double inner = 0;
            const double *at = beta + (j * b->q + k) * (c ? c->q : 1);
            const double *cc = c ? c->c + (size_t)code[2] * c->q : NULL;
            for (size_t l = 0; c && l < c->q; l++)
                inner += cc[l] * at[l];
            sum += ca[j] * cb[k] * (c ? inner : at[0]);
        }
    }
    return sum;
}
