/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dates as Japan writes them. */
#include "ingest/instant_internal.h"

struct era {
    const char *names[3]; /* as written before the year */
    int year, month, day; /* its first */
};

/* Newest first. A year beyond an era's end is counted on, as systems did that knew no other. */
static const struct era eras[] = {{{"令和", "R", "㋿"}, 2019, 5, 1},
                                  {{"平成", "H", "㍻"}, 1989, 1, 8},
                                  {{"昭和", "S", "㍼"}, 1926, 12, 25},
                                  {{"大正", "T", "㍽"}, 1912, 7, 30},
                                  {{"明治", "M", "㍾"}, 1868, 1, 25}};

static const struct era *take_era(struct slice *rest)
{
    bool western = rest->n > 0 && g_ascii_isdigit(rest->p[0]);
    for (size_t i = 0; !western && i < G_N_ELEMENTS(eras); i++) {
        for (int k = 0; k < 3; k++) {
            if (instant_take_word(rest, eras[i].names[k]))
                return &eras[i];
        }
    }
    return NULL;
}

static bool take_year(struct slice *rest, const struct era *era, int *year)
{
    if (!era)
        return instant_take_number(rest, 4, 4, year);
    *year = 1;
    if (!instant_take_word(rest, "元") && !instant_take_number(rest, 1, 2, year))
        return false;
    if (*year < 1)
        return false;
    *year += era->year - 1;
    return true;
}

/* "年11月27日" or "/11/27", "." or "-" in its place; what stands between is the same both times. */
static bool take_month_and_day(struct slice *rest, struct instant_parts *parts)
{
    if (instant_take_word(rest, "年"))
        return instant_take_number(rest, 1, 2, &parts->month) && instant_take_word(rest, "月") &&
               instant_take_number(rest, 1, 2, &parts->day) && instant_take_word(rest, "日");
    static const char *const between[] = {"/", ".", "-"};
    for (size_t i = 0; i < G_N_ELEMENTS(between); i++) {
        if (instant_take_word(rest, between[i]))
            return instant_take_number(rest, 1, 2, &parts->month) &&
                   instant_take_word(rest, between[i]) &&
                   instant_take_number(rest, 1, 2, &parts->day);
    }
    return false;
}

/* "(金)", "(金曜日)", "金曜日" */
static void skip_weekday(struct slice *rest)
{
    static const char *const names[] = {"月", "火", "水", "木", "金", "土", "日"};
    struct slice after = *rest;
    bool bracket = instant_take_word(&after, "(");
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (!instant_take_word(&after, names[i]))
            continue;
        bool whole = instant_take_word(&after, "曜日") || instant_take_word(&after, "曜");
        if (bracket ? instant_take_word(&after, ")") : whole)
            *rest = after;
        return;
    }
}

/* "30分"; nothing is 0. */
static bool take_unit(struct slice *rest, const char *unit, int *out)
{
    if (rest->n == 0 || !g_ascii_isdigit(rest->p[0]))
        return true;
    return instant_take_number(rest, 1, 2, out) && instant_take_word(rest, unit);
}

/* "午後9時30分15秒", "9時", "21:30"; nothing is midnight. 午前12時 and 午後12時 are midnight to
 * some and noon to others, so they are refused. */
static bool take_clock(struct slice *rest, struct instant_parts *parts)
{
    bool half = instant_take_half(rest, parts);
    instant_skip_space(rest);
    struct slice after = *rest;
    int hour;
    if (instant_take_number(&after, 1, 2, &hour) && instant_take_word(&after, "時")) {
        parts->hour = hour;
        *rest = after;
        if (!take_unit(rest, "分", &parts->minute) || !take_unit(rest, "秒", &parts->second))
            return false;
    } else if ((half && rest->n == 0) || !instant_take_clock(rest, parts)) {
        return false;
    }
    if (half && parts->hour == 12)
        return false;
    if (half && parts->hour == 0)
        parts->hour = 12;
    return rest->n == 0;
}

static bool parse(struct slice rest, const struct zone *zone, int64_t *out)
{
    struct instant_parts parts = {0};
    const struct era *era = take_era(&rest);
    if (!take_year(&rest, era, &parts.year) || !take_month_and_day(&rest, &parts))
        return false;
    if (era && day_from_civil(parts.year, parts.month, parts.day) <
                   day_from_civil(era->year, era->month, era->day))
        return false;
    instant_skip_space(&rest);
    skip_weekday(&rest);
    if (!instant_take_word(&rest, "T"))
        instant_skip_space(&rest);
    return take_clock(&rest, &parts) && instant_assemble(&parts, zone, out);
}

bool instant_parse_japanese(struct slice text, const struct zone *zone, int64_t *out)
{
    bool wide = false; /* full-width digits and signs become plain ones */
    for (size_t i = 0; i < text.n; i++)
        wide = wide || (unsigned char)text.p[i] == 0xef;
    if (!wide)
        return parse(text, zone, out);
    g_autofree char *plain = g_utf8_normalize(text.p, (gssize)text.n, G_NORMALIZE_ALL_COMPOSE);
    return plain && parse(slice_of(plain), zone, out);
}
