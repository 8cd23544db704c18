/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was found by a backtest is what dashboards see, and the newest of a scorecard alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/proof_store.h"
#include "scoring/wilson.h"
#include "support/leavers.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const struct leavers company = {.churns = 120, .decline = true};

static int64_t stored(struct arena *arena, struct db *db, struct config *config, int32_t as_of,
                      struct proof *out)
{
    g_autoptr(GError) err = NULL;
    const struct metric_set *set = metric_set_load(arena, config, &err);
    const struct scorecard *card = set ? scorecard_load(arena, config, set, "default", &err) : NULL;
    const struct proof_options options = {as_of, -1, NULL};
    int64_t id = 0;
    if (!card || !proof_run(arena, db, config, set, card, &options, out, &err) ||
        !proof_store(db, out, as_of, &id, &err))
        fail_msg("%s", err->message);
    return id;
}

static void expect_band(struct db *db, const struct proof *p, const struct proof_span *s, size_t b)
{
    double low, high;
    wilson_interval((int64_t)s->band[b].left, (int64_t)s->band[b].n, &low, &high);
    g_autofree char *query = g_strdup_printf(
        "SELECT concat_ws(' ', customers, churned, leavers, round(arr * 100)::bigint, "
        "abs(rate_low - %.17g) < 1e-15, abs(rate_high - %.17g) < 1e-15) FROM "
        "bi.scorecard_proof_band WHERE days = %d AND ordinal = %zu AND band = '%s'",
        isnan(low) ? 0 : low, isnan(high) ? 0 : high, s->days, b + 1, p->band[b]);
    g_autofree char *want =
        g_strdup_printf("%zu %zu %zu %" G_GINT64_FORMAT "%s", s->band[b].n, s->band[b].left,
                        s->stood[b], (int64_t)s->band[b].minor, s->band[b].n ? " t t" : "");
    sources_expect(db, query, want);
}

static void dashboards_see_what_the_backtest_found(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&company, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(config_t) config = config_open(dir, NULL);
    struct proof *p = arena_one(arena, struct proof);
    stored(arena, db, config, leavers_until(), p);
    for (size_t s = 0; s < PROOF_SPANS; s++) {
        for (size_t b = 0; b <= p->card->n_bands; b++)
            expect_band(db, p, &p->span[s], b);
    }
    g_autofree char *lead = g_strdup_printf("%zu %zu %zu %zu", p->leavers, p->red.n_last,
                                            p->red.n_stayed, p->red.red_stayed);
    sources_expect(db,
                   "SELECT concat_ws(' ', leavers, had_worst, renewed, false_alarms) FROM "
                   "bi.scorecard_proof WHERE is_shown",
                   lead);
    g_autofree char *bins = g_strdup_printf("%zu", p->measure[0].n_bins);
    sources_expect(db,
                   "SELECT count(*) FROM bi.scorecard_evidence_bin AS b JOIN bi.scorecard_evidence "
                   "AS e ON e.measure = b.measure WHERE e.ordinal = 1",
                   bins);
    g_autofree char *auc = g_strdup_printf(
        "SELECT abs(auc - %.17g) < 1e-15 AND scored = %zu FROM bi.scorecard_evidence WHERE ordinal "
        "= 1",
        p->measure[0].auc, p->measure[0].scored);
    sources_expect(db, auc, "t");
    /* Every leaver stood somewhere. */
    sources_expect(db,
                   "SELECT bool_and(abs(s.share - 1) < 1e-12) FROM (SELECT sum(leavers_share) AS "
                   "share FROM bi.scorecard_proof_band GROUP BY days) AS s",
                   "t");
}

static void the_one_stored_last_is_shown_and_the_others_are_kept(void **state)
{
    (void)state;
    const char *dir;
    g_autoptr(db_t) db = leavers_load(&company, &dir);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(config_t) config = config_open(dir, NULL);
    struct proof *p = arena_one(arena, struct proof);
    int64_t first = stored(arena, db, config, leavers_until(), p);
    int64_t second = stored(arena, db, config, leavers_until() - 30, p);
    assert_true(second > first);
    g_autofree char *shown = g_strdup_printf("%" G_GINT64_FORMAT, second);
    sources_expect(
        db, "SELECT string_agg(DISTINCT proof_id::text, ' ') FROM bi.scorecard_proof_band", shown);
    sources_expect(db,
                   "SELECT concat_ws(' ', count(*), count(*) FILTER (WHERE is_shown), "
                   "count(DISTINCT sha256)) FROM bi.scorecard_proof",
                   "2 1 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dashboards_see_what_the_backtest_found),
        cmocka_unit_test(the_one_stored_last_is_shown_and_the_others_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
