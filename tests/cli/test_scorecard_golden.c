/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The published scorecards of examples/scorecards against tables that others computed from the same
 * rules, and against a few rows computed by hand: every fraction is equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/card_run.h"
#include "support/golden_cards.h"
#include "support/sources.h"

static size_t cells;

/* ── what the engine says of a cell, as text; "" for none ───────────────────────────────────────
 */

static char *fraction(bool there, struct rational x)
{
    g_autoptr(GString) out = g_string_new(NULL);
    if (there)
        rational_append(out, x);
    return g_strdup(out->str);
}

static char *decimal(const struct card_run_row *row, bool there, struct rational x)
{
    g_autoptr(GString) out = g_string_new(NULL);
    int digits = rational_compare(health_engine_pool(row->engine), row->card->round_total.step,
                                  rational_int(1)) < 0;
    if (there && row->card->round_total.rule != ROUND_NONE)
        rational_append_decimal(out, health_engine_pool(row->engine), x, digits);
    return g_strdup(out->str);
}

static size_t measure_of(const struct scorecard *card, const char *name)
{
    for (size_t i = 0; i < card->n_measures; i++) {
        if (strcmp(card->measure[i].name, name) == 0)
            return i;
    }
    fail_msg("scorecard %s has no measure %s", card->name, name);
    return 0;
}

static size_t group_of(const struct scorecard *card, const char *name)
{
    for (size_t g = 0; g < card->n_groups; g++) {
        if (strcmp(card->group[g].name, name) == 0)
            return g;
    }
    fail_msg("scorecard %s has no group %s", card->name, name);
    return 0;
}

static char *of_input(const struct card_run_row *row, const char *name)
{
    for (size_t i = 0; i < row->card->n_inputs; i++) {
        const struct scorecard_value *v = health_input(row->engine, i);
        if (strcmp(row->card->input[i].name, name) == 0)
            return fraction(scorecard_value_known(v), v->number);
    }
    fail_msg("scorecard %s has no input %s", row->card->name, name);
    return NULL;
}

static char *of_measure(const struct card_run_row *row, enum golden_kind kind, const char *name)
{
    const struct health *h = row->health;
    size_t i = measure_of(row->card, name);
    struct rational x = h->score[i];
    if (kind == LEVEL)
        return g_strdup(h->quality[i] == METRIC_OK && h->level[i] ? h->level[i] : "");
    if (kind == TENTHS)
        x = rational_divide(health_engine_pool(row->engine), x,
                            rational_int(h->counts[i] ? 10 : 1));
    if (kind == POINTS && !h->counts[i])
        return g_strdup("0/1");
    return fraction(h->is_scored && h->counts[i], x);
}

static char *of_group(const struct card_run_row *row, enum golden_kind kind, const char *name)
{
    size_t g = group_of(row->card, name);
    const struct scorecard_tally *t = &row->health->tally;
    if (kind == GROUP_WEIGHT)
        return fraction(true, health_usable_weight(row->engine, row->health, g));
    if (kind == GROUP_POINTS && !t->group_known[g])
        return g_strdup("0/1");
    return fraction(t->group_known[g], t->group[g]);
}

static char *of_number(const struct card_run_row *row, enum golden_kind kind)
{
    const struct health *h = row->health;
    bool there = h->is_known && row->card->shows_number;
    switch (kind) {
    case EXACT:
        return fraction(there, h->effective);
    case ROUNDED:
        return decimal(row, there, h->shown_effective);
    case RAW:
        return fraction(there, h->tally.raw);
    case COMPUTED:
        return fraction(there, h->computed);
    case COMPUTED_ROUNDED:
        return decimal(row, there, h->shown_computed);
    case CAP:
        return fraction(h->cap != NULL, h->effective);
    case SCORED:
        return g_strdup(h->is_scored ? "1/1" : "0/1");
    default:
        return fraction(h->is_scored, health_usable_weight(row->engine, h, row->card->n_groups));
    }
}

static char *said(const struct card_run_row *row, const struct golden_cell *cell)
{
    const char *name = cell->name ? cell->name : cell->column;
    switch (cell->kind) {
    case BAND:
    case NO_BAND:
        return g_strdup(row->health->band);
    case MEASURE:
    case POINTS:
    case TENTHS:
    case LEVEL:
        return of_measure(row, cell->kind, name);
    case GROUP:
    case GROUP_POINTS:
    case GROUP_WEIGHT:
        return of_group(row, cell->kind, name);
    case INPUT:
        return of_input(row, name);
    default:
        return of_number(row, cell->kind);
    }
}

/* ── the comparison ─────────────────────────────────────────────────────────────────────────────
 */

struct comparing {
    const struct golden *golden;
    const struct card_table *expected;
    size_t rows;
};

/* Whole numbers and decimals of a table as fractions. */
static char *wanted(const struct card_run_row *row, const struct golden_cell *cell,
                    const char *text)
{
    bool is_text = cell->kind == BAND || cell->kind == NO_BAND || cell->kind == LEVEL ||
                   cell->kind == ROUNDED || cell->kind == COMPUTED_ROUNDED;
    struct rational x;
    if (!text || is_text)
        return g_strdup(text ? text : "");
    assert_true(rational_parse(health_engine_pool(row->engine), slice_of(text), &x));
    return fraction(true, x);
}

static const char *cell_of(const struct card_table *table, size_t row, const char *column)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        if (strcmp(table->column[c], column) == 0)
            return table->cell[row][c];
    }
    fail_msg("the expected table has no column %s", column);
    return NULL;
}

static void compare_cell(const struct comparing *c, const struct card_run_row *row, size_t at,
                         const struct golden_cell *cell)
{
    const char *text = cell_of(c->expected, at, cell->column);
    bool may_differ = cell->kind == ROUNDED || cell->kind == BAND;
    if (!text && may_differ)
        return;
    g_autofree char *want = wanted(row, cell, text), *got = said(row, cell);
    cells++;
    if (strcmp(want, got) != 0)
        fail_msg("%s, %s, %s: %s, want %s", c->golden->card, row->account, cell->column, got, want);
}

static void parts_add_up(const struct card_run_row *row)
{
    const struct health *h = row->health;
    int sum = h->start_bp + h->limits_bp + h->rounding_bp, lost = h->lost_rest_bp;
    for (size_t i = 0; i < row->card->n_measures; i++) {
        sum += h->contribution_bp[i];
        lost += h->lost_bp[i];
    }
    assert_int_equal(sum, h->is_known ? h->health_bp : 0);
    assert_int_equal(lost, h->is_known ? 10000 - h->health_bp : 0);
    if (h->is_known)
        assert_in_range(h->health_bp, h->lower_bp, h->upper_bp);
}

static bool compare_row(void *context, const struct card_run_row *row, GError **err)
{
    struct comparing *c = context;
    (void)err;
    parts_add_up(row);
    for (size_t i = 0; i < c->expected->n; i++) {
        const char *key = c->expected->cell[i][c->expected->key];
        /* A table of several models: those of others are not scored by this card. */
        bool other = !row->health->is_scored && strcmp(c->golden->key, "row") == 0 &&
                     strstr(c->golden->values, "natero");
        if (strcmp(key, row->account) != 0 || other)
            continue;
        for (const struct golden_cell *cell = c->golden->cell; cell->kind != END; cell++)
            compare_cell(c, row, i, cell);
        c->rows++;
    }
    return true;
}

static void run(const struct golden *g, const char *values, const char *expected)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autofree char *file =
        g_strdup_printf("%s/examples/scorecards/%s.yaml", g_getenv("KENKO_SOURCE"), g->card);
    struct card_table table, want;
    struct comparing c = {g, &want, 0};
    if (!card_table_load(arena, values, g->key, &table, &err) ||
        !card_table_load(arena, expected, g->expected_key, &want, &err) ||
        !card_run(arena, file, &table, values, compare_row, &c, &err))
        fail_msg("%s: %s", g->card, err->message);
    assert_true(c.rows > 0);
}

static void every_card_gives_the_fractions_of_the_golden_tables(void **state)
{
    (void)state;
    const char *data = g_getenv("KENKO_TEST_DATA");
    if (!data) {
        print_message("skipped: KENKO_TEST_DATA is not set\n");
        skip();
    }
    for (size_t i = 0; i < golden_cards_n; i++) {
        g_autofree char *values =
            g_strdup_printf("%s/oracles/scorecards/%s.csv", data, golden_cards[i].values);
        g_autofree char *expected =
            g_strdup_printf("%s/oracles/scorecards/%s.csv", data, golden_cards[i].expected);
        run(&golden_cards[i], values, expected);
    }
    print_message("%zu cells are equal\n", cells);
    assert_true(cells > 2500);
}

/* ── rows computed by hand ──────────────────────────────────────────────────────────────────────
 */

static void run_own(const struct golden *g, const char *values, const char *expected)
{
    const char *dir = sources_directory("");
    sources_write(dir, "values.csv", values);
    sources_write(dir, "expected.csv", expected);
    g_autofree char *v = g_build_filename(dir, "values.csv", NULL);
    g_autofree char *e = g_build_filename(dir, "expected.csv", NULL);
    run(g, v, e);
}

static void planhat_adds_to_five_and_stays_on_its_scale(void **state)
{
    (void)state;
    static const struct golden g = {
        "planhat", "",  "a",
        "",        "a", {GOLDEN_NUMBER, {"raw", RAW, NULL}, {"last_touch", POINTS, NULL}}};
    run_own(&g,
            "a,logins_per_day,nps,last_touch_days,tickets_180d,plan\n"
            "calm,20,5,8,4,Pro\nwarm,20.5,7,2,7,Pro\ncold,0,0,30,0,Free\n",
            "a,health_exact,health_rounded,raw,last_touch\n"
            "calm,5/1,,5/1,0/1\n"     /* nothing has an impact */
            "warm,10/1,,373/35,6/7\n" /* 5 + 2 + 2 + 6/7 + 4/5 */
            "cold,0/1,,-5/1,-1/1\n"); /* 5 - 3 - 5 - 1 - 1 */
}

static void natero_is_48_where_its_page_says_so(void **state)
{
    (void)state;
    static const struct golden g = {"natero", "", "a", "", "a", {GOLDEN_NUMBER}};
    run_own(&g,
            "a,model,zero_at,hundred_at,value\nprinted,natero,7,30,18\nup,natero,0,7,1\nnone,"
            "natero,5,5,5\n",
            "a,health_exact,health_rounded\nprinted,1100/23,48\nup,100/7,15\nnone,,\n");
}

static void quivly_prints_68_and_a_half(void **state)
{
    (void)state;
    static const struct golden g = {"quivly_overall",
                                    "",
                                    "a",
                                    "",
                                    "a",
                                    {{"health_exact", EXACT, NULL}, {"band", NO_BAND, NULL}}};
    run_own(&g,
            "a,revenue,usage,engagement,support,market\nprinted,85,60,70,40,80\ngap,49.5,49.5,49.5,"
            "49.5,49.5\n",
            "a,health_exact,band\nprinted,137/2,Medium\ngap,99/2,\n");
}

static void mattermost_replaces_the_sum_by_the_smallest_status(void **state)
{
    (void)state;
    static const struct golden g = {
        "mattermost", "",  "a",
        "",           "a", {GOLDEN_NUMBER, {"computed_exact", COMPUTED, NULL}, {"cap", CAP, NULL}}};
    run_own(
        &g,
        "a,tenure_days,license_days_left,tickets_90d,days_since_last_task,risk_status,reference\n"
        "both,731,91,2,0,Delayed|Other|At Risk,1\nhalf,731,91,2,0,,0\nover,1,-1,1,1,,0\n",
        "a,health_exact,health_rounded,computed_exact,cap\n"
        "both,20/1,20,100/1,20/1\nhalf,195/2,98,195/2,\nover,,,,\n");
}

static void catalyst_shows_one_decimal_with_ties_up(void **state)
{
    (void)state;
    static const struct golden g = {"catalyst", "",  "a",
                                    "",         "a", {GOLDEN_NUMBER, {"hours", MEASURE, NULL}}};
    run_own(&g, "a,goal,hours_in_app,adoption,maturity\nup,healthy,25,,none\nlone,,,,healthy\n",
            "a,health_exact,health_rounded,hours\nup,81/10,8.1,7/1\nlone,10/1,10.0,\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_card_gives_the_fractions_of_the_golden_tables),
        cmocka_unit_test(planhat_adds_to_five_and_stays_on_its_scale),
        cmocka_unit_test(natero_is_48_where_its_page_says_so),
        cmocka_unit_test(quivly_prints_68_and_a_half),
        cmocka_unit_test(mattermost_replaces_the_sum_by_the_smallest_status),
        cmocka_unit_test(catalyst_shows_one_decimal_with_ties_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
