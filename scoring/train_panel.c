/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_panel.h"

#include "scoring/known.h"
#include "scoring/score_config.h"

bool train_panel_load(struct arena *arena, struct db *db, struct config *config,
                      const struct train_panel_options *options, struct train_panel *out,
                      GError **err)
{
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct score_config scores;
    struct known known;
    if (!zone || !(out->set = metric_set_load(arena, config, err)) ||
        !train_config_load(arena, config, out->set, &out->config, err) ||
        !score_config_load(config, &scores, err))
        return false;
    out->card = scorecard_load(arena, config, out->set, scores.scorecard, err);
    if (!out->card || !known_ask(db, options->known_no, &known, err))
        return false;
    out->known_no = known.commit_no;
    const struct panel_options panel = {.until = options->as_of,
                                        .known_no = out->known_no,
                                        .horizon_days = out->config.hazard.horizon_days,
                                        .step_days = out->config.step_days,
                                        .chosen = options->all_metrics ? NULL : out->config.chosen,
                                        .card = out->card,
                                        .progress = options->progress};
    bool ok = db_begin_snapshot(db, err) &&
              panel_build(arena, db, out->set, zone, &panel, &out->panel, err);
    db_rollback(db);
    return ok;
}
