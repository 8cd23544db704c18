/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What judges: scorecards and models, and how good a model was. */
#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

static bool ask_scorecards(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_scorecard_page_rows rows;
    return q_scorecard_page(a->arena, a->db, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_scorecard(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_scorecard_get_row *row = arena_one(a->arena, struct q_scorecard_get_row);
    bool found;
    return q_scorecard_get(a->arena, a->db, ask_param(a, "scorecard_id")->number, row, &found,
                           err) &&
           ask_give(out, found, row);
}

static bool ask_models(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_model_page_rows rows;
    return q_model_page(a->arena, a->db, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_model(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_model_get_row *row = arena_one(a->arena, struct q_model_get_row);
    bool found;
    return q_model_get(a->arena, a->db, ask_param(a, "model_id")->number, row, &found, err) &&
           ask_give(out, found, row);
}

static bool ask_proof(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_model_proof_row *row = arena_one(a->arena, struct q_model_proof_row);
    bool found;
    return q_model_proof(a->arena, a->db, ask_param(a, "model_id")->number, row, &found, err) &&
           ask_give(out, found, row);
}

static const struct field page_params[] = {HANDLE_PAGE, {0}};
static const struct field scorecard_params[] = {HANDLE_ID("scorecard_id", "The version."), {0}};
static const struct field model_params[] = {HANDLE_ID("model_id", "The model."), {0}};

ASK_SHAPE(scorecard, "Scorecard", scorecard_page);
ASK_SHAPE(scorecard_one, "ScorecardDetail", scorecard_get);
ASK_SHAPE(model, "Model", model_page);
ASK_SHAPE(model_one, "ModelDetail", model_get);
ASK_SHAPE(proof, "ModelProof", model_proof);

const struct endpoint handle_scorecards = ASK_LIST(ask_scorecards, scorecard, page_params, false);
const struct endpoint handle_scorecard = ASK_ONE(ask_scorecard, scorecard_one, scorecard_params);
const struct endpoint handle_models = ASK_LIST(ask_models, model, page_params, false);
const struct endpoint handle_model = ASK_ONE(ask_model, model_one, model_params);
const struct endpoint handle_model_proof = ASK_ONE(ask_proof, proof, model_params);
