/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/staged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ingest/delivery.h"
#include "support/warehouse.h"

enum { KEYS_MAX = 4 };

void staged_open(struct staged *s, struct db *db, const struct raw_rule *rules, size_t n)
{
    g_autoptr(GError) err = NULL;
    *s = (struct staged){.db = db};
    s->job = job_begin(db, warehouse_dsn(), "ingest:sf", &err);
    s->raw = s->job ? raw_open(db, s->job, "sf", rules, n, false, &err) : NULL;
    if (!s->raw)
        fail_msg("%s", err->message);
}

void staged_close(struct staged *s)
{
    raw_close(s->raw);
    job_end(s->job, NULL, NULL);
}

static bool write_raw(void *context, struct db *db, GError **err)
{
    (void)db;
    int64_t load_id;
    return raw_write(((struct staged *)context)->raw, "standard input", 0, 0, &load_id, err);
}

static bool tick_raw(void *context, struct db *db, int64_t commit_no, GError **err)
{
    (void)db;
    return raw_tick(((struct staged *)context)->raw, &commit_no, err);
}

void staged_deliver(struct staged *s)
{
    g_autoptr(GError) err = NULL;
    const struct delivery_source source = {
        .name = "sf", .context = s, .before = write_raw, .after = tick_raw};
    if (!delivery_write(s->db, s->job, NULL, 0, &source, &s->total, &err))
        fail_msg("%s", err->message);
    raw_keep(s->raw, &s->total);
}

struct raw_stream *staged_stream(struct staged *s, const char *name)
{
    g_autoptr(GError) err = NULL;
    struct raw_stream *stream = raw_stream(s->raw, "", name, &err);
    if (!stream)
        fail_msg("%s", err->message);
    return stream;
}

/* Keys and order are lists with spaces between. */
bool staged_try_declare(struct staged *s, const char *name, const char *key, const char *order,
                        const char *properties, GError **err)
{
    g_auto(GStrv) keys = g_strsplit(key, " ", KEYS_MAX);
    g_auto(GStrv) orders = g_strsplit(order, " ", KEYS_MAX);
    g_autofree char *schema = g_strdup_printf("{\"properties\": {%s}}", properties);
    struct raw_shape shape = {slice_of(schema), (const char *const *)keys,
                              (const char *const *)orders, *key ? g_strv_length(keys) : 0,
                              *order ? g_strv_length(orders) : 0};
    bool ready = false;
    while (!ready) {
        if (!raw_declare(staged_stream(s, name), &shape, &ready, err))
            return false;
        if (!ready)
            staged_deliver(s);
    }
    return true;
}

void staged_declare(struct staged *s, const char *name, const char *key, const char *order,
                    const char *properties)
{
    g_autoptr(GError) err = NULL;
    if (!staged_try_declare(s, name, key, order, properties, &err))
        fail_msg("%s", err->message);
}

enum raw_outcome staged_take_with(struct staged *s, const char *name, struct raw_record record,
                                  GError **err)
{
    struct mapping_reject reject;
    enum raw_outcome outcome;
    record.line = record.ordinal = ++s->ordinal;
    for (;;) {
        if (!raw_take(staged_stream(s, name), &record, &outcome, &reject, err))
            return RAW_REJECTED;
        if (outcome == RAW_REJECTED)
            raw_reject(staged_stream(s, name), &record, &reject);
        if (outcome != RAW_LATER)
            return outcome;
        staged_deliver(s);
    }
}

void staged_take(struct staged *s, const char *name, const char *json)
{
    g_autoptr(GError) err = NULL;
    staged_take_with(s, name, (struct raw_record){.text = slice_of(json)}, &err);
    if (err)
        fail_msg("%s", err->message);
}

void staged_take_generation(struct staged *s, const char *name, const char *json,
                            int64_t generation)
{
    g_autoptr(GError) err = NULL;
    staged_take_with(s, name,
                     (struct raw_record){
                         .text = slice_of(json), .has_generation = true, .generation = generation},
                     &err);
}
