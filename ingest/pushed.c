/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/pushed.h"

#include "core/day.h"
#include "core/scan_json.h"
#include "core/text.h"
#include "ingest/instant.h"

/* Members of the body that others take the place of. */
enum own { TYPE, MESSAGE_ID, RECEIVED_AT, SENT_AT, ORIGINAL, TIMESTAMP, OWN };

static const char *const names[OWN] = {
    [TYPE] = "type",      [MESSAGE_ID] = "messageId",       [RECEIVED_AT] = "receivedAt",
    [SENT_AT] = "sentAt", [ORIGINAL] = "originalTimestamp", [TIMESTAMP] = "timestamp"};

/* A member of the body as it was found. */
struct found {
    struct scan_json_value value;
    struct slice raw;
};

static void put_text(GString *out, const char *name, const char *text)
{
    g_string_append_printf(out, "%c\"%s\":\"", out->len ? ',' : '{', name);
    text_json(out, text);
    g_string_append_c(out, '"');
}

static void put_raw(GString *out, const char *name, struct slice raw)
{
    g_string_append_printf(out, "%c\"%s\":", out->len ? ',' : '{', name);
    g_string_append_len(out, raw.p, (gssize)raw.n);
}

static int own_of(struct slice key)
{
    for (int i = 0; i < OWN; i++) {
        if (slice_is(key, names[i]))
            return i;
    }
    return -1;
}

static bool refuse(struct mapping_reject *reject, const char *reason, const char *field,
                   const char *message)
{
    *reject = (struct mapping_reject){0, field, reason, message};
    return false;
}

/* Split the body into members that are looked at and, in `rest`, all others as they stand. */
static bool split(struct arena *arena, struct slice body, struct found *found, GString *rest,
                  struct mapping_reject *reject)
{
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, arena, body);
    while (scan_json_next(&members, &m)) {
        int own = own_of(m.key);
        if (own < 0) {
            g_string_append(rest, ",\"");
            text_json(rest, arena_strndup(arena, m.key.p, m.key.n));
            g_string_append(rest, "\":");
            g_string_append_len(rest, m.raw.p, (gssize)m.raw.n);
            continue;
        }
        if (own >= ORIGINAL && found[own].raw.p)
            return refuse(reject, "duplicate_key", names[own], "stands twice in the event");
        found[own] = (struct found){m.value, m.raw};
    }
    return !members.broken || refuse(reject, members.error.reason, "", members.error.message);
}

static bool is_there(const struct found *found)
{
    enum scan_json_type type = found->value.type;
    return type == SCAN_JSON_NUMBER || (type == SCAN_JSON_STRING && found->value.text.n > 0);
}

/* When it happened, corrected by the sender's clock; false when that cannot be said. */
static bool correct(const struct pushed *event, const struct found *original,
                    const struct zone *zone, int64_t *at)
{
    const int64_t first = day_from_civil(1, 1, 1) * DAY_US,
                  last = day_from_civil(9999, 12, 31) * DAY_US;
    int64_t sent, happened, before;
    return event->sent_at && instant_parse(slice_of(event->sent_at), zone, &sent) &&
           instant_parse(original->value.text, zone, &happened) &&
           !__builtin_sub_overflow(sent, happened, &before) &&
           !__builtin_sub_overflow(event->received_at, before, at) && *at >= first && *at < last;
}

static void put_times(struct arena *arena, const struct pushed *event, const struct found *found,
                      const struct zone *zone, GString *out)
{
    const struct found *original =
        is_there(&found[ORIGINAL]) ? &found[ORIGINAL] : &found[TIMESTAMP];
    const char *received = instant_show(arena, event->received_at);
    int64_t at;
    put_text(out, names[RECEIVED_AT], received);
    if (event->sent_at)
        put_text(out, names[SENT_AT], event->sent_at);
    if (!is_there(original)) {
        put_text(out, names[TIMESTAMP], received);
        return;
    }
    put_raw(out, names[ORIGINAL], original->raw);
    if (correct(event, original, zone, &at))
        put_text(out, names[TIMESTAMP], instant_show(arena, at));
    else
        put_raw(out, names[TIMESTAMP], original->raw);
}

bool pushed_format(struct arena *arena, const struct pushed *event, const struct zone *zone,
                   struct slice *out, struct mapping_reject *reject)
{
    struct found found[OWN] = {0};
    g_autoptr(GString) text = g_string_sized_new(event->body.n + 512);
    g_autoptr(GString) rest = g_string_sized_new(event->body.n);
    if (!split(arena, event->body, found, rest, reject))
        return false;
    put_text(text, names[TYPE], event->kind);
    /* 101 characters are one more than a sender's id may have. */
    put_text(text, names[MESSAGE_ID],
             event->message_id ? event->message_id
                               : arena_printf(arena, "%0101" G_GINT64_FORMAT, event->seq));
    put_times(arena, event, found, zone, text);
    g_string_append_len(text, rest->str, (gssize)rest->len);
    g_string_append_c(text, '}');
    *out = (struct slice){arena_strndup(arena, text->str, text->len), text->len};
    return true;
}
