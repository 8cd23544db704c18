/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/schedule.h"
#include "support/sources.h"

static const int64_t minute_us = INT64_C(60000000), hour_us = INT64_C(3600000000);

static struct schedule_rule rule_of(const char *every, const char *on, const char *at)
{
    g_autoptr(GError) err = NULL;
    struct schedule_rule rule;
    if (!schedule_rule_parse(every, on, at, &rule, &err))
        fail_msg("%s", err->message);
    return rule;
}

static struct zone *zone_of(const char *name)
{
    g_autoptr(GError) err = NULL;
    struct zone *zone = zone_open(name, &err);
    if (!zone)
        fail_msg("%s", err->message);
    return zone;
}

/* UTC. */
static int64_t utc(int year, int month, int day, int hour, int minute)
{
    return day_from_civil(year, month, day) * DAY_US + hour * hour_us + minute * minute_us;
}

static void expect_next(const struct schedule_rule *rule, const struct zone *zone, int64_t after,
                        const char *text)
{
    g_autofree char *found = zone_format(zone, schedule_next(rule, zone, after));
    assert_string_equal(found, text);
}

static void expect_previous(const struct schedule_rule *rule, const struct zone *zone, int64_t at,
                            const char *text)
{
    g_autofree char *found = zone_format(zone, schedule_previous(rule, zone, at));
    assert_string_equal(found, text);
}

static void a_daily_time_is_of_the_business_zone(void **state)
{
    (void)state;
    g_autoptr(zone_t) tokyo = zone_of("Asia/Tokyo");
    struct schedule_rule rule = rule_of(NULL, NULL, "06:30");
    int64_t slot = utc(2026, 11, 26, 21, 30); /* 06:30 on the 27th in Tokyo */
    expect_next(&rule, tokyo, slot - 1, "2026-11-27T06:30:00+09:00");
    expect_next(&rule, tokyo, slot, "2026-11-28T06:30:00+09:00");
    expect_previous(&rule, tokyo, slot, "2026-11-27T06:30:00+09:00");
    expect_previous(&rule, tokyo, slot - 1, "2026-11-26T06:30:00+09:00");
    rule = rule_of("day", NULL, NULL);
    expect_next(&rule, tokyo, slot, "2026-11-28T00:00:00+09:00");
}

static void several_times_a_day_are_kept_in_order(void **state)
{
    (void)state;
    g_autoptr(zone_t) tokyo = zone_of("Asia/Tokyo");
    struct schedule_rule rule = rule_of("day", NULL, "18:30, 06:30");
    expect_next(&rule, tokyo, utc(2026, 11, 26, 21, 30), "2026-11-27T18:30:00+09:00");
    expect_next(&rule, tokyo, utc(2026, 11, 27, 9, 30), "2026-11-28T06:30:00+09:00");
    expect_previous(&rule, tokyo, utc(2026, 11, 27, 21, 29), "2026-11-27T18:30:00+09:00");
}

static void weekdays_are_those_of_the_business_zone(void **state)
{
    (void)state;
    g_autoptr(zone_t) tokyo = zone_of("Asia/Tokyo");
    struct schedule_rule rule = rule_of(NULL, "monday", "07:00");
    /* Sunday 22:00 UTC is Monday 07:00 in Tokyo; 2026-11-23 is a Monday. */
    expect_next(&rule, tokyo, utc(2026, 11, 22, 21, 59), "2026-11-23T07:00:00+09:00");
    expect_next(&rule, tokyo, utc(2026, 11, 22, 22, 0), "2026-11-30T07:00:00+09:00");
    expect_previous(&rule, tokyo, utc(2026, 11, 22, 21, 59), "2026-11-16T07:00:00+09:00");
    rule = rule_of(NULL, "Monday, thursday", NULL);
    expect_next(&rule, tokyo, utc(2026, 11, 22, 22, 0), "2026-11-26T00:00:00+09:00");
    rule = rule_of("week", NULL, NULL);
    expect_next(&rule, tokyo, utc(2026, 11, 22, 22, 0), "2026-11-30T00:00:00+09:00");
}

static void intervals_count_from_the_start_of_the_business_day(void **state)
{
    (void)state;
    g_autoptr(zone_t) kathmandu = zone_of("Asia/Kathmandu"); /* +05:45 */
    struct schedule_rule rule = rule_of("15m", NULL, NULL);
    expect_next(&rule, kathmandu, utc(2026, 11, 27, 0, 0), "2026-11-27T06:00:00+05:45");
    expect_next(&rule, kathmandu, utc(2026, 11, 27, 0, 15), "2026-11-27T06:15:00+05:45");
    expect_previous(&rule, kathmandu, utc(2026, 11, 27, 0, 14), "2026-11-27T05:45:00+05:45");
    rule = rule_of("7h", NULL, NULL);
    expect_next(&rule, kathmandu, utc(2026, 11, 27, 15, 15), "2026-11-28T00:00:00+05:45");
    expect_previous(&rule, kathmandu, utc(2026, 11, 27, 18, 14), "2026-11-27T21:00:00+05:45");
    expect_previous(&rule, kathmandu, utc(2026, 11, 27, 18, 15), "2026-11-28T00:00:00+05:45");
}

static void a_time_in_a_gap_runs_once_just_after_it(void **state)
{
    (void)state;
    g_autoptr(zone_t) york = zone_of("America/New_York"); /* 2026-03-08: 02:00 → 03:00 */
    struct schedule_rule rule = rule_of(NULL, NULL, "02:30");
    int64_t gap = utc(2026, 3, 8, 7, 0);
    expect_next(&rule, york, utc(2026, 3, 7, 7, 30), "2026-03-08T03:00:00-04:00");
    assert_int_equal(schedule_next(&rule, york, gap - 1), gap);
    expect_next(&rule, york, gap, "2026-03-09T02:30:00-04:00");
    expect_previous(&rule, york, gap + hour_us, "2026-03-08T03:00:00-04:00");
    expect_previous(&rule, york, gap - 1, "2026-03-07T02:30:00-05:00");
    /* Two times in one gap are one moment, and one run. */
    rule = rule_of(NULL, NULL, "02:15, 02:45");
    assert_int_equal(schedule_next(&rule, york, gap - 1), gap);
    expect_next(&rule, york, gap, "2026-03-09T02:15:00-04:00");
}

static void an_ambiguous_time_runs_once(void **state)
{
    (void)state;
    g_autoptr(zone_t) york = zone_of("America/New_York"); /* 2026-11-01: 02:00 → 01:00 */
    struct schedule_rule rule = rule_of(NULL, NULL, "01:30");
    int64_t first = utc(2026, 11, 1, 5, 30);
    expect_next(&rule, york, first - 1, "2026-11-01T01:30:00-04:00");
    expect_next(&rule, york, first, "2026-11-02T01:30:00-05:00");
    expect_previous(&rule, york, first + hour_us, "2026-11-01T01:30:00-04:00");
}

static void an_interval_neither_skips_nor_repeats_when_clocks_change(void **state)
{
    (void)state;
    g_autoptr(zone_t) york = zone_of("America/New_York");
    struct schedule_rule rule = rule_of("15m", NULL, NULL);
    const int32_t days[] = {day_from_civil(2026, 3, 8), day_from_civil(2026, 11, 1)};
    for (int i = 0; i < 2; i++) {
        int64_t at = zone_day_start(york, days[i]), end = zone_day_start(york, days[i] + 1);
        int n = 0;
        for (; at < end; n++) {
            int64_t next = schedule_next(&rule, york, at);
            assert_int_equal(next - at, 15 * minute_us);
            at = next;
        }
        assert_int_equal(n, i == 0 ? 92 : 100);
    }
}

static void leap_days_have_their_slot(void **state)
{
    (void)state;
    g_autoptr(zone_t) tokyo = zone_of("Asia/Tokyo");
    struct schedule_rule daily = rule_of(NULL, NULL, "06:30");
    expect_next(&daily, tokyo, utc(2028, 2, 27, 21, 30), "2028-02-29T06:30:00+09:00");
    expect_next(&daily, tokyo, utc(2028, 2, 28, 21, 30), "2028-03-01T06:30:00+09:00");
    expect_next(&daily, tokyo, utc(2027, 2, 27, 21, 30), "2027-03-01T06:30:00+09:00");
    struct schedule_rule weekly = rule_of(NULL, "tuesday", "06:30"); /* 2028-02-29 is one */
    expect_next(&weekly, tokyo, utc(2028, 2, 27, 0, 0), "2028-02-29T06:30:00+09:00");
    expect_previous(&weekly, tokyo, utc(2028, 3, 6, 0, 0), "2028-02-29T06:30:00+09:00");
}

/* Clocks that change at midnight, a minute after it, by half an hour, and a skipped day. */
static const char *const zones[] = {"UTC",
                                    "Asia/Tokyo",
                                    "America/New_York",
                                    "America/St_Johns",
                                    "America/Sao_Paulo",
                                    "America/Havana",
                                    "Australia/Lord_Howe",
                                    "Pacific/Apia"};

static void slots_before_and_after_an_instant_meet_in_every_zone(void **state)
{
    (void)state;
    const struct schedule_rule rules[] = {
        rule_of("15m", NULL, NULL),      rule_of("7h", NULL, NULL),
        rule_of("24h", NULL, NULL),      rule_of(NULL, NULL, "00:00"),
        rule_of(NULL, NULL, "02:30"),    rule_of(NULL, NULL, "00:30, 23:30"),
        rule_of(NULL, "sunday", "01:30")};
    GRand *rand = g_rand_new_with_seed(20261127);
    for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
        g_autoptr(zone_t) zone = zone_of(zones[z]);
        for (int i = 0; i < 3000; i++) {
            const struct schedule_rule *rule =
                &rules[g_rand_int_range(rand, 0, G_N_ELEMENTS(rules))];
            int64_t at = (int64_t)g_rand_double_range(rand, (double)utc(2005, 1, 1, 0, 0),
                                                      (double)utc(2030, 1, 1, 0, 0));
            int64_t before = schedule_previous(rule, zone, at),
                    next = schedule_next(rule, zone, at);
            if (before > at || next <= at || schedule_next(rule, zone, before) != next ||
                schedule_previous(rule, zone, next) != next ||
                schedule_previous(rule, zone, next - 1) != before)
                fail_msg("%s: around %" G_GINT64_FORMAT " came %" G_GINT64_FORMAT
                         " and %" G_GINT64_FORMAT,
                         zones[z], at, before, next);
        }
    }
    g_rand_free(rand);
}

static void every_civil_day_has_its_run_in_every_zone(void **state)
{
    (void)state;
    struct schedule_rule rule = rule_of(NULL, NULL, "02:30");
    for (size_t z = 0; z < G_N_ELEMENTS(zones); z++) {
        g_autoptr(zone_t) zone = zone_of(zones[z]);
        int32_t first = day_from_civil(2010, 1, 1), last = day_from_civil(2030, 1, 1);
        int64_t at = zone_day_start(zone, first) - 1, end = zone_day_start(zone, last) - 1;
        int n = 0;
        while ((at = schedule_next(&rule, zone, at)) <= end)
            n++;
        assert_int_equal(n, last - first);
    }
}

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *every, *on, *at, *message;
    } bad[] = {
        {NULL, NULL, NULL, "want every, on or at: when the job is to run"},
        {"fortnight", NULL, NULL,
         "every: 'fortnight' is not understood, want day, week, or a number and s, m or h of at "
         "most 24h, such as 15m"},
        {"0m", NULL, NULL, NULL},
        {"25h", NULL, NULL, NULL},
        {"-5m", NULL, NULL, NULL},
        {"15", NULL, NULL, NULL},
        {"15mm", NULL, NULL, NULL},
        {"18446744073709551617h", NULL, NULL, NULL},
        {"15m", NULL, "06:30", "every: 15m runs all day, it goes with neither on nor at"},
        {"15m", "monday", NULL, NULL},
        {"day", "monday", NULL, "every: day and on: monday contradict each other"},
        {NULL, "munday", NULL, "on: 'munday' is no weekday, did you mean 'monday'?"},
        {NULL, "", NULL, NULL},
        {NULL, "monday,", NULL, NULL},
        {NULL, NULL, "24:00", "at: '24:00' is not a time of day, want 00:00 to 23:59"},
        {NULL, NULL, "6:30", NULL},
        {NULL, NULL, "06:60", NULL},
        {NULL, NULL, "06:30:00", NULL},
        {NULL, NULL, "06:30,", NULL},
        {NULL, NULL, "", NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        struct schedule_rule rule;
        if (schedule_rule_parse(bad[i].every, bad[i].on, bad[i].at, &rule, &err))
            fail_msg("rule %zu was taken", i);
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
        if (bad[i].message)
            assert_string_equal(err->message, bad[i].message);
    }
}

static void a_rule_is_shown_as_it_is_written(void **state)
{
    (void)state;
    static const struct {
        const char *every, *on, *at, *text;
    } cases[] = {{"15m", NULL, NULL, "every 15m"},
                 {"60m", NULL, NULL, "every 1h"},
                 {"90s", NULL, NULL, "every 90s"},
                 {NULL, NULL, "18:30,06:30", "daily 06:30, 18:30"},
                 {NULL, "monday", "07:00", "monday 07:00"},
                 {NULL, "sunday, friday", NULL, "friday, sunday 00:00"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct schedule_rule rule = rule_of(cases[i].every, cases[i].on, cases[i].at);
        g_autofree char *text = schedule_rule_format(&rule);
        assert_string_equal(text, cases[i].text);
    }
}

static const char *const commands[] = {"ingest", "report", "score", NULL};

static bool load(struct arena *arena, const char *yaml, struct schedule *out, GError **err)
{
    g_autoptr(config_t) config = config_open(sources_directory(yaml), err);
    return config && schedule_load(arena, config, commands, out, err);
}

static void a_schedule_is_read_from_the_configuration(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    struct schedule s;
    if (!load(arena,
              "schedule:\n"
              "  - {job: ingest, every: 15m, retries: 0}\n"
              "  - {job: report weekly, on: monday, at: \"07:00\", pause: 2m}\n"
              "  - {job: \"report weekly --output 'my report.html'\", on: friday}\n"
              "  - {serve: true}\n",
              &s, &err))
        fail_msg("%s", err->message);
    assert_int_equal(s.n, 3);
    assert_true(s.serve);
    assert_string_equal(s.entry[0].name, "ingest");
    assert_int_equal(s.entry[0].retries, 0);
    assert_int_equal(s.entry[0].pause_us, 30 * 1000000);
    assert_string_equal(s.entry[1].name, "report:weekly");
    assert_int_equal(s.entry[1].retries, 5);
    assert_int_equal(s.entry[1].pause_us, 2 * minute_us);
    assert_string_equal(s.entry[2].lock, "report:weekly");
    assert_string_equal(s.entry[2].name, "report weekly --output 'my report.html'");
    assert_string_equal(s.entry[2].argv[3], "my report.html");
    assert_null(s.entry[2].argv[4]);
    if (!load(arena, "", &s, &err))
        fail_msg("%s", err->message);
    assert_int_equal(s.n, 0);
    assert_false(s.serve);
}

static void a_wrong_entry_is_refused_with_its_line(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"  - {job: ingets, every: 15m}\n",
         "kenko.yaml:7:5: schedule: job: 'ingets' is no job, did you mean 'ingest'?"},
        {"  - {every: 15m}\n", "kenko.yaml:7:5: schedule: want job, or serve: true"},
        {"  - {job: score, at: \"25:00\"}\n",
         "kenko.yaml:7:5: schedule: at: '25:00' is not a time of day, want 00:00 to 23:59"},
        {"  - {job: score, at: \"05:00\", retries: -1}\n",
         "kenko.yaml:7:5: schedule: retries: -1, want 0 to 100"},
        {"  - {job: score, at: \"05:00\", pause: day}\n",
         "kenko.yaml:7:5: schedule: pause: 'day' is not understood, want a number and s, m or h, "
         "such as 30s"},
        {"  - {job: ingest, at: \"05:00\"}\n",
         "kenko.yaml:7:5: schedule: job 'ingest' stands twice; several times of a day go into one "
         "at, with commas between"},
        {"  - {serve: true, at: \"05:00\"}\n",
         "kenko.yaml:7:5: schedule: serve: true stands alone"},
        {"  - {job: \"report 'weekly\", at: \"05:00\"}\n", NULL},
        {"  - {job: score, att: \"05:00\"}\n", "kenko.yaml:7:18: unknown key 'att'"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_autoptr(arena_t) arena = arena_new();
        struct schedule s;
        g_autofree char *yaml =
            g_strconcat("schedule:\n  - {job: ingest, every: 15m}\n", cases[i][0], NULL);
        if (load(arena, yaml, &s, &err))
            fail_msg("%s was taken", cases[i][0]);
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
        if (cases[i][1] && !g_str_has_prefix(err->message, cases[i][1]))
            assert_string_equal(err->message, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_daily_time_is_of_the_business_zone),
        cmocka_unit_test(several_times_a_day_are_kept_in_order),
        cmocka_unit_test(weekdays_are_those_of_the_business_zone),
        cmocka_unit_test(intervals_count_from_the_start_of_the_business_day),
        cmocka_unit_test(a_time_in_a_gap_runs_once_just_after_it),
        cmocka_unit_test(an_ambiguous_time_runs_once),
        cmocka_unit_test(an_interval_neither_skips_nor_repeats_when_clocks_change),
        cmocka_unit_test(leap_days_have_their_slot),
        cmocka_unit_test(slots_before_and_after_an_instant_meet_in_every_zone),
        cmocka_unit_test(every_civil_day_has_its_run_in_every_zone),
        cmocka_unit_test(what_is_no_rule_is_refused),
        cmocka_unit_test(a_rule_is_shown_as_it_is_written),
        cmocka_unit_test(a_schedule_is_read_from_the_configuration),
        cmocka_unit_test(a_wrong_entry_is_refused_with_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
