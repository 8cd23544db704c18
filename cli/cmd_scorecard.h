/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kenko scorecard does with a warehouse and has a file of its own for. */
#pragma once

#include "cli/context.h"

/* kenko scorecard what-if ACCOUNT [METRIC=VALUE …] */
MUST_USE bool cmd_scorecard_what_if(struct context *context, int argc, char **argv, GError **err);

/* A person's word over a health, as options say it. */
struct cmd_scorecard_word {
    char *cap, *floor, *set, *from, *until, *reason, *author;
};

/* kenko scorecard override ACCOUNT --set 20 --until DAY --reason TEXT --author NAME */
MUST_USE bool cmd_scorecard_override(struct context *context, const char *account,
                                     const struct cmd_scorecard_word *word, GError **err);

/* kenko scorecard shadow */
MUST_USE bool cmd_scorecard_shadow(struct context *context, GError **err);

/* kenko scorecard list */
MUST_USE bool cmd_scorecard_list(struct context *context, GError **err);
