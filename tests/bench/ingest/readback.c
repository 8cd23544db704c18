/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage as packed spans and as one row a day, read back whole:
 *
 *     readback DSN make PARTIES     a year of 12 metrics, the last month in loads of one day each
 *     readback DSN spans|days       read all of it and print the sum and count of its values
 *
 * Both ways go through the same binary COPY and give the same sum. */
#include <stdio.h>
#include <string.h>

#include "core/day.h"
#include "core/db_internal.h"
#include "core/usage_pack.h"

enum { FIRST_DAY = 20454, DAYS = 365, METRICS = 12 }; /* from 2026-01-01 on */

struct total {
    int64_t sum, n;
};

static bool add_spans(void *context, const struct db_value *column, GError **err)
{
    struct total *total = context;
    struct usage_pack pack;
    if (!usage_pack_open(column[2].as.bytes, &pack, err))
        return false;
    for (size_t i = 0; i < pack.n_spans; i++) {
        struct usage_span span;
        if (!usage_pack_get(&pack, i, &span, err))
            return false;
        for (uint32_t days = span.taken; days; days &= days - 1) {
            total->sum += span.v[__builtin_ctz(days)];
            total->n++;
        }
    }
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

static const enum db_type span_columns[] = {DB_BIGINT, DB_DATE, DB_BYTEA};
static const enum db_type day_columns[] = {DB_BIGINT, DB_INT, DB_BIGINT, DB_DATE, DB_BIGINT};
static const enum db_type made_columns[] = {DB_BIGINT, DB_DATE, DB_BIGINT, DB_INT, DB_BYTEA};
static const struct db_statement spans = {
    .name = "bench.spans",
    .text = "COPY (SELECT party_id, month, spans FROM bench.span) TO STDOUT (FORMAT binary)",
    .n_columns = 3,
    .columns = span_columns};
static const struct db_statement days = {
    .name = "bench.days",
    .text = "COPY (SELECT party_id, metric_id, subject_id, day, v FROM bench.day) "
            "TO STDOUT (FORMAT binary)",
    .n_columns = 5,
    .columns = day_columns};
static const struct db_statement made = {
    .name = "bench.made",
    .text = "COPY bench.span (party_id, month, load_id, part, spans) FROM STDIN (FORMAT binary)",
    .n_columns = 5,
    .columns = made_columns};

static const char fixture[] =
    "CREATE SCHEMA IF NOT EXISTS bench;"
    "DROP TABLE IF EXISTS bench.span, bench.day;"
    "CREATE TABLE bench.span (LIKE warehouse.usage_month INCLUDING ALL) PARTITION BY RANGE (month);"
    "CREATE TABLE bench.span_all PARTITION OF bench.span DEFAULT;"
    "CREATE TABLE bench.day (party_id bigint NOT NULL, metric_id integer NOT NULL,"
    " subject_id bigint NOT NULL, day date NOT NULL, load_id bigint NOT NULL, v bigint NOT NULL,"
    " PRIMARY KEY (party_id, metric_id, subject_id, day, load_id));"
    "INSERT INTO bench.day SELECT p, m, 0, d::date, 1, (p * 31 + m * 7 + extract(doy FROM d))"
    "::bigint %% 1000 FROM generate_series('2026-01-01'::date, '2026-12-31', '1 day') AS d,"
    " generate_series(1, %u) AS p, generate_series(1, 12) AS m;"
    "VACUUM ANALYZE bench.day;";

/* A party's metrics on the days from … to of one month, as a load or compaction writes them. */
static bool put_row(struct db_copy *copy, struct usage_packer *packer, unsigned party,
                    int64_t load_id, int32_t from, int32_t to, GError **err)
{
    int32_t month = day_month_start(from, 0);
    for (int metric = 1; metric <= METRICS; metric++) {
        struct usage_span span = {.metric_id = metric, .load_id = load_id};
        for (int32_t day = from; day <= to; day++) {
            span.taken |= UINT32_C(1) << (day - month);
            span.v[day - month] = (party * 31 + metric * 7 + (day - FIRST_DAY + 1)) % 1000;
        }
        usage_pack_put(packer, &span);
    }
    const struct db_value values[] = {{.as.n = party},
                                      {.as.i = month},
                                      {.as.n = load_id},
                                      {.as.i = 0},
                                      {.as.bytes = usage_pack_end(packer)}};
    return db_copy_row(copy, values, err);
}

static bool put_spans(struct db_copy *copy, unsigned parties, GError **err)
{
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    const int32_t end = FIRST_DAY + DAYS, last_month = day_month_start(end - 1, 0);
    for (unsigned party = 1; party <= parties; party++) {
        for (int32_t day = FIRST_DAY; day < last_month; day = day_month_start(day, 1)) {
            if (!put_row(copy, packer, party, 1, day, day_month_start(day, 1) - 1, err))
                return false;
        }
    }
    for (int32_t day = last_month; day < end; day++) {
        for (unsigned party = 1; party <= parties; party++) {
            if (!put_row(copy, packer, party, 1 + day - last_month, day, day, err))
                return false;
        }
    }
    return true;
}

static bool make_spans(struct db *db, unsigned parties, GError **err)
{
    struct db_copy *copy = db_copy_in(db, &made, err);
    if (!copy)
        return false;
    if (!put_spans(copy, parties, err)) {
        db_copy_abort(copy);
        return false;
    }
    return db_copy_end(copy, NULL, err) && db_script(db, "bench", "VACUUM ANALYZE bench.span", err);
}

static bool make(struct db *db, unsigned parties, GError **err)
{
    g_autofree char *text = g_strdup_printf(fixture, parties);
    g_auto(GStrv) part = g_strsplit(text, ";", -1);
    for (char **one = part; *one && **one; one++) {
        if (!db_script(db, "bench", *one, err))
            return false;
    }
    return make_spans(db, parties, err);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(db_t) db = argc < 3 ? NULL : db_open(argv[1], "bench", 600000, &err);
    struct total total = {0};
    bool ok = false;
    if (db && argc == 4 && strcmp(argv[2], "make") == 0)
        ok = make(db, (unsigned)g_ascii_strtoull(argv[3], NULL, 10), &err);
    else if (db && strcmp(argv[2], "spans") == 0)
        ok = db_copy_out(db, &spans, NULL, add_spans, &total, &err);
    else if (db)
        ok = db_copy_out(db, &days, NULL, add_day, &total, &err);
    if (!ok)
        fprintf(stderr, "readback: %s\n", err ? err->message : "want DSN make|spans|days");
    else if (argc == 3)
        printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", total.sum, total.n);
    return !ok;
}
