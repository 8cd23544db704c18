/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Revenue against golden tables that were computed independently, cell by cell. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/currency.h"
#include "core/day.h"
#include "scoring/cohort.h"
#include "scoring/forecast.h"
#include "scoring/lead.h"
#include "scoring/metric_churn.h"
#include "scoring/movement.h"
#include "scoring/renewal.h"
#include "scoring/retention.h"
#include "scoring/revenue.h"
#include "scoring/wilson.h"
#include "support/kpi.h"
#include "support/oracle.h"

/* One warehouse for the ledger's tests: nothing here writes to it. */
static struct {
    struct db *db;
    struct arena *arena;
    struct config *config;
} opened[2];
static const char *const definitions[] = {"contract_end", "downgrade"};

static int32_t day(const char *text)
{
    int32_t out;
    assert_true(day_parse(slice_of(text), &out, &(GError *){NULL}));
    return out;
}

static void open_ledger(int definition, const char *currency, const char *as_of,
                        struct revenue *out)
{
    g_autoptr(GError) err = NULL;
    const char *directory;
    if (!opened[definition].db) {
        opened[definition].db = kpi_load_or_skip(definitions[definition], &directory);
        opened[definition].arena = arena_new();
        opened[definition].config = config_open(directory, &err);
    }
    if (err || !revenue_open(opened[definition].arena, opened[definition].db,
                             opened[definition].config, currency, day(as_of), -1, out, &err))
        fail_msg("%s", err->message);
}

static int close_all(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        if (!opened[i].db)
            continue;
        db_close(opened[i].db);
        arena_free(opened[i].arena);
        config_close(opened[i].config);
    }
    return 0;
}

/* An amount in its unit, without decimals that are zero. */
static void put_amount(GString *out, int64_t minor, const char *currency)
{
    int64_t unit = currency_minor(slice_of(currency)), rest = llabs(minor % unit);
    g_string_append_printf(out, ",%s%" G_GINT64_FORMAT, minor < 0 && minor > -unit ? "-" : "",
                           minor / unit);
    if (rest) {
        g_string_append_printf(out, ".%0*" G_GINT64_FORMAT, currency_decimals(slice_of(currency)),
                               rest);
        while (out->str[out->len - 1] == '0')
            g_string_truncate(out, out->len - 1);
    }
}

static void put_day(GString *out, int32_t d)
{
    char text[DAY_TEXT_SIZE];
    g_string_append(out, day_format(d, text));
}

static void put_movements(GString *sums, GString *details, const char *label, const char *currency,
                          int gap)
{
    struct revenue r;
    struct movement_table t;
    g_autoptr(arena_t) arena = arena_new();
    size_t n;
    open_ledger(0, currency, "2026-01-01", &r);
    struct period *p = period_list(arena, PERIOD_MONTH, day("2022-12-01"), day("2026-01-01"), &n);
    assert_true(movement_compute(arena, r.ledger, p, n, gap, &t, &(GError *){NULL}));
    for (size_t i = 0; i < n; i++) {
        const struct movement_sum *s = &t.sum[i];
        int64_t check = s->start;
        g_string_append_printf(sums, "%s,%s", label, period_name(arena, &p[i]));
        put_amount(sums, s->start, r.currency);
        for (int k = 0; k < MOVEMENT_KINDS; k++) {
            put_amount(sums, s->delta[k], r.currency);
            check += s->delta[k];
        }
        assert_int_equal(check, s->end);
        put_amount(sums, s->end, r.currency);
        for (int k = 0; k < MOVEMENT_KINDS; k++)
            g_string_append_printf(sums, ",%zu", s->n[k]);
        g_string_append_c(sums, '\n');
    }
    for (size_t i = 0; i < t.n; i++) {
        const struct movement *m = &t.movement[i];
        g_string_append_printf(details, "%s,%s,%s,%s", label, period_name(arena, &p[m->period]),
                               r.ledger->key[m->account], movement_name(m->kind));
        put_amount(details, m->start, r.currency);
        put_amount(details, m->end, r.currency);
        put_amount(details, m->end - m->start, r.currency);
        g_string_append_c(details, '\n');
    }
    revenue_close(&r);
}

static const char sums_head[] = "currency,month,arr_start,new,resurrection,expansion,contraction,"
                                "churn,arr_end,n_new,n_resurrection,n_expansion,n_contraction,"
                                "n_churn\n";
static const char details_head[] = "currency,month,account,movement,arr_start,arr_end,delta\n";

static void movements_are_those_of_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(GString) sums = g_string_new(sums_head), details = g_string_new(details_head);
    put_movements(sums, details, "ALL", NULL, MOVEMENT_NO_GAP);
    put_movements(sums, details, "JPY", "JPY", MOVEMENT_NO_GAP);
    put_movements(sums, details, "USD", "USD", MOVEMENT_NO_GAP);
    kpi_expect("movements.csv", sums->str);
    kpi_expect("movements_detail.csv", details->str);
}

static void bridged_movements_are_those_of_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(GString) sums = g_string_new(sums_head), details = g_string_new(details_head);
    put_movements(sums, details, "ALL", NULL, 7);
    kpi_expect("movements_bridged.csv", sums->str);
    kpi_expect("movements_bridged_detail.csv", details->str);
}

static void put_share(GString *out, struct ratio share)
{
    g_autoptr(arena_t) arena = arena_new();
    g_string_append_printf(out, ",%s", ratio_text(arena, share));
}

static void put_real(GString *out, double v)
{
    if (isnan(v))
        g_string_append_c(out, ',');
    else
        g_string_append_printf(out, ",%.12f", fabs(v) < 1e-13 ? 0 : v);
}

/* Kind and days are taken from the table, the rest is computed. */
static void retention_is_that_of_the_golden_table(void **state)
{
    (void)state;
    struct revenue r;
    open_ledger(0, NULL, "2026-01-01", &r);
    g_autofree char *expected = kpi_text("retention.csv");
    g_auto(GStrv) line = g_strsplit(expected, "\n", -1);
    g_autoptr(GString) out = g_string_new(line[0]);
    g_string_append_c(out, '\n');
    for (guint i = 1; line[i] && *line[i]; i++) {
        struct retention t;
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        struct period p = {PERIOD_CUSTOM, day(cell[1]), day(cell[2])};
        assert_true(retention_compute(r.ledger, &p, &t, &(GError *){NULL}));
        g_string_append_printf(out, "%s,%s,%s,%d,%zu,%zu,%zu", cell[0], cell[1], cell[2],
                               p.to - p.from, t.n_base, t.n_retained, t.n_base - t.n_retained);
        put_amount(out, t.from, "JPY");
        put_amount(out, t.to, "JPY");
        put_amount(out, t.kept, "JPY");
        put_share(out, t.nrr);
        put_share(out, t.grr);
        put_share(out, t.churned);
        put_real(out, t.churned_annual);
        put_real(out, t.arr_churned_annual);
        g_string_append_c(out, '\n');
    }
    kpi_expect("retention.csv", out->str);
    revenue_close(&r);
}

static void cohorts_are_those_of_the_golden_table(void **state)
{
    (void)state;
    struct revenue r;
    struct cohort_table t;
    g_autoptr(arena_t) arena = arena_new();
    open_ledger(0, NULL, "2026-01-01", &r);
    assert_true(cohort_compute(arena, r.ledger, PERIOD_MONTH, 37, &t, &(GError *){NULL}));
    g_autoptr(GString) out = g_string_new("cohort,age,snapshot,n,base_arr,retained,arr,arr_min,"
                                          "logo_exact,nrr_exact,grr_exact\n");
    for (size_t c = 0; c < t.n; c++) {
        const struct cohort *cohort = &t.cohort[c];
        const struct period month = {PERIOD_MONTH, cohort->start, cohort->start};
        for (size_t k = 0; k < t.n_ages; k++) {
            const struct cohort_cell *cell = &cohort->cell[k];
            g_string_append_printf(out, "%s,%zu,", period_name(arena, &month), k);
            put_day(out, cell->day);
            g_string_append_printf(out, ",%zu,%" G_GINT64_FORMAT, cohort->n, cohort->base);
            if (cell->is_censored)
                g_string_append(out, ",,,");
            else
                g_string_append_printf(out, ",%zu,%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT,
                                       cell->n_retained, cell->arr, cell->kept);
            put_share(out, cohort_logo(cohort, cell));
            put_share(out, cohort_nrr(cohort, cell));
            put_share(out, cohort_grr(cohort, cell));
            g_string_append_c(out, '\n');
        }
    }
    kpi_expect("cohorts.csv", out->str);
    revenue_close(&r);
}

static void renewals_are_those_of_the_golden_table(void **state)
{
    (void)state;
    struct revenue r;
    struct renewal *renewal;
    g_autoptr(arena_t) arena = arena_new();
    size_t n;
    int64_t total = 0, open = 0;
    int32_t from = day("2025-10-01");
    open_ledger(0, NULL, "2025-10-01", &r);
    assert_true(renewal_list(arena, r.ledger, from, from + 90, 7, &renewal, &n, &(GError *){NULL}));
    g_autoptr(GString) out =
        g_string_new("account,product,renewal_date,days,arr,currency,already_renewed\n");
    for (size_t i = 0; i < n; i++) {
        const struct renewal *one = &renewal[i];
        g_string_append_printf(out, "%s,%s,", r.ledger->key[one->account],
                               one->row->words->product);
        put_day(out, one->row->to);
        g_string_append_printf(out, ",%d", one->row->to - from);
        put_amount(out, one->minor, "JPY");
        g_string_append_printf(out, ",%s,%d\n", one->row->currency, one->is_renewed);
        total += one->minor;
        open += one->is_renewed ? 0 : one->minor;
    }
    g_string_append_printf(
        out, "TOTAL,,,,%" G_GINT64_FORMAT ",,\nTOTAL_OPEN,,,,%" G_GINT64_FORMAT ",,\n", total,
        open);
    kpi_expect("renewals_90d.csv", out->str);
    revenue_close(&r);
}

static void put_lives(GString *out, int definition, const char *rule)
{
    struct revenue r;
    struct metric_life *life;
    size_t n, number = 0;
    int32_t as_of = day("2026-01-01");
    open_ledger(definition, NULL, "2026-01-01", &r);
    assert_true(metric_lives(opened[definition].arena, r.set, r.facts, as_of, &life, &n,
                             &(GError *){NULL}));
    for (size_t i = 0; i < n; i++) {
        number = i > 0 && life[i - 1].account == life[i].account ? number + 1 : 1;
        if (life[i].from >= as_of) /* begins later: not seen yet */
            continue;
        bool is_active = life[i].ends > as_of;
        g_string_append_printf(out, "%s,%s,%zu,", rule, r.ledger->key[life[i].account], number);
        put_day(out, life[i].from);
        g_string_append_c(out, ',');
        if (!is_active)
            put_day(out, life[i].ends);
        g_string_append_printf(out, ",%s\n",
                               is_active                 ? "active"
                               : life[i].to == INT32_MAX ? "pending"
                                                         : "churned");
    }
    revenue_close(&r);
}

static void active_periods_are_those_of_the_golden_table(void **state)
{
    (void)state;
    g_autoptr(GString) out = g_string_new("rule,account,period,start,end,status\n");
    put_lives(out, 0, "contract");
    put_lives(out, 1, "paid");
    kpi_expect("active_periods.csv", out->str);
}

/* "0.35" in 1e-9. */
static int64_t billionths(const char *text)
{
    return llround(g_ascii_strtod(text, NULL) * 1e9);
}

static void put_forecast(GString *expected, GString *pmf, const char *quarter,
                         const struct forecast_item *item, size_t n)
{
    struct forecast f;
    g_autoptr(arena_t) arena = arena_new();
    assert_true(forecast_make(arena, item, n, &f, &(GError *){NULL}));
    assert_int_equal(f.grid, 1);
    g_autofree char *mean = g_strdup_printf("%.2f", ratio_value(f.mean));
    g_autofree char *variance = g_strdup_printf("%.4Lf", f.variance);
    if (g_str_has_suffix(mean, ".00"))
        mean[strlen(mean) - 3] = '\0';
    if (g_str_has_suffix(variance, ".0000"))
        variance[strlen(variance) - 5] = '\0';
    g_string_append_printf(expected, "%s,%zu,%" G_GINT64_FORMAT ",%s,%s", quarter, n, f.total, mean,
                           variance);
    for (int q = 0; q < FORECAST_QUANTILES; q++)
        put_amount(expected, f.arr[q], "JPY");
    g_string_append_printf(expected, ",%.15f,%zu\n", f.p_zero, f.n_atoms);
    for (size_t i = 0; i < f.n_atoms && n > 0 && strcmp(quarter, "ALL") != 0; i++)
        g_string_append_printf(pmf, "%s,%" G_GINT64_FORMAT ",%.15Lf,%.15Lf\n", quarter,
                               f.atom[i].minor, f.atom[i].p, f.atom[i].cumulated);
}

static void the_forecast_is_that_of_the_golden_table(void **state)
{
    (void)state;
    oracle_or_skip();
    static const char *const quarters[] = {"2026Q1", "2026Q2", "2026Q3", "2026Q4", "2027Q1", "ALL"};
    g_autofree char *values = kpi_text("forecast_values.csv");
    g_auto(GStrv) line = g_strsplit(values, "\n", -1);
    g_autoptr(GString) expected =
        g_string_new("quarter,n,arr_total,mean,variance,p10,p50,p90,p_zero,n_support\n");
    g_autoptr(GString) pmf = g_string_new("quarter,churned_arr,pmf,cdf\n");
    for (size_t q = 0; q < G_N_ELEMENTS(quarters); q++) {
        struct forecast_item item[64];
        size_t n = 0;
        for (guint i = 1; line[i] && *line[i]; i++) {
            g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
            if (strcmp(quarters[q], "ALL") == 0 || strcmp(cell[0], quarters[q]) == 0)
                item[n++] =
                    (struct forecast_item){g_ascii_strtoll(cell[2], NULL, 10), billionths(cell[3])};
        }
        put_forecast(expected, pmf, quarters[q], item, n);
    }
    kpi_expect("forecast_expected.csv", expected->str);
    kpi_expect("forecast_pmf.csv", pmf->str);
}

static void intervals_are_those_of_the_golden_table(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autofree char *values = kpi_text("wilson_values.csv");
    g_auto(GStrv) line = g_strsplit(values, "\n", -1);
    g_autoptr(GString) out = g_string_new("band,n,churned,rate_exact,lo,hi\n");
    for (guint i = 1; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        int64_t n = g_ascii_strtoll(cell[1], NULL, 10), x = g_ascii_strtoll(cell[2], NULL, 10);
        double low, high;
        wilson_interval(x, n, &low, &high);
        g_string_append(out, line[i]);
        put_share(out, (struct ratio){x, n});
        put_real(out, low);
        put_real(out, high);
        g_string_append_c(out, '\n');
    }
    kpi_expect("wilson_expected.csv", out->str);
}

enum { OUTCOMES_MAX = 32 };

/* Outcomes with the bands of their account before. */
static size_t read_outcomes(struct arena *arena, const char *key[OUTCOMES_MAX],
                            struct lead_outcome outcome[OUTCOMES_MAX])
{
    g_autofree char *outcomes = kpi_text("outcomes.csv"), *bands = kpi_text("band_history.csv");
    g_auto(GStrv) line = g_strsplit(outcomes, "\n", -1), history = g_strsplit(bands, "\n", -1);
    size_t n = 0;
    for (guint i = 1; line[i] && *line[i]; i++, n++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", -1);
        struct lead_stretch *stretch = arena_many(arena, 16, struct lead_stretch);
        key[n] = arena_strdup(arena, cell[0]);
        outcome[n] = (struct lead_outcome){strcmp(cell[1], "churned") == 0, day(cell[2]),
                                           g_ascii_strtoll(cell[3], NULL, 10), 0, stretch};
        for (guint k = 1; history[k] && *history[k]; k++) {
            g_auto(GStrv) band = g_strsplit(history[k], ",", -1);
            if (strcmp(band[0], key[n]) == 0)
                stretch[outcome[n].n++] =
                    (struct lead_stretch){day(band[1]), day(band[2]), lead_band_of(band[3])};
        }
    }
    return n;
}

static void put_days(GString *out, int days)
{
    if (days == LEAD_NEVER)
        g_string_append_c(out, ',');
    else
        g_string_append_printf(out, ",%d", days);
}

static void lead_times_are_those_of_the_golden_table(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    const char *key[OUTCOMES_MAX];
    struct lead_outcome outcome[OUTCOMES_MAX];
    size_t n = read_outcomes(arena, key, outcome);
    g_autoptr(GString) out = g_string_new("account,churn_date,arr,lead_first,lead_last,band_180,"
                                          "band_90,band_60,band_30\n");
    for (size_t i = 0; i < n; i++) {
        struct lead lead = lead_of(&outcome[i]);
        if (!outcome[i].has_left)
            continue;
        g_string_append_printf(out, "%s,", key[i]);
        put_day(out, outcome[i].day);
        g_string_append_printf(out, ",%" G_GINT64_FORMAT, outcome[i].minor);
        put_days(out, lead.first);
        put_days(out, lead.last);
        for (int m = 0; m < LEAD_MARKS; m++)
            g_string_append_printf(out, ",%s", lead_band_name(lead.band[m]));
        g_string_append_c(out, '\n');
    }
    kpi_expect("lead_time.csv", out->str);
}

static void lead_times_add_up_to_the_golden_summary(void **state)
{
    (void)state;
    oracle_or_skip();
    g_autoptr(arena_t) arena = arena_new();
    const char *key[OUTCOMES_MAX];
    struct lead_outcome outcome[OUTCOMES_MAX];
    struct lead_summary s;
    lead_summarise(arena, outcome, read_outcomes(arena, key, outcome), &s);
    g_autoptr(GString) out = g_string_new("measure,value\n");
    g_string_append_printf(out, "lead_first_n,%zu\nlead_first_median_days", s.n_first);
    put_share(out, s.first_median);
    g_string_append(out, "\nlead_first_share_ge_60_of_all_churned");
    put_share(out, s.first_early);
    g_string_append_printf(out, "\nlead_last_n,%zu\nlead_last_median_days", s.n_last);
    put_share(out, s.last_median);
    g_string_append(out, "\nlead_last_share_ge_60_of_all_churned");
    put_share(out, s.last_early);
    for (int m = 0; m < LEAD_MARKS; m++) {
        for (int b = 0; b < LEAD_BANDS; b++) {
            const char *band = lead_band_name((enum lead_band)b);
            g_string_append_printf(out, "\nat_%d_%s_share_logos", lead_days[m], band);
            put_share(out, s.logos[m][b]);
            g_string_append_printf(out, "\nat_%d_%s_share_arr", lead_days[m], band);
            put_share(out, s.arr[m][b]);
        }
    }
    g_string_append_printf(out,
                           "\nn_churned,%zu\nn_renewed,%zu\nred_at_90_renewed,%zu\n"
                           "red_at_90_precision",
                           s.n_left, s.n_stayed, s.red_stayed);
    put_share(out, s.red_precision);
    g_string_append_c(out, '\n');
    kpi_expect("lead_time_summary.csv", out->str);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(movements_are_those_of_the_golden_table),
        cmocka_unit_test(bridged_movements_are_those_of_the_golden_table),
        cmocka_unit_test(retention_is_that_of_the_golden_table),
        cmocka_unit_test(cohorts_are_those_of_the_golden_table),
        cmocka_unit_test(renewals_are_those_of_the_golden_table),
        cmocka_unit_test(active_periods_are_those_of_the_golden_table),
        cmocka_unit_test(the_forecast_is_that_of_the_golden_table),
        cmocka_unit_test(intervals_are_those_of_the_golden_table),
        cmocka_unit_test(lead_times_are_those_of_the_golden_table),
        cmocka_unit_test(lead_times_add_up_to_the_golden_summary),
    };
    return cmocka_run_group_tests(tests, NULL, close_all);
}
