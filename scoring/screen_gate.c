/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/screen_gate.h"

#include <math.h>
#include <string.h>

#include "scoring/dense.h"

/* A corner with less information says nothing; a jump that its spline has nearly taken neither. */
#define CORNER_MIN 2.0
#define JUMP_MIN 1.0
enum { CORNERS = 8, SWEEPS = 3, COARSE = 8 };
/* Borders that are neighbours share most of their rows: so many of an axis count as tests. */
static const size_t jumps_apart = 64, corners_apart = 16;

struct sums {
    double g, h;
};

/* Sums in the corners made by the sides of the other axes, for each bin of one. */
struct profile {
    size_t m, corners;
    struct sums *bin; /* m × corners */
};

static size_t borders(const struct bins *bins)
{
    return bins->is_factor ? bins->m : bins->cuts;
}

/* 0 or 1; -1: the row is on neither side. */
static int side_of(const struct covariate_set *set, const struct screen_side *side, uint16_t code)
{
    const struct bins *bins = set->row[side->covariate].bins;
    if (bins->is_factor)
        return code == side->cut;
    return bins->has_missing && code + 1U == bins->m ? -1 : code > side->cut;
}

static void count_profile(const struct covariate_set *set, const struct screen_data *data,
                          const struct screen_gate *gate, size_t axis, struct profile *out)
{
    const struct bins *bins = set->row[gate->side[axis].covariate].bins;
    out->m = bins->m;
    out->corners = (size_t)1 << (gate->n - 1);
    memset(out->bin, 0, out->m * out->corners * sizeof *out->bin);
    for (size_t i = 0; i < data->n; i++) {
        size_t corner = 0;
        bool there = true;
        for (size_t a = 0; a < gate->n && there; a++) {
            if (a == axis)
                continue;
            const struct screen_side *side = &gate->side[a];
            int at = side_of(set, side, set->row[side->covariate].bins->code[data->row[i]]);
            there = at >= 0;
            corner = 2 * corner + (at > 0);
        }
        if (!there)
            continue;
        struct sums *to = out->bin + bins->code[data->row[i]] * out->corners + corner;
        to->g += data->residual[i];
        to->h += data->weight[i];
    }
}

/* What the corners say beyond their margins: the alternating sum of their means against its
 * variance. Corner k and its mirror differ in the axis at hand. */
static double contrast(const struct sums *low, const struct sums *high, size_t corners)
{
    double sum = 0, variance = 0;
    for (size_t k = 0; k < corners; k++) {
        if (low[k].h < CORNER_MIN || high[k].h < CORNER_MIN)
            return 0;
        double sign = __builtin_popcountl(k) % 2 ? -1 : 1;
        sum += sign * (high[k].g / high[k].h - low[k].g / low[k].h);
        variance += 1 / high[k].h + 1 / low[k].h;
    }
    return sum * sum / variance;
}

/* The best border of one axis, the others held. */
static void best_border(const struct bins *bins, const struct profile *p, struct screen_gate *gate,
                        size_t axis)
{
    struct sums total[CORNERS] = {{0, 0}}, high[CORNERS], low[CORNERS] = {{0, 0}};
    size_t regular = bins->m - (bins->is_factor ? 0 : bins->has_missing), at = SIZE_MAX;
    double best = 0;
    for (size_t b = 0; b < regular; b++) {
        for (size_t k = 0; k < p->corners; k++) {
            total[k].g += p->bin[b * p->corners + k].g;
            total[k].h += p->bin[b * p->corners + k].h;
        }
    }
    for (size_t b = 0; b < borders(bins); b++) {
        for (size_t k = 0; k < p->corners; k++) {
            const struct sums *now = &p->bin[b * p->corners + k];
            low[k].g = now->g + (bins->is_factor ? 0 : low[k].g);
            low[k].h = now->h + (bins->is_factor ? 0 : low[k].h);
            high[k] = (struct sums){total[k].g - low[k].g, total[k].h - low[k].h};
        }
        double chi2 = contrast(low, high, p->corners);
        if (chi2 > best) {
            best = chi2;
            at = b;
        }
    }
    gate->chi2 = best;
    if (at != SIZE_MAX)
        gate->side[axis].cut = at;
}

/* Where the coarse groups of an axis end, in bins; of a factor its levels. */
static size_t coarse_cuts(const struct covariate *c, size_t *cut)
{
    size_t n = 0;
    if (c->bins->is_factor) {
        for (size_t b = 0; b < MIN(c->bins->m, COARSE); b++)
            cut[n++] = b;
        return n;
    }
    for (size_t b = 0; b < c->bins->cuts && n < COARSE; b++) {
        if (c->group[COVARIATE_PARENT][b] != c->group[COVARIATE_PARENT][b + 1])
            cut[n++] = b;
    }
    return n;
}

/* From every pair of coarse borders of the first axes the best one of the last; the best of all. */
static void search_coarse(const struct covariate_set *set, const struct screen_data *data,
                          struct profile *profile, struct screen_gate *gate)
{
    size_t cut[TERM_AXES][COARSE], n[TERM_AXES] = {1, 1, 1}, last = gate->n - 1;
    struct screen_gate best = *gate;
    best.chi2 = 0;
    for (size_t a = 0; a < last; a++)
        n[a] = coarse_cuts(&set->row[gate->side[a].covariate], cut[a]);
    for (size_t i = 0; i < n[0] * (last > 1 ? n[1] : 1); i++) {
        struct screen_gate now = *gate;
        now.side[0].cut = cut[0][i % n[0]];
        if (last > 1)
            now.side[1].cut = cut[1][i / n[0]];
        count_profile(set, data, &now, last, profile);
        best_border(set->row[now.side[last].covariate].bins, profile, &now, last);
        if (now.chi2 > best.chi2)
            best = now;
    }
    *gate = best;
}

bool screen_gate_corners(const struct covariate_set *set, const struct screen_data *data,
                         const struct term_key *key, struct screen_gate *out)
{
    struct screen_gate gate = {.n = key->n};
    size_t most = 0, tests = 1;
    for (size_t a = 0; a < key->n; a++) {
        const struct bins *bins = set->row[key->axis[a]].bins;
        gate.side[a].covariate = key->axis[a];
        most = MAX(most, bins->m);
        tests *= MIN(borders(bins), corners_apart);
    }
    struct profile profile = {.bin = g_new(struct sums, most * CORNERS + 1)};
    search_coarse(set, data, &profile, &gate);
    for (int sweep = 0; sweep < SWEEPS && gate.chi2 > 0; sweep++) {
        double before = gate.chi2;
        for (size_t a = 0; a < gate.n; a++) {
            count_profile(set, data, &gate, a, &profile);
            best_border(set->row[key->axis[a]].bins, &profile, &gate, a);
        }
        if (gate.chi2 <= before)
            break;
    }
    g_free(profile.bin);
    gate.log_p = fmin(screen_log_chi2_tail(gate.chi2, 1) + log((double)MAX(tests, 1)), 0);
    *out = gate;
    return gate.chi2 > 0;
}

/* The spline's columns beside an intercept, at one bin. */
static void design_row(const struct basis *basis, size_t bin, double *row)
{
    row[0] = 1;
    memcpy(row + 1, basis->c + bin * basis->q, basis->q * sizeof *row);
}

/* Factor of the information of the intercept and the penalised spline. */
static bool factor_spline(const struct basis *basis, const struct sums *bin, const double *penalty,
                          double *a)
{
    size_t p = basis->q + 1;
    g_autofree double *row = g_new(double, p);
    memset(a, 0, p * p * sizeof *a);
    for (size_t b = 0; b < basis->m; b++) {
        design_row(basis, b, row);
        for (size_t i = 0; i < p; i++) {
            for (size_t j = i; j < p; j++)
                a[i * p + j] += bin[b].h * row[i] * row[j];
        }
    }
    for (size_t i = 0; i < p; i++)
        a[i * p + i] += (i > 0 ? penalty[i - 1] : 0) + 1e-6 * a[0];
    return dense_cholesky(a, p);
}

/* Score tests from the highest border down: what lies above it is one side. */
static void test_jumps(const struct basis *basis, const struct bins *bins, const struct sums *bin,
                       const double *factor, struct screen_gate *out)
{
    size_t p = basis->q + 1;
    struct sums above = {0, 0};
    g_autofree double *row = g_new(double, p), *v = g_new0(double, p), *x = g_new(double, p);
    for (size_t b = bins->cuts; b > 0; b--) {
        design_row(basis, b, row);
        above.g += bin[b].g;
        above.h += bin[b].h;
        for (size_t i = 0; i < p; i++)
            v[i] += bin[b].h * row[i];
        memcpy(x, v, p * sizeof *x);
        dense_solve(factor, p, x);
        double left = above.h;
        for (size_t i = 0; i < p; i++)
            left -= v[i] * x[i];
        double chi2 = left > JUMP_MIN ? above.g * above.g / left : 0;
        if (chi2 > out->chi2) {
            out->chi2 = chi2;
            out->side[0].cut = b - 1;
        }
    }
}

bool screen_gate_jump(const struct covariate_set *set, const struct screen_data *data,
                      size_t covariate, const double *penalty, struct screen_gate *out)
{
    const struct covariate *c = &set->row[covariate];
    const struct basis *basis = c->basis[0];
    if (c->bins->is_factor || !basis || c->bins->cuts < 2)
        return false;
    size_t p = basis->q + 1;
    g_autofree struct sums *bin = g_new0(struct sums, basis->m);
    g_autofree double *factor = g_new(double, p *p);
    for (size_t i = 0; i < data->n; i++) {
        struct sums *to = &bin[c->bins->code[data->row[i]]];
        to->g += data->residual[i];
        to->h += data->weight[i];
    }
    if (!factor_spline(basis, bin, penalty, factor))
        return false;
    *out = (struct screen_gate){.n = 1, .side = {{covariate, 0}}};
    test_jumps(basis, c->bins, bin, factor, out);
    size_t tests = MIN(c->bins->cuts, jumps_apart);
    out->log_p = fmin(screen_log_chi2_tail(out->chi2, 1) + log((double)tests), 0);
    return out->chi2 > 0;
}
