/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our record scanners against JSONTestSuite, csv-spectrum and the naughty strings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ingest/input.h"
#include "ingest/scan_csv.h"
#include "ingest/scan_json.h"
#include "support/sources.h"
#include "support/warehouse.h"

static char *data_path(const char *name)
{
    const char *data = warehouse_test_data("conformance of the scanners");
    return data ? g_build_filename(data, "data", "conformance", name, NULL) : NULL;
}

static void unpack(const char *archive, const char *into)
{
    const char *argv[] = {"tar", "-xzf", archive, "-C", into, NULL};
    int status;
    if (!g_spawn_sync("/", (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                      NULL, &status, NULL) ||
        status != 0)
        fail_msg("cannot unpack %s", archive);
}

/* Files of a folder anywhere below `top` that is called `name`. */
static char *find_folder(const char *top, const char *name)
{
    g_autoptr(GDir) dir = g_dir_open(top, 0, NULL);
    const char *entry;
    while (dir && (entry = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(top, entry, NULL);
        if (!g_file_test(path, G_FILE_TEST_IS_DIR))
            continue;
        if (strcmp(entry, name) == 0)
            return g_steal_pointer(&path);
        char *below = find_folder(path, name);
        if (below)
            return below;
    }
    return NULL;
}

static void json_verdicts_are_those_of_jsontestsuite(void **state)
{
    (void)state;
    g_autofree char *archive = data_path("JSONTestSuite.tar.gz");
    if (!archive)
        skip();
    unpack(archive, warehouse_scratch());
    g_autofree char *folder = find_folder(warehouse_scratch(), "test_parsing");
    assert_non_null(folder);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;
    int seen = 0, wrong = 0;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL), *text = NULL;
        gsize n;
        struct scan_error error;
        assert_true(g_file_get_contents(path, &text, &n, NULL));
        bool good = scan_json_validate((struct slice){text, n}, &error);
        seen++;
        if ((name[0] == 'y' && !good) || (name[0] == 'n' && good)) {
            print_message("%s: %s\n", name, good ? "accepted" : error.message);
            wrong++;
        }
    }
    assert_true(seen > 300);
    assert_int_equal(wrong, 0);
}

static void check_field(const json_t *row, struct slice name, struct slice value, bool has_cr,
                        const char *path)
{
    g_autofree char *key = g_strndup(name.p, name.n), *found = g_strndup(value.p, value.n);
    g_auto(GStrv) parts =
        g_strsplit(json_string_value(json_object_get(row, key)), has_cr ? "\001" : "\r", -1);
    g_autofree char *wanted = g_strjoinv("", parts);
    if (g_strcmp0(wanted, found) != 0)
        fail_msg("%s: %s is '%s', want '%s'", path, key, found, wanted);
}

static void check_csv(const char *csv, const char *json)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    json_error_t bad;
    json_t *rows = json_load_file(json, 0, &bad);
    g_autoptr(input_t) input = input_open(csv, ',', 1 << 20, &err);
    if (!rows || !input)
        fail_msg("cannot read %s", csv);
    /* Some copies of the suite have lost the CRs that its answers still have. */
    g_autofree char *whole = NULL;
    bool has_cr = g_file_get_contents(csv, &whole, NULL, NULL) && strchr(whole, '\r');
    struct input_record record;
    struct slice names[64], fields[64];
    struct scan_error error;
    size_t n_names, n, row = 0;
    bool found;
    assert_true(input_next(input, &record, &found, &err) && found);
    struct slice header = {arena_strndup(arena, record.text.p, record.text.n), record.text.n};
    assert_true(scan_csv_split(arena, header, ',', names, 64, &n_names, &error));
    while (input_next(input, &record, &found, &err) && found) {
        if (!scan_csv_split(arena, record.text, ',', fields, 64, &n, &error))
            fail_msg("%s:%d:%d: %s", csv, (int)record.line, error.column, error.message);
        assert_int_equal(n, n_names);
        for (size_t i = 0; i < n; i++)
            check_field(json_array_get(rows, row), names[i], fields[i], has_cr, csv);
        row++;
    }
    assert_null(err);
    assert_int_equal(row, json_array_size(rows));
    json_decref(rows);
}

static void csv_fields_are_those_of_csv_spectrum(void **state)
{
    (void)state;
    g_autofree char *folder = data_path("csv-spectrum");
    if (!folder)
        skip();
    g_autofree char *csvs = g_build_filename(folder, "csvs", NULL);
    g_autoptr(GDir) dir = g_dir_open(csvs, 0, NULL);
    const char *name;
    int seen = 0;
    assert_non_null(dir);
    while ((name = g_dir_read_name(dir))) {
        if (!g_str_has_suffix(name, ".csv"))
            continue;
        g_autofree char *stem = g_strndup(name, strlen(name) - 4);
        g_autofree char *file = g_strconcat(stem, ".json", NULL);
        g_autofree char *json = g_build_filename(folder, "json", file, NULL);
        g_autofree char *csv = g_build_filename(csvs, name, NULL);
        check_csv(csv, json);
        seen++;
    }
    assert_true(seen >= 10);
}

static void a_quote_inside_a_plain_field_is_text_and_swallows_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct slice fields[8];
    struct scan_error error;
    size_t end, n;
    const struct slice text = SLICE("36'37.8\"N,12\"\"\nnext,\"one\nmore\"\n");
    assert_true(scan_csv_end(text, ',', false, &end));
    assert_int_equal(text.p[end], '\n');
    assert_int_equal(text.p[end + 1], 'n');
    const struct slice first = {text.p, end};
    assert_true(scan_csv_split(arena, first, ',', fields, 8, &n, &error));
    assert_int_equal(n, 2);
    assert_true(slice_is(fields[0], "36'37.8\"N"));
    assert_true(slice_is(fields[1], "12\"\""));
    struct slice rest = {text.p + end + 1, text.n - end - 1};
    assert_true(scan_csv_end(rest, ',', false, &end));
    assert_int_equal(end, rest.n - 1);
}

static const char sources[] = "sources:\n"
                              "  - name: crm\n"
                              "    type: file\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        path: a.ndjson\n"
                              "        fields: {party: id, name: name}\n"
                              "      - stream: contact\n"
                              "        path: c.csv\n"
                              "        fields: {external_id: id, party: who, name: name}\n";

static void append_csv(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *c = text; *c; c++) {
        if (*c == '"')
            g_string_append_c(out, '"');
        g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static void naughty_strings_are_stored_as_they_are(void **state)
{
    (void)state;
    g_autofree char *path = data_path("blns.json");
    if (!path)
        skip();
    json_error_t bad;
    json_t *list = json_load_file(path, 0, &bad);
    assert_non_null(list);
    const char *dir = sources_directory(sources);
    g_autoptr(GString) ndjson = g_string_new(NULL);
    g_autoptr(GString) csv = g_string_new("id,who,name\n");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *record =
            json_pack("{s:o, s:O}", "id", json_sprintf("n%zu", i), "name", json_array_get(list, i));
        char *line = json_dumps(record, JSON_COMPACT);
        g_string_append_printf(ndjson, "%s\n", line);
        g_string_append_printf(csv, "n%zu,a,", i);
        append_csv(csv, json_string_value(json_array_get(list, i)));
        g_string_append_c(csv, '\n');
        free(line);
        json_decref(record);
    }
    sources_write(dir, "a.ndjson", ndjson->str);
    sources_write(dir, "c.csv", csv->str);
    g_autoptr(db_t) db = warehouse_open();
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.rejected, 0);
    assert_int_equal(s.count.loaded, 2 * json_array_size(list));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        g_autofree char *account = g_strdup_printf(
            "SELECT coalesce(name, '') FROM warehouse.account JOIN identity.party p "
            "USING (party_id) WHERE p.external_id = 'n%zu'",
            i);
        g_autofree char *contact = g_strdup_printf(
            "SELECT coalesce(name, '') FROM warehouse.contact WHERE external_id = 'n%zu'", i);
        sources_expect(db, account, text);
        sources_expect(db, contact, text);
    }
    json_decref(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_verdicts_are_those_of_jsontestsuite),
        cmocka_unit_test(csv_fields_are_those_of_csv_spectrum),
        cmocka_unit_test(a_quote_inside_a_plain_field_is_text_and_swallows_nothing),
        cmocka_unit_test(naughty_strings_are_stored_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
