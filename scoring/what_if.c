/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/what_if.h"

#include <math.h>
#include <string.h>

#include "core/text.h"
#include "core/zone.h"
#include "scoring/score_config.h"
#include "sql/scoring.h"

enum { HALVINGS = 40 };

struct reading {
    struct arena *arena;
    const char *key;
    struct what_if *out;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct reading *r = context;
    size_t a = 0;
    while (a < f->n_accounts && strcmp(f->account_key[a], r->key) != 0)
        a++;
    if (a == f->n_accounts)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' is no account", r->key);
    r->out->value = arena_many(r->arena, f->n_metrics + 1, double);
    r->out->quality = arena_many(r->arena, f->n_metrics + 1, uint8_t);
    if (f->carried) {
        r->out->carried = arena_many(r->arena, f->n_metrics + 1, double);
        r->out->carried_on = arena_many(r->arena, f->n_metrics + 1, int32_t);
    }
    for (size_t m = 0; m < f->n_metrics; m++) {
        r->out->value[m] = f->value[m * f->n_accounts + a];
        r->out->quality[m] = f->quality[m * f->n_accounts + a];
    }
    for (size_t m = 0; f->carried && m < f->n_metrics; m++) {
        r->out->carried[m] = f->carried[m * f->n_accounts + a];
        r->out->carried_on[m] = f->carried_on[m * f->n_accounts + a];
    }
    if (!f->attribute)
        return true;
    for (int i = 0; i < FACTS_ATTRIBUTES; i++)
        r->out->attribute.text[i] = arena_strdup(r->arena, f->attribute[a].text[i]);
    return true;
}

bool what_if_load(struct arena *arena, struct db *db, struct config *config, const char *key,
                  struct what_if *out, GError **err)
{
    struct q_change_account_row row;
    struct score_config settings;
    bool found;
    if (!q_change_account(arena, db, key, INT32_MAX, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "'%s' has no published score", key);
    *out = (struct what_if){.as_of = row.as_of};
    if (!(out->metrics = metric_set_load(arena, config, err)) ||
        !score_config_load(config, &settings, err) ||
        !(out->card = scorecard_load(arena, config, out->metrics, settings.scorecard, err)))
        return false;
    const struct zone *zone = config_zone(config, config_time_zone(config), err);
    struct reading r = {arena, key, out};
    bool ok =
        zone && db_begin_snapshot(db, err) &&
        metric_compute(db, out->metrics, zone, &out->as_of, 1, row.known_no, on_frame, &r, err);
    db_rollback(db);
    return ok;
}

void what_if_health(const struct what_if *w, struct health_engine *engine, struct health *out)
{
    const struct health_reading reading = {w->value,   w->quality,   1, &w->attribute, w->as_of,
                                           w->carried, w->carried_on};
    health_of_reading(engine, &reading, out);
}

bool what_if_set(struct what_if *what_if, const char *metric, double value, GError **err)
{
    int m = metric_index(what_if->metrics, metric);
    if (m >= 0) {
        what_if->value[m] = value;
        what_if->quality[m] = METRIC_OK;
        return true;
    }
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < metric_count(what_if->metrics); i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)metric_info(what_if->metrics, i)->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(metric, (const char *const *)names->pdata);
    return err_set(err, KENKO_ERROR_USAGE, "metrics.yaml has no metric '%s'%s", metric, hint);
}

bool what_if_say(struct what_if *what_if, const char *attribute, const char *text, GError **err)
{
    int i = facts_attribute_find(attribute);
    if (i < 0)
        return err_set(err, KENKO_ERROR_USAGE,
                       "'@%s' is no attribute, want @plan, @segment, @industry or @region",
                       attribute);
    what_if->attribute.text[i] = *text ? text : NULL;
    return true;
}

/* ── the smallest change ────────────────────────────────────────────────────────────────────────
 */

struct search {
    const struct what_if *from;
    struct health_engine *engine;
    double *value; /* by metric, the one at `metric` is tried */
    int metric;
    ssize_t now; /* the band of now, by its place on the card */
    struct what_if_lift *best;
};

static ssize_t place_of(const struct scorecard *card, const char *band)
{
    for (size_t i = 0; i < card->n_bands; i++) {
        if (strcmp(card->band[i].name, band) == 0)
            return (ssize_t)i;
    }
    return -1;
}

static bool lifts(struct search *s, double x, struct health *h)
{
    struct what_if tried = *s->from;
    s->value[s->metric] = x;
    tried.value = s->value;
    what_if_health(&tried, s->engine, h);
    return place_of(s->from->card, h->band) > s->now;
}

/* Keep x when it lifts and is nearer than what was found. */
static bool keep(struct search *s, double x)
{
    struct health h;
    double own = s->from->value[s->metric];
    if (!isfinite(x) || (s->best->found && fabs(x - own) >= fabs(s->best->value - own)) ||
        !lifts(s, x, &h))
        return false;
    *s->best = (struct what_if_lift){true, x, h.band, h.effective_bp};
    return true;
}

/* An end of a range as a value that lies in it. */
static double inside(double end, bool inclusive, double towards)
{
    double step = fmax(fabs(end), 1) * 1e-6;
    if (inclusive)
        return end;
    return isfinite(towards) && fabs(towards - end) < 2 * step ? (end + towards) / 2
           : towards > end                                     ? end + step
                                                               : end - step;
}

/* Between a value that does not lift and one that does. */
static void halve(struct search *s, double not_yet, double enough)
{
    struct health h;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = not_yet + (enough - not_yet) / 2;
        if (lifts(s, middle, &h))
            enough = middle;
        else
            not_yet = middle;
    }
    keep(s, enough);
}

static void try_piece(struct search *s, const struct scorecard_piece *p)
{
    const struct scorecard_range *r = &p->range;
    double low = r->has_low ? rational_to_double(r->low) : -INFINITY;
    double high = r->has_high ? rational_to_double(r->high) : INFINITY;
    double from = r->has_low ? inside(low, r->low_inclusive, high) : -INFINITY;
    double to = r->has_high ? inside(high, r->high_inclusive, low) : INFINITY;
    double own = s->from->value[s->metric];
    struct health h;
    double near = CLAMP(own, from, to);
    if (keep(s, near) || (!p->is_line && p->n_steps == 0))
        return;
    const double far[] = {isfinite(from) ? from : rational_to_double(p->from),
                          isfinite(to) ? to : rational_to_double(p->to)};
    for (size_t i = 0; i < G_N_ELEMENTS(far); i++) {
        if (far[i] != near && lifts(s, far[i], &h))
            halve(s, near, far[i]);
    }
}

void what_if_lift(const struct what_if *w, struct health_engine *engine, size_t measure,
                  struct what_if_lift *out)
{
    const struct scorecard_measure *m = &w->card->measure[measure];
    int metric = w->card->input[m->input].metric;
    struct health h;
    *out = (struct what_if_lift){0};
    if (metric < 0 || w->quality[metric] != METRIC_OK || !isfinite(w->value[metric]))
        return;
    g_autofree double *value =
        g_memdup2(w->value, (metric_count(w->metrics) + 1) * sizeof *w->value);
    what_if_health(w, engine, &h);
    struct search s = {.from = w,
                       .engine = engine,
                       .value = value,
                       .metric = metric,
                       .now = place_of(w->card, h.band),
                       .best = out};
    if (!h.is_known || s.now < 0) /* of Unknown nothing is known to lift */
        return;
    for (size_t i = 0; i < m->n_rules; i++) {
        for (size_t k = 0; k < m->rule[i].n_pieces; k++)
            try_piece(&s, &m->rule[i].piece[k]);
    }
    /* What is counted is said in whole numbers. */
    double own = w->value[metric], whole = out->value > own ? ceil(out->value) : floor(out->value);
    if (out->found && own == trunc(own) && whole != out->value && lifts(&s, whole, &h))
        *out = (struct what_if_lift){true, whole, h.band, h.effective_bp};
}
