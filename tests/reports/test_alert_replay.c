/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Alert rules over history: what checks would have told, and whom it was right about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reports/alert_replay.h"
#include "scoring/change.h"
#include "support/alerted.h"
#include "support/sources.h"
#include "support/warehouse.h"

struct told {
    GPtrArray *lines; /* "2026-11-03 a0001 opened" */
};

static void on_told(void *context, const struct alert_item *item)
{
    struct told *told = context;
    g_ptr_array_add(told->lines,
                    g_strdup_printf("%d %s %s %s%d %s %s", item->as_of, item->account, item->kind,
                                    item->silence, item->is_told, item->severity, item->sentence));
}

static gint compare_lines(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *in_order(GPtrArray *lines)
{
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    return g_strjoinv("\n", (char **)lines->pdata);
}

/* Of a rule over a time; alerts.yaml has that one. */
static void replay(struct db *db, const char *dir, struct arena *arena, int32_t from, int32_t to,
                   struct told *told, struct alert_replay *out)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct report_config reports;
    struct alert_set set;
    if (!config || !report_config_load(config, change_split, &reports, &err) ||
        !alert_load(arena, config, &reports, &alerted_nothing, &set, &err) ||
        !alert_replay(arena, db, &reports, &set, &set.rule[0], from, to, told ? on_told : NULL,
                      told, out, &err))
        fail_msg("%s", err->message);
}

/* The same days, once checked one after the other as they came, once replayed from the end. */
static void a_replay_tells_what_checks_would_have_sent(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *rule =
        g_strconcat(alerted_rule, "    for: 2\n    clear_for: 2\n    escalate: {after: 4}\n", NULL);
    const char *dir = alerted_directory(alerted_files, rule);
    g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) shown = g_ptr_array_new_with_free_func(g_free);
    struct told checked = {sent}, replayed = {shown};
    struct alert_replay result;
    GRand *dice = g_rand_new_with_seed(7);
    for (int day = 1; day <= 16; day++) {
        g_autoptr(GString) reds = g_string_new(NULL);
        for (int account = 0; account < 9; account++) {
            if (g_rand_int_range(dice, 0, 5) < 3)
                g_string_append_printf(reds, "%sa%04d", reds->len ? "," : "", account);
        }
        g_autofree char *date = g_strdup_printf("2026-11-%02d", day);
        alerted_publish(db, date, reds->str);
        if (day % 5 == 0)
            warehouse_sql(db, "UPDATE score.account_score SET band = 'Unknown' WHERE account_id = "
                              "3 AND as_of = (SELECT max(as_of) FROM score.published)");
        alerted_check(db, dir, on_told, &checked, NULL);
    }
    g_rand_free(dice);
    replay(db, dir, arena, 20758, REPORT_NEWEST, &replayed, &result); /* 2026-11-01 */
    assert_int_equal(result.days, 16);
    assert_true(result.counts.opened > 10 && result.counts.escalated > 2 &&
                result.counts.resolved > 5 && result.counts.no_data > 2);
    g_autofree char *one = in_order(sent), *other = in_order(shown);
    assert_string_equal(one, other);
    sources_expect(db, "SELECT count(*)::text FROM outreach.alert_event WHERE told_on IS NOT NULL",
                   arena_printf(arena, "%" G_GINT64_FORMAT, result.counts.told));
}

/* Whoever was lost within 90 days of an alert makes it right; what is not over is not judged. */
static void a_replay_is_held_against_who_was_lost(void **state)
{
    (void)state;
    g_autoptr(db_t) db = alerted_stage();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = alerted_directory(alerted_files, alerted_rule);
    struct alert_replay r;
    alerted_publish(db, "2026-06-01", "a0001,a0002,a0003");
    alerted_publish(db, "2026-06-02", "a0001");
    alerted_publish(db, "2026-11-01", "a0005");
    warehouse_sql(db,
                  "INSERT INTO score.loss (account_id, churned_on, seen_by, arr_minor, reason, "
                  "competitor, band_180, band_90, band_60, band_30) SELECT a.account_id, d.day, "
                  "'contract end', 1, '', '', '', '', '', '' FROM (VALUES ('a0001', "
                  "date '2026-06-11'), ('a0002', '2026-08-30'), ('a0003', '2026-08-31'), ('a0004', "
                  "'2026-06-20')) AS d (key, day) JOIN identity.account AS a ON a.key = d.key");
    replay(db, dir, arena, 20605, REPORT_NEWEST, NULL, &r); /* 2026-06-01 */
    assert_int_equal(r.counts.opened, 4);
    assert_int_equal(r.judged, 3);
    assert_int_equal(r.right, 2); /* 10 and 90 days; 91 is too late */
    assert_int_equal(r.lost, 4);
    assert_int_equal(r.foretold, 2);
    assert_true(r.lead_days == 50);
    assert_true(r.open_days == 1); /* a0002 and a0003; a0001 to the next day published */
    assert_int_equal(r.open, 1);
    assert_int_equal(r.n_accounts, 4);
    assert_string_equal(r.account[0].account, "a0001");
    /* Of 24 results of the two days that are over, those of a0001 to a0004, but for a0003's first.
     */
    assert_true(r.base == 7.0 / 24);
    sources_expect(db, "SELECT count(*)::text FROM outreach.alert_event", "0");
    sources_expect(db, "SELECT count(*)::text FROM outreach.alert_state", "0");
    sources_expect(db, "SELECT count(*)::text FROM outreach.outbox", "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_replay_tells_what_checks_would_have_sent),
        cmocka_unit_test(a_replay_is_held_against_who_was_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
