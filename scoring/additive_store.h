/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fitted additive model as JSON, and back to the same bits: what it takes to score, and its
 * summary. Rows, penalties and what else only fitting needs are not kept. */
#pragma once

#include <jansson.h>

#include "scoring/additive.h"

enum { ADDITIVE_STORE_VERSION = 4 };

/* The caller owns it; write it with NUMBERS_FORMAT. */
json_t *additive_store_save(const struct additive *model);

/*
 * Predictions and standard errors of the model that comes back are those of the one that was saved,
 * bit for bit; so is the JSON it is saved as. The dataset to predict has the columns of the one
 * fitted, in its order.
 *
 * root  read with NUMBERS_READ
 *
 * Errors  KENKO_ERROR_INPUT  not a stored model, of another version, or damaged: what and where
 */
MUST_USE struct additive *additive_store_load(struct arena *arena, const json_t *root,
                                              GError **err);

/* Columns that a dataset must have to be predicted. */
size_t additive_store_columns(const struct additive *model);
