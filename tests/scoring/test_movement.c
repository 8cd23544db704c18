/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random contracts in two currencies, with discounts and a dollar that moves, against counting day
 * by day. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/cohort.h"
#include "scoring/movement.h"
#include "scoring/retention.h"
#include "scoring/revenue.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { ACCOUNTS = 60, CONTRACTS = 6, DAYS = 500, GAP = 7, OPEN_RATE = 150 };

struct contract {
    int from, to; /* days of the time looked at; to DAYS: open */
    int64_t amount;
    bool is_dollar;
};

static struct contract made[ACCOUNTS][CONTRACTS];
static int64_t rate[DAYS]; /* yen for a dollar */

static int32_t first_day(void)
{
    return day_from_civil(2024, 1, 1);
}

static struct db *load(uint32_t seed, const char **directory)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    g_autoptr(GString) contracts = g_string_new("id,account,start,end,arr,currency\n");
    g_autoptr(GString) accounts = g_string_new("id\n"), rates = g_string_new("currency,day,rate\n");
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    for (int d = 0; d < DAYS; d++) {
        bool moves = d == 0 || g_rand_int_range(rand, 0, 10) == 0;
        rate[d] = d == 0 ? OPEN_RATE : moves ? g_rand_int_range(rand, 100, 200) : rate[d - 1];
        if (moves)
            g_string_append_printf(rates, "USD,%s,%d\n", day_format(first_day() + d, from),
                                   (int)rate[d]);
    }
    for (int a = 0; a < ACCOUNTS; a++) {
        g_string_append_printf(accounts, "a%02d\n", a);
        for (int k = 0; k < CONTRACTS; k++) {
            struct contract *c = &made[a][k];
            c->from = g_rand_int_range(rand, 0, DAYS - 1);
            c->to = MIN(DAYS, c->from + g_rand_int_range(rand, 0, 120));
            c->amount = 100 * g_rand_int_range(rand, a % 3 == 1 ? -3 : 0, 9);
            c->is_dollar = a % 3 == 0 && k % 2 == 1;
            g_string_append_printf(contracts, "%d,a%02d,%s,%s,%d,%s\n", k, a,
                                   day_format(first_day() + c->from, from),
                                   c->to == DAYS ? "" : day_format(first_day() + c->to, to),
                                   (int)c->amount, c->is_dollar ? "USD" : "JPY");
        }
    }
    struct db *db = warehouse_open();
    *directory = sources_directory("");
    sources_write(*directory, "kenko.yaml",
                  "organisation: Test\ntime_zone: Asia/Tokyo\ncurrency: JPY\nlanguage: en\n"
                  "churn: {definition: downgrade, gap_days: 7}\n"
                  "sources:\n  - name: crm\n    streams:\n"
                  "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
                  "      - {stream: subscription, path: contracts.csv, fields: {external_id: id, "
                  "party: account, start_on: start, end_on: end, arr: arr, currency: currency}}\n"
                  "      - {stream: fx_rate, path: rates.csv, fields: {currency: currency, day: "
                  "day, rate: rate}}\n");
    sources_write(*directory, "metrics.yaml", "metrics:\n  - {name: arr, kind: arr}\n");
    sources_write(*directory, "accounts.csv", accounts->str);
    sources_write(*directory, "contracts.csv", contracts->str);
    sources_write(*directory, "rates.csv", rates->str);
    sources_ingest(db, *directory, NULL);
    return db;
}

/* Of one day, by adding up; days before the first are without contracts. */
static int64_t count_arr(int a, int day, int rate_day)
{
    int64_t sum = 0;
    for (int k = 0; k < CONTRACTS; k++) {
        const struct contract *c = &made[a][k];
        if (c->from <= day && day < c->to)
            sum += c->amount * (c->is_dollar ? rate[MAX(0, rate_day)] : 1);
    }
    return MAX(0, sum);
}

/* The day that speaks for a day when breaks are bridged. */
static int count_bridge(int a, int day)
{
    int last = day, next = day;
    while (last >= 0 && count_arr(a, last, last) == 0)
        last--;
    while (next < DAYS && count_arr(a, next, next) == 0)
        next++;
    return last >= 0 && next < DAYS && next - last - 1 <= GAP ? last : day;
}

static enum movement_kind count_kind(int a, int64_t start, int64_t end, int from)
{
    if (start > 0)
        return end == 0 ? MOVEMENT_CHURN : end > start ? MOVEMENT_EXPANSION : MOVEMENT_CONTRACTION;
    for (int d = 0; d <= from; d++) {
        if (count_arr(a, d, d) > 0)
            return MOVEMENT_RESURRECTION;
    }
    return MOVEMENT_NEW;
}

static void compare(const struct ledger *l, struct arena *arena, int gap)
{
    struct movement_table t;
    size_t n, at = 0;
    struct period *p =
        period_list(arena, PERIOD_MONTH, first_day() + 31, first_day() + DAYS - 10, &n);
    g_autoptr(GError) err = NULL;
    if (!movement_compute(arena, l, p, n, gap, &t, &err))
        fail_msg("%s", err->message);
    for (size_t i = 0; i < n; i++) {
        int from = p[i].from - first_day(), to = p[i].to - first_day();
        int64_t sum = t.sum[i].start;
        for (int k = 0; k < MOVEMENT_KINDS; k++)
            sum += t.sum[i].delta[k];
        assert_int_equal(sum, t.sum[i].end);
        for (int a = 0; a < ACCOUNTS; a++) {
            int64_t start = count_arr(a, gap ? count_bridge(a, from) : from, from);
            int64_t end = count_arr(a, gap ? count_bridge(a, to) : to, from);
            if (start == end)
                continue;
            const struct movement *m = &t.movement[at++];
            assert_int_equal(m->account, a);
            assert_int_equal(m->period, i);
            assert_int_equal(m->start, start);
            assert_int_equal(m->end, end);
            assert_int_equal(m->kind, count_kind(a, start, end, from));
        }
    }
    assert_int_equal(at, t.n);
}

static void compare_retention(const struct ledger *l, int from, int to)
{
    struct retention r;
    const struct period p = {PERIOD_CUSTOM, first_day() + from, first_day() + to};
    size_t base = 0, left = 0;
    int64_t kept = 0;
    assert_true(retention_compute(l, &p, &r, &(GError *){NULL}));
    for (int a = 0; a < ACCOUNTS; a++) {
        int64_t start = count_arr(a, from, from), end = count_arr(a, to, from);
        base += start > 0;
        left += start > 0 && end == 0;
        kept += MIN(start, end);
    }
    assert_int_equal(r.n_base, base);
    assert_int_equal(r.n_base - r.n_retained, left);
    assert_int_equal(r.kept, kept);
}

static void compare_cohorts(const struct ledger *l, struct arena *arena)
{
    struct cohort_table t;
    size_t counted = 0;
    assert_true(cohort_compute(arena, l, PERIOD_MONTH, 20, &t, &(GError *){NULL}));
    for (size_t c = 0; c < t.n; c++) {
        for (size_t k = 0; k < t.n_ages; k++) {
            const struct cohort_cell *cell = &t.cohort[c].cell[k];
            int64_t arr = 0;
            assert_int_equal(cell->is_censored, cell->day >= l->as_of);
            for (int a = 0; a < ACCOUNTS && !cell->is_censored; a++) {
                int first = 0;
                while (first < DAYS && count_arr(a, first, first) == 0)
                    first++;
                if (first < DAYS &&
                    period_start(PERIOD_MONTH, first_day() + first, 0) == t.cohort[c].start) {
                    arr += count_arr(a, cell->day - first_day(), first);
                    counted++;
                }
            }
            assert_int_equal(cell->arr, arr);
        }
    }
    assert_true(counted > 100);
}

static void random_ledgers_agree_with_counting_day_by_day(void **state)
{
    (void)state;
    for (uint32_t seed = 1; seed <= 3; seed++) {
        const char *directory;
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(db_t) db = load(seed, &directory);
        g_autoptr(GError) err = NULL;
        g_autoptr(config_t) config = config_open(directory, &err);
        struct revenue r;
        if (!config ||
            !revenue_open(arena, db, config, NULL, first_day() + DAYS - 10, -1, &r, &err))
            fail_msg("%s", err->message);
        compare(r.ledger, arena, MOVEMENT_NO_GAP);
        compare(r.ledger, arena, GAP);
        for (int from = 10; from < DAYS - 100; from += 37)
            compare_retention(r.ledger, from, from + 60);
        compare_cohorts(r.ledger, arena);
        revenue_close(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_ledgers_agree_with_counting_day_by_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
