/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <math.h>

#include "scoring/additive.h"
#include "scoring/blas.h"
#include "scoring/evaluate.h"
#include "scoring/screen.h"

enum { ROWS = 4000, COLUMNS = 5 };

static double x[COLUMNS][ROWS], y[ROWS], truth[ROWS];
static const char *const plans[] = {"basic", "gold", "pro"};

/* A smooth effect, a step by plan, a product of two, noise; every tenth value of b is missing. */
static void simulate(struct dataset_column *column, struct dataset *data)
{
    static const char *const names[] = {"a", "b", "c", "plan", "noise"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 20261127);
    for (int i = 0; i < ROWS; i++) {
        for (int c = 0; c < COLUMNS; c++)
            x[c][i] = gsl_rng_uniform(rng) * 2 - 1;
        x[3][i] = (double)gsl_rng_uniform_int(rng, 3);
        truth[i] = -1 + 2 * sin(2 * x[0][i]) + (x[3][i] == 1 ? 1.5 : 0) + 3 * x[0][i] * x[2][i];
        y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(-truth[i]));
        if (i % 10 == 0)
            x[1][i] = NAN;
    }
    gsl_rng_free(rng);
    for (int c = 0; c < COLUMNS; c++)
        column[c] = (struct dataset_column){.name = names[c], .unit = "", .x = x[c]};
    column[3].level = plans;
    column[3].n_levels = 3;
    *data = (struct dataset){ROWS, COLUMNS, column};
}

static struct additive *fit(struct arena *arena, const struct dataset *data, const double *outcome,
                            enum additive_mode mode, int threads)
{
    g_autoptr(GError) err = NULL;
    const struct additive_options options = {mode, 1, threads};
    struct additive *model = additive_fit(arena, data, outcome, &options, &err);
    if (!model)
        fail_msg("%s", err->message);
    return model;
}

static void it_finds_what_is_there_and_little_else(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    double eta[ROWS], error = 0;
    simulate(column, &data);
    const struct additive *model = fit(arena, &data, y, ADDITIVE_COMPACT, 2);
    additive_predict(model, &data, eta);
    for (int i = 0; i < ROWS; i++)
        error += (eta[i] - truth[i]) * (eta[i] - truth[i]) / ROWS;
    assert_true(sqrt(error) < 0.25);
    const struct additive_summary *s = additive_summary(model);
    bool together = false; /* a · c as a pair, or as squares of their sum and difference */
    for (size_t t = 0; t < s->n_terms; t++) {
        const struct additive_term *term = &s->term[t];
        const char *first = term->covariate[0]->bins->name;
        if (term->n == 2)
            together |= strcmp(first, "a") == 0 && strcmp(term->covariate[1]->bins->name, "c") == 0;
        together |= strcmp(first, "a+c") == 0 || strcmp(first, "a-c") == 0;
        if (term->n == 1 && (strcmp(first, "noise") == 0 || strcmp(first, "b") == 0))
            assert_true(term->importance < 0.15);
    }
    assert_true(together);
}

static void scores_do_not_depend_on_threads(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    double one[ROWS], two[ROWS];
    simulate(column, &data);
    additive_predict(fit(arena, &data, y, ADDITIVE_FULL, 1), &data, one);
    additive_predict(fit(arena, &data, y, ADDITIVE_FULL, 3), &data, two);
    assert_memory_equal(one, two, sizeof one);
}

static void a_single_fit_of_main_effects_holds_nothing_out(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    double eta[ROWS], exact[ROWS], apart = 0;
    simulate(column, &data);
    const struct additive *model = fit(arena, &data, y, ADDITIVE_MAINS, 1);
    additive_predict(model, &data, eta);
    additive_predict(fit(arena, &data, y, ADDITIVE_EXACT, 1), &data, exact);
    const struct additive_summary *s = additive_summary(model);
    assert_int_equal(s->n_terms, COLUMNS);
    assert_int_equal(s->rounds, 0);
    for (size_t t = 0; t < s->n_terms; t++)
        assert_int_equal(s->term[t].n, 1);
    for (int i = 0; i < ROWS; i++) /* the criteria differ by little, and so do the curves */
        apart = fmax(apart, fabs(eta[i] - exact[i]));
    assert_true(apart > 0 && apart < 0.1);
}

static void levels_and_values_never_seen_are_scored(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS], other[COLUMNS];
    struct dataset data;
    static const char *const new_plans[] = {"platinum", "gold"};
    double far[COLUMNS] = {1e9, NAN, -1e9, 0, NAN}, gold[COLUMNS] = {0.1, 0.1, 0.1, 1, 0.1}, eta[2];
    simulate(column, &data);
    const struct additive *model = fit(arena, &data, y, ADDITIVE_FULL, 2);
    double values[COLUMNS][2];
    for (int c = 0; c < COLUMNS; c++) {
        values[c][0] = far[c];
        values[c][1] = gold[c];
        other[c] = column[c];
        other[c].x = values[c];
    }
    other[3].level = new_plans;
    other[3].n_levels = 2;
    additive_predict(model, &(struct dataset){2, COLUMNS, other}, eta);
    assert_true(isfinite(eta[0]));
    assert_true(eta[1] > -1 && eta[1] < 2.5); /* "gold" is found by its name: true value 0.93 */
}

static void hard_tables_end_with_a_model_or_a_word(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    static double none[ROWS], separated[ROWS], constant[ROWS], missing[ROWS], ids[ROWS], huge[ROWS];
    g_autoptr(GError) err = NULL;
    const struct additive_options options = {ADDITIVE_AUTO, 1, 2};
    double eta[ROWS];
    simulate(column, &data);
    assert_null(additive_fit(arena, &data, none, &options, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
    for (int i = 0; i < ROWS; i++) {
        separated[i] = x[0][i] > 0.3;
        constant[i] = 7;
        missing[i] = NAN;
        ids[i] = i;
        huge[i] = i % 2 ? 1e300 : -1e300;
    }
    huge[5] = INFINITY;
    huge[6] = 5e-324;
    column[1].x = constant;
    column[2].x = missing;
    column[4].x = huge;
    static const char *names[ROWS];
    for (int i = 0; i < ROWS; i++)
        names[i] = arena_printf(arena, "id %d", i);
    column[3] = (struct dataset_column){"id", "", ids, ROWS, names};
    additive_predict(fit(arena, &data, separated, ADDITIVE_AUTO, 2), &data, eta);
    for (int i = 0; i < ROWS; i++)
        assert_true(isfinite(eta[i]));
    g_autoptr(arena_t) scratch = arena_new();
    assert_true(evaluate_auc(scratch, eta, separated, ROWS) > 0.999);
    memset(none, 0, sizeof none);
    none[3] = none[9] = none[11] = 1; /* three events, fewer rows than columns of the basis */
    data.n = 20;
    additive_predict(fit(arena, &data, none, ADDITIVE_AUTO, 2), &data, eta);
    for (size_t i = 0; i < data.n; i++)
        assert_true(isfinite(eta[i]));
}

/* 1 event is refused; from 2 on every mode ends with finite log-odds. */
static void few_events_end_with_a_model_or_a_word(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    static const int events[] = {1, 2, 9, 49};
    static double few[ROWS], eta[ROWS];
    simulate(column, &data);
    data.n = 1000;
    for (size_t e = 0; e < G_N_ELEMENTS(events); e++) {
        memset(few, 0, sizeof few);
        for (int i = 0; i < events[e]; i++)
            few[i * 17 + 3] = 1;
        for (int mode = ADDITIVE_AUTO; mode <= ADDITIVE_EXACT; mode++) {
            g_autoptr(GError) err = NULL;
            const struct additive_options options = {(enum additive_mode)mode, 1, 1};
            struct additive *model = additive_fit(arena, &data, few, &options, &err);
            if (events[e] < 2) {
                assert_true(err_is(err, KENKO_ERROR_REFUSED));
                continue;
            }
            assert_non_null(model);
            additive_predict(model, &data, eta);
            for (size_t i = 0; i < data.n; i++)
                assert_true(isfinite(eta[i]));
        }
    }
}

/* The same column twice, its negative, 10,000 levels, and more columns than rows. */
/* Plan 1 of 60 rows, `left` of them events; of the others every fifth is, and b has nothing to do
 * with it. */
static struct additive_term plan_term(size_t left, bool *noise_separates)
{
    enum { N = 600, GOLD = 60 };
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[2] = {{"plan", "", x[0], 2, plans}, {"b", "", x[1], 0, NULL}};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    for (size_t i = 0; i < N; i++) {
        x[0][i] = i < GOLD;
        x[1][i] = gsl_rng_uniform(rng);
        y[i] = i < GOLD ? i < left : i % 5 == 0;
    }
    gsl_rng_free(rng);
    struct additive *model = fit(arena, &(struct dataset){N, 2, column}, y, ADDITIVE_MAINS, 1);
    const struct additive_summary *s = additive_summary(model);
    struct additive_term out = s->term[0];
    assert_string_equal(out.covariate[0]->bins->name, "plan");
    assert_int_equal(s->n_terms, 2);
    *noise_separates = s->term[1].separates;
    return out;
}

static void a_term_that_separates_the_rows_says_so(void **state)
{
    (void)state;
    bool noise;
    struct additive_term most = plan_term(30, &noise);
    assert_false(most.separates || noise);
    struct additive_term nearly = plan_term(59, &noise), all = plan_term(60, &noise);
    assert_true(nearly.separates && all.separates);
    assert_false(noise);
    /* Why it matters: what separates altogether seems less sure than what nearly does. */
    assert_true(all.importance > nearly.importance && all.chi2 < nearly.chi2);
}

static void awkward_columns_end_with_a_model(void **state)
{
    (void)state;
    enum { MANY = 10000, WIDE = 70, SHORT = 60 };
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    static double id[MANY], again[MANY], negative[MANY], outcome[MANY], eta[MANY];
    const char **name = arena_many(arena, MANY, const char *);
    for (int i = 0; i < MANY; i++) {
        id[i] = i;
        name[i] = arena_printf(arena, "%d", i);
        again[i] = sin(i * 1.7);
        negative[i] = -again[i];
        outcome[i] = sin(i * 3.1) + again[i] > 0.3;
    }
    struct dataset_column own[4] = {{"id", "", id, MANY, name},
                                    {"x", "", again, 0, NULL},
                                    {"again", "", again, 0, NULL},
                                    {"negative", "", negative, 0, NULL}};
    data = (struct dataset){MANY, 4, own};
    const struct additive *model = fit(arena, &data, outcome, ADDITIVE_COMPACT, 1);
    additive_predict(model, &data, eta);
    for (int i = 0; i < MANY; i++)
        assert_true(isfinite(eta[i]));
    for (size_t t = 0; t < additive_summary(model)->n_terms; t++) {
        const char *first = additive_summary(model)->term[t].covariate[0]->bins->name;
        assert_true(strcmp(first, "again") != 0 && strcmp(first, "negative") != 0);
    }
    struct dataset_column wide[WIDE];
    simulate(column, &data);
    for (size_t c = 0; c < WIDE; c++)
        wide[c] = (struct dataset_column){"w", "", x[c % 3] + 13 * c, 0, NULL};
    data = (struct dataset){SHORT, WIDE, wide};
    additive_predict(fit(arena, &data, y, ADDITIVE_AUTO, 1), &data, eta);
    for (size_t i = 0; i < data.n; i++)
        assert_true(isfinite(eta[i]));
}

static void the_tail_of_chi_squared_is_exact_far_out(void **state)
{
    (void)state;
    for (double df = 1; df < 50; df += 7) {
        for (double q = 0.1; q < 300; q *= 1.7)
            assert_true(fabs(screen_log_chi2_tail(q, df) - log(gsl_cdf_chisq_Q(q, df))) <
                        1e-9 * (1 + q));
    }
    /* log P(X > 4000), one degree of freedom: asymptotic series of the normal tail to four terms.
     */
    double z = sqrt(4000);
    double wanted = -2000 - log(z) - log(2 * M_PI) / 2 + log(2) + log1p(-1 / 4000.0 + 3 / 16e6);
    assert_true(fabs(screen_log_chi2_tail(4000, 1) - wanted) < 1e-6);
}

static void bins_hold_every_row_once_and_missing_apart(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    simulate(column, &data);
    size_t parent = 1;
    const struct bins *bins =
        bins_new(arena, &data, &(struct bins_source){BINS_COLUMN, 1, &parent, {0, 0}}, "b");
    uint16_t again[ROWS], group[300];
    double total = 0;
    assert_true(bins->has_missing && !bins->is_factor);
    assert_int_equal((int)bins->count[bins->m - 1], ROWS / 10);
    for (size_t b = 0; b < bins->m; b++) {
        total += bins->count[b];
        if (b + 1 < bins->m && b > 0)
            assert_true(bins->value[b] > bins->value[b - 1]);
    }
    assert_int_equal((int)total, ROWS);
    bins_code(bins, &data, again);
    assert_memory_equal(again, bins->code, sizeof again);
    size_t groups = bins_group(bins, 8, group);
    assert_int_equal(groups, 9);
    assert_int_equal(group[bins->m - 1], 8);
}

static void bases_are_centred_and_their_first_penalty_is_the_identity(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct dataset_column column[COLUMNS];
    struct dataset data;
    simulate(column, &data);
    for (size_t c = 0; c < COLUMNS; c++) {
        const struct bins *bins =
            bins_new(arena, &data, &(struct bins_source){BINS_COLUMN, 1, &c, {0, 0}}, "x");
        const struct basis *basis = basis_new(arena, bins, 32);
        assert_int_equal(basis->m, bins->m);
        assert_int_equal(basis->q, bins->is_factor ? bins->m - 1 : (size_t)31 + bins->has_missing);
        for (size_t j = 0; j < basis->q; j++) {
            double sum = 0;
            for (size_t b = 0; b < basis->m; b++)
                sum += bins->count[b] * basis->c[b * basis->q + j];
            assert_true(fabs(sum) < 1e-7 * ROWS);
            assert_true(basis->e[j] >= 0 && basis->e[j] <= 1);
        }
    }
}

static int prepare(void **state)
{
    (void)state;
    blas_prepare(stderr);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_finds_what_is_there_and_little_else),
        cmocka_unit_test(scores_do_not_depend_on_threads),
        cmocka_unit_test(a_single_fit_of_main_effects_holds_nothing_out),
        cmocka_unit_test(levels_and_values_never_seen_are_scored),
        cmocka_unit_test(hard_tables_end_with_a_model_or_a_word),
        cmocka_unit_test(few_events_end_with_a_model_or_a_word),
        cmocka_unit_test(a_term_that_separates_the_rows_says_so),
        cmocka_unit_test(awkward_columns_end_with_a_model),
        cmocka_unit_test(the_tail_of_chi_squared_is_exact_far_out),
        cmocka_unit_test(bins_hold_every_row_once_and_missing_apart),
        cmocka_unit_test(bases_are_centred_and_their_first_penalty_is_the_identity),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
