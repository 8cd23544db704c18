/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a day may know of records whose source does not say when it changed them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/load.h"
#include "scoring/facts.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        fields: {party: id, name: name}\n"
    "      - stream: ticket\n"
    "        path: tickets-*.csv\n"
    "        fields: {external_id: id, party: account, opened_at: opened, severity: severity,\n"
    "          deleted: deleted, changed_at: changed}\n"
    "      - stream: fx_rate\n"
    "        path: rates-*.csv\n"
    "        fields: {currency: currency, day: day, rate: rate, deleted: deleted}\n";

#define TICKETS "id,account,opened,severity,deleted,changed\n"
#define RATES "currency,day,rate,deleted\n"
#define T1 "t1,a,2026-01-05,"

struct company {
    const char *dir;
    struct db *db;
    int files;
    int64_t load_id;
};

/* Load rows of tickets as if it had been at `committed_at`. */
static void load(struct company *c, const char *rows, const char *committed_at)
{
    g_autofree char *name = g_strdup_printf("tickets-%d.csv", ++c->files);
    g_autofree char *text = g_strconcat(TICKETS, rows, NULL);
    sources_write(c->dir, name, text);
    sources_ingest(c->db, c->dir, NULL);
    g_autofree char *id = warehouse_value(
        c->db, "SELECT max(load_id) FROM ops.load WHERE kind = 'ingest' AND stream = 'ticket'");
    c->load_id = g_ascii_strtoll(id, NULL, 10);
    g_autofree char *sql = g_strdup_printf(
        "UPDATE ops.load SET committed_at = '%s' WHERE load_id = %s", committed_at, id);
    warehouse_sql(c->db, sql);
}

static struct company found(void)
{
    struct company c = {.dir = sources_directory(sources), .db = warehouse_open()};
    sources_write(c.dir, "accounts.csv", "id,name\na,Aoba\n");
    sources_write(c.dir, "tickets-0.csv", TICKETS);
    sources_write(c.dir, "rates-0.csv", RATES);
    sources_ingest(c.db, c.dir, NULL);
    return c;
}

static int64_t newest(struct db *db)
{
    g_autofree char *text = warehouse_value(db, "SELECT commit_no FROM ops.clock");
    return g_ascii_strtoll(text, NULL, 10);
}

/* Severities of the tickets as they stood on a day. */
static char *stood(struct db *db, const char *day, int64_t known_no)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct facts_wish wish = {.currency = "USD"};
    int32_t as_of;
    size_t n;
    assert_non_null(zone);
    assert_true(day_parse(slice_of(day), &as_of, NULL) && db_begin_snapshot(db, NULL));
    struct facts *facts = facts_load(db, zone, &wish, known_no, &err);
    if (!facts)
        fail_msg("%s", err->message);
    db_rollback(db);
    const struct facts_record *row = facts_records(facts, arena, FACTS_TICKET, as_of, &n);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < n; i++)
        g_string_append_printf(out, "%s%s", i ? " " : "", row[i].tag);
    facts_free(facts);
    return g_strdup(out->str);
}

static void expect(struct db *db, const char *day, int64_t known_no, const char *want)
{
    g_autofree char *have = stood(db, day, known_no);
    if (strcmp(have, want) != 0)
        fail_msg("%s known at %d: %s, want %s", day, (int)known_no, have, want);
}

/* Versions met on three days: low on the 1st of March, high on the 10th, urgent on the 20th. */
static struct company three_loads(int64_t load_id[3])
{
    struct company c = found();
    const char *const rows[] = {T1 "low,,\n", T1 "high,,\n", T1 "urgent,,\n"};
    const char *const days[] = {"2026-03-01T03:00Z", "2026-03-10T03:00Z", "2026-03-20T03:00Z"};
    for (int i = 0; i < 3; i++) {
        load(&c, rows[i], days[i]);
        load_id[i] = c.load_id;
    }
    return c;
}

static void a_later_load_does_not_reach_back(void **state)
{
    (void)state;
    int64_t id[3];
    struct company c = three_loads(id);
    int64_t k = newest(c.db);
    expect(c.db, "2026-01-05", k, ""); /* opened on that day, so not before it */
    expect(c.db, "2026-01-06", k, "low");
    expect(c.db, "2026-03-09", k, "low");
    expect(c.db, "2026-03-10", k, "high");
    expect(c.db, "2026-03-19", k, "high");
    expect(c.db, "2026-03-20", k, "urgent");
    expect(c.db, "2027-01-01", k, "urgent");
    db_close(c.db);
}

static void what_came_on_the_first_day_speaks_from_the_beginning(void **state)
{
    (void)state;
    struct company c = found();
    load(&c, T1 "low,,\n" T1 "high,,\n", "2026-03-01T01:00Z");
    load(&c, T1 "urgent,,\n", "2026-03-01T14:59Z"); /* still the 1st in Tokyo */
    expect(c.db, "2026-01-06", newest(c.db), "urgent");
    load(&c, T1 "low,,\n", "2026-03-01T15:00Z"); /* the 2nd */
    load(&c, T1 "closed,,\n", "2026-03-02T10:00Z");
    expect(c.db, "2026-03-01", newest(c.db), "urgent");
    expect(c.db, "2026-03-02", newest(c.db), "closed");
    db_close(c.db);
}

static void an_undone_load_in_the_middle_leaves_the_one_before_it(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    int64_t id[3];
    struct company c = three_loads(id);
    int64_t before = newest(c.db);
    assert_true(load_undo(c.db, id[1], "a test", &err));
    int64_t after = newest(c.db);
    expect(c.db, "2026-03-15", after, "low");
    expect(c.db, "2026-03-15", before, "high");
    expect(c.db, "2026-03-20", after, "urgent");
    assert_true(load_undo(c.db, id[0], "a test", &err));
    expect(c.db, "2026-01-06", newest(c.db), "urgent"); /* now first met on the 20th */
    expect(c.db, "2026-01-06", before, "low");
    expect(c.db, "2026-03-15", after, "low");
    db_close(c.db);
}

static void a_deletion_speaks_from_its_day_too(void **state)
{
    (void)state;
    struct company c = found();
    load(&c, T1 "low,,\nt2,a,2026-01-06,high,,\n", "2026-03-01T03:00Z");
    load(&c, T1 "low,true,\n", "2026-03-10T03:00Z");
    expect(c.db, "2026-03-09", newest(c.db), "low high");
    expect(c.db, "2026-03-10", newest(c.db), "high");
    db_close(c.db);
}

static void a_version_that_says_when_is_believed(void **state)
{
    (void)state;
    struct company c = found();
    load(&c, T1 "low,,\n", "2026-03-01T03:00Z");
    load(&c, T1 "high,,2026-02-03T00:00:00Z\n", "2026-03-10T03:00Z");
    load(&c, T1 "stale,,\n", "2026-03-20T03:00Z");
    expect(c.db, "2026-02-03", newest(c.db), "low");
    expect(c.db, "2026-02-04", newest(c.db), "high");
    expect(c.db, "2026-03-25", newest(c.db), "high");
    db_close(c.db);
}

static void a_rate_that_was_taken_back_is_not_used(void **state)
{
    (void)state;
    struct company c = found();
    sources_write(c.dir, "rates-1.csv", RATES "EUR,2026-01-01,1.1,\nEUR,2026-02-01,1.2,\n");
    sources_ingest(c.db, c.dir, NULL);
    sources_write(c.dir, "rates-2.csv", RATES "EUR,2026-02-01,1.2,true\n");
    sources_ingest(c.db, c.dir, NULL);
    g_autoptr(GError) err = NULL;
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct facts_wish wish = {.currency = "USD"};
    assert_true(db_begin_snapshot(c.db, NULL));
    struct facts *facts = facts_load(c.db, zone, &wish, newest(c.db), &err);
    if (!facts)
        fail_msg("%s", err->message);
    int64_t minor;
    assert_true(facts_convert(facts, 100, "EUR", day_from_civil(2026, 3, 1), &minor));
    assert_int_equal(minor, 110);
    facts_free(facts);
    db_rollback(c.db);
    db_close(c.db);
}

/* An amount in minor units of one currency told in those of another; -1 when it cannot be. */
static int64_t told_in(struct db *db, const char *reporting, int64_t minor, const char *currency)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    struct facts_wish wish = {.currency = reporting};
    int64_t out = -1;
    assert_true(db_begin_snapshot(db, NULL));
    struct facts *facts = facts_load(db, zone, &wish, newest(db), &err);
    if (!facts)
        fail_msg("%s", err->message);
    db_rollback(db);
    bool ok = facts_convert(facts, minor, currency, day_from_civil(2026, 6, 1), &out);
    facts_free(facts);
    return ok ? out : -1;
}

static void amounts_are_converted_between_minor_units_of_0_2_and_3_decimals(void **state)
{
    (void)state;
    struct company c = found();
    sources_write(c.dir, "rates-1.csv",
                  RATES "KWD,2026-01-01,3.25,\nJPY,2026-01-01,0.0064,\nEUR,2026-01-01,1.1,\n"
                        "BTN,2026-01-01,9000000000,\n");
    sources_ingest(c.db, c.dir, NULL);
    assert_int_equal(told_in(c.db, "USD", 12345, "KWD"), 4012); /* 12.345 KWD → 40.12125 USD */
    assert_int_equal(told_in(c.db, "USD", 10000, "JPY"), 6400); /* 10,000 JPY → 64.00 USD */
    assert_int_equal(told_in(c.db, "KWD", 12345, "KWD"), 12345);
    assert_int_equal(told_in(c.db, "KWD", 1000, "EUR"), 11000); /* at 1.1 KWD for a EUR */
    assert_int_equal(told_in(c.db, "JPY", 1000, "EUR"), 11);
    assert_int_equal(told_in(c.db, "JPY", -1055, "EUR"), -12); /* -11.605, half away from zero */
    assert_int_equal(told_in(c.db, "USD", 1000, "GBP"), -1);
    assert_int_equal(told_in(c.db, "USD", INT64_MAX, "BTN"), -1);
    assert_int_equal(told_in(c.db, "KWD", INT64_MAX, "BTN"), -1);
    db_close(c.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_later_load_does_not_reach_back),
        cmocka_unit_test(what_came_on_the_first_day_speaks_from_the_beginning),
        cmocka_unit_test(an_undone_load_in_the_middle_leaves_the_one_before_it),
        cmocka_unit_test(a_deletion_speaks_from_its_day_too),
        cmocka_unit_test(a_version_that_says_when_is_believed),
        cmocka_unit_test(a_rate_that_was_taken_back_is_not_used),
        cmocka_unit_test(amounts_are_converted_between_minor_units_of_0_2_and_3_decimals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
