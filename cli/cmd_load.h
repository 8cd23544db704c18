/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What other commands show of loads. */
#pragma once

#include "core/db.h"

/* Print the newest rejects, each with file, line, byte and why. */
MUST_USE bool cmd_load_rejects(struct db *db, int max_rows, GError **err);
