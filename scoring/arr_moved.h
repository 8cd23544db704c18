/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stored ARR movements of accounts: few of them change from one day to the next. */
#pragma once

#include "sql/scoring.h"

/*
 * Bring score.arr_moved to n rows, in any order, each account, scope and period once: what stands
 * as it is stays, the rest is replaced. In a transaction. `row` is sorted.
 *
 * changed  how many rows were written or removed
 *
 * Cost  one pass over what stands
 */
MUST_USE bool arr_moved_write(struct db *db, struct q_arr_moved_copy_row *row, size_t n,
                              int64_t *changed, GError **err);
