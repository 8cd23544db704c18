/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates as sources write them, by what `dates` says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/instant.h"
#include "support/sources.h"
#include "support/warehouse.h"

struct date_case {
    const char *dates, *text, *want; /* want NULL: refused */
};

/* As 2026-11-27T09:30:15.250000Z. */
static char *show(int64_t at_us)
{
    int64_t second = at_us / 1000000 - (at_us % 1000000 < 0);
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(second);
    if (!at)
        return g_strdup("beyond");
    g_autofree char *text = g_date_time_format(at, "%FT%T");
    char *year = strchr(text, '-');
    return g_strdup_printf("%04d%s.%06d", g_date_time_get_year(at), year,
                           (int)(at_us - second * 1000000));
}

static void check(const struct date_case *cases, size_t n)
{
    g_autoptr(zone_t) tokyo = zone_open("Asia/Tokyo", NULL);
    g_autoptr(arena_t) arena = arena_new();
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GError) err = NULL;
        const struct instant_format *format = NULL;
        if (cases[i].dates && !(format = instant_format_compile(arena, cases[i].dates, &err)))
            fail_msg("%s: %s", cases[i].dates, err->message);
        int64_t at;
        bool ok = instant_format_parse(format, slice_of(cases[i].text), tokyo, &at);
        g_autofree char *got = ok ? show(at) : NULL;
        if (g_strcmp0(got, cases[i].want) != 0)
            fail_msg("'%s' by '%s' gives %s, want %s", cases[i].text, cases[i].dates,
                     got ? got : "nothing", cases[i].want ? cases[i].want : "nothing");
    }
}

static void by_place_a_date_has_one_reading(void **state)
{
    (void)state;
    static const struct date_case cases[] = {
        {"eu", "24/11/2026", "2026-11-23T15:00:00.000000"},
        {"eu", "24.11.2026 09:30", "2026-11-24T00:30:00.000000"},
        {"eu", "4-1-2026T9:30:15.25", "2026-01-04T00:30:15.250000"},
        {"eu", "24/11/2026 09:30 +0100", "2026-11-24T08:30:00.000000"},
        {"eu", "24/11/2026 09:30 UTC", "2026-11-24T09:30:00.000000"},
        {"eu", "11/24/2026", NULL},
        {"eu", "24/11-2026", NULL},
        {"eu", "24/11/26", NULL},
        {"eu", "2026-11-24", NULL},
        {"us", "11/24/2026", "2026-11-23T15:00:00.000000"},
        {"us", "11/24/2026 9:30 PM", "2026-11-24T12:30:00.000000"},
        {"us", "11/24/2026 12:05:00 AM", "2026-11-23T15:05:00.000000"},
        {"us", "11/24/2026 12:05 p.m.", "2026-11-24T03:05:00.000000"},
        {"us", "11/24/2026 13:05 PM", NULL},
        {"us", "11/24/2026 0:05 AM", NULL},
        {"us", "24/11/2026", NULL},
        {"us", "02/29/2025", NULL},
        {"us", "02/29/2024 23:59:60Z", "2024-02-29T23:59:59.999999"},
        {"us", "02/29/2024 24:00", NULL},
        {"us", "", NULL},
        {"us", "11/24/2026 9:30 in the morning", NULL}};
    check(cases, G_N_ELEMENTS(cases));
}

static void japanese_dates_are_read_with_their_eras(void **state)
{
    (void)state;
    static const struct date_case cases[] = {
        {"japanese", "2026年11月27日", "2026-11-26T15:00:00.000000"},
        {"japanese", "2026年1月5日 9時30分15秒", "2026-01-05T00:30:15.000000"},
        {"japanese", "令和8年11月27日", "2026-11-26T15:00:00.000000"},
        {"japanese", "令和元年5月1日", "2019-04-30T15:00:00.000000"},
        {"japanese", "令和元年4月30日", NULL},
        {"japanese", "平成31年4月30日", "2019-04-29T15:00:00.000000"},
        {"japanese", "平成31年5月1日", "2019-04-30T15:00:00.000000"},
        {"japanese", "昭和64年1月7日", "1989-01-06T15:00:00.000000"},
        {"japanese", "R8.11.27", "2026-11-26T15:00:00.000000"},
        {"japanese", "H30/4/1 13:05", "2018-04-01T04:05:00.000000"},
        {"japanese", "㋿8年1月1日", "2025-12-31T15:00:00.000000"},
        {"japanese", "２０２６年１１月２７日（金）　午後９時３０分", "2026-11-27T12:30:00.000000"},
        {"japanese", "2026/11/27 21:30:15", "2026-11-27T12:30:15.000000"},
        {"japanese", "2026/1/5", "2026-01-04T15:00:00.000000"},
        {"japanese", "2026-11-27(金) 9時", "2026-11-27T00:00:00.000000"},
        {"japanese", "2026年11月27日金曜日 午前0時5分", "2026-11-26T15:05:00.000000"},
        {"japanese", "2026年11月27日 午後0時5分", "2026-11-27T03:05:00.000000"},
        {"japanese", "2026年11月27日 午後12時", NULL},
        {"japanese", "2026年11月27日 午後", NULL},
        {"japanese", "2026年11月31日", NULL},
        {"japanese", "26年11月27日", NULL},
        {"japanese", "令和0年11月27日", NULL},
        {"japanese", "2026年11月27", NULL},
        {"japanese", "2026/11-27", NULL}};
    check(cases, G_N_ELEMENTS(cases));
}

static void patterns_read_what_they_spell(void **state)
{
    (void)state;
    static const struct date_case cases[] = {
        {"%d/%m/%Y %H:%M", "4/1/2026 09:30", "2026-01-04T00:30:00.000000"},
        {"%d/%m/%Y %H:%M", "4/1/2026 09:30:00", NULL},
        {"%d/%m/%Y %H:%M", "13/13/2026 09:30", NULL},
        {"%Y%m%d", "20261127", "2026-11-26T15:00:00.000000"},
        {"%Y%m%d%H%M%S", "20261127093015", "2026-11-27T00:30:15.000000"},
        {"%y-%m-%d", "26-11-27", "2026-11-26T15:00:00.000000"},
        {"%y-%m-%d", "69-11-27", "1969-11-26T15:00:00.000000"},
        {"%d %b %Y", "27 nov 2026", "2026-11-26T15:00:00.000000"},
        {"%B %e, %Y %I:%M %p", "November  7, 2026 9:30 pm", "2026-11-07T12:30:00.000000"},
        {"%a, %d %b %Y %T %z", "Fri, 27 Nov 2026 09:30:15 +0530", "2026-11-27T04:00:15.000000"},
        {"%F %T.%f%z", "2026-11-27 09:30:15.25Z", "2026-11-27T09:30:15.250000"},
        {"%F %R %Z", "2026-11-27 09:30 America/New_York", "2026-11-27T14:30:00.000000"},
        {"%F %R %Z", "2026-07-27 09:30 Europe/Berlin", "2026-07-27T07:30:00.000000"},
        {"%F %R %Z", "2026-03-29 02:30 Europe/Berlin", "2026-03-29T01:30:00.000000"},
        {"%F %R %Z", "2026-10-25 02:30 Europe/Berlin", "2026-10-25T00:30:00.000000"},
        {"%F %R %Z", "2026-11-27 09:30 JST", "2026-11-27T00:30:00.000000"},
        {"%F %R %Z", "2026-11-27 09:30 CST", NULL},
        {"%F %R %Z", "2026-11-27 09:30 Nowhere/City", NULL},
        {"%F %R %Z", "2026-11-27 09:30 ../../etc/localtime", NULL},
        {"%Y-%j", "2026-060", "2026-02-28T15:00:00.000000"},
        {"%Y-%j", "2026-366", NULL},
        {"%s.%f", "1795771815.25", "2026-11-27T09:30:15.250000"},
        {"100%% %F", "100% 2026-11-27", "2026-11-26T15:00:00.000000"},
        {"iso | %d.%m.%Y", "27.11.2026", "2026-11-26T15:00:00.000000"},
        {"iso | %d.%m.%Y", "2026-11-27T09:30:00Z", "2026-11-27T09:30:00.000000"},
        {"iso | %d.%m.%Y", "1795771815", NULL},
        {"%F", "1504-02-29", "1504-02-28T14:41:01.000000"},
        {"%F", "9999-12-31", "9999-12-30T15:00:00.000000"},
        {"%F", "0000-01-01", NULL}};
    check(cases, G_N_ELEMENTS(cases));
}

static void epochs_are_of_their_unit_or_their_digits(void **state)
{
    (void)state;
    static const struct date_case cases[] = {
        {NULL, "1795771815", "2026-11-27T09:30:15.000000"},
        {NULL, "1795771815250", "2026-11-27T09:30:15.250000"},
        {NULL, "1795771815250001", "2026-11-27T09:30:15.250001"},
        {NULL, "179577181525000", NULL},
        {NULL, "2026-11-27 09:30:15 UTC", "2026-11-27T09:30:15.000000"},
        {NULL, "2026-11-27T24:00:00Z", NULL},
        {NULL, "1504-02-29T00:00:00Z", "1504-02-29T00:00:00.000000"},
        {NULL, "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000000"},
        {"epoch", "1795771815250", "2026-11-27T09:30:15.250000"},
        {"epoch", "1795771815.5", "2026-11-27T09:30:15.500000"},
        {"epoch", "2026-11-27", NULL},
        {"epoch", "17957718152500", NULL},
        {"epoch_s", "0", "1970-01-01T00:00:00.000000"},
        {"epoch_s", "-1.5", "1969-12-31T23:59:58.500000"},
        {"epoch_s", "1795771815250", NULL}, /* the year 58875: it is milliseconds */
        {"epoch_ms", "1795771815", "1970-01-21T18:49:31.815000"},
        {"epoch_us", "1795771815250001", "2026-11-27T09:30:15.250001"},
        {"epoch_ms", "99999999999999999999", NULL},
        {"epoch_ms", "1.5", NULL},
        {"epoch_ms", "", NULL}};
    check(cases, G_N_ELEMENTS(cases));
}

static void what_could_be_read_two_ways_is_refused_beforehand(void **state)
{
    (void)state;
    static const char *const bad[][2] = {{"us | eu", "is ambiguous"},
                                         {"eu | %m/%d/%Y", "is ambiguous"},
                                         {"eu | %m-%d-%Y %H:%M", "is ambiguous"},
                                         {"%d/%m/%Y | %m/%d/%Y", "is ambiguous"},
                                         {"%y/%m/%d | %d/%m/%y", "is ambiguous"},
                                         {"japanese | %Y/%d/%m", "is ambiguous"},
                                         {"epoch_s | epoch_ms", "is ambiguous"},
                                         {"epoch | %Y%m%d%H", "is ambiguous"},
                                         {"usa", "'usa' is unknown, want iso, us, eu"},
                                         {"", "'' is unknown"},
                                         {"%d/%m", "says no day"},
                                         {"%Y-%m-%d %Q", "'%Q' in '%Y-%m-%d %Q' is unknown"},
                                         {"%Y-%m-%d %", "is unknown"},
                                         {"%Y-%m-%d %d", "says %d twice"},
                                         {"%Y-%m-%d %I:%M", "wants %I and %p together"},
                                         {"iso|iso|iso|iso|iso|iso|iso|iso|iso", "more than 8"}};
    g_autoptr(arena_t) arena = arena_new();
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;
        if (instant_format_compile(arena, bad[i][0], &err))
            fail_msg("'%s' was accepted", bad[i][0]);
        if (!err_is(err, KENKO_ERROR_CONFIG) || !strstr(err->message, bad[i][1]))
            fail_msg("'%s': %s", bad[i][0], err->message);
    }
    static const char *const good[] = {"iso | japanese | epoch", "%d.%m.%Y | %m/%d/%Y",
                                       "eu | iso | %Y%m%d", "epoch | %Y-%m-%d %H"};
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) err = NULL;
        if (!instant_format_compile(arena, good[i], &err))
            fail_msg("'%s': %s", good[i], err->message);
    }
}

static void a_stream_says_how_it_writes_its_dates(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - name: crm\n"
                                        "    type: file\n"
                                        "    streams:\n"
                                        "      - stream: subscription\n"
                                        "        path: s.csv\n"
                                        "        dates: eu\n"
                                        "        fields: {party: who, external_id: id, start_on: "
                                        "from, end_on: until, changed_at: at}\n"
                                        "        constants: {arr: \"100\", cancelled_on: "
                                        "2026-01-31}\n");
    sources_write(dir, "s.csv",
                  "who,id,from,until,at\n"
                  "a,1,01/02/2026,31/12/2026,03/02/2026 09:30\n"
                  "a,2,2026-02-01,,\n"
                  "a,3,X株式会社サンプル商事東京本社営業部の担当者が書いた日付ではない長い文,,\n");
    sources_ingest(db, dir, NULL);
    sources_expect(
        db,
        "SELECT start_on || ' ' || end_on || ' ' || cancelled_on || ' ' || changed_at AT "
        "TIME ZONE 'UTC' FROM warehouse.subscription",
        "2026-02-01 2026-12-31 2026-01-31 2026-02-03 00:30:00");
    sources_expect(db,
                   "SELECT string_agg(line || ' ' || reason || ' ' || message, '|' ORDER BY line) "
                   "FROM ops.reject",
                   "3 bad_date is '2026-02-01', want a day as dates says: eu|4 bad_date is "
                   "'X株式会社サンプル商事東京本社営業部の担', want a day as dates says: eu");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_place_a_date_has_one_reading),
        cmocka_unit_test(japanese_dates_are_read_with_their_eras),
        cmocka_unit_test(patterns_read_what_they_spell),
        cmocka_unit_test(epochs_are_of_their_unit_or_their_digits),
        cmocka_unit_test(what_could_be_read_two_ways_is_refused_beforehand),
        cmocka_unit_test(a_stream_says_how_it_writes_its_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
