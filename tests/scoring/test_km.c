/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/km.h"
#include "support/oracle.h"

/* The textbook's remission times under 6-MP (Freireich et al. 1963); figures by hand. */
static void the_curve_is_that_of_the_textbook(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static const double stop[] = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                                  17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
    static const double event[] = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0};
    struct km km;
    km_fit(arena, &(struct km_data){21, NULL, stop, event}, &km);
    assert_int_equal(km.n, 7);
    const double want[] = {18.0 / 21, 18.0 / 21 * 16 / 17};
    assert_true(fabs(km.survival[0] - want[0]) < 1e-15);
    assert_true(fabs(km.survival[1] - want[1]) < 1e-15);
    assert_true(km_survival(&km, 5.9) == 1 && km_survival(&km, 6) == km.survival[0]);
    assert_true(km.at_risk[1] == 17 && km.events[0] == 3);
    assert_true(km_median(&km) == 23);
    assert_true(fabs(km.se[0] - want[0] * sqrt(3.0 / (21 * 18))) < 1e-15);
    assert_true(fabs(km_restricted_mean(&km, 6.5) - (6 + 0.5 * want[0])) < 1e-12);
}

static void expect(double is, double want)
{
    if (!(fabs(is - want) <= 1e-8 * fabs(want)))
        fail_msg("%.12g, want %.12g", is, want);
}

struct curve {
    double median, restricted_mean; /* within 365 */
    double row[4][4]; /* at 90, 180, 365 and 730: survival, its error, the ends of its interval */
};

static void expect_curve(struct arena *arena, const struct km_data *data, const struct curve *want)
{
    static const double days[] = {90, 180, 365, 730};
    struct km km;
    km_fit(arena, data, &km);
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        size_t at = km_at(&km, days[i]);
        expect(km.survival[at], want->row[i][0]);
        expect(km.se[at], want->row[i][1]);
        expect(km.low[at], want->row[i][2]);
        expect(km.high[at], want->row[i][3]);
    }
    expect(km_median(&km), want->median);
    expect(km_restricted_mean(&km, 365), want->restricted_mean);
}

/* Figures of R's survival 3.5.3. */
static void it_equals_r_on_the_lung_data(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t;
    double chi2, p;
    oracle_read(arena, "oracles/lung.csv", &t);
    double *event = arena_many(arena, t.n + 1, double);
    size_t *group = arena_many(arena, t.n + 1, size_t);
    for (size_t i = 0; i < t.n; i++) {
        event[i] = oracle_column(&t, "status")[i] == 2;
        group[i] = oracle_column(&t, "sex")[i] == 2;
    }
    const struct km_data data = {t.n, NULL, oracle_column(&t, "time"), event};
    static const struct curve all = {
        310,
        263.221866482,
        {{0.881578947368, 0.0213982196059, 0.832071342211, 0.91721360418},
         {0.72167065341, 0.0298124194686, 0.658304528446, 0.775314690717},
         {0.40924162446, 0.035823638172, 0.338714269088, 0.478380767647},
         {0.115693098345, 0.0282981973177, 0.0676321514888, 0.1778251997}}};
    static const struct curve by_sex[] = {
        {270,
         241.495085192,
         {{0.847826086957, 0.0305762308499, 0.776227279162, 0.898003817047},
          {0.644465001542, 0.0407864250853, 0.558412473005, 0.718013598161},
          {0.336087834639, 0.0434235888418, 0.252729143328, 0.421302168223},
          {0.078124091267, 0.0276475092814, 0.0352038844508, 0.143389617998}}},
        {426,
         297.465409532,
         {{0.933333333333, 0.0262936879249, 0.857620001474, 0.969484427744},
          {0.842401705588, 0.0386809589314, 0.748380916153, 0.903504304285},
          {0.526463030186, 0.0597368539904, 0.403579823267, 0.635316232824},
          {0.187232497905, 0.0620679022696, 0.0846596532273, 0.320832676867}}}};
    expect_curve(arena, &data, &all);
    for (size_t g = 0; g < 2; g++) {
        double *time = arena_many(arena, t.n, double), *died = arena_many(arena, t.n, double);
        struct km_data own = {0, NULL, time, died};
        for (size_t i = 0; i < t.n; i++) {
            if (group[i] != g)
                continue;
            time[own.n] = data.stop[i];
            died[own.n++] = event[i];
        }
        expect_curve(arena, &own, &by_sex[g]);
    }
    km_log_rank(&data, group, 2, &chi2, &p);
    expect(chi2, 10.3267419549);
    assert_true(p > 0.001 && p < 0.002);
}

static void late_entry_counts_from_then_on(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    struct csv_table t;
    struct km km;
    oracle_read(arena, "oracles/heart.csv", &t);
    const struct km_data data = {t.n, oracle_column(&t, "start"), oracle_column(&t, "stop"),
                                 oracle_column(&t, "event")};
    km_fit(arena, &data, &km);
    expect(km_survival(&km, 30), 0.775608159703);
    expect(km_survival(&km, 180), 0.442054807589);
    expect(km_survival(&km, 365), 0.321224014934);
}

static void nobody_and_one_group_are_no_fault(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const double stop[] = {3, 5}, event[] = {0, 0}, last[] = {1, 1};
    const size_t group[] = {0, 0};
    struct km km;
    double chi2, p;
    km_fit(arena, &(struct km_data){2, NULL, stop, event}, &km);
    assert_true(km.n == 0 && km_survival(&km, 9) == 1 && isnan(km_median(&km)));
    km_fit(arena, &(struct km_data){2, NULL, stop, last}, &km);
    assert_true(km.survival[1] == 0 && km.low[1] == 0 && km.high[1] == 0);
    km_log_rank(&(struct km_data){2, NULL, stop, last}, group, 1, &chi2, &p);
    assert_true(isnan(chi2) && isnan(p));
    km_log_rank(&(struct km_data){2, NULL, stop, last}, group, 2, &chi2, &p);
    assert_true(isnan(chi2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_curve_is_that_of_the_textbook),
        cmocka_unit_test(it_equals_r_on_the_lung_data),
        cmocka_unit_test(late_entry_counts_from_then_on),
        cmocka_unit_test(nobody_and_one_group_are_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
