/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/model_card.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cli/model_shape.h"
#include "cli/page.h"
#include "cli/term_words.h"
#include "reports/chart.h"
#include "reports/format.h"
#include "scoring/rival.h"

enum { TERMS_MAX = 30 };

struct card {
    struct document *d;
    const struct model *model;
    const struct metric_set *metrics;
    struct rival_table rivals;
    const char *first, *last, *judged_from; /* days; NULL of a model stored without them */
    double inflation;                       /* of standard errors by customer; 0: not known */
};

static void read_window(struct card *c, const json_t *evaluation)
{
    const json_t *window = json_object_get(evaluation, "window");
    const char **const to[] = {&c->first, &c->last, &c->judged_from};
    static const char *const names[] = {"first", "last", "judged_from"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *day = json_string_value(json_object_get(window, names[i]));
        *to[i] = day ? arena_strdup(c->d->arena, day) : NULL;
    }
    c->inflation = json_number_value(json_object_get(evaluation, "cluster_inflation"));
}

static const char *state_words(const struct document *d, const char *state)
{
    static const struct {
        const char *name;
        enum message words;
    } states[] = {{"active", MESSAGE_CARD_ACTIVE},
                  {"candidate", MESSAGE_CARD_CANDIDATE},
                  {"shadow", MESSAGE_CARD_SHADOW},
                  {"retired", MESSAGE_CARD_RETIRED},
                  {"refused", MESSAGE_CARD_REFUSED}};
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++) {
        if (strcmp(states[i].name, state) == 0)
            return page_say(d, states[i].words, NULL);
    }
    return state;
}

static void add_tile(struct document *d, enum message label, const char *value, const char *note,
                     enum document_tone tone)
{
    document_tile(d, page_say(d, label, NULL), value, note, tone);
}

/* How many were expected to leave, and how many did. */
static const char *expected(const struct document *d, const struct evaluation *e)
{
    return page_say(d, MESSAGE_CARD_EXPECTED, "expected", page_figure(d, "%.1f", e->expected),
                    "left", page_number(d, e->events), NULL);
}

static void add_figures(const struct card *c)
{
    struct document *d = c->d;
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    const struct evaluation *base = &c->rivals.row[RIVAL_BASE];
    const char *range =
        page_range(d, page_figure(d, "%.3f", e->auc_low), page_figure(d, "%.3f", e->auc_high));
    add_tile(d, MESSAGE_CARD_RANKING, page_figure(d, "%.3f", e->auc),
             page_say(d, MESSAGE_PAGE_GUESSING, "range", range, NULL),
             e->auc_low > 0.5 ? TONE_GOOD : TONE_WATCH);
    add_tile(
        d, MESSAGE_CARD_LOG_LOSS, page_figure(d, "%.4f", e->log_loss),
        page_say(d, MESSAGE_CARD_BASE_LOSS, "loss", page_figure(d, "%.4f", base->log_loss), NULL),
        isnan(base->log_loss)          ? TONE_PLAIN
        : e->log_loss < base->log_loss ? TONE_GOOD
                                       : TONE_BAD);
    add_tile(d, MESSAGE_CARD_CALIBRATION_ERROR, page_percent(d, e->ece, 2), expected(d, e),
             fabs(e->large_z) > 3 ? TONE_WATCH : TONE_PLAIN);
}

static void add_head(const struct card *c)
{
    struct document *d = c->d;
    const struct model *m = c->model;
    bool speaks = strcmp(m->state, "active") == 0;
    char day[DAY_TEXT_SIZE];
    document_heading(d, 1, d->title);
    page_note(d, MESSAGE_CARD_LEARNT, "message", m->message, "day",
              day_format(m->trained_as_of, day), NULL);
    add_tile(d, MESSAGE_COLUMN_STATE, state_words(d, m->state),
             page_say(d, speaks ? MESSAGE_CARD_SPEAKS : MESSAGE_CARD_SILENT, NULL), TONE_PLAIN);
    add_tile(d, MESSAGE_CARD_LEARNT_FROM, format_number(d->arena, m->rows_used),
             page_say(d, MESSAGE_CARD_PERIODS, NULL), TONE_PLAIN);
    add_tile(d, MESSAGE_CARD_ENDED, format_number(d->arena, m->events_used),
             page_say(d, MESSAGE_CARD_EVENTS, NULL), TONE_PLAIN);
    if (c->rivals.row[RIVAL_ENGINE].n > 0)
        add_figures(c);
}

static void add_purpose(const struct card *c)
{
    struct document *d = c->d;
    const char *days = format_number(d->arena, c->model->horizon_days);
    page_heading(d, 2, MESSAGE_CARD_PURPOSE);
    page_text(d, MESSAGE_CARD_PURPOSE_WHAT, "days", days, NULL);
    page_text(d, MESSAGE_CARD_PURPOSE_USE, NULL);
    if (c->first)
        page_text(d, MESSAGE_CARD_PURPOSE_WINDOW, "first", c->first, "last", c->last, "days", days,
                  "judged", c->judged_from, NULL);
}

static void add_rivals(const struct card *c)
{
    static const struct page_column columns[] = {
        {MESSAGE_CARD_JUDGED, COLUMN_WORDS},    {MESSAGE_PAGE_AUC, COLUMN_NUMBER},
        {MESSAGE_PAGE_INTERVAL, COLUMN_NUMBER}, {MESSAGE_CARD_PR_AUC, COLUMN_NUMBER},
        {MESSAGE_CARD_LOG_LOSS, COLUMN_NUMBER}, {MESSAGE_CARD_BRIER, COLUMN_NUMBER},
        {MESSAGE_CARD_ECE, COLUMN_NUMBER},      {MESSAGE_CARD_SLOPE, COLUMN_NUMBER},
        {MESSAGE_CARD_ARR_AUC, COLUMN_NUMBER}};
    static const enum message names[RIVALS] = {
        [RIVAL_BASE] = MESSAGE_CARD_RIVAL_BASE,
        [RIVAL_HEALTH] = MESSAGE_CARD_RIVAL_HEALTH,
        [RIVAL_LOGISTIC] = MESSAGE_CARD_RIVAL_LOGISTIC,
        [RIVAL_ENGINE] = MESSAGE_CARD_RIVAL_OWN,
    };
    struct document *d = c->d;
    const struct evaluation *own = &c->rivals.row[RIVAL_ENGINE];
    page_heading(d, 2, MESSAGE_CARD_RIVALS);
    page_table(d,
               page_say(d, MESSAGE_CARD_RIVALS_CAPTION, "rows", page_number(d, own->n), "events",
                        page_number(d, own->events), NULL),
               columns, G_N_ELEMENTS(columns));
    for (int k = 0; k < RIVALS; k++) {
        const struct evaluation *e = &c->rivals.row[k];
        if (!c->rivals.has[k])
            continue;
        page_cell(d, page_say(d, names[k], NULL));
        page_cell(d, page_figure(d, "%.3f", e->auc));
        page_cell(d, page_range(d, page_figure(d, "%.3f", e->auc_low),
                                page_figure(d, "%.3f", e->auc_high)));
        page_cell(d, page_figure(d, "%.3f", e->pr_auc));
        page_cell(d, page_figure(d, "%.4f", e->log_loss));
        page_cell(d, page_figure(d, "%.4f", e->brier));
        page_cell(d, page_figure(d, "%.4f", e->ece));
        page_cell(d, page_figure(d, "%.2f", e->slope));
        page_cell(d, page_figure(d, "%.3f", e->arr_auc));
    }
}

static void add_groups(const struct card *c)
{
    static const struct page_column columns[] = {{MESSAGE_CARD_PREDICTED, COLUMN_NUMBER},
                                                 {MESSAGE_PAGE_LEFT, COLUMN_NUMBER},
                                                 {MESSAGE_CARD_WILSON, COLUMN_NUMBER},
                                                 {MESSAGE_CARD_ROWS, COLUMN_NUMBER},
                                                 {MESSAGE_COUNT, COLUMN_WORDS}};
    struct document *d = c->d;
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    page_table(d, page_say(d, MESSAGE_CARD_GROUPS, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t g = 0; g < e->n_groups; g++) {
        const struct calibration_group *group = &e->group[g];
        double low, high;
        calibration_wilson(group->events, group->n, &low, &high);
        bool off = group->predicted < low || group->predicted > high;
        page_cell(d, page_percent(d, group->predicted, 2));
        page_cell(d, page_percent(d, (double)group->events / (double)group->n, 2));
        page_cell(d, page_range(d, page_percent(d, low, 2), page_percent(d, high, 2)));
        page_cell(d, page_number(d, group->n));
        document_cell(d,
                      page_say(d,
                               !off                     ? MESSAGE_CARD_AS_PREDICTED
                               : group->predicted < low ? MESSAGE_CARD_MORE_LEFT
                                                        : MESSAGE_CARD_FEWER_LEFT,
                               NULL),
                      NULL, off ? TONE_WATCH : TONE_GOOD);
    }
}

static void add_calibration_chart(const struct card *c)
{
    struct document *d = c->d;
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    double x[CALIBRATION_GROUPS], left[CALIBRATION_GROUPS], low[CALIBRATION_GROUPS],
        high[CALIBRATION_GROUPS];
    for (size_t g = 0; g < e->n_groups; g++) {
        const struct calibration_group *group = &e->group[g];
        calibration_wilson(group->events, group->n, &low[g], &high[g]);
        x[g] = 100 * group->predicted;
        left[g] = 100 * (double)group->events / (double)group->n;
        low[g] *= 100;
        high[g] *= 100;
    }
    const struct chart chart = {.unit = page_say(d, MESSAGE_CARD_CHART_LEFT, NULL),
                                .n_days = e->n_groups,
                                .n_series = 4,
                                .x = x,
                                .x_name = page_say(d, MESSAGE_CARD_CHART_PREDICTED, NULL),
                                .name = {page_say(d, MESSAGE_CARD_CHART_SHARE, NULL),
                                         page_say(d, MESSAGE_CARD_CHART_LOW, NULL),
                                         page_say(d, MESSAGE_CARD_AS_PREDICTED, NULL),
                                         page_say(d, MESSAGE_CARD_CHART_HIGH, NULL)},
                                .value = {left, low, x, high},
                                .from_zero = true};
    chart_add(d, page_say(d, MESSAGE_CARD_CHART, NULL), &chart);
}

static void add_calibration(const struct card *c)
{
    struct document *d = c->d;
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    const struct calibration_cusum *cusum = &c->rivals.cusum;
    char day[DAY_TEXT_SIZE];
    if (e->n_groups == 0)
        return;
    page_heading(d, 2, MESSAGE_CARD_CALIBRATION);
    add_calibration_chart(c);
    add_groups(c);
    page_text(d, MESSAGE_CARD_LARGE, "expected", page_figure(d, "%.1f", e->expected), "left",
              page_number(d, e->events), "z", page_figure(d, "%+.1f", e->large_z), "chi2",
              page_figure(d, "%.1f", e->chi2), "groups", page_number(d, e->n_groups), "p",
              page_figure(d, "%.2f", e->chi2_p), NULL);
    if (!isnan(cusum->p))
        page_text(d, cusum->most < 0 ? MESSAGE_CARD_TOO_FEW : MESSAGE_CARD_TOO_MANY, "day",
                  day_format(cusum->day, day), "sd", page_figure(d, "%.1f", fabs(cusum->most)), "p",
                  page_figure(d, "%.3f", cusum->p), NULL);
    page_text(d, MESSAGE_CARD_BRIER_PARTS, "brier", page_figure(d, "%.5f", e->brier), "reliability",
              page_figure(d, "%.5f", e->reliability), "resolution",
              page_figure(d, "%.5f", e->resolution), "uncertainty",
              page_figure(d, "%.5f", e->uncertainty), NULL);
}

static void add_term(const struct card *c, const struct additive_term *term)
{
    struct document *d = c->d;
    g_autoptr(GString) name = g_string_new(NULL);
    g_autofree char *p = term_words_p(term->log_p);
    for (size_t a = 0; a < term->n; a++)
        g_string_append_printf(name, "%s%s", a ? " × " : "",
                               model_shape_label(d, c->metrics, term->covariate[a]->bins->name));
    page_cell(d, name->str);
    page_cell(d, page_figure(d, "%.3f", term->importance));
    page_cell(d, page_figure(d, "%.1f", term->edf));
    page_cell(d, arena_printf(d->arena, "%s%s", p, term->separates ? " *" : ""));
    page_cell(d, page_percent(d, term->paths, 0));
}

static void add_terms(const struct card *c)
{
    static const struct page_column columns[] = {{MESSAGE_CARD_TABLE, COLUMN_WORDS},
                                                 {MESSAGE_CARD_IMPORTANCE, COLUMN_NUMBER},
                                                 {MESSAGE_CARD_FREEDOM, COLUMN_NUMBER},
                                                 {MESSAGE_CARD_P, COLUMN_NUMBER},
                                                 {MESSAGE_CARD_PATHS, COLUMN_NUMBER}};
    const struct additive_summary *s = hazard_summary(c->model->hazard);
    struct document *d = c->d;
    bool any = false;
    page_heading(d, 2, MESSAGE_CARD_TERMS);
    page_table(d, page_say(d, MESSAGE_CARD_TERMS_CAPTION, NULL), columns, G_N_ELEMENTS(columns));
    for (size_t t = 0; t < MIN(s->n_terms, (size_t)TERMS_MAX); t++) {
        add_term(c, &s->term[t]);
        any |= s->term[t].separates;
    }
    if (s->n_terms > TERMS_MAX)
        page_note(d, MESSAGE_PAGE_MORE, "n", page_number(d, s->n_terms - TERMS_MAX), NULL);
    if (any)
        page_note(d, MESSAGE_CARD_SEPARATES, NULL);
    page_note(d, MESSAGE_CARD_FLATTER, NULL);
}

static void add_drift(const struct card *c, const struct model_card_run *run)
{
    struct document *d = c->d;
    char day[DAY_TEXT_SIZE];
    page_heading(d, 2, MESSAGE_CARD_DRIFT);
    if (!run->is_there)
        page_text(d, MESSAGE_CARD_UNSCORED, NULL);
    else if (run->model_id == c->model->model_id)
        page_text(d, MESSAGE_CARD_SPOKE, "day", day_format(run->as_of, day), "run",
                  arena_printf(d->arena, "%" G_GINT64_FORMAT, run->run_id), "why",
                  *run->message ? run->message : page_say(d, MESSAGE_CARD_UNMOVED, NULL), NULL);
    else
        page_text(d, MESSAGE_CARD_NOT_SPOKE, "day", day_format(run->as_of, day), "why",
                  run->message, NULL);
    page_note(d, MESSAGE_CARD_DRIFT_NOTE, NULL);
}

static void add_limits(const struct card *c)
{
    struct document *d = c->d;
    page_heading(d, 2, MESSAGE_CARD_LIMITS);
    page_text(d, MESSAGE_CARD_LIMIT_SPAN, NULL);
    page_text(d, MESSAGE_CARD_LIMIT_ROWS, NULL);
    page_text(d, MESSAGE_CARD_LIMIT_INTERVALS, NULL);
    if (c->inflation > 0)
        page_text(d, MESSAGE_CARD_LIMIT_CLUSTERS, "times", page_figure(d, "%.2f", c->inflation),
                  NULL);
    page_text(d, MESSAGE_CARD_LIMIT_CAUSE, NULL);
}

static void add_row(const struct card *c, enum message what, const char *value)
{
    page_cell(c->d, page_say(c->d, what, NULL));
    page_cell(c->d, value);
}

static void add_reproduction(const struct card *c)
{
    static const struct page_column columns[] = {{MESSAGE_CARD_WHAT, COLUMN_WORDS},
                                                 {MESSAGE_PAGE_VALUE, COLUMN_WORDS}};
    struct document *d = c->d;
    const struct model *m = c->model;
    const char *known = arena_printf(d->arena, "%" G_GINT64_FORMAT, m->known_no);
    char day[DAY_TEXT_SIZE];
    double intercept = 0, slope = 1;
    day_format(m->trained_as_of, day);
    page_heading(d, 2, MESSAGE_CARD_REPRODUCTION);
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    add_row(c, MESSAGE_CARD_MODEL, arena_printf(d->arena, "%" G_GINT64_FORMAT, m->model_id));
    add_row(c, MESSAGE_CARD_SHA256, m->sha256);
    add_row(c, MESSAGE_CARD_FACTS, arena_strdup(d->arena, day));
    add_row(c, MESSAGE_CARD_KNOWN, known);
    add_row(c, MESSAGE_CARD_PERIOD,
            page_say(d, MESSAGE_CARD_DAYS, "days", format_number(d->arena, m->horizon_days), NULL));
    if (m->hazard) {
        hazard_calibration(m->hazard, &intercept, &slope);
        add_row(c, MESSAGE_CARD_RECALIBRATION,
                page_say(d, MESSAGE_CARD_RECALIBRATED, "intercept",
                         page_figure(d, "%+.4f", intercept), "slope", page_figure(d, "%.4f", slope),
                         NULL));
    }
    add_row(c, MESSAGE_CARD_SHOWN_BY, "kenko " KENKO_VERSION);
    page_text(d, MESSAGE_CARD_AGAIN, "day", day, "known", known, NULL);
}

void model_card_make(const struct model *model, const struct metric_set *metrics,
                     const struct model_card_run *run, struct document *out)
{
    struct card c = {out, model, metrics, {{0}}, NULL, NULL, NULL, 0};
    json_t *evaluation = json_loads(model->evaluation, 0, NULL);
    rival_load(evaluation, &c.rivals);
    read_window(&c, evaluation);
    json_decref(evaluation);
    out->title = page_say(out, MESSAGE_CARD_TITLE, "model",
                          arena_printf(out->arena, "%" G_GINT64_FORMAT, model->model_id), NULL);
    add_head(&c);
    add_purpose(&c);
    if (c.rivals.row[RIVAL_ENGINE].n > 0) {
        add_rivals(&c);
        add_calibration(&c);
    }
    if (model->hazard) {
        add_terms(&c);
        model_shape_add(out, model->hazard, metrics);
    }
    add_drift(&c, run);
    add_limits(&c);
    page_heading(out, 2, MESSAGE_CARD_READING);
    page_text(out, MESSAGE_CARD_READING_WORDS, NULL);
    add_reproduction(&c);
}
