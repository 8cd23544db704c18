/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/model_shape.h"

#include <math.h>
#include <string.h>

#include "reports/chart.h"
#include "reports/format.h"
#include "scoring/additive_table.h"
#include "scoring/normal.h"

static const double no_spread = 0.01; /* of log-odds: nothing that a picture would show */
enum { SHAPES_MAX = 16, PAIRS_MAX = 12, LEVELS_MAX = 30 };

const char *model_shape_label(struct arena *arena, const struct metric_set *metrics,
                              const char *column)
{
    int metric = metric_index(metrics, column);
    if (metric >= 0)
        return metric_info(metrics, (size_t)metric)->label;
    size_t n = strlen(column), due = strlen(" due");
    if (n <= due || strcmp(column + n - due, " due") != 0)
        return column;
    const char *name = arena_printf(arena, "%.*s", (int)(n - due), column);
    metric = metric_index(metrics, name);
    return metric < 0 ? column
                      : arena_printf(arena, "%s: within the period?",
                                     metric_info(metrics, (size_t)metric)->label);
}

/* Whether a contract ends within the period is told by 0 and 1. */
static const char *level(struct arena *arena, const struct additive_table *t, size_t b)
{
    const char *text = additive_table_label(arena, t, 0, b);
    if (!g_str_has_suffix(t->covariate[0]->bins->name, " due"))
        return text;
    return strcmp(text, "0") == 0 ? "no" : strcmp(text, "1") == 0 ? "yes" : text;
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
    g_autoptr(GString) note = g_string_new(NULL);
    g_string_append_printf(note, "Lowest odds at %s (%s), highest at %s (%s).",
                           format_quantity(d->arena, LANGUAGE_EN, bins->value[low], bins->unit),
                           factor(d->arena, slope * t->value[low]),
                           format_quantity(d->arena, LANGUAGE_EN, bins->value[high], bins->unit),
                           factor(d->arena, slope * t->value[high]));
    if (bins->has_missing)
        g_string_append_printf(
            note, " Missing in %s of the rows: %s.",
            format_percent(d->arena, LANGUAGE_EN, 100 * t->share[0][bins->m - 1], 1),
            factor(d->arena, slope * t->value[bins->m - 1]));
    document_note(d, "%s", note->str);
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
    const struct chart chart = {.unit = "odds, times",
                                .n_days = n,
                                .n_series = t->se ? 4 : 2,
                                .x = bins->value,
                                .x_name = *bins->unit ? bins->unit : label,
                                .name = {label, "no effect", "95 %, from", "95 %, to"},
                                .value = {y, one, low, high},
                                .is_factor = true};
    chart_add(d, arena_printf(d->arena, "Odds of leaving by %s", label), &chart);
}

static void add_levels(struct document *d, const struct additive_table *t, double slope)
{
    static const struct document_column columns[] = {
        {"Value", COLUMN_WORDS}, {"Share of rows", COLUMN_NUMBER}, {"Odds", COLUMN_NUMBER}};
    const struct bins *bins = t->covariate[0]->bins;
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t b = 0; b < MIN(bins->m, (size_t)LEVELS_MAX); b++) {
        document_cell(d, level(d->arena, t, b), NULL, TONE_PLAIN);
        document_cell(d, format_percent(d->arena, LANGUAGE_EN, 100 * t->share[0][b], 1), NULL,
                      TONE_PLAIN);
        document_cell(d, factor(d->arena, slope * t->value[b]), NULL, TONE_PLAIN);
    }
}

static void add_pairs(struct document *d, const struct additive_tables *tables,
                      const struct metric_set *metrics, double slope)
{
    static const struct document_column columns[] = {
        {"Pair", COLUMN_WORDS}, {"Moves the log-odds by", COLUMN_NUMBER}, {"Odds", COLUMN_NUMBER}};
    size_t shown = 0;
    for (size_t k = 0; k < tables->n && shown < PAIRS_MAX; k++) {
        const struct additive_table *t = &tables->table[k];
        double low = 0, high = 0;
        if (t->n < 2)
            continue;
        if (shown++ == 0) {
            document_heading(d, 3, "What pairs add");
            document_table(d,
                           "Beyond the tables of each alone: a standard deviation over the rows, "
                           "and from the lowest to the highest",
                           columns, G_N_ELEMENTS(columns));
        }
        for (size_t i = 0; i < t->size[0] * t->size[1]; i++) {
            low = fmin(low, slope * t->value[i]);
            high = fmax(high, slope * t->value[i]);
        }
        document_cell(
            d,
            arena_printf(d->arena, "%s and %s",
                         model_shape_label(d->arena, metrics, t->covariate[0]->bins->name),
                         model_shape_label(d->arena, metrics, t->covariate[1]->bins->name)),
            NULL, TONE_PLAIN);
        document_cell(d, arena_printf(d->arena, "%.2f", slope * t->spread), NULL, TONE_PLAIN);
        document_cell(
            d, arena_printf(d->arena, "%s to %s", factor(d->arena, low), factor(d->arena, high)),
            NULL, TONE_PLAIN);
    }
}

void model_shape_add(struct document *d, const struct hazard_model *model,
                     const struct metric_set *metrics)
{
    const struct additive_tables *tables = hazard_tables(d->arena, model);
    g_autoptr(GString) flat = g_string_new(NULL);
    double intercept, slope;
    hazard_calibration(model, &intercept, &slope);
    document_heading(d, 2, "Shapes");
    document_text(
        d, "What each value multiplies the odds of leaving by, against the average row; the "
           "products of all of them and of a constant are the odds, exactly. A line is what "
           "the model uses, not a drawing of it; its interval is of the shape alone, against "
           "the average row.");
    for (size_t k = 0, shown = 0; k < tables->n && shown < SHAPES_MAX; k++) {
        const struct additive_table *t = &tables->table[k];
        if (t->n != 1)
            continue;
        const struct bins *bins = t->covariate[0]->bins;
        const char *label = model_shape_label(d->arena, metrics, bins->name);
        if (slope * t->spread < no_spread) {
            g_string_append_printf(flat, "%s%s", flat->len ? ", " : "", label);
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
        document_note(d, "Next to no effect: %s.", flat->str);
    add_pairs(d, tables, metrics, slope);
}
