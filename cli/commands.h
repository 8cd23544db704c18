/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands: one command, one file, one line here. */
#pragma once

#include "cli/context.h"

extern const struct command cmd_ingest, cmd_source, cmd_load, cmd_identity, cmd_check, cmd_runs,
    cmd_cluster, cmd_migrate, cmd_compact, cmd_retention, cmd_score, cmd_train, cmd_explain,
    cmd_diff, cmd_report, cmd_run, cmd_serve, cmd_key, cmd_quality, cmd_fit, cmd_airbyte, cmd_model,
    cmd_backtest, cmd_survival, cmd_scorecard, cmd_slo, cmd_revenue, cmd_audit, cmd_plan, cmd_erase;

/* NULL-terminated. */
extern const struct command *const commands[];
