/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

enum { DAY_S = 86400, ALL_DAYS = 0x7f };

static const char *const weekday_names[] = {"monday", "tuesday",  "wednesday", "thursday",
                                            "friday", "saturday", "sunday",    NULL};

static bool parse_weekdays(const char *on, struct schedule_rule *rule, GError **err)
{
    g_auto(GStrv) words = g_strsplit(on, ",", -1);
    rule->weekdays = 0;
    for (char **word = words; *word; word++) {
        g_autofree char *name = g_ascii_strdown(g_strstrip(*word), -1);
        int day = 0;
        while (weekday_names[day] && strcmp(weekday_names[day], name) != 0)
            day++;
        if (!weekday_names[day]) {
            g_autofree char *hint = text_hint(name, weekday_names);
            return err_set(err, KENKO_ERROR_CONFIG, "on: '%s' is no weekday%s", *word, hint);
        }
        rule->weekdays |= 1U << day;
    }
    return rule->weekdays != 0 || err_set(err, KENKO_ERROR_CONFIG, "on: want a weekday");
}

static int compare_times(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static bool parse_times(const char *at, struct schedule_rule *rule, GError **err)
{
    g_auto(GStrv) words = g_strsplit(at, ",", -1);
    for (char **word = words; *word; word++) {
        const char *t = g_strstrip(*word);
        bool shaped = strlen(t) == 5 && t[2] == ':' && g_ascii_isdigit(t[0]) &&
                      g_ascii_isdigit(t[1]) && g_ascii_isdigit(t[3]) && g_ascii_isdigit(t[4]);
        int hour = shaped ? (t[0] - '0') * 10 + t[1] - '0' : 24;
        int minute = shaped ? (t[3] - '0') * 10 + t[4] - '0' : 60;
        if (hour > 23 || minute > 59)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "at: '%s' is not a time of day, want 00:00 to 23:59", t);
        if (rule->n_times == SCHEDULE_TIMES_MAX)
            return err_set(err, KENKO_ERROR_CONFIG, "at: more than %d times", SCHEDULE_TIMES_MAX);
        rule->at_s[rule->n_times++] = hour * 3600 + minute * 60;
    }
    qsort(rule->at_s, rule->n_times, sizeof rule->at_s[0], compare_times);
    return rule->n_times > 0 || err_set(err, KENKO_ERROR_CONFIG, "at: want a time of day");
}

/* "15m" and the like; 0 when it is not one. */
static int64_t parse_interval(const char *every)
{
    char *end;
    guint64 n = g_ascii_strtoull(every, &end, 10);
    int64_t unit = *end == 's' ? 1 : *end == 'm' ? 60 : *end == 'h' ? 3600 : 0;
    if (!g_ascii_isdigit(*every) || unit == 0 || end[1] != '\0' || n == 0 || n > DAY_S ||
        (int64_t)n * unit > DAY_S)
        return 0;
    return (int64_t)n * unit * 1000000;
}

bool schedule_rule_parse(const char *every, const char *on, const char *at,
                         struct schedule_rule *out, GError **err)
{
    struct schedule_rule rule = {.weekdays = ALL_DAYS};
    bool daily = every && strcmp(every, "day") == 0, weekly = every && strcmp(every, "week") == 0;
    if (!every && !on && !at)
        return err_set(err, KENKO_ERROR_CONFIG, "want every, on or at: when the job is to run");
    if (every && !daily && !weekly) {
        rule.interval_us = parse_interval(every);
        if (rule.interval_us == 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "every: '%s' is not understood, want day, week, or a number and s, m or "
                           "h of at most 24h, such as 15m",
                           every);
        if (on || at)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "every: %s runs all day, it goes with neither on nor at", every);
        *out = rule;
        return true;
    }
    if (daily && on)
        return err_set(err, KENKO_ERROR_CONFIG, "every: day and on: %s contradict each other", on);
    if ((on || weekly) && !parse_weekdays(on ? on : "monday", &rule, err))
        return false;
    if (!parse_times(at ? at : "00:00", &rule, err))
        return false;
    *out = rule;
    return true;
}

char *schedule_rule_format(const struct schedule_rule *rule)
{
    GString *out = g_string_new(NULL);
    int64_t s = rule->interval_us / 1000000;
    if (s > 0)
        g_string_append_printf(out, "every %" G_GINT64_FORMAT "%s",
                               s % 3600 == 0 ? s / 3600
                               : s % 60 == 0 ? s / 60
                                             : s,
                               s % 3600 == 0 ? "h"
                               : s % 60 == 0 ? "m"
                                             : "s");
    for (int day = 0; s == 0 && rule->weekdays != ALL_DAYS && day < 7; day++) {
        if (rule->weekdays & 1U << day)
            g_string_append_printf(out, "%s%s", out->len ? ", " : "", weekday_names[day]);
    }
    for (size_t t = 0; t < rule->n_times; t++)
        g_string_append_printf(out, "%s%02d:%02d",
                               t > 0      ? ", "
                               : out->len ? " "
                                          : "daily ",
                               rule->at_s[t] / 3600, rule->at_s[t] / 60 % 60);
    return g_string_free(out, FALSE);
}

static int64_t slot(const struct zone *zone, int32_t day, int32_t at_s)
{
    int64_t wanted = (int64_t)day * DAY_US + (int64_t)at_s * 1000000;
    int64_t at = zone_instant(zone, day, (int64_t)at_s * 1000000);
    int64_t gap = zone_local(zone, at) - wanted;
    if (gap <= 0)
        return at;
    /* The clocks skip it, and `at` is as long behind the gap's end as the time is in the gap. */
    int64_t before = at - gap, after = at;
    while (after - before > 1) {
        int64_t middle = before + (after - before) / 2;
        if (zone_local(zone, middle) > wanted)
            after = middle;
        else
            before = middle;
    }
    return after;
}

static bool has_day(const struct schedule_rule *rule, int32_t day)
{
    return rule->weekdays & 1U << day_weekday(day);
}

/* The day that has begun; an hour before midnight that comes again after it belongs to the new one.
 */
static int32_t day_begun(const struct zone *zone, int64_t at_us)
{
    int32_t day = zone_day(zone, at_us);
    while (zone_day_start(zone, day + 1) <= at_us)
        day++;
    return day;
}

int64_t schedule_next(const struct schedule_rule *rule, const struct zone *zone, int64_t after_us)
{
    int32_t day = day_begun(zone, after_us);
    if (rule->interval_us > 0) {
        int64_t start = zone_day_start(zone, day), end = zone_day_start(zone, day + 1);
        int64_t n = (after_us - start) / rule->interval_us + 1;
        return MIN(start + n * rule->interval_us, end);
    }
    for (int32_t d = day - 1;; d++) {
        for (size_t t = 0; has_day(rule, d) && t < rule->n_times; t++) {
            int64_t at = slot(zone, d, rule->at_s[t]);
            if (at > after_us)
                return at;
        }
    }
}

int64_t schedule_previous(const struct schedule_rule *rule, const struct zone *zone, int64_t at_us)
{
    int32_t day = day_begun(zone, at_us);
    if (rule->interval_us > 0) {
        int64_t start = zone_day_start(zone, day);
        return start + (at_us - start) / rule->interval_us * rule->interval_us;
    }
    for (int32_t d = day;; d--) {
        for (size_t t = rule->n_times; has_day(rule, d) && t-- > 0;) {
            int64_t at = slot(zone, d, rule->at_s[t]);
            if (at <= at_us)
                return at;
        }
    }
}
