/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bodies that come compressed. The size after decoding is bounded while decoding. */
#pragma once

#include "core/arena.h"
#include "core/slice.h"

enum gunzip_result { GUNZIP_DONE, GUNZIP_BROKEN, GUNZIP_TOO_LARGE };

/* One gzip member, whole and with nothing after it, into at most `max` bytes of the arena. */
enum gunzip_result gunzip(struct arena *arena, struct slice packed, size_t max, struct slice *out);
