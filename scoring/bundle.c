/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle.h"

#include <math.h>
#include <string.h>

#include "scoring/bundle_case.h"
#include "scoring/bundle_file.h"
#include "scoring/bundle_gather.h"
#include "scoring/kept.h"
#include "scoring/metric_internal.h"

struct making {
    struct arena *arena;
    struct db *db;
    const struct bundle_options *options;
    struct q_bundle_score_row score;
    struct bundle_case scene;
    struct override_set overrides;
    struct bundle_rows *rows;
    struct bundle_outcome *full, *alone; /* by all facts, and by the account's */
    struct bundle_chain chain;
    GString *out;
};

static json_t *day_or_null(bool is_null, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return is_null ? json_null() : json_string(day_format(day, text));
}

static json_t *integer_or_null(bool is_null, int64_t n)
{
    return is_null ? json_null() : json_integer(n);
}

static void put(struct making *m, const char *part, json_t *object)
{
    json_object_set_new(object, "part", json_string(part));
    bundle_file_put(&m->chain, m->out, object);
}

static void put_head(struct making *m)
{
    const struct q_bundle_score_row *s = &m->score;
    put(m, "head",
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:I, s:s, s:o, s:s, s:s, s:s, s:b}", "format",
                  BUNDLE_FORMAT, "version", s->version, "account", m->options->account, "as_of",
                  day_or_null(false, s->as_of), "run_id", (json_int_t)s->run_id, "known_no",
                  (json_int_t)s->known_no, "known_at", (json_int_t)s->known_at, "scorecard",
                  s->scorecard, "model_id", integer_or_null(s->model_id_is_null, s->model_id),
                  "input_sha256", s->input_sha256, "output_sha256", s->output_sha256,
                  "config_sha256", s->config_sha256, "persons", m->options->persons));
}

static void put_common(struct making *m)
{
    json_t *newest = json_object(), *has = json_array();
    for (size_t u = 0; u < metric_usage_count(m->scene.metrics); u++) {
        int32_t day = m->full->newest[u];
        json_object_set_new(newest, metric_usage_name(m->scene.metrics, u),
                            day_or_null(day == INT32_MIN, day));
    }
    for (int kind = FACTS_CONTRACT; kind < FACTS_KINDS; kind++)
        json_array_append_new(has, json_boolean(m->full->has[kind]));
    put(m, "all accounts", json_pack("{s:o, s:o}", "newest", newest, "has", has));
}

/* A scorecard's author is a person too. */
static char *without_author(const char *text)
{
    g_autoptr(GRegex) author = g_regex_new("^author:.*$", G_REGEX_MULTILINE, 0, NULL);
    return g_regex_replace_literal(author, text, -1, 0, "author: withheld", 0, NULL);
}

static bool put_files(struct making *m, GError **err)
{
    struct q_config_of_run_rows rows;
    if (!q_config_of_run(m->arena, m->db, m->score.run_id, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const char *body = rows.row[i].body;
        g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
        g_autofree char *shown = m->options->persons ? g_strdup(body) : without_author(body);
        put(m, "file",
            json_pack("{s:s, s:s, s:s}", "name", rows.row[i].name, "sha256", sha, "body", shown));
    }
    return true;
}

static bool put_model(struct making *m, GError **err)
{
    struct q_model_of_row row;
    bool found;
    if (m->score.model_id_is_null)
        return true;
    if (!q_model_of(m->arena, m->db, m->score.model_id, &row, &found, err))
        return false;
    if (found)
        put(m, "model",
            json_pack("{s:I, s:o, s:s}", "model_id", (json_int_t)row.model_id, "trained_as_of",
                      day_or_null(false, row.trained_as_of), "body", row.body));
    return true;
}

static void put_day(struct making *m, const struct bundle_day *day)
{
    json_t *values = json_object();
    for (size_t i = 0; i < metric_count(m->scene.metrics); i++)
        json_object_set_new(values, metric_info(m->scene.metrics, i)->name,
                            json_pack("{s:o, s:s, s:b}", "value",
                                      isnan(day->value[i]) ? json_null() : json_real(day->value[i]),
                                      "quality",
                                      metric_quality_name((enum metric_quality)day->quality[i]),
                                      "taken", (int)day->taken[i]));
    put(m, "metrics",
        json_pack("{s:o, s:b, s:I, s:o, s:o}", "as_of", day_or_null(false, day->as_of),
                  "is_customer", (int)day->is_customer, "arr_minor", (json_int_t)day->arr_minor,
                  "renewal_on", day_or_null(day->renewal_on == INT32_MIN, day->renewal_on),
                  "values", values));
}

static json_t *integers(const struct db_ints *list)
{
    json_t *out = json_array();
    for (size_t i = 0; i < list->n; i++)
        json_array_append_new(out, integer_or_null(list->is_null && list->is_null[i], list->v[i]));
    return out;
}

static void put_result(struct making *m)
{
    const struct q_bundle_score_row *s = &m->score;
    json_t *o = json_pack(
        "{s:s, s:o, s:i, s:i, s:s, s:s, s:i, s:o, s:I, s:o}", "rule", s->rule, "health_bp",
        integer_or_null(s->health_bp_is_null, s->health_bp), "lower_bp", s->lower_bp, "upper_bp",
        s->upper_bp, "raw_band", s->raw_band, "band", s->band, "coverage_bp", s->coverage_bp,
        "effective_bp", integer_or_null(s->effective_bp_is_null, s->effective_bp), "arr_minor",
        (json_int_t)s->arr_minor, "renewal_on", day_or_null(s->renewal_on_is_null, s->renewal_on));
    json_object_set_new(o, "p_churn_1e9", integer_or_null(s->p_churn_1e9_is_null, s->p_churn_1e9));
    json_object_set_new(o, "p_lower_1e9", integer_or_null(s->p_lower_1e9_is_null, s->p_lower_1e9));
    json_object_set_new(o, "p_upper_1e9", integer_or_null(s->p_upper_1e9_is_null, s->p_upper_1e9));
    json_object_set_new(o, "risk_percentile_bp",
                        integer_or_null(s->risk_percentile_bp_is_null, s->risk_percentile_bp));
    json_object_set_new(o, "measure_bp", integers(&s->measure_bp));
    json_object_set_new(o, "contribution_bp", integers(&s->contribution_bp));
    json_object_set_new(o, "lost_bp", integers(&s->lost_bp));
    if (m->options->persons && !s->override_note_is_null)
        json_object_set_new(o, "override_note", json_string(s->override_note));
    put(m, "result", o);
}

static bool put_all(struct making *m, GError **err)
{
    put_head(m);
    put_common(m);
    if (!put_files(m, err) || !put_model(m, err))
        return false;
    for (int t = 0; t < BUNDLE_TABLES; t++) {
        for (size_t i = 0; i < m->rows->table[t]->len; i++)
            bundle_file_put(&m->chain, m->out, bundle_rows_write(m->rows, (enum bundle_table)t, i));
    }
    for (size_t i = 0; i < m->scene.n_days; i++)
        put_day(m, &m->full->day[i]);
    put_result(m);
    put(m, "end", json_pack("{s:I}", "lines", (json_int_t)m->chain.lines + 1));
    return true;
}

/* Where the account's own facts do not give what all facts gave, others have a part in it. */
static void mark_taken(struct making *m)
{
    for (size_t d = 0; d < m->scene.n_days; d++) {
        struct bundle_day *full = &m->full->day[d];
        const struct bundle_day *alone = &m->alone->day[d];
        for (size_t i = 0; i < metric_count(m->scene.metrics); i++)
            full->taken[i] = full->quality[i] != alone->quality[i] ||
                             (!isnan(full->value[i]) &&
                              memcmp(&full->value[i], &alone->value[i], sizeof(double)) != 0);
    }
}

static bool take_facts(struct making *m, GError **err)
{
    const struct bundle_case *c = &m->scene;
    const struct facts_source all = {m->db, NULL};
    const struct bundle_wish wish = {.account_id = m->score.account_id,
                                     .known_no = m->score.known_no,
                                     .runs_from_day = c->day[0] - c->metrics->wants->most_days -
                                                      c->metrics->run_days,
                                     .to_day = m->score.as_of,
                                     .persons = m->options->persons};
    if (!override_load(m->arena, m->db, m->score.known_no, &m->overrides, err) ||
        !bundle_case_compute(c, &all, &m->overrides, NULL, m->full, err) ||
        !bundle_gather(m->rows, m->db, &wish, err))
        return false;
    const struct facts_source own = {NULL, &m->rows->facts};
    m->rows->facts.newest = m->full->newest;
    memcpy(m->rows->facts.has, m->full->has, sizeof m->full->has);
    if (!bundle_case_compute(c, &own, &m->overrides, NULL, m->alone, err))
        return false;
    mark_taken(m);
    return true;
}

static bool make(struct making *m, GError **err)
{
    const struct bundle_options *o = m->options;
    bool found;
    char day[DAY_TEXT_SIZE];
    if (!q_bundle_score(m->arena, m->db, o->account, o->as_of, o->known_no, &m->score, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score%s%s", o->account,
                       o->as_of == INT32_MAX ? "" : " on ",
                       o->as_of == INT32_MAX ? "" : day_format(o->as_of, day));
    g_autoptr(config_t) config = kept_open(m->db, m->score.run_id, err);
    if (!config ||
        !bundle_case_open(m->arena, config, m->score.scorecard, m->score.as_of, &m->scene, err))
        return false;
    m->scene.key = o->account;
    m->scene.known_no = m->score.known_no;
    bool ok = db_begin_snapshot(m->db, err) && take_facts(m, err) && put_all(m, err);
    db_rollback(m->db);
    return ok;
}

bool bundle_make(struct db *db, const struct bundle_options *options, GString *out,
                 struct bundle_summary *summary, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(bundle_rows_t) rows = bundle_rows_new(arena);
    struct making m = {.arena = arena,
                       .db = db,
                       .options = options,
                       .rows = rows,
                       .full = arena_one(arena, struct bundle_outcome),
                       .alone = arena_one(arena, struct bundle_outcome),
                       .out = out};
    bundle_file_begin(&m.chain);
    if (!make(&m, err))
        return false;
    *summary = (struct bundle_summary){
        .as_of = m.score.as_of, .run_id = m.score.run_id, .lines = m.chain.lines};
    g_strlcpy(summary->seal, m.chain.hash, sizeof summary->seal);
    return true;
}
