/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When jobs are to run. A rule gives slots, instants at which a run is due, in the business zone;
 * times are arguments, so that what was missed can be told for any past. */
#pragma once

#include "core/config.h"
#include "core/zone.h"

enum { SCHEDULE_TIMES_MAX = 24, SCHEDULE_ENTRIES_MAX = 100 };

/* Either an interval, or civil times of some weekdays. */
struct schedule_rule {
    int64_t interval_us; /* 1 s … 24 h, counted from the start of each business day; 0: times */
    unsigned weekdays;   /* bit 0 is Monday */
    size_t n_times;
    int32_t at_s[SCHEDULE_TIMES_MAX]; /* second of the day, ascending */
};

/*
 * Read a rule as the configuration writes it; each may be NULL, not all.
 *
 * every  "day", "week", or a number and s, m or h, up to 24 h
 * on     weekdays with commas between: "monday, thursday"
 * at     times of day with commas between: "06:30, 18:30"; without it 00:00
 *
 * Errors  KENKO_ERROR_CONFIG  what is wrong and what was wanted
 */
MUST_USE bool schedule_rule_parse(const char *every, const char *on, const char *at,
                                  struct schedule_rule *out, GError **err);

/* "every 15m", "monday 07:00". Caller frees. */
char *schedule_rule_format(const struct schedule_rule *rule);

/*
 * The first slot after an instant, and the newest one that is not after it. A time that the clocks
 * skip is the moment after the gap, one that they repeat is the first of the two: every civil day
 * of the rule has each of its times once.
 */
int64_t schedule_next(const struct schedule_rule *rule, const struct zone *zone, int64_t after_us);
int64_t schedule_previous(const struct schedule_rule *rule, const struct zone *zone, int64_t at_us);

/* One job of the configuration. */
struct schedule_entry {
    const char *line; /* the command line after "kenko" */
    const char *lock; /* its words before the first option: jobs with the same never overlap */
    const char *name; /* of its runs in ops.job_run: report:weekly; with options the whole line */
    char **argv;      /* NULL-terminated */
    struct schedule_rule rule;
    int retries;      /* how often a run that found something unavailable is tried again */
    int64_t pause_us; /* before the first of these; doubles */
};

/* The section `schedule`. */
struct schedule {
    size_t n;
    const struct schedule_entry *entry; /* in the order of the file */
    bool serve;                         /* the server belongs to it */
};

/*
 * Load it from kenko.yaml; without the section it is empty.
 *
 * commands  names a job may begin with, NULL-terminated
 *
 * Errors  KENKO_ERROR_CONFIG  with line and column of the entry
 */
MUST_USE bool schedule_load(struct arena *arena, struct config *config, const char *const *commands,
                            struct schedule *out, GError **err);
