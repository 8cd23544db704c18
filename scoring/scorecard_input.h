/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inputs of a scorecard: what is read, and what is derived from it in exact arithmetic. */
#pragma once

#include "scoring/scorecard_loading.h"
#include "scoring/scorecard_value.h"

/* The `inputs` as written, each from those before it. */
MUST_USE bool scorecard_input_load(struct scorecard_loading *l, GError **err);

/* The input of a name: a declared one, a metric, or a column of the table. The error has the
 * nearest. */
MUST_USE bool scorecard_input_find(struct scorecard_loading *l, const char *below, const char *name,
                                   int *out, GError **err);

/* Fill in the derived ones; the others are there. A derived value is not applicable when what it
 * needs is not, and has no data when what it needs has none. */
void scorecard_input_derive(const struct scorecard *card, struct rational_pool *pool,
                            struct scorecard_value *value);

/* Is `text` a list of numbers: "10 5 - 8", where - is an entry without a value, or the word none?
 */
bool scorecard_input_is_list(struct rational_pool *pool, const char *text);
