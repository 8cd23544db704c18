/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "ingest/instant.h"
#include "ingest/number.h"
#include "ingest/scan_csv.h"
#include "support/warehouse.h"

/* The rows of a CSV text as JSON objects, in the manner of csv-spectrum. */
static json_t *csv_rows(struct arena *arena, const char *text)
{
    struct slice head[64], field[64];
    size_t n_head = 0, n, end, inside;
    struct scan_error error;
    json_t *rows = json_array();
    struct slice rest = slice_of(text);
    for (int line = 0; rest.n > 0; line++) {
        assert_true(scan_csv_end(rest, ',', true, &end, &inside));
        struct slice record = {rest.p, end};
        if (record.n && record.p[record.n - 1] == '\r')
            record.n--;
        if (!scan_csv_split(arena, record, ',', line ? field : head, 64, line ? &n : &n_head,
                            &error))
            fail_msg("line %d: %s", line, error.message);
        if (line > 0) {
            json_t *row = json_object();
            for (size_t i = 0; i < n_head; i++) {
                g_autofree char *key = g_strndup(head[i].p, head[i].n);
                json_object_set_new(row, key, json_stringn(field[i].p, field[i].n));
            }
            json_array_append_new(rows, row);
        }
        end += end < rest.n;
        rest = (struct slice){rest.p + end, rest.n - end};
    }
    return rows;
}

static void csv_spectrum_reads_as_its_json(void **state)
{
    (void)state;
    const char *data = warehouse_test_data("csv-spectrum");
    if (!data)
        skip();
    g_autofree char *folder = g_build_filename(data, "data/conformance/csv-spectrum", NULL);
    const char *argv[] = {"find", folder, "-name", "*.csv", NULL};
    g_autofree char *out = NULL;
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             &out, NULL, NULL, NULL));
    g_auto(GStrv) files = g_strsplit(g_strstrip(out), "\n", -1);
    int count = 0;
    for (char **file = files; *file && **file; file++, count++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autofree char *text = NULL, *base = g_path_get_basename(*file), *parent = NULL,
                        *path = NULL;
        parent = g_path_get_dirname(*file);
        base[strlen(base) - 4] = '\0';
        g_autofree char *json_name = g_strconcat(base, ".json", NULL);
        path = g_build_filename(parent, "..", "json", json_name, NULL);
        json_t *want = json_load_file(path, 0, NULL);
        assert_true(g_file_get_contents(*file, &text, NULL, NULL));
        if (!want)
            fail_msg("no %s", path);
        /* Version control may have turned CRLF into LF where the file is about CRLF. */
        g_autoptr(GString) body = g_string_new(text);
        if (g_str_has_suffix(base, "_crlf") && !strchr(text, '\r'))
            g_string_replace(body, "\n", "\r\n", 0);
        json_t *got = csv_rows(arena, body->str);
        /* The JSON of one file was anonymised and is no list: its row is checked by hand. */
        if (strcmp(base, "location_coordinates") == 0)
            assert_string_equal(
                json_string_value(json_object_get(json_array_get(got, 0), "Location Coordinates")),
                "37\xef\xbf\xbd"
                "36'37.8\"N 121\xef\xbf\xbd"
                "2'17.9\"W");
        else if (!json_equal(got, want))
            fail_msg("%s reads otherwise: %s", base, json_dumps(got, 0));
        json_decref(got);
        json_decref(want);
    }
    assert_true(count >= 11);
}

static void naughty_strings_survive_csv(void **state)
{
    (void)state;
    const char *data = warehouse_test_data("naughty strings");
    if (!data)
        skip();
    g_autofree char *path = g_build_filename(data, "data/conformance/blns.json", NULL);
    json_t *list = json_load_file(path, 0, NULL);
    assert_true(json_array_size(list) > 500);
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autoptr(arena_t) arena = arena_new();
        const char *text = json_string_value(json_array_get(list, i));
        g_autoptr(GString) quoted = g_string_new("\"");
        for (const char *p = text; *p; p++)
            g_string_append_printf(quoted, *p == '"' ? "\"\"" : "%c", *p);
        g_string_append(quoted, "\",x");
        struct slice field[2];
        struct scan_error error;
        size_t n;
        assert_true(scan_csv_split(arena, (struct slice){quoted->str, quoted->len}, ',', field, 2,
                                   &n, &error));
        assert_true(slice_is(field[0], text));
    }
    json_decref(list);
}

static void broken_csv_is_told_with_its_column(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static const struct {
        const char *text, *reason;
        int column;
    } cases[] = {{"a,\"b", "unclosed_quote", 3},
                 {"a,\"b\"c,d", "text_after_quote", 6},
                 {"1,2,3,4,5", "too_many_fields", 9}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct slice field[4];
        struct scan_error error;
        size_t n;
        assert_false(scan_csv_split(arena, slice_of(cases[i].text), ',', field, 4, &n, &error));
        assert_string_equal(error.reason, cases[i].reason);
        assert_int_equal(error.column, cases[i].column);
    }
}

static void decimals_become_integers_exactly(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int decimals;
        enum number_result result;
        int64_t value;
    } cases[] = {{"0", 0, NUMBER_OK, 0},
                 {"-12.345", 2, NUMBER_ROUNDED, -1235},
                 {"12.345e1", 2, NUMBER_OK, 12345},
                 {"0.5", 0, NUMBER_ROUNDED, 1},
                 {"-0.5", 0, NUMBER_ROUNDED, -1},
                 {"0.49999999999999999999", 0, NUMBER_ROUNDED, 0},
                 {"9223372036854775807", 0, NUMBER_OK, INT64_MAX},
                 {"-9223372036854775808", 0, NUMBER_OK, INT64_MIN},
                 {"9223372036854775808", 0, NUMBER_OUT_OF_RANGE, 0},
                 {"1e400", 0, NUMBER_OUT_OF_RANGE, 0},
                 {"0e400", 0, NUMBER_OK, 0},
                 {"1e-400", 3, NUMBER_ROUNDED, 0},
                 {"123456789.987654321", 9, NUMBER_OK, INT64_C(123456789987654321)},
                 {"", 0, NUMBER_MALFORMED, 0},
                 {"1,234", 0, NUMBER_MALFORMED, 0},
                 {"1.2.3", 0, NUMBER_MALFORMED, 0},
                 {"NaN", 0, NUMBER_MALFORMED, 0},
                 {" 1", 0, NUMBER_MALFORMED, 0},
                 {"１２", 0, NUMBER_MALFORMED, 0},
                 {"1e", 0, NUMBER_MALFORMED, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t value = 0;
        if (number_parse(slice_of(cases[i].text), cases[i].decimals, &value) != cases[i].result ||
            value != cases[i].value)
            fail_msg("'%s' became %" G_GINT64_FORMAT, cases[i].text, value);
    }
}

/* Plain numbers go a short way, those with an exponent never: both must say the same. */
static void the_short_way_of_a_number_says_what_the_long_one_says(void **state)
{
    (void)state;
    static const char letters[] = "0123456789012345678901234567899.-";
    GRand *rand = g_rand_new_with_seed(13);
    for (int turn = 0; turn < 300000; turn++) {
        char text[40];
        int n = g_rand_int_range(rand, 1, turn % 2 ? 8 : 24), decimals = turn % 10;
        for (int i = 0; i < n; i++)
            text[i] = letters[g_rand_int_range(rand, 0, i ? 32 : 33)];
        memcpy(text + n, "e0", 3);
        int64_t fast = 0, slow = 0;
        enum number_result f = number_parse((struct slice){text, (size_t)n}, decimals, &fast);
        enum number_result s = number_parse(slice_of(text), decimals, &slow);
        if (f != s || fast != slow)
            fail_msg("'%.*s' with %d decimals: %d %" G_GINT64_FORMAT ", want %d %" G_GINT64_FORMAT,
                     n, text, decimals, (int)f, fast, (int)s, slow);
    }
    g_rand_free(rand);
}

static void times_are_read_as_sources_write_them(void **state)
{
    (void)state;
    g_autoptr(zone_t) tokyo = zone_open("Asia/Tokyo", NULL);
    const int64_t noon = INT64_C(1763953200) * 1000000; /* 2025-11-24T12:00:00+09:00 */
    const char *const same[] = {"2025-11-24T12:00:00+09:00",
                                "2025-11-24T12:00:00+0900",
                                "2025-11-24 12:00:00",
                                "2025-11-24T03:00:00Z",
                                "2025-11-24T12:00",
                                "2025-11-24T12:00:00.000+09",
                                "1763953200",
                                "1763953200000",
                                "2025/11/24 12:00:00"};
    const char *const bad[] = {"2026-13-45",
                               "2026-02-30T00:00:00Z",
                               "2025-11-24T24:00:00Z",
                               "2025-11-24T12:60:00Z",
                               "24.11.2025",
                               "2025-11-24T12:00:00+25:00",
                               "2025-11-24T",
                               "now",
                               "",
                               "45000"};
    int64_t at;
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        if (!instant_parse(slice_of(same[i]), tokyo, &at) || at != noon)
            fail_msg("'%s' was read otherwise", same[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        if (instant_parse(slice_of(bad[i]), tokyo, &at))
            fail_msg("'%s' was accepted", bad[i]);
    }
    int32_t day;
    assert_true(instant_parse_day(SLICE("2025-11-24T20:00:00Z"), tokyo, &day));
    assert_int_equal(day, day_from_civil(2025, 11, 25));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_spectrum_reads_as_its_json),
        cmocka_unit_test(naughty_strings_survive_csv),
        cmocka_unit_test(broken_csv_is_told_with_its_column),
        cmocka_unit_test(decimals_become_integers_exactly),
        cmocka_unit_test(the_short_way_of_a_number_says_what_the_long_one_says),
        cmocka_unit_test(times_are_read_as_sources_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
