/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every named query runs, says what it is, and comes in three shapes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/named_query.h"
#include "support/served.h"
#include "support/warehouse.h"
#include "support/worked.h"

static int set_up(void **state)
{
    served_set_up(state);
    worked_fill(((struct served *)*state)->db);
    return 0;
}

static json_t *get(const struct served *f, const char *query, int status)
{
    g_autofree char *target = g_strconcat("/api/v1/queries/", query, NULL);
    return served_get_json(f, target, status);
}

static void every_query_runs_and_says_what_it_is(void **state)
{
    const struct served *f = *state;
    size_t n = 0;
    for (const struct db_query *query = named_query_all(); query->what; query++, n++) {
        g_autoptr(GString) target = g_string_new(named_query_name(query));
        for (size_t i = 0; i < query->n_params; i++) {
            assert_true(*query->param[i].words);
            if (query->param[i].null_at == SIZE_MAX)
                g_string_append_printf(target, "?p_%s=a0000", query->param[i].name);
        }
        for (size_t i = 0; i < query->table->n; i++)
            assert_true(*query->table->column[i].words);
        json_t *json = get(f, target->str, 200);
        assert_true(json_is_array(json_object_get(json, "data")));
        assert_non_null(served_text(json_object_get(json, "meta"), "as_of"));
        json_decref(json);
    }
    json_t *list = served_get_json(f, "/api/v1/queries", 200);
    assert_int_equal(json_array_size(json_object_get(list, "data")), n);
    json_decref(list);
}

static void parameters_have_types(void **state)
{
    const struct served *f = *state;
    json_t *json = get(f, "top_losses?p_owner=a.sato@example.com&p_max_rows=3", 200);
    json_t *rows = json_object_get(json, "data");
    assert_int_equal(json_array_size(rows), 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(served_text(json_array_get(rows, i), "owner_email"),
                            "a.sato@example.com");
    json_decref(json);
    static const char *const wrong[] = {
        "top_losses?p_max_rows=x", "top_losses?p_max_rows=99999999999",
        "top_losses?p_ownre=x",    "top_losses?owner=x",
        "health_over_time",        "health_over_time?p_account=a&p_from_day=2026-1-1",
        "top_losses?format=xml"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        json_decref(get(f, wrong[i], 400));
    json_decref(get(f, "no_such_query", 404));
    json = get(f, "top_losses?p_owner='%20OR%201=1--", 200);
    assert_int_equal(json_array_size(json_object_get(json, "data")), 0);
    json_decref(json);
}

static void redash_reads_columns_and_rows(void **state)
{
    const struct served *f = *state;
    json_t *json = get(f, "top_losses?p_max_rows=2&format=redash", 200);
    json_t *columns = json_object_get(json, "columns"), *rows = json_object_get(json, "rows");
    assert_int_equal(json_array_size(rows), 2);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        json_t *column = json_array_get(columns, i);
        assert_non_null(served_text(column, "type"));
        assert_non_null(json_object_get(json_array_get(rows, 0), served_text(column, "name")));
    }
    assert_int_equal(json_object_size(json_array_get(rows, 0)), json_array_size(columns));
    json_decref(json);
}

static void csv_has_a_header_and_a_line_each(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) answer =
        served_get(f, "/api/v1/queries/top_losses?p_max_rows=2&format=csv");
    g_auto(GStrv) lines = g_strsplit(answer->body, "\r\n", -1);
    assert_int_equal(g_strv_length(lines), 4);
    assert_true(g_str_has_prefix(lines[0], "\"account\",\"account_name\","));
    g_autofree char *type = raw_http_header(answer, "Content-Type");
    assert_true(g_str_has_prefix(type, "text/csv"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_query_runs_and_says_what_it_is),
        cmocka_unit_test(parameters_have_types),
        cmocka_unit_test(redash_reads_columns_and_rows),
        cmocka_unit_test(csv_has_a_header_and_a_line_each),
    };
    return cmocka_run_group_tests(tests, set_up, served_tear_down);
}
