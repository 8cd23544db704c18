/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What renewals may cost, from a model that was trained, through published runs, to what came; and
 * who was lost, with reasons and bands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "scoring/loss.h"
#include "scoring/metric_churn.h"
#include "scoring/outlook.h"
#include "scoring/revenue_publish.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* Contracts of 90 days from 2024-01-01 on, staggered; an account that leaves uses less before. */
enum { ACCOUNTS = 240, TERM = 90, TERMS = 9, ARR = 100 };

static int32_t begin_of(int account, int term)
{
    return day_from_civil(2024, 1, 1) + account % 80 + TERM * term;
}

/* How many terms an account stays: half of them leave, after two to seven. */
static int terms_of(int account)
{
    return account % 2 == 0 ? 2 + account / 2 % 6 : TERMS;
}

static void write_contracts(const char *dir)
{
    g_autoptr(GString) out =
        g_string_new("id,account,product,start,end,arr,changed,reason,competitor\n");
    g_autoptr(GString) accounts = g_string_new("id\n");
    for (int a = 0; a < ACCOUNTS; a++) {
        g_string_append_printf(accounts, "a%03d\n", a);
        for (int t = 0; t < terms_of(a); t++) {
            char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE], changed[DAY_TEXT_SIZE];
            bool is_last = t + 1 == terms_of(a) && t + 1 < TERMS;
            day_format(begin_of(a, t), from);
            day_format(begin_of(a, t + 1), to);
            g_string_append_printf(out, "k%03d-%d,a%03d,core,%s,%s,%d,%s,,\n", a, t, a, from, to,
                                   ARR, day_format(begin_of(a, t) - 2, changed));
            if (is_last && a % 8 == 0)
                g_string_append_printf(out, "k%03d-%d,a%03d,core,%s,%s,%d,%s,price,Rival\n", a, t,
                                       a, from, to, ARR, to);
        }
    }
    sources_write(dir, "accounts.csv", accounts->str);
    sources_write(dir, "contracts.csv", out->str);
}

static void write_usage(const char *dir)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(11);
    g_autoptr(GString) out = g_string_new("account,day,runs\n");
    for (int a = 0; a < ACCOUNTS; a++) {
        int32_t end = begin_of(a, terms_of(a));
        for (int32_t d = begin_of(a, 0); d < end; d += 7) {
            char text[DAY_TEXT_SIZE];
            bool is_fading = terms_of(a) < TERMS && end - d <= 60;
            g_string_append_printf(out, "a%03d,%s,%d\n", a, day_format(d, text),
                                   g_rand_int_range(rand, 5, 50) * (is_fading ? 2 : 3) / 3);
        }
    }
    sources_write(dir, "usage.csv", out->str);
}

static const char *write_company(void)
{
    const char *dir = sources_directory(
        "churn: {definition: contract_end, gap_days: 7}\n"
        "model: {horizon_days: 30}\n"
        "sources:\n"
        "  - name: crm\n"
        "    streams:\n"
        "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
        "      - {stream: subscription, path: contracts.csv, fields: {external_id: id, party: "
        "account, product: product, start_on: start, end_on: end, arr: arr, changed_at: changed, "
        "churn_reason: reason, competitor: competitor}}\n"
        "      - stream: usage_metric\n"
        "        path: usage.csv\n"
        "        fields: {party: account, at: day}\n"
        "        values: [{metric: runs, field: runs}]\n");
    sources_write(dir, "metrics.yaml",
                  "usage:\n  - {name: runs, combine: sum}\n"
                  "metrics:\n"
                  "  - {name: runs_28d, kind: sum, usage: runs, days: 28, direction: up}\n"
                  "  - {name: renewal, kind: days_to_renewal}\n");
    sources_write(dir, "scorecards/default.yaml",
                  "name: default\n"
                  "bands: [{name: Red, below: 40}, {name: Green}]\n"
                  "groups:\n"
                  "  - name: use\n"
                  "    weight: 1\n"
                  "    measures: [{name: runs, metric: runs_28d, weight: 1, anchors: [{at: 0, "
                  "score: 0}, {at: 200, score: 100}]}]\n");
    write_contracts(dir);
    write_usage(dir);
    return dir;
}

static void train_and_score(struct db *db, struct config *config)
{
    g_autoptr(GError) err = NULL;
    const int32_t first = day_from_civil(2025, 4, 1);
    const int32_t days[] = {first, day_from_civil(2025, 7, 1), day_from_civil(2025, 7, 2),
                            day_from_civil(2025, 7, 3), day_from_civil(2025, 10, 20)};
    const struct train_options training = {.as_of = first, .known_no = -1};
    const struct score_options scoring = {days, G_N_ELEMENTS(days), -1, NULL, true, NULL};
    struct train_summary trained;
    struct score_summary scored;
    if (!train_run(db, warehouse_dsn(), config, &training, &trained, &err) ||
        !score_run(db, warehouse_dsn(), config, &scoring, &scored, &err))
        fail_msg("%s", err->message);
    assert_false(trained.refused);
}

/* Who has an end in a quarter that no contract known on its first day follows, and of them who
 * left. */
static void count_quarter(const struct outlook *o, size_t *open, size_t *lost)
{
    *open = *lost = 0;
    for (int a = 0; a < ACCOUNTS; a++) {
        for (int t = 1; t <= terms_of(a); t++) {
            int32_t end = begin_of(a, t);
            bool is_known = t < terms_of(a) && begin_of(a, t) - 2 < o->origin;
            bool has_begun = begin_of(a, t - 1) < o->origin;
            if (end < o->origin || end > o->quarter.to || is_known || !has_begun)
                continue;
            (*open)++;
            /* Whose contract ends on the first day is no customer on it, and has no risk. */
            *lost += t == terms_of(a) && terms_of(a) < TERMS && end > o->origin;
            break;
        }
    }
}

static void past_quarters_stand_beside_what_came(const struct revenue *r, struct db *db)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct outlook *past;
    size_t n, open, lost;
    if (!outlook_past(arena, db, r, 8, &past, &n, &err))
        fail_msg("%s", err->message);
    assert_int_equal(n, 2); /* the quarters that began with a published run */
    for (size_t i = 0; i < n; i++) {
        const struct outlook *o = &past[i];
        count_quarter(o, &open, &lost);
        assert_int_equal(o->origin, o->quarter.from + 1);
        assert_int_equal(o->risk_as_of, o->origin);
        assert_int_equal(o->forecast.n + o->n_without, open);
        assert_int_equal(o->forecast.total + o->without, (int64_t)open * ARR * 100);
        assert_int_equal(o->n_lost, lost);
        assert_int_equal(o->lost, (int64_t)lost * ARR * 100);
        assert_true(lost > 0 && ratio_value(o->forecast.mean) > 0);
        assert_int_equal(o->is_within,
                         o->lost >= o->forecast.arr[0] && o->lost <= o->forecast.arr[2]);
    }
}

static void losses_say_when_why_and_how_early(const struct revenue *r, struct db *db)
{
    g_autoptr(arena_t) arena = arena_new();
    struct loss *loss;
    size_t n, want = 0, banded = 0;
    assert_true(loss_list(arena, db, r, day_from_civil(2025, 1, 1), r->as_of, &loss, &n,
                          &(GError *){NULL}));
    for (int a = 0; a < ACCOUNTS; a++) {
        int32_t end = begin_of(a, terms_of(a));
        want += terms_of(a) < TERMS && end >= day_from_civil(2025, 1, 1) && end + 7 < r->as_of;
    }
    assert_int_equal(n, want);
    for (size_t i = 0; i < n; i++) {
        int a = (int)g_ascii_strtoll(r->ledger->key[loss[i].account] + 1, NULL, 10);
        assert_int_equal(loss[i].day, begin_of(a, terms_of(a)));
        assert_int_equal(loss[i].minor, ARR * 100);
        assert_int_equal(loss[i].end, METRIC_END_CONTRACT);
        assert_string_equal(loss[i].reason, a % 8 == 0 ? "price" : "");
        assert_string_equal(loss[i].competitor, a % 8 == 0 ? "Rival" : "");
        banded += loss[i].outcome.n > 0;
    }
    assert_true(banded > 0);
}

static void views_say_the_same(struct db *db, struct config *config)
{
    bool is_new;
    g_autoptr(GError) err = NULL;
    if (!revenue_publish(db, config, &is_new, &err))
        fail_msg("%s", err->message);
    sources_expect(db,
                   "SELECT count(*) FILTER (WHERE arr_lost > 0) || ' ' || count(*) FILTER (WHERE "
                   "is_within = (arr_lost BETWEEN arr_p10 AND arr_p90)) || ' ' || count(*) "
                   "FROM bi.forecast",
                   "2 2 6");
    sources_expect(db,
                   "SELECT (count(*) > 20 AND bool_and(p_churn BETWEEN 0 AND 1))::text FROM "
                   "bi.renewal WHERE days <= 60",
                   "true");
    sources_expect(db,
                   "SELECT (sum(accounts) = (SELECT count(*) FROM bi.churn) AND "
                   "sum(accounts) FILTER (WHERE reason = 'price' AND competitor = 'Rival') = "
                   "(SELECT count(*) FROM bi.churn WHERE reason = 'price'))::text "
                   "FROM bi.churn_reason",
                   "true");
    sources_expect(db, "SELECT count(*) FROM ops.invariant WHERE violations > 0", "0");
    sources_expect(db, "SELECT DISTINCT definition || ', ' || seen_by FROM bi.churn",
                   "contract_end, contract end");
}

static void a_forecast_goes_from_the_model_to_what_came(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = write_company();
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, dir, NULL);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct revenue r;
    train_and_score(db, config);
    sources_expect(db, "SELECT evaluation->>'label' FROM score.model", "contract_end gap_days=7");
    if (!revenue_open(arena, db, config, NULL, day_from_civil(2025, 10, 20), -1, &r, &err))
        fail_msg("%s", err->message);
    past_quarters_stand_beside_what_came(&r, db);
    losses_say_when_why_and_how_early(&r, db);
    views_say_the_same(db, config);
    revenue_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_forecast_goes_from_the_model_to_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
