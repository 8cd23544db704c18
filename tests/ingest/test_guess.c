/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file is taken for, and that what is printed loads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ingest/guess.h"
#include "ingest/mapping_internal.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char *write_file(const char *name, const char *text, gssize n)
{
    static int count;
    g_autofree char *path = g_strdup_printf("%s/guess-%d-%s", warehouse_scratch(), ++count, name);
    if (!g_file_set_contents(path, text, n, NULL))
        fail_msg("cannot write %s", path);
    return g_intern_string(path);
}

static void look(struct arena *arena, const char *name, const char *text, struct guess *out)
{
    g_autoptr(GError) err = NULL;
    if (!guess_file(arena, write_file(name, text, -1), -1, out, &err))
        fail_msg("%s", err->message);
}

static const struct guess_column *column(const struct guess *guess, const char *name)
{
    for (size_t i = 0; i < guess->n_columns; i++) {
        if (strcmp(guess->column[i].name, name) == 0)
            return &guess->column[i];
    }
    fail_msg("there is no column '%s'", name);
    return NULL;
}

static const char *field_of(const struct guess *guess, const char *field)
{
    int f = stream_field_index(stream_get(guess->kind), field);
    return f < 0 || guess->field[f] < 0 ? "" : guess->column[guess->field[f]].name;
}

/* One column `v` of these values, in a file whose header is beyond doubt. */
static const struct guess_column *values(struct arena *arena, const char *const *list)
{
    g_autoptr(GString) text = g_string_new("customer_id,created_at,v\n");
    int n = 0;
    for (; *list; list++, n++)
        g_string_append_printf(text, "c%d,2026-01-0%d,\"%s\"\n", n, 1 + n % 9, *list);
    struct guess *guess = arena_one(arena, struct guess);
    look(arena, "v.csv", text->str, guess);
    assert_true(guess->has_header);
    return column(guess, "v");
}

#define VALUES(...) values(arena, (const char *const[]){__VA_ARGS__, NULL})

static void expect_type(const struct guess_column *c, enum guess_type type, const char *note)
{
    if (c->type != type)
        fail_msg("%s … is %s, want %s", c->example[0], guess_type_name(c->type),
                 guess_type_name(type));
    if (!strstr(c->note, note))
        fail_msg("%s … has the note '%s', want '%s'", c->example[0], c->note, note);
}

static void a_type_holds_for_every_value(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    expect_type(VALUES("1", "-20", "0"), GUESS_INTEGER, "");
    expect_type(VALUES("9223372036854775807"), GUESS_INTEGER, "");
    expect_type(VALUES("9223372036854775808", "1"), GUESS_DECIMAL, "beyond 64 bits");
    expect_type(VALUES("1", "2", "2.50"), GUESS_DECIMAL, "not whole since line 4: 2.50");
    expect_type(VALUES("007", "123"), GUESS_TEXT, "leading zeros: stays text");
    expect_type(VALUES("+81312345678", "+1555"), GUESS_TEXT, "plus signs: stays text");
    expect_type(VALUES("1,234", "5,678"), GUESS_TEXT, "that kenko does not read");
    expect_type(VALUES("¥1200", "¥300"), GUESS_TEXT, "that kenko does not read");
    expect_type(VALUES("12E4", "13E4"), GUESS_TEXT, "");
    expect_type(VALUES("y", "n", "Y"), GUESS_BOOLEAN, "");
    expect_type(VALUES("yes", "no"), GUESS_BOOLEAN, "");
    expect_type(VALUES("true", "true"), GUESS_BOOLEAN, "");
    expect_type(VALUES("y", "y"), GUESS_TEXT, "");
    expect_type(VALUES("yes", "no", "n"), GUESS_TEXT, "");
    expect_type(VALUES("true", "no"), GUESS_TEXT, "");
    expect_type(VALUES("はい", "いいえ"), GUESS_BOOLEAN, "");
    expect_type(VALUES("0", "1"), GUESS_INTEGER, "");
    expect_type(VALUES("", ""), GUESS_EMPTY, "");
    const struct guess_column *c =
        VALUES("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "N/A", "14");
    expect_type(c, GUESS_TEXT, "92.8571 % are numbers, first not line 14: 'N/A'");
    c = VALUES("3", "-5", "12");
    assert_string_equal(c->min, "-5");
    assert_string_equal(c->max, "12");
    assert_true(c->confidence > 0.79 && c->confidence < 0.81); /* three values are not many */
}

static void dates_are_told_apart_or_left_alone(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct guess_column *c = VALUES("01/02/2026", "12/11/2026");
    expect_type(c, GUESS_TEXT, "all values are both day/month and month/day");
    assert_true(c->ambiguous && !c->dates);
    c = VALUES("01/02/2026", "12/11/2026", "13/11/2026");
    expect_type(c, GUESS_DAY, "");
    assert_string_equal(c->dates, "eu");
    c = VALUES("01/02/2026 9:30 PM", "11/24/2026 1:05 AM");
    expect_type(c, GUESS_TIME, "");
    assert_string_equal(c->dates, "us");
    c = VALUES("13/11/2026", "11/24/2026");
    expect_type(c, GUESS_TEXT, "");
    c = VALUES("2026-11-24", "2026-11-25T09:30:00Z");
    expect_type(c, GUESS_TIME, "");
    assert_null(c->dates);
    assert_string_equal(c->max, "2026-11-25T09:30:00");
    c = VALUES("令和8年11月27日", "2026年1月5日");
    expect_type(c, GUESS_DAY, "");
    assert_string_equal(c->dates, "japanese");
    assert_string_equal(c->min, "2026-01-05");
    c = VALUES("24/11/26", "25/11/26");
    expect_type(c, GUESS_TEXT, "years of two digits");
    c = VALUES("1795771815", "1795771816");
    expect_type(c, GUESS_INTEGER, "");
    assert_true(c->maybe_time && !c->dates);
    c = VALUES("20261127", "20261128");
    expect_type(c, GUESS_INTEGER, "");
    assert_true(c->maybe_time);
    assert_string_equal(c->dates, "%Y%m%d");
}

static void texts_are_known_by_what_they_are(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    assert_int_equal(VALUES("a@b.co.jp", "x.y@z.com")->content, GUESS_MAIL);
    assert_int_equal(VALUES("b.co.jp", "z.com")->content, GUESS_DOMAIN);
    assert_int_equal(VALUES("https://b.co.jp/x")->content, GUESS_URL);
    assert_int_equal(VALUES("123e4567-e89b-12d3-a456-426614174000")->content, GUESS_UUID);
    assert_int_equal(VALUES("0015g00000AbCdEAAA", "0015g00000AbCdE")->content, GUESS_PLAIN);
    assert_int_equal(VALUES("001D000000IRFmaIAH")->content, GUESS_SALESFORCE_ID);
    assert_int_equal(VALUES("JPY", "USD")->content, GUESS_CURRENCY);
    assert_int_equal(VALUES("JPY", "ABC")->content, GUESS_PLAIN);
    const struct guess_column *c = VALUES("a", "b", "a", "", "a");
    assert_int_equal(c->distinct, 2);
    assert_int_equal(c->repeated, 2);
    assert_int_equal(c->empty, 1);
    assert_true(c->counted_all);
}

static void no_data_row_is_eaten_as_a_header(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool header;
    } cases[] = {{"id,name\n1,a\n2,b\n", true},
                 {"alice,3\nbob,4\n", false},
                 {"alice,unknown\nbob,3\ncarol,4\n", false},
                 {"alice,n/a\nbob,3\ncarol,4\n", false},
                 {"Tokyo,Osaka\nOsaka,Kyoto\nTokyo,Kyoto\n", false},
                 {"name,2024,2025\na,1,2\nb,3,4\n", false}, /* numbers are no names */
                 {"name,name\na,b\n", false},
                 {"a,2026-01-01\nb,2026-01-02\n", false},
                 {"foo,bar,baz\nx,1,2\ny,3,4\n", true}, /* two columns of three are unlike it */
                 {"顧客コード,会社名\n0001,甲\n0002,乙\n", true},
                 {"甲,乙\n丙,丁\n", false},
                 {"customer_id,plan\n", true},
                 {"userId,isActive\na,b\nc,d\n", true},
                 {"email\na@b.com\n", true},
                 {"c@d.com\na@b.com\n", false},
                 {"\"user id\",\"created at\"\n1,2026-01-01\n", true}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        struct guess guess;
        look(arena, "h.csv", cases[i].text, &guess);
        if (guess.has_header != cases[i].header)
            fail_msg("'%s' has %s header", cases[i].text, guess.has_header ? "a" : "no");
        size_t lines = 0;
        for (const char *c = cases[i].text; *c; c++)
            lines += *c == '\n';
        assert_int_equal(guess.records, lines - cases[i].header);
        assert_true(guess.has_header || *guess.header_note);
    }
}

static void format_separator_and_encoding_are_found(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct guess g;
    look(arena, "a.csv", "id;amount\n1;1,5\n2;2,5\n", &g);
    assert_int_equal(g.separator, ';');
    look(arena, "a.csv", "id\tname\n1\ta, b\n2\tc, d\n", &g);
    assert_int_equal(g.separator, '\t');
    look(arena, "a.csv", "id|name\n1|\"a|b\n,\"\n2|c\n", &g);
    assert_int_equal(g.separator, '|');
    assert_int_equal(g.records, 2);
    look(arena, "a.csv", "id,tags,name\n1,a|b,x\n2,c|d,y\n", &g);
    assert_int_equal(g.separator, ',');
    look(arena, "a.csv", "id,name\n1,a\n2\n3,b\n4,\"x\" y\n", &g);
    assert_int_equal(g.broken, 2);
    assert_int_equal(g.broken_line, 3);
    assert_string_equal(g.broken_message, "1 fields, the first line has 2");
    gsize n;
    g_autofree char *sjis =
        g_convert("顧客ID,会社名\n001,株式会社サンプル\n", -1, "CP932", "UTF-8", NULL, &n, NULL);
    g_autoptr(GError) err = NULL;
    assert_true(guess_file(arena, write_file("s.csv", sjis, (gssize)n), -1, &g, &err));
    assert_int_equal(g.encoding, ENCODING_CP932);
    assert_string_equal(g.column[1].example[0], "株式会社サンプル");
}

static void nested_json_gets_its_pointers(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct guess g;
    look(arena, "events.txt",
         "{\"messageId\": \"a\", \"groupId\": \"c1\", \"timestamp\": \"2026-01-01T00:00:00Z\", "
         "\"properties\": {\"actions\": 3, \"big\": 18446744073709551616}, \"tags\": [1]}\n"
         "{\"messageId\": \"b\", \"groupId\": null, \"timestamp\": \"2026-01-02T00:00:00Z\", "
         "\"properties\": {\"actions\": 4}, \"\\u5024\": \"\\u3042\"}\n"
         "{\"messageId\": \n",
         &g);
    assert_true(g.is_json);
    assert_int_equal(g.records, 2);
    assert_int_equal(g.broken, 1);
    assert_int_equal(g.broken_line, 3);
    assert_int_equal(g.kind, STREAM_USAGE_EVENT);
    assert_int_equal(column(&g, "/properties/actions")->type, GUESS_INTEGER);
    assert_int_equal(column(&g, "/properties/big")->type, GUESS_DECIMAL);
    assert_int_equal(column(&g, "/properties/big")->empty, 1);
    assert_int_equal(column(&g, "groupId")->empty, 1);
    assert_int_equal(column(&g, "tags")->content, GUESS_ARRAY);
    assert_string_equal(column(&g, "値")->example[0], "あ");
    assert_string_equal(g.column[g.id].name, "messageId");
    assert_string_equal(field_of(&g, "party"), "groupId");
}

static void what_is_no_text_is_told_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *part;
        gssize n;
    } cases[] = {{"PK\x03\x04rest", "save the sheet as CSV", 8},
                 {"[{\"a\": 1},\n{\"a\": 2}]", "jq -c '.[]'", -1},
                 {"{\n  \"a\": 1\n}\n", "jq -c .", -1},
                 {"\x1f\x8b\x08", "should end in .gz", 3},
                 {"<html>", "HTML or XML", -1},
                 {"", "is empty", 0},
                 {"\n\n", "no line can be read", -1}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GError) err = NULL;
        struct guess g;
        const char *path = write_file("x.csv", cases[i].bytes, cases[i].n);
        if (guess_file(arena, path, -1, &g, &err))
            fail_msg("case %zu was read", i);
        if (!err_is(err, KENKO_ERROR_INPUT) || !strstr(err->message, cases[i].part))
            fail_msg("case %zu: %s", i, err->message);
    }
}

static void check_stream(const char *data, const struct mapping *m)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct guess g;
    g_auto(GStrv) parts = g_strsplit(mapping_option(m, "path"), "*", 2);
    g_autofree char *name =
        g_strdup_printf("%s%s%s", parts[0], parts[1] ? "2026-06" : "", parts[1] ? parts[1] : "");
    g_autofree char *path = g_build_filename(data, name, NULL);
    if (!guess_file(arena, path, -1, &g, &err))
        fail_msg("%s", err->message);
    if (g.kind != m->kind || !g.kind_found)
        fail_msg("%s is taken for %s, not for %s", name, stream_get(g.kind)->name, m->stream->name);
    for (size_t f = 0; f < stream_field_count(m->stream); f++) {
        const char *got = field_of(&g, m->stream->field[f].name);
        const char *want = m->field[f] ? m->field[f] : "";
        if (strcmp(got, want) != 0)
            fail_msg("%s: %s is '%s', want '%s'", name, m->stream->field[f].name, got, want);
    }
    if (m->id)
        assert_string_equal(g.column[g.id].name, m->id);
}

static void the_simulated_company_is_mapped_as_its_people_did(void **state)
{
    (void)state;
    const char *world = g_getenv("KENKO_WORLD"), *source = g_getenv("KENKO_SOURCE");
    if (!world || !source) {
        printf("skipped: KENKO_WORLD and KENKO_SOURCE are not set (run by ctest)\n");
        skip();
    }
    g_autofree char *data = g_build_filename(warehouse_scratch(), "world", "data", NULL);
    g_autofree char *example = g_build_filename(source, "examples", "world", NULL);
    g_autofree char *directory = g_path_get_dirname(data);
    const char *argv[] = {world, "--out", data, "--accounts", "200", "--months", "6", NULL};
    assert_true(g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL,
                             NULL, NULL, NULL, NULL, NULL));
    g_autoptr(config_t) config = config_open(example, NULL);
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", NULL);
    g_autoptr(arena_t) arena = arena_new();
    struct mapping_set set;
    assert_true(mapping_load(arena, config, zone, &set, NULL));
    size_t n = 0;
    for (size_t i = 0; i < set.n_sources; i++) {
        for (size_t j = 0; j < set.source[i].n_mappings; j++, n++)
            check_stream(directory, set.source[i].mapping[j]);
    }
    assert_int_equal(n, 14);
}

/* Paste what was printed into a configuration and load the file. */
static void load_printed(const char *name, const char *text, gssize n, const char *edit_from,
                         const char *edit_to, int64_t loaded)
{
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct guess g;
    const char *path = write_file(name, text, n);
    if (!guess_file(arena, path, -1, &g, &err))
        fail_msg("%s", err->message);
    g_autoptr(GString) yaml = g_string_new(NULL);
    guess_write_yaml(&g, "the source", yaml);
    if (edit_from && g_string_replace(yaml, edit_from, edit_to, 0) == 0)
        fail_msg("'%s' is not in: %s", edit_from, yaml->str);
    const char *dir = sources_directory(yaml->str);
    sources_write(dir, "metrics.yaml",
                  "usage:\n  - {name: events}\n  - {name: 件数}\n  - {name: column_3, decimals: "
                  "1}\n  - {name: runs, decimals: 2}\n");
    struct ingest_summary s;
    if (!sources_try(db, dir, 0, &s, &err))
        fail_msg("%s\n%s", err->message, yaml->str);
    if (s.count.loaded != loaded || s.count.rejected != 0)
        fail_msg("%d loaded, %d rejected\n%s", (int)s.count.loaded, (int)s.count.rejected,
                 yaml->str);
}

static void what_is_printed_loads(void **state)
{
    (void)state;
    gsize n;
    g_autofree char *wide = g_convert(
        "\xef\xbb\xbf\"顧客 ID\",利用日,\"件数\"\n\"001\",2026年1月5日,3\n002,令和8年1月6日,4\n",
        -1, "UTF-16LE", "UTF-8", NULL, &n, NULL);
    load_printed("利用.csv", wide, (gssize)n, NULL, NULL, 2);
    load_printed("no-header.csv", "a1;13/01/2026;1.5\nb2;14/01/2026;2\n", -1, "COLUMN", "column_1",
                 2);
    load_printed("e.ndjson",
                 "{\"event_id\": \"1\", \"user\": {\"company\": \"x\"}, \"ts\": 1767225600}\n"
                 "{\"event_id\": \"2\", \"user\": {\"company\": \"y\"}, \"ts\": 1767225601}\n",
                 -1, NULL, NULL, 2);
    load_printed("accounts: # \"x\".csv",
                 "Customer ID,Customer: Name,\"Created\n#Date\"\n1,\"a\"\"b\",2026-01-01\n", -1,
                 NULL, NULL, 1);
    load_printed("ambiguous.csv", "account_id,day,runs\na,01/02/2026,1\n", -1, "# dates: eu ",
                 "dates: eu ", 1);
}

static void as_json_it_is_json_and_holds_the_yaml(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) out = g_string_new(NULL);
    struct guess g;
    look(arena, "q\"uote.csv", "id,na\"me\n1,\"x\ty\"\n2,z\n", &g);
    guess_write_json(&g, "s", out);
    json_error_t error;
    json_t *root = json_loads(out->str, 0, &error);
    if (!root)
        fail_msg("%s in %s", error.text, out->str);
    json_t *columns = json_object_get(root, "columns");
    assert_int_equal(json_array_size(columns), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(columns, 0), "type")),
                        "integer");
    assert_non_null(strstr(json_string_value(json_object_get(root, "yaml")), "sources:"));
    json_decref(root);
}

/* More distinct values than the memory for them: the count says so and stays right below it. */
static void a_long_file_is_read_whole_in_bounded_memory(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *path = g_build_filename(warehouse_scratch(), "long.csv", NULL);
    FILE *out = fopen(path, "w");
    enum { ROWS = 90000, MORE = 33 };
    fputs("account_id,day,event_id", out);
    for (int c = 0; c < MORE; c++)
        fprintf(out, ",c_%d", c);
    fputc('\n', out);
    for (int i = 0; i < ROWS; i++) {
        fprintf(out, "a%d,2026-01-%02d,%08x", i % 1000, 1 + i % 28, (unsigned)i * 2654435761u);
        for (int c = 0; c < MORE; c++)
            fprintf(out, ",x%d-%d", c, i);
        fputs(i == ROWS - 1 ? "\nlast,2026-13-01" : "\n", out);
    }
    for (int c = 0; c <= MORE; c++)
        fputs(",y", out);
    fputc('\n', out);
    assert_int_equal(fclose(out), 0);
    struct guess g;
    g_autoptr(GError) err = NULL;
    if (!guess_file(arena, path, -1, &g, &err))
        fail_msg("%s", err->message);
    assert_int_equal(g.records, ROWS + 1);
    assert_int_equal(column(&g, "account_id")->distinct, 1001);
    assert_true(column(&g, "account_id")->counted_all);
    assert_int_equal(column(&g, "day")->type, GUESS_TEXT); /* the last line is no day */
    assert_non_null(strstr(column(&g, "day")->note, "line 90002: '2026-13-01'"));
    size_t all = 0, counted = 0;
    for (size_t i = 0; i < g.n_columns; i++) {
        counted += g.column[i].counted_all;
        all++;
    }
    assert_int_equal(all, MORE + 3);
    assert_true(counted >= 2 && counted < all);
#ifndef __SANITIZE_ADDRESS__ /* which keeps freed memory */
    g_autofree char *status = NULL;
    assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    const char *peak = strstr(status, "VmHWM:");
    assert_true(g_ascii_strtoll(peak + 6, NULL, 10) < 128 * 1024);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_long_file_is_read_whole_in_bounded_memory),
        cmocka_unit_test(a_type_holds_for_every_value),
        cmocka_unit_test(dates_are_told_apart_or_left_alone),
        cmocka_unit_test(texts_are_known_by_what_they_are),
        cmocka_unit_test(no_data_row_is_eaten_as_a_header),
        cmocka_unit_test(format_separator_and_encoding_are_found),
        cmocka_unit_test(nested_json_gets_its_pointers),
        cmocka_unit_test(what_is_no_text_is_told_with_what_to_do),
        cmocka_unit_test(the_simulated_company_is_mapped_as_its_people_did),
        cmocka_unit_test(what_is_printed_loads),
        cmocka_unit_test(as_json_it_is_json_and_holds_the_yaml),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
