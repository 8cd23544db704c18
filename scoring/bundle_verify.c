/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "scoring/bundle.h"
#include "scoring/bundle_read.h"
#include "scoring/hazard.h"

enum { RISK_DAYS = 90, FACT_DAYS_MAX = 100 * 366 };

struct verifying {
    struct arena *arena;
    struct bundle_read read;
    struct bundle_case scene;
    struct override_set overrides;
    struct bundle_day said[SCORE_BAND_DAYS_MAX];
    struct bundle_outcome *own; /* computed from the facts alone */
    struct bundle_outcome *out; /* with what is taken */
    GArray *findings;
    struct bundle_report *report;
};

PRINTF_LIKE(4, 5)
static void find(struct verifying *v, enum bundle_verdict verdict, const char *what,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    struct bundle_finding finding = {verdict, arena_strdup(v->arena, what),
                                     arena_strdup(v->arena, text)};
    g_array_append_val(v->findings, finding);
    v->report->count[verdict]++;
}

static const char *number_text(struct arena *arena, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    return isnan(value) ? "none" : arena_strdup(arena, g_ascii_dtostr(text, sizeof text, value));
}

/* ── files and the parts beside the facts ─────────────────────────────────────────────────────────
 */

static bool open_scene(struct verifying *v, GError **err)
{
    struct bundle_report *r = v->report;
    const char *card;
    if (!bundle_read_text(v->read.head, "account", &r->account, err) ||
        !bundle_read_text(v->read.head, "version", &r->version, err) ||
        !bundle_read_text(v->read.head, "scorecard", &card, err) ||
        !bundle_read_day(v->read.head, "as_of", false, &r->as_of, err) ||
        !bundle_read_number(v->read.head, "run_id", 1, INT64_MAX, &r->run_id, err) ||
        !bundle_read_number(v->read.head, "known_no", 0, INT64_MAX, &r->known_no, err) ||
        !bundle_case_open(v->arena, v->read.config, card, r->as_of, &v->scene, err))
        return false;
    r->account = arena_strdup(v->arena, r->account);
    r->version = arena_strdup(v->arena, r->version);
    v->scene.key = r->account;
    v->scene.known_no = r->known_no;
    return true;
}

static bool take_common(struct verifying *v, GError **err)
{
    struct facts_rows *rows = &v->read.rows->facts;
    size_t n = metric_usage_count(v->scene.metrics);
    int32_t *newest = arena_many(v->arena, n + 1, int32_t);
    const json_t *said = json_object_get(v->read.common, "newest");
    const json_t *has = json_object_get(v->read.common, "has");
    for (size_t u = 0; u < n; u++) {
        if (!bundle_read_day(said, metric_usage_name(v->scene.metrics, u), true, &newest[u], err))
            return err_context(err, "all accounts");
    }
    if (json_array_size(has) != FACTS_KINDS - 1)
        return err_set(err, KENKO_ERROR_INPUT, "all accounts: 'has' wants %d values",
                       FACTS_KINDS - 1);
    for (size_t kind = 1; kind < FACTS_KINDS; kind++)
        rows->has[kind] = json_is_true(json_array_get(has, kind - 1));
    rows->newest = newest;
    const GArray *words = v->read.rows->table[BUNDLE_OVERRIDE];
    v->overrides = (struct override_set){words->len, (const void *)words->data};
    const struct q_span_range_row *range = &rows->span_range;
    return range->first_month_is_null || v->report->as_of - range->first_month <= FACT_DAYS_MAX ||
           err_set(err, KENKO_ERROR_INPUT, "usage: more than a hundred years of it");
}

/* Digests of the texts, where they stand in it whole. */
static bool check_files(struct verifying *v, GError **err)
{
    bool whole = json_is_true(json_object_get(v->read.head, "persons"));
    for (guint i = 0; i < v->read.files->len; i++) {
        const json_t *file = v->read.files->pdata[i];
        const char *name = json_string_value(json_object_get(file, "name")), *sha;
        if (!bundle_read_text(file, "sha256", &sha, err))
            return false;
        g_autofree char *own = g_compute_checksum_for_string(
            G_CHECKSUM_SHA256, json_string_value(json_object_get(file, "body")), -1);
        g_autofree char *what = g_strdup_printf("file %s", name);
        bool equal = strcmp(own, sha) == 0;
        find(v, equal || !whole ? (equal ? BUNDLE_AGREES : BUNDLE_TAKEN) : BUNDLE_DIFFERS, what,
             "%s %.12s", equal ? "its digest is" : "its text is shown without its author, digest",
             sha);
    }
    return true;
}

/* ── metrics ────────────────────────────────────────────────────────────────────────────────────
 */

static bool is_same(const struct bundle_day *x, const struct bundle_day *y, size_t m)
{
    return x->quality[m] == y->quality[m] &&
           (isnan(x->value[m]) || memcmp(&x->value[m], &y->value[m], sizeof(double)) == 0);
}

static void check_metric(struct verifying *v, size_t d, size_t m)
{
    const struct bundle_day *said = &v->said[d], *own = &v->own->day[d];
    char day[DAY_TEXT_SIZE];
    bool is_last = d + 1 == v->scene.n_days, same = is_same(said, own, m);
    enum bundle_verdict verdict = said->taken[m] ? BUNDLE_TAKEN
                                  : same         ? BUNDLE_AGREES
                                                 : BUNDLE_DIFFERS;
    if (!is_last && verdict == BUNDLE_AGREES)
        return;
    g_autofree char *what = g_strdup_printf(
        "metric %s of %s", metric_info(v->scene.metrics, m)->name, day_format(said->as_of, day));
    find(v, verdict, what, "%s (%s)%s%s", number_text(v->arena, said->value[m]),
         metric_quality_name((enum metric_quality)said->quality[m]),
         verdict == BUNDLE_TAKEN     ? ", rests on what other accounts did"
         : verdict == BUNDLE_DIFFERS ? ", the facts give "
                                     : "",
         verdict == BUNDLE_DIFFERS ? number_text(v->arena, own->value[m]) : "");
}

static void check_day(struct verifying *v, size_t d)
{
    const struct bundle_day *said = &v->said[d], *own = &v->own->day[d];
    char text[DAY_TEXT_SIZE];
    g_autofree char *what = g_strdup_printf("contracts on %s", day_format(said->as_of, text));
    bool same = said->is_customer == own->is_customer && said->arr_minor == own->arr_minor &&
                said->renewal_on == own->renewal_on;
    find(v, same ? BUNDLE_AGREES : BUNDLE_DIFFERS, what,
         "ARR %" G_GINT64_FORMAT " in minor units, the contracts give %" G_GINT64_FORMAT,
         said->arr_minor, own->arr_minor);
    for (size_t m = 0; m < metric_count(v->scene.metrics); m++)
        check_metric(v, d, m);
}

/* ── the result ─────────────────────────────────────────────────────────────────────────────────
 */

static void check_number(struct verifying *v, const char *name, bool is_null, int64_t computed)
{
    const json_t *said = json_object_get(v->read.result, name);
    bool same = is_null ? json_is_null(said)
                        : json_is_integer(said) && json_integer_value(said) == computed;
    g_autofree char *text =
        is_null ? g_strdup("none") : g_strdup_printf("%" G_GINT64_FORMAT, computed);
    g_autofree char *other =
        json_is_integer(said) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(said))
                              : g_strdup("none");
    find(v, same ? BUNDLE_AGREES : BUNDLE_DIFFERS, name, "%s%s%s", other,
         same ? "" : ", computed is ", same ? "" : text);
}

static void check_word(struct verifying *v, const char *name, const char *computed)
{
    const char *said = json_string_value(json_object_get(v->read.result, name));
    bool same = said && strcmp(said, computed) == 0;
    find(v, same ? BUNDLE_AGREES : BUNDLE_DIFFERS, name, "%s%s%s", said ? said : "none",
         same ? "" : ", computed is ", same ? "" : computed);
}

/* One list of the result by measure: `counts` NULL is all. */
static void check_list(struct verifying *v, const char *name, const int *computed,
                       const bool *counts, int rest)
{
    const json_t *said = json_object_get(v->read.result, name);
    const struct scorecard *card = v->scene.card;
    bool has_rest = !scorecard_is_mean(card);
    size_t n = card->n_measures + has_rest;
    if (json_array_size(said) != n) {
        find(v, BUNDLE_DIFFERS, name, "%zu values, the scorecard has %zu", json_array_size(said),
             n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(said, i);
        bool is_rest = i == card->n_measures;
        bool is_null = counts && (is_rest || !counts[i]);
        int wanted = is_rest ? rest : computed[i];
        bool same = is_null ? json_is_null(value)
                            : json_is_integer(value) && json_integer_value(value) == wanted;
        g_autofree char *what =
            g_strdup_printf("%s of %s", name, is_rest ? "the rest" : card->measure[i].name);
        if (is_null)
            find(v, same ? BUNDLE_AGREES : BUNDLE_DIFFERS, what, "none");
        else
            find(v, same ? BUNDLE_AGREES : BUNDLE_DIFFERS, what, "%d%s", wanted,
                 same ? "" : " is computed, another is said");
    }
}

static void check_result(struct verifying *v)
{
    const struct health *h = &v->out->health;
    const struct bundle_day *last = &v->out->day[v->scene.n_days - 1];
    check_word(v, "rule", h->profile);
    check_list(v, "measure_bp", h->measure_bp, h->counts, 0);
    check_list(v, "contribution_bp", h->contribution_bp, NULL,
               h->start_bp + h->limits_bp + h->rounding_bp);
    check_list(v, "lost_bp", h->lost_bp, NULL, h->lost_rest_bp);
    check_number(v, "health_bp", !h->is_known, h->health_bp);
    check_number(v, "lower_bp", false, h->lower_bp);
    check_number(v, "upper_bp", false, h->upper_bp);
    check_number(v, "coverage_bp", false, h->coverage_bp);
    check_number(v, "effective_bp", !h->is_known, h->effective_bp);
    check_word(v, "raw_band", h->band);
    check_word(v, "band", v->out->band ? v->out->band : "");
    check_number(v, "arr_minor", false, last->arr_minor);
}

/* ── risk ───────────────────────────────────────────────────────────────────────────────────────
 */

static void check_risk(struct verifying *v)
{
    const int days[] = {RISK_DAYS};
    const char *body = json_string_value(json_object_get(v->read.model, "body"));
    g_autoptr(GError) failure = NULL;
    struct hazard_risk risk;
    if (json_is_null(json_object_get(v->read.result, "p_churn_1e9"))) {
        find(v, BUNDLE_AGREES, "risk", "no model spoke");
        return;
    }
    const struct hazard_model *model =
        body ? hazard_load(v->arena, v->scene.metrics, body, &failure) : NULL;
    if (!model) {
        find(v, BUNDLE_DIFFERS, "risk", "there is no model to compute it: %s",
             failure ? failure->message : "it is missing");
        return;
    }
    hazard_predict(model, v->out->day[v->scene.n_days - 1].value, 1, days, 1, &risk, NULL);
    if (isnan(risk.p) || isnan(risk.low) || isnan(risk.high)) {
        find(v, BUNDLE_DIFFERS, "risk", "the model gives none");
        return;
    }
    int64_t p = llround(risk.p * 1e9);
    check_number(v, "p_churn_1e9", false, p);
    check_number(v, "p_lower_1e9", false, MIN(llround(risk.low * 1e9), p));
    check_number(v, "p_upper_1e9", false, MAX(llround(risk.high * 1e9), p));
    find(v, BUNDLE_TAKEN, "risk_percentile_bp", "a rank among all accounts");
}

static bool verify(struct verifying *v, GError **err)
{
    const struct facts_source source = {NULL, &v->read.rows->facts};
    if (!open_scene(v, err) || !take_common(v, err) || !check_files(v, err))
        return false;
    for (size_t d = 0; d < v->scene.n_days; d++) {
        if (!bundle_read_metrics(&v->read, v->scene.metrics, v->scene.day[d], &v->said[d], err))
            return false;
    }
    if (!bundle_case_compute(&v->scene, &source, &v->overrides, NULL, v->own, err) ||
        !bundle_case_compute(&v->scene, &source, &v->overrides, v->said, v->out, err))
        return false;
    if (!v->out->band)
        return err_set(err, KENKO_ERROR_INPUT, "by its facts it was no customer on the day");
    find(v, BUNDLE_TAKEN, "all accounts",
         "the last day of each usage metric and which kinds of records there are");
    for (size_t d = 0; d < v->scene.n_days; d++)
        check_day(v, d);
    check_result(v);
    check_risk(v);
    return true;
}

bool bundle_verify(struct arena *arena, struct slice text, struct bundle_report *out, GError **err)
{
    g_autoptr(GArray) findings = g_array_new(FALSE, FALSE, sizeof(struct bundle_finding));
    struct verifying *v = arena_one(arena, struct verifying);
    *out = (struct bundle_report){0};
    *v = (struct verifying){.arena = arena,
                            .own = arena_one(arena, struct bundle_outcome),
                            .out = arena_one(arena, struct bundle_outcome),
                            .findings = findings,
                            .report = out};
    bool ok = bundle_read_all(&v->read, arena, text, err) && verify(v, err);
    out->n = findings->len;
    struct bundle_finding *list = arena_many(arena, out->n + 1, struct bundle_finding);
    if (out->n > 0)
        memcpy(list, findings->data, out->n * sizeof *list);
    out->finding = list;
    g_strlcpy(out->seal, v->read.seal, sizeof out->seal);
    bundle_read_clear(&v->read);
    return ok;
}
