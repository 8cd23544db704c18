/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a text UTF-8? As g_utf8_validate says, but for U+0000, which is a character here; at the speed
 * of reading where the text is ASCII. */
#pragma once

#include "core/slice.h"

enum utf8_result { UTF8_BROKEN, UTF8_FINE, UTF8_HAS_NUL };

/* UTF8_HAS_NUL: fine, with a byte 0 somewhere. On UTF8_BROKEN *wrong_at is where the first sequence
 * begins that is no character. */
enum utf8_result utf8_check(struct slice text, size_t *wrong_at);
