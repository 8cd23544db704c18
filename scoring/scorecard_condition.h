/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions: what `when`, `only_if` and bands ask of a value. */
#pragma once

#include "scoring/scorecard_loading.h"
#include "scoring/scorecard_value.h"

/* from, above, below, up_to and is as written → a range that holds something. `below` is its place,
 * e.g. ".bands[2]". */
MUST_USE bool scorecard_condition_range(const struct scorecard_loading *l, const char *below,
                                        const struct scorecard_text_range *text,
                                        enum scorecard_type type, struct scorecard_range *out,
                                        GError **err);

/* A list of conditions under `key`, e.g. ".when". */
MUST_USE bool scorecard_condition_load(struct scorecard_loading *l, const char *key,
                                       const struct scorecard_text_condition *text, size_t n,
                                       struct scorecard_conditions *out, GError **err);

/* Does a known value lie in the range? */
bool scorecard_condition_fits(const struct scorecard_range *range, struct rational_pool *pool,
                              const struct scorecard_value *value);

/* Do all hold? What asks about a value that is not known does not hold, but `known: false`. */
bool scorecard_condition_hold(const struct scorecard_conditions *conditions,
                              struct rational_pool *pool, const struct scorecard_value *value);

/* Do all of `loose` hold whenever all of `strict` do? Says yes only where each of them follows from
 * one of the others: what two together exclude is not found. */
bool scorecard_condition_follows(struct rational_pool *pool,
                                 const struct scorecard_conditions *strict,
                                 const struct scorecard_conditions *loose);
