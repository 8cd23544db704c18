/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stored churn models: one speaks, others wait or are past. */
#pragma once

#include "core/db.h"
#include "scoring/hazard.h"

/* A stored model with what it needs to speak. */
struct model {
    int64_t model_id, rows_used, events_used, known_no;
    const char *state, *message, *evaluation; /* evaluation: JSON */
    const char *sha256;                       /* of the stored body */
    int32_t trained_as_of;
    int horizon_days;
    const struct hazard_model *hazard; /* NULL: a refusal, or it does not fit metrics.yaml */
};

/*
 * A model by its number, 0 for the one that speaks.
 *
 * Errors  KENKO_ERROR_INPUT  there is no such model
 */
MUST_USE bool model_load(struct arena *arena, struct db *db, const struct metric_set *metrics,
                         int64_t model_id, struct model *out, GError **err);

/*
 * Let a model speak from now on; the one before retires. Scores of the past stay as they are.
 *
 * Errors  KENKO_ERROR_INPUT     there is no such model
 *         KENKO_ERROR_CONFLICT  it is a refusal, or does not fit metrics.yaml
 */
MUST_USE bool model_promote(struct db *db, const struct metric_set *metrics, int64_t model_id,
                            GError **err);
