/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lines of an audit bundle: each a SHA-256 over the hash of the line before and its own JSON
 * object, a blank, and the object. The last line's hash is the seal of all. */
#pragma once

#include <jansson.h>

#include "core/error.h"
#include "core/slice.h"

#define BUNDLE_FORMAT "kenko audit bundle 1"

enum { BUNDLE_HEX = 64, BUNDLE_LINE_MAX = 64 << 20, BUNDLE_FILE_MAX = 1 << 30 };

struct bundle_chain {
    char hash[BUNDLE_HEX + 1]; /* of the last line */
    size_t lines;
};

void bundle_file_begin(struct bundle_chain *chain);

/* Append a line; takes the object. */
void bundle_file_put(struct bundle_chain *chain, GString *out, json_t *object);

struct bundle_reader {
    struct bundle_chain chain;
    struct slice rest;
    const char *part; /* of the last line, as it says; "" before the first */
};

void bundle_file_open(struct bundle_reader *reader, struct slice text);

/*
 * The next line's object, NULL in `out` at the end. Caller owns it.
 *
 * Errors  KENKO_ERROR_CHECK  the line is not as it was written; names line and part
 *         KENKO_ERROR_INPUT  it is no line of a bundle, is too long, or nests too deeply
 */
MUST_USE bool bundle_file_next(struct bundle_reader *reader, json_t **out, GError **err);
