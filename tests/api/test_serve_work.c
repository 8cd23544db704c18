/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people write through the API, and what they get when they write it twice. */
#include <pthread.h>
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

static struct raw_http_answer *send_as(const struct served *f, const char *key, const char *method,
                                       const char *target, const char *more, const char *body)
{
    g_autofree char *headers =
        g_strconcat(key, *body ? "Content-Type: application/json\r\n" : "", more, NULL);
    return raw_http_send(f->port, method, target, headers, body, strlen(body));
}

static json_t *post(const struct served *f, const char *target, const char *body, int status)
{
    g_autoptr(raw_http_answer_t) answer = send_as(f, f->csm, "POST", target, "", body);
    if (answer->status != status)
        fail_msg("%s: %d, want %d: %.300s", target, answer->status, status, answer->body);
    return served_json_of(answer);
}

static int64_t count(const struct served *f, const char *sql)
{
    g_autofree char *value = warehouse_value(f->db, sql);
    return g_ascii_strtoll(value, NULL, 10);
}

static json_t *data_of(json_t *json)
{
    return json_object_get(json, "data");
}

static size_t rows_at(const struct served *f, const char *target)
{
    json_t *json = served_get_json(f, target, 200);
    size_t n = json_array_size(data_of(json));
    json_decref(json);
    return n;
}

static void a_note_is_written_read_and_taken_back_by_its_author(void **state)
{
    const struct served *f = *state;
    static const char notes[] = "/api/v1/accounts/a0000/notes";
    json_t *made = post(f, notes, "{\"body\": \"Called, 元気\"}", 201);
    int64_t id = json_integer_value(json_object_get(data_of(made), "note_id"));
    assert_string_equal(served_text(data_of(made), "author"), "a.sato@example.com");
    json_decref(made);
    json_t *list = served_get_json(f, notes, 200);
    assert_string_equal(served_text(json_array_get(data_of(list), 0), "body"), "Called, 元気");
    json_decref(list);
    g_autofree char *one = g_strdup_printf("%s/%" G_GINT64_FORMAT, notes, id);
    g_autoptr(raw_http_answer_t) other = send_as(f, f->lead, "DELETE", one, "", "");
    g_autoptr(raw_http_answer_t) own = send_as(f, f->csm, "DELETE", one, "", "");
    g_autoptr(raw_http_answer_t) again = send_as(f, f->csm, "DELETE", one, "", "");
    assert_int_equal(other->status, 404);
    assert_int_equal(own->status, 204);
    assert_int_equal(own->body_size, 0);
    assert_int_equal(again->status, 404);
    assert_int_equal(rows_at(f, notes), 0);
}

static void every_wrong_member_has_its_pointer(void **state)
{
    const struct served *f = *state;
    json_t *json = post(f, "/api/v1/accounts/a0000/mutes",
                        "{\"raeson\": \"x\", \"until_on\": \"2026-02-30\", \"a/b~\": 1}", 422);
    json_t *errors = json_object_get(json, "errors");
    static const char *const pointers[] = {"/raeson", "/until_on", "/a~1b~0", "/reason"};
    assert_string_equal(served_text(json, "code"), "invalid");
    assert_int_equal(json_array_size(errors), 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(served_text(json_array_get(errors, i), "pointer"), pointers[i]);
    assert_non_null(strstr(served_text(json_array_get(errors, 0), "detail"), "'reason'"));
    json_decref(json);
    assert_int_equal(count(f, "SELECT count(*) FROM outreach.mute"), 0);
}

static void a_body_that_is_no_object_of_json_is_refused(void **state)
{
    const struct served *f = *state;
    static const char *const unreadable[] = {"{",
                                             "{\"body\":\"a\",\"body\":\"b\"}",
                                             "{\"body\":\"\\u0000\"}",
                                             "{\"body\":\"\\ud800\"}",
                                             "{\"body\":\"\xc0\xaf\"}",
                                             "{\"body\":\"a\"}x"};
    static const char *const wrong[] = {"[]", "{\"body\":1}", "{\"body\":null}", "{\"body\":\"\"}"};
    for (size_t i = 0; i < G_N_ELEMENTS(unreadable); i++)
        json_decref(post(f, "/api/v1/accounts/a0000/notes", unreadable[i], 400));
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
        json_decref(post(f, "/api/v1/accounts/a0000/notes", wrong[i], 422));
    g_autofree char *deep = g_strnfill(60000, '['), *large = g_strnfill(70000, ' ');
    json_decref(post(f, "/api/v1/accounts/a0000/notes", deep, 400));
    json_decref(post(f, "/api/v1/accounts/a0000/notes", large, 413));
    g_autoptr(raw_http_answer_t) form =
        raw_http_send(f->port, "POST", "/api/v1/accounts/a0000/notes", f->csm, "body=x", 6);
    assert_int_equal(form->status, 415);
    assert_int_equal(count(f, "SELECT count(*) FROM outreach.note WHERE NOT is_deleted"), 0);
}

static void texts_come_back_as_they_went(void **state)
{
    const struct served *f = *state;
    static const char *const naughty[] = {
        "'; DROP TABLE outreach.note; --",
        "<script>alert(1)</script>",
        "=HYPERLINK(\"http://evil\")",
        "\xe2\x80\xa8\xe2\x80\xae\xef\xbb\xbf",
        "$1 %s %n \\ \" ' ` \t \x01",
        "𝕜𝕖𝕟𝕜𝕠 健康 ｹﾝｺｳ 👩‍👩‍👧"};
    for (size_t i = 0; i < G_N_ELEMENTS(naughty); i++) {
        json_t *body = json_pack("{s:s}", "body", naughty[i]);
        g_autofree char *text = json_dumps(body, JSON_ENSURE_ASCII);
        json_t *made = post(f, "/api/v1/accounts/a0000/notes", text, 201);
        assert_string_equal(served_text(data_of(made), "body"), naughty[i]);
        json_decref(made);
        json_decref(body);
        json_t *list = served_get_json(f, "/api/v1/accounts/a0000/notes?limit=1", 200);
        assert_string_equal(served_text(json_array_get(data_of(list), 0), "body"), naughty[i]);
        json_decref(list);
    }
}

static void an_idempotency_key_writes_once_and_answers_the_same(void **state)
{
    const struct served *f = *state;
    static const char target[] = "/api/v1/accounts/a0000/tasks", key[] = "Idempotency-Key: k-1\r\n";
    static const char tasks[] = "SELECT count(*) FROM outreach.task";
    int64_t before = count(f, tasks);
    g_autoptr(raw_http_answer_t) first =
        send_as(f, f->csm, "POST", target, key, "{\"title\": \"Call\"}");
    g_autoptr(raw_http_answer_t) second =
        send_as(f, f->csm, "POST", target, key, "{\"title\": \"Call\"}");
    g_autoptr(raw_http_answer_t) other =
        send_as(f, f->csm, "POST", target, key, "{\"title\": \"Write\"}");
    g_autoptr(raw_http_answer_t) another_key =
        send_as(f, f->lead, "POST", target, key, "{\"title\": \"Call\"}");
    g_autofree char *replayed = raw_http_header(second, "Idempotency-Replayed");
    assert_int_equal(first->status, 201);
    assert_int_equal(second->status, 201);
    assert_string_equal(first->body, second->body);
    assert_string_equal(replayed, "true");
    assert_int_equal(other->status, 422);
    assert_non_null(strstr(other->body, "idempotency_key_reused"));
    assert_int_equal(another_key->status, 201); /* keys of others are theirs */
    assert_int_equal(count(f, tasks), before + 2);
    g_autoptr(raw_http_answer_t) empty =
        send_as(f, f->csm, "POST", target, "Idempotency-Key: a b\r\n", "{\"title\": \"Call\"}");
    assert_int_equal(empty->status, 400);
}

/* A refusal is not kept: the same key may be used for the corrected request. */
static void a_refused_write_leaves_its_key_free(void **state)
{
    const struct served *f = *state;
    static const char key[] = "Idempotency-Key: k-2\r\n";
    g_autoptr(raw_http_answer_t) wrong =
        send_as(f, f->csm, "PATCH", "/api/v1/tasks/99999", key, "{\"state\": \"done\"}");
    g_autoptr(raw_http_answer_t) right =
        send_as(f, f->csm, "POST", "/api/v1/accounts/a0000/tasks", key, "{\"title\": \"Call\"}");
    assert_int_equal(wrong->status, 404);
    assert_int_equal(right->status, 201);
}

struct shot {
    const struct served *served;
    int status;
};

static void *shoot(void *argument)
{
    struct shot *shot = argument;
    g_autofree char *bytes = g_strdup_printf(
        "POST /api/v1/accounts/a0000/notes HTTP/1.1\r\nHost: localhost\r\n%sContent-Type: "
        "application/json\r\nIdempotency-Key: race\r\nContent-Length: 16\r\nConnection: "
        "close\r\n\r\n{\"body\": \"once\"}",
        shot->served->csm);
    shot->status = raw_http_try(shot->served->port, bytes, strlen(bytes));
    return NULL;
}

static void one_of_many_at_once_writes(void **state)
{
    enum { MANY = 8 };
    struct shot shots[MANY];
    pthread_t threads[MANY];
    const struct served *f = *state;
    for (size_t i = 0; i < MANY; i++) {
        shots[i] = (struct shot){f, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, shoot, &shots[i]), 0);
    }
    for (size_t i = 0; i < MANY; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(shots[i].status, 201);
    }
    assert_int_equal(count(f, "SELECT count(*) FROM outreach.note WHERE body = 'once'"), 1);
}

static void a_task_that_changed_meanwhile_is_not_overwritten(void **state)
{
    const struct served *f = *state;
    json_t *made = post(f, "/api/v1/accounts/a0000/tasks",
                        "{\"title\": \"Call\", \"due_on\": \"2026-12-01\"}", 201);
    g_autofree char *target =
        g_strdup_printf("/api/v1/tasks/%" JSON_INTEGER_FORMAT,
                        json_integer_value(json_object_get(data_of(made), "task_id")));
    json_decref(made);
    g_autoptr(raw_http_answer_t) first =
        send_as(f, f->csm, "PATCH", target, "", "{\"state\": \"done\", \"revision\": 1}");
    g_autoptr(raw_http_answer_t) second =
        send_as(f, f->lead, "PATCH", target, "", "{\"state\": \"dropped\", \"revision\": 1}");
    json_t *done = served_json_of(first);
    assert_int_equal(first->status, 200);
    assert_string_equal(served_text(data_of(done), "state"), "done");
    assert_string_equal(served_text(data_of(done), "due_on"), "2026-12-01");
    assert_int_equal(json_integer_value(json_object_get(data_of(done), "revision")), 2);
    json_decref(done);
    assert_int_equal(second->status, 409);
    assert_non_null(strstr(second->body, "revision 2 by now"));
    assert_int_equal(rows_at(f, "/api/v1/tasks?state=done"), 1);
}

static void views_are_ones_own_unless_they_are_shared(void **state)
{
    const struct served *f = *state;
    json_decref(
        post(f, "/api/v1/views", "{\"name\": \"mine\", \"query\": {\"band\": \"red\"}}", 201));
    json_decref(
        post(f, "/api/v1/views", "{\"name\": \"mine\", \"query\": {\"band\": \"green\"}}", 201));
    json_decref(
        post(f, "/api/v1/views", "{\"name\": \"ours\", \"query\": {}, \"is_shared\": true}", 201));
    json_t *json = served_get_json(f, "/api/v1/views", 200); /* the lead's */
    assert_int_equal(json_array_size(data_of(json)), 1);
    assert_string_equal(served_text(json_array_get(data_of(json), 0), "name"), "ours");
    json_decref(json);
    g_autoptr(raw_http_answer_t) own = raw_http_get(f->port, "/api/v1/views", f->csm);
    json = served_json_of(own);
    assert_int_equal(json_array_size(data_of(json)), 2);
    json_t *query = json_object_get(json_array_get(data_of(json), 0), "query");
    assert_string_equal(served_text(query, "band"), "green");
    json_decref(json);
}

static void preferences_are_kept(void **state)
{
    const struct served *f = *state;
    static const char target[] = "/api/v1/me/preferences";
    g_autoptr(raw_http_answer_t) none = raw_http_get(f->port, target, f->csm);
    assert_non_null(strstr(none->body, "\"settings\":{}"));
    g_autoptr(raw_http_answer_t) put =
        send_as(f, f->csm, "PUT", target, "", "{\"settings\": {\"theme\": \"dark\"}}");
    g_autoptr(raw_http_answer_t) kept = raw_http_get(f->port, target, f->csm);
    g_autoptr(raw_http_answer_t) others = raw_http_get(f->port, target, f->lead);
    assert_int_equal(put->status, 200);
    assert_non_null(strstr(kept->body, "\"theme\": \"dark\""));
    assert_null(strstr(others->body, "dark"));
}

static void the_feed_has_all_of_it(void **state)
{
    const struct served *f = *state;
    static const char *const kinds[] = {"incident", "ticket", "touchpoint", "band",
                                        "note",     "task",   "alert"};
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *cursor = NULL, *last = NULL;
    worked_alert(f->db, "a0000");
    scored_publish(f->db, "2026-11-02"); /* the first on which its band is another */
    for (int page = 0; page < 100; page++) {
        g_autofree char *target = g_strdup_printf("/api/v1/accounts/a0000/timeline?limit=3%s%s",
                                                  cursor ? "&cursor=" : "", cursor ? cursor : "");
        json_t *json = served_get_json(f, target, 200);
        for (size_t i = 0; i < json_array_size(data_of(json)); i++) {
            json_t *event = json_array_get(data_of(json), i);
            assert_true(!last || strcmp(last, served_text(event, "at")) >= 0);
            g_free(last);
            last = g_strdup(served_text(event, "at"));
            g_hash_table_add(seen, g_strdup(served_text(event, "kind")));
        }
        g_free(cursor);
        cursor = g_strdup(served_text(json_object_get(json, "meta"), "next_cursor"));
        json_decref(json);
        if (!cursor)
            break;
    }
    assert_null(cursor);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!g_hash_table_contains(seen, kinds[i]))
            fail_msg("there is no %s", kinds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_written_read_and_taken_back_by_its_author),
        cmocka_unit_test(every_wrong_member_has_its_pointer),
        cmocka_unit_test(a_body_that_is_no_object_of_json_is_refused),
        cmocka_unit_test(texts_come_back_as_they_went),
        cmocka_unit_test(an_idempotency_key_writes_once_and_answers_the_same),
        cmocka_unit_test(a_refused_write_leaves_its_key_free),
        cmocka_unit_test(one_of_many_at_once_writes),
        cmocka_unit_test(a_task_that_changed_meanwhile_is_not_overwritten),
        cmocka_unit_test(views_are_ones_own_unless_they_are_shared),
        cmocka_unit_test(preferences_are_kept),
        cmocka_unit_test(the_feed_has_all_of_it),
    };
    return cmocka_run_group_tests(tests, set_up, served_tear_down);
}
