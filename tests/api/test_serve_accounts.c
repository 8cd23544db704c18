/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server says of accounts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

static void a_list_has_its_run_and_the_worst_first(void **state)
{
    json_t *json = served_get_json(*state, "/api/v1/accounts?limit=1000", 200);
    json_t *data = json_object_get(json, "data"), *meta = json_object_get(json, "meta");
    double last = -1;
    bool unknown = false;
    assert_int_equal(json_array_size(data), SERVED_ACCOUNTS + 2);
    for (size_t i = 0; i < json_array_size(data); i++) {
        json_t *health = json_object_get(json_array_get(data, i), "health");
        unknown = unknown || json_is_null(health);
        assert_true(unknown ? json_is_null(health) : json_number_value(health) >= last);
        last = unknown ? last : json_number_value(health);
    }
    assert_true(unknown);
    assert_string_equal(served_text(meta, "as_of"), "2026-11-01");
    assert_int_equal(json_integer_value(json_object_get(meta, "run_id")), 3);
    assert_string_equal(served_text(meta, "known_at"), "2026-11-24T00:00:00.000000Z");
    assert_true(json_is_false(json_object_get(meta, "stale")));
    assert_true(json_is_null(json_object_get(meta, "next_cursor")));
    assert_string_equal(served_text(meta, "currency"), "EUR");
    json_decref(json);
}

static size_t count(const struct served *f, const char *query)
{
    g_autofree char *target = g_strconcat("/api/v1/accounts?limit=1000&", query, NULL);
    json_t *json = served_get_json(f, target, 200);
    size_t n = json_array_size(json_object_get(json, "data"));
    json_decref(json);
    return n;
}

static void filters_agree_with_the_warehouse(void **state)
{
    static const char *const cases[][2] = {
        {"band=Red", "band = 'Red'"},
        {"band=red,Unknown", "band IN ('Red', 'Unknown')"},
        {"owner=a.sato%40example.com", "owner_email = 'a.sato@example.com'"},
        {"segment=enterprise", "segment = 'enterprise'"},
        {"min_health=70", "health >= 70"},
        {"max_health=39.99", "health <= 39.99"},
        {"min_health=40&max_health=69.9", "health BETWEEN 40 AND 69.9"},
        {"renewal_before=2027-03-01", "renewal_on < '2027-03-01'"},
        {"q=ACCOUNT%20029", "account_name LIKE 'Account 029%'"},
        {"band=Red&segment=enterprise", "band = 'Red' AND segment = 'enterprise'"},
        {"band=Purple", "false"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_int_equal(count(*state, cases[i][0]), served_in_warehouse(*state, cases[i][1]));
    assert_true(count(*state, "band=Red") > 0);
}

static void half_width_search_finds_full_width_names(void **state)
{
    assert_int_equal(count(*state, "q=%EF%BD%BB%EF%BD%B8%EF%BE%97"), 1); /* ｻｸﾗ */
    assert_int_equal(count(*state, "q=%E3%82%B5%E3%82%AF%E3%83%A9"), 1); /* サクラ */
    assert_int_equal(count(*state, "q=SAKURA"), 1);                      /* the key */
}

static void wrong_parameters_are_named(void **state)
{
    static const char *const wrong[] = {
        "limit=0",          "limit=1001",          "limit=x",
        "sort=arrr",        "min_health=-1",       "min_health=100.01",
        "min_health=1.234", "max_health=1e2",      "renewal_before=2026-02-30",
        "bnad=Red",         "band=Red&band=Green", "cursor=x"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *target = g_strconcat("/api/v1/accounts?", wrong[i], NULL);
        json_t *json = served_get_json(*state, target, 400);
        assert_non_null(served_text(json, "code"));
        json_decref(json);
    }
    json_t *json = served_get_json(*state, "/api/v1/accounts?bnad=Red", 400);
    assert_non_null(strstr(served_text(json, "detail"), "did you mean 'band'"));
    json_decref(json);
}

/* Every key of a walk in pages of `limit`, in order; publishes in the middle when told so. */
static GPtrArray *walk(const struct served *f, const char *sort, const char *publish,
                       int64_t *run_id)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *cursor = NULL;
    for (int page = 0; page < 100; page++) {
        g_autofree char *target = g_strdup_printf("/api/v1/accounts?limit=37&sort=%s%s%s", sort,
                                                  cursor ? "&cursor=" : "", cursor ? cursor : "");
        json_t *json = served_get_json(f, target, 200);
        json_t *data = json_object_get(json, "data"), *meta = json_object_get(json, "meta");
        for (size_t i = 0; i < json_array_size(data); i++)
            g_ptr_array_add(keys, g_strdup(served_text(json_array_get(data, i), "key")));
        int64_t run = json_integer_value(json_object_get(meta, "run_id"));
        assert_true(page == 0 || run == *run_id);
        *run_id = run;
        g_free(cursor);
        cursor = g_strdup(served_text(meta, "next_cursor"));
        json_decref(json);
        if (!cursor)
            return keys;
        if (page == 2 && publish)
            scored_publish(f->db, publish);
        if (page == 2 && publish)
            g_usleep(600000);
    }
    fail_msg("the walk does not end");
    return keys;
}

static int64_t current_run(const struct served *f)
{
    json_t *json = served_get_json(f, "/api/v1/accounts?limit=1", 200);
    int64_t run = json_integer_value(json_object_get(json_object_get(json, "meta"), "run_id"));
    json_decref(json);
    return run;
}

static void pages_show_every_account_once_in_every_order(void **state)
{
    static const char *const sorts[] = {"health",  "-health",  "churn_risk",    "-churn_risk",
                                        "arr",     "-arr",     "name",          "-name",
                                        "renewal", "-renewal", "expected_loss", "-expected_loss"};
    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
        int64_t run;
        g_autoptr(GPtrArray) keys = walk(*state, sorts[i], NULL, &run);
        g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
        for (guint k = 0; k < keys->len; k++)
            assert_true(g_hash_table_add(seen, keys->pdata[k]));
        assert_int_equal(keys->len, SERVED_ACCOUNTS + 2);
    }
}

static void a_walk_stays_on_its_run_while_another_is_published(void **state)
{
    int64_t before, after, run = current_run(*state);
    g_autoptr(GPtrArray) quiet = walk(*state, "health", NULL, &before);
    g_autoptr(GPtrArray) busy = walk(*state, "health", "2026-11-08", &after);
    assert_int_equal(before, run);
    assert_int_equal(after, run);
    assert_int_equal(quiet->len, busy->len);
    for (guint i = 0; i < quiet->len; i++)
        assert_string_equal(quiet->pdata[i], busy->pdata[i]);
    assert_true(current_run(*state) > run); /* the notice came, the poll alone would do too */
}

static void a_cursor_is_bound_to_its_query_and_ends_with_its_run(void **state)
{
    const struct served *f = *state;
    json_t *json = served_get_json(f, "/api/v1/accounts?limit=1", 200);
    g_autofree char *cursor = g_strdup(served_text(json_object_get(json, "meta"), "next_cursor"));
    json_decref(json);
    g_autofree char *other = g_strdup_printf("/api/v1/accounts?band=Red&cursor=%s", cursor);
    json_decref(served_get_json(f, other, 400));
    g_autofree char *same = g_strdup_printf("/api/v1/accounts?limit=5&cursor=%s", cursor);
    json_decref(served_get_json(f, same, 200));
    g_autofree char *stolen = g_strdup_printf("/api/v1/accounts?cursor=%s", cursor);
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, stolen, f->csm);
    assert_int_equal(answer->status, 400);
    for (int i = 0; i < 3; i++) {
        g_autofree char *day = g_strdup_printf("2026-11-1%d", i);
        scored_publish(f->db, day);
        g_usleep(600000);
    }
    json = served_get_json(f, same, 410);
    assert_string_equal(served_text(json, "code"), "cursor_expired");
    json_decref(json);
}

static int64_t bp(json_t *number)
{
    return (int64_t)(json_number_value(number) * 100 + 0.5);
}

static void contributions_add_up_to_the_health_shown(void **state)
{
    for (int i = 0; i < SERVED_ACCOUNTS; i += 7) {
        g_autofree char *target = g_strdup_printf("/api/v1/accounts/a%04d", i);
        json_t *json = served_get_json(*state, target, 200), *data = json_object_get(json, "data");
        json_t *parts = json_object_get(data, "contributions");
        json_t *health = json_object_get(data, "health");
        int64_t sum = 0, lost = 0;
        assert_int_equal(json_array_size(parts), 2);
        for (size_t k = 0; k < 2; k++) {
            sum += bp(json_object_get(json_array_get(parts, k), "contribution"));
            lost += bp(json_object_get(json_array_get(parts, k), "lost"));
        }
        if (!json_is_null(health)) {
            assert_int_equal(sum, bp(health));
            assert_int_equal(lost, 10000 - bp(health));
        } else {
            assert_string_equal(served_text(data, "band"), "Unknown");
        }
        json_decref(json);
    }
}

static void explain_says_the_raw_values_in_sentences(void **state)
{
    json_t *json = served_get_json(*state, "/api/v1/accounts/a0001/explain", 200);
    json_t *data = json_object_get(json, "data");
    json_t *parts = json_object_get(data, "contributions");
    json_t *risk = json_object_get(data, "risk_contributions");
    assert_string_equal(served_text(json_array_get(parts, 0), "sentence"),
                        "2,000 job runs in 28 days");
    assert_string_equal(served_text(json_array_get(parts, 1), "sentence"),
                        "12.5 % of job runs failed");
    assert_int_equal(json_array_size(risk), 2);
    assert_string_equal(served_text(json_array_get(risk, 1), "feature"), "intercept");
    json_decref(json);
    json = served_get_json(*state, "/api/v1/accounts/a0009/explain", 200);
    parts = json_object_get(json_object_get(json, "data"), "contributions");
    assert_string_equal(served_text(json_array_get(parts, 1), "quality"), "no_data");
    assert_true(json_is_null(json_object_get(json_array_get(parts, 1), "value")));
    assert_true(json_is_null(json_object_get(json_array_get(parts, 1), "contribution")));
    json_decref(json);
}

static void history_is_cut_by_days_and_steps(void **state)
{
    g_autofree char *all =
        warehouse_value(((struct served *)*state)->db, "SELECT count(*) FROM score.published");
    assert_int_equal(served_history(*state, ""), g_ascii_strtoll(all, NULL, 10));
    assert_int_equal(served_history(*state, "?from=2026-10-01&to=2026-10-31"), 2);
    assert_int_equal(served_history(*state, "?from=2026-10-01&to=2026-10-31&step=1m"), 1);
    assert_int_equal(served_history(*state, "?from=2026-10-02&to=2026-10-07"), 0);
    json_decref(served_get_json(*state, "/api/v1/accounts/a0001/history?from=2026-1-1", 400));
    json_decref(served_get_json(
        *state, "/api/v1/accounts/a0001/history?from=2026-10-09&to=2026-10-08", 400));
    json_decref(served_get_json(*state, "/api/v1/accounts/a0001/history?step=2d", 400));
    json_decref(served_get_json(*state, "/api/v1/accounts/none/history", 404));
}

static void expect_amounts(const struct served *f, const char *currency, const char *day,
                           const char *like)
{
    g_autofree char *set =
        g_strdup_printf("UPDATE ops.setting SET value = '%s' WHERE name = 'currency'", currency);
    warehouse_sql(f->db, set);
    int64_t run = scored_publish(f->db, day);
    for (int i = 0; i < 200 && current_run(f) != run; i++)
        g_usleep(50000);
    assert_int_equal(current_run(f), run);
    g_autoptr(raw_http_answer_t) one = served_get(f, "/api/v1/accounts/a0000");
    g_autoptr(raw_http_answer_t) all = served_get(f, "/api/v1/accounts/a0000/history?step=1m");
    g_autofree char *arr = g_strdup_printf("\"arr\": *%s[,}]", like);
    g_autofree char *loss = g_strdup_printf("\"expected_loss\": *%s[,}]", like);
    assert_true(g_regex_match_simple(arr, one->body, 0, 0));
    assert_true(g_regex_match_simple(loss, one->body, 0, 0));
    assert_true(g_regex_match_simple(arr, all->body, 0, 0));
}

static void amounts_have_the_decimals_of_their_currency(void **state)
{
    const struct served *f = *state;
    expect_amounts(f, "JPY", "2026-12-01", "[0-9]+");
    expect_amounts(f, "KWD", "2026-12-02", "[0-9]+[.][0-9]{3}");
    expect_amounts(f, "EUR", "2026-12-03", "[0-9]+[.][0-9]{2}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_its_run_and_the_worst_first),
        cmocka_unit_test(filters_agree_with_the_warehouse),
        cmocka_unit_test(half_width_search_finds_full_width_names),
        cmocka_unit_test(wrong_parameters_are_named),
        cmocka_unit_test(pages_show_every_account_once_in_every_order),
        cmocka_unit_test(a_walk_stays_on_its_run_while_another_is_published),
        cmocka_unit_test(a_cursor_is_bound_to_its_query_and_ends_with_its_run),
        cmocka_unit_test(contributions_add_up_to_the_health_shown),
        cmocka_unit_test(explain_says_the_raw_values_in_sentences),
        cmocka_unit_test(history_is_cut_by_days_and_steps),
        cmocka_unit_test(amounts_have_the_decimals_of_their_currency),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
