/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One published run in memory: immutable columns, so that reads never touch the warehouse. Made by
 * snapshot_load, shared by reference count, replaced whole. */
#pragma once

#include <stdint.h>

#include "core/db.h"

enum snapshot_sort {
    SNAPSHOT_BY_HEALTH,
    SNAPSHOT_BY_CHURN_RISK,
    SNAPSHOT_BY_EXPECTED_LOSS,
    SNAPSHOT_BY_ARR,
    SNAPSHOT_BY_NAME,
    SNAPSHOT_BY_RENEWAL,
    SNAPSHOT_SORTS
};

enum snapshot_quality {
    SNAPSHOT_OK,
    SNAPSHOT_NO_DATA,
    SNAPSHOT_STALE,
    SNAPSHOT_NOT_APPLICABLE,
    SNAPSHOT_ERROR,
    SNAPSHOT_QUARANTINED
};

enum { SNAPSHOT_NULL_BP = -1 };
#define SNAPSHOT_NULL INT64_MIN

/* An account in its run. Texts live as long as the snapshot; NULL is "not known". */
struct snapshot_account {
    int64_t account_id;
    int64_t staff_id; /* SNAPSHOT_NULL: nobody's */
    const char *key, *name, *domain, *owner_email, *owner_name;
    const char *plan, *segment, *industry, *region, *stage, *band, *raw_band, *override_note;
    const char *search; /* folded name, key and domain, one per line */
    const char *order;  /* folded name, the sort key by name */
    int64_t arr_minor;
    int64_t p_churn_1e9, p_lower_1e9, p_upper_1e9; /* SNAPSHOT_NULL: the model abstained */
    int32_t created_on, renewal_on;                /* INT32_MIN: none */
    int32_t health_bp, effective_bp;               /* SNAPSHOT_NULL_BP: unknown */
    int32_t lower_bp, upper_bp, coverage_bp;
    int32_t risk_percentile_bp; /* SNAPSHOT_NULL_BP: none */
    uint32_t scorecard;         /* index into scorecards */
    size_t measure_at;          /* first of its values in the measure columns */
    size_t feature_at;          /* first of its values in risk; SIZE_MAX: none */
};

struct snapshot_measure {
    const char *name, *label, *group_name, *group_label, *metric, *unit, *direction, *sentence;
    int64_t weight;
};

struct snapshot_scorecard {
    int64_t scorecard_id;
    size_t n;
    const struct snapshot_measure *measures;
};

struct snapshot_feature {
    const char *name, *label, *unit;
};

struct snapshot {
    int64_t run_id, known_at, published_at, known_no;
    int64_t commit_no; /* how far loads had come when account facts were read */
    int32_t as_of, horizon_days;
    bool has_model;
    const char *model_message, *currency;
    size_t n;
    const struct snapshot_account *accounts; /* by account_id */
    size_t n_scorecards, n_features;
    const struct snapshot_scorecard *scorecards;
    const struct snapshot_feature *features; /* the intercept comes after them */
    /* Columns of all accounts one after the other, see measure_at and feature_at. */
    const double *metric_value; /* NaN: none */
    const uint8_t *metric_quality;
    const int32_t *measure_bp, *contribution_bp, *lost_bp; /* INT32_MIN: not usable */
    const double *risk;
    /* orders[sort][descending]: positions in accounts; what has no value comes last in both. */
    const uint32_t *orders[SNAPSHOT_SORTS][2];
};

/*
 * Load the run that is published now.
 *
 * out  on success a new snapshot with one reference; NULL when nothing is published yet
 *
 * Cost  three small queries and one COPY; about 1 KB of memory an account
 */
MUST_USE bool snapshot_load(struct db *db, const struct snapshot **out, GError **err);

const struct snapshot *snapshot_ref(const struct snapshot *snapshot);
void snapshot_unref(const struct snapshot *snapshot);

/* The account with this key; NULL when there is none. Cost: a hash look-up. */
const struct snapshot_account *snapshot_find(const struct snapshot *snapshot, const char *key);

/* The sort value of an account: a number with SNAPSHOT_NULL mapped to come last, or by name 0. */
int64_t snapshot_number(const struct snapshot_account *account, enum snapshot_sort sort,
                        bool descending);

/* Text as searches compare it: NFKC, case and kana folded, so that half-width ｻｸﾗ and さくら find
 * サクラ. Caller frees. */
char *snapshot_fold(const char *text);
