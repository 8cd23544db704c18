/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>

#include "api/event.h"

static void check_event(struct arena *arena, const struct event *event)
{
    struct scan_error error;
    FUZZ_HOLDS(event->body.n > 0 && event->body.n <= EVENT_MAX);
    FUZZ_HOLDS(scan_json_validate(event->body, &error));
    FUZZ_HOLDS(event->user.p || event->anonymous.p);
    FUZZ_HOLDS(!event->message_id ||
               (g_utf8_validate(event->message_id, -1, NULL) &&
                g_utf8_strlen(event->message_id, -1) <= EVENT_MESSAGE_ID_MAX));
    FUZZ_HOLDS(!event->sent_at || (g_utf8_validate(event->sent_at, -1, NULL) &&
                                   strlen(event->sent_at) <= EVENT_SENT_AT_MAX));
    const char *key = event_write_key(arena, event->body);
    FUZZ_HOLDS(!key || strspn(key, "*") == strlen(key));
}

/* The first byte chooses the shape. Each event taken can be stored as it is: JSON, within its
 * bounds, about somebody, without a key; each that is not has a reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    struct event_how how = {
        .shape = data[0] % 3, .kind = data[0] / 3 % EVENT_KINDS, .hash_ids = data[0] & 0x80};
    struct slice body = {(const char *)data + 1, size - 1};
    struct event_list list;
    struct scan_error error;
    bool ok = event_parse(arena, body, &how, &list, &error);
    FUZZ_HOLDS(!ok || scan_json_validate(body, &error));
    if (!ok) {
        FUZZ_HOLDS(error.reason && *error.reason && error.message && *error.message);
        return 0;
    }
    FUZZ_HOLDS(list.n + list.n_rejects <= EVENT_BATCH_MAX);
    FUZZ_HOLDS(how.shape != EVENT_ONE || list.n + list.n_rejects == 1);
    FUZZ_HOLDS(!how.hash_ids || list.without_id == 0);
    for (size_t i = 0; i < list.n; i++)
        check_event(arena, &list.event[i]);
    for (size_t i = 0; i < list.n_rejects; i++)
        FUZZ_HOLDS(list.reject[i].reason && list.reject[i].message &&
                   list.reject[i].index < list.n + list.n_rejects);
    return 0;
}
