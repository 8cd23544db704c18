/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of records as one stream of decoded bytes: plain, gzip (several members), zstd (several
 * frames), and from its encoding to UTF-8. Positions and hashes are over the decoded text. Memory
 * is bounded by the longest record allowed. */
#pragma once

#include <stdint.h>

#include "ingest/csv_window.h"
#include "ingest/encoding.h"

enum { INPUT_HASH_SIZE = 32, INPUT_KEY_SIZE = 32 };

struct input;

/* How a file's text is read. */
struct input_how {
    char separator;  /* of CSV, or 0 for one record a line */
    size_t max_line; /* longest record in bytes of UTF-8; a longer one is returned cut and marked */
    enum encoding encoding;
    const uint8_t
        *key; /* INPUT_KEY_SIZE secret bytes for the hashes; NULL where nobody keeps them */
};

/* One raw record, without its line end; valid until the next call. */
struct input_record {
    struct slice text;
    int64_t line;    /* of its first byte, from 1 */
    int64_t offset;  /* decoded byte it begins at */
    bool too_long;   /* text is its first part only */
    bool terminated; /* a line end followed */
    bool is_marked;  /* of CSV: marks tell where its fields end */
    struct csv_marks marks;
};

/*
 * Open a file; the suffix .gz or .zst tells the compression. A byte order mark is no part of the
 * first record.
 *
 * Errors  KENKO_ERROR_IO  cannot be read
 */
MUST_USE struct input *input_open(const char *path, const struct input_how *how, GError **err);
void input_close(struct input *input);

/*
 * The next record that is not an empty line; *found = false at the end.
 *
 * Errors  KENKO_ERROR_INPUT  the compression is broken or ends too early (with the offset)
 */
MUST_USE bool input_next(struct input *input, struct input_record *out, bool *found, GError **err);

/* Read and hash up to decoded byte `position` without making records: true with *same when the
 * content before it has this hash and a record begins there; the input then stands there, `line`
 * lines on. */
MUST_USE bool input_skip(struct input *input, int64_t position, int64_t line, const uint8_t *hash,
                         bool *same, GError **err);

/* After input_skip: does nothing follow? */
bool input_is_at_end(const struct input *input);

/* Decoded bytes of all records given so far, the lines before them, and the hash of those bytes. */
int64_t input_position(const struct input *input);
int64_t input_line(const struct input *input);
void input_hash(struct input *input, uint8_t hash[INPUT_HASH_SIZE]);

/* Bytes of the file read so far, as they lie on the disk. */
int64_t input_consumed(const struct input *input);

/* The next bytes of the file, unpacked but not decoded, *got = 0 at the end: to look at it whole.
 * Not to be mixed with records. */
MUST_USE bool input_bytes(struct input *input, char *to, size_t room, size_t *got, GError **err);

/* Hash and size of the whole decoded content. */
MUST_USE bool input_digest(const char *path, const struct input_how *how,
                           uint8_t hash[INPUT_HASH_SIZE], int64_t *size, GError **err);

/* The size of the decoded content where a look at the file says it: plain UTF-8. */
bool input_known_size(const char *path, const struct input_how *how, int64_t *size);

typedef struct input input_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(input_t, input_close)
