/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change of one account between stored days, computed again where the rows are not enough. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/change_account.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char first[] = "2026-05-17", second[] = "2026-06-01";

static bool load(struct arena *arena, struct db *db, const char *dir, const char *key,
                 struct change_account *out, GError **err)
{
    g_autoptr(config_t) config = config_open(dir, err);
    int32_t from = 0, to = 0;
    if (!config || !day_parse(slice_of(first), &from, err) ||
        !day_parse(slice_of(second), &to, err))
        return false;
    return change_account_load(arena, db, config, key, from, to, out, err);
}

static struct change_account *change_of(struct arena *arena, struct db *db, const char *dir,
                                        const char *key)
{
    g_autoptr(GError) err = NULL;
    struct change_account *c = arena_one(arena, struct change_account);
    if (!load(arena, db, dir, key, c, &err))
        fail_msg("%s", err->message);
    if (!c->is_split)
        return c;
    const struct change *d = &c->change;
    assert_int_equal(d->behaviour_bp + d->availability_bp + d->configuration_bp + d->override_bp,
                     c->after.row.effective_bp - c->before.row.effective_bp);
    return c;
}

static const char *two_days(struct db *db)
{
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, first, -1, true);
    company_score(db, dir, second, -1, true);
    return dir;
}

static void rewrite(const char *dir, const char *file, const char *text, const char *from,
                    const char *to)
{
    g_autoptr(GString) changed = g_string_new(text);
    assert_int_equal(g_string_replace(changed, from, to, 0) > 0, 1);
    sources_write(dir, file, changed->str);
}

static void a_new_ticket_is_behaviour(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = two_days(db);
    const struct change_account *c = change_of(arena, db, dir, "a");
    assert_true(c->is_split && !c->is_computed);
    /* The ticket of the 28th of May: 100 → 20 of 40 % of the whole. */
    assert_int_equal(c->change.behaviour_bp, -3200);
    assert_int_equal(c->change.part_bp[2], -3200);
    assert_int_equal(c->change.availability_bp, 0);
}

static void silence_takes_the_failure_rate_away_and_that_is_no_behaviour(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\nb,2026-05-14,u1,70,7\n");
    sources_ingest(db, dir, NULL);
    company_score(db, dir, first, -1, true);
    company_score(db, dir, second, -1, true);
    const struct change_account *c = change_of(arena, db, dir, "b");
    assert_true(c->is_split && c->change.lost[1]);
    assert_true(c->change.behaviour_bp < 0); /* 70 runs → 0 */
    assert_int_not_equal(c->change.availability_bp, 0);
    assert_int_equal(c->change.part_bp[1], 0);
}

static void an_unknown_health_has_no_parts(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    g_autoptr(GString) card = g_string_new(company_card);
    g_string_replace(card, "metric: runs_7d, ", "metric: runs_7d, missing: block, ", 1);
    sources_write(dir, "scorecards/default.yaml", card->str);
    sources_ingest(db, dir, NULL);
    company_score(db, dir, first, -1, true);
    company_score(db, dir, second, -1, true);
    const struct change_account *c = change_of(arena, db, dir, "c");
    assert_false(c->is_split);
    assert_non_null(strstr(c->why_not, "Unknown"));
}

/* The scorecard changes between the days; a's ticket and the change are told apart. */
static void scored_under_another(struct db *db, const char *dir, const char *file, const char *text,
                                 const char *from, const char *to)
{
    sources_ingest(db, dir, NULL);
    company_score(db, dir, first, -1, true);
    rewrite(dir, file, text, from, to);
    company_score(db, dir, second, -1, true);
}

static void other_weights_follow_from_the_rows(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    scored_under_another(db, dir, "scorecards/default.yaml", company_card, "weight: 40",
                         "weight: 5");
    const struct change_account *c = change_of(arena, db, dir, "a");
    assert_true(c->is_split && !c->is_computed);
    assert_int_equal(c->change.behaviour_bp, -3200);
    assert_true(c->change.configuration_bp > 0);
}

static void other_judgement_is_computed_as_it_was_known_then(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    scored_under_another(db, dir, "scorecards/default.yaml", company_card, "score: 20",
                         "score: 90");
    /* What comes later changes nothing of what was known. */
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-31,u1,0,9\n");
    sources_ingest(db, dir, NULL);
    const struct change_account *c = change_of(arena, db, dir, "a");
    assert_true(c->is_split && c->is_computed);
    assert_int_equal(c->change.behaviour_bp, -3200);
    assert_int_equal(c->change.configuration_bp, 2800);
}

/* a: (2 * 100 + 80) / 3 of 60 % and the ticket of 40 %. With an open ticket care weighs 140 of 200.
 */
static void another_profile_is_configuration(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    g_autoptr(GString) card = g_string_new(company_card);
    g_string_append(card, "profiles: [{name: troubled, when: [{metric: open, above: 0}], groups: "
                          "[{name: care, weight: 140}]}]\n");
    sources_write(dir, "scorecards/default.yaml", card->str);
    sources_ingest(db, dir, NULL);
    company_score(db, dir, first, -1, true);
    company_score(db, dir, second, -1, true);
    sources_expect(
        db,
        "SELECT string_agg(s.rule, ' ' ORDER BY s.as_of) FROM score.account_published AS "
        "s JOIN identity.account AS a ON a.account_id = s.account_id WHERE a.key = 'a'",
        "default troubled");
    const struct change_account *c = change_of(arena, db, dir, "a");
    assert_true(c->is_split && !c->is_computed);
    assert_int_equal(c->change.behaviour_bp, -3200);
    assert_int_equal(c->after.row.health_bp, 4200);
    assert_int_equal(c->change.configuration_bp, 4200 - 6400);
    /* From a day in the profile: its weights are not in the rows, so it is computed again. */
    struct change_account back;
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    int32_t from = 0, to = 0;
    assert_true(config && day_parse(SLICE("2026-06-01"), &from, &err) &&
                day_parse(SLICE("2026-06-01"), &to, &err));
    if (!change_account_load(arena, db, config, "a", from, to, &back, &err))
        fail_msg("%s", err->message);
    assert_true(back.is_split && back.is_computed);
    assert_int_equal(back.change.behaviour_bp + back.change.configuration_bp, 0);
}

static void another_metric_is_computed_from_the_kept_text(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    scored_under_another(db, dir, "metrics.yaml", company_metrics, "usage: runs, days: 7",
                         "usage: runs, days: 3");
    const struct change_account *c = change_of(arena, db, dir, "a");
    assert_true(c->is_split && c->is_computed);
    assert_int_equal(c->change.behaviour_bp, -3200);
    assert_true(c->change.configuration_bp < 0); /* 30 runs in 3 days judged as 70 in 7 */
    warehouse_sql(db, "UPDATE score.scorecard SET metrics = NULL");
    struct change_account none;
    assert_false(load(arena, db, dir, "a", &none, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "is judged otherwise"));
}

static void who_was_no_customer_is_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = two_days(db);
    struct change_account none;
    assert_false(load(arena, db, dir, "nobody", &none, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    assert_non_null(strstr(err->message, "'nobody' has no published score on 2026-05-17"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ticket_is_behaviour),
        cmocka_unit_test(silence_takes_the_failure_rate_away_and_that_is_no_behaviour),
        cmocka_unit_test(an_unknown_health_has_no_parts),
        cmocka_unit_test(other_weights_follow_from_the_rows),
        cmocka_unit_test(other_judgement_is_computed_as_it_was_known_then),
        cmocka_unit_test(another_profile_is_configuration),
        cmocka_unit_test(another_metric_is_computed_from_the_kept_text),
        cmocka_unit_test(who_was_no_customer_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
