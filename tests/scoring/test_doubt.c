/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "scoring/doubt.h"
#include "scoring/metric.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] = "sources:\n"
                              "  - name: crm\n"
                              "    streams:\n"
                              "      - stream: account\n"
                              "        path: accounts.csv\n"
                              "        fields: {party: id}\n"
                              "  - name: app\n"
                              "    streams:\n"
                              "      - stream: usage_metric\n"
                              "        path: usage.csv\n"
                              "        party_source: crm\n"
                              "        fields: {party: id, at: day}\n"
                              "        values: [{metric: runs, field: runs},\n"
                              "                 {metric: seats, field: seats}]\n";

static const char metrics[] =
    "usage:\n"
    "  - {name: runs, combine: sum}\n"
    "  - {name: seats, combine: latest}\n"
    "metrics:\n"
    "  - {name: week, kind: sum, usage: runs, days: 7}\n"
    "  - {name: month, kind: sum, usage: runs, days: 28}\n"
    "  - {name: two_days, kind: sum, usage: runs, days: 2}\n"
    "  - {name: per_seat, kind: ratio, good: seats, total: runs, days: 7}\n"
    "  - {name: seats_now, kind: last, usage: seats, days: 7}\n"
    "  - {name: tenure, kind: tenure_days}\n";

enum { METRICS = 6 };

static char got[METRICS + 1];

/* One letter a metric: its quality for account a. */
static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    (void)context;
    (void)err;
    for (size_t m = 0; m < METRICS; m++)
        got[m] = "onsaeq"[f->quality[m * f->n_accounts]];
    return true;
}

static const char *qualities(struct db *db, const char *dir, const char *as_of, int64_t known_no)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = metric_set_load(arena, config, &err);
    int32_t day;
    assert_true(day_parse(slice_of(as_of), &day, &err));
    if (!set || !db_begin_snapshot(db, &err) ||
        !metric_compute(db, set, zone, &day, 1, known_no, on_frame, NULL, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
    return got;
}

static void state_quality(struct db *db, int commit_no, const char *day, bool failed)
{
    g_autofree char *sql = g_strdup_printf(
        "UPDATE ops.clock SET commit_no = %d;"
        "INSERT INTO ops.load (kind, source, stream, commit_no) VALUES ('quality', 'quality', "
        "'usage', %d);"
        "INSERT INTO warehouse.quality (metric, check_name, day, load_id, failed, value, usual) "
        "SELECT 'runs', 'parties', '%s', max(load_id), %s, 1, 2 FROM ops.load",
        commit_no, commit_no, day, failed ? "true" : "false");
    warehouse_sql(db, sql);
}

static void a_day_in_doubt_leaves_out_the_metrics_over_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "accounts.csv", "id\na\n");
    g_autoptr(GString) text = g_string_new("id,day,runs,seats\n");
    for (int day = 1; day <= 31; day++)
        g_string_append_printf(text, "a,2026-03-%02d,5,3\n", day);
    sources_write(dir, "usage.csv", text->str);
    sources_ingest(db, dir, NULL);
    assert_string_equal(qualities(db, dir, "2026-03-20", 50), "oooooo");

    state_quality(db, 60, "2026-03-17", true);
    assert_string_equal(qualities(db, dir, "2026-03-20", 60), "qqoqoo");
    assert_string_equal(qualities(db, dir, "2026-03-19", 60), "qqqqoo");
    assert_string_equal(qualities(db, dir, "2026-03-17", 60), "oooooo"); /* not in its window yet */
    assert_string_equal(qualities(db, dir, "2026-03-24", 60), "qqoqoo");
    assert_string_equal(qualities(db, dir, "2026-03-25", 60), "oooooo"); /* a week is over */

    state_quality(db, 70, "2026-03-17", false);
    assert_string_equal(qualities(db, dir, "2026-03-20", 70), "oooooo");
    assert_string_equal(qualities(db, dir, "2026-03-20", 60), "qqoqoo"); /* as it was known */
    assert_string_equal(qualities(db, dir, "2026-03-20", 50), "oooooo");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_in_doubt_leaves_out_the_metrics_over_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
