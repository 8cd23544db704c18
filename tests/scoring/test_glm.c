/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Against R's glm; the numbers and the calls behind them are in the test data, oracles/oracle.md.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/evaluate.h"
#include "scoring/glm.h"
#include "support/warehouse.h"

enum { ROWS_MAX = 8000, COLUMNS_MAX = 40 };

struct table {
    size_t n, n_columns;
    char **head, *name[COLUMNS_MAX];
    char **cell[ROWS_MAX];
};

/* A small CSV of numbers and quoted words, without quotes or commas inside. */
static bool read_table(const char *file, struct table *t)
{
    const char *folder = warehouse_test_data(file);
    if (!folder)
        return false;
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("cannot read %s", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    t->head = g_strsplit(lines[0], ",", -1);
    for (t->n_columns = 0; t->head[t->n_columns]; t->n_columns++)
        t->name[t->n_columns] = g_strstrip(g_strdelimit(t->head[t->n_columns], "\"\r", ' '));
    for (char **line = lines + 1; *line && **line; line++) {
        t->cell[t->n] = g_strsplit(*line, ",", -1);
        for (char **c = t->cell[t->n]; *c; c++)
            g_strstrip(g_strdelimit(*c, "\"\r", ' '));
        t->n++;
    }
    return true;
}

static void free_table(struct table *t)
{
    for (size_t i = 0; i < t->n; i++)
        g_strfreev(t->cell[i]);
    g_strfreev(t->head);
    *t = (struct table){0};
}

static size_t column(const struct table *t, const char *name)
{
    for (size_t c = 0; c < t->n_columns; c++) {
        if (strcmp(t->name[c], name) == 0)
            return c;
    }
    fail_msg("no column %s", name);
    return 0;
}

static double number(const struct table *t, size_t row, const char *name)
{
    return g_ascii_strtod(t->cell[row][column(t, name)], NULL);
}

static void close_to(double got, double want)
{
    if (fabs(got - want) > 1e-8 * fmax(1, fabs(want)))
        fail_msg("%.12g, want %.12g", got, want);
}

static double x[ROWS_MAX * COLUMNS_MAX], y[ROWS_MAX], weight[ROWS_MAX], offset[ROWS_MAX];
static struct table table;

static void birthwt_low_by_eight_terms(void **state)
{
    (void)state;
    free_table(&table);
    if (!read_table("oracles/birthwt.csv", &table))
        skip();
    const char *const terms[] = {"age", "lwt", NULL, NULL, "smoke", "ptl", "ht", "ui", "ftv"};
    for (size_t i = 0; i < table.n; i++) {
        for (size_t j = 0; j < 9; j++)
            x[i * 9 + j] =
                terms[j] ? number(&table, i, terms[j]) : number(&table, i, "race") == (double)j;
        y[i] = number(&table, i, "low");
    }
    g_autoptr(arena_t) arena = arena_new();
    struct glm_data data = {.n = table.n, .p = 9, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL));
    const double want[] = {0.480623209101, -0.0295490270745, -0.0154242839799, 1.27225979775,
                           0.880495925783, 0.938845701578,   0.543337031125,   1.86330287038,
                           0.767648145772, 0.0653018347794};
    for (size_t j = 0; j < 10; j++)
        close_to(fit.beta[j], want[j]);
    close_to(fit.deviance, 201.284795056);
    close_to(sqrt(fit.covariance[0]), 1.19690410674);
    close_to(sqrt(fit.covariance[7 * 10 + 7]), 0.697540058997);
}

static void weights_and_offset_enter_as_in_r(void **state)
{
    (void)state;
    free_table(&table);
    if (!read_table("oracles/birthwt.csv", &table))
        skip();
    for (size_t i = 0; i < table.n; i++) {
        x[i * 2] = number(&table, i, "lwt");
        x[i * 2 + 1] = number(&table, i, "smoke");
        y[i] = number(&table, i, "low");
        weight[i] = 1 + (number(&table, i, "age") > 25);
        offset[i] = 0.1 * number(&table, i, "ptl");
    }
    g_autoptr(arena_t) arena = arena_new();
    struct glm_data data = {
        .n = table.n, .p = 2, .x = x, .y = y, .weight = weight, .offset = offset};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL));
    close_to(fit.beta[0], 0.458585159968);
    close_to(fit.beta[1], -0.0127711370087);
    close_to(fit.beta[2], 0.707014742379);
    close_to(fit.deviance, 280.139570236);
}

static void ridge_leaves_the_intercept_alone(void **state)
{
    (void)state;
    free_table(&table);
    if (!read_table("oracles/birthwt.csv", &table))
        skip();
    const char *const terms[] = {"lwt", "age", "smoke", "ht", "ui"};
    for (size_t j = 0; j < 5; j++) {
        double mean = 0, squares = 0;
        for (size_t i = 0; i < table.n; i++)
            mean += number(&table, i, terms[j]) / (double)table.n;
        for (size_t i = 0; i < table.n; i++)
            squares += pow(number(&table, i, terms[j]) - mean, 2) / (double)table.n;
        for (size_t i = 0; i < table.n; i++)
            x[i * 5 + j] = (number(&table, i, terms[j]) - mean) / sqrt(squares);
    }
    for (size_t i = 0; i < table.n; i++)
        y[i] = number(&table, i, "low");
    g_autoptr(arena_t) arena = arena_new();
    struct glm_data data = {.n = table.n, .p = 5, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 5, &fit, NULL));
    const double want[] = {-0.868133976553, -0.38521456871, -0.165175225875,
                           0.280490947713,  0.387165799243, 0.281643972725};
    for (size_t j = 0; j < 6; j++)
        close_to(fit.beta[j], want[j]);
    close_to(sqrt(fit.covariance[0]), 0.168461486357);
    close_to(fit.log_likelihood, -106.094496491);
}

static void telco_by_cloglog_equals_r(void **state)
{
    (void)state;
    free_table(&table);
    if (!read_table("data/churn/telco.csv", &table))
        skip();
    for (size_t i = 0; i < table.n; i++) {
        const char *contract = table.cell[i][column(&table, "contract")];
        /* Numbers of moderate size: months and hundreds, undone below. */
        x[i * 4] = number(&table, i, "tenure");
        x[i * 4 + 1] = number(&table, i, "monthly_charges");
        x[i * 4 + 2] = strcmp(contract, "One year") == 0;
        x[i * 4 + 3] = strcmp(contract, "Two year") == 0;
        y[i] = strcmp(table.cell[i][column(&table, "churn")], "Yes") == 0;
    }
    g_autoptr(arena_t) arena = arena_new();
    struct glm_data data = {.n = table.n, .p = 4, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_CLOGLOG, 0, &fit, NULL));
    const double want[] = {-1.63859831331, -0.0291674471601, 0.0225309404292, -0.90536086568,
                           -1.8793631755};
    for (size_t j = 0; j < 5; j++)
        close_to(fit.beta[j], want[j]);
    close_to(fit.deviance, 6133.78448074);
}

static void hard_cases_end_with_a_word_not_an_abort(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    for (size_t i = 0; i < 60; i++) {
        x[i * 3] = (double)i;
        x[i * 3 + 1] = (double)i; /* duplicated */
        x[i * 3 + 2] = 4;         /* constant */
        y[i] = 0;
    }
    struct glm_data data = {.n = 60, .p = 3, .x = x, .y = y};
    struct glm_fit fit;
    assert_false(glm_fit(arena, &data, GLM_LOGIT, 1, &fit, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
    for (size_t i = 30; i < 60; i++)
        y[i] = 1; /* separated */
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 1, &fit, NULL));
    for (size_t j = 0; j < 4; j++)
        assert_true(isfinite(fit.beta[j]));
    close_to(fit.beta[1], fit.beta[2]);
}

static void auc_counts_ties_half_and_delong_equals_brute_force(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GRand) rand = g_rand_new_with_seed(9);
    enum { N = 300 };
    double p[N], z[N];
    for (int i = 0; i < N; i++) {
        p[i] = (1 + g_rand_int_range(rand, 0, 20)) / 22.0;
        z[i] = g_rand_double(rand) < p[i];
    }
    double wins = 0, pairs = 0;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            if (z[i] < 0.5 || z[j] > 0.5)
                continue;
            pairs++;
            wins += p[i] > p[j] ? 1 : p[i] == p[j] ? 0.5 : 0;
        }
    }
    struct evaluation e;
    evaluate_probabilities(arena, p, z, N, &e);
    close_to(e.auc, wins / pairs);
    double v10 = 0, v01 = 0, m = (double)e.events, k = N - m;
    for (int i = 0; i < N; i++) {
        double s = 0;
        for (int j = 0; j < N; j++) {
            if ((z[i] > 0.5) == (z[j] > 0.5))
                continue;
            double high = z[i] > 0.5 ? p[i] : p[j], low = z[i] > 0.5 ? p[j] : p[i];
            s += high > low ? 1 : high == low ? 0.5 : 0;
        }
        if (z[i] > 0.5)
            v10 += pow(s / k - e.auc, 2);
        else
            v01 += pow(s / m - e.auc, 2);
    }
    double se = sqrt(v10 / (m - 1) / m + v01 / (k - 1) / k);
    close_to(e.auc_high, e.auc + 1.959963984540054 * se);
    assert_true(e.slope > 0.7 && e.slope < 1.4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(birthwt_low_by_eight_terms),
        cmocka_unit_test(weights_and_offset_enter_as_in_r),
        cmocka_unit_test(ridge_leaves_the_intercept_alone),
        cmocka_unit_test(telco_by_cloglog_equals_r),
        cmocka_unit_test(hard_cases_end_with_a_word_not_an_abort),
        cmocka_unit_test(auc_counts_ties_half_and_delong_equals_brute_force),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_table(&table);
    return failed;
}
