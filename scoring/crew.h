/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of work on several threads, each piece whole by one of them: what comes out does not
 * depend on how many there are. */
#pragma once

#include <stddef.h>

typedef void (*crew_work_fn)(void *context, size_t i);

/* Call `work` for 0 … n - 1, on as many threads as asked for; 0 and 1 are the caller's own. */
void crew_each(size_t n, int threads, crew_work_fn work, void *context);
