/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include "core/scan_json.h"
#include "ingest/pushed.h"

/* The members that mappings read are there once, and what is given is JSON. */
static void check(struct arena *arena, struct slice out)
{
    static const struct scan_json_path wanted[] = {
        {1, {"type"}}, {1, {"messageId"}}, {1, {"receivedAt"}}, {1, {"timestamp"}}};
    struct scan_json_value v[G_N_ELEMENTS(wanted)];
    struct scan_error error;
    uint64_t replaced = 0;
    FUZZ_HOLDS(scan_json_record(arena, out, wanted, G_N_ELEMENTS(wanted), v, &replaced, &error));
    for (size_t i = 0; i < 3; i++)
        FUZZ_HOLDS(v[i].type == SCAN_JSON_STRING && v[i].text.n > 0);
    FUZZ_HOLDS(v[3].type == SCAN_JSON_STRING || v[3].type == SCAN_JSON_NUMBER);
}

/* The first byte says how long sentAt is, which comes next; the rest is the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct zone *zone;
    if (!zone)
        zone = zone_open("Asia/Tokyo", NULL);
    if (size == 0 || (size_t)data[0] % 65 + 1 > size)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    size_t n = data[0] % 65;
    const char *sent = arena_strndup(arena, (const char *)data + 1, n);
    struct pushed event = {.seq = 7,
                           .received_at = INT64_C(1795003200000000),
                           .kind = "track",
                           .sent_at = n && g_utf8_validate(sent, -1, NULL) ? sent : NULL,
                           .body = {(const char *)data + 1 + n, size - 1 - n}};
    struct scan_error error;
    struct slice out;
    struct mapping_reject reject;
    bool valid = scan_json_validate(event.body, &error);
    if (pushed_format(arena, &event, zone, &out, &reject)) {
        FUZZ_HOLDS(valid);
        check(arena, out);
    } else {
        FUZZ_HOLDS(reject.reason && *reject.reason && reject.field && reject.message);
    }
    return 0;
}
