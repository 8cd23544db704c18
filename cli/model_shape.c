/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/model_shape.h"

#include <math.h>
#include <string.h>

#include "cli/page.h"
#include "reports/chart.h"
#include "reports/format.h"
#include "scoring/additive_table.h"
#include "scoring/normal.h"

static const double no_spread = 0.01; /* of log-odds: nothing that a picture would show */
enum { SHAPES_MAX = 16, PAIRS_MAX = 12, LEVELS_MAX = 30 };

const char *model_shape_label(const struct document *d, const struct metric_set *metrics,
                              const char *column)
{
    int metric = metric_index(metrics, column);
    if (metric >= 0)
        return page_metric(d, metric_info(metrics, (size_t)metric));
    size_t n = strlen(column), due = strlen(" due");
    if (n <= due || strcmp(column + n - due, " due") != 0)
        return column;
    const char *name = arena_printf(d->arena, "%.*s", (int)(n - due), column);
    metric = metric_index(metrics, name);
    return metric < 0 ? column
                      : page_say(d, MESSAGE_SHAPE_WITHIN, "label",
                                 page_metric(d, metric_info(metrics, (size_t)metric)), NULL);
}

/* Whether a contract ends within the period is told by 0 and 1. */
static const char *level(const struct document *d, const struct additive_table *t, size_t b)
{
    const struct bins *bins = t->covariate[0]->bins;
    const char *text = additive_table_label(d->arena, t, 0, b);
    if (bins->has_missing && b + 1 == bins->m)
        return page_say(d, MESSAGE_PAGE_MISSING, NULL);
    if (bins->has_other && b + 1 + bins->has_missing == bins->m)
        return page_say(d, MESSAGE_PAGE_OTHER, NULL);
    if (!g_str_has_suffix(bins->name, " due"))
        return text;
    return strcmp(text, "0") == 0   ? page_say(d, MESSAGE_SHAPE_NO, NULL)
           : strcmp(text, "1") == 0 ? page_say(d, MESSAGE_SHAPE_YES, NULL)
                                    : text;
}

/* What a value multiplies the odds by. */
static const char *factor(struct arena *arena, double log_odds)
{
    return arena_printf(arena, "×%.2f", exp(log_odds));
}

static void add_note(struct document *d, const struct additive_table *t, double slope)
{
    const struct bins *bins = t->covariate[0]->bins;
    size_t regular = bins->m - bins->has_missing, low = 0, high = 0;
    for (size_t b = 0; b < regular; b++) {
        low = t->value[b] < t->value[low] ? b : low;
        high = t->value[b] > t->value[high] ? b : high;
    }
    double missing = bins->has_missing ? t->value[bins->m - 1] : 0;
    page_note(d, bins->has_missing ? MESSAGE_SHAPE_NOTE_MISSING : MESSAGE_SHAPE_NOTE, "low",
              format_quantity(d->arena, d->language, bins->value[low], bins->unit), "low_times",
              factor(d->arena, slope * t->value[low]), "high",
              format_quantity(d->arena, d->language, bins->value[high], bins->unit), "high_times",
              factor(d->arena, slope * t->value[high]), "share",
              page_percent(d, bins->has_missing ? t->share[0][bins->m - 1] : NAN, 1), "times",
              factor(d->arena, slope * missing), NULL);
}

/* A line over the values, with its interval where the model keeps one. */
static void add_curve(struct document *d, const struct additive_table *t, const char *label,
                      double slope)
{
    const struct bins *bins = t->covariate[0]->bins;
    size_t n = bins->m - bins->has_missing;
    double *y = arena_many(d->arena, n + 1, double);
    double *one = arena_many(d->arena, n + 1, double);
    double *low = arena_many(d->arena, n + 1, double);
    double *high = arena_many(d->arena, n + 1, double);
    for (size_t b = 0; b < n; b++) {
        double half = t->se ? normal_z95 * slope * t->se[b] : 0;
        y[b] = exp(slope * t->value[b]);
        one[b] = 1;
        low[b] = exp(slope * t->value[b] - half);
        high[b] = exp(slope * t->value[b] + half);
    }
    const struct chart chart = {.unit = page_say(d, MESSAGE_SHAPE_UNIT, NULL),
                                .n_days = n,
                                .n_series = t->se ? 4 : 2,
                                .x = bins->value,
                                .x_name = *bins->unit ? page_words(d, bins->unit) : label,
                                .name = {label, page_say(d, MESSAGE_SHAPE_NONE, NULL),
                                         page_say(d, MESSAGE_CARD_CHART_LOW, NULL),
                                         page_say(d, MESSAGE_CARD_CHART_HIGH, NULL)},
                                .value = {y, one, low, high},
                                .is_factor = true};
    chart_add(d, page_say(d, MESSAGE_SHAPE_CHART, "label", label, NULL), &chart);
}

static void add_levels(struct document *d, const struct additive_table *t, double slope)
{
    static const struct page_column columns[] = {{MESSAGE_PAGE_VALUE, COLUMN_WORDS},
                                                 {MESSAGE_SHAPE_SHARE, COLUMN_NUMBER},
                                                 {MESSAGE_SHAPE_ODDS, COLUMN_NUMBER}};
    const struct bins *bins = t->covariate[0]->bins;
    page_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t b = 0; b < MIN(bins->m, (size_t)LEVELS_MAX); b++) {
        page_cell(d, level(d, t, b));
        page_cell(d, page_percent(d, t->share[0][b], 1));
        page_cell(d, factor(d->arena, slope * t->value[b]));
    }
}

static void add_pairs(struct document *d, const struct additive_tables *tables,
                      const struct metric_set *metrics, double slope)
{
    static const struct page_column columns[] = {{MESSAGE_SHAPE_PAIR, COLUMN_WORDS},
                                                 {MESSAGE_SHAPE_MOVES, COLUMN_NUMBER},
                                                 {MESSAGE_SHAPE_ODDS, COLUMN_NUMBER}};
    size_t shown = 0;
    for (size_t k = 0; k < tables->n && shown < PAIRS_MAX; k++) {
        const struct additive_table *t = &tables->table[k];
        double low = 0, high = 0;
        if (t->n < 2)
            continue;
        if (shown++ == 0) {
            page_heading(d, 3, MESSAGE_SHAPE_PAIRS);
            page_table(d, page_say(d, MESSAGE_SHAPE_PAIRS_CAPTION, NULL), columns,
                       G_N_ELEMENTS(columns));
        }
        for (size_t i = 0; i < t->size[0] * t->size[1]; i++) {
            low = fmin(low, slope * t->value[i]);
            high = fmax(high, slope * t->value[i]);
        }
        page_cell(d, page_say(d, MESSAGE_PAGE_AND, "a",
                              model_shape_label(d, metrics, t->covariate[0]->bins->name), "b",
                              model_shape_label(d, metrics, t->covariate[1]->bins->name), NULL));
        page_cell(d, page_figure(d, "%.2f", slope * t->spread));
        page_cell(d, page_range(d, factor(d->arena, low), factor(d->arena, high)));
    }
}

void model_shape_add(struct document *d, const struct hazard_model *model,
                     const struct metric_set *metrics)
{
    const struct additive_tables *tables = hazard_tables(d->arena, model);
    g_autoptr(GString) flat = g_string_new(NULL);
    double intercept, slope;
    hazard_calibration(model, &intercept, &slope);
    page_heading(d, 2, MESSAGE_SHAPE_HEADING);
    page_text(d, MESSAGE_SHAPE_INTRO, NULL);
    for (size_t k = 0, shown = 0; k < tables->n && shown < SHAPES_MAX; k++) {
        const struct additive_table *t = &tables->table[k];
        if (t->n != 1)
            continue;
        const struct bins *bins = t->covariate[0]->bins;
        const char *label = model_shape_label(d, metrics, bins->name);
        if (slope * t->spread < no_spread) {
            g_string_append_printf(flat, "%s%s",
                                   flat->len ? page_say(d, MESSAGE_LIST_COMMA, NULL) : "", label);
            continue;
        }
        document_heading(d, 3, label);
        if (bins->is_factor) {
            add_levels(d, t, slope);
        } else {
            add_curve(d, t, label, slope);
            add_note(d, t, slope);
        }
        shown++;
    }
    if (flat->len)
        page_note(d, MESSAGE_SHAPE_FLAT, "names", flat->str, NULL);
    add_pairs(d, tables, metrics, slope);
}
