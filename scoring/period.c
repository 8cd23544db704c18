/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/period.h"

#include <string.h>

#include "core/day.h"

static const char *const names[] = {"month", "quarter", "year", NULL};
static const int months[] = {1, 3, 12};

int32_t period_start(enum period_by by, int32_t day, int shift)
{
    int year, month, unused;
    day_to_civil(day, &year, &month, &unused);
    int back = (month - 1) % months[by];
    return day_month_start(day, shift * months[by] - back);
}

int32_t period_last(enum period_by by, int32_t day, int shift)
{
    return period_start(by, day, shift + 1) - 1;
}

struct period *period_list(struct arena *arena, enum period_by by, int32_t first, int32_t end,
                           size_t *n)
{
    size_t room = 0;
    int32_t start = period_start(by, first, 0);
    if (start < first)
        start = period_start(by, first, 1);
    for (int32_t s = start; period_last(by, s, 0) < end; s = period_start(by, s, 1))
        room++;
    struct period *out = arena_many(arena, room + 1, struct period);
    *n = room;
    for (size_t i = 0; i < room; i++, start = period_start(by, start, 1))
        out[i] = (struct period){by, start - 1, period_last(by, start, 0)};
    return out;
}

const char *period_name(struct arena *arena, const struct period *period)
{
    int year, month, unused;
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    day_to_civil(period->to, &year, &month, &unused);
    switch (period->by) {
    case PERIOD_MONTH:
        return arena_printf(arena, "%04d-%02d", year, month);
    case PERIOD_QUARTER:
        return arena_printf(arena, "%04dQ%d", year, (month + 2) / 3);
    case PERIOD_YEAR:
        return arena_printf(arena, "%04d", year);
    default:
        return arena_printf(arena, "%s/%s", day_format(period->from, from),
                            day_format(period->to, to));
    }
}

const char *period_by_name(enum period_by by)
{
    return names[by];
}

bool period_parse(const char *text, enum period_by *out, GError **err)
{
    for (int i = 0; names[i]; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (enum period_by)i;
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_USAGE, "by is '%s', want month, quarter or year", text);
}
