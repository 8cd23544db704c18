/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/job.h"
#include "core/progress.h"
#include "scoring/facts.h"
#include "scoring/hazard.h"
#include "scoring/metric_internal.h"
#include "sql/scoring.h"

enum { HISTORY_MIN_DAYS = 56, EVENTS_MIN = 50, DAYS_MAX = 600 };

struct model_section {
    struct model_config {
        int horizon_days, min_events;
        double *ridge;
        char **features;
        uint32_t features_count;
    } * model;
};

static const cyaml_schema_value_t feature_name = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 100)};

static const cyaml_schema_field_t model_fields[] = {
    CYAML_FIELD_INT("horizon_days", CYAML_FLAG_OPTIONAL, struct model_config, horizon_days),
    CYAML_FIELD_INT("min_events", CYAML_FLAG_OPTIONAL, struct model_config, min_events),
    CYAML_FIELD_FLOAT_PTR("ridge", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_config,
                          ridge),
    CYAML_FIELD_SEQUENCE("features", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct model_config,
                         features, &feature_name, 1, 1000),
    CYAML_FIELD_END};

struct panel {
    const struct metric_set *set;
    struct arena *arena;
    int32_t until;
    int horizon, min_events;
    double ridge;
    const bool *chosen; /* by metric: may it be a feature? */
    const struct metric_life *life;
    size_t n_lives;
    GArray *value, *y, *as_of; /* double, double, int32_t */
    size_t events;
    struct progress *progress;
};

static bool choose_features(struct panel *p, const struct model_config *c, GError **err)
{
    bool *chosen = arena_many(p->arena, metric_count(p->set) + 1, bool);
    for (size_t m = 0; m < metric_count(p->set); m++)
        chosen[m] = c->features_count == 0;
    for (uint32_t i = 0; i < c->features_count; i++) {
        int m = metric_index(p->set, c->features[i]);
        if (m < 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "kenko.yaml: model.features: there is no metric '%s' in metrics.yaml",
                           c->features[i]);
        chosen[m] = true;
    }
    p->chosen = chosen;
    return true;
}

static bool load_options(struct config *config, struct panel *p, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("model", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct model_section, model, model_fields);
    struct model_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct model_config none = {0}, *c = section.model ? section.model : &none;
    p->horizon = c->horizon_days ? c->horizon_days : 30;
    p->min_events = c->min_events ? c->min_events : EVENTS_MIN;
    p->ridge = c->ridge ? *c->ridge : 1;
    if (p->horizon < 7 || p->horizon > 366 || p->ridge < 0 || p->min_events < EVENTS_MIN)
        return config_refuse(config, err, "model",
                             "model wants horizon_days 7 to 366, ridge >= 0, min_events >= 50");
    return choose_features(p, c, err);
}

/* 1 = churned within the horizon, 0 = stayed, -1 = not a life that holds the day. */
static int outcome(const struct panel *p, size_t account, int32_t as_of)
{
    size_t low = 0, high = p->n_lives;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (p->life[mid].account < account)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < p->n_lives && p->life[low].account == account; low++) {
        const struct metric_life *life = &p->life[low];
        if (life->from < as_of && as_of < life->to)
            return life->to != INT32_MAX && life->to <= as_of + p->horizon;
    }
    return -1;
}

static bool on_frame(void *context, const struct metric_frame *frame, GError **err)
{
    struct panel *p = context;
    progress_pass(p->progress, 1);
    if (!p->life) {
        struct metric_life *lives;
        if (!metric_lives(p->arena, p->set, frame->facts, p->until, &lives, &p->n_lives, err))
            return false;
        p->life = lives;
    }
    for (size_t a = 0; a < frame->n_accounts; a++) {
        int churned = frame->is_customer[a] ? outcome(p, a, frame->as_of) : -1;
        if (churned < 0)
            continue;
        for (size_t m = 0; m < frame->n_metrics; m++) {
            /* A column without any value never becomes a feature. */
            double v = p->chosen[m] ? frame->value[m * frame->n_accounts + a] : NAN;
            g_array_append_val(p->value, v);
        }
        double y = churned;
        g_array_append_val(p->y, y);
        g_array_append_val(p->as_of, frame->as_of);
        p->events += (size_t)churned;
    }
    return true;
}

/* Days a horizon apart, the last one early enough that its outcome was sure by `until`. */
static size_t panel_days(const struct panel *p, int32_t first, int32_t out[DAYS_MAX])
{
    int32_t last = p->until - p->horizon - metric_churn_delay(p->set) - 1;
    size_t n = 0;
    for (int32_t day = last; day >= first && n < DAYS_MAX; day -= p->horizon)
        out[n++] = day;
    for (size_t i = 0; i < n / 2; i++) {
        int32_t swap = out[i];
        out[i] = out[n - 1 - i];
        out[n - 1 - i] = swap;
    }
    return n;
}

static bool build_panel(struct db *db, const struct zone *zone, struct panel *p, int64_t known_no,
                        int32_t *days, size_t *n_days, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_range_row range;
    int32_t whole;
    if (!q_span_range(arena, db, &range, err) || !metric_whole_from(db, p->set, zone, &whole, err))
        return false;
    int32_t first = range.first_month_is_null ? p->until : range.first_month + HISTORY_MIN_DAYS;
    first = MAX(first, whole);
    *n_days = panel_days(p, first, days);
    if (*n_days == 0)
        return true;
    /* One more day at the end, so that facts are read up to `until` for the outcomes. */
    days[*n_days] = p->until;
    progress_begin(p->progress, "collecting", "days", PROGRESS_ITEMS, (int64_t)*n_days + 1);
    return metric_compute(db, p->set, zone, days, *n_days + 1, known_no, on_frame, p, err);
}

/* The last frame (day `until`) has no outcome yet: outcome() saw lives that hold it as staying. */
static void drop_last_day(struct panel *p)
{
    guint keep = 0;
    while (keep < p->as_of->len && g_array_index(p->as_of, int32_t, keep) != p->until)
        keep++;
    g_array_set_size(p->as_of, keep);
    g_array_set_size(p->y, keep);
    p->events = 0;
    for (guint i = 0; i < keep; i++)
        p->events += g_array_index(p->y, double, i) > 0.5;
}

/* Usage that churn is defined by: a long silence is near its end, not told by it. Usage is dated by
 * day, so its windows cannot reach behind the as-of day. */
static bool defines_churn(const struct metric_set *set, size_t metric)
{
    const struct metric *m = &set->metric[metric];
    return set->churn == CHURN_INACTIVITY &&
           (m->usage == set->churn_usage || m->total == set->churn_usage);
}

/* A schedule tells when a contract is due, and few others can churn: only when all that are due
 * churn does it tell whether, as an end date does that is filled in on cancellation. */
static bool schedule_tells(const struct panel *p, const struct hazard_panel *h, size_t metric)
{
    double due = 0, churned = 0;
    for (size_t i = 0; i < h->n; i++) {
        double v = h->value[i * h->n_metrics + metric];
        if (isnan(v) || v <= 0 || v > p->horizon)
            continue;
        due++;
        churned += h->y[i];
    }
    return due >= 20 && churned > 0.95 * due;
}

static const char *find_leak(const struct panel *p, const struct hazard_panel *h,
                             struct arena *arena)
{
    double *score = arena_many(arena, h->n + 1, double);
    for (size_t m = 0; m < h->n_metrics; m++) {
        for (size_t i = 0; i < h->n; i++) {
            double v = h->value[i * h->n_metrics + m];
            score[i] = isnan(v) ? -1e300 : v;
        }
        double auc = evaluate_auc(arena, score, h->y, h->n);
        if ((auc <= 0.95 && auc >= 0.05) || defines_churn(p->set, m))
            continue;
        if (p->set->metric[m].kind == KIND_DAYS_TO_RENEWAL && !schedule_tells(p, h, m))
            continue;
        return metric_info(p->set, m)->name;
    }
    return NULL;
}

static bool evaluate(struct panel *p, const struct hazard_panel *h, const int32_t *days,
                     size_t n_days, struct evaluation *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    int32_t test_from = days[n_days - MAX(1, n_days / 4)];
    int32_t train_before = test_from - p->horizon - metric_churn_delay(p->set);
    uint8_t *use = arena_many(arena, h->n + 1, uint8_t);
    double *risk = arena_many(arena, h->n + 1, double), *y = arena_many(arena, h->n + 1, double);
    for (size_t i = 0; i < h->n; i++)
        use[i] = h->as_of[i] <= train_before;
    struct hazard_model *model = hazard_fit(arena, p->set, h, use, p->horizon, p->ridge, err);
    if (!model)
        return false;
    size_t n = 0;
    for (size_t i = 0; i < h->n; i++) {
        struct hazard_risk r;
        if (h->as_of[i] < test_from)
            continue;
        hazard_predict(model, h->value + i * h->n_metrics, p->horizon, &r, NULL);
        risk[n] = r.p;
        y[n++] = h->y[i];
    }
    evaluate_probabilities(arena, risk, y, n, out);
    return true;
}

static char *evaluation_json(const struct evaluation *e)
{
    const struct {
        const char *name;
        double v;
    } rows[] = {{"auc", e->auc},
                {"auc_low", e->auc_low},
                {"auc_high", e->auc_high},
                {"log_loss", e->log_loss},
                {"base_log_loss", e->base_log_loss},
                {"brier", e->brier},
                {"ece", e->ece},
                {"slope", e->slope},
                {"intercept", e->intercept},
                {"lift", e->lift},
                {"rows", (double)e->n},
                {"events", (double)e->events}};
    GString *out = g_string_new("{");
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_ascii_formatd(text, sizeof text, "%.6g", rows[i].v);
        g_string_append_printf(out, "%s\"%s\": %s", i ? ", " : "", rows[i].name,
                               isfinite(rows[i].v) ? text : "null");
    }
    g_string_append_c(out, '}');
    return g_string_free(out, FALSE);
}

struct store {
    const struct job *job;
    const struct panel *p;
    const struct hazard_model *model; /* NULL: a refusal */
    const struct train_summary *summary;
    int64_t known_no;
};

static bool store_body(struct db *db, void *context, GError **err)
{
    const struct store *s = context;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *body = s->model ? hazard_save(s->model) : g_strdup("{}");
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
    g_autofree char *evaluation =
        s->model ? evaluation_json(&s->summary->held_out) : g_strdup("{}");
    struct q_model_put_params params = {.state = s->model ? "active" : "refused",
                                        .horizon_days = s->p->horizon,
                                        .trained_as_of = s->p->until,
                                        .known_no = s->known_no,
                                        .sha256 = sha,
                                        .body = body,
                                        .evaluation = evaluation,
                                        .rows_used = (int64_t)s->summary->rows,
                                        .events_used = (int64_t)s->summary->events,
                                        .message = s->summary->message};
    struct q_model_put_row row;
    if (!job_fence_check(db, s->job, err) || !q_model_retire(db, NULL, err) ||
        !q_model_put(arena, db, &params, &row, err))
        return false;
    for (size_t f = 0; s->model && f < hazard_features(s->model); f++) {
        const struct metric_info *info = metric_info(s->p->set, hazard_feature_metric(s->model, f));
        if (!q_feature_put(db, row.model_id, (int32_t)f + 1, info->name, info->label, info->unit,
                           info->sentence, NULL, err))
            return false;
    }
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
                   "%zu account-periods, %zu churned; held-out AUC %.3f (%.3f to %.3f)", s->rows,
                   s->events, e->auc, e->auc_low, e->auc_high);
}

static struct hazard_model *fit(struct panel *p, const int32_t *days, size_t n_days,
                                struct train_summary *summary, struct arena *arena)
{
    g_autoptr(GError) why = NULL;
    struct hazard_panel h = {.n = p->y->len,
                             .n_metrics = metric_count(p->set),
                             .value = (const double *)(void *)p->value->data,
                             .y = (const double *)(void *)p->y->data,
                             .as_of = (const int32_t *)(void *)p->as_of->data};
    const char *leak = p->events >= (size_t)p->min_events ? find_leak(p, &h, arena) : NULL;
    struct hazard_model *model = NULL;
    summary->refused = true;
    if (p->events < (size_t)p->min_events)
        g_snprintf(summary->message, sizeof summary->message,
                   "only %zu churn events, want at least %d: the scorecard alone speaks", p->events,
                   p->min_events);
    else if (leak)
        g_snprintf(
            summary->message, sizeof summary->message,
            "the metric %s alone tells nearly every churn (AUC above 0.95): it knows the outcome",
            leak);
    else if (!evaluate(p, &h, days, n_days, &summary->held_out, &why) ||
             !(model = hazard_fit(arena, p->set, &h, NULL, p->horizon, p->ridge, &why)))
        g_snprintf(summary->message, sizeof summary->message, "no model: %s", why->message);
    else {
        summary->refused = false;
        praise(summary);
    }
    return model;
}

static bool train(struct db *db, const struct job *job, struct config *config,
                  const struct train_options *options, struct train_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct panel p = {.set = zone ? metric_set_load(arena, config, err) : NULL,
                      .arena = arena,
                      .until = options->as_of,
                      .progress = options->progress};
    if (!p.set || !load_options(config, &p, err))
        return false;
    struct q_known_take_row known;
    if (!db_begin(db, err) || !q_known_take(arena, db, &known, err) || !db_commit(db, err))
        return false;
    int64_t known_no = options->known_no >= 0 ? options->known_no : known.commit_no;
    if (known_no > known.commit_no)
        return err_set(err, KENKO_ERROR_USAGE,
                       "--known-at is %" G_GINT64_FORMAT
                       ", beyond the newest commit number %" G_GINT64_FORMAT,
                       known_no, known.commit_no);
    int32_t days[DAYS_MAX + 1];
    size_t n_days;
    p.value = g_array_new(FALSE, FALSE, sizeof(double));
    p.y = g_array_new(FALSE, FALSE, sizeof(double));
    p.as_of = g_array_new(FALSE, FALSE, sizeof(int32_t));
    bool ok = db_begin_snapshot(db, err) && build_panel(db, zone, &p, known_no, days, &n_days, err);
    db_rollback(db);
    if (ok) {
        drop_last_day(&p);
        progress_begin(p.progress, "fitting", "", PROGRESS_ITEMS, 0);
        summary->rows = p.y->len;
        summary->events = p.events;
        struct store store = {job, &p, fit(&p, days, n_days, summary, arena), summary, known_no};
        ok = db_transact(db, 3, store_body, &store, err);
    }
    g_array_free(p.value, TRUE);
    g_array_free(p.y, TRUE);
    g_array_free(p.as_of, TRUE);
    return ok;
}

bool train_run(struct db *db, const char *dsn, struct config *config,
               const struct train_options *options, struct train_summary *summary, GError **err)
{
    *summary = (struct train_summary){0};
    struct job *job = job_begin(db, dsn, "train", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok = train(db, job, config, options, summary, &failure);
    progress_end(options->progress);
    g_autofree char *counters =
        g_strdup_printf("{\"rows\": %zu, \"events\": %zu, \"refused\": %s}", summary->rows,
                        summary->events, summary->refused ? "true" : "false");
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
