/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "ingest/instant.h"

/* The first byte chooses what `dates` says. Whatever is read is of the years 1 to 9999 and is the
 * same time when it is shown and read again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const dates[] = {"us",
                                        "eu",
                                        "japanese",
                                        "iso | %d.%m.%Y",
                                        "epoch_s",
                                        "epoch",
                                        "%d/%m/%Y %H:%M",
                                        "%a, %e %b %y %I:%M:%S %p %Z",
                                        "%Y-%j %T.%f%z",
                                        "%s.%f"};
    enum { FORMATS = sizeof dates / sizeof *dates };
    static const struct instant_format *format[FORMATS];
    static struct zone *zone;
    static struct arena *kept;
    if (!zone) {
        FUZZ_HOLDS((zone = zone_open("Asia/Tokyo", NULL)));
        kept = arena_new();
        for (int i = 0; i < FORMATS; i++)
            FUZZ_HOLDS((format[i] = instant_format_compile(kept, dates[i], NULL)));
    }
    if (size < 1)
        return 0;
    struct slice text = {(const char *)data + 1, size - 1};
    int64_t at, again;
    if (!instant_format_parse(format[data[0] % FORMATS], text, zone, &at))
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    FUZZ_HOLDS(at >= (day_from_civil(1, 1, 1) - 1) * DAY_US &&
               at < (day_from_civil(10000, 1, 1) + 1) * DAY_US);
    if (at >= day_from_civil(1, 1, 1) * DAY_US && at < day_from_civil(10000, 1, 1) * DAY_US)
        FUZZ_HOLDS(instant_parse(slice_of(instant_show(arena, at)), zone, &again) && again == at);
    return 0;
}
