/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Held-out paths: each leaves one fold out, and goes on in rounds as long as the held-out loss of
 * all together falls. */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <string.h>

#include "scoring/additive_internal.h"
#include "scoring/crew.h"
#include "scoring/logit.h"

#define FDR 0.01
enum { GATE_TERMS = 7 }; /* of one of three covariates */

/* A main effect with less freedom is none. */
static const double freedom_least = 0.5;

/* Fold of each row: the rows of each outcome are dealt out in random order. A single path holds
 * nothing out. */
static size_t *deal_folds(struct arena *arena, const double *y, size_t n, size_t n_paths,
                          unsigned long seed)
{
    size_t *fold = arena_many(arena, n + 1, size_t), *row = arena_many(arena, n + 1, size_t);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, seed);
    for (int outcome = 0; outcome < 2; outcome++) {
        size_t m = 0;
        for (size_t i = 0; i < n; i++) {
            if ((y[i] > 0.5) == outcome)
                row[m++] = i;
        }
        gsl_ran_shuffle(rng, row, m, sizeof *row);
        for (size_t i = 0; i < m; i++)
            fold[row[i]] = n_paths > 1 ? i % n_paths : SIZE_MAX;
    }
    gsl_rng_free(rng);
    return fold;
}

/* A covariate's codes of the path's rows, when first asked for: of many columns few are. */
static void take_codes(struct additive_paths *paths, struct additive_path *path, size_t c)
{
    const uint16_t *code = paths->set->row[c].bins->code;
    if (path->code[c])
        return;
    path->code[c] = arena_many(paths->arena, path->n + 1, uint16_t);
    for (size_t i = 0; i < path->n; i++)
        path->code[c][i] = code[path->row[i]];
}

static void split_rows(struct additive_paths *paths, struct additive_path *path, const size_t *fold,
                       size_t which)
{
    struct arena *arena = paths->arena;
    path->row = arena_many(arena, paths->n + 1, size_t);
    path->held_row = arena_many(arena, paths->n + 1, size_t);
    path->y = arena_many(arena, paths->n + 1, double);
    path->held_y = arena_many(arena, paths->n + 1, double);
    for (size_t i = 0; i < paths->n; i++) {
        if (fold[i] == which) {
            path->held_y[path->n_held] = paths->y[i];
            path->held_row[path->n_held++] = i;
        } else {
            path->y[path->n] = paths->y[i];
            path->row[path->n++] = i;
        }
    }
    path->code = arena_many(arena, paths->set->n + COVARIATE_STEPS, uint16_t *);
}

/* Room for the covariates that were derived since there were `before`. */
static void make_room(struct additive_paths *paths, struct additive_path *path, size_t before)
{
    uint16_t **code = arena_many(paths->arena, paths->set->n + COVARIATE_STEPS, uint16_t *);
    memcpy(code, path->code, before * sizeof *code);
    path->code = code;
}

/* A sum, a difference or a ratio of two is seen in each of them: what has no main effect on any
 * path is nothing to derive from. */
static void derive(struct additive_paths *paths)
{
    size_t before = paths->set->n;
    g_autofree bool *asked = g_new0(bool, before + 1);
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_path *path = &paths->path[v];
        for (size_t t = 0; t < path->stage[0].n_terms; t++)
            asked[g_array_index(path->key, struct term_key, t).axis[0]] |=
                path->stage[0].edf[t] > freedom_least;
    }
    covariate_derive(paths->set, paths->data, asked);
    for (size_t v = 0; v < paths->n_paths; v++)
        make_room(paths, &paths->path[v], before);
}

const struct term *additive_paths_term(struct additive_paths *paths, const struct term_key *key)
{
    for (guint i = 0; i < paths->term->len; i++) {
        const struct additive_known *known = &g_array_index(paths->term, struct additive_known, i);
        if (term_key_equals(&known->key, key))
            return known->term;
    }
    struct additive_known new = {*key, covariate_term(paths->set, key)};
    g_array_append_val(paths->term, new);
    return new.term;
}

/* Log-odds of rows by their codes, for the terms of the path. */
static void held_predict(const struct additive_paths *paths, const struct additive_path *path,
                         double *eta)
{
    const double *beta = reml_beta(path->fit);
    for (size_t i = 0; i < path->n_held; i++)
        eta[i] = beta[0];
    for (size_t t = 0; t < reml_terms(path->fit); t++) {
        const struct term *term = reml_term(path->fit, t);
        const double *b = beta + reml_start(path->fit, t);
        const uint16_t *code[TERM_AXES] = {NULL};
        for (size_t a = 0; a < term->key.n; a++)
            code[a] = paths->set->row[term->key.axis[a]].bins->code;
        for (size_t i = 0; i < path->n_held; i++) {
            uint16_t at[TERM_AXES] = {0};
            for (size_t a = 0; a < term->key.n; a++)
                at[a] = code[a][path->held_row[i]];
            eta[i] += term_value(term, at, b);
        }
    }
}

/* Columns that say nothing, of many, are not carried along. */
static void forget_resting(struct additive_path *path)
{
    reml_drop(path->fit);
    g_array_set_size(path->key, 0);
    for (size_t t = 0; t < reml_terms(path->fit); t++)
        g_array_append_val(path->key, reml_term(path->fit, t)->key);
}

/* Add the wanted terms, fit, and keep what stands. */
static void extend(void *context, size_t which)
{
    struct additive_paths *paths = context;
    struct additive_path *path = &paths->path[which];
    for (size_t i = 0; i < path->n_wanted; i++) {
        const uint16_t *code[TERM_AXES] = {NULL};
        for (size_t a = 0; a < path->wanted[i].n; a++)
            code[a] = path->code[path->wanted[i].axis[a]];
        reml_add(path->fit, path->wanted_term[i], code);
        g_array_append_val(path->key, path->wanted[i]);
    }
    if (path->n_wanted > 0 || paths->n_rounds == 0) {
        if (which > 0)
            reml_follow(path->fit, paths->path[0].fit);
        else
            reml_sample(path->fit);
        reml_run(path->fit);
    }
    if (paths->n_rounds == 0 && reml_p(path->fit) > REML_WIDE)
        forget_resting(path);
    size_t p = reml_p(path->fit), n_terms = reml_terms(path->fit);
    struct additive_stage *stage = &path->stage[paths->n_rounds];
    stage->n_terms = n_terms;
    stage->p = p;
    stage->beta = g_memdup2(reml_beta(path->fit), p * sizeof(double));
    stage->covariance = g_memdup2(reml_covariance(path->fit), p * p * sizeof(double));
    stage->edf = g_new(double, n_terms + 1);
    stage->information = g_memdup2(reml_information(path->fit), p * p * sizeof(double));
    stage->reference = g_new(double, n_terms + 1);
    for (size_t t = 0; t < n_terms; t++) {
        stage->edf[t] = reml_edf(path->fit, t);
        stage->reference[t] = reml_reference(path->fit, t);
    }
    stage->eta = g_memdup2(reml_eta(path->fit), (path->n + 1) * sizeof(double));
    stage->held_eta = g_new(double, path->n_held + 1);
    held_predict(paths, path, stage->held_eta);
}

/* The first path goes ahead, the others begin where it ended. */
static void extend_others(void *context, size_t which)
{
    extend(context, which + 1);
}

/* By covariate: what holds its main effect down. */
static const double *const *main_penalties(struct arena *arena, const struct additive_paths *paths,
                                           const struct additive_path *path)
{
    const double **out = arena_many(arena, paths->set->n + 1, const double *);
    for (size_t t = 0; t < reml_terms(path->fit); t++) {
        const struct term *term = reml_term(path->fit, t);
        if (term->key.n != 1)
            continue;
        double *penalty = arena_many(arena, term->p, double);
        reml_penalty(path->fit, t, penalty);
        out[term->key.axis[0]] = penalty;
    }
    return out;
}

static void screen_path(void *context, size_t which)
{
    struct additive_paths *paths = context;
    struct additive_path *path = &paths->path[which];
    g_autofree double *residual = g_new(double, path->n + 1), *weight = g_new(double, path->n + 1);
    const double *eta = reml_eta(path->fit);
    for (size_t i = 0; i < path->n; i++) {
        double mu = logit_mean(eta[i]);
        residual[i] = path->y[i] - mu;
        weight[i] = mu * (1 - mu);
    }
    g_autoptr(arena_t) arena = arena_new();
    const struct screen_data data = {
        path->n, path->row, residual, weight, main_penalties(arena, paths, path), FDR};
    path->n_wanted =
        screen_terms(paths->set, &data, (const struct term_key *)(const void *)path->key->data,
                     path->key->len, path->wanted, path->gate, &path->n_gates);
}

static void want_mains(struct additive_paths *paths, struct additive_path *path)
{
    path->n_wanted = 0;
    for (size_t c = 0; c < paths->set->n; c++) {
        if (paths->set->row[c].is_main)
            path->wanted[path->n_wanted++] = (struct term_key){1, {c}};
    }
}

/* What is wanted, made: by one thread, since all paths share the terms. */
static void take_terms(struct additive_paths *paths, struct additive_path *path)
{
    for (size_t i = 0; i < path->n_wanted; i++) {
        const struct term_key *key = &path->wanted[i];
        for (size_t a = 0; a < key->n; a++)
            take_codes(paths, path, key->axis[a]);
        path->wanted_term[i] = additive_paths_term(paths, key);
    }
}

/* Of the main effects those that the first path has kept. */
static void want_as_first(struct additive_paths *paths)
{
    const GArray *key = paths->path[0].key;
    for (size_t v = 1; v < paths->n_paths; v++) {
        struct additive_path *path = &paths->path[v];
        path->n_wanted = key->len;
        for (guint t = 0; t < key->len; t++)
            path->wanted[t] = g_array_index(key, struct term_key, t);
        take_terms(paths, path);
    }
}

static void want(struct additive_paths *paths, struct additive_path *path,
                 const struct term_key *key)
{
    for (guint i = 0; i < path->key->len; i++) {
        if (term_key_equals(&g_array_index(path->key, struct term_key, i), key))
            return;
    }
    for (size_t i = 0; i < path->n_wanted; i++) {
        if (term_key_equals(&path->wanted[i], key))
            return;
    }
    path->wanted[path->n_wanted++] = *key;
}

/* The terms of a gate: its borders, and what they make together. */
static void want_gate(struct additive_paths *paths, struct additive_path *path,
                      const struct screen_gate *gate)
{
    size_t axis[TERM_AXES];
    for (size_t a = 0; a < gate->n; a++) {
        const struct screen_side *side = &gate->side[a];
        axis[a] = side->covariate;
        if (!paths->set->row[axis[a]].bins->is_factor)
            axis[a] = covariate_step(paths->set, axis[a], side->cut);
        if (axis[a] == SIZE_MAX)
            return;
    }
    for (size_t a = 1; a < gate->n; a++) { /* insertion: three at most */
        for (size_t i = a; i > 0 && axis[i] < axis[i - 1]; i--) {
            size_t other = axis[i];
            axis[i] = axis[i - 1];
            axis[i - 1] = other;
        }
    }
    for (size_t subset = 1; subset < (size_t)1 << gate->n; subset++) {
        struct term_key key = {0};
        for (size_t a = 0; a < gate->n; a++) {
            if (subset >> a & 1)
                key.axis[key.n++] = axis[a];
        }
        want(paths, path, &key);
    }
}

/* What covariates make together is told beside what each is alone: of a covariate whose main effect
 * was left out that comes with it. */
static void want_margins(struct additive_paths *paths, struct additive_path *path)
{
    for (size_t i = 0, n = path->n_wanted; i < n; i++) {
        const struct term_key key = path->wanted[i];
        for (size_t a = 0; key.n > 1 && a < key.n; a++) {
            if (!paths->set->row[key.axis[a]].is_step)
                want(paths, path, &(struct term_key){1, {key.axis[a]}});
        }
    }
}

/* Returns how many paths want some. */
static size_t make_wanted(struct additive_paths *paths)
{
    size_t wanting = 0;
    for (size_t v = 0; v < paths->n_paths; v++) {
        struct additive_path *path = &paths->path[v];
        for (size_t i = 0; i < path->n_gates; i++)
            want_gate(paths, path, &path->gate[i]);
        path->n_gates = 0;
        want_margins(paths, path);
        take_terms(paths, path);
        wanting += path->n_wanted > 0;
    }
    return wanting;
}

static double held_loss(const struct additive_paths *paths, size_t round)
{
    double sum = 0;
    for (size_t v = 0; v < paths->n_paths; v++) {
        const struct additive_path *path = &paths->path[v];
        for (size_t i = 0; i < path->n_held; i++)
            sum += logit_loss(path->stage[round].held_eta[i], path->held_y[i]);
    }
    return sum / (double)paths->n;
}

static void forget_round(struct additive_paths *paths, size_t round)
{
    for (size_t v = 0; v < paths->n_paths; v++) {
        struct additive_stage *stage = &paths->path[v].stage[round];
        g_free(stage->beta);
        g_free(stage->covariance);
        g_free(stage->edf);
        g_free(stage->information);
        g_free(stage->reference);
        g_free(stage->eta);
        g_free(stage->held_eta);
        *stage = (struct additive_stage){0};
    }
}

/* The first increase ends it, and so does a round that fewer than half of the paths ask for: the
 * mean would have little of its terms. Of a round that a later one is better than nothing is kept:
 * two matrices of p × p a path. */
static void run_rounds(struct additive_paths *paths)
{
    size_t rounds = paths->n_paths > 1 ? ADDITIVE_ROUNDS : 0;
    for (size_t round = 0; round <= rounds; round++) {
        if (round == 1)
            derive(paths);
        if (round > 0)
            crew_each(paths->n_paths, paths->threads, screen_path, paths);
        if (2 * make_wanted(paths) < paths->n_paths && round > 0)
            break;
        extend(paths, 0);
        if (round == 0)
            want_as_first(paths);
        crew_each(paths->n_paths - 1, paths->threads, extend_others, paths);
        paths->loss[paths->n_rounds++] = held_loss(paths, round);
        if (paths->loss[round] < paths->loss[paths->round]) {
            forget_round(paths, paths->round);
            paths->round = round;
        } else if (round > 0) {
            break;
        }
    }
}

struct additive_paths *additive_paths_new(struct arena *arena, struct covariate_set *set,
                                          const struct dataset *data, const double *y,
                                          size_t n_paths, const struct additive_options *options)
{
    size_t n = data->n;
    struct additive_paths *paths = arena_one(arena, struct additive_paths);
    *paths =
        (struct additive_paths){.arena = arena,
                                .set = set,
                                .data = data,
                                .y = y,
                                .n = n,
                                .n_paths = n_paths,
                                .threads = options->threads,
                                .path = arena_many(arena, n_paths, struct additive_path),
                                .term = g_array_new(FALSE, FALSE, sizeof(struct additive_known))};
    const size_t *fold = deal_folds(arena, y, n, n_paths, options->seed);
    size_t room = set->n + SCREEN_MAX + SCREEN_GATES_MAX * GATE_TERMS;
    bool exact = options->mode == ADDITIVE_EXACT;
    for (size_t v = 0; v < n_paths; v++) {
        struct additive_path *path = &paths->path[v];
        split_rows(paths, path, fold, v);
        path->data = (struct reml_data){.n = path->n,
                                        .y = path->y,
                                        .link = REML_LOGIT,
                                        .threads = v == 0 ? options->threads : 1,
                                        .exact = exact};
        path->fit = reml_new(&path->data);
        path->key = g_array_new(FALSE, FALSE, sizeof(struct term_key));
        path->wanted = arena_many(arena, room, struct term_key);
        path->wanted_term = arena_many(arena, room, const struct term *);
        want_mains(paths, path);
    }
    run_rounds(paths);
    return paths;
}

void additive_paths_free(struct additive_paths *paths)
{
    for (size_t round = 0; round < paths->n_rounds; round++)
        forget_round(paths, round);
    for (size_t v = 0; v < paths->n_paths; v++) {
        reml_free(paths->path[v].fit);
        g_array_free(paths->path[v].key, TRUE);
    }
    g_array_free(paths->term, TRUE);
}

const struct additive_stage *additive_paths_stage(const struct additive_paths *paths, size_t path)
{
    return &paths->path[path].stage[paths->round];
}

size_t additive_paths_start(const struct additive_paths *paths, size_t path,
                            const struct term_key *key)
{
    const struct reml *fit = paths->path[path].fit;
    for (size_t t = 0; t < additive_paths_stage(paths, path)->n_terms; t++) {
        if (term_key_equals(&reml_term(fit, t)->key, key))
            return reml_start(fit, t);
    }
    return SIZE_MAX;
}
