/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How results become rows, digests and the published pointer. */
#include <math.h>
#include <string.h>

#include "core/fault.h"
#include "core/migrate.h"
#include "scoring/score_internal.h"
#include "sql/scoring.h"

void score_digest_number(GChecksum *sum, double value)
{
    uint64_t bits;
    if (isnan(value))
        value = NAN;
    memcpy(&bits, &value, sizeof bits);
    bits = GUINT64_TO_LE(isnan(value) ? UINT64_C(0x7ff8000000000000) : bits);
    g_checksum_update(sum, (const guchar *)&bits, sizeof bits);
}

static void digest_result(GChecksum *sum, const struct scoring *s, const struct result *r)
{
    const struct health *h = &r->health;
    const char *key = s->account_key[r->account];
    g_checksum_update(sum, (const guchar *)key, (gssize)strlen(key) + 1);
    g_checksum_update(sum, (const guchar *)r->band, (gssize)strlen(r->band) + 1);
    const int64_t numbers[] = {h->is_known,    h->health_bp,    h->lower_bp, h->upper_bp,
                               h->coverage_bp, h->effective_bp, r->has_risk, r->p,
                               r->low,         r->high,         r->arr_minor};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        score_digest_number(sum, (double)numbers[i]);
    for (size_t i = 0; i < s->card->n_measures; i++) {
        score_digest_number(sum, h->measure_bp[i]);
        score_digest_number(sum, h->contribution_bp[i]);
    }
}

static bool put_result(const struct scoring *s, struct db_copy *copy, const struct day *day,
                       int64_t run_id, const struct result *r, GError **err)
{
    const struct health *h = &r->health;
    size_t n = s->card->n_measures;
    bool value_null[SCORECARD_MEASURES_MAX], bp_null[SCORECARD_MEASURES_MAX];
    const char *quality[SCORECARD_MEASURES_MAX];
    for (size_t i = 0; i < n; i++) {
        value_null[i] = isnan(r->value[i]);
        bp_null[i] = h->measure_bp[i] < 0;
        quality[i] = metric_quality_name((enum metric_quality)r->quality[i]);
    }
    size_t features = s->model ? hazard_features(s->model) + 1 : 0;
    struct q_score_copy_row row = {.account_id = s->account_id[r->account],
                                   .as_of = day->as_of,
                                   .run_id = run_id,
                                   .scorecard_id = s->scorecard_id,
                                   .health_bp = h->health_bp,
                                   .health_bp_is_null = !h->is_known,
                                   .lower_bp = h->lower_bp,
                                   .upper_bp = h->upper_bp,
                                   .raw_band = h->band,
                                   .band = r->band,
                                   .coverage_bp = h->coverage_bp,
                                   .effective_bp = h->effective_bp,
                                   .effective_bp_is_null = !h->is_known,
                                   .p_churn_1e9 = r->p,
                                   .p_churn_1e9_is_null = !r->has_risk,
                                   .p_lower_1e9 = r->low,
                                   .p_lower_1e9_is_null = !r->has_risk,
                                   .p_upper_1e9 = r->high,
                                   .p_upper_1e9_is_null = !r->has_risk,
                                   .risk_percentile_bp = r->percentile_bp,
                                   .risk_percentile_bp_is_null = !r->has_risk,
                                   .arr_minor = r->arr_minor,
                                   .renewal_on = r->renewal_on,
                                   .renewal_on_is_null = r->renewal_on == INT32_MIN,
                                   .metric_value = {n, r->value, value_null},
                                   .metric_quality = {n, quality, NULL},
                                   .measure_bp = {n, h->measure_bp, bp_null},
                                   .contribution_bp = {n, h->contribution_bp, NULL},
                                   .lost_bp = {n, h->lost_bp, NULL},
                                   .risk_contribution = {features, r->contribution, NULL},
                                   .risk_contribution_is_null = !r->has_risk};
    return q_score_copy_put(copy, &row, err);
}

static bool write_rows(const struct scoring *s, const struct day *day, int64_t run_id,
                       int64_t *unknown, char output[65], GError **err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    struct db_copy *copy = q_score_copy_begin(s->db, err);
    if (!copy)
        return false;
    *unknown = 0;
    for (size_t i = 0; i < day->n; i++) {
        *unknown += strcmp(day->result[i].band, "Unknown") == 0;
        digest_result(sum, s, &day->result[i]);
        if (!put_result(s, copy, day, run_id, &day->result[i], err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    g_strlcpy(output, g_checksum_get_string(sum), 65);
    return db_copy_end(copy, NULL, err);
}

static bool write_recent(const struct scoring *s, GError **err)
{
    if (!q_usage_recent_clear(s->db, NULL, err))
        return false;
    struct db_copy *copy = q_usage_recent_copy_begin(s->db, err);
    for (guint i = 0; copy && i < s->recent->len; i++) {
        const struct recent *r = &g_array_index(s->recent, struct recent, i);
        struct q_usage_recent_copy_row row = {.account_id = s->account_id[r->account],
                                              .metric = metric_usage_name(s->metrics, r->usage),
                                              .day = r->day,
                                              .account_key = s->account_key[r->account],
                                              .unit = "",
                                              .value = r->value};
        if (!q_usage_recent_copy_put(copy, &row, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

static bool write_day(struct scoring *s, const struct day *day, struct score_summary *summary,
                      GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_run_begin_params params = {.job_run_id = job_run_id(s->job),
                                        .as_of = day->as_of,
                                        .known_no = s->known_no,
                                        .known_at = s->known_at,
                                        .config_sha256 = s->config_sha256,
                                        .version = KENKO_VERSION,
                                        .scorecard_id = s->scorecard_id,
                                        .model_id = s->model_id,
                                        .model_id_is_null = !s->model,
                                        .model_message = s->model_message};
    struct q_run_begin_row run;
    int64_t unknown;
    if (!q_run_begin(arena, s->db, &params, &run, err) ||
        !write_rows(s, day, run.run_id, &unknown, summary->output_sha256, err) ||
        !q_run_finish(s->db, run.run_id, day->input, summary->output_sha256, (int64_t)day->n,
                      unknown, NULL, err))
        return false;
    if (s->options->publish && !q_run_publish(s->db, day->as_of, run.run_id, NULL, err))
        return false;
    g_strlcpy(summary->input_sha256, day->input, sizeof summary->input_sha256);
    summary->accounts = day->n;
    summary->unknown = (size_t)unknown;
    summary->runs++;
    return true;
}

bool score_write_body(struct db *db, void *context, GError **err)
{
    struct write *w = context;
    struct scoring *s = w->s;
    w->summary->runs = 0;
    if (!job_fence_check(db, s->job, err) ||
        !migrate_partitions(db, "score.account_score", s->day[0].as_of, s->day[s->n_days - 1].as_of,
                            err))
        return false;
    for (size_t i = 0; i < s->n_days; i++) {
        if (!write_day(s, &s->day[i], w->summary, err))
            return false;
    }
    if (fault_hit("before_publish"))
        return err_set(err, KENKO_ERROR_BUG, "injected before_publish");
    return !s->options->publish || (write_recent(s, err) && q_published_notify(db, NULL, err));
}
