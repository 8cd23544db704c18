/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/zone.h"

/* Offsets are looked up by UTC day from 1970 to 2100; most days have one offset all day. */
enum { FIRST_DAY = 0, LAST_DAY = 47482, MIXED = INT32_MIN };

struct zone {
    GTimeZone *zone;
    char *name;
    int32_t *offset; /* seconds east of UTC during that UTC day, or MIXED; NULL: not looked up */
};

static int32_t offset_at(const struct zone *zone, int64_t at_s)
{
    int interval = g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, at_s);
    return g_time_zone_get_offset(zone->zone, interval);
}

struct zone *zone_open(const char *name, GError **err)
{
    GTimeZone *found = g_time_zone_new_identifier(name);
    if (!found) {
        err_set(err, KENKO_ERROR_CONFIG,
                "'%s' is not a time zone, want a name of the tz database such as Asia/Tokyo", name);
        return NULL;
    }
    struct zone *zone = g_new0(struct zone, 1);
    zone->zone = found;
    zone->name = g_strdup(name);
    zone->offset = g_new(int32_t, LAST_DAY - FIRST_DAY);
    int32_t at_start = offset_at(zone, (int64_t)FIRST_DAY * 86400);
    for (int32_t day = FIRST_DAY; day < LAST_DAY; day++) {
        int32_t at_end = offset_at(zone, (int64_t)(day + 1) * 86400);
        zone->offset[day - FIRST_DAY] = at_start == at_end ? at_start : MIXED;
        at_start = at_end;
    }
    return zone;
}

void zone_close(struct zone *zone)
{
    if (!zone)
        return;
    g_time_zone_unref(zone->zone);
    g_free(zone->name);
    g_free(zone->offset);
    g_free(zone);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

static int64_t offset_us(const struct zone *zone, int64_t at_us)
{
    int64_t day = floor_div(at_us, DAY_US);
    int32_t offset = MIXED;
    if (zone->offset && day >= FIRST_DAY && day < LAST_DAY)
        offset = zone->offset[day - FIRST_DAY];
    if (offset == MIXED)
        offset = offset_at(zone, floor_div(at_us, 1000000));
    return (int64_t)offset * 1000000;
}

int32_t zone_day(const struct zone *zone, int64_t at_us)
{
    return (int32_t)floor_div(at_us + offset_us(zone, at_us), DAY_US);
}

int64_t zone_local(const struct zone *zone, int64_t at_us)
{
    return at_us + offset_us(zone, at_us);
}

char *zone_format(const struct zone *zone, int64_t at_us)
{
    int64_t local = zone_local(zone, at_us), second = floor_div(local, 1000000);
    int64_t east = (local - at_us) / 60000000, size = east < 0 ? -east : east;
    int year, month, day, of_day = (int)(second - floor_div(local, DAY_US) * 86400);
    day_to_civil((int32_t)floor_div(local, DAY_US), &year, &month, &day);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", year, month, day,
                           of_day / 3600, of_day / 60 % 60, of_day % 60, east < 0 ? '-' : '+',
                           (int)(size / 60), (int)(size % 60));
}

int64_t zone_instant(const struct zone *zone, int32_t day, int64_t us_of_day)
{
    int64_t local = (int64_t)day * DAY_US + us_of_day;
    /* Of the offsets in force around that time, the larger is the one before the clocks go back and
     * so gives the first of two readings; in a gap no offset fits and the old one moves it on. */
    int64_t before = offset_us(zone, local - DAY_US), after = offset_us(zone, local + DAY_US);
    int64_t large = before > after ? before : after, small = before > after ? after : before;
    if (offset_us(zone, local - large) == large)
        return local - large;
    if (offset_us(zone, local - small) == small)
        return local - small;
    return local - before;
}

int64_t zone_day_start(const struct zone *zone, int32_t day)
{
    return zone_instant(zone, day, 0);
}

bool zone_instant_named(const char *name, int32_t day, int64_t us_of_day, int64_t *out)
{
    g_autoptr(GTimeZone) found = g_time_zone_new_identifier(name);
    if (!found)
        return false;
    const struct zone zone = {.zone = found};
    *out = zone_instant(&zone, day, us_of_day);
    return true;
}
