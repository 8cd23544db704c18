/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scoring job: every customer's health and risk for the as-of days asked, published at once. */
#pragma once

#include "core/config.h"
#include "core/db.h"

struct metric_frame;
struct progress;
struct q_score_copy_row;

/* What account_score.risk_1e9 tells, each as a number and the ends of its interval: churn within 30
 * and 180 days and by the next renewal, and the mean share of HAZARD_STAY_DAYS that is stayed. */
enum score_risk { SCORE_RISK_30, SCORE_RISK_180, SCORE_RISK_RENEWAL, SCORE_STAY, SCORE_RISKS };

struct score_options {
    const int32_t *as_of; /* ascending */
    size_t n_as_of;
    int64_t known_no;      /* commit number, -1 for the newest */
    const char *scorecard; /* NULL: kenko.yaml's score.scorecard, else "default" */
    bool publish;
    struct progress *progress; /* NULL: nobody looks */
    int64_t model_id; /* which model is to speak: SCORE_MODEL_ACTIVE, SCORE_MODEL_NONE, or its id */
};

enum { SCORE_MODEL_ACTIVE = 0, SCORE_MODEL_NONE = -1 };

/* One day as it was computed: `row` of every customer in the order of `key`, without a run. */
struct score_result {
    int32_t as_of;
    size_t n;
    const char *const *key;
    const struct q_score_copy_row *row;
    const char *input_sha256, *output_sha256;
    const struct metric_frame *frame; /* all accounts */
};

/* Called once a day asked, ascending; what it gets lives until it returns. */
typedef bool (*score_result_fn)(void *context, const struct score_result *result, GError **err);

struct score_summary {
    size_t runs, accounts, unknown; /* of the last day: accounts, unknown */
    int64_t stored;                 /* rows of all days: results that differ from what stood */
    int64_t known_no;
    char input_sha256[65], output_sha256[65]; /* of the last day */
    char message[500]; /* of the last day: why there is no risk, or what has moved; "" is well */
};

/*
 * Score. Facts are read once for all days; every run's rows and its pointer flip are one
 * transaction, so readers never see half of it. The stored digests are equal whenever day, K,
 * configuration and model are, whatever was loaded since.
 *
 * A run stores what differs from what readers of its day see, and says until which run the rows it
 * replaces stand: readers who began with run R read R to their end. A run that is not published
 * stores its digests and no rows.
 *
 * Errors  KENKO_ERROR_BUSY         another scoring runs
 *         KENKO_ERROR_INTERRUPTED  a stop was asked for; the days before it are published
 * Memory  the facts, and one day's results
 */
MUST_USE bool score_run(struct db *db, const char *dsn, struct config *config,
                        const struct score_options *options, struct score_summary *summary,
                        GError **err);

/*
 * Compute as score_run does and hand each day over instead of storing it; no transaction is open
 * then. Nothing is written but the versions of scorecard and files that it computes with.
 *
 * Errors  KENKO_ERROR_CONFLICT  the past is no longer there: known_no lies below the known floor,
 * or retention dropped usage
 */
MUST_USE bool score_compute(struct db *db, struct config *config,
                            const struct score_options *options, score_result_fn fn, void *context,
                            GError **err);
