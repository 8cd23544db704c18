/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

const struct command *const commands[] = {
    /* One line each, so that two who add one do not meet. */
    /* clang-format off */
    &cmd_ingest,
    &cmd_source,
    &cmd_train,
    &cmd_model,
    &cmd_backtest,
    &cmd_survival,
    &cmd_revenue,
    &cmd_scorecard,
    &cmd_score,
    &cmd_explain,
    &cmd_diff,
    &cmd_plan,
    &cmd_fit,
    &cmd_report,
    &cmd_alert,
    &cmd_slo,
    &cmd_query,
    &cmd_run,
    &cmd_serve,
    &cmd_key,
    &cmd_user,
    &cmd_load,
    &cmd_identity,
    &cmd_quality,
    &cmd_check,
    &cmd_runs,
    &cmd_compact,
    &cmd_retention,
    &cmd_airbyte,
    &cmd_cluster,
    &cmd_migrate,
    &cmd_audit,
    &cmd_erase,
    NULL,
    /* clang-format on */
};
