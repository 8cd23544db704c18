/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What score.c prepares, score_day.c computes and score_write.c stores. */
#pragma once

#include "core/job.h"
#include "scoring/crew.h"
#include "scoring/drift.h"
#include "scoring/hazard.h"
#include "scoring/health.h"
#include "scoring/health_band.h"
#include "scoring/indicator.h"
#include "scoring/override.h"
#include "scoring/score.h"
#include "scoring/score_config.h"
#include "sql/scoring.h"

enum { RISK_DAYS = 90, RECENT_DAYS = 92 };

/* One of the days asked, while it is computed and stored. */
struct score_day {
    struct arena *arena;             /* of this day alone */
    struct arena *part[CREW_SLICES]; /* the same, of a slice of its accounts */
    const struct metric_frame *frame;
    size_t n;
    struct q_score_copy_row *result; /* of every customer, in the frame's order; no run_id yet */
    struct q_score_copy_row *shadow; /* the same by the shadow scorecard; NULL: there is none */
    const char **key;
    char input[65];
    bool is_last;
    bool has_risk;       /* the model speaks on this day */
    const char *message; /* why it does not, or what has moved */
};

/* A scorecard that speaks or is compared. */
struct score_voice {
    const char *role; /* champion, shadow */
    const struct scorecard *card;
    struct health_engine *engine[CREW_SLICES]; /* of a slice of the accounts */
    int64_t scorecard_id;
};

struct scoring {
    struct db *db;
    const struct job *job;
    score_result_fn fn; /* NULL: days are stored */
    void *context;
    struct arena *arena;
    struct zone *zone;
    struct config *config;
    const struct metric_set *metrics;
    struct indicator_set indicators;
    int64_t due_us;                      /* of the day; -1: nothing is promised */
    struct score_voice champion, shadow; /* shadow.card NULL: there is none */
    const char *shadow_name;             /* as kenko.yaml asks for it */
    struct override_set overrides;
    const struct hazard_model *model;
    const struct drift *drift; /* NULL: nothing to hold a day against */
    int32_t trained_as_of;     /* earlier days were there when the model learnt */
    const struct score_options *options;
    struct score_summary *summary;
    int band_days;
    int64_t model_id, known_no, known_at;
    const char *model_message;
    struct db_bigints config_ids; /* the files it is computed with */
    char config_sha256[65];
    /* Band history: the last band_days days' health by account. */
    struct health_band_day *history;
    int32_t history_day[SCORE_BAND_DAYS_MAX];
    size_t n_days, days_done; /* computed ones */
};

/* The same bits for the same number on every machine; all NaN are one. */
void score_digest_number(GChecksum *sum, double value);

/* Compute one day of metrics and store it when it was asked for (context: struct scoring). */
bool score_day_frame(void *context, const struct metric_frame *frame, GError **err);

/* Store a day as a run, in one transaction with its pointer and recent usage. */
MUST_USE bool score_write_day(struct scoring *s, const struct score_day *day, GError **err);

/* Are all columns the same, but for day and run? Doubles by their bits. */
bool score_row_equal(const struct q_score_copy_row *fresh, const struct q_score_open_row *stored);

/* In a transaction: make bi.usage_recent the last RECENT_DAYS of the frame's customers. */
MUST_USE bool score_recent_write(struct db *db, const struct metric_set *metrics,
                                 const struct metric_frame *frame, GError **err);
