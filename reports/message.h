/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the reports say, in each language; the catalogues are messages/LANGUAGE.po, compiled in. A
 * language is an argument, never the locale of the process. */
#pragma once

#include "reports/message_table.h"

/* Words of a configuration (labels, sentences, units, bands) that a catalogue knows; others as they
 * are. */
const char *message_words_of(enum language language, const char *words);
