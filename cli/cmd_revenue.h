/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The questions of kenko revenue, one file each. */
#pragma once

#include "cli/context.h"
#include "cli/grid.h"
#include "scoring/period.h"
#include "scoring/revenue.h"

/* What was asked, with the ledger it is asked of. */
struct cmd_revenue {
    struct arena *arena;
    struct context *context;
    struct revenue revenue;
    enum grid_form form;
    enum period_by by;
    bool has_by, has_from, bridges, by_account;
    int32_t from, to; /* [from, to); without --from and --to the newest whole periods */
    const char *measure;
    const char *activity; /* a usage metric; NULL: not asked */
};

/* The whole periods asked for. */
struct period *cmd_revenue_periods(const struct cmd_revenue *ask, size_t *n);
/* The gap to bridge, or MOVEMENT_NO_GAP. */
int cmd_revenue_gap(const struct cmd_revenue *ask);

bool cmd_revenue_movements(struct cmd_revenue *ask, GError **err);
bool cmd_revenue_retention(struct cmd_revenue *ask, GError **err);
bool cmd_revenue_cohorts(struct cmd_revenue *ask, GError **err);
bool cmd_revenue_renewals(struct cmd_revenue *ask, GError **err);
bool cmd_revenue_forecast(struct cmd_revenue *ask, GError **err);
bool cmd_revenue_churn(struct cmd_revenue *ask, GError **err);
