/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>

#include "ingest/raw_number.h"
#include "ingest/raw_value.h"

/* A number's one text is a number, and the same one. */
static void check_number(struct arena *arena, struct slice text)
{
    struct raw_number number, again;
    if (!raw_number_parse(arena, text, &number) || !raw_number_is_held(&number))
        return;
    struct slice shown = raw_number_text(arena, &number);
    FUZZ_HOLDS(raw_number_parse(arena, shown, &again));
    FUZZ_HOLDS(again.negative == number.negative && again.n == number.n);
    FUZZ_HOLDS(number.n == 0 || again.point == number.point);
    FUZZ_HOLDS(memcmp(again.digits, number.digits, number.n) == 0);
    struct slice binary = raw_number_numeric(arena, &number);
    FUZZ_HOLDS(binary.n >= 8 && binary.n % 2 == 0);
}

/* May an object or a list hold a number that numeric does not? Then it has an exponent, or very
 * many digits; its record is rejected. */
static bool may_be_out_of_range(const struct scan_json_member *member)
{
    struct slice raw = member->raw;
    return member->value.type == SCAN_JSON_OTHER &&
           (memchr(raw.p, 'e', raw.n) || memchr(raw.p, 'E', raw.n) || raw.n > 16000);
}

/* Each member of an object as each type of column: what fits has as many bytes as the type wants,
 * and what does not finds a type that it fits, or holds a number that nothing stores. */
static void check_member(struct arena *arena, const struct scan_json_member *member)
{
    static const size_t sizes[RAW_TYPE_COUNT] = {
        [RAW_BOOLEAN] = 1, [RAW_BIGINT] = 8,    [RAW_DATE] = 4,
        [RAW_TIME] = 8,    [RAW_TIMESTAMP] = 8, [RAW_TIMESTAMPTZ] = 8};
    struct raw_value value;
    for (int type = 0; type < RAW_TYPE_COUNT; type++) {
        enum raw_fit fit = raw_value_encode(arena, (enum raw_type)type, member, &value);
        FUZZ_HOLDS(fit != RAW_FITS || sizes[type] == 0 || value.bytes.n == sizes[type]);
        FUZZ_HOLDS(fit != RAW_FITS || type != RAW_TEXT ||
                   (g_utf8_validate_len(value.bytes.p, value.bytes.n, NULL) &&
                    !memchr(value.bytes.p, 0, value.bytes.n)));
        FUZZ_HOLDS(fit != RAW_WIDER || type == RAW_BIGINT);
        if (fit != RAW_MISFIT)
            continue;
        enum raw_type beside = raw_value_type((enum raw_type)type, member);
        FUZZ_HOLDS(beside < RAW_TYPE_COUNT);
        if (beside == RAW_JSONB && may_be_out_of_range(member))
            continue;
        FUZZ_HOLDS((int)beside != type);
        FUZZ_HOLDS(raw_value_encode(arena, beside, member, &value) == RAW_FITS);
    }
    if (member->value.type == SCAN_JSON_NUMBER)
        check_number(arena, member->value.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    struct scan_json_members members;
    struct scan_json_member member;
    scan_json_open(&members, arena, (struct slice){(const char *)data, size});
    while (scan_json_next(&members, &member))
        check_member(arena, &member);
    return 0;
}
