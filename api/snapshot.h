/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One published run in memory: immutable columns, so that reads never touch the warehouse. Made by
 * snapshot_load, shared by reference count, replaced whole. */
#pragma once

#include <stdint.h>

#include "api/cursor.h"
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
    SNAPSHOT_QUARANTINED,
    SNAPSHOT_CARRIED
};

enum { SNAPSHOT_NULL_BP = -1, SNAPSHOT_NULL_1E9 = -1 };
#define SNAPSHOT_NULL INT64_MIN

/* What accounts have in common is kept once: texts live as long as the snapshot, equal ones are one
 * pointer, and NULL is "not known". */
struct snapshot_kind {
    const char *plan, *segment, *industry, *region, *stage, *band, *raw_band, *override_note;
    uint32_t scorecard; /* index into scorecards */
};
struct snapshot_owner {
    int64_t staff_id; /* SNAPSHOT_NULL: nobody's */
    const char *email, *name;
};

/* An account in its run. Its own texts are behind snapshot_key and the like. */
struct snapshot_account {
    int64_t account_id, arr_minor;
    const struct snapshot_kind *kind;
    const struct snapshot_owner *owner;
    const char *text;                              /* see snapshot_text.c */
    int32_t p_churn_1e9, p_lower_1e9, p_upper_1e9; /* SNAPSHOT_NULL_1E9: the model abstained */
    int32_t created_on, renewal_on;                /* INT32_MIN: none */
    int16_t health_bp, effective_bp;               /* SNAPSHOT_NULL_BP: unknown */
    int16_t lower_bp, upper_bp, coverage_bp;
    int16_t risk_percentile_bp; /* SNAPSHOT_NULL_BP: none */
    uint32_t measured_at;       /* its row among those of its scorecard */
    uint32_t risk_at;           /* its row in risk; UINT32_MAX: none */
};

/* Doubles of which most columns have few different ones. */
struct snapshot_column {
    const uint16_t *codes; /* indexes into values; NULL: values are the column */
    const double *values;  /* NaN: none */
};

/* One measure of one account. */
struct snapshot_part {
    int16_t score_bp, contribution_bp, lost_bp; /* SNAPSHOT_NO_PART: not usable */
    uint8_t quality;                            /* enum snapshot_quality */
};
enum { SNAPSHOT_NO_PART = INT16_MIN };

struct snapshot_measure {
    const char *name, *label, *group_name, *group_label, *metric, *unit, *direction, *sentence;
    int64_t weight;
};

struct snapshot_scorecard {
    int64_t scorecard_id;
    size_t n;
    const struct snapshot_measure *measures;
    const struct snapshot_part *parts;    /* n of each account, by measured_at */
    const struct snapshot_column *values; /* of each measure what it judged, by measured_at */
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
    const struct snapshot_column *risk;      /* n_features + 1, by risk_at */
    /* Positions in accounts by value, equal ones by id; what has no value is behind known[sort]. */
    const uint32_t *orders[SNAPSHOT_SORTS];
    size_t known[SNAPSHOT_SORTS];
    size_t bytes;        /* of memory that it holds */
    bool owners_changed; /* score.account_owner says otherwise */
};

/*
 * Load the run that is published now.
 *
 * out  on success a new snapshot with one reference; NULL when nothing is published yet
 *
 * Cost  four small queries and two COPYs; see docs/decisions/0005-api.md for bytes and time
 */
MUST_USE bool snapshot_load(struct db *db, const struct snapshot **out, GError **err);

const struct snapshot *snapshot_ref(const struct snapshot *snapshot);
void snapshot_unref(const struct snapshot *snapshot);

/* The account with this key; NULL when there is none. Cost: a hash look-up. */
const struct snapshot_account *snapshot_find(const struct snapshot *snapshot, const char *key);

/* The i-th account in an order: what has no value comes last in both directions. Going down, equal
 * ones with a value stand by id downwards too. */
const struct snapshot_account *snapshot_at(const struct snapshot *snapshot, enum snapshot_sort sort,
                                           bool descending, size_t i);

/* The sort value of an account: a number with SNAPSHOT_NULL mapped to come last, or by name 0. */
int64_t snapshot_number(const struct snapshot_account *account, enum snapshot_sort sort,
                        bool descending);

/* Measure i of an account, and the value it judged. */
const struct snapshot_part *snapshot_part(const struct snapshot *snapshot,
                                          const struct snapshot_account *account, size_t i);
double snapshot_value(const struct snapshot *snapshot, const struct snapshot_account *account,
                      size_t i);

/* Log-odds that feature i adds; risk_at is not UINT32_MAX. */
double snapshot_risk(const struct snapshot *snapshot, const struct snapshot_account *account,
                     size_t i);

/* An account's own texts. domain is NULL when it is not known. */
const char *snapshot_key(const struct snapshot_account *account);
const char *snapshot_name(const struct snapshot_account *account);
const char *snapshot_domain(const struct snapshot_account *account);

/* Name order: the folded name, cut to what a page's cursor carries, with a closing NUL. Its
 * length. */
size_t snapshot_order(const struct snapshot_account *account, char out[CURSOR_TEXT_MAX + 1]);

/* Is the folded text a part of the account's name, key or domain? */
bool snapshot_has_text(const struct snapshot_account *account, const char *folded);

/* Text as searches compare it: NFKC, case and kana folded, so that half-width ｻｸﾗ and さくら find
 * サクラ. Caller frees. */
char *snapshot_fold(const char *text);
