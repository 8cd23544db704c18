/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/day.h"
#include "core/zone.h"

static void days_and_dates_convert_both_ways(void **state)
{
    (void)state;
    for (int32_t day = -200000; day < 200000; day += 7) {
        int y, m, d;
        day_to_civil(day, &y, &m, &d);
        assert_int_equal(day_from_civil(y, m, d), day);
    }
    assert_int_equal(day_from_civil(1970, 1, 1), 0);
    assert_int_equal(day_from_civil(2000, 2, 29) + 1, day_from_civil(2000, 3, 1));
    assert_int_equal(day_weekday(day_from_civil(2026, 11, 23)), 0);
    assert_int_equal(day_month_start(day_from_civil(2026, 1, 31), -1), day_from_civil(2025, 12, 1));
    assert_int_equal(day_month_length(day_from_civil(2100, 2, 5)), 28);
}

static void impossible_dates_are_refused_by_name(void **state)
{
    (void)state;
    const char *bad[] = {"2026-13-45", "2026-02-29", "26-01-01",   "2026-1-1",
                         "",           "0000-01-01", "2026-01/01", "2026-01-01x"};
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        int32_t day;
        g_autoptr(GError) err = NULL;
        assert_false(day_parse(slice_of(bad[i]), &day, &err));
        assert_true(err_is(err, KENKO_ERROR_INPUT));
    }
    int32_t day;
    assert_true(day_parse(SLICE("2024-02-29"), &day, NULL));
}

static void a_business_day_is_cut_by_its_zone(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(zone_t) tokyo = zone_open("Asia/Tokyo", &err);
    int32_t day = day_from_civil(2026, 11, 24);
    int64_t midnight = zone_day_start(tokyo, day);
    assert_int_equal(midnight, (int64_t)day * DAY_US - INT64_C(9) * 3600 * 1000000);
    assert_int_equal(zone_day(tokyo, midnight), day);
    assert_int_equal(zone_day(tokyo, midnight - 1), day - 1);
    assert_null(zone_open("Mars/Olympus", &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
}

static void gaps_move_forward_and_ambiguous_times_are_the_first(void **state)
{
    (void)state;
    g_autoptr(zone_t) berlin = zone_open("Europe/Berlin", NULL);
    int64_t hour = INT64_C(3600) * 1000000;
    int32_t spring = day_from_civil(2026, 3, 29), autumn = day_from_civil(2026, 10, 25);
    /* 02:30 does not exist: it is 03:30 CEST = 01:30 UTC. */
    assert_int_equal(zone_instant(berlin, spring, hour * 5 / 2),
                     (int64_t)spring * DAY_US + hour * 3 / 2);
    /* 02:30 comes twice: the first is CEST = 00:30 UTC. */
    assert_int_equal(zone_instant(berlin, autumn, hour * 5 / 2),
                     (int64_t)autumn * DAY_US + hour / 2);
    for (int32_t day = spring - 3; day < spring + 4; day++)
        assert_int_equal(zone_day(berlin, zone_day_start(berlin, day)), day);
    for (int32_t day = autumn - 3; day < autumn + 4; day++)
        assert_int_equal(zone_day(berlin, zone_day_start(berlin, day) - 1), day - 1);
}

static void every_day_of_130_years_begins_where_the_one_before_ends(void **state)
{
    (void)state;
    /* Clocks that change at midnight, by half an hour, and in a country that skipped a day. */
    static const char *const names[] = {"UTC",
                                        "Asia/Tokyo",
                                        "Europe/Berlin",
                                        "America/Havana",
                                        "America/Sao_Paulo",
                                        "Asia/Beirut",
                                        "Asia/Kathmandu",
                                        "Australia/Lord_Howe",
                                        "Pacific/Apia"};
    int32_t skipped = day_from_civil(2011, 12, 30);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) err = NULL;
        g_autoptr(zone_t) zone = zone_open(names[i], &err);
        if (!zone)
            fail_msg("%s", err->message);
        for (int32_t day = 0; day < day_from_civil(2100, 1, 1); day++) {
            if (i == G_N_ELEMENTS(names) - 1 && (day == skipped || day == skipped + 1))
                continue;
            int64_t start = zone_day_start(zone, day);
            if (zone_day(zone, start) != day || zone_day(zone, start - 1) != day - 1)
                fail_msg("%s: day %d begins at %" G_GINT64_FORMAT, names[i], day, start);
        }
    }
}

static void a_skipped_day_holds_no_instant(void **state)
{
    (void)state;
    g_autoptr(zone_t) apia = zone_open("Pacific/Apia", NULL);
    int32_t skipped = day_from_civil(2011, 12, 30);
    int64_t end = zone_day_start(apia, skipped + 1);
    assert_int_equal(zone_day(apia, end), skipped + 1);
    assert_int_equal(zone_day(apia, end - 1), skipped - 1);
}

static void the_far_past_and_future_have_offsets_too(void **state)
{
    (void)state;
    g_autoptr(zone_t) berlin = zone_open("Europe/Berlin", NULL);
    g_autoptr(zone_t) tokyo = zone_open("Asia/Tokyo", NULL);
    int64_t hour = INT64_C(3600) * 1000000;
    int32_t summer = day_from_civil(2090, 7, 1), winter = day_from_civil(2090, 1, 1);
    int32_t leap = day_from_civil(2000, 2, 29), beyond = day_from_civil(2150, 1, 1);
    assert_int_equal(zone_day_start(berlin, summer), (int64_t)summer * DAY_US - 2 * hour);
    assert_int_equal(zone_day_start(berlin, winter), (int64_t)winter * DAY_US - hour);
    assert_int_equal(zone_day_start(tokyo, leap), (int64_t)leap * DAY_US - 9 * hour);
    assert_int_equal(zone_day_start(tokyo, beyond), (int64_t)beyond * DAY_US - 9 * hour);
    assert_int_equal(zone_day_start(tokyo, -1000), INT64_C(-1000) * DAY_US - 9 * hour);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_dates_convert_both_ways),
        cmocka_unit_test(impossible_dates_are_refused_by_name),
        cmocka_unit_test(a_business_day_is_cut_by_its_zone),
        cmocka_unit_test(gaps_move_forward_and_ambiguous_times_are_the_first),
        cmocka_unit_test(every_day_of_130_years_begins_where_the_one_before_ends),
        cmocka_unit_test(a_skipped_day_holds_no_instant),
        cmocka_unit_test(the_far_past_and_future_have_offsets_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
