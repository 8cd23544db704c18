/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of tables and columns made of names that sources give. */
#pragma once

#include "core/arena.h"

enum { RAW_NAME_MAX = 63 }; /* bytes, PostgreSQL's limit */

/*
 * A name a person can type: lower case, letters without their accents, everything else an
 * underscore, none at the beginning that is a digit. Too long or already taken, it is cut between
 * characters and ends in a hash of the whole.
 *
 * text   as the source writes it, UTF-8
 * taken  says whether a name is used already; NULL for none
 */
typedef bool (*raw_name_taken_fn)(void *context, const char *name);
char *raw_name_fold(struct arena *arena, const char *text, raw_name_taken_fn taken, void *context)
    MUST_USE;
