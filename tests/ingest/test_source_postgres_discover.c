/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is offered of a database before it is configured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/source.h"
#include "support/tables.h"

static const char schema[] =
    "CREATE SCHEMA crm;"
    "CREATE TABLE crm.person (id bigint PRIMARY KEY, account_id text, full_name text, email text,"
    "  profile jsonb, updated_at timestamptz);"
    "CREATE INDEX ON crm.person (updated_at);"
    "CREATE TABLE job_event (id bigserial PRIMARY KEY, account_id text, at timestamptz,"
    "  runs int) PARTITION BY RANGE (id);"
    "CREATE TABLE job_event_1 PARTITION OF job_event FOR VALUES FROM (1) TO (1000);"
    "INSERT INTO job_event (account_id, at, runs)"
    "  SELECT 'a', '2026-01-05', n FROM generate_series(1, 30) AS n;"
    "CREATE TABLE \"Weird Table\" (a int, b int, PRIMARY KEY (a, b));"
    "CREATE TABLE note (account_id text, body text);"
    "CREATE VIEW people AS SELECT * FROM crm.person;"
    "CREATE TEMPORARY TABLE passing (id int);"
    "ANALYZE crm.person; ANALYZE job_event_1";

struct found {
    struct arena *arena;
    struct config *config;
    struct zone *zone;
    struct mapping_set set;
    struct source_offers offers;
};

static void discover(struct tables *t, struct found *out)
{
    g_autoptr(GError) err = NULL;
    *out = (struct found){.arena = arena_new()};
    out->config = config_open(t->directory, &err);
    out->zone = zone_open("Asia/Tokyo", &err);
    out->offers = (struct source_offers){
        out->arena, g_array_new(FALSE, FALSE, sizeof(struct source_offer)), true};
    struct source_run run = {.config = out->config, .set = &out->set, .zone = out->zone};
    if (!out->config || !out->zone ||
        !mapping_load(out->arena, out->config, out->zone, &out->set, &err) ||
        !source_find(out->config, &out->set, "app", &run.source, &err) ||
        !source_kind_of(run.source)->discover(&run, &out->offers, &err))
        fail_msg("%s", err->message);
}

static void forget(struct found *found)
{
    g_array_free(found->offers.list, TRUE);
    config_close(found->config);
    zone_close(found->zone);
    arena_free(found->arena);
}

static const struct source_offer *offer(const struct found *found, const char *name)
{
    for (guint i = 0; i < found->offers.list->len; i++) {
        const struct source_offer *o = &g_array_index(found->offers.list, struct source_offer, i);
        if (strcmp(o->name, name) == 0)
            return o;
    }
    fail_msg("%s is not among the %u offers", name, found->offers.list->len);
    return NULL;
}

static void expect(const struct found *found, const char *name, const char *wanted)
{
    const struct source_offer *o = offer(found, name);
    g_autofree char *said = g_strdup_printf(
        "%s of %" G_GINT64_FORMAT ", key %s, cursor %s, read by %s: %s", o->what, o->rows,
        o->key ? o->key : "-", o->cursor ? o->cursor : "-", o->stream ? o->stream : "-", o->note);
    assert_string_equal(said, wanted);
}

static void tables_are_listed_with_what_tells_rows_apart(void **state)
{
    (void)state;
    struct tables t;
    struct found found;
    tables_open(&t, "      []\n", schema);
    discover(&t, &found);
    assert_int_equal(found.offers.list->len, 5);
    expect(&found, "crm.person", "table of 0, key id, cursor updated_at, read by -: ");
    expect(&found, "public.job_event", "partitioned table of 30, key id, cursor id, read by -: ");
    expect(&found, "public.\"Weird Table\"",
           "table of -1, key -, cursor -, read by -: its key is of several columns (a, b), and one "
           "is wanted: a view may join them");
    expect(&found, "public.note",
           "table of -1, key account_id, cursor -, read by -: it has no key: name the column that "
           "tells its "
           "rows apart");
    expect(&found, "public.people",
           "view of -1, key id, cursor -, read by -: it has no key: name the column that "
           "tells its rows apart; its rows have no versions: it is read whole");
    forget(&found);
    tables_close(&t);
}

/* What is offered is configuration: with it the tables load, and are offered no more. */
static void what_is_offered_loads(void **state)
{
    (void)state;
    struct tables t;
    struct found found;
    struct ingest_summary summary;
    tables_open(&t, "      []\n", schema);
    warehouse_sql(t.app,
                  "INSERT INTO crm.person VALUES (1, 'a', 'Ann', 'ann@a.example', '{}', now())");
    discover(&t, &found);
    g_autofree char *streams = g_strconcat(offer(&found, "crm.person")->entry,
                                           offer(&found, "public.job_event")->entry, NULL);
    forget(&found);
    tables_configure(&t, streams);
    tables_ingest(&t, &summary);
    assert_int_equal(summary.count.loaded, 31);
    assert_int_equal(summary.count.rejected, 0);
    discover(&t, &found);
    assert_string_equal(offer(&found, "crm.person")->stream, "contact");
    assert_string_equal(offer(&found, "public.job_event")->stream, "usage_metric");
    forget(&found);
    tables_close(&t);
}

static void what_may_not_be_read_is_said(void **state)
{
    (void)state;
    struct tables t;
    struct found found;
    tables_open(&t, "      []\n", schema);
    g_autofree char *name = warehouse_value(t.app, "SELECT current_database()");
    g_autofree char *sql = g_strdup_printf(
        "CREATE ROLE looker; ALTER DATABASE %s SET role = looker; GRANT SELECT ON note TO looker",
        name);
    warehouse_sql(t.app, sql);
    discover(&t, &found);
    assert_null(offer(&found, "crm.person")->entry);
    assert_non_null(strstr(offer(&found, "crm.person")->note, "may not be read"));
    assert_null(strstr(offer(&found, "public.note")->note, "may not be read"));
    forget(&found);
    tables_close(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_listed_with_what_tells_rows_apart),
        cmocka_unit_test(what_is_offered_loads),
        cmocka_unit_test(what_may_not_be_read_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
