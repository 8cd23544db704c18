/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle_case.h"

#include <string.h>

#include "scoring/facts_attribute.h"

struct computing {
    const struct bundle_case *c;
    const struct override_set *overrides;
    const struct bundle_day *said;
    struct bundle_outcome *out;
    struct health_engine *engine;
    struct health_band_day history[SCORE_BAND_DAYS_MAX];
    size_t n; /* days so far */
};

bool bundle_case_open(struct arena *arena, struct config *config, const char *card, int32_t as_of,
                      struct bundle_case *out, GError **err)
{
    struct score_config settings;
    *out = (struct bundle_case){.arena = arena, .config = config};
    if (!score_config_load(config, &settings, err) ||
        !(out->zone = config_zone(config, config_time_zone(config), err)) ||
        !(out->metrics = metric_set_load(arena, config, err)) ||
        !(out->card = scorecard_load(arena, config, out->metrics, card, err)))
        return false;
    out->n_days = (size_t)settings.band_days;
    for (size_t i = 0; i < out->n_days; i++)
        out->day[i] = as_of - (int32_t)(out->n_days - 1 - i);
    return true;
}

static void take_day(struct computing *k, const struct metric_frame *f, size_t a)
{
    struct bundle_day *day = &k->out->day[k->n];
    const struct bundle_day *said = k->said ? &k->said[k->n] : NULL;
    *day = (struct bundle_day){.as_of = f->as_of,
                               .is_customer = f->is_customer[a],
                               .arr_minor = f->arr_minor[a],
                               .renewal_on = f->renewal_on[a],
                               .value = arena_many(k->c->arena, f->n_metrics + 1, double),
                               .quality = arena_many(k->c->arena, f->n_metrics + 1, uint8_t),
                               .taken = arena_many(k->c->arena, f->n_metrics + 1, bool)};
    for (size_t m = 0; m < f->n_metrics; m++) {
        day->taken[m] = said && said->taken[m];
        day->value[m] = day->taken[m] ? said->value[m] : f->value[m * f->n_accounts + a];
        day->quality[m] = day->taken[m] ? said->quality[m] : f->quality[m * f->n_accounts + a];
    }
}

/* Last values that a scorecard may take stand as the values do. */
static void take_carried(const struct computing *k, const struct metric_frame *f, size_t a,
                         struct health_reading *reading)
{
    if (!reading->carried)
        return;
    double *value = arena_many(k->c->arena, f->n_metrics + 1, double);
    int32_t *on = arena_many(k->c->arena, f->n_metrics + 1, int32_t);
    for (size_t m = 0; m < f->n_metrics; m++) {
        value[m] = f->carried[m * f->n_accounts + a];
        on[m] = f->carried_on[m * f->n_accounts + a];
    }
    reading->carried = value;
    reading->carried_on = on;
}

/* As the daily scoring does of each day that a band looks at. */
static void judge(struct computing *k, const struct metric_frame *f, size_t a)
{
    const struct bundle_day *day = &k->out->day[k->n];
    struct health *h = &k->out->health;
    struct health_reading reading = health_reading_of(f, a);
    reading.value = day->value;
    reading.quality = day->quality;
    reading.stride = 1;
    take_carried(k, f, a, &reading);
    health_of_reading(k->engine, &reading, h);
    const struct q_overrides_read_row *word =
        override_find(k->overrides, f->account_id[a], f->as_of);
    if (word)
        override_apply(word, k->engine, h);
    bool bound = h->effective_bp != h->health_bp;
    k->history[k->n] =
        (struct health_band_day){h->band, h->effective_bp, bound ? h->effective_bp : h->lower_bp,
                                 bound ? h->effective_bp : h->upper_bp};
    for (size_t i = 0; i < k->c->card->n_measures; i++)
        k->out->measure[i] = health_value(k->engine, i);
}

static void take_common(struct computing *k, const struct metric_frame *f)
{
    size_t n = metric_usage_count(k->c->metrics);
    int32_t *newest = arena_many(k->c->arena, n + 1, int32_t);
    for (size_t u = 0; u < n; u++)
        newest[u] = facts_newest_day(f->facts, u, f->as_of);
    k->out->newest = newest;
    for (int kind = FACTS_CONTRACT; kind < FACTS_KINDS; kind++)
        k->out->has[kind] = facts_has(f->facts, (enum facts_kind)kind);
}

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct computing *k = context;
    size_t a = 0;
    while (a < f->n_accounts && strcmp(f->account_key[a], k->c->key) != 0)
        a++;
    if (a == f->n_accounts)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "the facts know no account '%s'", k->c->key);
    take_day(k, f, a);
    if (f->is_customer[a])
        judge(k, f, a);
    take_common(k, f);
    k->n++;
    return true;
}

bool bundle_case_compute(const struct bundle_case *c, const struct facts_source *source,
                         const struct override_set *overrides, const struct bundle_day *said,
                         struct bundle_outcome *out, GError **err)
{
    g_autoptr(health_engine_t) engine = health_engine_new(c->card);
    struct computing k = {
        .c = c, .overrides = overrides, .said = said, .out = out, .engine = engine};
    const struct health_band_day *days[SCORE_BAND_DAYS_MAX];
    size_t n = 0;
    if (!metric_compute_from(source, c->metrics, c->zone, c->day, c->n_days, c->known_no, on_frame,
                             &k, err))
        return false;
    for (size_t i = 0; i < c->n_days; i++) {
        if (k.history[i].band)
            days[n++] = &k.history[i];
    }
    out->band = n > 0 && k.history[c->n_days - 1].band
                    ? health_band(c->card, health_engine_pool(engine), days, n)
                    : NULL;
    return true;
}
