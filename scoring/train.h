/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The training job: panel, embargoed time split, honest comparison, refit on everything, stored as
 * a candidate, promoted when it is not worse. */
#pragma once

#include "scoring/rival.h"

struct progress;

struct train_options {
    int32_t as_of;             /* facts before this day; churn counts when it was sure by then */
    int64_t known_no;          /* -1 for the newest */
    struct progress *progress; /* NULL: nobody looks */
};

struct train_summary {
    bool refused;
    char message[300]; /* a clear word, for people */
    size_t rows, events;
    struct evaluation held_out; /* of the model */
    struct rival_table rivals;  /* of all on the same rows, the model among them */
    bool recalibrated;          /* its slope on held-out time was out of 0.8 to 1.25 */
    int64_t model_id;
    bool promoted;
    char verdict[200]; /* why it speaks, or does not */
};

/*
 * Train and store the churn model. Panel rows are all customers on days a step apart, point in
 * time; windows whose end was not sure by as_of are left out, not counted as staying. The newest
 * quarter of the days is held out, with a gap of one horizon and the churn delay between; the
 * stored model is then fitted on all rows. Below min_events (50) churn events a refusal is stored
 * and the scorecard alone speaks; so it does when one metric alone tells nearly everything (AUC >
 * 0.95), which is a leak, and when the model loses to the base rate on held-out time.
 *
 * Errors  KENKO_ERROR_BUSY  another training runs;  a refusal is no error (summary->refused)
 */
MUST_USE bool train_run(struct db *db, const char *dsn, struct config *config,
                        const struct train_options *options, struct train_summary *summary,
                        GError **err);
