/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Medians of an account's peers, held against a plain computation of them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/peer.h"
#include "support/scored.h"
#include "support/warehouse.h"

static const char day[] = "2026-05-17";

static struct peer peers_of(struct arena *arena, struct db *db, const char *key)
{
    g_autoptr(GError) err = NULL;
    struct change_account_day *d = arena_one(arena, struct change_account_day);
    struct peer peer = {0};
    if (!change_account_day(arena, db, key, INT32_MAX, d, &err) ||
        !peer_load(arena, db, key, d, &peer, &err))
        fail_msg("%s", err->message);
    return peer;
}

/* The middle of a measure's values over the accounts that `who` (SQL) chooses. */
static double middle(struct db *db, int measure, const char *who)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY s.metric_value[%d])::text "
        "FROM score.account_published s JOIN warehouse.account_now n USING (account_id) "
        "WHERE s.as_of = '%s' AND s.metric_value[%d] <> 'NaN' AND %s",
        measure, day, measure, who);
    g_autofree char *text = warehouse_value(db, query);
    return text ? g_ascii_strtod(text, NULL) : NAN;
}

static void peers_are_those_of_the_segment_when_they_are_twenty(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    scored_accounts(db, 70);
    scored_publish(db, day);
    /* The third account is of 23 of enterprise. */
    struct peer peer = peers_of(arena, db, "a0002");
    assert_string_equal(peer.segment, "enterprise");
    assert_int_equal(peer.n, 22);
    assert_int_equal(peer.n_measures, 2);
    double want = middle(db, 1, "n.segment = 'enterprise' AND n.key <> 'a0002'");
    assert_true(isfinite(want) && fabs(peer.measure[0] - want) < 1e-12);
}

static void where_they_are_fewer_all_others_are(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    scored_accounts(db, 30);
    scored_publish(db, day);
    struct peer peer = peers_of(arena, db, "a0002");
    assert_null(peer.segment);
    assert_int_equal(peer.n, 29);
    double want = middle(db, 2, "n.key <> 'a0002'");
    assert_true(isfinite(want) && fabs(peer.measure[1] - want) < 1e-12);
}

static void alone_there_is_nothing_usual(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    scored_accounts(db, 1);
    scored_publish(db, day);
    struct peer peer = peers_of(arena, db, "a0000");
    assert_int_equal(peer.n, 0);
    assert_true(isnan(peer.measure[0]) && isnan(peer.measure[1]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peers_are_those_of_the_segment_when_they_are_twenty),
        cmocka_unit_test(where_they_are_fewer_all_others_are),
        cmocka_unit_test(alone_there_is_nothing_usual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
