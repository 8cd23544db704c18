/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage of a batch, combined per (party, metric, subject, day) as its records arrive. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ingest/mapping.h"

struct rollup_cell {
    uint32_t party, metric, subject; /* indexes the caller gave; subject 0 = none */
    int32_t day;
    int64_t v;
    int64_t at;  /* COMBINE_LATEST: event time … */
    int64_t tie; /* … and record hash, the greater wins */
};

struct rollup;

struct rollup *rollup_new(void);
void rollup_free(struct rollup *rollup);
void rollup_clear(struct rollup *rollup);
size_t rollup_count(const struct rollup *rollup);

/* Combine a value into its cell. False when a sum leaves 64 bits: nothing changed then. Amortised
 * constant cost; any order of calls gives the same cells. */
bool rollup_add(struct rollup *rollup, const struct rollup_cell *value,
                enum mapping_combine combine);

/* Take back a sum added just now (a record whose later value does not fit). */
void rollup_take_back(struct rollup *rollup, const struct rollup_cell *value);

/* The cells sorted by party, metric, subject, day. Valid until the next change. */
const struct rollup_cell *rollup_sorted(struct rollup *rollup);

/* One day's value and another's come together by the rule: the same code reads and writes. */
bool rollup_combine(struct rollup_cell *into, const struct rollup_cell *value,
                    enum mapping_combine combine);
