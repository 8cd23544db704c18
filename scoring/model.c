/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/model.h"

#include <string.h>

#include "sql/scoring.h"

static bool find_active(struct arena *arena, struct db *db, int64_t *model_id, GError **err)
{
    struct q_model_active_row row;
    bool found;
    if (!q_model_active(arena, db, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_INPUT, "no model speaks (kenko model list)");
    *model_id = row.model_id;
    return true;
}

bool model_load(struct arena *arena, struct db *db, const struct metric_set *metrics,
                int64_t model_id, struct model *out, GError **err)
{
    struct q_model_find_row row;
    bool found;
    if (model_id == 0 && !find_active(arena, db, &model_id, err))
        return false;
    if (!q_model_find(arena, db, model_id, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_INPUT,
                       "there is no model %" G_GINT64_FORMAT " (kenko model list)", model_id);
    bool is_refusal = strcmp(row.state, "refused") == 0;
    *out =
        (struct model){.model_id = model_id,
                       .state = row.state,
                       .message = row.message,
                       .evaluation = row.evaluation,
                       .sha256 = row.sha256,
                       .trained_as_of = row.trained_as_of,
                       .known_no = row.known_no,
                       .horizon_days = row.horizon_days,
                       .rows_used = row.rows_used,
                       .events_used = row.events_used,
                       .hazard = is_refusal ? NULL : hazard_load(arena, metrics, row.body, NULL)};
    return true;
}

static bool swap(struct db *db, void *context, GError **err)
{
    const struct model *model = context;
    return q_model_retire(db, NULL, err) && q_model_activate(db, model->model_id, NULL, err);
}

bool model_promote(struct db *db, const struct metric_set *metrics, int64_t model_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct model model;
    if (!model_load(arena, db, metrics, model_id, &model, err))
        return false;
    if (strcmp(model.state, "active") == 0)
        return true;
    if (!model.hazard)
        return err_set(err, KENKO_ERROR_CONFLICT, "model %" G_GINT64_FORMAT " %s", model_id,
                       strcmp(model.state, "refused") == 0
                           ? "is a refusal"
                           : "fits metrics.yaml or this version no more");
    return db_transact(db, 3, swap, &model, err);
}
