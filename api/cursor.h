/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a page walk stands: opaque to clients, signed, pinned to a scoring run and to the query
 * that began it. Keyset, never offset: it names the last row shown. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/error.h"

enum { CURSOR_KEY_SIZE = 32, CURSOR_TEXT_MAX = 256 };

struct cursor {
    int64_t run_id;
    uint64_t query;     /* hash of filters, sort and scope: another query cannot use the cursor */
    int64_t account_id; /* last row shown, the tie-breaker */
    int64_t number;     /* its sort value, when the sort is by number */
    const char *text;   /* … when by text; at most CURSOR_TEXT_MAX bytes; NULL otherwise */
};

/* base64url text in the arena. The same cursor always gives the same text. */
char *cursor_format(struct arena *arena, const struct cursor *cursor,
                    const unsigned char key[CURSOR_KEY_SIZE]) MUST_USE;

/* False when the text was not made by cursor_format with this key. */
MUST_USE bool cursor_parse(struct arena *arena, const char *text,
                           const unsigned char key[CURSOR_KEY_SIZE], struct cursor *out);
