/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage as spans and as one row a day, read back whole:
 *
 *     readback DSN make PARTIES     a year of 12 metrics, the last month in loads of one day each
 *     readback DSN spans|days       read all of it and print the sum and count of its values
 *
 * Both ways go through the same binary COPY and give the same sum. */
#include <stdio.h>
#include <string.h>

#include "core/db_internal.h"

struct total {
    int64_t sum, n;
};

static bool add_span(void *context, const struct db_value *column, GError **err)
{
    struct total *total = context;
    for (size_t i = 0; i < column[4].as.bigints.n; i++) {
        if (column[4].as.bigints.is_null && column[4].as.bigints.is_null[i])
            continue;
        total->sum += column[4].as.bigints.v[i];
        total->n++;
    }
    (void)err;
    return true;
}

static bool add_day(void *context, const struct db_value *column, GError **err)
{
    struct total *total = context;
    total->sum += column[4].as.n;
    total->n++;
    (void)err;
    return true;
}

static const enum db_type span_columns[] = {DB_BIGINT, DB_INT, DB_BIGINT, DB_DATE, DB_BIGINT_ARRAY};
static const enum db_type day_columns[] = {DB_BIGINT, DB_INT, DB_BIGINT, DB_DATE, DB_BIGINT};
static const struct db_statement spans = {
    "bench.spans",
    "COPY (SELECT party_id, metric_id, subject_id, month, v FROM bench.span) "
    "TO STDOUT (FORMAT binary)",
    0,
    5,
    NULL,
    span_columns};
static const struct db_statement days = {
    "bench.days",
    "COPY (SELECT party_id, metric_id, subject_id, day, v FROM bench.day) "
    "TO STDOUT (FORMAT binary)",
    0,
    5,
    NULL,
    day_columns};

static const char fixture[] =
    "CREATE SCHEMA IF NOT EXISTS bench;"
    "DROP TABLE IF EXISTS bench.span, bench.day;"
    "CREATE TABLE bench.span (LIKE warehouse.usage_span INCLUDING ALL) PARTITION BY RANGE (month);"
    "CREATE TABLE bench.span_all PARTITION OF bench.span DEFAULT;"
    "CREATE TABLE bench.day (party_id bigint NOT NULL, metric_id integer NOT NULL,"
    " subject_id bigint NOT NULL, day date NOT NULL, load_id bigint NOT NULL, v bigint NOT NULL,"
    " PRIMARY KEY (party_id, metric_id, subject_id, day, load_id));"
    "INSERT INTO bench.day SELECT p, m, 0, d::date, 1, (p * 31 + m * 7 + extract(doy FROM d))"
    "::bigint %% 1000 FROM generate_series('2026-01-01'::date, '2026-12-31', '1 day') AS d,"
    " generate_series(1, %u) AS p, generate_series(1, 12) AS m;"
    "INSERT INTO bench.span (party_id, metric_id, subject_id, month, load_id, first_day, v)"
    " SELECT party_id, metric_id, subject_id, date_trunc('month', day)::date, 1, 1,"
    " array_agg(v ORDER BY day) FROM bench.day WHERE day < '2026-12-01' GROUP BY 1, 2, 3, 4;"
    "INSERT INTO bench.span (party_id, metric_id, subject_id, month, load_id, first_day, v)"
    " SELECT party_id, metric_id, subject_id, '2026-12-01', extract(day FROM day),"
    " extract(day FROM day)::integer, ARRAY[v] FROM bench.day WHERE day >= '2026-12-01'"
    " ORDER BY day, party_id, metric_id;"
    "VACUUM ANALYZE bench.day; VACUUM ANALYZE bench.span;";

static bool make(struct db *db, const char *parties, GError **err)
{
    g_autofree char *text = g_strdup_printf(fixture, (unsigned)g_ascii_strtoull(parties, NULL, 10));
    g_auto(GStrv) part = g_strsplit(text, ";", -1);
    for (char **one = part; *one && **one; one++) {
        if (!db_script(db, "bench", *one, err))
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = argc < 3 ? NULL : db_open(argv[1], "bench", 600000, &err);
    struct total total = {0};
    bool ok = false;
    if (db && argc == 4 && strcmp(argv[2], "make") == 0)
        ok = make(db, argv[3], &err);
    else if (db && strcmp(argv[2], "spans") == 0)
        ok = db_copy_out(db, &spans, NULL, add_span, &total, &err);
    else if (db)
        ok = db_copy_out(db, &days, NULL, add_day, &total, &err);
    if (!ok)
        fprintf(stderr, "readback: %s\n", err ? err->message : "want DSN make|spans|days");
    else if (argc == 3)
        printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", total.sum, total.n);
    return !ok;
}
