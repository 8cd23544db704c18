/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an account stands to a rule, day by day, and what its days are judged to be. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reports/alert_state.h"

static const struct alert_rule plain = {
    .name = "r", .severity = "warning", .for_days = 1, .clear_days = 1, .tell_resolved = true};

/* Go through days, one letter each: M met, B between, C clear, N no data, - nothing was published.
 * Gives what happened, such as "3 opened, 5 resolved"; what was silent has its reason. */
static char *walk(const struct alert_rule *rule, const char *days,
                  const struct alert_silence *silence)
{
    static const char letters[] = "CBMN";
    struct alert_state state;
    int64_t opened = 0;
    GString *out = g_string_new(NULL);
    alert_state_clear(&state);
    for (int32_t day = 1; days[day - 1]; day++) {
        struct alert_step step = {
            .day = day, .may_open = true, .is_loud = true, .silence = silence, .opened = &opened};
        const char *letter = strchr(letters, days[day - 1]);
        if (!letter)
            continue;
        alert_state_step(rule, (enum alert_verdict)(letter - letters), &state, &step);
        for (size_t i = 0; i < step.n; i++)
            g_string_append_printf(out, "%s%d %s%s%s", out->len ? ", " : "", day,
                                   alert_kind_names[step.happening[i].kind],
                                   *step.happening[i].silence ? " " : "",
                                   step.happening[i].silence);
    }
    return g_string_free(out, FALSE);
}

static void expect(const struct alert_rule *rule, const char *days, const char *wanted)
{
    g_autofree char *happened = walk(rule, days, NULL);
    if (strcmp(happened, wanted) != 0)
        fail_msg("%s: '%s', want '%s'", days, happened, wanted);
}

static void an_alert_opens_after_days_in_a_row_and_once(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    expect(&rule, "CMMMC", "2 opened, 5 resolved");
    rule.for_days = 3;
    expect(&rule, "MMCMMMMM", "6 opened");
    expect(&rule, "MMBMMC", "");
    /* Days that nothing was published on neither break a row nor are left out of it, up to a week.
     */
    expect(&rule, "M-M", "3 opened");
    expect(&rule, "M------M", "8 opened");
    expect(&rule, "M-------M", "");
}

static void what_swings_about_its_limit_is_one_alert(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    expect(&rule, "MBMBMBMBC", "1 opened, 9 resolved");
    rule.clear_days = 3;
    expect(&rule, "MCMCCMCCBCCC", "1 opened, 12 resolved");
}

static void what_is_not_known_neither_opens_nor_ends(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    expect(&rule, "NNN", "1 no_data");
    expect(&rule, "MNNNC", "1 opened, 2 no_data, 5 resolved");
    rule.for_days = 3;
    expect(&rule, "MNM", "2 no_data, 3 opened");
    expect(&rule, "MNNNNNNNM", "2 no_data"); /* too long ago to be one row */
}

static void one_that_was_told_is_not_told_again_until_it_cooled_down(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    rule.cool_days = 6;
    expect(&rule, "MCMCM",
           "1 opened, 2 resolved, 3 opened cool_down, 4 resolved untold, "
           "5 opened cool_down");
    /* Still open when it has cooled down: it is told then. */
    expect(&rule, "MCMMMMM", "1 opened, 2 resolved, 3 opened cool_down, 7 told");
    expect(&rule, "MCCCCCM", "1 opened, 2 resolved, 7 opened");
}

static void nobody_is_told_what_is_muted_or_acknowledged(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    rule.escalate_days = 3;
    rule.escalate_severity = "critical";
    const struct alert_silence muted = {.mute_id = 7},
                               seen = {.acknowledgement_id = 8, .is_dated = true};
    const struct alert_silence before = {.acknowledgement_id = 9, .acknowledged_at = 5};
    g_autofree char *quiet = walk(&rule, "MMMMMC", &muted);
    g_autofree char *known = walk(&rule, "MMMMMC", &seen);
    g_autofree char *old = walk(&rule, "MMMMMC", &before);
    assert_string_equal(quiet, "1 opened muted, 1 muted, 6 resolved untold");
    assert_string_equal(known, "1 opened acknowledged, 1 acknowledged, 6 resolved untold");
    /* What was said of an alert before this one is not of this one. */
    assert_string_equal(old, "1 opened, 4 escalated, 6 resolved");
    expect(&rule, "MMMMMC", "1 opened, 4 escalated, 6 resolved");
    rule.tell_resolved = false;
    expect(&rule, "MC", "1 opened, 2 resolved quiet");
}

/* ── what a day is judged to be ──────────────────────────────────────────────────────────────────
 */

static const char *green[] = {"Green"}, *red[] = {"Red"}, *breached[] = {"BREACHED"};

static struct alert_day a_day(int32_t as_of, const char *band, int32_t bp)
{
    return (struct alert_day){.as_of = as_of,
                              .is_there = true,
                              .band = band,
                              .has_health = true,
                              .effective_bp = bp,
                              .scorecard_id = 1};
}

static void a_change_of_band_is_one_while_it_is_new(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    rule.when.band_to = (struct alert_names){red, 1};
    rule.when.band_from = (struct alert_names){green, 1};
    rule.when.band_days = 2;
    const struct alert_day days[] = {a_day(1, "Green", 9000), a_day(2, "Red", 2000),
                                     a_day(3, "Red", 2000),   a_day(4, "Red", 2000),
                                     a_day(5, "Unknown", 0),  a_day(6, "Green", 9000)};
    static const enum alert_verdict wanted[] = {ALERT_CLEAR,   ALERT_MET,     ALERT_MET,
                                                ALERT_BETWEEN, ALERT_NO_DATA, ALERT_CLEAR};
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
        assert_int_equal(alert_judge(&rule, days, i), wanted[i]);
}

static void a_fall_is_measured_from_so_many_days_before(void **state)
{
    (void)state;
    struct alert_rule rule = plain;
    rule.when.drop_days = 7;
    rule.when.drop_bp = 1000;
    rule.when.drop_clear_bp = 500;
    struct alert_day days[] = {a_day(1, "Green", 9000), a_day(8, "Green", 8000),
                               a_day(15, "Green", 7200), a_day(22, "Green", 7000),
                               a_day(40, "Green", 1000)};
    static const enum alert_verdict wanted[] = {ALERT_NO_DATA, ALERT_MET, ALERT_BETWEEN,
                                                ALERT_CLEAR, ALERT_NO_DATA};
    for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
        assert_int_equal(alert_judge(&rule, days, i), wanted[i]);
    /* Healths of two scorecards are not compared. */
    days[1].scorecard_id = 2;
    assert_int_equal(alert_judge(&rule, days, 1), ALERT_NO_DATA);
}

static void conditions_hold_together_and_one_that_is_well_settles_it(void **state)
{
    (void)state;
    struct alert_limit limit = {"failures", 0, {0.1, true, false}, 0.05};
    struct alert_rule rule = plain;
    rule.when.has_risk = true;
    rule.when.risk_1e9 = 300000000;
    rule.when.risk_clear_1e9 = 200000000;
    rule.when.limit = &limit;
    rule.when.n_limits = 1;
    static const struct {
        bool has_risk, does_apply;
        int64_t p;
        double value;
        enum alert_verdict wanted;
    } cases[] = {{true, true, 400000000, 0.2, ALERT_MET},
                 {true, true, 300000000, 0.2, ALERT_BETWEEN},
                 {true, true, 400000000, 0.1, ALERT_BETWEEN},
                 {true, true, 400000000, 0.05, ALERT_CLEAR},
                 {true, true, 100000000, 0.2, ALERT_CLEAR},
                 {false, true, 0, 0.2, ALERT_NO_DATA},
                 {true, true, 400000000, (double)NAN, ALERT_NO_DATA},
                 {false, true, 0, 0.01, ALERT_CLEAR},
                 {true, false, 400000000, (double)NAN, ALERT_CLEAR}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char applies = cases[i].does_apply;
        struct alert_day day = a_day(1, "Green", 9000);
        day.has_risk = cases[i].has_risk;
        day.p_1e9 = cases[i].p;
        day.metric = &cases[i].value;
        day.does_apply = &applies;
        if (alert_judge(&rule, &day, 0) != cases[i].wanted)
            fail_msg("case %zu: %d, want %d", i, alert_judge(&rule, &day, 0), cases[i].wanted);
    }
}

static void service_levels_flags_and_renewals_are_judged(void **state)
{
    (void)state;
    struct alert_rule slo = plain, flag = plain, renewal = plain;
    slo.when.slo = "s";
    slo.when.slo_burn = true;
    slo.when.slo_states = (struct alert_names){breached, 1};
    flag.when.indicator = "f";
    renewal.when.renewal_days = 30;
    renewal.when.renewal_bands = (struct alert_names){red, 1};
    const char *states[] = {NULL, "OK", "WARNING", "BREACHED", "INSUFFICIENT_DATA"};
    static const enum alert_verdict of_state[] = {ALERT_NO_DATA, ALERT_CLEAR, ALERT_BETWEEN,
                                                  ALERT_MET, ALERT_NO_DATA};
    static const enum alert_verdict of_flag[] = {ALERT_CLEAR, ALERT_MET, ALERT_NO_DATA};
    struct alert_day day = a_day(100, "Red", 2000);
    char burning = 0;
    day.is_burning = &burning;
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        day.slo = &states[i];
        assert_int_equal(alert_judge(&slo, &day, 0), of_state[i]);
    }
    burning = 1;
    day.slo = &states[1];
    assert_int_equal(alert_judge(&slo, &day, 0), ALERT_MET);
    for (char i = 0; i < 3; i++) {
        day.indicator = &i;
        assert_int_equal(alert_judge(&flag, &day, 0), of_flag[(size_t)i]);
    }
    assert_int_equal(alert_judge(&renewal, &day, 0), ALERT_CLEAR);
    day.has_renewal = true;
    static const int32_t ends[] = {99, 100, 130, 131};
    static const enum alert_verdict of_end[] = {ALERT_CLEAR, ALERT_MET, ALERT_MET, ALERT_CLEAR};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        day.renewal_on = ends[i];
        assert_int_equal(alert_judge(&renewal, &day, 0), of_end[i]);
    }
    day.renewal_on = 110;
    day.band = "Unknown";
    assert_int_equal(alert_judge(&renewal, &day, 0), ALERT_NO_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_opens_after_days_in_a_row_and_once),
        cmocka_unit_test(what_swings_about_its_limit_is_one_alert),
        cmocka_unit_test(what_is_not_known_neither_opens_nor_ends),
        cmocka_unit_test(one_that_was_told_is_not_told_again_until_it_cooled_down),
        cmocka_unit_test(nobody_is_told_what_is_muted_or_acknowledged),
        cmocka_unit_test(a_change_of_band_is_one_while_it_is_new),
        cmocka_unit_test(a_fall_is_measured_from_so_many_days_before),
        cmocka_unit_test(conditions_hold_together_and_one_that_is_well_settles_it),
        cmocka_unit_test(service_levels_flags_and_renewals_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
