/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packed usage: what was put comes out again, from C and from SQL, also where SQL packed it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/usage_pack.h"
#include "support/warehouse.h"

enum { ROUNDS = 2000, SPANS = 5 };

static int64_t number(GRand *rand)
{
    int64_t all = (int64_t)((uint64_t)g_rand_int(rand) << 32 | g_rand_int(rand));
    static const int64_t edges[] = {0, 1, -1, 255, 256, INT64_MAX, INT64_MIN, 65535, 65536};
    int kind = g_rand_int_range(rand, 0, 12);
    return kind < 9 ? edges[kind] : all >> g_rand_int_range(rand, 0, 64);
}

static struct usage_span make_span(GRand *rand)
{
    struct usage_span span = {.metric_id = g_rand_int_range(rand, 1, 1000),
                              .subject_id = number(rand) >> 1,
                              .load_id = 1 + (number(rand) & 0xffffff),
                              .is_latest = g_rand_int_range(rand, 0, 4) == 0,
                              .is_mixed = g_rand_int_range(rand, 0, 3) == 0};
    span.is_counted = !span.is_latest && g_rand_int_range(rand, 0, 4) == 0;
    int narrow = g_rand_int_range(rand, 0, 64);
    int64_t spread = (int64_t)(UINT64_MAX >> (1 + g_rand_int_range(rand, 0, 63)));
    while (span.taken == 0) {
        span.taken = g_rand_int(rand) & g_rand_int(rand) & (UINT32_MAX >> 1);
        if (g_rand_boolean(rand))
            span.taken &= -span.taken;
    }
    for (uint32_t days = span.taken; days; days &= days - 1) {
        int d = __builtin_ctz(days);
        span.v[d] = number(rand) >> narrow;
        span.at[d] = span.is_latest || span.is_counted ? number(rand) >> narrow : 0;
        span.tie[d] = span.is_latest ? number(rand) : 0;
        span.load[d] = span.is_mixed ? span.load_id + (number(rand) & spread >> 25) : 0;
    }
    if (span.is_mixed && (span.taken & (span.taken - 1)) == 0)
        span.is_mixed = false; /* one value has one load */
    if (span.is_mixed)
        span.load[__builtin_ctz(span.taken)] = span.load_id;
    return span;
}

static bool same(const struct usage_span *a, const struct usage_span *b)
{
    bool mixed = false;
    for (uint32_t days = a->taken; days; days &= days - 1) {
        int d = __builtin_ctz(days);
        if (a->v[d] != b->v[d] || ((a->is_latest || a->is_counted) && a->at[d] != b->at[d]) ||
            (a->is_latest && a->tie[d] != b->tie[d]) ||
            (a->is_mixed && b->is_mixed && a->load[d] != b->load[d]))
            return false;
        mixed |= a->is_mixed && a->load[d] != a->load_id;
    }
    return a->metric_id == b->metric_id && a->subject_id == b->subject_id &&
           a->load_id == b->load_id && a->taken == b->taken && a->is_latest == b->is_latest &&
           a->is_counted == b->is_counted && mixed == b->is_mixed;
}

static void what_was_packed_comes_out_again(void **state)
{
    (void)state;
    GRand *rand = g_rand_new_with_seed(1);
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    for (int round = 0; round < ROUNDS; round++) {
        struct usage_span in[SPANS], out;
        struct usage_pack pack;
        size_t n = (size_t)g_rand_int_range(rand, 1, SPANS + 1);
        for (size_t i = 0; i < n; i++) {
            in[i] = make_span(rand);
            usage_pack_put(packer, &in[i]);
        }
        assert_true(usage_pack_open(usage_pack_end(packer), &pack, NULL));
        assert_int_equal(pack.n_spans, n);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(usage_pack_metric(&pack, i), in[i].metric_id);
            assert_true(usage_pack_get(&pack, i, &out, NULL));
            assert_true(same(&in[i], &out));
        }
    }
    g_rand_free(rand);
}

static void a_day_of_one_number_takes_forty_bytes(void **state)
{
    (void)state;
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    const struct usage_span one = {.metric_id = 1, .load_id = 1, .taken = 4, .v = {0, 0, -7}};
    usage_pack_put(packer, &one);
    assert_int_equal(usage_pack_end(packer).n, 40);
    struct usage_span month = {.metric_id = 1, .load_id = 1, .taken = UINT32_MAX >> 1};
    for (int d = 0; d < USAGE_PACK_DAYS; d++)
        month.v[d] = INT64_MAX - d;
    usage_pack_put(packer, &month);
    assert_int_equal(usage_pack_end(packer).n, 40 + 31);
}

static void bytes_that_make_no_sense_are_an_error(void **state)
{
    (void)state;
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    struct usage_pack pack;
    struct usage_span span = {.metric_id = 1, .load_id = 1, .taken = 3, .v = {1, 300}};
    usage_pack_put(packer, &span);
    struct slice whole = usage_pack_end(packer);
    g_autofree char *bytes = g_memdup2(whole.p, whole.n);
    assert_true(usage_pack_open((struct slice){bytes, whole.n}, &pack, NULL));
    assert_true(usage_pack_get(&pack, 0, &span, NULL));
    for (size_t n = 0; n < whole.n; n++)
        assert_false(usage_pack_open((struct slice){bytes, n}, &pack, NULL) &&
                     usage_pack_get(&pack, 0, &span, NULL));
    const struct {
        int at;
        char byte;
    } wrong[] = {{7, 41},    {36, 0},    {36, 31},   {37, 0}, {37, 32},
                 {38, 0x30}, {38, 0x50}, {39, 0x18}, {35, 0}, {35, 7}};
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        char kept = bytes[wrong[i].at];
        bytes[wrong[i].at] = wrong[i].byte;
        assert_false(usage_pack_open((struct slice){bytes, whole.n}, &pack, NULL) &&
                     usage_pack_get(&pack, 0, &span, NULL));
        bytes[wrong[i].at] = kept;
    }
}

/* ── SQL reads and writes the same ───────────────────────────────────────────────────────────── */

static void put_array(GString *sql, const int64_t *v, const struct usage_span *span, bool has)
{
    int first = __builtin_ctz(span->taken), last = 31 - __builtin_clz(span->taken);
    if (!has) {
        g_string_append(sql, ", NULL::bigint[]");
        return;
    }
    for (int d = first; d <= last; d++) {
        g_string_append(sql, d == first ? ", ARRAY[" : ",");
        if (span->taken >> d & 1)
            g_string_append_printf(sql, "'%" G_GINT64_FORMAT "'::bigint", v[d]);
        else
            g_string_append(sql, "NULL");
    }
    g_string_append(sql, "]::bigint[]");
}

/* The span as the columns of the view, a row of values. */
static char *as_columns(const struct usage_span *span)
{
    bool has_times = span->is_latest || span->is_counted;
    GString *sql = g_string_new(NULL);
    g_string_append_printf(sql, "%d, %d::bigint, %" G_GINT64_FORMAT ", %d", span->metric_id,
                           (int)span->subject_id, span->load_id, __builtin_ctz(span->taken) + 1);
    put_array(sql, span->v, span, true);
    put_array(sql, span->at, span, has_times);
    put_array(sql, span->tie, span, span->is_latest);
    put_array(sql, span->load, span, span->is_mixed);
    return g_string_free(sql, FALSE);
}

static void put_row(struct db *db, int party, struct slice spans)
{
    GString *sql = g_string_new(NULL);
    g_string_append_printf(sql,
                           "INSERT INTO warehouse.usage_month (party_id, month, load_id, part, "
                           "spans) VALUES (%d, '2026-03-01', 1, 0, '\\x",
                           party);
    for (size_t i = 0; i < spans.n; i++)
        g_string_append_printf(sql, "%02x", (uint8_t)spans.p[i]);
    g_string_append(sql, "')");
    warehouse_sql(db, sql->str);
    g_string_free(sql, TRUE);
}

static struct usage_span make_small_span(GRand *rand)
{
    struct usage_span span = make_span(rand);
    span.subject_id = g_rand_int_range(rand, 0, 1000);
    bool mixed = false;
    for (int d = 0; d < USAGE_PACK_DAYS; d++)
        mixed |= span.taken >> d & 1 && span.load[d] != span.load_id;
    span.is_mixed &= mixed;
    return span;
}

static void sql_reads_what_c_packed_and_packs_what_c_reads(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    GRand *rand = g_rand_new_with_seed(7);
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    warehouse_sql(db, "SELECT ops.partition_ensure('warehouse.usage_month', '2026-03-01', "
                      "'2026-03-01')");
    for (int party = 1; party <= 150; party++) {
        struct usage_span span = make_small_span(rand), other = make_small_span(rand), out;
        struct usage_pack pack;
        usage_pack_put(packer, &other);
        usage_pack_put(packer, &span);
        put_row(db, party, usage_pack_end(packer));
        g_autofree char *columns = as_columns(&span);
        g_autofree char *query = g_strdup_printf(
            "SELECT count(*) FROM warehouse.usage_span AS s WHERE s.party_id = %d AND "
            "(s.metric_id, s.subject_id, s.load_id, s.first_day, s.v, s.at, s.tie, s.load_ids) IS "
            "NOT DISTINCT FROM ROW(%s)",
            party, columns);
        g_autofree char *found = warehouse_value(db, query);
        if (strcmp(found, "1") != 0)
            fail_msg("SQL does not read %s", columns);
        g_autofree char *packing = g_strdup_printf(
            "SELECT encode(warehouse.usage_head(x.m, 40, x.s, x.l, x.f, x.v, x.at, x.tie, x.ls) "
            "|| warehouse.usage_values(x.l, x.v, x.at, x.tie, x.ls), 'hex') FROM (VALUES (%s)) AS "
            "x(m, s, l, f, v, at, tie, ls)",
            columns);
        g_autofree char *hex = warehouse_value(db, packing);
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        for (size_t i = 0; hex[i]; i += 2) {
            guint8 byte =
                (guint8)(g_ascii_xdigit_value(hex[i]) << 4 | g_ascii_xdigit_value(hex[i + 1]));
            g_byte_array_append(bytes, &byte, 1);
        }
        assert_true(usage_pack_open((struct slice){(char *)bytes->data, bytes->len}, &pack, NULL));
        assert_true(usage_pack_get(&pack, 0, &out, NULL));
        assert_true(same(&span, &out));
    }
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_out_again),
        cmocka_unit_test(a_day_of_one_number_takes_forty_bytes),
        cmocka_unit_test(bytes_that_make_no_sense_are_an_error),
        cmocka_unit_test(sql_reads_what_c_packed_and_packs_what_c_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
