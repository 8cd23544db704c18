/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Terms of the additive engine in words. */
#pragma once

#include "scoring/additive.h"

enum { TERM_WORDS_SHOWN = 20 };

/* Its covariates, "a × b". Caller frees. */
char *term_words_name(const struct additive_term *term);

/* A p-value, however small. Caller frees. */
char *term_words_p(double log_p);

/* The most important ones as a table on standard output. */
void term_words_print(const struct additive_summary *summary);

/* All of them as a JSON array. */
void term_words_json(const struct additive_summary *summary);
