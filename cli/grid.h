/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table that a command answers with: for eyes on a terminal, as CSV or as JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "scoring/ratio.h"

enum grid_form { GRID_TERMINAL, GRID_CSV, GRID_JSON };

struct grid_column {
    const char *name; /* for programs */
    const char *head; /* for people; NULL: not on a terminal */
    bool is_number;
};

struct grid; /* in its arena */

/* `column` must live as long as the grid. */
struct grid *grid_new(struct arena *arena, const struct grid_column *column, size_t n);

/* Cells, row by row. A NULL text, a NaN and a share without a base are blank. */
void grid_text(struct grid *grid, const char *text);
void grid_count(struct grid *grid, int64_t n);
void grid_day(struct grid *grid, int32_t day); /* INT32_MAX: blank */
/* An amount in minor units, exact in the currency's unit. */
void grid_money(struct grid *grid, int64_t minor, const char *currency);
/* Two cells: 0.9123 (on a terminal 91.2 %) and the exact "13/34". */
void grid_share(struct grid *grid, struct ratio share);
/* 0..1 with so many decimals; on a terminal in percent. */
void grid_real(struct grid *grid, double v, int decimals);
void grid_blank(struct grid *grid);
/* As programs and as people read it; both live as long as the grid. */
void grid_cell(struct grid *grid, const char *text, const char *shown);

/* Print on standard output. */
void grid_print(const struct grid *grid, enum grid_form form);
