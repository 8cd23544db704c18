/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/commands.h"

const struct command *const commands[] = {
    &cmd_ingest, &cmd_train,   &cmd_score,   &cmd_explain, &cmd_load,  &cmd_identity, &cmd_check,
    &cmd_runs,   &cmd_cluster, &cmd_migrate, &cmd_compact, &cmd_serve, &cmd_key,      NULL,
};
