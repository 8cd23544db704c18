/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard held against what happened: every customer is scored as on past days, and who left
 * later says what the bands, and the measures behind them, were worth. */
#pragma once

#include "scoring/lead.h"
#include "scoring/scorecard.h"

struct progress;

enum {
    PROOF_SPANS = LEAD_MARKS, /* 180, 90, 60 and 30 days */
    PROOF_EVIDENCE = 1,       /* the span measures are judged by: 90 days */
    PROOF_BANDS_MAX = SCORECARD_BANDS_MAX + 2,
    PROOF_BINS = 10,
    PROOF_STEP_DAYS = 7,  /* between the days on which leavers are looked at */
    PROOF_EVENTS_MIN = 10 /* fewer who left: a measure's sign is not judged */
};

/* Customers on days a span apart, and those who had left within the span. */
struct proof_count {
    size_t n, left;
    __int128 minor, minor_left; /* their ARR */
};

struct proof_span {
    int days;
    size_t n_days;
    int32_t first, last; /* of the days; those whose span was not over are left out */
    struct proof_count all, band[PROOF_BANDS_MAX];
    double auc, auc_low, auc_high; /* that who left had the lower health; NaN without either */
    /* Everybody who left and could have been seen so long before: where they stood then. */
    size_t leavers, stood[PROOF_BANDS_MAX];
    __int128 leavers_minor, stood_minor[PROOF_BANDS_MAX];
};

enum proof_bin_kind { PROOF_BIN_VALUES, PROOF_BIN_MISSING, PROOF_BIN_NOT_APPLICABLE };

/* Rows with a value in [low, high], or without one. */
struct proof_bin {
    enum proof_bin_kind kind;
    double low, high;
    size_t n, left;
};

struct proof_measure {
    double auc, auc_low, auc_high; /* that who left had the lower score, among those with one */
    double size;                   /* Spearman's rho of its score and ARR; NaN */
    size_t scored, left;           /* rows with a score, and who of them left */
    bool is_wrong;                 /* who left had the higher score, beyond chance */
    bool is_idle;                  /* the interval holds 0.5: it tells nothing by itself */
    bool is_flat;                  /* everybody had the same score */
    bool is_leak;                  /* it nearly knows the outcome, as what churn is made of does */
    size_t n_bins;
    const struct proof_bin *bin; /* by value, then those without one */
};

/* Two measures that say the same: it counts twice. */
struct proof_pair {
    size_t a, b;
    double rho;
};

/* How far health goes with the size of a customer instead of its risk. */
struct proof_size {
    const char *name; /* "ARR", or the label of a metric in users or seats */
    double rho;       /* Spearman's, with health */
};

enum { PROOF_SIZES_MAX = 8, PROOF_THIRDS = 3 };

struct proof_third {
    size_t n, left;
    double auc;        /* of health within it */
    int64_t low, high; /* ARR in minor units */
};

struct proof {
    const struct scorecard *card;
    size_t
        n_bands; /* those of the card, lowest first; then Unknown, then no customer or unscored */
    const char *band[PROOF_BANDS_MAX];
    size_t n_days; /* weeks looked at */
    int32_t first, last;
    const char *churn; /* the definition in words */
    struct proof_span span[PROOF_SPANS];
    size_t leavers;            /* whose last 180 days were looked at: of these the leads are */
    struct lead_summary red;   /* from the first and last day in the lowest band; renewals too */
    struct lead_summary amber; /* the same from the days out of the highest band */
    size_t rows, events;       /* of the evidence */
    const struct proof_measure *measure; /* by measure of the card */
    size_t n_pairs;
    const struct proof_pair *pair; /* |rho| above 0.9, the nearest first */
    size_t n_sizes;
    struct proof_size size[PROOF_SIZES_MAX];
    struct proof_third third[PROOF_THIRDS]; /* of the customers, by ARR */
    int64_t known_no;
};

struct proof_options {
    int32_t as_of;    /* facts before this day */
    int64_t known_no; /* -1 for the newest */
    struct progress *progress;
};

/*
 * Score all customers on past days, point in time, and look at what came within 180, 90, 60 and 30
 * days by the churn definition of kenko.yaml. Days of one span are a span apart, so that every
 * churn counts once; a span that was not sure by as_of is left out, not counted as staying. Bands
 * are those of a day alone: neither hysteresis nor a person's word moves them.
 *
 * Errors  KENKO_ERROR_REFUSED  the history is shorter than eight weeks and 30 days, or the card has
 *                              no bands
 * Cost    a pass over the warehouse with a day's scoring for each week; a byte for each customer
 *         and week
 */
MUST_USE bool proof_run(struct arena *arena, struct db *db, struct config *config,
                        const struct metric_set *set, const struct scorecard *card,
                        const struct proof_options *options, struct proof *out, GError **err);
