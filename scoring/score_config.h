/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko.yaml's section `score`. */
#pragma once

#include "core/config.h"

enum { SCORE_BAND_DAYS_MAX = 14 };

struct score_config {
    const char *scorecard; /* name of the scorecard, "default" */
    const char *shadow;    /* one that is scored beside it and shown to nobody; NULL: none */
    int band_days;         /* days whose agreement moves a band, 1 to SCORE_BAND_DAYS_MAX */
    int keep_daily_months; /* then weekly; 0: daily for ever */
    int64_t due_us;        /* of a day, by when it is to be scored; -1: nothing is promised */
};

/* Errors  KENKO_ERROR_CONFIG  a number out of its range. Texts live as long as the config. */
MUST_USE bool score_config_load(struct config *config, struct score_config *out, GError **err);
