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

/* Sums of values up to this size cannot leave 64 bits in a rollup of at most ROLLUP_VALUES_MAX
 * values; larger ones are for the caller to add up before they come here. */
#define ROLLUP_SMALL_MAX (INT64_C(1) << 39)
enum { ROLLUP_VALUES_MAX = 1 << 23 };

struct rollup;

struct rollup *rollup_new(void);
void rollup_free(struct rollup *rollup);

/* Forget the cells, and the memory they took where it was much. */
void rollup_clear(struct rollup *rollup);
size_t rollup_count(struct rollup *rollup);

/* Memory in use for the cells. */
size_t rollup_bytes(const struct rollup *rollup);

/* Combine a value into its cell. Any order of calls gives the same cells. Cost: amortised constant;
 * values wait for some more, so that the memory of many is fetched at once. */
void rollup_add(struct rollup *rollup, const struct rollup_cell *value,
                enum mapping_combine combine);

/* Give a cell its value, whatever it was. */
void rollup_set(struct rollup *rollup, const struct rollup_cell *value);

/* The cell of a key, NULL when there is none. Valid until the next change. */
const struct rollup_cell *rollup_find(struct rollup *rollup, const struct rollup_cell *key);

/* The cells in no order. Valid until the next change. */
const struct rollup_cell *rollup_cells(struct rollup *rollup);

/* What the indexes stand for, when the order is to be that of the numbers in the warehouse. */
struct rollup_order {
    const int64_t *party, *subject;
    const int32_t *metric;
};

/* The cells sorted by party, metric, subject, day: by their indexes, or by what `order` says of
 * them when it is not NULL. Valid until the next change. */
const struct rollup_cell *rollup_sorted(struct rollup *rollup, const struct rollup_order *order);

/* One day's value and another's come together by the rule: the same code reads and writes. False
 * when a sum leaves 64 bits; nothing changed then. */
bool rollup_combine(struct rollup_cell *into, const struct rollup_cell *value,
                    enum mapping_combine combine);
