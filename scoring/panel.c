/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/panel.h"
#include "scoring/metric_churn.h"

#include <math.h>
#include <string.h>

#include "core/progress.h"
#include "scoring/facts.h"
#include "scoring/health.h"
#include "sql/scoring.h"

enum { HISTORY_MIN_DAYS = 56, DAYS_MAX = 1200 };

struct building {
    const struct metric_set *set;
    const struct panel_options *options;
    struct arena *arena;
    const struct metric_life *life;
    size_t n_lives, events;
    struct health_engine *engine; /* NULL: no health */
    struct health one;
    GArray *value, *y, *as_of, *account, *arr, *health, *measure;
};

/* 1 = churned within the horizon, 0 = stayed, -1 = not a life that holds the day. */
static int outcome(const struct building *b, size_t account, int32_t as_of)
{
    const struct metric_life *life = metric_life_on(b->life, b->n_lives, account, as_of);
    return life ? metric_life_ends_within(life, as_of, b->options->horizon_days) : -1;
}

/* Health by the scorecard, 0..1; NaN when it is Unknown. */
static double health_of(struct building *b, const struct metric_frame *f, size_t a)
{
    if (!b->engine)
        return NAN;
    health_of_frame(b->engine, f, a, &b->one);
    return b->one.is_known ? b->one.effective_bp / 10000.0 : NAN;
}

/* Missing is what the card takes it for; renormalised and blocking ones stay missing. */
static void add_measures(struct building *b)
{
    for (size_t j = 0; b->options->measures && j < b->options->card->n_measures; j++) {
        double score = b->one.counts[j] ? b->one.measure_bp[j] / 10000.0 : (double)NAN;
        g_array_append_val(b->measure, score);
    }
}

static void add_row(struct building *b, const struct metric_frame *f, size_t a, int churned)
{
    uint32_t account = (uint32_t)a;
    double y = churned, arr = (double)f->arr_minor[a], health = health_of(b, f, a);
    for (size_t m = 0; m < f->n_metrics; m++) {
        bool chosen = !b->options->chosen || b->options->chosen[m];
        double v = chosen ? f->value[m * f->n_accounts + a] : NAN;
        g_array_append_val(b->value, v);
    }
    g_array_append_val(b->y, y);
    g_array_append_val(b->as_of, f->as_of);
    g_array_append_val(b->account, account);
    g_array_append_val(b->arr, arr);
    g_array_append_val(b->health, health);
    add_measures(b);
    b->events += (size_t)churned;
}

static bool on_frame(void *context, const struct metric_frame *frame, GError **err)
{
    struct building *b = context;
    progress_pass(b->options->progress, 1);
    if (!b->life) {
        struct metric_life *lives;
        if (!metric_lives(b->arena, b->set, frame->facts, b->options->until, &lives, &b->n_lives,
                          err))
            return false;
        b->life = lives;
    }
    /* The last frame is there so that facts are read up to `until`: it has no outcome yet. */
    if (frame->as_of == b->options->until)
        return true;
    for (size_t a = 0; a < frame->n_accounts; a++) {
        int churned = frame->is_customer[a] ? outcome(b, a, frame->as_of) : -1;
        if (churned >= 0)
            add_row(b, frame, a, churned);
    }
    return true;
}

/* Days a step apart, the last one early enough that its outcome was sure by `until`. */
static size_t list_days(const struct building *b, int32_t first, int32_t out[DAYS_MAX])
{
    const struct panel_options *o = b->options;
    int32_t last = o->until - o->horizon_days - metric_churn_delay(b->set) - 1;
    size_t n = 0;
    for (int32_t day = last; day >= first && n < DAYS_MAX; day -= o->step_days)
        n++;
    for (size_t i = 0; i < n; i++)
        out[i] = last - (int32_t)(n - 1 - i) * o->step_days;
    return n;
}

bool panel_first_day(struct db *db, const struct metric_set *set, const struct zone *zone,
                     int32_t until, int32_t *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_range_row range;
    int32_t whole;
    if (!q_span_range(arena, db, &range, err) || !metric_whole_from(db, set, zone, &whole, err))
        return false;
    int32_t first = range.first_month_is_null ? until : range.first_month + HISTORY_MIN_DAYS;
    *out = MAX(first, whole);
    return true;
}

static bool compute(struct building *b, struct db *db, const struct zone *zone, GError **err)
{
    int32_t first, days[DAYS_MAX + 1];
    if (!panel_first_day(db, b->set, zone, b->options->until, &first, err))
        return false;
    size_t n = list_days(b, first, days);
    if (n == 0)
        return true;
    days[n] = b->options->until;
    progress_begin(b->options->progress, "collecting", "days", PROGRESS_ITEMS, (int64_t)n + 1);
    return metric_compute(db, b->set, zone, days, n + 1, b->options->known_no, on_frame, b, err);
}

static const void *keep(struct arena *arena, GArray *from)
{
    size_t size = from->len * g_array_get_element_size(from);
    void *out = arena_alloc(arena, size + 1);
    if (size)
        memcpy(out, from->data, size);
    return out;
}

bool panel_build(struct arena *arena, struct db *db, const struct metric_set *set,
                 const struct zone *zone, const struct panel_options *options, struct panel *out,
                 GError **err)
{
    g_autoptr(arena_t) scratch = arena_new();
    g_autoptr(health_engine_t) engine = options->card ? health_engine_new(options->card) : NULL;
    g_autoptr(GArray) value = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) y = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) as_of = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GArray) account = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    g_autoptr(GArray) arr = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) health = g_array_new(FALSE, FALSE, sizeof(double));
    g_autoptr(GArray) measure = g_array_new(FALSE, FALSE, sizeof(double));
    if (engine)
        health_engine_brief(engine, true);
    struct building b = {.set = set,
                         .options = options,
                         .arena = scratch,
                         .engine = engine,
                         .value = value,
                         .y = y,
                         .as_of = as_of,
                         .account = account,
                         .arr = arr,
                         .health = health,
                         .measure = measure};
    if (!compute(&b, db, zone, err))
        return false;
    *out = (struct panel){.n = y->len,
                          .n_metrics = metric_count(set),
                          .value = keep(arena, value),
                          .y = keep(arena, y),
                          .as_of = keep(arena, as_of),
                          .account = keep(arena, account),
                          .arr_minor = keep(arena, arr),
                          .health = keep(arena, health),
                          .measure = options->measures ? keep(arena, measure) : NULL,
                          .events = b.events};
    return true;
}

double *panel_values(struct arena *arena, const struct panel *panel, const size_t *row, size_t n)
{
    double *value = arena_many(arena, n * panel->n_metrics + 1, double);
    for (size_t i = 0; i < n; i++)
        memcpy(value + i * panel->n_metrics, panel->value + row[i] * panel->n_metrics,
               panel->n_metrics * sizeof *value);
    return value;
}

const int32_t *panel_days(struct arena *arena, const struct panel *panel, size_t *n)
{
    int32_t *day = arena_many(arena, panel->n + 1, int32_t);
    *n = 0;
    for (size_t i = 0; i < panel->n; i++) {
        if (*n == 0 || panel->as_of[i] > day[*n - 1])
            day[(*n)++] = panel->as_of[i];
    }
    return day;
}
