/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text as it should not be, from file to table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "ingest/scan_csv.h"
#include "support/sources.h"
#include "support/warehouse.h"

static char *data_path(const char *name)
{
    const char *data = warehouse_test_data("conformance of the scanners");
    return data ? g_build_filename(data, "data", "conformance", name, NULL) : NULL;
}

static void a_quote_inside_a_plain_field_is_text_and_swallows_nothing(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct slice fields[8];
    struct scan_error error;
    size_t end, inside, n;
    const struct slice text = SLICE("36'37.8\"N,12\"\"\nnext,\"one\nmore\"\n");
    assert_true(scan_csv_end(text, ',', false, &end, &inside));
    assert_int_equal(text.p[end], '\n');
    assert_int_equal(text.p[end + 1], 'n');
    const struct slice first = {text.p, end};
    assert_true(scan_csv_split(arena, first, ',', fields, 8, &n, &error));
    assert_int_equal(n, 2);
    assert_true(slice_is(fields[0], "36'37.8\"N"));
    assert_true(slice_is(fields[1], "12\"\""));
    struct slice rest = {text.p + end + 1, text.n - end - 1};
    assert_true(scan_csv_end(rest, ',', false, &end, &inside));
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
        cmocka_unit_test(a_quote_inside_a_plain_field_is_text_and_swallows_nothing),
        cmocka_unit_test(naughty_strings_are_stored_as_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
