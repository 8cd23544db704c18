/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is loaded of a scorecard, and where it stands: every refusal has file, line, column. */
#pragma once

#include "scoring/scorecard.h"
#include "scoring/scorecard_text.h"

struct scorecard_loading {
    struct arena *arena;
    const struct config *config;
    const char *file;
    const struct metric_set *metrics; /* NULL: inputs are columns of a table */
    const char *const *columns;       /* their names, NULL at the end */
    const struct scorecard_text *text;
    struct scorecard *card;
    struct rational_pool *pool;
    const char *path, *what; /* "groups[0].measures[1]", and its name for messages */
};

/* Refuse what stands `below` the path, e.g. ".weight". Returns false. */
bool scorecard_loading_refuse(const struct scorecard_loading *l, GError **err, const char *below,
                              const char *format, ...) PRINTF_LIKE(4, 5);

/* An exact number that 64 bits hold. */
MUST_USE bool scorecard_loading_number(const struct scorecard_loading *l, const char *below,
                                       const char *text, struct rational *out, GError **err);

/* The same between two limits, said as "NAME is 101, want 0 to 100". */
MUST_USE bool scorecard_loading_within(const struct scorecard_loading *l, const char *below,
                                       const char *text, struct rational low, struct rational high,
                                       struct rational *out, GError **err);

/* An optional number; *has says whether it is there. */
MUST_USE bool scorecard_loading_optional(const struct scorecard_loading *l, const char *below,
                                         const char *text, bool *has, struct rational *out,
                                         GError **err);

/* Numbers of a list, in the arena. */
MUST_USE bool scorecard_loading_numbers(const struct scorecard_loading *l, const char *below,
                                        char *const *text, size_t n, const struct rational **out,
                                        GError **err);

/* A number, or the name of one of the card's `levels`; *level is that name or NULL. */
MUST_USE bool scorecard_loading_score(const struct scorecard_loading *l, const char *below,
                                      const char *text, struct rational *out, const char **level,
                                      GError **err);

/* true or false; absent is `otherwise`. */
MUST_USE bool scorecard_loading_flag(const struct scorecard_loading *l, const char *below,
                                     const char *text, bool otherwise, bool *out, GError **err);

/* One of `words`, NULL at the end; absent is the first. */
MUST_USE bool scorecard_loading_choice(const struct scorecard_loading *l, const char *below,
                                       const char *text, const char *const *words, int *out,
                                       GError **err);
