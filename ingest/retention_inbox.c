/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/retention_inbox.h"

#include "core/fault.h"
#include "core/stop.h"
#include "ingest/batch.h"
#include "ingest/load.h"
#include "ingest/mapping.h"
#include "sql/ingest.h"

enum { PORTION_EVENTS = 20000 };

struct expiry {
    const struct job *job;
    struct db_texts keys; /* that sources name */
    int64_t before_us, removed, rejected;
};

static bool find_keys(struct arena *arena, struct config *config, const struct zone *zone,
                      struct db_texts *out, GError **err)
{
    struct mapping_set set;
    if (!mapping_load(arena, config, zone, &set, err))
        return false;
    size_t room = 1;
    for (size_t i = 0; i < set.n_sources; i++)
        room += set.source[i].keys.n + 1;
    const char **key = arena_many(arena, room, const char *);
    *out = (struct db_texts){0, key, NULL};
    for (size_t i = 0; i < set.n_sources; i++) {
        const struct mapping_source *source = &set.source[i];
        const char *one = mapping_source_option(source, "key");
        if (strcmp(source->type, "inbox") != 0)
            continue;
        if (one)
            key[out->n++] = one;
        for (size_t k = 0; k < source->keys.n; k++)
            key[out->n++] = source->keys.item[k];
    }
    return true;
}

static bool portion_body(struct db *db, void *context, GError **err)
{
    struct expiry *e = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_inbox_expire_row row;
    int64_t load_id, commit_no;
    if (!job_fence_check(db, e->job, err) ||
        !load_open(db, e->job, "ingest", "inbox", "pushed", "inbox", 0, &load_id, err) ||
        !q_inbox_expire(arena, db, &e->keys, e->before_us, load_id, PORTION_EVENTS, &row, err))
        return false;
    const struct batch_counters count = {.read = row.rejected, .rejected = row.rejected};
    e->removed = row.removed;
    e->rejected = row.rejected;
    if (fault_hit("retention_inbox"))
        return err_set(err, KENKO_ERROR_BUG, "injected retention_inbox");
    return load_finish(db, load_id, &count, 0, INT32_MAX, INT32_MIN, err) &&
           load_tick(db, load_id, &commit_no, err);
}

bool retention_inbox_expire(struct db *db, const struct job *job, struct config *config,
                            const struct zone *zone, int64_t before_us, int64_t *events,
                            GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct expiry e = {.job = job, .before_us = before_us};
    struct q_inbox_unread_row unread;
    if (!find_keys(arena, config, zone, &e.keys, err) ||
        !q_inbox_unread(arena, db, &e.keys, before_us, &unread, err))
        return false;
    *events = job ? 0 : unread.events;
    e.removed = unread.events;
    while (job && e.removed > 0) {
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED,
                           "stopped; the next run goes on from there");
        if (!db_transact(db, 3, portion_body, &e, err))
            return false;
        *events += e.rejected;
        e.removed = e.removed == PORTION_EVENTS ? e.removed : 0;
    }
    return true;
}
