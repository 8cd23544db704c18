/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A model's tables as a file for people. */
#pragma once

#include "scoring/additive.h"

/*
 * Write columns covariate_1, value_1, covariate_2, value_2 (empty for a table of one), share of the
 * rows and log-odds: the constant first, then table by table, the largest first.
 *
 * Errors  those of file_write
 */
MUST_USE bool tables_csv_write(const struct additive *model, const char *path, GError **err);
