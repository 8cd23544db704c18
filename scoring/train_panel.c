/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train_panel.h"
#include "scoring/metric_churn.h"

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
                                        .measures = options->measures,
                                        .progress = options->progress};
    bool ok = db_begin_snapshot(db, err) &&
              panel_build(arena, db, out->set, zone, &panel, &out->panel, err);
    db_rollback(db);
    return ok;
}

void train_panel_split(struct arena *arena, const struct train_panel *data, uint8_t *fit,
                       uint8_t *test)
{
    const struct panel *panel = &data->panel;
    size_t n_days;
    const int32_t *days = panel_days(arena, panel, &n_days);
    int32_t test_from = n_days ? days[n_days - MAX(1, n_days / 4)] : 0;
    int32_t before = test_from - data->config.hazard.horizon_days - metric_churn_delay(data->set);
    for (size_t i = 0; i < panel->n; i++) {
        fit[i] = panel->as_of[i] <= before;
        test[i] = panel->as_of[i] >= test_from;
    }
}
