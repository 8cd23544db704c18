/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text encodings: the bytes of a file become UTF-8 before records are cut, because a record's end
 * cannot be told in UTF-16, nor safely in Shift_JIS, by looking at bytes. */
#pragma once

#include "core/error.h"
#include "core/slice.h"

enum encoding {
    ENCODING_AUTO, /* UTF-8, unless a byte order mark says UTF-16 */
    ENCODING_UTF8,
    ENCODING_UTF16LE,
    ENCODING_UTF16BE,
    ENCODING_CP932, /* Windows-31J, which is what files called Shift_JIS are */
    ENCODING_EUC_JP,
    ENCODING_LATIN1,
    ENCODING_WINDOWS_1252,
    ENCODING_COUNT
};

/* The encoding a configuration names, NULL for auto; "shift_jis" is cp932, "utf-16" without a byte
 * order mark is utf-16le. Errors  KENKO_ERROR_CONFIG  unknown; the message lists all names. */
MUST_USE bool encoding_by_name(const char *name, enum encoding *out, GError **err);

/* The name to write into a configuration. */
const char *encoding_name(enum encoding encoding);

/* Where the bytes come from: up to `room` of them, *got = 0 at the end. */
typedef bool encoding_source(void *context, char *to, size_t room, size_t *got, GError **err);

enum { ENCODING_ROOM_MIN = 16 };

struct encoding_decoder;

/* Begin to decode. A byte order mark at the beginning wins over `encoding`. */
struct encoding_decoder *encoding_decoder_open(enum encoding encoding);
void encoding_decoder_close(struct encoding_decoder *decoder);

/*
 * The next text: *got = 1 … `room` bytes (at least ENCODING_ROOM_MIN), 0 at the end. UTF-8 is
 * passed on as it is. A byte order mark comes out as U+FEFF. A byte that does not decode comes out
 * as the lone surrogate U+DC00 + byte, a lone surrogate of UTF-16 as itself: neither is UTF-8, so
 * that its record is rejected at that place, and files that differ there stay different.
 *
 * Errors  what the source gives;  KENKO_ERROR_BUG  the C library lacks a table
 */
MUST_USE bool encoding_decode(struct encoding_decoder *decoder, encoding_source *source,
                              void *context, char *to, size_t room, size_t *got, GError **err);

/* Does a byte that did not decode stand at `at` of a decoded text? */
bool encoding_is_undecodable(struct slice text, size_t at);
