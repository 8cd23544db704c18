/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "api/key.h"
#include "api/server.h"
#include "core/cluster.h"
#include "support/raw_http.h"
#include "support/scored.h"
#include "support/warehouse.h"

enum { ACCOUNTS = 300 };

struct fixture {
    struct db *db;
    struct arena *arena;
    struct server *server;
    int port, admin;
    char *lead, *csm, *ingest; /* header lines with keys */
    const char *csm_token;
};

static char listen_on[] = "127.0.0.1:0", local[] = "local";

static bool page_weekly(void *context, struct db *db, GString *html, GError **err)
{
    (void)context;
    (void)db;
    (void)err;
    g_string_append(html, "<!doctype html><style>p{}</style><p>weekly</p>");
    return true;
}

static bool page_brief(void *context, struct db *db, const char *key, GString *html, GError **err)
{
    (void)context;
    (void)db;
    (void)err;
    g_string_append_printf(html, "<!doctype html><p>brief %s</p>", key);
    return true;
}

static const struct page_renderer renderer = {NULL, page_weekly, page_brief};

static struct server *start(void)
{
    g_autoptr(GError) err = NULL;
    struct server_options options = {.dsn = warehouse_dsn(),
                                     .pages = &renderer,
                                     .poll_ms = 200,
                                     .stale_ms = 2000,
                                     .quiet = true};
    if (!api_config_load(NULL, &options.api, &err))
        fail_msg("%s", err->message);
    options.api.listen = options.api.admin = listen_on;
    options.api.pages = local;
    options.api.request_ms = 1500;
    struct server *server = server_start(&options, &err);
    if (!server)
        fail_msg("%s", err->message);
    return server;
}

static char *make_key(struct fixture *f, const char *role, const char *email, const char **token)
{
    const char *made;
    g_autoptr(GError) err = NULL;
    struct key_request request = {"test", role, email, 0};
    if (!key_create(f->arena, f->db, &request, &made, &err))
        fail_msg("%s", err->message);
    if (token)
        *token = made;
    return g_strdup_printf("Authorization: Bearer %s\r\n", made);
}

static int set_up(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->db = warehouse_open();
    f->arena = arena_new();
    scored_accounts(f->db, ACCOUNTS);
    scored_account(f->db, "sakura", "サクラ商事", "a.sato@example.com");
    scored_account(f->db, "script", "<script>alert('1')</script> & \"Co\"", NULL);
    scored_publish(f->db, "2026-10-01");
    scored_publish(f->db, "2026-10-08");
    scored_publish(f->db, "2026-11-01");
    f->lead = make_key(f, "lead", NULL, NULL);
    f->csm = make_key(f, "csm", "a.sato@example.com", &f->csm_token);
    f->ingest = make_key(f, "ingest", NULL, NULL);
    f->server = start();
    f->port = server_port(f->server);
    f->admin = server_admin_port(f->server);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    server_stop(f->server);
    db_close(f->db);
    arena_free(f->arena);
    g_free(f->lead);
    g_free(f->csm);
    g_free(f->ingest);
    g_free(f);
    return 0;
}

static struct raw_http_answer *get(const struct fixture *f, const char *target)
{
    return raw_http_get(f->port, target, f->lead);
}

static json_t *json_of(const struct raw_http_answer *answer)
{
    json_error_t error;
    json_t *json = json_loadb(answer->body, answer->body_size, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s in %.200s", error.text, answer->body);
    return json;
}

static json_t *get_json(const struct fixture *f, const char *target, int status)
{
    g_autoptr(raw_http_answer_t) answer = get(f, target);
    if (answer->status != status)
        fail_msg("%s: %d, want %d: %.300s", target, answer->status, status, answer->body);
    return json_of(answer);
}

static const char *text_at(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void a_list_has_its_run_and_the_worst_first(void **state)
{
    json_t *json = get_json(*state, "/api/v1/accounts?limit=1000", 200);
    json_t *data = json_object_get(json, "data"), *meta = json_object_get(json, "meta");
    double last = -1;
    bool unknown = false;
    assert_int_equal(json_array_size(data), ACCOUNTS + 2);
    for (size_t i = 0; i < json_array_size(data); i++) {
        json_t *health = json_object_get(json_array_get(data, i), "health");
        unknown = unknown || json_is_null(health);
        assert_true(unknown ? json_is_null(health) : json_number_value(health) >= last);
        last = unknown ? last : json_number_value(health);
    }
    assert_true(unknown);
    assert_string_equal(text_at(meta, "as_of"), "2026-11-01");
    assert_int_equal(json_integer_value(json_object_get(meta, "run_id")), 3);
    assert_string_equal(text_at(meta, "known_at"), "2026-11-24T00:00:00.000000Z");
    assert_true(json_is_false(json_object_get(meta, "stale")));
    assert_true(json_is_null(json_object_get(meta, "next_cursor")));
    assert_string_equal(text_at(meta, "currency"), "EUR");
    json_decref(json);
}

static size_t count(const struct fixture *f, const char *query)
{
    g_autofree char *target = g_strconcat("/api/v1/accounts?limit=1000&", query, NULL);
    json_t *json = get_json(f, target, 200);
    size_t n = json_array_size(json_object_get(json, "data"));
    json_decref(json);
    return n;
}

static int64_t in_warehouse(const struct fixture *f, const char *condition)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT count(*) FROM bi.account_current WHERE %s", condition);
    g_autofree char *value = warehouse_value(f->db, sql);
    return g_ascii_strtoll(value, NULL, 10);
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
        assert_int_equal(count(*state, cases[i][0]), in_warehouse(*state, cases[i][1]));
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
        json_t *json = get_json(*state, target, 400);
        assert_non_null(text_at(json, "code"));
        json_decref(json);
    }
    json_t *json = get_json(*state, "/api/v1/accounts?bnad=Red", 400);
    assert_non_null(strstr(text_at(json, "detail"), "did you mean 'band'"));
    json_decref(json);
}

/* Every key of a walk in pages of `limit`, in order; publishes in the middle when told so. */
static GPtrArray *walk(const struct fixture *f, const char *sort, const char *publish,
                       int64_t *run_id)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *cursor = NULL;
    for (int page = 0; page < 100; page++) {
        g_autofree char *target = g_strdup_printf("/api/v1/accounts?limit=37&sort=%s%s%s", sort,
                                                  cursor ? "&cursor=" : "", cursor ? cursor : "");
        json_t *json = get_json(f, target, 200);
        json_t *data = json_object_get(json, "data"), *meta = json_object_get(json, "meta");
        for (size_t i = 0; i < json_array_size(data); i++)
            g_ptr_array_add(keys, g_strdup(text_at(json_array_get(data, i), "key")));
        int64_t run = json_integer_value(json_object_get(meta, "run_id"));
        assert_true(page == 0 || run == *run_id);
        *run_id = run;
        g_free(cursor);
        cursor = g_strdup(text_at(meta, "next_cursor"));
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

static int64_t current_run(const struct fixture *f)
{
    json_t *json = get_json(f, "/api/v1/accounts?limit=1", 200);
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
        assert_int_equal(keys->len, ACCOUNTS + 2);
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
    const struct fixture *f = *state;
    json_t *json = get_json(f, "/api/v1/accounts?limit=1", 200);
    g_autofree char *cursor = g_strdup(text_at(json_object_get(json, "meta"), "next_cursor"));
    json_decref(json);
    g_autofree char *other = g_strdup_printf("/api/v1/accounts?band=Red&cursor=%s", cursor);
    json_decref(get_json(f, other, 400));
    g_autofree char *same = g_strdup_printf("/api/v1/accounts?limit=5&cursor=%s", cursor);
    json_decref(get_json(f, same, 200));
    g_autofree char *stolen = g_strdup_printf("/api/v1/accounts?cursor=%s", cursor);
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, stolen, f->csm);
    assert_int_equal(answer->status, 400);
    for (int i = 0; i < 3; i++) {
        g_autofree char *day = g_strdup_printf("2026-11-1%d", i);
        scored_publish(f->db, day);
        g_usleep(600000);
    }
    json = get_json(f, same, 410);
    assert_string_equal(text_at(json, "code"), "cursor_expired");
    json_decref(json);
}

static int64_t bp(json_t *number)
{
    return (int64_t)(json_number_value(number) * 100 + 0.5);
}

static void contributions_add_up_to_the_health_shown(void **state)
{
    for (int i = 0; i < ACCOUNTS; i += 7) {
        g_autofree char *target = g_strdup_printf("/api/v1/accounts/a%04d", i);
        json_t *json = get_json(*state, target, 200), *data = json_object_get(json, "data");
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
            assert_string_equal(text_at(data, "band"), "Unknown");
        }
        json_decref(json);
    }
}

static void explain_says_the_raw_values_in_sentences(void **state)
{
    json_t *json = get_json(*state, "/api/v1/accounts/a0001/explain", 200);
    json_t *data = json_object_get(json, "data");
    json_t *parts = json_object_get(data, "contributions");
    json_t *risk = json_object_get(data, "risk_contributions");
    assert_string_equal(text_at(json_array_get(parts, 0), "sentence"), "2,000 job runs in 28 days");
    assert_string_equal(text_at(json_array_get(parts, 1), "sentence"), "12.5 % of job runs failed");
    assert_int_equal(json_array_size(risk), 2);
    assert_string_equal(text_at(json_array_get(risk, 1), "feature"), "intercept");
    json_decref(json);
    json = get_json(*state, "/api/v1/accounts/a0009/explain", 200);
    parts = json_object_get(json_object_get(json, "data"), "contributions");
    assert_string_equal(text_at(json_array_get(parts, 1), "quality"), "no_data");
    assert_true(json_is_null(json_object_get(json_array_get(parts, 1), "value")));
    assert_true(json_is_null(json_object_get(json_array_get(parts, 1), "contribution")));
    json_decref(json);
}

static size_t history(const struct fixture *f, const char *query)
{
    g_autofree char *target = g_strconcat("/api/v1/accounts/a0001/history", query, NULL);
    json_t *json = get_json(f, target, 200);
    size_t n = json_array_size(json_object_get(json, "data"));
    json_decref(json);
    return n;
}

static void history_is_cut_by_days_and_steps(void **state)
{
    g_autofree char *all =
        warehouse_value(((struct fixture *)*state)->db, "SELECT count(*) FROM score.published");
    assert_int_equal(history(*state, ""), g_ascii_strtoll(all, NULL, 10));
    assert_int_equal(history(*state, "?from=2026-10-01&to=2026-10-31"), 2);
    assert_int_equal(history(*state, "?from=2026-10-01&to=2026-10-31&step=1m"), 1);
    assert_int_equal(history(*state, "?from=2026-10-02&to=2026-10-07"), 0);
    json_decref(get_json(*state, "/api/v1/accounts/a0001/history?from=2026-1-1", 400));
    json_decref(
        get_json(*state, "/api/v1/accounts/a0001/history?from=2026-10-09&to=2026-10-08", 400));
    json_decref(get_json(*state, "/api/v1/accounts/a0001/history?step=2d", 400));
    json_decref(get_json(*state, "/api/v1/accounts/none/history", 404));
}

/* The body without its request id, which differs by nature. */
static char *without_id(const struct raw_http_answer *answer)
{
    g_autoptr(GRegex) id = g_regex_new("\"request_id\":\"[0-9a-f]{16}\"", 0, 0, NULL);
    return g_regex_replace_literal(id, answer->body, -1, 0, "", 0, NULL);
}

static void a_csm_sees_own_accounts_and_others_as_absent(void **state)
{
    const struct fixture *f = *state;
    static const char *const forms[] = {"/api/v1/accounts/%s", "/api/v1/accounts/%s/explain",
                                        "/api/v1/accounts/%s/history", "/accounts/%s"};
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        g_auto(GStrv) form = g_strsplit(forms[i], "%s", 2);
        g_autofree char *own = g_strjoin("a0000", form[0], form[1], NULL);
        g_autofree char *other = g_strjoin("a0001", form[0], form[1], NULL);
        g_autofree char *absent = g_strjoin("a9999", form[0], form[1], NULL);
        g_autoptr(raw_http_answer_t) a = raw_http_get(f->port, own, f->csm);
        g_autoptr(raw_http_answer_t) b = raw_http_get(f->port, other, f->csm);
        g_autoptr(raw_http_answer_t) c = raw_http_get(f->port, absent, f->csm);
        assert_int_equal(a->status, 200);
        assert_int_equal(b->status, 404);
        assert_int_equal(c->status, 404);
        g_autofree char *bb = without_id(b), *cc = without_id(c);
        g_auto(GStrv) parts = g_strsplit(cc, "a9999", -1);
        g_autofree char *cc_as_b = g_strjoinv("a0001", parts);
        assert_string_equal(bb, cc_as_b);
    }
}

static void a_csm_lists_own_accounts_only_and_no_report(void **state)
{
    const struct fixture *f = *state;
    g_autoptr(raw_http_answer_t) list =
        raw_http_get(f->port, "/api/v1/accounts?limit=1000", f->csm);
    json_t *json = json_of(list), *data = json_object_get(json, "data");
    assert_int_equal(json_array_size(data), in_warehouse(f, "owner_email = 'a.sato@example.com'"));
    for (size_t i = 0; i < json_array_size(data); i++)
        assert_string_equal(text_at(json_array_get(data, i), "owner_email"), "a.sato@example.com");
    json_decref(json);
    g_autoptr(raw_http_answer_t) report = raw_http_get(f->port, "/", f->csm);
    assert_int_equal(report->status, 403);
}

static void without_a_key_there_is_nothing_but_documentation(void **state)
{
    const struct fixture *f = *state;
    static const char *const closed[] = {"/api/v1/accounts", "/api/v1/accounts/a0000",
                                         "/api/v1/accounts/a0000/history"};
    static const char *const wrong[] = {
        "", "Authorization: Bearer\r\n", "Authorization: Bearer knk_x\r\n",
        "Authorization: Basic YTpi\r\n",
        "Authorization: Bearer "
        "knk_AAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA_AAAAAA\r\n"};
    for (size_t i = 0; i < G_N_ELEMENTS(closed); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(wrong); k++) {
            g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, closed[i], wrong[k]);
            g_autofree char *ask = raw_http_header(answer, "WWW-Authenticate");
            assert_int_equal(answer->status, 401);
            assert_non_null(ask);
        }
    }
    g_autoptr(raw_http_answer_t) errors = raw_http_get(f->port, "/docs/errors", "");
    g_autoptr(raw_http_answer_t) docs = raw_http_get(f->port, "/docs", "");
    g_autoptr(raw_http_answer_t) ingest = raw_http_get(f->port, "/api/v1/accounts", f->ingest);
    assert_int_equal(errors->status, 200);
    assert_int_equal(docs->status, 200);
    assert_int_equal(ingest->status, 403);
}

static void a_revoked_key_ends_within_a_second(void **state)
{
    struct fixture *f = *state;
    const char *token;
    g_autofree char *header = make_key(f, "analyst", NULL, &token);
    int status = 0;
    for (int i = 0; i < 50 && status != 200; i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_get(f->port, "/api/v1/accounts?limit=1", header);
        status = answer->status;
        g_usleep(20000);
    }
    assert_int_equal(status, 200);
    assert_true(key_revoke(f->arena, f->db, token, NULL));
    for (int i = 0; i < 50 && status != 401; i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_get(f->port, "/api/v1/accounts?limit=1", header);
        status = answer->status;
        g_usleep(20000);
    }
    assert_int_equal(status, 401);
}

static void pages_are_for_this_machine_or_a_key(void **state)
{
    const struct fixture *f = *state;
    g_autoptr(raw_http_answer_t) weekly = raw_http_get(f->port, "/", "");
    g_autoptr(raw_http_answer_t) brief = raw_http_get(f->port, "/accounts/sakura", "");
    g_autoptr(raw_http_answer_t) absent = raw_http_get(f->port, "/accounts/nobody", "");
    g_autoptr(raw_http_answer_t) proxied =
        raw_http_get(f->port, "/", "X-Forwarded-For: 10.1.1.1\r\n");
    g_autoptr(raw_http_answer_t) keyed = raw_http_get(f->port, "/", f->lead);
    assert_int_equal(weekly->status, 200);
    assert_non_null(strstr(weekly->body, "weekly"));
    assert_int_equal(brief->status, 200);
    assert_string_equal(brief->body, "<!doctype html><p>brief sakura</p>");
    assert_int_equal(absent->status, 404);
    assert_int_equal(proxied->status, 401);
    assert_int_equal(keyed->status, 200);
    g_autofree char *policy = raw_http_header(weekly, "Content-Security-Policy");
    g_autofree char *type = raw_http_header(weekly, "Content-Type");
    assert_non_null(strstr(policy, "default-src 'none'"));
    assert_null(strstr(policy, "script-src"));
    assert_string_equal(type, "text/html; charset=utf-8");
    const char foreign[] = "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n";
    g_autoptr(GString) rebound = raw_http_exchange(f->port, foreign, strlen(foreign), 5000);
    assert_int_equal(raw_http_status(rebound), 401);
}

static void the_same_answer_has_the_same_tag_and_304_follows(void **state)
{
    const struct fixture *f = *state;
    g_autoptr(raw_http_answer_t) first = get(f, "/api/v1/accounts?limit=3");
    g_autofree char *tag = raw_http_header(first, "ETag");
    g_autofree char *cache = raw_http_header(first, "Cache-Control");
    g_autofree char *link = raw_http_header(first, "Link");
    g_autofree char *headers = g_strdup_printf("%sIf-None-Match: %s\r\n", f->lead, tag);
    g_autoptr(raw_http_answer_t) second =
        raw_http_get(f->port, "/api/v1/accounts?limit=3", headers);
    g_autoptr(raw_http_answer_t) other = raw_http_get(f->port, "/api/v1/accounts?limit=4", headers);
    assert_true(g_str_has_prefix(tag, "\"r"));
    assert_string_equal(cache, "private, no-cache");
    assert_non_null(strstr(link, "rel=\"next\""));
    assert_int_equal(second->status, 304);
    assert_int_equal(second->body_size, 0);
    assert_int_equal(other->status, 200);
}

static void head_is_get_without_a_body(void **state)
{
    const struct fixture *f = *state;
    g_autoptr(raw_http_answer_t) whole = get(f, "/api/v1/accounts/a0000");
    g_autoptr(raw_http_answer_t) head =
        raw_http_send(f->port, "HEAD", "/api/v1/accounts/a0000", f->lead, NULL, 0);
    g_autofree char *a = raw_http_header(whole, "Content-Length");
    g_autofree char *b = raw_http_header(head, "Content-Length");
    g_autofree char *c = raw_http_header(head, "ETag");
    assert_int_equal(head->status, 200);
    assert_int_equal(head->body_size, 0);
    assert_string_equal(a, b);
    assert_non_null(c);
}

static void unknown_paths_and_methods_answer_as_documented(void **state)
{
    const struct fixture *f = *state;
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "TRACE", "FOO"};
    json_t *json = get_json(f, "/api/v1/nothing", 404);
    assert_string_equal(text_at(json, "code"), "not_found");
    json_decref(json);
    json_decref(get_json(f, "/api/v1/accounts/", 404));
    json_decref(get_json(f, "/api/v1/accounts/a0000/", 404));
    json_decref(get_json(f, "/api/v1/accounts/a0000/history/x", 404));
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autoptr(raw_http_answer_t) answer =
            raw_http_send(f->port, methods[i], "/api/v1/accounts", f->lead, NULL, 0);
        g_autofree char *allow = raw_http_header(answer, "Allow");
        g_autofree char *type = raw_http_header(answer, "Content-Type");
        assert_int_equal(answer->status, 405);
        assert_string_equal(allow, "OPTIONS, GET, HEAD");
        assert_true(g_str_has_prefix(type, "application/problem+json"));
    }
    g_autoptr(raw_http_answer_t) options =
        raw_http_send(f->port, "OPTIONS", "/api/v1/accounts", "", NULL, 0);
    g_autofree char *allow = raw_http_header(options, "Allow");
    g_autofree char *cors = raw_http_header(options, "Access-Control-Allow-Origin");
    assert_int_equal(options->status, 204);
    assert_string_equal(allow, "OPTIONS, GET, HEAD");
    assert_null(cors);
}

static void every_answer_carries_the_security_headers(void **state)
{
    const struct fixture *f = *state;
    static const char *const targets[] = {"/api/v1/accounts", "/nothing", "/", "/docs/errors"};
    static const char *const names[] = {
        "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
        "Cache-Control",           "X-Request-Id",           "Cross-Origin-Resource-Policy"};
    for (size_t i = 0; i < G_N_ELEMENTS(targets); i++) {
        g_autoptr(raw_http_answer_t) answer = get(f, targets[i]);
        for (size_t k = 0; k < G_N_ELEMENTS(names); k++) {
            g_autofree char *value = raw_http_header(answer, names[k]);
            if (!value)
                fail_msg("%s lacks %s", targets[i], names[k]);
        }
    }
}

static void names_with_markup_never_leave_unescaped(void **state)
{
    g_autoptr(raw_http_answer_t) answer = get(*state, "/api/v1/accounts/script");
    assert_int_equal(answer->status, 200);
    assert_null(strstr(answer->body, "<"));
    json_t *json = json_of(answer);
    assert_string_equal(text_at(json_object_get(json, "data"), "name"),
                        "<script>alert('1')</script> & \"Co\"");
    json_decref(json);
}

static void a_body_over_the_limit_is_refused(void **state)
{
    const struct fixture *f = *state;
    g_autofree char *body = g_strnfill(1 << 21, 'x');
    g_autoptr(raw_http_answer_t) said =
        raw_http_send(f->port, "POST", "/api/v1/accounts", f->lead, body, 1 << 21);
    assert_true(said->status == 413 || said->status == 0);
    g_autoptr(raw_http_answer_t) small =
        raw_http_send(f->port, "POST", "/api/v1/accounts", f->lead, body, 1 << 20);
    assert_int_equal(small->status, 405);
    g_autoptr(GString) chunked = g_string_new(
        "POST /api/v1/accounts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: "
        "close\r\n\r\n");
    for (int i = 0; i < 2; i++)
        g_string_append_printf(chunked, "100000\r\n%.*s\r\n", 1 << 20, body);
    g_string_append(chunked, "0\r\n\r\n");
    g_autoptr(GString) all = raw_http_exchange(f->port, chunked->str, chunked->len, 5000);
    assert_int_equal(raw_http_status(all), 413);
}

static void a_slow_request_is_closed_at_its_deadline(void **state)
{
    const struct fixture *f = *state;
    int slow[20];
    gint64 start = g_get_monotonic_time();
    for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
        slow[i] = raw_http_connect(f->port);
        assert_int_equal(send(slow[i], "GET / HTTP/1.1\r\nHost: a\r\n", 25, MSG_NOSIGNAL), 25);
    }
    size_t open = G_N_ELEMENTS(slow);
    while (open > 0 && g_get_monotonic_time() - start < 8000000) {
        g_usleep(100000);
        g_autoptr(raw_http_answer_t) other = get(f, "/api/v1/accounts?limit=1");
        assert_int_equal(other->status, 200); /* nobody else waits */
        for (size_t i = 0; i < G_N_ELEMENTS(slow); i++) {
            char byte;
            if (slow[i] < 0)
                continue;
            ssize_t sent = send(slow[i], "X: y\r\n", 6, MSG_NOSIGNAL);
            if (sent < 0 || recv(slow[i], &byte, 1, MSG_DONTWAIT) == 0) {
                close(slow[i]);
                slow[i] = -1;
                open--;
            }
        }
    }
    gint64 took = g_get_monotonic_time() - start;
    assert_int_equal(open, 0);
    assert_true(took > 1200000 && took < 5000000);
}

static void the_admin_port_says_live_ready_and_metrics(void **state)
{
    const struct fixture *f = *state;
    g_autoptr(raw_http_answer_t) live = raw_http_get(f->admin, "/live", "");
    g_autoptr(raw_http_answer_t) ready = raw_http_get(f->admin, "/ready", "");
    g_autoptr(raw_http_answer_t) none = raw_http_get(f->admin, "/", "");
    g_autoptr(raw_http_answer_t) api = raw_http_get(f->port, "/metrics", f->lead);
    g_autoptr(raw_http_answer_t) metrics = raw_http_get(f->admin, "/metrics", "");
    assert_int_equal(live->status, 200);
    assert_int_equal(ready->status, 200);
    assert_int_equal(none->status, 404);
    assert_int_equal(api->status, 404);
    g_autofree char *type = raw_http_header(metrics, "Content-Type");
    assert_string_equal(type, "text/plain; version=0.0.4; charset=utf-8");
    g_auto(GStrv) lines = g_strsplit(metrics->body, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line &&
            !g_regex_match_simple("^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\\{[a-z]+=\"[^\"]*\""
                                  "(,[a-z]+=\"[^\"]*\")*\\})? [-+.0-9e]+)$",
                                  *line, 0, 0))
            fail_msg("not Prometheus: %s", *line);
    }
    assert_non_null(strstr(metrics->body, "kenko_accounts{band=\"Unknown\"} 30\n"));
    assert_non_null(
        strstr(metrics->body, "kenko_api_requests_total{route=\"accounts\",code=\"200\"}"));
    assert_non_null(strstr(metrics->body, "kenko_api_request_duration_seconds_bucket{route="
                                          "\"accounts\",le=\"+Inf\"}"));
    assert_null(strstr(metrics->body, "a0001"));
}

static int history_status(const struct fixture *f)
{
    g_autoptr(raw_http_answer_t) answer = get(f, "/api/v1/accounts/a0000/history");
    return answer->status;
}

/* Last: the warehouse stops under the running service. */
static void without_its_warehouse_it_serves_what_it_has_and_says_so(void **state)
{
    struct fixture *f = *state;
    g_autoptr(GError) err = NULL;
    bool stale = false;
    assert_true(cluster_stop(warehouse_home(), true, &err));
    for (int i = 0; i < 100 && !stale; i++) {
        json_t *json = get_json(f, "/api/v1/accounts?limit=2", 200);
        stale = json_is_true(json_object_get(json_object_get(json, "meta"), "stale"));
        assert_int_equal(json_array_size(json_object_get(json, "data")), 2);
        json_decref(json);
        g_usleep(100000);
    }
    assert_true(stale);
    g_autoptr(raw_http_answer_t) history = get(f, "/api/v1/accounts/a0000/history");
    g_autofree char *retry = raw_http_header(history, "Retry-After");
    assert_int_equal(history->status, 503);
    assert_non_null(retry);
    assert_null(strstr(history->body, "socket")); /* nothing of libpq's words */
    g_autoptr(raw_http_answer_t) ready = raw_http_get(f->admin, "/ready", "");
    assert_int_equal(ready->status, 200);
    g_autofree char *first = NULL;
    assert_true(cluster_ensure(warehouse_home(), &first, &err));
    for (int i = 0; i < 100 && stale; i++) {
        json_t *json = get_json(f, "/api/v1/accounts?limit=2", 200);
        stale = json_is_true(json_object_get(json_object_get(json, "meta"), "stale"));
        json_decref(json);
        g_usleep(100000);
    }
    assert_false(stale);
    g_usleep(1100000); /* the pool's rest after a failed connect */
    assert_int_equal(history_status(f), 200);
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
        cmocka_unit_test(a_csm_sees_own_accounts_and_others_as_absent),
        cmocka_unit_test(a_csm_lists_own_accounts_only_and_no_report),
        cmocka_unit_test(without_a_key_there_is_nothing_but_documentation),
        cmocka_unit_test(a_revoked_key_ends_within_a_second),
        cmocka_unit_test(pages_are_for_this_machine_or_a_key),
        cmocka_unit_test(the_same_answer_has_the_same_tag_and_304_follows),
        cmocka_unit_test(head_is_get_without_a_body),
        cmocka_unit_test(unknown_paths_and_methods_answer_as_documented),
        cmocka_unit_test(every_answer_carries_the_security_headers),
        cmocka_unit_test(names_with_markup_never_leave_unescaped),
        cmocka_unit_test(a_body_over_the_limit_is_refused),
        cmocka_unit_test(a_slow_request_is_closed_at_its_deadline),
        cmocka_unit_test(the_admin_port_says_live_ready_and_metrics),
        cmocka_unit_test(without_its_warehouse_it_serves_what_it_has_and_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
