/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `missing: carry`: for so many days the last value stands in for a missing one, as a function of
 * what is known at K alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "scoring/health.h"
#include "scoring/what_if.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: subscription\n"
    "        path: contracts.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: usage_metric\n"
    "        path: usage*.csv\n"
    "        on_change: append\n"
    "        party_source: crm\n"
    "        fields: {party: account, at: day}\n"
    "        values: [{metric: runs, field: runs}, {metric: seats, field: seats}]\n";

static const char metrics[] = "usage:\n"
                              "  - {name: runs, combine: sum}\n"
                              "  - {name: seats, combine: sum}\n"
                              "metrics:\n"
                              "  - {name: most, kind: max, usage: runs, days: 3, direction: up}\n"
                              "  - {name: seats, kind: sum, usage: seats, days: 7, stale_days: 3}\n"
                              "  - {name: arr, kind: arr, direction: up}\n";

#define HEAD                                                                                       \
    "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\nmin_coverage: 60\n"            \
    "groups:\n  - name: all\n    measures:\n"                                                      \
    "      - {name: arr, metric: arr, weight: 1, anchors: [{at: 0, score: 0}, {at: 2000, score: "  \
    "100}]}\n"
#define MOST                                                                                       \
    "      - {name: most, metric: most, weight: 1, anchors: [{at: 0, score: 0}, {at: 10, score: "  \
    "100}], "

/* Runs of a end on the 12th with a day of 9, those of b go on; seats are silent from the 11th to
 * the 24th. */
static const char *company(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "scorecards/default.yaml", HEAD MOST "missing: carry, carry: 4d}\n");
    sources_write(dir, "accounts.csv", "id\na\nb\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\nk1,a,2026-01-01,,1000\nk2,b,2026-01-01,,1000\n");
    g_autoptr(GString) text = g_string_new("account,day,runs,seats\n");
    for (int d = 1; d <= 31; d++) {
        bool silent = d > 10 && d < 25;
        if (d <= 12)
            g_string_append_printf(text, "a,2026-05-%02d,%d,%s\n", d, d == 12 ? 9 : 5,
                                   silent ? "" : "2");
        g_string_append_printf(text, "b,2026-05-%02d,5,%s\n", d, silent ? "" : "2");
    }
    sources_write(dir, "usage.csv", text->str);
    return dir;
}

static void expect(struct db *db, const char *day, const char *want)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT concat_ws(' ', s.health_bp, s.coverage_bp, s.lower_bp, s.upper_bp, s.band, "
        "s.metric_quality[2], s.metric_value[2], s.contribution_bp[2]) FROM "
        "score.account_published AS s JOIN identity.account AS a ON a.account_id = s.account_id "
        "WHERE a.key = 'a' AND s.as_of = '%s'",
        day);
    sources_expect(db, query, want);
}

static void the_last_value_counts_until_it_is_too_old(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    for (int d = 15; d <= 20; d++) {
        g_autofree char *day = g_strdup_printf("2026-05-%02d", d);
        company_score(db, dir, day, -1, true);
    }
    expect(db, "2026-05-15", "7000 10000 7000 7000 Green ok 9 4500");
    expect(db, "2026-05-16", "7000 10000 7000 7000 Green carried 9 4500");
    expect(db, "2026-05-19", "7000 10000 7000 7000 Green carried 9 4500");
    expect(db, "2026-05-20", "5000 5000 2500 7500 Unknown no_data 0");
}

static void many_days_at_once_say_what_each_says_alone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    const int32_t days[] = {day_from_civil(2026, 5, 14), day_from_civil(2026, 5, 18),
                            day_from_civil(2026, 5, 19)};
    g_autoptr(config_t) config = config_open(dir, &err);
    struct score_options options = {days, 3, -1, NULL, true};
    struct score_summary together;
    if (!config || !score_run(db, warehouse_dsn(), config, &options, &together, &err))
        fail_msg("%s", err->message);
    struct score_summary alone = company_score(db, dir, "2026-05-19", -1, true);
    assert_string_equal(together.input_sha256, alone.input_sha256);
    assert_string_equal(together.output_sha256, alone.output_sha256);
    expect(db, "2026-05-18", "7000 10000 7000 7000 Green carried 9 4500");
}

static void what_came_later_is_carried_only_by_those_who_know_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-05-18", -1, true);
    sources_write(dir, "usage-2.csv", "account,day,runs,seats\na,2026-05-13,2,\n");
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-18", -1, true);
    expect(db, "2026-05-18", "3500 10000 3500 3500 Red carried 2 1000"); /* as of the 16th */
    struct score_summary then = company_score(db, dir, "2026-05-18", before.known_no, true);
    assert_string_equal(then.input_sha256, before.input_sha256);
    assert_string_equal(then.output_sha256, before.output_sha256);
    expect(db, "2026-05-18", "7000 10000 7000 7000 Green carried 9 4500");
}

static void what_if_carries_as_the_day_does(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-18", -1, true);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct what_if w;
    struct health h;
    if (!config || !what_if_load(arena, db, config, "a", &w, &err))
        fail_msg("%s", err->message);
    g_autoptr(health_engine_t) engine = health_engine_new(w.card);
    what_if_health(&w, engine, &h);
    assert_int_equal(h.health_bp, 7000);
    assert_int_equal(h.quality[1], METRIC_CARRIED);
    assert_true(what_if_set(&w, "most", 1, &err));
    what_if_health(&w, engine, &h);
    assert_int_equal(h.health_bp, 3000);
    assert_int_equal(h.quality[1], METRIC_OK);
}

struct seen {
    uint8_t quality; /* of seats, of a, on the first day */
    size_t days;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct seen *seen = context;
    (void)err;
    if (seen->days++ == 0)
        seen->quality = f->quality[f->n_accounts];
    return true;
}

static uint8_t quality_of_seats(struct db *db, const char *dir, const int32_t *day, size_t n)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = metric_set_load(arena, config, &err);
    struct seen seen = {0};
    if (!set || !db_begin_snapshot(db, &err) ||
        !metric_compute(db, set, zone, day, n, INT64_MAX, on_frame, &seen, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
    assert_int_equal(seen.days, n);
    return seen.quality;
}

static void a_source_that_speaks_again_later_was_stale_before(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    const int32_t days[] = {day_from_civil(2026, 5, 20), day_from_civil(2026, 5, 31)};
    assert_int_equal(quality_of_seats(db, dir, days, 1), METRIC_STALE);
    assert_int_equal(quality_of_seats(db, dir, days, 2), METRIC_STALE);
    assert_int_equal(quality_of_seats(db, dir, days + 1, 1), METRIC_OK);
}

static void refuse(const char *policy, const char *want)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    g_autofree char *text = g_strconcat(HEAD MOST, policy, "}\n", NULL);
    sources_write(dir, "scorecards/default.yaml", text);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = config ? metric_set_load(arena, config, &err) : NULL;
    assert_non_null(set);
    assert_null(scorecard_load(arena, config, set, "default", &err));
    if (!strstr(err->message, want))
        fail_msg("%s", err->message);
}

static void an_age_without_a_policy_is_refused(void **state)
{
    (void)state;
    refuse("missing: carry", "want each other");
    refuse("carry: 14d", "want each other");
    refuse("missing: carry, carry: 2w", "carry is '2w', want 1d to 366d");
    refuse("missing: carry, carry: 0d", "carry is '0d', want 1d to 366d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_value_counts_until_it_is_too_old),
        cmocka_unit_test(many_days_at_once_say_what_each_says_alone),
        cmocka_unit_test(what_came_later_is_carried_only_by_those_who_know_it),
        cmocka_unit_test(what_if_carries_as_the_day_does),
        cmocka_unit_test(a_source_that_speaks_again_later_was_stale_before),
        cmocka_unit_test(an_age_without_a_policy_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
