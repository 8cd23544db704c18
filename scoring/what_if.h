/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a customer's health would be with other values: by the same engine, on the facts of its
 * newest published day. Nothing is stored. */
#pragma once

#include "core/config.h"
#include "core/db.h"
#include "scoring/facts_attribute.h"
#include "scoring/health.h"

struct what_if {
    int32_t as_of;
    const struct metric_set *metrics;
    const struct scorecard *card;
    double *value;    /* by metric; NaN without data */
    uint8_t *quality; /* by metric */
    struct facts_attributes attribute;
    double *carried; /* as in a frame; NULL: none */
    int32_t *carried_on;
};

/* Its health. */
void what_if_health(const struct what_if *what_if, struct health_engine *engine,
                    struct health *out);

/*
 * The metrics of an account on its newest published day, as they are known now, and the scorecard
 * that is configured now. In the arena.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  the account has no published score
 * Cost    one reading of the facts
 */
MUST_USE bool what_if_load(struct arena *arena, struct db *db, struct config *config,
                           const char *key, struct what_if *out, GError **err);

/* Take `value` for a metric; the error names the nearest. */
MUST_USE bool what_if_set(struct what_if *what_if, const char *metric, double value, GError **err);

/* Take `text` for an attribute, e.g. segment; the error names those that there are. */
MUST_USE bool what_if_say(struct what_if *what_if, const char *attribute, const char *text,
                          GError **err);

/* The smallest change of one measure's metric that lifts the day's own band. */
struct what_if_lift {
    bool found;
    double value; /* of the metric: just enough */
    const char *band;
    int effective_bp;
};

/* Look at every edge of the measure's rules and along their lines. Derived inputs are not looked
 * at. */
void what_if_lift(const struct what_if *what_if, struct health_engine *engine, size_t measure,
                  struct what_if_lift *out);
