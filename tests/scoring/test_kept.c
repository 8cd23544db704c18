/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run keeps the files it was computed with, and is computed again by them alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/kept.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char slo[] =
    "slos: [{name: jobs, service: transfer, sli: success, objective: \"0.99\"}]\n";
static const char indicators[] = "indicators: [{name: quiet, metric: runs_7d, below: 1}]\n";

static const char *whole_company(void)
{
    const char *dir = company_directory();
    sources_write(dir, "slo.yaml", slo);
    sources_write(dir, "indicators.yaml", indicators);
    return dir;
}

static int64_t run_of(struct db *db)
{
    g_autofree char *run = warehouse_value(db, "SELECT max(run_id)::text FROM score.run");
    return g_ascii_strtoll(run, NULL, 10);
}

static void a_run_keeps_every_file_it_was_computed_with(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = whole_company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    int64_t run = run_of(db);
    sources_write(dir, "slo.yaml",
                  "slos: [{name: jobs, service: transfer, sli: success, objective: \"0.5\"}]\n");
    sources_remove(dir, "indicators.yaml");
    g_autoptr(config_t) then = kept_open(db, run, &err);
    if (!then)
        fail_msg("%s", err->message);
    assert_string_equal(config_file_text(then, "slo.yaml", &err), slo);
    assert_string_equal(config_file_text(then, "indicators.yaml", &err), indicators);
    assert_string_equal(config_file_text(then, "metrics.yaml", &err), company_metrics);
    assert_string_equal(config_file_text(then, "scorecards/default.yaml", &err), company_card);
    assert_false(config_has_file(then, "scorecards/other.yaml"));
}

static void equal_files_are_kept_once_and_another_has_another_digest(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = whole_company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    company_score(db, dir, "2026-06-02", -1, true);
    sources_expect(db, "SELECT count(*)::text FROM ops.config", "5");
    sources_expect(db, "SELECT count(DISTINCT config_sha256)::text FROM score.run", "1");
    sources_write(dir, "slo.yaml",
                  "slos: [{name: jobs, service: transfer, sli: success, objective: \"0.5\"}]\n");
    company_score(db, dir, "2026-06-02", -1, true);
    sources_expect(db, "SELECT count(*)::text FROM ops.config", "6");
    sources_expect(db, "SELECT count(DISTINCT config_sha256)::text FROM score.run", "2");
}

static void of_kenko_yaml_only_what_scoring_reads_is_kept(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = whole_company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db,
                   "SELECT (body LIKE '%organisation: %' AND body NOT LIKE '%sources%')::text FROM "
                   "ops.config WHERE kind = 'kenko'",
                   "true");
}

struct seen {
    char input[65], output[65];
};

static bool on_day(void *context, const struct score_result *result, GError **err)
{
    (void)err;
    struct seen *seen = context;
    g_strlcpy(seen->input, result->input_sha256, sizeof seen->input);
    g_strlcpy(seen->output, result->output_sha256, sizeof seen->output);
    return true;
}

static void what_is_kept_gives_the_same_digests_after_every_file_changed(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct seen seen = {0};
    int32_t day = 0;
    const char *dir = whole_company();
    sources_ingest(db, dir, NULL);
    struct score_summary was = company_score(db, dir, "2026-06-01", -1, true);
    int64_t run = run_of(db);
    sources_append(dir, "kenko.yaml", "score: {band_days: 1}\n");
    sources_append(dir, "metrics.yaml", "  - {name: more, kind: arr}\n");
    sources_append(dir, "scorecards/default.yaml",
                   "caps: [{name: c, when: [{metric: open, above: 0}], cap: 1}]\n");
    g_autoptr(config_t) then = kept_open(db, run, &err);
    assert_true(then && day_parse(SLICE("2026-06-01"), &day, &err));
    struct score_options options = {&day, 1, was.known_no, "default", false};
    if (!score_compute(db, then, &options, on_day, &seen, &err))
        fail_msg("%s", err->message);
    assert_string_equal(seen.input, was.input_sha256);
    assert_string_equal(seen.output, was.output_sha256);
    sources_expect(db, "SELECT count(*)::text FROM score.run", "1");
}

static void a_run_from_before_files_were_kept_is_told(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = whole_company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    warehouse_sql(db, "UPDATE score.run SET config_ids = NULL");
    assert_null(kept_open(db, run_of(db), &err));
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
    assert_non_null(strstr(err->message, "from before its configuration was kept"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_keeps_every_file_it_was_computed_with),
        cmocka_unit_test(equal_files_are_kept_once_and_another_has_another_digest),
        cmocka_unit_test(of_kenko_yaml_only_what_scoring_reads_is_kept),
        cmocka_unit_test(what_is_kept_gives_the_same_digests_after_every_file_changed),
        cmocka_unit_test(a_run_from_before_files_were_kept_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
