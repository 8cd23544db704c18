/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports say, in each language; the catalogues are messages/LANGUAGE.po, compiled in. A
 * language is an argument, never the locale of the process. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arena.h"
#include "reports/message_table.h"

/* Words of a configuration (labels, sentences, units, bands) that a catalogue knows; others as they
 * are. */
const char *message_words_of(enum language language, const char *words);

/* The language of a code like "ja"; false when no catalogue has it. */
bool message_language(const char *code, enum language *out);

/*
 * A message with its {places} filled, in the arena. After `message` come pairs of texts, a place's
 * name and what stands there, and NULL at the end; pairs that the message has no place for are
 * left out. `n` chooses singular or plural and fills {n}; message_say is for messages without.
 */
const char *message_say(struct arena *arena, enum language language, enum message message,
                        ...) G_GNUC_NULL_TERMINATED;
const char *message_count(struct arena *arena, enum language language, enum message message,
                          int64_t n, ...) G_GNUC_NULL_TERMINATED;

/* The same for a caller with arguments of its own. `n` is NULL for a message without; `more` are
 * pairs that need not be given each time, NULL at the end, or NULL. */
const char *message_fill(struct arena *arena, enum language language, enum message message,
                         const int64_t *n, const char *const *more, va_list places);
