/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/model_card.h"
#include "reports/render.h"
#include "scoring/metric_internal.h"
#include "scoring/rival.h"
#include "support/golden.h"

enum { RUNS, SHARE, METRICS, ROWS = 2000 };

static struct metric metric[METRICS];
static const char *usage[] = {"runs"};
static const struct metric_set set = {
    .n_metrics = METRICS, .n_usage = 1, .metric = metric, .usage = usage};
static double value[ROWS * METRICS], y[ROWS];
static int32_t as_of[ROWS];
static const struct panel panel = {
    .n = ROWS, .n_metrics = METRICS, .value = value, .y = y, .as_of = as_of};

static int make_panel(void **state)
{
    (void)state;
    static const char *const labels[] = {"Job <runs>", "Share that failed"};
    static const char *const names[] = {"runs", "share"};
    g_autoptr(GRand) rand = g_rand_new_with_seed(3);
    for (size_t m = 0; m < METRICS; m++)
        metric[m] = (struct metric){.info = {names[m], labels[m], "", "", .direction = "none"},
                                    .kind = KIND_SUM,
                                    .usage = 0,
                                    .good = -1,
                                    .total = -1,
                                    .days = 28};
    for (size_t i = 0; i < ROWS; i++) {
        double *v = value + i * METRICS;
        v[RUNS] = exp(g_rand_double_range(rand, 0, 5));
        v[SHARE] = g_rand_double(rand);
        y[i] = g_rand_double(rand) < 1 / (1 + exp(1 + 0.8 * log(v[RUNS]) - 2 * v[SHARE]));
        as_of[i] = 20500 + (int32_t)(i / 500) * 30;
    }
    return 0;
}

/* A card without its charts: those are gnuplot's, and have tests of their own. */
static char *words_of(const struct model *model, const struct model_card_run *run,
                      enum language language)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) document = document_new(arena, "");
    g_autoptr(GString) text = g_string_new(NULL);
    document->language = language;
    model_card_make(model, &set, run, document);
    render_text(document, text);
    return golden_words(text->str);
}

static char *page_of(const struct model *model, const struct model_card_run *run)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) document = document_new(arena, "");
    GString *html = g_string_new(NULL);
    model_card_make(model, &set, run, document);
    render_html(document, html);
    return g_string_free(html, FALSE);
}

static void holds(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("the page does not say '%s'", text);
}

/* Figures of the model on the rows it was fitted on: what the card says, not how good it is. */
static char *figures(struct arena *arena, const struct hazard_model *hazard)
{
    struct rival_table table = {.has = {[RIVAL_ENGINE] = true}};
    double *p = hazard_probabilities(arena, hazard, value, ROWS);
    evaluate_probabilities(arena, p, y, ROWS, &table.row[RIVAL_ENGINE]);
    calibration_cusum(arena, p, y, as_of, ROWS, &table.cusum);
    json_t *root = rival_save(&table);
    json_object_set_new(root, "window",
                        json_pack("{s:s, s:s, s:s}", "first", "2026-02-16", "last", "2026-05-17",
                                  "judged_from", "2026-05-17"));
    char *text = json_dumps(root, 0);
    json_decref(root);
    return text;
}

/* A fitted model with its figures, all in the arena. */
static struct model fitted(struct arena *arena)
{
    const struct hazard_options options = {30, 1, ADDITIVE_COMPACT, 2};
    const struct hazard_model *hazard = hazard_fit(arena, &set, &panel, NULL, &options, NULL);
    assert_non_null(hazard);
    char *evaluation = figures(arena, hazard);
    const struct model model = {.model_id = 7,
                                .state = "active",
                                .message = "2000 rows",
                                .evaluation = arena_strdup(arena, evaluation),
                                .sha256 = "c0ffee",
                                .trained_as_of = 20700,
                                .known_no = 12,
                                .horizon_days = 30,
                                .hazard = hazard};
    free(evaluation);
    return model;
}

static void a_card_tells_purpose_figures_shapes_limits_and_digest(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct model model = fitted(arena);
    const struct model_card_run spoke = {true, 20700, 4, 7, "runs has moved"},
                                silent = {true, 20710, 5, 0, "the churn model is silent: why"};
    g_autofree char *page = page_of(&model, &spoke), *later = page_of(&model, &silent);
    holds(page, "<h1>Churn model 7</h1>");
    holds(page, "Job &lt;runs&gt;"); /* a label is text */
    assert_null(strstr(page, "Job <runs>"));
    holds(page, "days from 2026-02-16 to 2026-05-17");
    holds(page, "Tenths by predicted risk");
    holds(page, "as predicted");
    holds(page, "resolution");
    holds(page, "<h2>Shapes</h2>");
    holds(page, "<h2>Limits</h2>");
    holds(page, "c0ffee");
    holds(page, "--known-at 12");
    holds(page, "It spoke on");
    holds(page, "runs has moved");
    holds(later, "It did not speak on");
    holds(later, "the churn model is silent: why");
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "src="));
}

static void a_refusal_has_a_card_that_says_why(void **state)
{
    (void)state;
    const struct model model = {.model_id = 8,
                                .state = "refused",
                                .message = "only 12 churn events, want at least 50",
                                .evaluation = "{}",
                                .sha256 = "",
                                .horizon_days = 30};
    const struct model_card_run none = {0};
    g_autofree char *page = page_of(&model, &none);
    holds(page, "only 12 churn events");
    holds(page, "it does not speak");
    assert_null(strstr(page, "Shapes"));
    assert_null(strstr(page, "Ranking"));
}

static void its_words_are_as_kept_in_each_language(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct model model = fitted(arena);
    const struct model_card_run spoke = {true, 20700, 4, 7, ""};
    g_autofree char *en = words_of(&model, &spoke, LANGUAGE_EN),
                    *ja = words_of(&model, &spoke, LANGUAGE_JA);
    golden_is("card.txt", en);
    golden_is("card.ja.txt", ja);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_tells_purpose_figures_shapes_limits_and_digest),
        cmocka_unit_test(its_words_are_as_kept_in_each_language),
        cmocka_unit_test(a_refusal_has_a_card_that_says_why),
    };
    return cmocka_run_group_tests(tests, make_panel, NULL);
}
