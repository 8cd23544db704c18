/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include "ingest/instant.h"

/* The first byte chooses the zone. A time that is read lies within its business day. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zone *zone[3];
    static const char *const names[] = {"Asia/Tokyo", "America/New_York", "UTC"};
    for (int i = 0; i < 3 && !zone[i]; i++)
        FUZZ_HOLDS((zone[i] = zone_open(names[i], NULL)));
    if (size < 1)
        return 0;
    const struct zone *z = zone[data[0] % 3];
    struct slice text = {(const char *)data + 1, size - 1};
    int64_t at;
    int32_t day;
    if (instant_parse(text, z, &at)) {
        FUZZ_HOLDS(zone_day_start(z, zone_day(z, at)) <= at);
        FUZZ_HOLDS(zone_day_start(z, zone_day(z, at) + 1) > at);
    }
    if (instant_parse_day(text, z, &day)) {
        char shown[DAY_TEXT_SIZE];
        int32_t again;
        FUZZ_HOLDS(day_parse(slice_of(day_format(day, shown)), &again, NULL) && again == day);
    }
    return 0;
}
