/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of commands: one command, one file, one line here. */
#pragma once

#include "cli/context.h"

/* clang-format off */
extern const struct command cmd_airbyte;
extern const struct command cmd_alert;
extern const struct command cmd_audit;
extern const struct command cmd_backtest;
extern const struct command cmd_check;
extern const struct command cmd_cluster;
extern const struct command cmd_compact;
extern const struct command cmd_diff;
extern const struct command cmd_erase;
extern const struct command cmd_explain;
extern const struct command cmd_fit;
extern const struct command cmd_identity;
extern const struct command cmd_ingest;
extern const struct command cmd_key;
extern const struct command cmd_load;
extern const struct command cmd_migrate;
extern const struct command cmd_model;
extern const struct command cmd_plan;
extern const struct command cmd_quality;
extern const struct command cmd_query;
extern const struct command cmd_report;
extern const struct command cmd_retention;
extern const struct command cmd_revenue;
extern const struct command cmd_run;
extern const struct command cmd_runs;
extern const struct command cmd_score;
extern const struct command cmd_scorecard;
extern const struct command cmd_serve;
extern const struct command cmd_slo;
extern const struct command cmd_source;
extern const struct command cmd_survival;
extern const struct command cmd_train;
extern const struct command cmd_user;
/* clang-format on */

/* NULL-terminated. */
extern const struct command *const commands[];
