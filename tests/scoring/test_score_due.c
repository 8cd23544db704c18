/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kenko itself is held to: every day is scored by its hour. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/score_config.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define SERVICE                                                                                    \
    "SELECT concat_ws(' ', due_at, on_time, is_backfill, late_minutes, accounts, known_accounts) " \
    "FROM bi.scoring_service"

static void due_by(const char *dir, const char *hour)
{
    g_autofree char *yaml = g_build_filename(dir, "kenko.yaml", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(yaml, &text, NULL, NULL));
    g_autofree char *more = g_strdup_printf("%sscore: {due: \"%s\"}\n", text, hour);
    sources_write(dir, "kenko.yaml", more);
}

static void the_first_published_run_of_a_day_is_held_against_its_hour(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-31", -1, true); /* nothing is promised yet */
    due_by(dir, "07:00");
    company_score(db, dir, "2026-06-01", -1, false); /* nobody could read it */
    sources_expect(db, SERVICE, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    company_score(db, dir, "2026-06-01", -1, true);
    /* 07:00 in Tokyo; the first run at 06:30 counts, not the one at noon */
    warehouse_sql(db, "UPDATE score.run SET finished_at = '2026-05-31T21:30Z' WHERE run_id = 3;"
                      "UPDATE score.run SET finished_at = '2026-06-01T03:00Z' WHERE run_id = 4;"
                      "UPDATE score.run SET finished_at = '2026-05-31T20:00Z' WHERE run_id = 2");
    sources_expect(db, SERVICE, "2026-05-31 22:00:00+00 t f -30.0 3 2");
    warehouse_sql(db, "UPDATE score.run SET finished_at = '2026-06-08T03:00Z' WHERE run_id >= 3");
    sources_expect(db, SERVICE, "2026-05-31 22:00:00+00 f t 10380.0 3 2");
}

static void an_hour_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"7 am", "24:00", "06:00, 07:00"};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        const char *dir = company_directory();
        g_autoptr(GError) err = NULL;
        struct score_config out;
        due_by(dir, wrong[i]);
        g_autoptr(config_t) config = config_open(dir, NULL);
        assert_false(score_config_load(config, &out, &err));
        assert_non_null(strstr(err->message, "want an hour of the day such as \"07:00\""));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_published_run_of_a_day_is_held_against_its_hour),
        cmocka_unit_test(an_hour_that_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
