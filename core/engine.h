/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What other stages do for the API: scoring offers it, ingest keeps it, the command line hands it
 * over, so that no stage includes another. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "core/arena.h"

struct db;

/* A measure's part of a change, in hundredths of a point. */
struct engine_part {
    const char *measure, *label;
    int behaviour_bp;
    bool lost, gained; /* its data */
};

/* How a health changed between two published days; nothing is left over. */
struct engine_change {
    int32_t from, to; /* the days that were compared */
    bool before_known, after_known;
    int before_bp, after_bp;
    bool is_split;    /* false: why_not says so, and there are no parts */
    bool is_computed; /* the day after was computed again under the card before */
    const char *why_not;
    int behaviour_bp, availability_bp, configuration_bp, override_bp;
    size_t n;
    const struct engine_part *part;
};

struct engine_value {
    const char *metric;
    double value;
};

struct engine_health {
    bool is_known;
    int health_bp, effective_bp;
    const char *band;
};

/* The smallest change of one metric that lifts the band. */
struct engine_lift {
    const char *metric, *band;
    double now, value;
    int effective_bp;
};

struct engine_what_if {
    int32_t as_of;
    struct engine_health now, then;
    size_t n_lifts;
    const struct engine_lift *lift;
};

/* A person's word over a health: see ingest. */
struct engine_override {
    const char *account_key, *kind, *reason, *author;
    int value_bp;
    int32_t valid_from, expires_on;
};

struct engine_sentiment {
    int64_t account_id, value; /* 1 to 5 */
    const char *reason, *author;
    const int32_t *expires_on; /* NULL: it stays */
};

/*
 * Each may be called on any thread. Texts are in the arena.
 *
 * change           as kenko diff; reads on `db`
 * what_if          as kenko scorecard what-if, on a connection of its own, one at a time
 * check_scorecard  reads a scorecard's text against the configured metrics; *fault NULL: it is
 * right override         keep it as a load, sentiment the same; within the caller's transaction,
 * whose last statements they are but for the answer's
 *
 * Errors  KENKO_ERROR_BUSY  another what-if is under way;  KENKO_ERROR_USAGE  what was asked is
 * wrong;  as the functions they stand for
 */
struct engine {
    void *context;
    bool (*change)(void *context, struct arena *arena, struct db *db, const char *account_key,
                   int32_t from, int32_t to, struct engine_change *out, GError **err);
    bool (*what_if)(void *context, struct arena *arena, const char *account_key,
                    const struct engine_value *values, size_t n, struct engine_what_if *out,
                    GError **err);
    bool (*check_scorecard)(void *context, struct arena *arena, const char *name, const char *text,
                            const char **fault, GError **err);
    bool (*override)(void *context, struct db *db, const struct engine_override *word,
                     int64_t *load_id, GError **err);
    bool (*sentiment)(void *context, struct db *db, const struct engine_sentiment *word,
                      int64_t *load_id, GError **err);
};
