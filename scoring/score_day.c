/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One day of metrics becomes results: health, band, risk, percentile, and the digest of the input.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/progress.h"
#include "core/stop.h"
#include "scoring/facts_attribute.h"
#include "scoring/score_internal.h"

/* What the slices of a day's accounts share. */
struct pass {
    struct scoring *s;
    const struct metric_frame *frame;
    struct score_day *day; /* NULL: of a day before, for the band alone */
    double *value;         /* metrics of customers, row by row */
    const size_t *place;   /* by account: how many customers come before */
};

/* Keep the day's health for later bands; days lie one apart, the ring holds band_days. */
static void remember(struct scoring *s, const struct metric_frame *f, size_t account,
                     struct health_band_day health)
{
    size_t slot = (size_t)f->as_of % (size_t)s->band_days;
    s->history[slot * f->n_accounts + account] = health;
}

static const char *band_of(const struct scoring *s, const struct metric_frame *f, size_t account,
                           struct health_engine *engine)
{
    const struct health_band_day *days[SCORE_BAND_DAYS_MAX];
    size_t n = 0;
    for (int32_t day = f->as_of - s->band_days + 1; day <= f->as_of; day++) {
        size_t slot = (size_t)day % (size_t)s->band_days;
        const struct health_band_day *h = &s->history[slot * f->n_accounts + account];
        if (s->history_day[slot] == day && h->band)
            days[n++] = h;
    }
    return health_band(s->champion.card, health_engine_pool(engine), days, n);
}

/* NULL when no element is. */
static const bool *nulls(struct arena *arena, size_t n, const bool *is_null)
{
    return memchr(is_null, true, n) ? memcpy(arena_many(arena, n, bool), is_null, n) : NULL;
}

/* Risk and interval in 1e-9, the interval around the risk; all null when there is none. */
static void fill_spans(struct arena *arena, const struct hazard_risk *risk,
                       struct q_score_copy_row *row)
{
    int32_t *v = arena_many(arena, SCORE_RISKS * 3, int32_t);
    bool missing[SCORE_RISKS * 3];
    for (int r = 0; r < SCORE_RISKS; r++) {
        bool none = isnan(risk[r].p);
        int32_t *of = v + r * 3;
        missing[r * 3] = missing[r * 3 + 1] = missing[r * 3 + 2] = none;
        of[0] = none ? 0 : (int32_t)lround(risk[r].p * 1e9);
        of[1] = none ? 0 : MIN((int32_t)lround(risk[r].low * 1e9), of[0]);
        of[2] = none ? 0 : MAX((int32_t)lround(risk[r].high * 1e9), of[0]);
    }
    row->risk_1e9 = (struct db_ints){SCORE_RISKS * 3, v, nulls(arena, SCORE_RISKS * 3, missing)};
}

/* Risks of all customers of the day at once; `value` has their metrics, row by row. */
static void fill_risks(const struct scoring *s, const double *value, struct score_day *day)
{
    size_t q = hazard_features(s->model) + 1, n_metrics = metric_count(s->metrics);
    const int days[] = {30, 180, HAZARD_AT_RENEWAL, HAZARD_STAY, RISK_DAYS}; /* as score_risk */
    enum { SPANS = G_N_ELEMENTS(days) };
    struct hazard_risk *all = arena_many(day->arena, day->n * SPANS + 1, struct hazard_risk);
    double *contribution = arena_many(day->arena, day->n * q + 1, double);
    double *feature = arena_many(day->arena, day->n * q + 1, double);
    bool *missing = arena_many(day->arena, day->n * q + 1, bool);
    hazard_predict(s->model, value, day->n, days, SPANS, all, contribution);
    for (size_t i = 0; i < day->n; i++) {
        struct q_score_copy_row *row = &day->result[i];
        const struct hazard_risk *risk = &all[i * SPANS + SCORE_RISKS];
        row->p_churn_1e9_is_null = row->p_lower_1e9_is_null = row->p_upper_1e9_is_null =
            row->risk_percentile_bp_is_null = row->risk_contribution_is_null =
                row->risk_value_is_null = row->risk_1e9_is_null = false;
        row->p_churn_1e9 = llround(risk->p * 1e9);
        row->p_lower_1e9 = MIN(llround(risk->low * 1e9), row->p_churn_1e9);
        row->p_upper_1e9 = MAX(llround(risk->high * 1e9), row->p_churn_1e9);
        fill_spans(day->arena, &all[i * SPANS], row);
        row->risk_contribution = (struct db_doubles){q, contribution + i * q, NULL};
        for (size_t f = 0; f + 1 < q; f++) {
            feature[i * q + f] = value[i * n_metrics + hazard_feature_metric(s->model, f)];
            missing[i * q + f] = isnan(feature[i * q + f]);
        }
        row->risk_value =
            (struct db_doubles){q - 1, feature + i * q, nulls(day->arena, q - 1, missing + i * q)};
    }
}

/* Does the model speak on this day? Of a day after its training its customers must still be like
 * those it was judged on; else the scorecard speaks alone. */
static bool may_speak(const struct scoring *s, const double *value, struct score_day *day)
{
    struct drift_report report;
    day->message = s->model_message;
    if (!s->model || !s->drift || day->frame->as_of < s->trained_as_of)
        return s->model != NULL;
    drift_look(day->arena, s->drift, s->model, s->metrics, value, day->n, &report);
    day->message = arena_strdup(day->arena, report.word);
    return report.state != DRIFT_SILENT;
}

/* The measures, and what else a scorecard that does more than average has brought and cost. */
static void fill_measures(const struct score_voice *voice, const struct health_engine *engine,
                          struct arena *arena, const struct health *h, struct q_score_copy_row *row)
{
    size_t measures = voice->card->n_measures, n = measures + !scorecard_is_mean(voice->card);
    bool no_value[SCORECARD_MEASURES_MAX + 1], no_bp[SCORECARD_MEASURES_MAX + 1];
    const char **quality = arena_many(arena, n, const char *);
    double *value = arena_many(arena, n, double);
    int32_t *bp = arena_many(arena, n, int32_t), *brought = arena_many(arena, n, int32_t),
            *lost = arena_many(arena, n, int32_t);
    for (size_t i = 0; i < measures; i++) {
        value[i] = health_value(engine, i);
        bp[i] = h->measure_bp[i];
        brought[i] = h->contribution_bp[i];
        lost[i] = h->lost_bp[i];
        no_value[i] = isnan(value[i]);
        no_bp[i] = !h->counts[i];
        quality[i] = metric_quality_name((enum metric_quality)h->quality[i]);
    }
    if (n > measures) {
        no_value[measures] = no_bp[measures] = true;
        quality[measures] = metric_quality_name(METRIC_NOT_APPLICABLE);
        brought[measures] = h->start_bp + h->limits_bp + h->rounding_bp;
        lost[measures] = h->lost_rest_bp;
    }
    row->metric_value = (struct db_doubles){n, value, nulls(arena, n, no_value)};
    row->metric_quality = (struct db_texts){n, quality, NULL};
    row->measure_bp = (struct db_ints){n, bp, nulls(arena, n, no_bp)};
    row->contribution_bp = (struct db_ints){n, brought, NULL};
    row->lost_bp = (struct db_ints){n, lost, NULL};
}

/* Band is that of the day alone. */
static void fill(const struct pass *p, const struct score_voice *voice, size_t slice, size_t a,
                 const struct health *h, struct q_score_copy_row *row)
{
    const struct metric_frame *f = p->frame;
    struct arena *arena = p->day->part[slice];
    *row = (struct q_score_copy_row){.account_id = f->account_id[a],
                                     .as_of = f->as_of,
                                     .role = voice->role,
                                     .scorecard_id = voice->scorecard_id,
                                     .rule = h->profile,
                                     .health_bp = h->health_bp,
                                     .health_bp_is_null = !h->is_known,
                                     .lower_bp = h->lower_bp,
                                     .upper_bp = h->upper_bp,
                                     .raw_band = h->band,
                                     .band = h->band,
                                     .coverage_bp = h->coverage_bp,
                                     .effective_bp = h->effective_bp,
                                     .effective_bp_is_null = !h->is_known,
                                     .override_note =
                                         h->cap ? arena_printf(arena, "capped: %s", h->cap) : NULL,
                                     .override_note_is_null = !h->cap,
                                     .stage = "",
                                     .arr_minor = f->arr_minor[a],
                                     .renewal_on = f->renewal_on[a],
                                     .renewal_on_is_null = f->renewal_on[a] == INT32_MIN};
    fill_measures(voice, voice->engine[slice], arena, h, row);
    row->p_churn_1e9_is_null = row->p_lower_1e9_is_null = row->p_upper_1e9_is_null =
        row->risk_percentile_bp_is_null = row->risk_contribution_is_null = row->risk_value_is_null =
            row->risk_1e9_is_null = true; /* until the model speaks */
}

/* Behind the cap that bound before it. */
static void note_override(struct arena *arena, const struct q_overrides_read_row *word,
                          struct q_score_copy_row *row)
{
    char day[DAY_TEXT_SIZE];
    bool capped = !row->override_note_is_null;
    row->override_note =
        arena_printf(arena, "%s%s%s: %d.%02d by %s until %s: %s", capped ? row->override_note : "",
                     capped ? "; " : "", word->kind, word->value_bp / 100, word->value_bp % 100,
                     word->author, day_format(word->expires_on, day), word->reason);
    row->override_note_is_null = false;
}

static int compare_risk(const void *a, const void *b)
{
    const struct q_score_copy_row *const *x = a, *const *y = b;
    return ((*x)->p_churn_1e9 > (*y)->p_churn_1e9) - ((*x)->p_churn_1e9 < (*y)->p_churn_1e9);
}

/* Share of accounts with a lower risk. */
static void percentiles(struct score_day *day)
{
    struct q_score_copy_row **order = arena_many(day->arena, day->n + 1, struct q_score_copy_row *);
    for (size_t i = 0; i < day->n; i++)
        order[i] = &day->result[i];
    qsort(order, day->n, sizeof *order, compare_risk);
    for (size_t i = 0, lower = 0; i < day->n; i++) {
        if (i > 0 && order[i]->p_churn_1e9 != order[i - 1]->p_churn_1e9)
            lower = i;
        order[i]->risk_percentile_bp = (int32_t)(lower * 10000 / day->n);
    }
}

static void digest_input(const struct scoring *s, const struct metric_frame *f,
                         struct score_day *day)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    for (size_t a = 0; a < f->n_accounts; a++) {
        if (!f->is_customer[a])
            continue;
        g_checksum_update(sum, (const guchar *)f->account_key[a],
                          (gssize)strlen(f->account_key[a]) + 1);
        score_digest_number(sum, (double)f->arr_minor[a]);
        score_digest_number(sum, f->renewal_on[a]);
        const struct q_overrides_read_row *word =
            override_find(&s->overrides, f->account_id[a], f->as_of);
        if (word) {
            g_checksum_update(sum, (const guchar *)word->kind, -1);
            score_digest_number(sum, word->value_bp);
        }
        for (size_t m = 0; m < f->n_metrics; m++) {
            score_digest_number(sum, f->value[m * f->n_accounts + a]);
            g_checksum_update(sum, &f->quality[m * f->n_accounts + a], 1);
        }
        for (size_t m = 0; f->carried && m < f->n_metrics; m++) {
            int32_t on = f->carried_on[m * f->n_accounts + a];
            score_digest_number(sum, on);
            if (on != INT32_MIN)
                score_digest_number(sum, f->carried[m * f->n_accounts + a]);
        }
        for (int i = 0; f->attribute && i < FACTS_ATTRIBUTES; i++) {
            const char *text = f->attribute[a].text[i] ? f->attribute[a].text[i] : "";
            g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text) + 1);
        }
    }
    g_strlcpy(day->input, g_checksum_get_string(sum), sizeof day->input);
}

static bool is_asked(const struct score_options *options, int32_t as_of)
{
    for (size_t i = 0; i < options->n_as_of; i++) {
        if (options->as_of[i] == as_of)
            return true;
    }
    return false;
}

/* The shadow scorecard on the same metrics; no person's word, no risk. */
static void fill_shadow(const struct pass *p, size_t slice, size_t a)
{
    const struct metric_frame *f = p->frame;
    struct health_engine *engine = p->s->shadow.engine[slice];
    struct health h;
    health_of_frame(engine, f, a, &h);
    fill(p, &p->s->shadow, slice, a, &h, &p->day->shadow[p->place[a]]);
}

/* What readers see of one customer; `word` is a person's, or NULL. */
static void fill_result(const struct pass *p, size_t slice, size_t a, const struct health *h,
                        const struct q_overrides_read_row *word)
{
    const struct metric_frame *f = p->frame;
    struct score_day *day = p->day;
    size_t at = p->place[a];
    for (size_t m = 0; m < f->n_metrics; m++)
        p->value[at * f->n_metrics + m] = f->value[m * f->n_accounts + a];
    day->key[at] = f->account_key[a];
    fill(p, &p->s->champion, slice, a, h, &day->result[at]);
    day->result[at].band = band_of(p->s, f, a, p->s->champion.engine[slice]);
    if (word)
        note_override(day->part[slice], word, &day->result[at]);
    if (day->shadow)
        fill_shadow(p, slice, a);
}

static void compute_slice(void *context, size_t slice)
{
    const struct pass *p = context;
    const struct metric_frame *f = p->frame;
    struct health_engine *engine = p->s->champion.engine[slice];
    struct health h;
    size_t from, to;
    crew_slice(f->n_accounts, slice, &from, &to);
    health_engine_brief(engine, !p->day);
    for (size_t a = from; a < to; a++) {
        if (!f->is_customer[a]) {
            remember(p->s, f, a, (struct health_band_day){0});
            continue;
        }
        health_of_frame(engine, f, a, &h);
        const struct q_overrides_read_row *word =
            override_find(&p->s->overrides, f->account_id[a], f->as_of);
        if (word)
            override_apply(word, engine, &h);
        bool bound = h.effective_bp != h.health_bp;
        remember(p->s, f, a,
                 (struct health_band_day){h.band, h.effective_bp,
                                          bound ? h.effective_bp : h.lower_bp,
                                          bound ? h.effective_bp : h.upper_bp});
        if (p->day)
            fill_result(p, slice, a, &h, word);
    }
}

/* Every customer's health goes into the history; of a day that was asked for into a result too. */
static void compute(struct scoring *s, const struct metric_frame *f, struct score_day *day)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t *place = arena_many(arena, f->n_accounts + 1, size_t);
    for (size_t a = 0; a < f->n_accounts; a++)
        place[a + 1] = place[a] + (f->is_customer[a] != 0);
    size_t n = place[f->n_accounts];
    struct pass p = {s, f, day, arena_many(arena, day ? n * f->n_metrics + 1 : 1, double), place};
    s->history_day[(size_t)f->as_of % (size_t)s->band_days] = f->as_of;
    crew_each(CREW_SLICES, crew_threads(), compute_slice, &p);
    if (!day)
        return;
    day->n = n;
    day->has_risk = may_speak(s, p.value, day);
    if (day->has_risk)
        fill_risks(s, p.value, day);
}

/* Compute and store a day that was asked for. */
static bool score_asked(struct scoring *s, const struct metric_frame *f, struct score_day *day,
                        GError **err)
{
    compute(s, f, day);
    digest_input(s, f, day);
    if (day->has_risk)
        percentiles(day);
    return score_write_day(s, day, err);
}

bool score_day_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct scoring *s = context;
    const struct score_options *asked = s->options;
    if (s->days_done == 0)
        progress_begin(asked->progress, "scoring", "days", PROGRESS_ITEMS, (int64_t)s->n_days);
    progress_at(asked->progress, (int64_t)s->days_done++, 0);
    if (!s->history) {
        s->history = g_new0(struct health_band_day, (size_t)s->band_days * f->n_accounts + 1);
        /* The facts are read: what follows writes, in transactions of its own. */
        db_rollback(s->db);
    }
    if (!is_asked(asked, f->as_of)) {
        compute(s, f, NULL);
        return true;
    }
    if (stop_requested())
        return err_set(err, KENKO_ERROR_INTERRUPTED, "stopped after %zu of %zu days",
                       s->summary->runs, asked->n_as_of);
    g_autoptr(arena_t) arena = arena_new();
    struct score_day day = {
        .arena = arena,
        .frame = f,
        .result = arena_many(arena, f->n_accounts + 1, struct q_score_copy_row),
        .shadow =
            s->shadow.card ? arena_many(arena, f->n_accounts + 1, struct q_score_copy_row) : NULL,
        .key = arena_many(arena, f->n_accounts + 1, const char *),
        .is_last = f->as_of == asked->as_of[asked->n_as_of - 1]};
    for (size_t i = 0; i < CREW_SLICES; i++)
        day.part[i] = arena_new();
    bool ok = score_asked(s, f, &day, err);
    for (size_t i = 0; i < CREW_SLICES; i++)
        arena_free(day.part[i]);
    return ok;
}
