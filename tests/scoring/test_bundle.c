/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit bundles: made from a real warehouse, verified without it, changed in every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/identity.h"
#include "ingest/load.h"
#include "scoring/bundle.h"
#include "scoring/bundle_file.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static GString *bundle_of(struct db *db, const char *account, bool persons)
{
    g_autoptr(GError) err = NULL;
    struct bundle_summary summary;
    GString *out = g_string_new(NULL);
    const struct bundle_options options = {account, INT32_MAX, INT64_MAX, persons};
    if (!bundle_make(db, &options, out, &summary, &err))
        fail_msg("%s", err->message);
    return out;
}

static struct bundle_report report_of(struct arena *arena, const GString *text)
{
    g_autoptr(GError) err = NULL;
    struct bundle_report report;
    if (!bundle_verify(arena, (struct slice){text->str, text->len}, &report, &err))
        fail_msg("%s", err->message);
    return report;
}

static const struct bundle_finding *finding(const struct bundle_report *report, const char *what)
{
    for (size_t i = 0; i < report->n; i++) {
        if (strcmp(report->finding[i].what, what) == 0)
            return &report->finding[i];
    }
    fail_msg("nothing is said of %s", what);
    return NULL;
}

static void expect_agreement(const struct bundle_report *report)
{
    for (size_t i = 0; i < report->n; i++) {
        if (report->finding[i].verdict == BUNDLE_DIFFERS)
            fail_msg("%s: %s", report->finding[i].what, report->finding[i].text);
    }
    assert_true(report->count[BUNDLE_AGREES] > 20);
}

static const char *scored(struct db *db)
{
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-06-01", -1, true);
    return dir;
}

static void every_account_s_score_is_computed_again_without_a_warehouse(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    static const char *const accounts[] = {"a", "b", "c"};
    scored(db);
    for (size_t i = 0; i < G_N_ELEMENTS(accounts); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GString) text = bundle_of(db, accounts[i], false);
        const struct bundle_report report = report_of(arena, text);
        expect_agreement(&report);
        assert_string_equal(report.account, accounts[i]);
        assert_int_equal(finding(&report, "health_bp")->verdict, BUNDLE_AGREES);
        assert_int_equal(finding(&report, "band")->verdict, BUNDLE_AGREES);
    }
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) text = bundle_of(db, "a", false);
    const struct bundle_report report = report_of(arena, text);
    assert_string_equal(finding(&report, "health_bp")->text, "6400");
    assert_string_equal(finding(&report, "metric runs_7d of 2026-06-01")->text, "70 (ok)");
}

static void late_facts_undone_loads_and_merges_are_not_in_what_was_published(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = scored(db);
    sources_write(dir, "usage2.csv", "account,day,user,runs,failed\na,2026-05-30,u9,500,400\n");
    sources_ingest(db, dir, NULL);
    assert_true(identity_merge(db, "b", "a", &err));
    g_autofree char *load = warehouse_value(
        db, "SELECT max(load_id) FROM ops.load WHERE file = 'usage.csv' AND undone_no IS NULL");
    assert_true(load_undo(db, g_ascii_strtoll(load, NULL, 10), "test", &err));
    g_autoptr(GString) after = bundle_of(db, "a", false);
    const struct bundle_report report = report_of(arena, after);
    expect_agreement(&report);
    assert_string_equal(finding(&report, "health_bp")->text, "6400");
    assert_non_null(strstr(after->str, "\"undone_no\":"));
    /* Scored anew, the merged account's bundle has both parties. */
    company_score(db, dir, "2026-06-01", -1, true);
    g_autoptr(GString) merged = bundle_of(db, "a", false);
    const struct bundle_report now = report_of(arena, merged);
    expect_agreement(&now);
    assert_string_not_equal(finding(&now, "health_bp")->text, "6400");
}

static void an_override_is_part_of_it_and_no_person_is_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    sources_append(dir, "scorecards/default.yaml", "author: ines@kenko.example\nnote: first\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "INSERT INTO outreach.override (account_id, kind, value_bp, reason, author, "
                      "valid_from, expires_on, load_id) SELECT account_id, 'cap', 3000, 'Otto said "
                      "so', 'mara@kenko.example', '2026-05-01', '2026-07-01', created_load_id FROM "
                      "identity.account WHERE key = 'a'");
    company_score(db, dir, "2026-06-01", -1, true);
    g_autoptr(GString) text = bundle_of(db, "a", false);
    g_autoptr(GString) named = bundle_of(db, "a", true);
    static const char *const persons[] = {"Otto", "mara@", "ines@"};
    for (size_t i = 0; i < G_N_ELEMENTS(persons); i++) {
        assert_null(strstr(text->str, persons[i]));
        assert_non_null(strstr(named->str, persons[i]));
    }
    const struct bundle_report report = report_of(arena, text), whole = report_of(arena, named);
    expect_agreement(&report);
    expect_agreement(&whole);
    assert_string_equal(finding(&report, "effective_bp")->text, "3000");
    assert_int_equal(finding(&report, "file scorecards/default.yaml")->verdict, BUNDLE_TAKEN);
    assert_int_equal(finding(&whole, "file scorecards/default.yaml")->verdict, BUNDLE_AGREES);
}

/* People at the customer are rows like others, under a number. */
static void contacts_are_counted_again_and_not_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    const char *dir = company_directory();
    sources_append(dir, "metrics.yaml", "  - {name: admins, kind: contacts, role: admin}\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db,
                  "INSERT INTO warehouse.contact (party_id, external_id, load_id, ordinal, hash, "
                  "email, role) SELECT m.party_id, who || '@aoba.example', m.load_id, 0, '', "
                  "who || '@aoba.example', 'admin' FROM (SELECT min(party_id) AS party_id, "
                  "min(load_id) AS load_id FROM identity.member JOIN identity.account USING "
                  "(account_id) WHERE key = 'a') AS m, unnest(ARRAY['rin', 'ken']) AS who");
    company_score(db, dir, "2026-06-01", -1, true);
    g_autoptr(GString) text = bundle_of(db, "a", false), named = bundle_of(db, "a", true);
    const struct bundle_report report = report_of(arena, text);
    expect_agreement(&report);
    assert_string_equal(finding(&report, "metric admins of 2026-06-01")->text, "2 (ok)");
    assert_int_equal(finding(&report, "metric admins of 2026-06-01")->verdict, BUNDLE_AGREES);
    assert_null(strstr(text->str, "aoba.example"));
    assert_non_null(strstr(named->str, "rin@aoba.example"));
}

/* Every byte of a file, one after another, is another one. */
static void a_changed_byte_anywhere_is_found_and_its_line_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored(db);
    g_autoptr(GString) text = bundle_of(db, "a", false);
    for (size_t i = 0; i < text->len; i += 1 + i % 13) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GError) err = NULL;
        g_autoptr(GString) changed = g_string_new_len(text->str, (gssize)text->len);
        struct bundle_report report;
        g_autofree char *named = NULL;
        changed->str[i] ^= 1;
        size_t lines = 1;
        for (size_t k = 0; k < i; k++)
            lines += text->str[k] == '\n';
        named = g_strdup_printf("line %zu", lines);
        assert_false(
            bundle_verify(arena, (struct slice){changed->str, changed->len}, &report, &err));
        if (!strstr(err->message, named))
            fail_msg("byte %zu of line %zu: %s", i, lines, err->message);
    }
}

static void lines_that_are_missing_or_more_are_found(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored(db);
    g_autoptr(GString) text = bundle_of(db, "a", false);
    const char *end = g_strrstr_len(text->str, (gssize)text->len - 1, "\n");
    const char *second = strchr(text->str, '\n') + 1;
    const struct {
        const char *p;
        size_t n;
        const char *said;
    } cases[] = {{text->str, (size_t)(end - text->str) + 1, "the end is not there"},
                 {second, text->len - (size_t)(second - text->str), "line 1"},
                 {text->str, text->len - 1, "is cut off"},
                 {"", 0, "the end is not there"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GError) err = NULL;
        struct bundle_report report;
        assert_false(bundle_verify(arena, (struct slice){cases[i].p, cases[i].n}, &report, &err));
        if (!strstr(err->message, cases[i].said))
            fail_msg("case %zu: %s", i, err->message);
    }
}

/* Write a bundle anew with one text in place of another: its chain is whole, its seal another. */
static GString *forge(const GString *text, const char *from, const char *to)
{
    struct bundle_chain chain;
    GString *out = g_string_new(NULL);
    size_t n = 0;
    bundle_file_begin(&chain);
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (char **line = lines; *line && **line; line++) {
        g_autoptr(GString) body = g_string_new(*line + BUNDLE_HEX + 1);
        n += g_string_replace(body, from, to, 0);
        bundle_file_put(&chain, out, json_loads(body->str, 0, NULL));
    }
    assert_true(n > 0);
    return out;
}

static void a_bundle_that_was_written_anew_disagrees_with_its_own_facts(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    scored(db);
    g_autoptr(GString) text = bundle_of(db, "a", false);
    const struct {
        const char *from, *to, *what;
    } cases[] = {
        {"\"health_bp\":6400", "\"health_bp\":6500", "health_bp"},
        {"\"n\":100000", "\"n\":200000", "arr_minor"},
        {"\"band\":\"Yellow\"", "\"band\":\"Green\"", "band"},
        {"weight: 40", "weight: 45", "health_bp"},
        {"\"value\":70.0", "\"value\":71.0", "metric runs_7d of 2026-06-01"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(GString) forged = forge(text, cases[i].from, cases[i].to);
        const struct bundle_report report = report_of(arena, forged);
        if (finding(&report, cases[i].what)->verdict != BUNDLE_DIFFERS)
            fail_msg("%s is not found by %s", cases[i].to, cases[i].what);
        assert_string_not_equal(report.seal, report_of(arena, text).seal);
    }
}

static void plain_numbers_are_those_that_are_computed_with(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct bundle_report report;
    scored(db);
    g_autoptr(GString) text = bundle_of(db, "a", false);
    g_autoptr(GString) forged = forge(text, "\"v\":10}", "\"v\":11}");
    assert_false(bundle_verify(arena, (struct slice){forged->str, forged->len}, &report, &err));
    assert_non_null(strstr(err->message, "'plain' is not what the packed numbers say"));
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) out = g_string_new(NULL);
    struct bundle_summary summary;
    scored(db);
    struct bundle_options options = {"nobody", INT32_MAX, INT64_MAX, false};
    assert_false(bundle_make(db, &options, out, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    g_clear_error(&err);
    options.account = "a";
    options.known_no = 0;
    assert_false(bundle_make(db, &options, out, &summary, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    assert_int_equal(out->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_account_s_score_is_computed_again_without_a_warehouse),
        cmocka_unit_test(late_facts_undone_loads_and_merges_are_not_in_what_was_published),
        cmocka_unit_test(an_override_is_part_of_it_and_no_person_is_named),
        cmocka_unit_test(contacts_are_counted_again_and_not_named),
        cmocka_unit_test(a_changed_byte_anywhere_is_found_and_its_line_named),
        cmocka_unit_test(lines_that_are_missing_or_more_are_found),
        cmocka_unit_test(a_bundle_that_was_written_anew_disagrees_with_its_own_facts),
        cmocka_unit_test(plain_numbers_are_those_that_are_computed_with),
        cmocka_unit_test(what_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
