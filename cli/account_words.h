/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How `explain` and `diff` write an account's numbers. */
#pragma once

#include "reports/format.h"
#include "scoring/change_account.h"

/* A measure's value with its unit, or why there is none. */
const char *account_words_value(struct arena *arena, const struct change_account_day *day,
                                size_t measure);

/* Print, padded to a width in columns, and two spaces. */
void account_words_pad(const char *text, int width);

/* A number as JSON, or null. */
void account_words_json(GString *out, bool is_null, int64_t value);
