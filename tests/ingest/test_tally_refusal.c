/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of records that change which cannot count: refused in the configuration, or rejected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/tally.h"
#include "support/warehouse.h"

static void wrong_values_are_refused_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *stream, *want;
    } cases[] = {
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: peak, field: rows}]\n"),
         "peak combines by max, which cannot take back"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: skipped, field: rows}]\n"),
         "wants changed_at mapped"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: runs, at: started_at}]\n"),
         "wants at: a mapped field that gives its day, not started_at"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "", "        values: [{metric: runs, at: status}]\n"),
         "at: status is no time and no day"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: runs, subject: status}]\n"),
         "runs has no `by`"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: by_connector, subject: executor}]\n"),
         "subject: executor is no mapped field"},
        {TALLY_SOURCE("jobs-*.csv", "reject", "",
                      "        values: [{metric: by_connector}, {metric: by_user}]\n"),
         "by_connector is by connector and by_user by user"},
        {"sources:\n  - name: app\n    streams:\n      - stream: incident\n        path: x.csv\n"
         "        fields: {external_id: id, started_at: at}\n        values: [{metric: runs}]\n",
         "incident are nobody's"},
        {"sources:\n  - name: app\n    streams:\n      - stream: contact\n        path: x.csv\n"
         "        fields: {external_id: id, party: at}\n        values: [{metric: runs}]\n",
         "wants at: a mapped field"},
        {"sources:\n  - name: app\n    streams:\n      - stream: usage_event\n        path: x.csv\n"
         "        fields: {party: id, at: at}\n        values: [{metric: runs, at: at}]\n",
         "stand among the fields of the stream"},
    };
    g_autoptr(db_t) db = tally_warehouse();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(sources_try(db, tally_directory(cases[i].stream), 0, NULL, &err));
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
        if (!strstr(err->message, cases[i].want))
            fail_msg("'%s' does not say '%s'", err->message, cases[i].want);
    }
}

static void records_whose_value_does_not_fit_are_rejected(void **state)
{
    (void)state;
    const char *dir = tally_directory(TALLY_LATEST);
    g_autoptr(db_t) db = tally_warehouse();
    sources_write(dir, "jobs-1.csv",
                  TALLY_HEADER
                  "j1,a,success,c1,2026-01-05,2026-01-05,1000000000000001,,2026-01-05\n"
                  "j2,a,success,c1,1970-01-05,2026-01-05,1,,2026-01-05\n"
                  "j3,a,success,c1,2026-01-05,2026-01-05,1,,\n"
                  "j4,a,success,c1,2026-01-05,2026-01-05,1000000000000000,,2026-01-05\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
    sources_expect(
        db, "SELECT string_agg(field || ' ' || reason, '|' ORDER BY ordinal) FROM ops.reject",
        "rows out_of_range|created too_early|changed missing_field");
    tally_expect(db, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_values_are_refused_by_name),
        cmocka_unit_test(records_whose_value_does_not_fit_are_rejected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
