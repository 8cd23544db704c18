/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko backtest of a scorecard. */
#pragma once

#include "cli/context.h"
#include "scoring/scorecard.h"

struct cmd_backtest_ask {
    const char *scorecard;                   /* a name of the configuration, or a file */
    const char *measure, *output, *language; /* NULL: not asked */
    bool store;                              /* for dashboards */
    int32_t as_of;
    int64_t known_no;
};

MUST_USE bool cmd_backtest_scorecard(struct context *context, const struct cmd_backtest_ask *ask,
                                     GError **err);

/* A scorecard by its name, or by its file where the word is a path (holds a slash, ends in .yaml).
 */
MUST_USE const struct scorecard *cmd_backtest_card(struct arena *arena, struct config *config,
                                                   const struct metric_set *metrics,
                                                   const char *which, GError **err);
