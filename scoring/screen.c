/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/screen.h"

#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/screen_internal.h"

enum { CELLS_MAX = 8192 };

double screen_log_chi2_tail(double x, double df)
{
    double a = df / 2, half = x / 2;
    if (half <= 0)
        return 0;
    if (half < a + 1)
        return log1p(-gsl_sf_gamma_inc_P(a, half));
    /* Continued fraction of the upper incomplete gamma function, by Lentz's method. */
    double b = half + 1 - a, c = 1e300, d = 1 / b, h = d;
    for (int i = 1; i < 1000; i++) {
        double an = -i * (i - a);
        b += 2;
        d = an * d + b;
        d = 1 / (fabs(d) < 1e-300 ? 1e-300 : d);
        c = b + an / c;
        c = fabs(c) < 1e-300 ? 1e-300 : c;
        h *= d * c;
        if (fabs(d * c - 1) < 1e-14)
            break;
    }
    return a * log(half) - half - gsl_sf_lngamma(a) + log(h);
}

double screen_eliminate(double *m, double *g, size_t n, size_t first, size_t *rank)
{
    double sum = 0;
    g_autofree double *diagonal = g_new(double, n);
    for (size_t k = 0; k < n; k++)
        diagonal[k] = m[k * n + k];
    *rank = 0;
    for (size_t k = 0; k < n; k++) {
        double pivot = m[k * n + k];
        if (!(pivot > 1e-8 * diagonal[k]) || pivot <= 0)
            continue;
        if (k >= first) {
            sum += g[k] * g[k] / pivot;
            ++*rank;
        }
        for (size_t i = k + 1; i < n; i++) {
            double factor = m[k * n + i] / pivot;
            if (factor == 0)
                continue;
            g[i] -= factor * g[k];
            for (size_t j = i; j < n; j++)
                m[i * n + j] -= factor * m[k * n + j];
        }
    }
    return sum;
}

/* A row's group among few, a byte each, for the many tables of two parents. */
static const uint8_t *coarse_of(const struct screening *s, size_t c)
{
    if (s->coarse[c])
        return s->coarse[c];
    const uint16_t *group = s->set->row[c].group[COVARIATE_PARENT],
                   *code = s->set->row[c].bins->code;
    uint8_t *out = s->coarse[c] = g_new(uint8_t, s->data->n + 1);
    for (size_t i = 0; i < s->data->n; i++)
        out[i] = (uint8_t)group[code[s->data->row[i]]];
    return out;
}

typedef double both_t __attribute__((vector_size(2 * sizeof(double)), aligned(8), may_alias));

static void count_two(const struct screening *s, const struct term_key *key, double *sum)
{
    const uint8_t *a = coarse_of(s, key->axis[0]), *b = coarse_of(s, key->axis[1]);
    size_t size = s->set->row[key->axis[1]].n_group[COVARIATE_PARENT];
    const both_t *row = (const both_t *)(const void *)s->both;
    both_t *to = (both_t *)(void *)sum;
    for (size_t i = 0; i < s->data->n; i++)
        to[a[i] * size + b[i]] += row[i];
}

static void count_any(const struct screening *s, const struct term_key *key,
                      enum covariate_groups grouping, const struct screen_cells *cells, double *sum)
{
    const uint16_t *code[TERM_AXES], *group[TERM_AXES];
    for (size_t a = 0; a < key->n; a++) {
        code[a] = s->set->row[key->axis[a]].bins->code;
        group[a] = s->set->row[key->axis[a]].group[grouping];
    }
    for (size_t i = 0; i < s->data->n; i++) {
        size_t row = s->data->row[i], at = group[0][code[0][row]];
        for (size_t a = 1; a < key->n; a++)
            at = at * cells->size[a] + group[a][code[a][row]];
        sum[2 * at] += s->both[2 * i];
        sum[2 * at + 1] += s->both[2 * i + 1];
    }
}

bool screen_count_cells(const struct screening *s, const struct term_key *key,
                        enum covariate_groups grouping, struct screen_cells *out)
{
    *out = (struct screen_cells){.n = 1, .axes = key->n};
    bool few = key->n == 2 && grouping == COVARIATE_PARENT;
    for (size_t a = 0; a < key->n; a++) {
        out->size[a] = s->set->row[key->axis[a]].n_group[grouping];
        out->n *= out->size[a];
        few &= out->size[a] <= UINT8_MAX;
    }
    if (out->n > CELLS_MAX)
        return false;
    g_autofree double *sum = g_new0(double, 2 * out->n);
    if (few)
        count_two(s, key, sum);
    else
        count_any(s, key, grouping, out, sum);
    out->g = g_new(double, out->n);
    out->h = g_new(double, out->n);
    for (size_t cell = 0; cell < out->n; cell++) {
        out->g[cell] = sum[2 * cell];
        out->h[cell] = sum[2 * cell + 1];
    }
    return true;
}

/* The margin `which` of a cell: all axes but that one, or for two axes just that one. */
static size_t margin_of(const struct screen_cells *c, const size_t *index, size_t which)
{
    if (c->axes == 2)
        return index[which];
    size_t a = which == 0 ? 1 : 0, b = which == 2 ? 1 : 2;
    return index[a] * c->size[b] + index[b];
}

static size_t margin_size(const struct screen_cells *c, size_t which)
{
    if (c->axes == 2)
        return c->size[which];
    size_t a = which == 0 ? 1 : 0, b = which == 2 ? 1 : 2;
    return c->size[a] * c->size[b];
}

/* What the cells say beyond their margins: chi-squared and its degrees of freedom. */
static double interaction(const struct screen_cells *c, double *df)
{
    size_t start[TERM_AXES + 1] = {0}, filled = 0, rank;
    double sum = 0;
    for (size_t m = 0; m < c->axes; m++)
        start[m + 1] = start[m] + margin_size(c, m);
    size_t n = start[c->axes];
    g_autofree double *matrix = g_new0(double, n *n), *g = g_new0(double, n);
    for (size_t cell = 0; cell < c->n; cell++) {
        if (c->h[cell] < SCREEN_CELL_MIN)
            continue;
        size_t index[TERM_AXES] = {0}, at[TERM_AXES], rest = cell;
        for (size_t a = c->axes; a-- > 0;) {
            index[a] = rest % c->size[a];
            rest /= c->size[a];
        }
        filled++;
        sum += c->g[cell] * c->g[cell] / c->h[cell];
        for (size_t m = 0; m < c->axes; m++) {
            at[m] = start[m] + margin_of(c, index, m);
            g[at[m]] += c->g[cell];
        }
        for (size_t m = 0; m < c->axes; m++) {
            for (size_t k = m; k < c->axes; k++)
                matrix[at[m] * n + at[k]] += c->h[cell];
        }
    }
    double margins = screen_eliminate(matrix, g, n, 0, &rank);
    *df = (double)filled - (double)rank;
    return fmax(sum - margins, 0);
}

static bool is_known(const struct screening *s, const struct term_key *key)
{
    for (size_t i = 0; i < s->n_known; i++) {
        if (term_key_equals(&s->known[i], key))
            return true;
    }
    return false;
}

static int compare(const void *a, const void *b)
{
    const struct screen_candidate *x = a, *y = b;
    if (x->log_p != y->log_p)
        return x->log_p < y->log_p ? -1 : 1;
    return memcmp(&x->key, &y->key, sizeof x->key);
}

/* Benjamini-Hochberg: how many of the candidates, sorted here, are discoveries. */
size_t screen_discoveries(struct screening *s)
{
    size_t m = s->candidate->len, found = 0;
    if (m > 0)
        qsort(s->candidate->data, m, sizeof(struct screen_candidate), compare);
    for (size_t i = 0; i < m; i++) {
        const struct screen_candidate *c = &g_array_index(s->candidate, struct screen_candidate, i);
        if (c->log_p < log(s->data->fdr * (double)(i + 1) / (double)m))
            found = i + 1;
    }
    return found;
}

/* A derived covariate's groups beyond its parents' groups. */
static void test_derived(struct screening *s, size_t index)
{
    const struct covariate *c = &s->set->row[index];
    size_t k = c->n_parents + 1, start = 0, rank;
    const uint16_t **code = g_new(const uint16_t *, k), **group = g_new(const uint16_t *, k);
    size_t *offset = g_new(size_t, k + 1), *at = g_new(size_t, k);
    for (size_t p = 0; p < k; p++) {
        size_t from = p + 1 < k ? c->parent[p] : index;
        enum covariate_groups grouping = p + 1 < k ? COVARIATE_PARENT : COVARIATE_DERIVED;
        code[p] = s->set->row[from].bins->code;
        group[p] = s->set->row[from].group[grouping];
        offset[p] = start;
        start += s->set->row[from].n_group[grouping];
    }
    size_t n = start;
    g_autofree double *m = g_new0(double, n *n), *g = g_new0(double, n);
    for (size_t i = 0; i < s->data->n; i++) {
        double r = s->data->residual[i], w = s->data->weight[i];
        for (size_t p = 0; p < k; p++) {
            at[p] = offset[p] + group[p][code[p][s->data->row[i]]];
            g[at[p]] += r;
            for (size_t q = 0; q <= p; q++)
                m[at[q] * n + at[p]] += w;
        }
    }
    for (size_t z = offset[k - 1]; z < n; z++) {
        if (m[z * n + z] < SCREEN_CELL_MIN)
            m[z * n + z] = 0; /* too little weight: skipped as if it depended on others */
    }
    double line = screen_smooth_derived(m, g, n, offset[k - 1]);
    double chi2 = screen_eliminate(m, g, n, offset[k - 1], &rank);
    struct screen_candidate found = {screen_log_chi2_tail(chi2, (double)rank), {1, {index}}};
    found.log_p = fmin(fmin(found.log_p, line) + log(2), 0); /* whichever says more */
    if (rank > 0)
        g_array_append_val(s->candidate, found);
    g_free(code);
    g_free(group);
    g_free(offset);
    g_free(at);
}

static size_t take_derived(struct screening *s, struct term_key *out)
{
    size_t taken = 0;
    g_array_set_size(s->candidate, 0);
    for (size_t i = 0; i < s->set->n; i++) {
        if (s->set->row[i].is_derived && !s->is_feature[i])
            test_derived(s, i);
    }
    size_t found = screen_discoveries(s);
    for (size_t i = 0; i < found && taken < SCREEN_DERIVED; i++) {
        const struct screen_candidate *c = &g_array_index(s->candidate, struct screen_candidate, i);
        const struct covariate *row = &s->set->row[c->key.axis[0]];
        bool apart = !screen_choose_beats(s, c);
        for (size_t p = 0; p < row->n_parents; p++)
            apart &= !s->blocked[row->parent[p]];
        if (!apart)
            continue;
        for (size_t p = 0; p < row->n_parents; p++)
            s->blocked[row->parent[p]] = true;
        out[taken++] = c->key;
    }
    return taken;
}

/* Do two covariates share a parent, one of them being derived? */
static bool are_kin(const struct covariate_set *set, size_t a, size_t b)
{
    const struct covariate *x = &set->row[a], *y = &set->row[b];
    for (size_t p = 0; p < (x->is_derived ? x->n_parents : 1); p++) {
        size_t px = x->is_derived ? x->parent[p] : a;
        for (size_t q = 0; q < (y->is_derived ? y->n_parents : 1); q++) {
            if (px == (y->is_derived ? y->parent[q] : b))
                return true;
        }
    }
    return false;
}

static bool may_pair(const struct screening *s, size_t a, size_t b)
{
    const struct covariate *x = &s->set->row[a], *y = &s->set->row[b];
    if ((x->bins->is_factor && x->bins->m > SCREEN_LEVELS_MAX) ||
        (y->bins->is_factor && y->bins->m > SCREEN_LEVELS_MAX) || x->direction != 0 ||
        y->direction != 0)
        return false;
    return !are_kin(s->set, a, b);
}

static size_t take(struct screening *s, size_t most, struct term_key *out)
{
    size_t found = screen_discoveries(s), taken = 0;
    for (size_t i = 0; i < found && taken < most; i++) {
        const struct term_key *key = &g_array_index(s->candidate, struct screen_candidate, i).key;
        if (!screen_choose_has(s, key))
            out[taken++] = *key;
    }
    return taken;
}

static void test_cells(struct screening *s, const struct term_key *key,
                       enum covariate_groups grouping)
{
    struct screen_cells cells;
    double df;
    if (!screen_count_cells(s, key, grouping, &cells))
        return;
    double chi2 = interaction(&cells, &df);
    struct screen_candidate c = {screen_log_chi2_tail(chi2, df), *key};
    if (key->n ==
        2) /* whichever says more: every corner, or what is smooth; doubled for the choice */
        c.log_p = fmin(fmin(c.log_p, screen_smooth_log_p(s, key, &cells)) + log(2), 0);
    if (df > 0)
        g_array_append_val(s->candidate, c);
    g_free(cells.g);
    g_free(cells.h);
}

static void list_pairs(struct screening *s)
{
    for (size_t a = 0; a < s->set->n; a++) {
        for (size_t b = a + 1; s->is_feature[a] && b < s->set->n; b++) {
            struct term_key key = {2, {a, b}};
            if (s->is_feature[b] && may_pair(s, a, b) && !is_known(s, &key))
                test_cells(s, &key, COVARIATE_PARENT);
        }
    }
}

/* Pairs of which a derived covariate was made have to wait for what it leaves. */
static size_t take_pairs(struct screening *s, const GArray *pair, struct term_key *out)
{
    g_array_set_size(s->candidate, 0);
    for (guint i = 0; i < pair->len; i++) {
        const struct screen_candidate *c = &g_array_index(pair, struct screen_candidate, i);
        if (!(s->blocked[c->key.axis[0]] && s->blocked[c->key.axis[1]]))
            g_array_append_vals(s->candidate, c, 1);
    }
    return take(s, SCREEN_PAIRS, out);
}

/* The triple that two pairs make when they share a covariate. */
static bool join(const struct term_key *p, const struct term_key *q, struct term_key *out)
{
    size_t all[4] = {p->axis[0], p->axis[1], q->axis[0], q->axis[1]}, n = 0;
    *out = (struct term_key){.n = 3};
    for (size_t pass = 0; pass < 4; pass++) {
        size_t least = SIZE_MAX;
        for (size_t i = 0; i < 4; i++) {
            if (all[i] < least && (n == 0 || all[i] > out->axis[n - 1]))
                least = all[i];
        }
        if (least == SIZE_MAX)
            break;
        if (n == 3)
            return false;
        out->axis[n++] = least;
    }
    return n == 3;
}

static void add_key(GArray *keys, const struct term_key *key)
{
    for (guint t = 0; t < keys->len; t++) {
        if (term_key_equals(&g_array_index(keys, struct term_key, t), key))
            return;
    }
    g_array_append_vals(keys, key, 1);
}

/* The triples that pairs of the model make; `as_gates`: with borders seen as their covariates. */
static GArray *list_triples(const struct screening *s, bool as_gates)
{
    g_autoptr(GArray) pair = g_array_new(FALSE, FALSE, sizeof(struct term_key));
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct term_key));
    for (size_t i = 0; i < s->n_known; i++) {
        struct term_key key = s->known[i], own = key;
        for (size_t a = 0; a < key.n; a++)
            key.axis[a] = covariate_base(s->set, key.axis[a]);
        bool gated = !term_key_equals(&key, &own);
        if (key.n == 2 && (as_gates || !gated)) {
            if (key.axis[0] > key.axis[1])
                key = (struct term_key){2, {key.axis[1], key.axis[0]}};
            add_key(pair, &key);
        }
    }
    for (guint i = 0; i < pair->len; i++) {
        for (guint k = i + 1; k < pair->len; k++) {
            struct term_key key;
            if (join(&g_array_index(pair, struct term_key, i),
                     &g_array_index(pair, struct term_key, k), &key) &&
                !is_known(s, &key))
                add_key(out, &key);
        }
    }
    return out;
}

static size_t take_triples(struct screening *s, struct term_key *out)
{
    g_autoptr(GArray) smooth = list_triples(s, false), gates = list_triples(s, true);
    screen_choose_triples(s, gates);
    g_array_set_size(s->candidate, 0);
    for (guint i = 0; i < smooth->len; i++)
        test_cells(s, &g_array_index(smooth, struct term_key, i), COVARIATE_TRIPLE);
    return take(s, SCREEN_TRIPLES, out);
}

size_t screen_terms(const struct covariate_set *set, const struct screen_data *data,
                    const struct term_key *known, size_t n_known, struct term_key *out,
                    struct screen_gate *gate, size_t *n_gates)
{
    g_autofree bool *is_feature = g_new0(bool, set->n + 1), *blocked = g_new0(bool, set->n + 1);
    g_autoptr(GArray) candidate = g_array_new(FALSE, FALSE, sizeof(struct screen_candidate));
    g_autofree double *both = g_new(double, 2 * data->n + 1);
    g_autofree uint8_t **coarse = g_new0(uint8_t *, set->n + 1);
    struct screening s = {set,       data, known, n_known, is_feature, blocked,
                          candidate, gate, 0,     both,    coarse};
    for (size_t i = 0; i < data->n; i++) {
        both[2 * i] = data->residual[i];
        both[2 * i + 1] = data->weight[i];
    }
    for (size_t i = 0; i < n_known; i++) {
        if (known[i].n == 1 && !set->row[known[i].axis[0]].is_step)
            is_feature[known[i].axis[0]] = true;
    }
    for (size_t c = 0; c < set->n; c++)
        is_feature[c] |= set->row[c].is_main;
    g_autoptr(GArray) pair = NULL;
    screen_choose_jumps(&s);
    list_pairs(&s);
    screen_choose_pairs(&s);
    pair = g_array_copy(candidate);
    size_t n = take_derived(&s, out);
    n += take_pairs(&s, pair, out + n);
    n += take_triples(&s, out + n);
    *n_gates = s.n_gates;
    for (size_t c = 0; c < set->n; c++)
        g_free(coarse[c]);
    return n;
}
