/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of R's glm and glmnet; the calls behind them are in the test data, oracles/oracle.md. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/glm.h"
#include "support/oracle.h"

enum { MOST = 10 };

/* A fit as R prints it: intercept first. A column is "age", "race=2", "contract=One year" or "t^2".
 */
struct want {
    const char *path, *outcome, *column[MOST];
    enum glm_link link;
    double beta[MOST], se[MOST], deviance, log_likelihood;
};

/* R takes covariances from the weights of the step before the last: of its 0.675675264881 of the
 * lung data one step more makes 0.675675299414, which is ours. */
static const double tolerance = 1e-8, covariance_tolerance = 1e-7;

static void near(const char *what, double is, double want, double within)
{
    if (!(fabs(is - want) <= within * fmax(fabs(want), 1e-3)))
        fail_msg("%s is %.12g, want %.12g", what, is, want);
}

/* Does a cell hold what stands behind "="? */
static double holds(const struct csv_table *t, const char *name, const char *value, size_t row)
{
    char *end;
    double number = g_ascii_strtod(value, &end);
    const double *x = oracle_column(t, name);
    return x[row] == (*end ? oracle_level(t, name, value) : number);
}

static void fill(const struct csv_table *t, const char *column, size_t j, size_t p, double *x)
{
    g_auto(GStrv) part = g_strsplit(column, "=", 2);
    g_auto(GStrv) power = g_strsplit(column, "^", 2);
    for (size_t i = 0; i < t->n; i++)
        x[i * p + j] = part[1]    ? holds(t, part[0], part[1], i)
                       : power[1] ? pow(oracle_column(t, power[0])[i], 2)
                                  : oracle_column(t, column)[i];
}

static size_t design(struct arena *arena, const struct want *want, struct csv_table *t, double **x,
                     double **y)
{
    size_t p = 0;
    oracle_read(arena, want->path, t);
    while (p < MOST && want->column[p])
        p++;
    *x = arena_many(arena, t->n * p + 1, double);
    *y = arena_many(arena, t->n + 1, double);
    for (size_t j = 0; j < p; j++)
        fill(t, want->column[j], j, p, *x);
    fill(t, want->outcome, 0, 1, *y);
    for (size_t k = 0; k < t->n * p; k++) /* total charges of the first month */
        (*x)[k] = isnan((*x)[k]) ? 0 : (*x)[k];
    return p;
}

static void expect_fit(const struct want *want)
{
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t;
    double *x, *y;
    size_t p = design(arena, want, &t, &x, &y);
    const struct glm_data data = {.n = t.n, .p = p, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, want->link, 0, &fit, NULL));
    for (size_t j = 0; j <= p; j++) {
        near("coefficient", fit.beta[j], want->beta[j], tolerance);
        near("standard error", sqrt(fit.covariance[j * (p + 2)]), want->se[j],
             covariance_tolerance);
    }
    near("deviance", fit.deviance, want->deviance, tolerance);
    near("log likelihood", fit.log_likelihood, want->log_likelihood, tolerance);
}

static const struct want birthwt = {
    "oracles/birthwt.csv",
    "low",
    {"age", "lwt", "race=2", "race=3", "smoke", "ptl", "ht", "ui", "ftv"},
    GLM_LOGIT,
    {0.480623209101, -0.0295490270745, -0.0154242839799, 1.27225979775, 0.880495925783,
     0.938845701578, 0.543337031125, 1.86330287038, 0.767648145772, 0.0653018347794},
    {1.19690410674, 0.0370314173609, 0.00691938106224, 0.527363702926, 0.440785664196,
     0.402154076566, 0.345405430565, 0.697540058997, 0.459321478089, 0.172395825924},
    201.284795056,
    -100.642397528};

static void it_equals_r_by_the_logit(void **state)
{
    (void)state;
    oracle_or_skip();
    static const struct want cars = {"oracles/mtcars.csv",
                                     "am",
                                     {"wt"},
                                     GLM_LOGIT,
                                     {12.0403697287, -4.02396996217},
                                     {4.51006621013, 1.43652774369},
                                     19.1760848074,
                                     -9.58804240372};
    static const struct want telco = {
        "data/churn/telco.csv",
        "churn=Yes",
        {"tenure", "monthly_charges", "total_charges", "contract=One year", "contract=Two year"},
        GLM_LOGIT,
        {-1.34965988492, -0.0526410477437, 0.0250335115702, 0.000206035496362, -1.06873276985,
         -2.064455285},
        {0.119626241635, 0.00593148749559, 0.00175862380046, 6.68111868955e-05, 0.10113544012,
         0.167846734787},
        6136.13752527,
        -3068.06876263};
    expect_fit(&cars);
    expect_fit(&birthwt);
    expect_fit(&telco);
}

static void it_equals_r_by_the_complementary_log_log(void **state)
{
    (void)state;
    oracle_or_skip();
    static const struct want telco = {
        "data/churn/telco.csv",
        "churn=Yes",
        {"tenure", "monthly_charges", "contract=One year", "contract=Two year"},
        GLM_CLOGLOG,
        {-1.63859831331, -0.0291674471601, 0.0225309404292, -0.90536086568, -1.8793631755},
        {0.0754081562777, 0.00161834547942, 0.00105328058538, 0.0896740303798, 0.158246671108},
        6133.78448074,
        -3066.89224037};
    expect_fit(&telco);
}

/* The lung data in person-periods of thirty days. */
static void a_discrete_hazard_equals_that_of_r(void **state)
{
    (void)state;
    oracle_or_skip();
    static const struct want wants[] = {{"oracles/lung_pp30.csv",
                                         "ev",
                                         {"t", "t^2", "age", "sex", "ph.ecog"},
                                         GLM_LOGIT,
                                         {-3.69232507594, 0.125447680256, -0.00294658600225,
                                          0.0106746162968, -0.60009677441, 0.493346692487},
                                         {0.675675264881, 0.0393121232307, 0.00146375314074,
                                          0.00960384481611, 0.174623925069, 0.119878452105},
                                         1152.95755867,
                                         -576.478779335},
                                        {"oracles/lung_pp30.csv",
                                         "ev",
                                         {"t", "t^2", "age", "sex", "ph.ecog"},
                                         GLM_CLOGLOG,
                                         {-3.68394783207, 0.118848931515, -0.00279526305613,
                                          0.0103179973933, -0.571742100163, 0.467341089645},
                                         {0.648745440269, 0.0376344631017, 0.00139856480241,
                                          0.00921071157925, 0.167802272613, 0.113932296094},
                                         1153.34763603,
                                         -576.673818017}};
    expect_fit(&wants[0]);
    expect_fit(&wants[1]);
}

/* The whole covariance, as R's vcov has it. */
static void the_covariance_is_that_of_r(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t, wanted;
    double *x, *y;
    size_t p = design(arena, &birthwt, &t, &x, &y);
    const struct glm_data data = {.n = t.n, .p = p, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 0, &fit, NULL));
    oracle_read(arena, "oracles/G2_vcov.csv", &wanted);
    assert_int_equal(wanted.n, p + 1);
    for (size_t j = 0; j <= p; j++) {
        for (size_t k = 0; k <= p; k++)
            near("covariance", fit.covariance[j * (p + 1) + k], wanted.column[1 + k].x[j],
                 covariance_tolerance);
    }
}

static void standardise(double *x, size_t n, size_t p, double *mean, double *sd)
{
    for (size_t j = 0; j < p; j++) {
        mean[j] = sd[j] = 0;
        for (size_t i = 0; i < n; i++)
            mean[j] += x[i * p + j] / (double)n;
        for (size_t i = 0; i < n; i++)
            sd[j] += pow(x[i * p + j] - mean[j], 2) / (double)n;
        sd[j] = sqrt(sd[j]);
        for (size_t i = 0; i < n; i++)
            x[i * p + j] = (x[i * p + j] - mean[j]) / sd[j];
    }
}

/* glmnet's alpha 0: its lambda times the rows is the ridge on standardised columns. */
static void the_ridge_is_that_of_glmnet(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const double lambda[] = {0.2, 0.1, 0.05, 0.02, 0.01, 0.001};
    static const double want[][6] = {
        {-0.0655937129369, 0.121744133023, 0.267569957859, 0.385457729877, 0.431434420029,
         0.47558910533},
        {-0.0190665264446, -0.0233897023865, -0.0263073213989, -0.0282876757907, -0.0289430136044,
         -0.0294923502065},
        {-0.00598954767717, -0.00830576896559, -0.0105584961232, -0.0128799394404, -0.0139966714146,
         -0.0152629080497},
        {0.41522816138, 0.613619224806, 0.814915068893, 1.02919044714, 1.13475539258,
         1.25656557865},
        {0.269566031055, 0.398766359583, 0.536897861569, 0.692789620236, 0.772941368791,
         0.868046300221},
        {0.359154071615, 0.495032367693, 0.628985297288, 0.772288432029, 0.843988529321,
         0.927929061907},
        {0.34896547687, 0.428365763568, 0.482205082345, 0.519183400053, 0.531620084422,
         0.542226573074},
        {0.789946192735, 1.08565121085, 1.34984715198, 1.60246951872, 1.71862538833, 1.84713253938},
        {0.42495136936, 0.534595319744, 0.620818738068, 0.69563812938, 0.728207843631,
         0.763289461777},
        {-0.0213087448603, -0.00897109073228, 0.00994833057001, 0.0344216276687, 0.0475384489272,
         0.0632443828839}};
    struct csv_table t;
    double *x, *y, mean[MOST], sd[MOST];
    size_t p = design(arena, &birthwt, &t, &x, &y);
    standardise(x, t.n, p, mean, sd);
    const struct glm_data data = {.n = t.n, .p = p, .x = x, .y = y};
    for (size_t l = 0; l < G_N_ELEMENTS(lambda); l++) {
        struct glm_fit fit;
        assert_true(glm_fit(arena, &data, GLM_LOGIT, lambda[l] * (double)t.n, &fit, NULL));
        double intercept = fit.beta[0];
        for (size_t j = 0; j < p; j++) {
            near("coefficient", fit.beta[j + 1] / sd[j], want[j + 1][l], 1e-6);
            intercept -= fit.beta[j + 1] * mean[j] / sd[j];
        }
        near("intercept", intercept, want[0][l], 1e-6);
    }
}

/* G6: standard errors of the posterior, and of the estimate by the sandwich; effective degrees. */
static void a_ridge_has_the_errors_and_freedom_that_follow(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const struct want ridge = {"oracles/birthwt.csv",
                                      "low",
                                      {"lwt", "age", "smoke", "ht", "ui"},
                                      GLM_LOGIT,
                                      {0},
                                      {0.168461486357, 0.175594188639, 0.162742499442,
                                       0.152409089658, 0.150571295964, 0.147122619602},
                                      0,
                                      0};
    struct csv_table t;
    double *x, *y, mean[MOST], sd[MOST], edf = 1;
    size_t p = design(arena, &ridge, &t, &x, &y);
    standardise(x, t.n, p, mean, sd);
    const struct glm_data data = {.n = t.n, .p = p, .x = x, .y = y};
    struct glm_fit fit;
    assert_true(glm_fit(arena, &data, GLM_LOGIT, 5, &fit, NULL));
    for (size_t j = 0; j <= p; j++)
        near("standard error", sqrt(fit.covariance[j * (p + 2)]), ridge.se[j], tolerance);
    static const double frequentist[] = {0.1679794761,   0.160463372957, 0.151413988883,
                                         0.143276064152, 0.140802766052, 0.138757524333};
    for (size_t j = 0; j <= p; j++) { /* V information V = V - V penalty V */
        double v = fit.covariance[j * (p + 2)];
        for (size_t k = 1; k <= p; k++)
            v -= 5 * pow(fit.covariance[j * (p + 1) + k], 2);
        near("sampling error", sqrt(v), frequentist[j], tolerance);
    }
    /* Of V, the inverse of information and penalty: V · information = 1 - V · penalty. */
    for (size_t j = 1; j <= p; j++)
        edf += 1 - 5 * fit.covariance[j * (p + 2)];
    near("edf", edf, 5.37568124407, tolerance);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_r_by_the_logit),
        cmocka_unit_test(it_equals_r_by_the_complementary_log_log),
        cmocka_unit_test(a_discrete_hazard_equals_that_of_r),
        cmocka_unit_test(the_covariance_is_that_of_r),
        cmocka_unit_test(the_ridge_is_that_of_glmnet),
        cmocka_unit_test(a_ridge_has_the_errors_and_freedom_that_follow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
