/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_panel.h"

#include "scoring/score_config.h"
#include "sql/scoring.h"

static bool take_known(struct arena *arena, struct db *db, int64_t asked, int64_t *out,
                       GError **err)
{
    struct q_known_take_row known;
    if (!db_begin(db, err) || !q_known_take(arena, db, &known, err) || !db_commit(db, err))
        return false;
    *out = asked >= 0 ? asked : known.commit_no;
    return *out <= known.commit_no || err_set(err, KENKO_ERROR_USAGE,
                                              "--known-at is %" G_GINT64_FORMAT
                                              ", beyond the newest commit number %" G_GINT64_FORMAT,
                                              *out, known.commit_no);
}

static const bool *every_metric(struct arena *arena, const struct metric_set *set)
{
    bool *chosen = arena_many(arena, metric_count(set) + 1, bool);
    for (size_t m = 0; m < metric_count(set); m++)
        chosen[m] = true;
    return chosen;
}

bool train_panel_load(struct arena *arena, struct db *db, struct config *config,
                      const struct train_panel_options *options, struct train_panel *out,
                      GError **err)
{
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct score_config scores;
    if (!zone || !(out->set = metric_set_load(arena, config, err)) ||
        !train_config_load(arena, config, out->set, &out->config, err) ||
        !score_config_load(config, &scores, err))
        return false;
    out->card = scorecard_load(arena, config, out->set, scores.scorecard, err);
    if (!out->card || !take_known(arena, db, options->known_no, &out->known_no, err))
        return false;
    const struct panel_options panel = {
        .until = options->as_of,
        .known_no = out->known_no,
        .horizon_days = out->config.hazard.horizon_days,
        .step_days = out->config.step_days,
        .chosen = options->all_metrics ? every_metric(arena, out->set) : out->config.chosen,
        .card = out->card,
        .progress = options->progress};
    bool ok = db_begin_snapshot(db, err) &&
              panel_build(arena, db, out->set, zone, &panel, &out->panel, err);
    db_rollback(db);
    return ok;
}
