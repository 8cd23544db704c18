/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/engine.h"

#include <pthread.h>
#include <string.h>

#include "core/config.h"
#include "core/db.h"
#include "ingest/override.h"
#include "ingest/sentiment.h"
#include "scoring/change_account.h"
#include "scoring/what_if.h"

enum { READING_MS = 25000 };

struct owner {
    struct engine engine; /* first: an engine's address is its owner's */
    const char *directory, *dsn;
    pthread_mutex_t reading; /* of the facts: one at a time */
};

/* Files are read anew, so that what is configured now speaks, on any thread. */
static struct config *open_config(const struct owner *owner, GError **err)
{
    return config_open(owner->directory, err);
}

static const struct engine_part *parts_of(struct arena *arena, const struct change_account *c)
{
    struct engine_part *part = arena_many(arena, c->before.day.n + 1, struct engine_part);
    for (size_t i = 0; i < c->before.day.n; i++) {
        bool rest = i >= c->before.measures.n;
        const char *name = c->before.day.measure[i].name;
        part[i] = (struct engine_part){
            .measure = arena_strdup(arena, name),
            .label = arena_strdup(arena, rest ? name : c->before.measures.row[i].label),
            .behaviour_bp = c->change.part_bp[i],
            .lost = c->change.lost[i],
            .gained = c->change.gained[i]};
    }
    return part;
}

static bool change(void *context, struct arena *arena, struct db *db, const char *account_key,
                   int32_t from, int32_t to, struct engine_change *out, GError **err)
{
    g_autoptr(config_t) config = open_config(context, err);
    struct change_account *c = arena_one(arena, struct change_account);
    if (!config || !change_account_load(arena, db, config, account_key, from, to, c, err))
        return false;
    *out = (struct engine_change){.from = c->before.row.as_of,
                                  .to = c->after.row.as_of,
                                  .before_known = !c->before.row.effective_bp_is_null,
                                  .after_known = !c->after.row.effective_bp_is_null,
                                  .before_bp = c->before.row.effective_bp,
                                  .after_bp = c->after.row.effective_bp,
                                  .is_split = c->is_split,
                                  .is_computed = c->is_computed,
                                  .why_not = arena_strdup(arena, c->why_not)};
    if (!c->is_split)
        return true;
    out->behaviour_bp = c->change.behaviour_bp;
    out->availability_bp = c->change.availability_bp;
    out->configuration_bp = c->change.configuration_bp;
    out->override_bp = c->change.override_bp;
    out->n = c->before.day.n;
    out->part = parts_of(arena, c);
    return true;
}

static struct engine_health health_of(struct arena *arena, const struct what_if *w,
                                      struct health_engine *engine)
{
    struct health h;
    what_if_health(w, engine, &h);
    return (struct engine_health){h.is_known, h.health_bp, h.effective_bp,
                                  arena_strdup(arena, h.band)};
}

static void find_lifts(struct arena *arena, const struct what_if *w, struct health_engine *engine,
                       struct engine_what_if *out)
{
    struct engine_lift *lifts = arena_many(arena, w->card->n_measures + 1, struct engine_lift);
    for (size_t i = 0; i < w->card->n_measures; i++) {
        const struct scorecard_input *input = &w->card->input[w->card->measure[i].input];
        struct what_if_lift lift;
        what_if_lift(w, engine, i, &lift);
        if (lift.found)
            lifts[out->n_lifts++] = (struct engine_lift){
                arena_strdup(arena, input->name), arena_strdup(arena, lift.band),
                w->value[input->metric], lift.value, lift.effective_bp};
    }
    out->lift = lifts;
}

/* In the arena of the call: nothing of it outlives the configuration but copies. */
static bool ask(struct owner *owner, struct arena *arena, struct db *db, const char *account_key,
                const struct engine_value *values, size_t n, struct engine_what_if *out,
                GError **err)
{
    struct what_if w;
    g_autoptr(config_t) config = open_config(owner, err);
    if (!config || !what_if_load(arena, db, config, account_key, &w, err))
        return false;
    g_autoptr(health_engine_t) engine = health_engine_new(w.card);
    *out = (struct engine_what_if){.as_of = w.as_of, .now = health_of(arena, &w, engine)};
    for (size_t i = 0; i < n; i++) {
        if (!what_if_set(&w, values[i].metric, values[i].value, err))
            return false;
    }
    out->then = health_of(arena, &w, engine);
    find_lifts(arena, &w, engine, out);
    return true;
}

static bool what_if(void *context, struct arena *arena, const char *account_key,
                    const struct engine_value *values, size_t n, struct engine_what_if *out,
                    GError **err)
{
    struct owner *owner = context;
    if (pthread_mutex_trylock(&owner->reading) != 0)
        return err_set(err, KENKO_ERROR_BUSY, "another one is computed at present");
    g_autoptr(db_t) db = db_open(owner->dsn, "kenko serve", READING_MS, err);
    bool ok = db && ask(owner, arena, db, account_key, values, n, out, err);
    pthread_mutex_unlock(&owner->reading);
    return ok;
}

/* The configuration with this scorecard in it; what the reader says names the file by its place. */
static bool check_scorecard(void *context, struct arena *arena, const char *name, const char *text,
                            const char **fault, GError **err)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *card = g_strdup_printf("scorecards/%s.yaml", name);
    (void)err;
    g_autoptr(config_t) config = open_config(context, &failure);
    if (config)
        config_replace_text(config, card, text);
    const struct metric_set *metrics = config ? metric_set_load(arena, config, &failure) : NULL;
    bool good = metrics && scorecard_load(arena, config, metrics, name, &failure);
    *fault = good ? NULL : arena_strdup(arena, failure->message);
    return true;
}

static bool override(void *context, struct db *db, const struct engine_override *word,
                     int64_t *load_id, GError **err)
{
    (void)context;
    const struct override o = {.account_key = word->account_key,
                               .kind = word->kind,
                               .value_bp = word->value_bp,
                               .reason = word->reason,
                               .author = word->author,
                               .valid_from = word->valid_from,
                               .expires_on = word->expires_on};
    return override_put_within(db, &o, load_id, err);
}

static bool sentiment(void *context, struct db *db, const struct engine_sentiment *word,
                      int64_t *load_id, GError **err)
{
    (void)context;
    const struct sentiment s = {.account_id = word->account_id,
                                .value = word->value,
                                .reason = word->reason,
                                .author = word->author,
                                .expires_on = word->expires_on};
    return sentiment_put_within(db, &s, load_id, err);
}

struct engine *engine_new(const char *directory, const char *dsn)
{
    struct owner *owner = g_new0(struct owner, 1);
    owner->engine = (struct engine){owner, change, what_if, check_scorecard, override, sentiment};
    owner->directory = directory;
    owner->dsn = dsn;
    pthread_mutex_init(&owner->reading, NULL);
    return &owner->engine;
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    struct owner *owner = engine->context;
    pthread_mutex_destroy(&owner->reading);
    g_free(owner);
}
