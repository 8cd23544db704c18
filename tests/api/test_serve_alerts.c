/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alerts through the API: who sees which, and what is said to one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/served.h"
#include "support/sources.h"
#include "support/warehouse.h"
#include "support/worked.h"

static struct raw_http_answer *post(const struct served *f, const char *key, int64_t alert,
                                    const char *verb, const char *body)
{
    g_autofree char *headers = g_strconcat(key, "Content-Type: application/json\r\n", NULL);
    g_autofree char *target =
        g_strdup_printf("/api/v1/alerts/%" G_GINT64_FORMAT "/%s", alert, verb);
    return raw_http_send(f->port, "POST", target, headers, body, strlen(body));
}

static json_t *one(const struct served *f, int64_t alert)
{
    g_autofree char *target = g_strdup_printf("/api/v1/alerts/%" G_GINT64_FORMAT, alert);
    return served_get_json(f, target, 200);
}

static size_t rows_of(const struct served *f, const char *key, const char *target)
{
    g_autoptr(raw_http_answer_t) answer = raw_http_get(f->port, target, key);
    assert_int_equal(answer->status, 200);
    json_t *json = served_json_of(answer);
    size_t n = json_array_size(json_object_get(json, "data"));
    json_decref(json);
    return n;
}

static void a_person_sees_alerts_of_their_own_accounts(void **state)
{
    const struct served *f = *state;
    worked_alert(f->db, "a0000");
    int64_t other = worked_alert(f->db, "a0001");
    assert_int_equal(rows_of(f, f->lead, "/api/v1/alerts"), 2);
    assert_int_equal(rows_of(f, f->csm, "/api/v1/alerts"), 1);
    assert_int_equal(rows_of(f, f->csm, "/api/v1/accounts/a0000/alerts?state=open"), 1);
    assert_int_equal(rows_of(f, f->lead, "/api/v1/alerts?severity=critical"), 0);
    assert_int_equal(rows_of(f, f->lead, "/api/v1/alerts?rule=no_such_rule"), 0);
    g_autoptr(raw_http_answer_t) said =
        post(f, f->csm, other, "acknowledge", "{\"note\": \"mine?\"}");
    assert_int_equal(said->status, 404);
    sources_expect(f->db, "SELECT count(*)::text FROM outreach.acknowledgement", "0");
    /* The wall in the warehouse leaves others' out by itself. */
    warehouse_sql(f->db, "BEGIN; SET LOCAL ROLE kenko_own; SELECT set_config('kenko.staff', '1', "
                         "true)");
    sources_expect(f->db,
                   "SELECT (SELECT count(*) FROM bi.alert)::text || (SELECT count(*) FROM "
                   "bi.alert_event) || (SELECT count(*) FROM outreach.alert_event) || (SELECT "
                   "count(*) FROM outreach.alert_state)",
                   "1111");
    warehouse_sql(f->db, "ROLLBACK");
}

static void an_acknowledgement_is_of_the_alert_and_stands_in_its_events(void **state)
{
    const struct served *f = *state;
    int64_t alert = worked_alert(f->db, "a0000");
    g_autoptr(raw_http_answer_t) made =
        post(f, f->csm, alert, "acknowledge", "{\"note\": \"On it\"}");
    assert_int_equal(made->status, 201);
    json_t *json = one(f, alert), *data = json_object_get(json, "data");
    json_t *event = json_array_get(json_object_get(data, "events"), 1);
    assert_string_equal(served_text(data, "acknowledged_by"), "a.sato@example.com");
    assert_string_equal(served_text(data, "state"), "open");
    assert_string_equal(served_text(event, "kind"), "acknowledged");
    assert_string_equal(served_text(event, "note"), "On it");
    json_decref(json);
    sources_expect(f->db,
                   "SELECT (s.acknowledgement_id = k.acknowledgement_id)::text FROM "
                   "outreach.alert_state AS s JOIN outreach.acknowledgement AS k ON k.what = "
                   "s.rule WHERE k.note = 'On it'",
                   "true");
}

static void a_mute_ends_where_mutes_end(void **state)
{
    const struct served *f = *state;
    int64_t alert = worked_alert(f->db, "a0000");
    g_autoptr(raw_http_answer_t) without = post(f, f->csm, alert, "mute", "{\"reason\": \"x\"}");
    g_autoptr(raw_http_answer_t) made =
        post(f, f->csm, alert, "mute", "{\"reason\": \"Holidays\", \"until_on\": \"2026-12-01\"}");
    assert_int_equal(without->status, 422);
    assert_int_equal(made->status, 201);
    json_t *json = one(f, alert), *data = json_object_get(json, "data");
    assert_string_equal(served_text(data, "muted_until"), "2026-12-01");
    json_decref(json);
    json_t *mute = served_json_of(made);
    int64_t mute_id = json_integer_value(json_object_get(json_object_get(mute, "data"), "mute_id"));
    g_autofree char *target = g_strdup_printf("/api/v1/mutes/%" G_GINT64_FORMAT, mute_id);
    json_decref(mute);
    g_autoptr(raw_http_answer_t) ended = raw_http_send(f->port, "DELETE", target, f->csm, "", 0);
    assert_int_equal(ended->status, 204);
    json = one(f, alert);
    assert_true(json_is_null(json_object_get(json_object_get(json, "data"), "muted_until")));
    json_decref(json);
}

static void nothing_is_said_to_an_alert_that_is_over(void **state)
{
    const struct served *f = *state;
    int64_t alert = worked_alert(f->db, "a0000");
    g_autofree char *end = g_strdup_printf(
        "INSERT INTO outreach.alert_event (alert_id, account_id, rule, kind, as_of, run_id, "
        "severity, fingerprint, silence) SELECT alert_id, account_id, rule, 'resolved', "
        "'2026-11-02', 1, severity, fingerprint, 'quiet' FROM outreach.alert_event WHERE alert_id "
        "= %" G_GINT64_FORMAT "; DELETE FROM outreach.alert_state WHERE alert_id = "
        "%" G_GINT64_FORMAT,
        alert, alert);
    warehouse_sql(f->db, end);
    g_autoptr(raw_http_answer_t) late = post(f, f->lead, alert, "acknowledge", "{}");
    assert_int_equal(late->status, 409);
    json_t *json = one(f, alert), *data = json_object_get(json, "data");
    assert_string_equal(served_text(data, "state"), "resolved");
    assert_string_equal(served_text(data, "resolved_on"), "2026-11-02");
    json_decref(json);
    assert_int_equal(rows_of(f, f->lead, "/api/v1/alerts?state=resolved"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_sees_alerts_of_their_own_accounts),
        cmocka_unit_test(an_acknowledgement_is_of_the_alert_and_stands_in_its_events),
        cmocka_unit_test(a_mute_ends_where_mutes_end),
        cmocka_unit_test(nothing_is_said_to_an_alert_that_is_over),
    };
    return cmocka_run_group_tests(tests, served_set_up, served_tear_down);
}
