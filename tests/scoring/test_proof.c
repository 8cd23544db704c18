/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard held against customers of whom everything is known: who left, when, and how their
 * usage went before. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/proof_internal.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { ARR_MINOR = 10000 };

/* Texts of the cards live in it: closed with the test program. */
static GPtrArray *configs;

static bool prove(struct arena *arena, struct db *db, const char *dir, const char *card,
                  struct proof *out, GError **err)
{
    struct config *config = config_open(dir, err);
    const struct metric_set *set = config ? metric_set_load(arena, config, err) : NULL;
    const struct scorecard *c = set ? scorecard_load(arena, config, set, card, err) : NULL;
    const struct proof_options options = {leavers_until(), -1, NULL};
    g_ptr_array_add(configs, config);
    return c && proof_run(arena, db, config, set, c, &options, out, err);
}

static void proven(struct arena *arena, struct db *db, const char *dir, const char *card,
                   struct proof *out)
{
    g_autoptr(GError) err = NULL;
    if (!prove(arena, db, dir, card, out, &err))
        fail_msg("%s", err->message);
}

/* Account-days of one span and those whose end came within it, from what was written. */
static void count_span(const struct leavers *c, int days, size_t *n, size_t *left)
{
    *n = *left = 0;
    int32_t first = leavers_day(2025, 1, 1) + LEAVERS_HISTORY;
    for (int32_t d = leavers_until() - days - LEAVERS_GAP - 1; d >= first; d -= days) {
        for (int a = 0; a < LEAVERS_ACCOUNTS; a++) {
            *n += leavers_end(c, a) > d;
            *left += leavers_end(c, a) > d && leavers_end(c, a) <= d + days;
        }
    }
}

static void every_churn_counts_once_in_each_span(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 120, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct proof p;
    proven(arena, db, dir, "default", &p);
    for (int s = 0; s < PROOF_SPANS; s++) {
        const struct proof_span *span = &p.span[s];
        size_t n, left, banded = 0, gone = 0;
        count_span(&c, span->days, &n, &left);
        assert_int_equal(span->all.n, n);
        assert_int_equal(span->all.left, left);
        assert_true(span->all.minor == (__int128)n * ARR_MINOR &&
                    span->all.minor_left == (__int128)left * ARR_MINOR);
        for (size_t b = 0; b < p.n_bands; b++) {
            banded += span->band[b].n;
            gone += span->band[b].left;
        }
        assert_int_equal(banded, n);
        assert_int_equal(gone, left);
    }
    assert_int_equal(p.rows, p.span[PROOF_EVIDENCE].all.n);
    assert_int_equal(p.events, p.span[PROOF_EVIDENCE].all.left);
    assert_true(p.span[PROOF_SPANS - 1].auc_low > 0.6);
    assert_true(p.span[PROOF_SPANS - 1].band[0].left * p.span[PROOF_SPANS - 1].all.n >
                2 * p.span[PROOF_SPANS - 1].all.left * p.span[PROOF_SPANS - 1].band[0].n);
}

static void leavers_are_looked_at_from_each_distance(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 120, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct proof p;
    proven(arena, db, dir, "default", &p);
    int32_t week = leavers_until() - LEAVERS_GAP - 1;
    while (week - PROOF_STEP_DAYS >= leavers_day(2025, 1, 1) + LEAVERS_HISTORY)
        week -= PROOF_STEP_DAYS;
    for (int s = 0; s < PROOF_SPANS; s++) {
        const struct proof_span *span = &p.span[s];
        size_t expected = 0, stood = 0;
        for (int a = 0; a < c.churns; a++)
            expected += leavers_end(&c, a) - span->days >= week;
        for (size_t b = 0; b < p.n_bands; b++)
            stood += span->stood[b];
        assert_int_equal(span->leavers, expected);
        assert_int_equal(stood, expected);
        assert_true(span->leavers_minor == (__int128)expected * ARR_MINOR);
        assert_int_equal(span->stood[p.n_bands - 1], 0); /* all were customers then */
    }
    /* Usage fell to two thirds for the last 56 days: more stood in Red shortly before. */
    assert_true(p.span[3].stood[0] * p.span[0].leavers > p.span[0].stood[0] * p.span[3].leavers);
    assert_int_equal(p.leavers, p.span[0].leavers);
    assert_int_equal(p.red.n_left, p.leavers);
}

static void write_cards(const char *dir)
{
    sources_write(
        dir, "scorecards/wrong.yaml",
        "name: wrong\n"
        "bands: [{name: Poor, below: 30}, {name: Fair, below: 60}, {name: Good}]\n"
        "groups:\n"
        "  - name: use\n"
        "    measures:\n"
        "      - {name: runs, metric: runs_28d, direction: none,\n"
        "         anchors: [{at: 0, score: 100}, {at: 400, score: 0}]}\n"
        "      - {name: again, metric: runs_28d, direction: none,\n"
        "         anchors: [{at: 0, score: 90}, {at: 500, score: 0}]}\n"
        "      - {name: early, metric: runs_28d, only_if: [{metric: tenure, below: 150}],\n"
        "         no_data_if: [{metric: runs_28d, below: 60}],\n"
        "         anchors: [{at: 0, score: 0}, {at: 400, score: 100}]}\n");
}

static void a_wrong_sign_and_measures_that_say_the_same_are_named(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 150, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct proof right, wrong;
    write_cards(dir);
    proven(arena, db, dir, "default", &right);
    proven(arena, db, dir, "wrong", &wrong);
    assert_false(right.measure[0].is_wrong);
    assert_true(wrong.measure[0].is_wrong && wrong.measure[1].is_wrong);
    assert_true(fabs(right.measure[0].auc + wrong.measure[0].auc - 1) < 0.02);
    assert_int_equal(right.n_pairs, 0);
    assert_int_equal(wrong.n_pairs, 3); /* all three ask the same metric, one turned round */
    for (size_t i = 0; i < wrong.n_pairs; i++) {
        bool turned = wrong.pair[i].b == 2;
        assert_true(wrong.pair[i].a < wrong.pair[i].b && fabs(wrong.pair[i].rho) > 0.99);
        assert_true((wrong.pair[i].rho < 0) == turned);
    }
    assert_string_equal(wrong.band[0], "Poor");
    assert_true(isnan(wrong.size[0].rho)); /* all pay the same */
}

static void what_is_missing_and_what_does_not_apply_have_bars_of_their_own(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 150, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct proof p;
    write_cards(dir);
    proven(arena, db, dir, "wrong", &p);
    for (size_t j = 0; j < p.card->n_measures; j++) {
        const struct proof_measure *m = &p.measure[j];
        size_t n = 0, left = 0;
        double before = -INFINITY;
        for (size_t i = 0; i < m->n_bins; i++) {
            const struct proof_bin *b = &m->bin[i];
            n += b->n;
            left += b->left;
            if (b->kind != PROOF_BIN_VALUES)
                continue;
            assert_true(b->low > before && b->high >= b->low);
            before = b->high;
        }
        assert_int_equal(n, p.rows);
        assert_int_equal(left, p.events);
    }
    const struct proof_measure *early = &p.measure[2];
    assert_int_equal(early->bin[early->n_bins - 2].kind, PROOF_BIN_MISSING);
    assert_int_equal(early->bin[early->n_bins - 1].kind, PROOF_BIN_NOT_APPLICABLE);
    assert_int_equal(p.measure[0].bin[p.measure[0].n_bins - 1].kind, PROOF_BIN_VALUES);
}

/* One measure of scores 0 to 199, of which those up to 19 left; the same turned round; all alike.
 */
static void what_knows_the_outcome_and_what_never_varies_is_named(void **state)
{
    (void)state;
    enum { ROWS = 200, MEASURES = 3, LEFT = 20 };
    g_autoptr(arena_t) arena = arena_new();
    struct scorecard *card = arena_one(arena, struct scorecard);
    static double score[ROWS * MEASURES], y[ROWS], arr[ROWS], health[ROWS];
    static uint8_t quality[ROWS * MEASURES]; /* all METRIC_OK */
    card->n_measures = MEASURES;
    for (size_t i = 0; i < ROWS; i++) {
        score[i * MEASURES] = arr[i] = health[i] = (double)i;
        score[i * MEASURES + 1] = (double)(ROWS - i);
        score[i * MEASURES + 2] = 5000;
        y[i] = i < LEFT;
    }
    const struct proof_rows rows = {ROWS, 0, score, score, quality, y, arr, health, NULL};
    struct proof p = {.card = card, .n_sizes = 1};
    proof_evidence(arena, &rows, &p);
    assert_true(p.measure[0].is_leak && !p.measure[0].is_wrong && p.measure[0].auc == 1);
    assert_true(p.measure[1].is_wrong && !p.measure[1].is_leak);
    assert_true(p.measure[2].is_flat && p.measure[2].is_idle);
    assert_int_equal(p.n_pairs, 1);
    assert_true(p.size[0].rho > 0.999 && p.measure[1].size < -0.999);
    assert_int_equal(p.third[0].left, LEFT);
    assert_true(p.third[0].auc == 1 && isnan(p.third[1].auc));
}

/* Point in time: what is said later moves no earlier day. */
static void later_facts_change_nothing(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 120, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    struct proof before, after;
    proven(arena, db, dir, "default", &before);
    sources_write(dir, "usage_later.csv",
                  "account,day,runs,flag\na199,2026-03-01,900000,1\na198,2026-04-01,900000,1\n");
    sources_ingest(db, dir, NULL);
    proven(arena, db, dir, "default", &after);
    assert_memory_equal(before.span, after.span, sizeof before.span);
}

static void a_history_too_short_is_refused(void **state)
{
    (void)state;
    const struct leavers c = {.churns = 120, .decline = true};
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&c, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = metric_set_load(arena, config, &err);
    const struct scorecard *card = scorecard_load(arena, config, set, "default", &err);
    const struct proof_options options = {leavers_day(2025, 3, 20), -1, NULL};
    struct proof p;
    assert_non_null(card);
    assert_false(proof_run(arena, db, config, set, card, &options, &p, &err));
    assert_true(err_is(err, KENKO_ERROR_REFUSED));
    assert_non_null(strstr(err->message, "too short"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_churn_counts_once_in_each_span),
        cmocka_unit_test(leavers_are_looked_at_from_each_distance),
        cmocka_unit_test(a_wrong_sign_and_measures_that_say_the_same_are_named),
        cmocka_unit_test(what_is_missing_and_what_does_not_apply_have_bars_of_their_own),
        cmocka_unit_test(what_knows_the_outcome_and_what_never_varies_is_named),
        cmocka_unit_test(later_facts_change_nothing),
        cmocka_unit_test(a_history_too_short_is_refused),
    };
    configs = g_ptr_array_new_with_free_func((GDestroyNotify)config_close);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    g_ptr_array_unref(configs);
    return failed;
}
