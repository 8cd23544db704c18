/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard on every row of a table: no warehouse is asked. */
#pragma once

#include "cli/card_table.h"
#include "scoring/health.h"

struct card_run_row {
    struct health_engine *engine; /* holds the account */
    const struct scorecard *card;
    const char *account;
    const struct health *health;
};

typedef bool (*card_run_fn)(void *context, const struct card_run_row *row, GError **err);

/*
 * Read the scorecard of `file` and call fn for each row, in order. Columns that it does not ask for
 * are named in notes on standard error; empty cells have no data.
 *
 * path  how messages call the table
 *
 * Errors  KENKO_ERROR_CONFIG  the scorecard, with its place;  KENKO_ERROR_INPUT  a cell that is no
 * number
 */
MUST_USE bool card_run(struct arena *arena, const char *file, const struct card_table *table,
                       const char *path, card_run_fn fn, void *context, GError **err);
