/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/score_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "core/job.h"
#include "core/migrate.h"
#include "scoring/facts.h"
#include "scoring/hazard.h"
#include "sql/scoring.h"

struct score_section {
    struct score_config {
        char *scorecard, *every;
        int band_days;
    } * score;
};

static const cyaml_schema_field_t score_fields[] = {
    CYAML_FIELD_STRING_PTR("scorecard", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                           struct score_config, scorecard, 1, 100),
    CYAML_FIELD_STRING_PTR("every", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct score_config,
                           every, 1, 10),
    CYAML_FIELD_INT("band_days", CYAML_FLAG_OPTIONAL, struct score_config, band_days),
    CYAML_FIELD_END};

static void risk_of(const struct scoring *s, const struct metric_frame *f, size_t a,
                    struct result *r)
{
    if (!s->model)
        return;
    double *value = arena_many(s->arena, f->n_metrics, double);
    struct hazard_risk risk;
    for (size_t m = 0; m < f->n_metrics; m++)
        value[m] = f->value[m * f->n_accounts + a];
    r->contribution = arena_many(s->arena, hazard_features(s->model) + 1, double);
    hazard_predict(s->model, value, RISK_DAYS, &risk, r->contribution);
    r->has_risk = true;
    r->p = llround(risk.p * 1e9);
    r->low = MIN(llround(risk.low * 1e9), r->p);
    r->high = MAX(llround(risk.high * 1e9), r->p);
}

static void health_of(const struct scoring *s, const struct metric_frame *f, size_t a,
                      double *value, uint8_t *quality, struct health *out)
{
    double *metric_value = arena_many(s->arena, f->n_metrics, double);
    for (size_t m = 0; m < f->n_metrics; m++)
        metric_value[m] = f->value[m * f->n_accounts + a];
    for (size_t i = 0; i < s->card->n_measures; i++) {
        size_t m = (size_t)s->card->measure[i].metric;
        value[i] = f->value[m * f->n_accounts + a];
        quality[i] = f->quality[m * f->n_accounts + a];
    }
    health_compute(s->card, value, quality, metric_value, out);
}

/* Keep the day's health for later bands; days lie one apart, the ring holds band_days. */
static struct health *remember(struct scoring *s, int32_t as_of, size_t account)
{
    size_t slot = (size_t)as_of % (size_t)s->band_days;
    s->history_day[slot] = as_of;
    return &s->history[slot * s->n_accounts + account];
}

static const char *band_of(const struct scoring *s, int32_t as_of, size_t account)
{
    const struct health *days[BAND_DAYS_MAX];
    size_t n = 0;
    for (int32_t day = as_of - s->band_days + 1; day <= as_of; day++) {
        size_t slot = (size_t)day % (size_t)s->band_days;
        const struct health *h = &s->history[slot * s->n_accounts + account];
        if (s->history_day[slot] == day && h->band)
            days[n++] = h;
    }
    return health_band(s->card, days, n);
}

static int compare_risk(const void *a, const void *b)
{
    const struct result *const *x = a, *const *y = b;
    return ((*x)->p > (*y)->p) - ((*x)->p < (*y)->p);
}

/* Share of accounts with a lower risk. */
static void percentiles(const struct scoring *s, struct day *day)
{
    struct result **order = arena_many(s->arena, day->n + 1, struct result *);
    for (size_t i = 0; i < day->n; i++)
        order[i] = &day->result[i];
    qsort(order, day->n, sizeof *order, compare_risk);
    for (size_t i = 0, lower = 0; i < day->n; i++) {
        if (i > 0 && order[i]->p != order[i - 1]->p)
            lower = i;
        order[i]->percentile_bp = (int)(lower * 10000 / day->n);
    }
}

static void digest_input(const struct metric_frame *f, struct day *day)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (size_t a = 0; a < f->n_accounts; a++) {
        if (!f->is_customer[a])
            continue;
        g_checksum_update(sum, (const guchar *)f->account_key[a],
                          (gssize)strlen(f->account_key[a]) + 1);
        score_digest_number(sum, (double)f->arr_minor[a]);
        score_digest_number(sum, f->renewal_on[a]);
        for (size_t m = 0; m < f->n_metrics; m++) {
            score_digest_number(sum, f->value[m * f->n_accounts + a]);
            g_checksum_update(sum, &f->quality[m * f->n_accounts + a], 1);
        }
    }
    g_strlcpy(day->input, g_checksum_get_string(sum), sizeof day->input);
}

static void keep_recent(struct scoring *s, const struct metric_frame *f)
{
    struct recent row = {0};
    for (row.usage = 0; row.usage < metric_usage_count(s->metrics); row.usage++) {
        for (size_t a = 0; a < f->n_accounts; a++) {
            if (!f->is_customer[a])
                continue;
            row.account = (uint32_t)a;
            for (row.day = f->as_of - RECENT_DAYS; row.day < f->as_of; row.day++) {
                row.value = facts_value(f->facts, a, row.usage, row.day);
                if (!isnan(row.value))
                    g_array_append_val(s->recent, row);
            }
        }
    }
}

static void start(struct scoring *s, const struct metric_frame *f)
{
    s->n_accounts = f->n_accounts;
    s->account_id = g_memdup2(f->account_id, (f->n_accounts + 1) * sizeof *f->account_id);
    s->account_key = arena_many(s->arena, f->n_accounts + 1, const char *);
    for (size_t a = 0; a < f->n_accounts; a++)
        s->account_key[a] = arena_strdup(s->arena, f->account_key[a]);
    s->history = g_new0(struct health, (size_t)s->band_days * f->n_accounts + 1);
}

static struct day *asked_day(struct scoring *s, int32_t as_of)
{
    for (size_t i = 0; i < s->n_days; i++) {
        if (s->day[i].as_of == as_of)
            return &s->day[i];
    }
    return NULL;
}

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    (void)err;
    struct scoring *s = context;
    if (!s->history)
        start(s, f);
    struct day *day = asked_day(s, f->as_of);
    if (day)
        day->result = arena_many(s->arena, f->n_accounts + 1, struct result);
    for (size_t a = 0; a < f->n_accounts; a++) {
        struct result scratch, *r = day ? &day->result[day->n] : &scratch;
        struct health *kept = remember(s, f->as_of, a);
        *kept = (struct health){0};
        if (!f->is_customer[a])
            continue;
        *r = (struct result){
            .account = (uint32_t)a, .arr_minor = f->arr_minor[a], .renewal_on = f->renewal_on[a]};
        health_of(s, f, a, r->value, r->quality, &r->health);
        *kept = r->health;
        if (!day)
            continue;
        r->band = band_of(s, f->as_of, a);
        risk_of(s, f, a, r);
        day->n++;
    }
    if (!day)
        return true;
    digest_input(f, day);
    if (s->model)
        percentiles(s, day);
    if (s->options->publish && f->as_of == s->day[s->n_days - 1].as_of)
        keep_recent(s, f);
    return true;
}

/* The days to compute: each day asked with the band_days - 1 before it. */
static int32_t *expand_days(const struct scoring *s, size_t *n)
{
    int32_t *out = arena_many(s->arena, s->n_days * (size_t)s->band_days + 1, int32_t);
    *n = 0;
    for (size_t i = 0; i < s->n_days; i++) {
        for (int back = s->band_days - 1; back >= 0; back--) {
            int32_t day = s->day[i].as_of - back;
            if (*n == 0 || day > out[*n - 1])
                out[(*n)++] = day;
        }
    }
    return out;
}

static bool put_scorecard(struct db *db, void *context, GError **err)
{
    struct scoring *s = context;
    const struct scorecard *card = s->card;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *all = g_strconcat(card->text, "\n--\n", metric_text(s->metrics), NULL);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
    struct q_scorecard_find_row row;
    g_strlcpy(s->config_sha256, sha, sizeof s->config_sha256);
    if (!q_scorecard_put(db, card->name, sha, card->text, card->label, NULL, err) ||
        !q_scorecard_find(arena, db, card->name, sha, &row, err))
        return false;
    s->scorecard_id = row.scorecard_id;
    for (size_t i = 0; i < card->n_measures; i++) {
        const struct scorecard_measure *m = &card->measure[i];
        const struct metric_info *info = metric_info(s->metrics, (size_t)m->metric);
        struct q_measure_put_params params = {.scorecard_id = row.scorecard_id,
                                              .ordinal = (int32_t)i + 1,
                                              .name = m->name,
                                              .label = m->label,
                                              .group_name = card->group[m->group].name,
                                              .group_label = card->group[m->group].label,
                                              .metric = info->name,
                                              .unit = info->unit,
                                              .direction = info->direction,
                                              .weight = m->weight,
                                              .sentence = info->sentence};
        if (!q_measure_put(db, &params, NULL, err))
            return false;
    }
    return true;
}

static bool load_model(struct scoring *s, GError **err)
{
    struct q_model_active_row row;
    struct q_model_message_row message;
    bool found;
    s->model_message = "";
    if (!q_model_active(s->arena, s->db, &row, &found, err))
        return false;
    if (found) {
        g_autoptr(GError) stale = NULL;
        s->model_id = row.model_id;
        s->model = hazard_load(s->arena, s->metrics, row.body, &stale);
        if (!s->model)
            s->model_message = arena_strdup(s->arena, stale->message);
        return true;
    }
    if (!q_model_message(s->arena, s->db, &message, &found, err))
        return false;
    s->model_message = found ? message.message : "no model was trained yet (kenko train)";
    return true;
}

static bool prepare(struct scoring *s, struct config *config, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("score", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct score_section, score, score_fields);
    struct score_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const char *name =
        section.score && section.score->scorecard ? section.score->scorecard : "default";
    s->band_days = section.score && section.score->band_days ? section.score->band_days : 3;
    if (s->band_days < 1 || s->band_days > BAND_DAYS_MAX)
        return err_set(err, KENKO_ERROR_CONFIG, "kenko.yaml: score.band_days is %d, want 1 to %d",
                       s->band_days, BAND_DAYS_MAX);
    s->zone = zone_open(config_time_zone(config), err);
    if (!s->zone || !(s->metrics = metric_set_load(s->arena, config, err)) ||
        !(s->card = scorecard_load(s->arena, config, s->metrics,
                                   s->options->scorecard ? s->options->scorecard : name, err)))
        return false;
    struct q_known_take_row known;
    if (!db_begin(s->db, err) || !q_known_take(s->arena, s->db, &known, err) ||
        !db_commit(s->db, err))
        return false;
    s->known_no = s->options->known_no >= 0 ? s->options->known_no : known.commit_no;
    s->known_at = known.at;
    if (s->known_no > known.commit_no)
        return err_set(err, KENKO_ERROR_USAGE,
                       "--known-at is %" G_GINT64_FORMAT
                       ", beyond the newest commit number %" G_GINT64_FORMAT,
                       s->known_no, known.commit_no);
    return load_model(s, err) && db_transact(s->db, 3, put_scorecard, s, err);
}

static bool compute(struct scoring *s, GError **err)
{
    size_t n;
    s->n_days = s->options->n_as_of;
    s->day = arena_many(s->arena, s->n_days + 1, struct day);
    for (size_t i = 0; i < s->n_days; i++)
        s->day[i].as_of = s->options->as_of[i];
    int32_t *days = expand_days(s, &n);
    bool ok = db_begin_snapshot(s->db, err) &&
              metric_compute(s->db, s->metrics, s->zone, days, n, s->known_no, on_frame, s, err);
    db_rollback(s->db);
    return ok;
}

static bool run(struct scoring *s, struct config *config, struct score_summary *summary,
                GError **err)
{
    struct write w = {s, summary};
    if (s->options->n_as_of == 0)
        return err_set(err, KENKO_ERROR_USAGE, "no day to score");
    bool ok = prepare(s, config, err) && compute(s, err) &&
              db_transact(s->db, 3, score_write_body, &w, err);
    summary->known_no = s->known_no;
    zone_close(s->zone);
    g_free(s->history);
    g_free((gpointer)(uintptr_t)s->account_id);
    return ok;
}

bool score_run(struct db *db, const char *dsn, struct config *config,
               const struct score_options *options, struct score_summary *summary, GError **err)
{
    *summary = (struct score_summary){0};
    struct job *job = job_begin(db, dsn, "score", err);
    if (!job)
        return false;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) recent = g_array_new(FALSE, FALSE, sizeof(struct recent));
    struct scoring s = {.db = db, .job = job, .arena = arena, .options = options, .recent = recent};
    g_autoptr(GError) failure = NULL;
    bool ok = run(&s, config, summary, &failure);
    g_autofree char *counters =
        g_strdup_printf("{\"runs\": %zu, \"accounts\": %zu, \"unknown\": %zu}", summary->runs,
                        summary->accounts, summary->unknown);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
