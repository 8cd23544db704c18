/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train.h"
#include "scoring/metric_churn.h"

#include <math.h>
#include <stdlib.h>

#include "core/job.h"
#include "core/progress.h"
#include "scoring/drift.h"
#include "scoring/hazard_cluster.h"
#include "scoring/numbers.h"
#include "scoring/train_leak.h"
#include "scoring/train_panel.h"
#include "scoring/train_promote.h"
#include "sql/scoring.h"

static const double slope_low = 0.8, slope_high = 1.25;
static const double off_at = 0.01; /* p of calibration over time */

struct training {
    struct db *db;
    const struct job *job;
    struct arena *arena;
    struct train_panel data;
    int32_t until;
    struct hazard_model *model; /* NULL: a refusal */
    struct rival_rows rows;     /* held out */
    struct drift *drift;        /* what the rows held out were like */
    struct train_summary *summary;
};

static bool compare(struct training *t, GError **err)
{
    uint8_t *fit = arena_many(t->arena, t->data.panel.n + 1, uint8_t);
    uint8_t *test = arena_many(t->arena, t->data.panel.n + 1, uint8_t);
    train_panel_split(t->arena, &t->data, fit, test);
    if (!rival_predict(t->arena, t->data.set, &t->data.panel, fit, test, &t->data.config.hazard,
                       &t->rows, err))
        return false;
    rival_evaluate(t->arena, &t->rows, &t->summary->rivals);
    t->summary->held_out = t->summary->rivals.row[RIVAL_ENGINE];
    return true;
}

/* Probabilities that are too bold or too shy on held-out time are put right by what it says. */
static void recalibrate(struct training *t)
{
    const struct evaluation *e = &t->summary->held_out;
    if (isnan(e->slope) || (e->slope >= slope_low && e->slope <= slope_high) || e->slope <= 0)
        return;
    hazard_calibrate(t->model, e->intercept, e->slope);
    t->summary->recalibrated = true;
}

/* The rows it was judged on, which scoring holds new days against. */
static void remember_rows(struct training *t)
{
    const struct panel *panel = &t->data.panel;
    const double *value = panel_values(t->arena, panel, t->rows.row, t->rows.n);
    size_t n_days = 0;
    for (size_t k = 0; k < t->rows.n; k++)
        n_days += k == 0 || panel->as_of[t->rows.row[k]] != panel->as_of[t->rows.row[k - 1]];
    t->drift = drift_learn(t->arena, t->model, t->data.set, value, t->rows.n, n_days);
}

/* Does it lose to the rate of its own rows on held-out time, by over a standard error? Then
 * whatever it found there has passed. */
static bool loses_to_base(struct training *t)
{
    double more, se;
    struct train_summary *s = t->summary;
    rival_difference(t->rows.p[RIVAL_ENGINE], t->rows.p[RIVAL_BASE], t->rows.y, t->rows.n, &more,
                     &se);
    if (more <= se)
        return false;
    g_snprintf(s->message, sizeof s->message,
               "on held-out time its log loss is %.4f (±%.4f) above that of the base rate: the "
               "scorecard alone speaks",
               more, se);
    return true;
}

/* What a stored model says of itself. */
static void praise(struct train_summary *s)
{
    const struct evaluation *e = &s->held_out;
    if (isnan(e->auc))
        g_snprintf(s->message, sizeof s->message,
                   "%zu account-periods, %zu churned; not judged: %zu of %zu held-out ones churned",
                   s->rows, s->events, e->events, e->n);
    else
        g_snprintf(s->message, sizeof s->message,
                   "%zu account-periods, %zu churned; held-out AUC %.3f (%.3f to %.3f)%s", s->rows,
                   s->events, e->auc, e->auc_low, e->auc_high,
                   s->recalibrated ? "; recalibrated on held-out time" : "");
    if (s->rivals.cusum.p < off_at) {
        g_strlcat(s->message, "; its risks went off in held-out time: too ", sizeof s->message);
        g_strlcat(s->message, s->rivals.cusum.most < 0 ? "few left" : "many left",
                  sizeof s->message);
    }
}

static void fit(struct training *t)
{
    g_autoptr(GError) why = NULL;
    struct train_summary *s = t->summary;
    int horizon = t->data.config.hazard.horizon_days;
    s->refused = true;
    if (t->data.panel.events < (size_t)t->data.config.min_events)
        g_snprintf(s->message, sizeof s->message,
                   "only %zu churn events, want at least %d: the scorecard alone speaks",
                   t->data.panel.events, t->data.config.min_events);
    else if (!train_leak_check(t->data.set, &t->data.panel, horizon, &why))
        g_strlcpy(s->message, why->message, sizeof s->message);
    else if (!compare(t, &why))
        g_snprintf(s->message, sizeof s->message, "no model: %s", why->message);
    else if (loses_to_base(t))
        return;
    else if (!(t->model = hazard_fit(t->arena, t->data.set, &t->data.panel, NULL,
                                     &t->data.config.hazard, &why)))
        g_snprintf(s->message, sizeof s->message, "no model: %s", why->message);
    else {
        s->refused = false;
        recalibrate(t);
        remember_rows(t);
        praise(s);
    }
}

/* The days whose customers it learnt from, and from which on it was judged. */
static json_t *window_json(const struct training *t)
{
    const struct panel *panel = &t->data.panel;
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE], judged[DAY_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:s}", "first", day_format(panel->as_of[0], first), "last",
                     day_format(panel->as_of[panel->n - 1], last), "judged_from",
                     day_format(t->rows.n ? t->rows.as_of[0] : panel->as_of[0], judged));
}

static char *evaluation_json(const struct training *t)
{
    json_t *root = rival_save(&t->summary->rivals);
    json_object_set_new(root, "recalibrated", json_boolean(t->summary->recalibrated));
    json_object_set_new(root, "reference", drift_save(t->drift));
    json_object_set_new(root, "window", window_json(t));
    json_object_set_new(root, "label", json_string(metric_churn_definition(t->arena, t->data.set)));
    json_object_set_new(root, "cluster_inflation",
                        rival_number(hazard_cluster_inflation(t->model, &t->data.panel, NULL)));
    char *raw = json_dumps(root, NUMBERS_FORMAT), *text = g_strdup(raw);
    free(raw);
    json_decref(root);
    return text;
}

static bool store_model(struct training *t, struct db *db, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct train_summary *s = t->summary;
    g_autofree char *body = t->model ? hazard_save(t->model) : g_strdup("{}");
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
    g_autofree char *evaluation = t->model ? evaluation_json(t) : g_strdup("{}");
    struct q_model_put_params params = {.state = t->model ? "candidate" : "refused",
                                        .horizon_days = t->data.config.hazard.horizon_days,
                                        .trained_as_of = t->until,
                                        .known_no = t->data.known_no,
                                        .sha256 = sha,
                                        .body = body,
                                        .evaluation = evaluation,
                                        .rows_used = (int64_t)s->rows,
                                        .events_used = (int64_t)s->events,
                                        .message = s->message};
    struct q_model_put_row row;
    if (!q_model_put(arena, db, &params, &row, err))
        return false;
    s->model_id = row.model_id;
    for (size_t f = 0; t->model && f < hazard_features(t->model); f++) {
        const struct metric_info *info =
            metric_info(t->data.set, hazard_feature_metric(t->model, f));
        if (!q_feature_put(db, row.model_id, (int32_t)f + 1, info->name, info->label, info->unit,
                           info->sentence, NULL, err))
            return false;
    }
    return true;
}

/* A refusal silences the model before: what that one learnt may rest on facts undone since. */
static bool store(struct db *db, void *context, GError **err)
{
    struct training *t = context;
    struct train_verdict verdict = {0};
    const struct train_judged judged = {t->data.set, &t->data.panel, &t->rows,
                                        &t->data.config.hazard, metric_churn_delay(t->data.set)};
    if (!job_fence_check(db, t->job, err) ||
        (t->model && !train_promote(db, &judged, &verdict, err)) || !store_model(t, db, err))
        return false;
    t->summary->promoted = verdict.promoted;
    g_strlcpy(t->summary->verdict, verdict.word, sizeof t->summary->verdict);
    if (t->model && !verdict.promoted)
        return true;
    return q_model_retire(db, NULL, err) &&
           (!t->model || q_model_activate(db, t->summary->model_id, NULL, err));
}

static bool train(struct training *t, struct config *config, const struct train_options *options,
                  GError **err)
{
    const struct train_panel_options panel = {options->as_of, options->known_no, options->progress};
    if (!train_panel_load(t->arena, t->db, config, &panel, &t->data, err))
        return false;
    t->summary->rows = t->data.panel.n;
    t->summary->events = t->data.panel.events;
    progress_begin(options->progress, "fitting", "", PROGRESS_ITEMS, 0);
    fit(t);
    return db_transact(t->db, 3, store, t, err);
}

bool train_run(struct db *db, const char *dsn, struct config *config,
               const struct train_options *options, struct train_summary *summary, GError **err)
{
    *summary = (struct train_summary){0};
    struct job *job = job_begin(db, dsn, "train", err);
    if (!job)
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct training t = {
        .db = db, .job = job, .arena = arena, .until = options->as_of, .summary = summary};
    g_autoptr(GError) failure = NULL;
    bool ok = train(&t, config, options, &failure);
    progress_end(options->progress);
    g_autofree char *counters = g_strdup_printf(
        "{\"rows\": %zu, \"events\": %zu, \"refused\": %s, \"promoted\": %s}", summary->rows,
        summary->events, summary->refused ? "true" : "false", summary->promoted ? "true" : "false");
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
