/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts kept in tests/golden. KENKO_UPDATE=yes writes them, and then they are to be read. */
#pragma once

/* A file's path there. Caller frees. */
char *golden_path(const char *name);

/* Fail unless the file holds exactly this. */
void golden_is(const char *name, const char *made);

/* The words of a text: figures become #, a run of spaces one. For what is fitted,
 * whose last digits are no promise. Caller frees. */
char *golden_words(const char *text);
