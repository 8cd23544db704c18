/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights asked of simulated outcomes whose true weights are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/weights_card.h"
#include "scoring/weights_fit.h"
#include "support/leavers.h"
#include "support/warehouse.h"

enum { ROWS = 8000, ACCOUNTS = 1000, MEASURES = 4 };

static double uniform(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Scores are even over 0..1 and independent; churn follows a - Σ β s. Days are the row's number. */
static struct weights_rows simulate(struct arena *arena, double a, const double *beta,
                                    const double *expert)
{
    double *score = arena_many(arena, ROWS * MEASURES, double),
           *y = arena_many(arena, ROWS, double);
    uint32_t *account = arena_many(arena, ROWS, uint32_t);
    uint8_t *train = arena_many(arena, ROWS, uint8_t), *test = arena_many(arena, ROWS, uint8_t);
    uint64_t state = 7;
    for (size_t i = 0; i < ROWS; i++) {
        double eta = a;
        for (size_t j = 0; j < MEASURES; j++) {
            score[i * MEASURES + j] = uniform(&state);
            eta -= beta[j] * score[i * MEASURES + j];
        }
        y[i] = uniform(&state) < 1 / (1 + exp(-eta));
        account[i] = (uint32_t)(i % ACCOUNTS);
        train[i] = i < ROWS * 6 / 10;
        test[i] = i >= ROWS * 7 / 10;
    }
    return (struct weights_rows){.n = ROWS,
                                 .p = MEASURES,
                                 .score = score,
                                 .y = y,
                                 .account = account,
                                 .train = train,
                                 .test = test,
                                 .expert = expert};
}

static const double even[MEASURES] = {0.25, 0.25, 0.25, 0.25};

static struct weights suggested(struct arena *arena, const struct weights_rows *rows)
{
    g_autoptr(GError) err = NULL;
    struct weights w;
    if (!weights_suggest(arena, rows, &w, &err))
        fail_msg("%s", err->message);
    double sum = 0;
    for (size_t j = 0; j < rows->p; j++) {
        assert_true(w.share[j] >= 0);
        sum += w.share[j];
    }
    assert_true(fabs(sum - 1) < 1e-9);
    assert_true(w.gain_low <= w.gain && w.gain <= w.gain_high);
    return w;
}

static void weights_that_made_the_outcome_are_found(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {4, 2, 0, 0};
    const struct weights_rows rows = simulate(arena, 0.5, truth, even);
    struct weights w = suggested(arena, &rows);
    for (size_t j = 0; j < MEASURES; j++)
        assert_true(fabs(w.share[j] - truth[j] / 6) < 0.06);
    assert_true(w.gain_low > 0 && w.auc > w.auc_expert);
    assert_true(isfinite(w.strength));
}

static void weights_that_are_right_stay(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {2, 1, 1, 0}, expert[MEASURES] = {0.5, 0.25, 0.25, 0};
    const struct weights_rows rows = simulate(arena, 0, truth, expert);
    struct weights w = suggested(arena, &rows);
    for (size_t j = 0; j < MEASURES; j++)
        assert_true(fabs(w.share[j] - expert[j]) < 0.05);
    assert_true(w.gain_low <= 0);
}

static void a_measure_that_points_the_wrong_way_gets_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {3, 2, 1, -2};
    const struct weights_rows rows = simulate(arena, -1, truth, even);
    struct weights w = suggested(arena, &rows);
    assert_true(w.share[3] < 0.01);
    assert_true(w.share[0] > w.share[1] && w.share[1] > w.share[2]);
}

static double penalised(const struct weights_rows *rows, double a, const double *beta,
                        double strength, const double *prior)
{
    double sum = 0;
    for (size_t i = 0; i < rows->n; i++) {
        double eta = a;
        for (size_t j = 0; j < rows->p; j++)
            eta -= beta[j] * rows->score[i * rows->p + j];
        sum += log1p(exp(eta)) - rows->y[i] * eta;
    }
    for (size_t j = 0; j < rows->p; j++)
        sum += strength / 2 * (beta[j] - prior[j]) * (beta[j] - prior[j]);
    return sum;
}

/* No allowed step in any direction makes it better, with measures at their bound and off it. */
static void a_fit_is_the_best_that_is_allowed(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {3, 2, 1, -2}, strength = 5;
    const struct weights_rows rows = simulate(arena, -1, truth, even);
    uint8_t *all = arena_many(arena, ROWS, uint8_t);
    memset(all, 1, ROWS);
    struct weights_fit expert = weights_fit_rows(arena, &rows, all, INFINITY);
    struct weights_fit fit = weights_fit_rows(arena, &rows, all, strength);
    double best = penalised(&rows, fit.a, fit.beta, strength, expert.beta);
    assert_true(fit.beta[3] == 0 && fit.beta[0] > 0);
    for (size_t j = 0; j <= MEASURES; j++) {
        for (int k = 0; k < 4; k++) {
            double step = (k % 2 ? -1 : 1) * (k < 2 ? 1e-3 : 1e-1), a = fit.a, beta[MEASURES];
            memcpy(beta, fit.beta, sizeof beta);
            *(j < MEASURES ? &beta[j] : &a) += step;
            if (j == MEASURES || beta[j] >= 0)
                assert_true(penalised(&rows, a, beta, strength, expert.beta) > best);
        }
    }
}

static void a_measure_without_data_keeps_its_weight(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {2, 2, 2, 0};
    struct weights_rows rows = simulate(arena, 0, truth, even);
    double *score = (double *)(uintptr_t)rows.score;
    for (size_t i = 0; i < ROWS; i++) {
        score[i * MEASURES + 3] = NAN;
        if (i % 3 == 0)
            score[i * MEASURES] = NAN;
    }
    struct weights w = suggested(arena, &rows);
    assert_true(w.share[3] > 0.1 && w.share[3] < 0.4);
    assert_true(w.share[0] > 0.15);
}

static void too_few_churns_and_equal_scores_are_refused(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double truth[MEASURES] = {1, 1, 1, 1};
    struct weights_rows rows = simulate(arena, -4, truth, even);
    struct weights w;
    g_autoptr(GError) few = NULL, equal = NULL;
    assert_false(weights_suggest(arena, &rows, &w, &few));
    assert_true(err_is(few, KENKO_ERROR_REFUSED));
    assert_non_null(strstr(few->message, "weights want 50 churn events to learn from"));
    rows = simulate(arena, 0, truth, even);
    double *score = (double *)(uintptr_t)rows.score;
    for (size_t i = 0; i < ROWS * MEASURES; i++)
        score[i] = 0.5;
    assert_false(weights_suggest(arena, &rows, &w, &equal));
    assert_string_equal(equal->message, "no measure's score varies: there is nothing to weigh");
}

static void the_configured_scorecard_is_asked(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 150, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct train_panel_options options = {.as_of = leavers_until(), .known_no = -1};
    struct weights_card *w = arena_one(arena, struct weights_card);
    if (!config || !weights_card_suggest(arena, db, config, &options, w, &err))
        fail_msg("%s", err->message);
    assert_int_equal(w->rows.p, w->t.card->n_measures);
    double now = 0, then = 0;
    for (size_t j = 0; j < w->rows.p; j++) {
        now += w->rows.expert[j];
        then += w->weights.share[j];
    }
    assert_true(fabs(now - 1) < 1e-12 && fabs(then - 1) < 1e-9);
    assert_true(w->weights.events > 50 && w->weights.test_events >= 10);
    /* A gap of a horizon and the churn delay lies between what teaches and what judges. */
    int32_t last = INT32_MIN, first = INT32_MAX;
    for (size_t i = 0; i < w->rows.n; i++) {
        if (w->rows.train[i])
            last = MAX(last, w->t.panel.as_of[i]);
        if (w->rows.test[i])
            first = MIN(first, w->t.panel.as_of[i]);
    }
    assert_true(first - last >= LEAVERS_HORIZON + LEAVERS_GAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_that_made_the_outcome_are_found),
        cmocka_unit_test(weights_that_are_right_stay),
        cmocka_unit_test(a_measure_that_points_the_wrong_way_gets_nothing),
        cmocka_unit_test(a_fit_is_the_best_that_is_allowed),
        cmocka_unit_test(a_measure_without_data_keeps_its_weight),
        cmocka_unit_test(too_few_churns_and_equal_scores_are_refused),
        cmocka_unit_test(the_configured_scorecard_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
