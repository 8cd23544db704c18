/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/model_card.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

#include "cli/model_shape.h"
#include "cli/rival_words.h"
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

/* A figure by a printf format, a dash for none. */
static const char *figure(const struct card *c, const char *format, double v)
{
    char text[RIVAL_WORDS_CELL];
    return arena_strdup(c->d->arena, rival_words_cell(text, format, v));
}

static const char *percent(const struct card *c, double share, int decimals)
{
    return isnan(share) ? "–" : format_percent(c->d->arena, LANGUAGE_EN, 100 * share, decimals);
}

static void cell(const struct card *c, const char *text)
{
    document_cell(c->d, text, NULL, TONE_PLAIN);
}

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

static void add_head(const struct card *c)
{
    struct document *d = c->d;
    const struct model *m = c->model;
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    const struct evaluation *base = &c->rivals.row[RIVAL_BASE];
    char day[DAY_TEXT_SIZE];
    document_heading(d, 1, d->title);
    document_note(d, "%s; learnt from facts before %s", m->message,
                  day_format(m->trained_as_of, day));
    document_tile(d, "State", m->state,
                  strcmp(m->state, "active") == 0 ? "it speaks" : "it does not speak", TONE_PLAIN);
    document_tile(d, "Learnt from", format_number(d->arena, m->rows_used), "customer-periods",
                  TONE_PLAIN);
    document_tile(d, "Of them ended", format_number(d->arena, m->events_used), "churn events",
                  TONE_PLAIN);
    if (e->n == 0)
        return;
    document_tile(d, "Ranking (AUC)", figure(c, "%.3f", e->auc),
                  arena_printf(d->arena, "%s to %s at 95 %%; 0.5 is guessing",
                               figure(c, "%.3f", e->auc_low), figure(c, "%.3f", e->auc_high)),
                  e->auc_low > 0.5 ? TONE_GOOD : TONE_WATCH);
    document_tile(d, "Log loss", figure(c, "%.4f", e->log_loss),
                  arena_printf(d->arena, "base rate %s", figure(c, "%.4f", base->log_loss)),
                  e->log_loss < base->log_loss ? TONE_GOOD : TONE_BAD);
    document_tile(
        d, "Calibration error", percent(c, e->ece, 2),
        arena_printf(d->arena, "%.1f expected to leave, %zu left", e->expected, e->events),
        fabs(e->large_z) > 3 ? TONE_WATCH : TONE_PLAIN);
}

static void add_purpose(const struct card *c)
{
    struct document *d = c->d;
    const struct model *m = c->model;
    document_heading(d, 2, "What it predicts, and for whom");
    document_text(d,
                  "For every customer on a day: the probability that its life as a customer ends "
                  "within a span of days. A life ends as churn in kenko.yaml says: with a contract "
                  "that is not followed by another, or with a silence. Days are cut into periods "
                  "of %d; within a period a customer's hazard is one number, whose log-odds are a "
                  "constant plus a sum of the tables below.",
                  m->horizon_days);
    document_text(d,
                  "It is meant for deciding whom to look after first, and for adding up what is at "
                  "stake. It is not meant for people, for prices, or for customers unlike those it "
                  "has seen; it says what goes with leaving, not what would keep somebody.");
    if (c->first)
        document_text(d,
                      "It has learnt from customers as they were known on days from %s to %s, %d "
                      "days or less apart, with what came of each within the period after it. The "
                      "figures on held-out time are of the days from %s on, by a twin fitted on "
                      "days whose outcome was sure before the first of these.",
                      c->first, c->last, m->horizon_days, c->judged_from);
}

static void add_rivals(const struct card *c)
{
    static const struct document_column columns[] = {{"Judged on the same rows", COLUMN_WORDS},
                                                     {"AUC", COLUMN_NUMBER},
                                                     {"95 %", COLUMN_NUMBER},
                                                     {"PR-AUC", COLUMN_NUMBER},
                                                     {"Log loss", COLUMN_NUMBER},
                                                     {"Brier", COLUMN_NUMBER},
                                                     {"ECE", COLUMN_NUMBER},
                                                     {"Slope", COLUMN_NUMBER},
                                                     {"AUC by ARR", COLUMN_NUMBER}};
    struct document *d = c->d;
    document_heading(d, 2, "How good it is on held-out time");
    document_table(
        d,
        arena_printf(d->arena, "%s customer-periods, %s of them ended",
                     format_number(d->arena, (int64_t)c->rivals.row[RIVAL_ENGINE].n),
                     format_number(d->arena, (int64_t)c->rivals.row[RIVAL_ENGINE].events)),
        columns, G_N_ELEMENTS(columns));
    for (int k = 0; k < RIVALS; k++) {
        const struct evaluation *e = &c->rivals.row[k];
        if (!c->rivals.has[k])
            continue;
        cell(c, k == RIVAL_ENGINE ? "this model" : rival_label((enum rival)k));
        cell(c, figure(c, "%.3f", e->auc));
        cell(c, arena_printf(d->arena, "%s to %s", figure(c, "%.3f", e->auc_low),
                             figure(c, "%.3f", e->auc_high)));
        cell(c, figure(c, "%.3f", e->pr_auc));
        cell(c, figure(c, "%.4f", e->log_loss));
        cell(c, figure(c, "%.4f", e->brier));
        cell(c, figure(c, "%.4f", e->ece));
        cell(c, figure(c, "%.2f", e->slope));
        cell(c, figure(c, "%.3f", e->arr_auc));
    }
}

static void add_groups(const struct card *c)
{
    static const struct document_column columns[] = {{"Predicted", COLUMN_NUMBER},
                                                     {"Left", COLUMN_NUMBER},
                                                     {"95 % (Wilson)", COLUMN_NUMBER},
                                                     {"Rows", COLUMN_NUMBER},
                                                     {"", COLUMN_WORDS}};
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    document_table(c->d, "Tenths by predicted risk", columns, G_N_ELEMENTS(columns));
    for (size_t g = 0; g < e->n_groups; g++) {
        const struct calibration_group *group = &e->group[g];
        double low, high;
        calibration_wilson(group->events, group->n, &low, &high);
        bool off = group->predicted < low || group->predicted > high;
        cell(c, percent(c, group->predicted, 2));
        cell(c, percent(c, (double)group->events / (double)group->n, 2));
        cell(c, arena_printf(c->d->arena, "%s to %s", percent(c, low, 2), percent(c, high, 2)));
        cell(c, format_number(c->d->arena, (int64_t)group->n));
        document_cell(c->d,
                      !off                     ? "as predicted"
                      : group->predicted < low ? "more than predicted"
                                               : "fewer than predicted",
                      NULL, off ? TONE_WATCH : TONE_GOOD);
    }
}

static void add_calibration_chart(const struct card *c)
{
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
    const struct chart chart = {.unit = "left, %",
                                .n_days = e->n_groups,
                                .n_series = 4,
                                .x = x,
                                .x_name = "predicted, %",
                                .name = {"left", "95 %, from", "as predicted", "95 %, to"},
                                .value = {left, low, x, high},
                                .from_zero = true};
    chart_add(c->d, "Share that left by predicted risk", &chart);
}

static void add_calibration(const struct card *c)
{
    const struct evaluation *e = &c->rivals.row[RIVAL_ENGINE];
    const struct calibration_cusum *cusum = &c->rivals.cusum;
    char day[DAY_TEXT_SIZE];
    if (e->n_groups == 0)
        return;
    document_heading(c->d, 2, "Do as many leave as it says?");
    add_calibration_chart(c);
    add_groups(c);
    document_text(c->d,
                  "All together: %.1f expected to leave, %zu left, %s standard errors apart. "
                  "Tenths against their predictions: chi-squared %s on %zu, which chance alone "
                  "reaches with probability %s.",
                  e->expected, e->events, figure(c, "%+.1f", e->large_z),
                  figure(c, "%.1f", e->chi2), e->n_groups, figure(c, "%.2f", e->chi2_p));
    if (!isnan(cusum->p))
        document_text(c->d,
                      "Over time: summed from day to day, those who left beyond the expected ones "
                      "went farthest off by %s: %s standard deviations too %s, which chance alone "
                      "reaches with probability %s.",
                      day_format(cusum->day, day), figure(c, "%.1f", fabs(cusum->most)),
                      cusum->most < 0 ? "few" : "many", figure(c, "%.3f", cusum->p));
    document_text(c->d,
                  "Brier's score %.5f = reliability %.5f − resolution %.5f + uncertainty %.5f: "
                  "what a perfect recalibration would save, what telling customers apart saves, "
                  "and what the base rate loses.",
                  e->brier, e->reliability, e->resolution, e->uncertainty);
}

static void add_terms(const struct card *c)
{
    static const struct document_column columns[] = {{"Table", COLUMN_WORDS},
                                                     {"Importance", COLUMN_NUMBER},
                                                     {"Freedom (edf)", COLUMN_NUMBER},
                                                     {"p", COLUMN_NUMBER},
                                                     {"In paths", COLUMN_NUMBER}};
    const struct additive_summary *s = hazard_summary(c->model->hazard);
    struct document *d = c->d;
    bool any = false;
    document_heading(d, 2, "What it looks at");
    document_table(d,
                   "Importance is a standard deviation of log-odds over the rows; freedom 1 is a "
                   "straight line",
                   columns, G_N_ELEMENTS(columns));
    for (size_t t = 0; t < MIN(s->n_terms, (size_t)TERMS_MAX); t++) {
        const struct additive_term *term = &s->term[t];
        g_autoptr(GString) name = g_string_new(NULL);
        g_autofree char *p = term_words_p(term->log_p);
        for (size_t a = 0; a < term->n; a++)
            g_string_append_printf(
                name, "%s%s", a ? " × " : "",
                model_shape_label(d->arena, c->metrics, term->covariate[a]->bins->name));
        cell(c, name->str);
        cell(c, figure(c, "%.3f", term->importance));
        cell(c, figure(c, "%.1f", term->edf));
        cell(c, term->separates ? arena_printf(d->arena, "%s *", p) : p);
        cell(c, percent(c, term->paths, 0));
        any |= term->separates;
    }
    if (s->n_terms > TERMS_MAX)
        document_note(d, "… and %zu more", s->n_terms - TERMS_MAX);
    if (any)
        document_note(
            d, "* It nearly separates those who leave from the others; the p-value of such a "
               "table is too large.");
    document_note(d, "Terms that a screen let in have p-values that flatter: the same rows asked "
                     "for them. What counts is the loss on held-out time above.");
}

static void add_drift(const struct card *c, const struct model_card_run *run)
{
    char day[DAY_TEXT_SIZE];
    document_heading(c->d, 2, "Is the world still the same?");
    if (!run->is_there)
        document_text(c->d, "Nothing has been scored yet.");
    else if (run->model_id == c->model->model_id)
        document_text(c->d, "It spoke on %s (run %" G_GINT64_FORMAT "). %s",
                      day_format(run->as_of, day), run->run_id,
                      *run->message ? run->message : "No feature has moved since it was judged.");
    else
        document_text(c->d, "It did not speak on %s, the newest day scored. %s",
                      day_format(run->as_of, day), run->message);
    document_note(c->d, "Each day's customers are held against those it was judged on. When the "
                        "risks themselves are spread otherwise, it falls silent and the scorecard "
                        "speaks alone.");
}

static void add_limits(const struct card *c)
{
    document_heading(c->d, 2, "Limits");
    document_text(c->d, "Metrics but days to renewal are held over the span asked for, and of a "
                        "contract only the next renewal counts: risks of half a year and more are "
                        "rougher than those of a month.");
    document_text(c->d, "Rows of one customer tell about each other only through their metrics. "
                        "What no metric sees, it does not know: a new buyer, a merger, a mood.");
    document_text(c->d, "Intervals say where the risk lies given what the data could tell. Near a "
                        "step of a shape they are too narrow, over all customers they hold about "
                        "95 of 100.");
    if (c->inflation > 0)
        document_text(c->d,
                      "They take rows as independent. Added up by customer, standard errors would "
                      "be %.2f times as wide on average; about 1 says that rows are.",
                      c->inflation);
    document_text(c->d, "A contribution is not a cause: to change a metric need not change who "
                        "leaves.");
}

static void add_reading(const struct card *c)
{
    document_heading(c->d, 2, "How to read the numbers");
    document_text(c->d,
                  "AUC: of one who leaves and one who stays, how often the first has the "
                  "higher risk. PR-AUC: precision averaged over the leavers found; guessing "
                  "gives the churn rate. Log loss and Brier: how far probabilities are from "
                  "what happened; only less than the base rate's is knowledge. ECE: by how "
                  "much predicted and actual churn differ in the tenths, on average. Slope: "
                  "below 1 risks are too bold, above 1 too shy. By ARR: each customer weighed "
                  "by its revenue.");
}

static void add_row(const struct card *c, const char *what, const char *value)
{
    cell(c, what);
    cell(c, value);
}

static void add_reproduction(const struct card *c)
{
    static const struct document_column columns[] = {{"What", COLUMN_WORDS},
                                                     {"Value", COLUMN_WORDS}};
    const struct model *m = c->model;
    struct arena *arena = c->d->arena;
    char day[DAY_TEXT_SIZE];
    double intercept = 0, slope = 1;
    day_format(m->trained_as_of, day);
    document_heading(c->d, 2, "To reproduce it");
    document_table(c->d, "", columns, G_N_ELEMENTS(columns));
    add_row(c, "Model", arena_printf(arena, "%" G_GINT64_FORMAT, m->model_id));
    add_row(c, "SHA-256 of its tables", m->sha256);
    add_row(c, "Facts before", arena_strdup(arena, day));
    add_row(c, "Known at commit", arena_printf(arena, "%" G_GINT64_FORMAT, m->known_no));
    add_row(c, "Period", arena_printf(arena, "%d days", m->horizon_days));
    if (m->hazard) {
        hazard_calibration(m->hazard, &intercept, &slope);
        add_row(c, "Recalibration of the log-odds",
                arena_printf(arena, "%+.4f, times %.4f", intercept, slope));
    }
    add_row(c, "Shown by", "kenko " KENKO_VERSION);
    document_text(c->d,
                  "kenko train --as-of %s --known-at %" G_GINT64_FORMAT
                  " with the same configuration fits it again, to nine digits; the stored model "
                  "scores to the same bits everywhere.",
                  day, m->known_no);
}

void model_card_make(const struct model *model, const struct metric_set *metrics,
                     const struct model_card_run *run, struct document *out)
{
    struct card c = {out, model, metrics, {{0}}, NULL, NULL, NULL, 0};
    json_t *evaluation = json_loads(model->evaluation, 0, NULL);
    rival_load(evaluation, &c.rivals);
    read_window(&c, evaluation);
    json_decref(evaluation);
    out->title = arena_printf(out->arena, "Churn model %" G_GINT64_FORMAT, model->model_id);
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
    add_reading(&c);
    add_reproduction(&c);
}
