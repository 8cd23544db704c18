/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work that falls into pieces which do not touch each other, on several threads. */
#pragma once

#include <stddef.h>

/* One piece; pieces come in any order, several at once. */
typedef void (*crew_work_fn)(void *context, size_t piece);

/* Call `work` for each of n pieces on at most so many threads, the caller's among them; returns
 * when all are done. */
void crew_each(size_t n, int threads, crew_work_fn work, void *context);

/* The processors that this process may use. */
int crew_threads(void);

/* Rows are cut into so many slices whatever the number of threads: what a slice keeps for itself
 * is made once, and who computes it changes nothing. */
enum { CREW_SLICES = 8 };
void crew_slice(size_t rows, size_t slice, size_t *from, size_t *to); /* [from, to) */
