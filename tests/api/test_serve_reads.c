/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the API shows beside scores is what the warehouse holds, to those who may see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"
#include "support/worked.h"

static int set_up(void **state)
{
    served_set_up(state);
    worked_fill(((struct served *)*state)->db);
    return 0;
}

static json_t *rows(json_t *json)
{
    return json_object_get(json, "data");
}

static json_t *row(json_t *json, size_t i)
{
    return json_array_get(rows(json), i);
}

static json_t *get_as(const struct served *f, const char *key, const char *target)
{
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, target, key);
    if (answer->status != 200)
        fail_msg("%s: %d: %.300s", target, answer->status, answer->body);
    return served_json_of(answer);
}

static void incidents_and_accounts_lead_to_each_other(void **state)
{
    const struct served *f = *state;
    json_t *all = get_as(f, f->lead, "/api/v1/incidents");
    json_t *own = get_as(f, f->csm, "/api/v1/incidents");
    assert_int_equal(json_array_size(rows(all)), 2);
    assert_int_equal(json_array_size(rows(own)), 1);
    assert_string_equal(served_text(row(own, 0), "incident"), "inc-own");
    json_t *accounts = get_as(f, f->csm, "/api/v1/incidents/ops/inc-own/accounts");
    json_t *others = get_as(f, f->csm, "/api/v1/incidents/ops/inc-other/accounts");
    json_t *back = get_as(f, f->csm, "/api/v1/accounts/a0000/incidents");
    assert_string_equal(served_text(row(accounts, 0), "account"), "a0000");
    assert_int_equal(json_array_size(rows(others)), 0);
    assert_string_equal(served_text(row(back, 0), "incident"), "inc-own");
    assert_true(json_number_value(json_object_get(row(back, 0), "arr")) == 10.00);
    json_t *const all_of_them[] = {all, own, accounts, others, back};
    for (size_t i = 0; i < G_N_ELEMENTS(all_of_them); i++)
        json_decref(all_of_them[i]);
}

static void lists_of_accounts_are_the_callers(void **state)
{
    const struct served *f = *state;
    static const char *const targets[] = {"/api/v1/slo", "/api/v1/indicators",
                                          "/api/v1/renewals?limit=1000",
                                          "/api/v1/portfolio/history"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        json_t *all = get_as(f, f->lead, targets[i]), *own = get_as(f, f->csm, targets[i]);
        assert_true(json_array_size(rows(own)) > 0);
        for (size_t k = 0; k < json_array_size(rows(own)); k++) {
            const char *key = served_text(row(own, k), "account");
            g_autofree char *target = g_strdup_printf("/api/v1/accounts/%s", key ? key : "a0000");
            json_decref(get_as(f, f->csm, target));
        }
        json_t *first = json_object_get(row(all, 0), "accounts");
        if (first)
            assert_true(json_integer_value(first) >
                        json_integer_value(json_object_get(row(own, 0), "accounts")));
        else
            assert_true(json_array_size(rows(all)) > json_array_size(rows(own)));
        json_decref(all);
        json_decref(own);
    }
}

static void units_and_shares_are_written_exactly(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) slo = served_get(f, "/api/v1/slo?limit=1");
    g_autoptr(raw_http_answer_t) renewal = served_get(f, "/api/v1/renewals?limit=1");
    assert_non_null(strstr(slo->body, "\"objective\":0.990000000,"));
    assert_non_null(strstr(slo->body, "\"sli\":0.985,"));
    assert_non_null(strstr(renewal->body, "\"arr\":1200.00,"));
    assert_non_null(strstr(renewal->body, "\"p_churn\":0.250000000,"));
    assert_non_null(strstr(renewal->body, "\"expected_loss\":300.00}"));
    assert_null(strstr(renewal->body, "page_"));
}

/* Rows of a walk in pages; each distinct by `name`. */
static size_t walk(const struct served *f, const char *target, const char *name)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *next = g_strdup(target);
    while (next) {
        json_t *json = served_get_json(f, next, 200);
        for (size_t i = 0; i < json_array_size(rows(json)); i++) {
            char *value = json_dumps(json_object_get(row(json, i), name), JSON_ENCODE_ANY);
            assert_true(g_hash_table_add(seen, value));
        }
        const char *cursor = served_text(json_object_get(json, "meta"), "next_cursor");
        g_free(next);
        next = cursor ? g_strdup_printf("%s&cursor=%s", target, cursor) : NULL;
        json_decref(json);
    }
    return g_hash_table_size(seen);
}

static void pages_of_rows_show_each_once(void **state)
{
    const struct served *f = *state;
    g_autofree char *accounts = warehouse_value(f->db, "SELECT count(*) FROM identity.account");
    g_autofree char *runs = warehouse_value(f->db, "SELECT count(*) FROM score.run");
    assert_int_equal(walk(f, "/api/v1/renewals?limit=7", "account"),
                     g_ascii_strtoll(accounts, NULL, 10));
    assert_int_equal(walk(f, "/api/v1/runs?limit=1", "run_id"), g_ascii_strtoll(runs, NULL, 10));
    assert_int_equal(walk(f, "/api/v1/loads/1/rejects?limit=2", "ordinal"), 5);
    assert_int_equal(walk(f, "/api/v1/incidents?limit=1", "incident"), 2);
    assert_int_equal(walk(f, "/api/v1/movements/accounts?month=2026-09-01&limit=1", "account"), 2);
    assert_int_equal(walk(f, "/api/v1/slo?limit=1", "account"), 2);
}

static void a_cursor_serves_its_own_list_only(void **state)
{
    const struct served *f = *state;
    json_t *json = served_get_json(f, "/api/v1/renewals?limit=1", 200);
    const char *cursor = served_text(json_object_get(json, "meta"), "next_cursor");
    static const char *const wrong[] = {"/api/v1/slo?cursor=%s",
                                        "/api/v1/renewals?from=2026-01-01&cursor=%s",
                                        "/api/v1/accounts?cursor=%s"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_auto(GStrv) parts = g_strsplit(wrong[i], "%s", 2);
        g_autofree char *target = g_strconcat(parts[0], cursor, NULL);
        json_decref(served_get_json(f, target, 400));
    }
    g_autofree char *stolen = g_strdup_printf("/api/v1/renewals?limit=1&cursor=%s", cursor);
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, stolen, f->csm);
    assert_int_equal(answer->status, 400);
    json_decref(json);
}

static void the_record_of_a_reject_stays_inside(void **state)
{
    const struct served *f = *state;
    g_autoptr(raw_http_answer_t) answer = served_get(f, "/api/v1/loads/1/rejects");
    g_autoptr(raw_http_answer_t) reasons = served_get(f, "/api/v1/rejects");
    assert_non_null(strstr(answer->body, "bad_date"));
    assert_null(strstr(answer->body, "secret"));
    assert_non_null(strstr(reasons->body, "\"rejected\":5"));
}

static void what_moved_adds_up(void **state)
{
    json_t *json = served_get_json(*state, "/api/v1/movements", 200);
    json_t *month = row(json, 0);
    assert_true(json_number_value(json_object_get(month, "arr_end")) == 7.00);
    assert_true(json_number_value(json_object_get(month, "grr")) == 0);
    json_decref(json);
    json_decref(served_get_json(*state, "/api/v1/movements/accounts", 400)); /* month is required */
}

static void a_list_follows_the_warehouse_at_once(void **state)
{
    const struct served *f = *state;
    static const char target[] = "/api/v1/accounts/a0000/notes";
    g_autoptr(raw_http_answer_t) before = served_get(f, target);
    g_autofree char *tag = raw_http_header(before, "ETag");
    g_autofree char *header = g_strdup_printf("%sIf-None-Match: %s\r\n", f->lead, tag);
    g_autoptr(raw_http_answer_t) same = raw_http_get(f->port, target, header);
    assert_int_equal(same->status, 304);
    worked_note(f->db, "a0000", "x");
    g_autoptr(raw_http_answer_t) after = raw_http_get(f->port, target, header);
    assert_int_equal(after->status, 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(incidents_and_accounts_lead_to_each_other),
        cmocka_unit_test(lists_of_accounts_are_the_callers),
        cmocka_unit_test(units_and_shares_are_written_exactly),
        cmocka_unit_test(pages_of_rows_show_each_once),
        cmocka_unit_test(a_cursor_serves_its_own_list_only),
        cmocka_unit_test(the_record_of_a_reject_stays_inside),
        cmocka_unit_test(what_moved_adds_up),
        cmocka_unit_test(a_list_follows_the_warehouse_at_once),
    };
    return cmocka_run_group_tests(tests, set_up, served_tear_down);
}
