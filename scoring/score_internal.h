/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What score.c computes and score_write.c stores. */
#pragma once

#include "core/job.h"
#include "scoring/hazard.h"
#include "scoring/score.h"

enum { BAND_DAYS_MAX = 14, RISK_DAYS = 90, RECENT_DAYS = 92 };

/* One account's result on one day. */
struct result {
    uint32_t account;
    int64_t arr_minor;
    int32_t renewal_on;
    struct health health;
    const char *band;
    bool has_risk;
    int64_t p, low, high; /* 1e-9 */
    int percentile_bp;
    double value[SCORECARD_MEASURES_MAX];
    uint8_t quality[SCORECARD_MEASURES_MAX];
    double *contribution;
};

struct day {
    int32_t as_of;
    size_t n;
    struct result *result;
    char input[65];
};

struct scoring {
    struct db *db;
    const struct job *job;
    struct arena *arena;
    struct zone *zone;
    const struct metric_set *metrics;
    const struct scorecard *card;
    const struct hazard_model *model;
    const struct score_options *options;
    int band_days;
    int64_t model_id, known_no, known_at, scorecard_id;
    const char *model_message;
    char config_sha256[65];
    struct day *day; /* the days asked */
    size_t n_days;
    /* Band history: the last band_days days' health by account. */
    struct health *history;
    int32_t history_day[BAND_DAYS_MAX];
    size_t n_accounts;
    const int64_t *account_id;
    const char **account_key;
    /* Recent usage of the last day asked. */
    GArray *recent;
};

struct recent {
    uint32_t account, usage;
    int32_t day;
    double value;
};

/* The same bits for the same number on every machine; all NaN are one. */
void score_digest_number(GChecksum *sum, double value);

struct write {
    struct scoring *s;
    struct score_summary *summary;
};

/* Body of the transaction: all runs, their pointers and recent usage (context: struct write). */
bool score_write_body(struct db *db, void *context, GError **err);
