/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/change_account.h"

#include <string.h>

#include "scoring/health.h"
#include "scoring/kept.h"
#include "scoring/scorecard_profile.h"

static void fill_day(struct change_account_day *d)
{
    const struct q_change_account_row *row = &d->row;
    d->day = (struct change_day){.n = MIN(d->measures.n, row->measure_bp.n),
                                 .health_bp = row->health_bp,
                                 .effective_bp = row->effective_bp,
                                 .rule = row->rule};
    for (size_t i = 0; i < d->day.n; i++) {
        const struct q_change_measures_row *m = &d->measures.row[i];
        d->day.measure[i] = (struct change_measure){
            .name = m->name,
            .group = m->group_name,
            .weight = m->weight,
            .group_weight = m->group_weight,
            .definition = m->definition_is_null ? NULL : m->definition,
            .counts = !(row->measure_bp.is_null && row->measure_bp.is_null[i]),
            .has_data = strcmp(row->metric_quality.v[i], "ok") == 0 ||
                        strcmp(row->metric_quality.v[i], "carried") == 0,
            .bp = row->measure_bp.v[i],
            .contribution_bp = row->contribution_bp.v[i]};
    }
}

bool change_account_day(struct arena *arena, struct db *db, const char *key, int32_t day,
                        struct change_account_day *out, GError **err)
{
    bool found;
    char text[DAY_TEXT_SIZE];
    if (!q_change_account(arena, db, key, day, &out->row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score%s%s", key,
                       day == INT32_MAX ? "" : " on ",
                       day == INT32_MAX ? "" : day_format(day, text));
    if (!q_change_measures(arena, db, out->row.scorecard_id, &out->measures, err))
        return false;
    if (out->measures.n > CHANGE_MEASURES_MAX)
        return err_set(err, KENKO_ERROR_CHECK, "scorecard %" G_GINT64_FORMAT " has %zu measures",
                       out->row.scorecard_id, out->measures.n);
    fill_day(out);
    return true;
}

/* ── the scorecard of the day before on the facts of the day after ────────────────────────────────
 */

struct bridge {
    const char *key;
    const struct scorecard *card;
    const struct change_day *before; /* names, weights, definitions */
    struct change_day *out;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct bridge *b = context;
    struct health h;
    size_t a = 0;
    while (a < f->n_accounts && strcmp(f->account_key[a], b->key) != 0)
        a++;
    if (a == f->n_accounts)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' was no account then", b->key);
    g_autoptr(health_engine_t) engine = health_engine_new(b->card);
    health_of_frame(engine, f, a, &h);
    *b->out = *b->before;
    for (size_t i = 0; i < b->card->n_measures; i++) {
        struct change_measure *m = &b->out->measure[i];
        m->counts = h.is_known && h.counts[i];
        m->has_data = health_knows(&h, i);
        m->bp = h.measure_bp[i];
        m->contribution_bp = h.contribution_bp[i];
    }
    return true;
}

static bool compute_old(struct arena *arena, struct db *db, struct config *old, const char *key,
                        const struct change_account *c, const char *card_name, struct change *out,
                        GError **err)
{
    struct change_day bridge;
    const struct q_change_account_row *after = &c->after.row;
    const struct metric_set *metrics = metric_set_load(arena, old, err);
    struct bridge b = {.key = key, .before = &c->before.day, .out = &bridge};
    if (!metrics || !(b.card = scorecard_load(arena, old, metrics, card_name, err)))
        return false;
    g_autoptr(zone_t) zone = zone_open(config_time_zone(old), err);
    size_t n = b.card->n_measures + !scorecard_is_mean(b.card);
    if (n != c->before.day.n || !zone)
        return zone != NULL && err_set(err, KENKO_ERROR_CHECK,
                                       "the stored scorecard has %zu "
                                       "measures, its result %zu",
                                       n, c->before.day.n);
    bool ok = db_begin_snapshot(db, err) && metric_compute(db, metrics, zone, &after->as_of, 1,
                                                           after->known_no, on_frame, &b, err);
    db_rollback(db);
    /* As it weighed the day before. */
    int profile = scorecard_profile_find(b.card, c->before.row.rule);
    struct scorecard *weighed = arena_one(arena, struct scorecard);
    *weighed = *b.card;
    if (profile >= 0)
        scorecard_profile_apply(b.card, (size_t)profile, weighed);
    return ok && change_split_card(weighed, &c->before.day, &bridge, &c->after.day, out, err);
}

/* The whole configuration of the run of the day before, or, where it is from before that was kept,
 * today's with the scorecard and metrics of then. */
static struct config *open_then(struct db *db, struct config *config, int64_t run_id,
                                const struct q_change_scorecard_row *old, GError **err)
{
    g_autoptr(GError) failure = NULL;
    struct config *then = kept_open(db, run_id, &failure);
    if (then)
        return then;
    if (!err_is(failure, KENKO_ERROR_CONFLICT)) {
        g_propagate_error(err, g_steal_pointer(&failure));
        return NULL;
    }
    g_autofree char *card = g_strdup_printf("scorecards/%s.yaml", old->name);
    if (!(then = config_open(config_directory(config), err)))
        return NULL;
    config_replace_text(then, "metrics.yaml", old->metrics);
    config_replace_text(then, card, old->body);
    return then;
}

static bool compute_bridge(struct arena *arena, struct db *db, struct config *config,
                           const char *key, const struct change_account *c, struct change *out,
                           GError **err)
{
    struct q_change_scorecard_row old;
    if (!q_change_scorecard(arena, db, c->before.row.scorecard_id, &old, err))
        return false;
    if (old.metrics_is_null)
        return err_set(err, KENKO_ERROR_CONFLICT,
                       "the metrics that scorecard %s was used with were not kept then", old.name);
    g_autoptr(config_t) then = open_then(db, config, c->before.row.run_id, &old, err);
    return then && compute_old(arena, db, then, key, c, old.name, out, err);
}

bool change_account_load(struct arena *arena, struct db *db, struct config *config, const char *key,
                         int32_t from, int32_t to, struct change_account *out, GError **err)
{
    *out = (struct change_account){0};
    if (!change_account_day(arena, db, key, from, &out->before, err) ||
        !change_account_day(arena, db, key, to, &out->after, err))
        return false;
    if (out->before.row.health_bp_is_null || out->after.row.health_bp_is_null) {
        out->why_not = "a health that is Unknown has no parts to compare";
        return true;
    }
    const struct change_day *before = &out->before.day, *after = &out->after.day;
    g_autoptr(GError) failure = NULL;
    out->is_split = change_split(before, NULL, after, &out->change, &failure);
    if (out->is_split)
        return true;
    if (!err_is(failure, KENKO_ERROR_REFUSED)) {
        g_propagate_error(err, g_steal_pointer(&failure));
        return false;
    }
    out->is_computed = true;
    out->is_split = compute_bridge(arena, db, config, key, out, &out->change, err);
    return out->is_split || err_context(err, "%s", failure->message);
}
