/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is said of sources before they are loaded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/preview.h"
#include "ingest/source.h"
#include "support/sources.h"

#define USAGE                                                                                      \
    "sources:\n"                                                                                   \
    "  - name: app\n"                                                                              \
    "    streams:\n"                                                                               \
    "      - stream: usage_metric\n"                                                               \
    "        path: u*.csv\n"                                                                       \
    "        time_zone: UTC\n"                                                                     \
    "        fields: {party: who, at: at, subject: user}\n"                                        \
    "        values: [{metric: runs, field: runs}, {metric: peak, field: peak}]\n"                 \
    "        ignore: [{name: tests, field: who, prefix: test-}]\n"                                 \
    "  - name: crm\n"                                                                              \
    "    streams:\n"                                                                               \
    "      - stream: subscription\n"                                                               \
    "        path: s.csv\n"                                                                        \
    "        fields: {party: who, external_id: id, start_on: day, arr: arr, currency: cur, "       \
    "auto_renew: renew}\n"

struct opened {
    struct arena *arena;
    struct config *config;
    struct zone *zone;
    struct mapping_set set;
};

static void open_sources(const char *dir, struct opened *out)
{
    g_autoptr(GError) err = NULL;
    out->arena = arena_new();
    out->config = config_open(dir, &err);
    out->zone = zone_open("Asia/Tokyo", &err);
    if (!out->config || !out->zone ||
        !mapping_load(out->arena, out->config, out->zone, &out->set, &err))
        fail_msg("%s", err->message);
}

static void close_sources(struct opened *opened)
{
    config_close(opened->config);
    zone_close(opened->zone);
    arena_free(opened->arena);
}

static void show(struct opened *o, const char *dir, size_t source, const char *name, size_t max,
                 struct preview *out)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (!preview_file(o->arena, &o->set, o->set.source[source].mapping[0], path, name, max, out,
                      &err))
        fail_msg("%s", err->message);
}

static char *joined(const struct preview *preview, size_t row)
{
    GString *out = g_string_new(NULL);
    for (size_t i = 0; i < preview->n_columns; i++) {
        const char *cell = preview->row[row].cell[i];
        g_string_append_printf(out, "%s%s=%s", i ? " " : "", preview->column[i],
                               cell ? cell : "null");
    }
    return g_string_free(out, FALSE);
}

static void records_are_shown_as_they_would_be_stored(void **state)
{
    (void)state;
    const char *dir = sources_directory(USAGE);
    struct opened o;
    struct preview p;
    open_sources(dir, &o);
    sources_write(dir, "u.csv",
                  "who,at,user,runs,peak\n"
                  "a,2026-01-01T09:00:00.5+09:00,ann,3,1.25\n"
                  "test-1,2026-01-01,x,1,1\n"
                  "b,2026-02-30,x,1,1\n"
                  "c,2026-01-03,,,7\n"
                  "d,2026-01-04,,1,1\n");
    show(&o, dir, 0, "u.csv", 4, &p);
    assert_int_equal(p.n, 4);
    assert_int_equal(p.mapped, 2);
    assert_int_equal(p.ignored, 1);
    assert_int_equal(p.rejected, 1);
    g_autofree char *first = joined(&p, 0), *last = joined(&p, 3);
    assert_string_equal(first,
                        "party=a at=2026-01-01T00:00:00.500000Z subject=ann runs=3 peak=1.3");
    assert_string_equal(last, "party=c at=2026-01-03T00:00:00Z subject=null runs=null peak=7.0");
    assert_string_equal(p.row[1].rule, "tests");
    assert_int_equal(p.row[2].line, 4);
    assert_int_equal(p.row[2].reject.column, 3);
    assert_string_equal(p.row[2].reject.reason, "bad_time");
    sources_write(
        dir, "s.csv",
        "who,id,day,arr,cur,renew\na,1,2026-01-01,1200,JPY,t\na,2,2026-01-01,-12.5,,no\n");
    show(&o, dir, 1, "s.csv", 10, &p);
    g_autofree char *yen = joined(&p, 0), *dollars = joined(&p, 1);
    assert_string_equal(yen, "party=a external_id=1 start_on=2026-01-01 arr=1200 currency=JPY "
                             "auto_renew=true");
    assert_string_equal(dollars, "party=a external_id=2 start_on=2026-01-01 arr=-12.50 "
                                 "currency=null auto_renew=false");
    sources_write(dir, "s.csv",
                  "who,id,day,arr,cur,renew\na,1,2026-01-01,1,,Y\na,2,2026-01-01,1,,OFF\n"
                  "a,3,2026-01-01,1,,はい\na,4,2026-01-01,1,,maybe\n");
    show(&o, dir, 1, "s.csv", 10, &p);
    assert_string_equal(p.row[0].cell[p.n_columns - 1], "true");
    assert_string_equal(p.row[1].cell[p.n_columns - 1], "false");
    assert_string_equal(p.row[2].cell[p.n_columns - 1], "true");
    assert_string_equal(p.row[3].reject.reason, "bad_boolean");
    close_sources(&o);
}

static void expect_finding(const GArray *list, guint at, bool ok, const char *part,
                           const char *next)
{
    const struct source_finding *f = &g_array_index(list, struct source_finding, at);
    if (f->ok != ok || !strstr(f->message, part) || !strstr(f->next, next))
        fail_msg("%s %s: %s; %s", f->ok ? "ok" : "fail", f->stream, f->message, f->next);
}

static GArray *check(struct opened *o, const char *only)
{
    g_autoptr(GError) err = NULL;
    GArray *list = g_array_new(FALSE, FALSE, sizeof(struct source_finding));
    struct source_findings findings = {o->arena, list};
    struct source_run run = {.config = o->config, .set = &o->set, .zone = o->zone};
    if (!source_check(&run, only, &findings, &err))
        fail_msg("%s", err->message);
    return list;
}

static void a_check_says_of_each_stream_whether_it_would_load(void **state)
{
    (void)state;
    const char *dir = sources_directory(USAGE);
    struct opened o;
    open_sources(dir, &o);
    sources_write(dir, "u1.csv",
                  "who,at,user,runs,peak\na,2026-01-01,,1,1\ntest-2,2026-01-01,,1,1\n");
    g_autoptr(GArray) missing = check(&o, NULL);
    assert_int_equal(missing->len, 2);
    expect_finding(missing, 0, true, "1 file; of the first records 1 map, 1 are ignored", "");
    expect_finding(missing, 1, false, "no file fits s.csv", "path");
    sources_write(dir, "s.csv", "who;id\n");
    sources_write(dir, "u2.csv", "who,at,user,runs,peak\na,2026-01-01,,x,1\nb,,,1,1\n");
    g_autoptr(GArray) broken = check(&o, NULL);
    expect_finding(broken, 0, false, "2 of 2 records are rejected, first u2.csv:2:15: runs",
                   "kenko source preview app usage_metric");
    expect_finding(broken, 1, false, "s.csv:1: the mapped column 'who' is not in the header",
                   "kenko source guess s.csv");
    g_autoptr(GArray) one = check(&o, "app");
    assert_int_equal(one->len, 1);
    g_autoptr(GError) err = NULL;
    struct source_findings findings = {o.arena, one};
    struct source_run run = {.config = o.config, .set = &o.set, .zone = o.zone};
    assert_false(source_check(&run, "ap", &findings, &err));
    assert_true(err_is(err, KENKO_ERROR_USAGE));
    close_sources(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_shown_as_they_would_be_stored),
        cmocka_unit_test(a_check_says_of_each_stream_whether_it_would_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
