/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/score_internal.h"

#include <string.h>

#include "core/progress.h"
#include "scoring/change.h"
#include "scoring/kept.h"
#include "scoring/known.h"
#include "scoring/numbers.h"
#include "scoring/scorecard_profile.h"

/* The days to compute: each day asked with the band_days - 1 before it. */
static int32_t *expand_days(const struct scoring *s, size_t *n)
{
    const struct score_options *asked = s->options;
    int32_t *out = arena_many(s->arena, asked->n_as_of * (size_t)s->band_days + 1, int32_t);
    *n = 0;
    for (size_t i = 0; i < asked->n_as_of; i++) {
        for (int back = s->band_days - 1; back >= 0; back--) {
            int32_t day = asked->as_of[i] - back;
            if (*n == 0 || day > out[*n - 1])
                out[(*n)++] = day;
        }
    }
    return out;
}

static bool put_measure(struct db *db, const struct scoring *s, const struct score_voice *voice,
                        size_t i, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct scorecard *card = voice->card;
    const struct scorecard_measure *m = &card->measure[i];
    const struct scorecard_input *input = &card->input[m->input];
    /* A derived input has neither unit nor sentence. */
    static const struct metric_info derived = {.unit = "", .sentence = ""};
    const struct metric_info *info =
        input->metric >= 0 ? metric_info(s->metrics, (size_t)input->metric) : &derived;
    struct q_measure_put_params params = {.scorecard_id = voice->scorecard_id,
                                          .ordinal = (int32_t)i + 1,
                                          .name = m->name,
                                          .label = m->label,
                                          .group_name = card->group[m->group].name,
                                          .group_label = card->group[m->group].label,
                                          .metric = input->name,
                                          .unit = info->unit,
                                          .direction = m->direction,
                                          .weight = m->weight,
                                          .sentence = info->sentence,
                                          .group_weight = card->group[m->group].weight,
                                          .definition =
                                              scorecard_definition(arena, card, s->metrics, i)};
    return q_measure_put(db, &params, NULL, err);
}

/* What a scorecard that does more than average has beside its measures. */
static bool put_rest(struct db *db, const struct scorecard *card, int64_t scorecard_id,
                     GError **err)
{
    struct q_measure_put_params params = {.scorecard_id = scorecard_id,
                                          .ordinal = (int32_t)card->n_measures + 1,
                                          .name = CHANGE_REST,
                                          .label = "Start, limits and rounding",
                                          .group_name = "",
                                          .group_label = "",
                                          .metric = "",
                                          .unit = "",
                                          .direction = "none",
                                          .sentence = "",
                                          .definition = CHANGE_REST};
    return q_measure_put(db, &params, NULL, err);
}

/* What its measures weigh under a profile; nothing where the card does more than average. */
static bool put_weights(struct db *db, const struct scorecard *card, const char *rule,
                        int64_t scorecard_id, GError **err)
{
    double share[SCORECARD_MEASURES_MAX];
    if (!scorecard_is_mean(card))
        return true;
    scorecard_shares(card, share);
    for (size_t i = 0; i < card->n_measures; i++) {
        if (!q_measure_weight_put(db, scorecard_id, rule, (int32_t)i + 1, share[i], NULL, err))
            return false;
    }
    return true;
}

static bool put_profiles(struct db *db, const struct scorecard *card, int64_t scorecard_id,
                         GError **err)
{
    g_autofree struct scorecard *of = g_new(struct scorecard, 1);
    if (!put_weights(db, card, "default", scorecard_id, err))
        return false;
    for (size_t i = 0; i < card->n_profiles; i++) {
        scorecard_profile_apply(card, i, of);
        if (!put_weights(db, of, card->profile[i].name, scorecard_id, err))
            return false;
    }
    return true;
}

/* What metrics.yaml says in Japanese, for reports. */
static bool put_words(struct db *db, const struct metric_set *metrics, GError **err)
{
    for (size_t i = 0; i < metric_count(metrics); i++) {
        const struct metric_info *info = metric_info(metrics, i);
        const char *const pairs[][2] = {{info->label, info->label_ja},
                                        {info->sentence, info->sentence_ja}};
        for (size_t k = 0; k < G_N_ELEMENTS(pairs); k++) {
            if (pairs[k][1] && *pairs[k][0] &&
                !q_word_put(db, "ja", pairs[k][0], pairs[k][1], NULL, err))
                return false;
        }
    }
    return true;
}

static bool put_scorecard(struct db *db, struct scoring *s, struct score_voice *voice, GError **err)
{
    const struct scorecard *card = voice->card;
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *all = g_strconcat(card->text, "\n--\n", metric_text(s->metrics), NULL);
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, all, -1);
    struct q_scorecard_find_row row;
    if (!q_scorecard_put(db, card->name, sha, card->text, card->label, metric_text(s->metrics),
                         card->author, card->note, NULL, err) ||
        !q_scorecard_find(arena, db, card->name, sha, &row, err))
        return false;
    voice->scorecard_id = row.scorecard_id;
    /* Words and labels are of what speaks now, not of what is computed again. */
    if (s->fn)
        return true;
    for (size_t i = 0; i < card->n_measures; i++) {
        if (!put_measure(db, s, voice, i, err))
            return false;
    }
    return put_profiles(db, card, row.scorecard_id, err) &&
           (scorecard_is_mean(card) || put_rest(db, card, row.scorecard_id, err));
}

/* Everything that a run names as what it was computed with. */
static bool put_versions(struct db *db, void *context, GError **err)
{
    struct scoring *s = context;
    struct kept_card cards[2] = {{s->champion.card->name, s->champion.card->text}};
    if (s->shadow.card)
        cards[1] = (struct kept_card){s->shadow_name, s->shadow.card->text};
    return kept_put(s->arena, db, s->config, cards, s->shadow.card ? 2 : 1, s->known_no,
                    &s->config_ids, s->config_sha256, err) &&
           put_scorecard(db, s, &s->champion, err) &&
           (!s->shadow.card || put_scorecard(db, s, &s->shadow, err)) &&
           (s->fn || put_words(db, s->metrics, err));
}

static void take_model(struct scoring *s, const struct q_model_of_row *row)
{
    g_autoptr(GError) stale = NULL;
    s->model_id = row->model_id;
    s->model = hazard_load(s->arena, s->metrics, row->body, &stale);
    if (!s->model) {
        s->model_message = arena_strdup(s->arena, stale->message);
        return;
    }
    json_t *reference =
        json_loads(row->reference_is_null ? "" : row->reference, NUMBERS_READ, NULL);
    s->trained_as_of = row->trained_as_of;
    s->drift = drift_load(s->arena, s->model, reference);
    json_decref(reference);
}

static bool load_model(struct scoring *s, GError **err)
{
    struct q_model_of_row row;
    struct q_model_message_row message;
    bool found;
    s->model_message = "";
    if (s->options->model_id == SCORE_MODEL_NONE)
        return true;
    if (!q_model_of(s->arena, s->db, s->options->model_id, &row, &found, err))
        return false;
    if (found) {
        take_model(s, &row);
        return true;
    }
    if (!q_model_message(s->arena, s->db, &message, &found, err))
        return false;
    s->model_message = found ? message.message : "no model was trained yet (kenko train)";
    return true;
}

/* What daily scoring asks of a scorecard beyond the language. */
static bool check_card(const struct scorecard *card, GError **err)
{
    if (card->n_bands == 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "scorecards/%s.yaml has no bands: daily scoring wants them", card->name);
    if (card->round_measure.rule == ROUND_NONE)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "scorecards/%s.yaml says round.measure.rule: none: what is stored of a "
                       "measure is whole basis points, so leave round.measure out",
                       card->name);
    return card->n_measures < SCORECARD_MEASURES_MAX || scorecard_is_mean(card) ||
           err_set(err, KENKO_ERROR_CONFIG,
                   "scorecards/%s.yaml: one that does more than average has at most %d measures",
                   card->name, SCORECARD_MEASURES_MAX - 1);
}

static bool load_voice(const struct scoring *s, struct config *config, const char *name,
                       const char *role, struct score_voice *out, GError **err)
{
    const struct scorecard *card = scorecard_load(s->arena, config, s->metrics, name, err);
    if (!card || !check_card(card, err))
        return false;
    *out = (struct score_voice){.role = role, .card = card};
    for (size_t i = 0; i < CREW_SLICES; i++)
        out->engine[i] = health_engine_new(card);
    return true;
}

/* What the configuration says. */
static bool configure(struct scoring *s, struct config *config, GError **err)
{
    struct score_config settings;
    if (!score_config_load(config, &settings, err))
        return false;
    s->band_days = settings.band_days;
    s->due_us = settings.due_us;
    const char *asked = s->options->scorecard;
    s->shadow_name = settings.shadow;
    s->zone = zone_open(config_time_zone(config), err);
    return s->zone && kept_pin(config, err) &&
           (s->metrics = metric_set_load(s->arena, config, err)) &&
           load_voice(s, config, asked ? asked : settings.scorecard, "champion", &s->champion,
                      err) &&
           (!settings.shadow ||
            load_voice(s, config, settings.shadow, "shadow", &s->shadow, err)) &&
           indicator_load(s->arena, config, s->metrics, &s->indicators, err);
}

static bool prepare(struct scoring *s, struct config *config, GError **err)
{
    if (!configure(s, config, err))
        return false;
    struct known known;
    if (!known_ask(s->db, s->options->known_no, &known, err))
        return false;
    s->known_no = known.commit_no;
    s->known_at = known.at;
    if (!override_load(s->arena, s->db, s->known_no, &s->overrides, err))
        return false;
    s->config = config;
    return load_model(s, err) && db_transact(s->db, 3, put_versions, s, err);
}

static bool run(struct scoring *s, struct config *config, GError **err)
{
    if (s->options->n_as_of == 0)
        return err_set(err, KENKO_ERROR_USAGE, "no day to score");
    bool ok = prepare(s, config, err) && db_begin_snapshot(s->db, err);
    if (ok) {
        const int32_t *days = expand_days(s, &s->n_days);
        progress_begin(s->options->progress, "reading facts", "", PROGRESS_ITEMS, 0);
        ok = metric_compute(s->db, s->metrics, s->zone, days, s->n_days, s->known_no,
                            score_day_frame, s, err);
        progress_end(s->options->progress);
        db_rollback(s->db);
    }
    s->summary->known_no = s->known_no;
    zone_close(s->zone);
    g_free(s->history);
    for (size_t i = 0; i < CREW_SLICES; i++) {
        health_engine_free(s->champion.engine[i]);
        health_engine_free(s->shadow.engine[i]);
    }
    return ok;
}

bool score_compute(struct db *db, struct config *config, const struct score_options *options,
                   score_result_fn fn, void *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct score_summary summary = {0};
    struct scoring s = {.db = db,
                        .arena = arena,
                        .options = options,
                        .summary = &summary,
                        .fn = fn,
                        .context = context};
    return run(&s, config, err);
}

bool score_run(struct db *db, const char *dsn, struct config *config,
               const struct score_options *options, struct score_summary *summary, GError **err)
{
    *summary = (struct score_summary){0};
    struct job *job = job_begin(db, dsn, "score", err);
    if (!job)
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct scoring s = {
        .db = db, .job = job, .arena = arena, .options = options, .summary = summary};
    g_autoptr(GError) failure = NULL;
    bool ok = run(&s, config, &failure);
    g_autofree char *counters = g_strdup_printf(
        "{\"runs\": %zu, \"accounts\": %zu, \"unknown\": %zu, \"stored\": %" G_GINT64_FORMAT "}",
        summary->runs, summary->accounts, summary->unknown, summary->stored);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
