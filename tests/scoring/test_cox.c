/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of R's survival 3.5.3; the calls behind them are in the test data, oracles/oracle.md. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/concordance.h"
#include "scoring/cox.h"
#include "scoring/glm.h"
#include "support/oracle.h"

enum { MOST = 8 };

/* One fit and what R says of it. */
struct want {
    enum cox_ties ties;
    double beta[MOST], se[MOST];
    double log_likelihood_0, log_likelihood, score, wald;
    double concordance, concordance_se;
};

struct table {
    struct csv_table csv;
    size_t n, p;
    double *x, *stop, *start, *event;
};

static void make(struct arena *arena, const char *path, size_t p, struct table *out)
{
    oracle_read(arena, path, &out->csv);
    out->p = p;
    out->n = 0;
    out->x = arena_many(arena, out->csv.n * p + 1, double);
    out->stop = arena_many(arena, out->csv.n + 1, double);
    out->start = NULL;
    out->event = arena_many(arena, out->csv.n + 1, double);
}

/* One row more, unless a value of it is missing. */
static void add(struct table *t, double stop, double event, const double *x)
{
    for (size_t j = 0; j < t->p; j++) {
        if (isnan(x[j]))
            return;
    }
    memcpy(t->x + t->n * t->p, x, t->p * sizeof *x);
    t->stop[t->n] = stop;
    t->event[t->n++] = event;
}

static void expect(const char *what, double is, double want)
{
    if (!(fabs(is - want) <= 1e-8 * fmax(fabs(want), 1e-3)))
        fail_msg("%s is %.12g, want %.12g", what, is, want);
}

static void fit(struct arena *arena, const struct table *t, enum cox_ties ties, struct cox *out)
{
    g_autoptr(GError) err = NULL;
    const struct cox_data data = {t->n, t->p, t->start, t->stop, t->event, t->x, ties};
    if (!cox_fit(arena, &data, out, &err))
        fail_msg("%s", err->message);
}

static void expect_fit(struct arena *arena, const struct table *t, const struct want *want)
{
    const struct cox_data data = {t->n, t->p, t->start, t->stop, t->event, t->x, want->ties};
    struct cox cox;
    struct concordance concordance;
    double *risk = arena_many(arena, t->n + 1, double);
    fit(arena, t, want->ties, &cox);
    for (size_t i = 0; i < t->n; i++) {
        for (size_t j = 0; j < t->p; j++)
            risk[i] += cox.beta[j] * t->x[i * t->p + j];
    }
    concordance_of(&data, risk, &concordance);
    for (size_t j = 0; j < t->p; j++) {
        expect("beta", cox.beta[j], want->beta[j]);
        expect("standard error", sqrt(cox.covariance[j * t->p + j]), want->se[j]);
    }
    expect("log likelihood at 0", cox.log_likelihood_0, want->log_likelihood_0);
    expect("log likelihood", cox.log_likelihood, want->log_likelihood);
    expect("score", cox.score, want->score);
    expect("Wald", cox.wald, want->wald);
    expect("concordance", concordance.value, want->concordance);
    expect("its error", concordance.se, want->concordance_se);
}

static void lung(struct arena *arena, struct table *t)
{
    make(arena, "oracles/lung.csv", 3, t);
    const double *time = oracle_column(&t->csv, "time"), *status = oracle_column(&t->csv, "status");
    for (size_t i = 0; i < t->csv.n; i++)
        add(t, time[i], status[i] == 2,
            (const double[]){oracle_column(&t->csv, "age")[i], oracle_column(&t->csv, "sex")[i],
                             oracle_column(&t->csv, "ph.ecog")[i]});
}

static void it_equals_r_on_right_censored_data(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const struct want wants[] = {{COX_EFRON,
                                         {0.0110667645961, -0.552612395532, 0.463728475116},
                                         {0.00926741101437, 0.167739053783, 0.113577266161},
                                         -744.480455761,
                                         -729.230121375,
                                         30.4999227049,
                                         29.9292511976,
                                         0.637135493,
                                         0.0250679738531},
                                        {COX_BRESLOW,
                                         {0.0110411363857, -0.551889569638, 0.462947040335},
                                         {0.0092667701142, 0.167742448018, 0.113574052061},
                                         -744.692819266,
                                         -729.488705177,
                                         30.4064069153,
                                         29.8390008288,
                                         0.637135493,
                                         0.0250679738531}};
    struct table t;
    lung(arena, &t);
    assert_int_equal(t.n, 227);
    for (size_t i = 0; i < G_N_ELEMENTS(wants); i++)
        expect_fit(arena, &t, &wants[i]);
}

static void it_equals_r_with_a_factor_and_many_ties(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const struct want wants[] = {
        {COX_EFRON,
         {-0.0328153261942, -0.0087064749455, 8.13205087075e-05, 0.00715936019179, 0.861560462753,
          1.19606637418, 0.401291654327, 0.294602821498},
         {0.00550775688644, 0.00930029912031, 0.00913606224866, 0.0232305384068, 0.275284474023,
          0.300916994492, 0.282688638281, 0.207549603603},
         -505.449054918,
         -474.397111715,
         66.7374711421,
         62.3672685807,
         0.736029077692,
         0.0211701176841},
        {COX_BRESLOW,
         {-0.0326217185193, -0.00854942360688, -9.20017209214e-05, 0.00723265367663, 0.856486653614,
          1.18829931326, 0.399627778808, 0.289935878786},
         {0.00550524023196, 0.0093041577746, 0.00912510518921, 0.0232132508715, 0.275190351042,
          0.300762555804, 0.282662550075, 0.207210136945},
         -505.883956283,
         -475.179398848,
         65.9172986024,
         61.6472932124,
         0.73625624716,
         0.021163156966}};
    struct table t;
    make(arena, "oracles/veteran.csv", 8, &t);
    const double *cell = oracle_column(&t.csv, "celltype");
    double small = oracle_level(&t.csv, "celltype", "smallcell");
    double adeno = oracle_level(&t.csv, "celltype", "adeno");
    double large = oracle_level(&t.csv, "celltype", "large");
    for (size_t i = 0; i < t.csv.n; i++)
        add(&t, oracle_column(&t.csv, "time")[i], oracle_column(&t.csv, "status")[i],
            (const double[]){oracle_column(&t.csv, "karno")[i], oracle_column(&t.csv, "age")[i],
                             oracle_column(&t.csv, "diagtime")[i],
                             oracle_column(&t.csv, "prior")[i], cell[i] == small, cell[i] == adeno,
                             cell[i] == large, oracle_column(&t.csv, "trt")[i]});
    for (size_t i = 0; i < G_N_ELEMENTS(wants); i++)
        expect_fit(arena, &t, &wants[i]);
}

/* The trial's patients: the first 312. */
static void it_equals_r_on_logarithms(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const struct want wants[] = {
        {COX_EFRON,
         {0.0332234066803, 0.78585257068, 0.880056271294, 3.01401180038, -3.05992604876},
         {0.00865849232249, 0.298968335134, 0.0987424530907, 1.02394587135, 0.724037064006},
         -639.966488722,
         -540.296717614,
         269.605470963,
         198.403403696,
         0.843861263352,
         0.0195015206668},
        {COX_BRESLOW,
         {0.0332662082231, 0.784686333277, 0.879207763674, 3.01567857695, -3.05326657772},
         {0.00865982095797, 0.299132804445, 0.0987322313892, 1.02379653583, 0.72407828937},
         -639.97988951,
         -540.412449634,
         269.307305,
         198.201064826,
         0.843861263352,
         0.0195016359876}};
    struct table t;
    make(arena, "oracles/pbc.csv", 5, &t);
    for (size_t i = 0; i < 312; i++)
        add(&t, oracle_column(&t.csv, "time")[i], oracle_column(&t.csv, "status")[i] == 2,
            (const double[]){oracle_column(&t.csv, "age")[i], oracle_column(&t.csv, "edema")[i],
                             log(oracle_column(&t.csv, "bili")[i]),
                             log(oracle_column(&t.csv, "protime")[i]),
                             log(oracle_column(&t.csv, "albumin")[i])});
    for (size_t i = 0; i < G_N_ELEMENTS(wants); i++)
        expect_fit(arena, &t, &wants[i]);
}

static void it_equals_r_on_arrests_in_weeks(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const char *const columns[] = {"fin", "age", "race", "wexp", "mar", "paro", "prio"};
    static const struct want wants[] = {
        {COX_EFRON,
         {-0.379422166871, -0.0574377430138, 0.313899785949, -0.149795697223, -0.43370387669,
          -0.0848710829908, 0.0914970793511},
         {0.191379480713, 0.021999470628, 0.307992776393, 0.212224296158, 0.381868057465,
          0.195756671921, 0.0286485500735},
         -675.380632347,
         -658.747659446,
         33.5286888997,
         32.1126101919,
         0.6403292471,
         0.0266581227726},
        {COX_BRESLOW,
         {-0.379021887795, -0.0572459253636, 0.314129765068, -0.151114599627, -0.432782572549,
          -0.0849828357516, 0.0911115405005},
         {0.191364425859, 0.0219831857515, 0.308017279579, 0.212123160796, 0.381794935064,
          0.195748207323, 0.0286312530668},
         -675.683389417,
         -659.120605677,
         33.3828204241,
         31.9810169859,
         0.640423183505,
         0.0266476562236}};
    struct table t;
    make(arena, "data/churn/rossi.csv", 7, &t);
    for (size_t i = 0; i < t.csv.n; i++) {
        double x[7];
        for (size_t j = 0; j < G_N_ELEMENTS(columns); j++)
            x[j] = oracle_column(&t.csv, columns[j])[i];
        add(&t, oracle_column(&t.csv, "week")[i], oracle_column(&t.csv, "arrest")[i], x);
    }
    assert_int_equal(t.n, 432);
    for (size_t i = 0; i < G_N_ELEMENTS(wants); i++)
        expect_fit(arena, &t, &wants[i]);
}

static void it_equals_r_with_covariates_that_change_in_time(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static const struct want heart[] = {
        {COX_EFRON,
         {0.0271666409577, -0.146346345674, -0.637209889967, -0.0102507724091},
         {0.0137141152103, 0.0704679795189, 0.36722599618, 0.313754798337},
         -298.121355673,
         -290.565616218,
         15.034197913,
         14.4930452068,
         0.635760123921,
         0.033079624557},
        {COX_BRESLOW,
         {0.0271520807645, -0.146115750003, -0.635843475598, -0.0118958509638},
         {0.0137211312396, 0.0704657060509, 0.367210695737, 0.313644376741},
         -298.325606736,
         -290.794534648,
         14.9838964681,
         14.4465910639,
         0.635538836026,
         0.0331208599582}};
    static const struct want pbc[] = {
        {COX_EFRON,
         {0.0451316417898, 1.24127661732, 2.97321098427, -4.17992399255},
         {0.00976584261166, 0.122390251591, 0.621472309408, 0.513498872273},
         -639.966488722,
         -421.363502306,
         587.910996478,
         291.490779405,
         0.912629515542,
         0.0152758067125},
        {COX_BRESLOW,
         {0.0451063649874, 1.2406863613, 2.9501640018, -4.17818860019},
         {0.00976865544315, 0.122394401979, 0.621943112311, 0.513661174734},
         -639.97988951,
         -421.600668537,
         587.546282571,
         291.543433734,
         0.912549505941,
         0.0152775899107}};
    struct table t;
    make(arena, "oracles/heart.csv", 4, &t);
    for (size_t i = 0; i < t.csv.n; i++)
        add(&t, oracle_column(&t.csv, "stop")[i], oracle_column(&t.csv, "event")[i],
            (const double[]){oracle_column(&t.csv, "age")[i], oracle_column(&t.csv, "year")[i],
                             oracle_column(&t.csv, "surgery")[i],
                             oracle_column(&t.csv, "transplant")[i]});
    t.start = (double *)(uintptr_t)oracle_column(&t.csv, "start");
    for (size_t i = 0; i < G_N_ELEMENTS(heart); i++)
        expect_fit(arena, &t, &heart[i]);
    make(arena, "oracles/pbc_tmerge.csv", 4, &t);
    double died = oracle_level(&t.csv, "death", "TRUE");
    for (size_t i = 0; i < t.csv.n; i++)
        add(&t, oracle_column(&t.csv, "tstop")[i], oracle_column(&t.csv, "death")[i] == died,
            (const double[]){oracle_column(&t.csv, "age")[i], log(oracle_column(&t.csv, "bili")[i]),
                             log(oracle_column(&t.csv, "protime")[i]),
                             log(oracle_column(&t.csv, "albumin")[i])});
    t.start = (double *)(uintptr_t)oracle_column(&t.csv, "tstart");
    assert_int_equal(t.n, 1807);
    for (size_t i = 0; i < G_N_ELEMENTS(pbc); i++)
        expect_fit(arena, &t, &pbc[i]);
}

static void the_baseline_is_that_of_r(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    struct cox cox;
    lung(arena, &t);
    fit(arena, &t, COX_EFRON, &cox);
    expect("H0(100)", cox_hazard(&cox, 100), 0.0908179768727);
    expect("H0(200)", cox_hazard(&cox, 200), 0.253134177814);
    expect("H0(500)", cox_hazard(&cox, 500), 0.846999844461);
    expect("H0(365)", cox_hazard(&cox, 365), 0.613864751026);
    expect("H0(1000)", cox_hazard(&cox, 1000), 2.07762787573);
    double eta = 60 * cox.beta[0] + cox.beta[1] + cox.beta[2];
    expect("S(365)", exp(-cox_hazard(&cox, 365) * exp(eta)), 0.335863369598);
    assert_true(cox_hazard(&cox, 0) == 0);
}

static void whether_effects_change_in_time_is_told_as_by_r(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    struct table t;
    struct cox cox;
    lung(arena, &t);
    fit(arena, &t, COX_EFRON, &cox);
    expect("age", cox.trend[0], 0.187987673561);
    expect("sex", cox.trend[1], 2.305437226775);
    expect("ph.ecog", cox.trend[2], 2.054248773863);
    expect("all", cox.trend_all, 4.463657588162);
}

/* Pairs one by one, as the words say, on times and risks with many ties. */
static void concordance_counts_every_pair(void **state)
{
    enum { N = 60 };
    (void)state;
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);
    double start[N], stop[N], event[N], risk[N], right = 0, pairs = 0;
    struct concordance c;
    for (size_t i = 0; i < N; i++) {
        start[i] = g_rand_int_range(rand, 0, 6);
        stop[i] = start[i] + g_rand_int_range(rand, 1, 6);
        event[i] = g_rand_int_range(rand, 0, 2);
        risk[i] = g_rand_int_range(rand, 0, 5);
    }
    for (size_t i = 0; i < N; i++) {
        for (size_t j = 0; j < N; j++) {
            bool goes_on = stop[j] > stop[i] || (stop[j] == stop[i] && event[j] < 0.5);
            if (event[i] < 0.5 || start[j] >= stop[i] || !goes_on)
                continue;
            right += risk[i] > risk[j] ? 1 : risk[i] == risk[j] ? 0.5 : 0;
            pairs++;
        }
    }
    const struct cox_data data = {N, 0, start, stop, event, NULL, COX_EFRON};
    concordance_of(&data, risk, &c);
    expect("concordance", c.value, right / pairs);
    memset(event, 0, sizeof event);
    concordance_of(&data, risk, &c);
    assert_true(isnan(c.value) && isnan(c.se));
}

/* Months of telco: a complementary log-log model of months at risk, one constant a month, is Cox's
 * with grouped time. Months with the same covariates are one row each for those who left and
 * stayed.
 */
enum { CONTRACTS = 3, INTERNETS = 3, MONTHS = 72, CELLS = CONTRACTS * INTERNETS };

static void grouped_fit(struct arena *arena, double (*left)[CELLS], double (*stayed)[CELLS],
                        struct glm_fit *out)
{
    size_t p = MONTHS - 1 + 4, n = 0, room = MONTHS * CELLS * 2;
    double *x = arena_many(arena, room * p, double), *y = arena_many(arena, room, double);
    double *weight = arena_many(arena, room, double);
    for (size_t m = 0; m < MONTHS; m++) {
        for (size_t c = 0; c < CELLS; c++) {
            for (int gone = 0; gone < 2; gone++, n++) {
                double *row = x + n * p;
                y[n] = gone;
                weight[n] = gone ? left[m][c] : stayed[m][c];
                if (m > 0)
                    row[m - 1] = 1;
                if (c / INTERNETS > 0)
                    row[MONTHS - 1 + c / INTERNETS - 1] = 1;
                if (c % INTERNETS > 0)
                    row[MONTHS + 1 + c % INTERNETS - 1] = 1;
            }
        }
    }
    g_autoptr(GError) err = NULL;
    const struct glm_data data = {.n = n, .p = p, .x = x, .y = y, .weight = weight};
    if (!glm_fit(arena, &data, GLM_CLOGLOG, 0, out, &err))
        fail_msg("%s", err->message);
}

static void grouped_time_is_cox(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    static double left[MONTHS][CELLS], stayed[MONTHS][CELLS];
    struct table t;
    struct cox cox;
    struct glm_fit grouped;
    double months = 0;
    make(arena, "data/churn/telco.csv", 4, &t);
    const double *tenure = oracle_column(&t.csv, "tenure"), *churn = oracle_column(&t.csv, "churn");
    const double *contract = oracle_column(&t.csv, "contract");
    const double *internet = oracle_column(&t.csv, "internet_service");
    const double yes = oracle_level(&t.csv, "churn", "Yes");
    for (size_t i = 0; i < t.csv.n; i++) {
        size_t c = (size_t)contract[i], w = (size_t)internet[i], end = (size_t)tenure[i];
        if (end == 0)
            continue;
        add(&t, tenure[i], churn[i] == yes, (const double[]){c == 1, c == 2, w == 1, w == 2});
        for (size_t m = 0; m < end; m++) {
            bool gone = m + 1 == end && churn[i] == yes;
            (gone ? left : stayed)[m][c * INTERNETS + w]++;
            months++;
        }
    }
    fit(arena, &t, COX_EFRON, &cox);
    grouped_fit(arena, left, stayed, &grouped);
    assert_true(months == 227990);
    for (size_t j = 0; j < 4; j++) {
        double g = grouped.beta[MONTHS + j];
        if (fabs(g - cox.beta[j]) > 0.01 * fabs(cox.beta[j]))
            fail_msg("coefficient %zu: %.4f grouped, %.4f by Cox", j, g, cox.beta[j]);
    }
}

static void what_cannot_be_fitted_is_refused(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double stop[] = {1, 2, 3, 4}, none[4] = {0}, event[] = {1, 0, 1, 0};
    const double same[] = {1, 1, 2, 2, 1, 1, 5, 5}, constant[4] = {0}, x[] = {0, 1, 0.5, 0.2};
    struct cox cox;
    g_autoptr(GError) a = NULL, b = NULL, c = NULL;
    assert_false(cox_fit(arena, &(struct cox_data){4, 1, NULL, stop, none, x, 0}, &cox, &a));
    assert_non_null(strstr(a->message, "no event"));
    assert_false(cox_fit(arena, &(struct cox_data){4, 2, NULL, stop, event, same, 0}, &cox, &b));
    assert_false(
        cox_fit(arena, &(struct cox_data){4, 1, NULL, stop, event, constant, 0}, &cox, &c));
    assert_true(err_is(a, KENKO_ERROR_REFUSED) && err_is(b, KENKO_ERROR_REFUSED) &&
                err_is(c, KENKO_ERROR_REFUSED));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_equals_r_on_right_censored_data),
        cmocka_unit_test(it_equals_r_with_a_factor_and_many_ties),
        cmocka_unit_test(it_equals_r_on_logarithms),
        cmocka_unit_test(it_equals_r_on_arrests_in_weeks),
        cmocka_unit_test(it_equals_r_with_covariates_that_change_in_time),
        cmocka_unit_test(the_baseline_is_that_of_r),
        cmocka_unit_test(whether_effects_change_in_time_is_told_as_by_r),
        cmocka_unit_test(concordance_counts_every_pair),
        cmocka_unit_test(grouped_time_is_cox),
        cmocka_unit_test(what_cannot_be_fitted_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
