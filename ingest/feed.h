/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A feed: records of many streams as a program sends them, mapped ones into batches, the others
 * into tables of their own, delivered together. What the program wants to hear back, its states, is
 * said after the COMMIT of everything before it, in order, each once. */
#pragma once

#include "ingest/raw.h"
#include "ingest/source.h"

struct feed;
struct feed_stream; /* a stream as the program names it */

/* What a kind of source does by default. */
struct feed_how {
    const char *place; /* where messages stand, for messages of ours and the loads' rows */
    bool hard_deletes; /* views leave deleted records out */
    bool rejects;      /* a record without its key or a required field is rejected; else it ends
                          the run */
};

MUST_USE struct feed *feed_open(const struct source_run *run, const struct source_pipe *pipe,
                                const struct feed_how *how, GError **err);
void feed_close(struct feed *feed);

/* The stream of a name, NULL when it was not declared. */
struct feed_stream *feed_find(struct feed *feed, const char *namespace, const char *name);

/*
 * Declare a stream before its records, or declare it anew.
 *
 * Errors  what raw_declare gives;  KENKO_ERROR_CONFIG  kenko.yaml maps it and cannot
 */
MUST_USE struct feed_stream *feed_declare(struct feed *feed, const char *namespace,
                                          const char *name, const struct raw_shape *shape,
                                          GError **err);

/* The stream's table of its own; NULL when it is only mapped. */
struct raw_stream *feed_raw(const struct feed_stream *stream);
/* State with the next delivery what becomes of a generation; the stream must have such a table. */
void feed_set_generation(struct feed *feed, struct feed_stream *stream, int64_t generation,
                         enum raw_generation state);
/* Is the stream mapped to usage without ids, so that a record sent twice counts twice? */
bool feed_counts_twice(const struct feed_stream *stream);

/*
 * Take one record of a stream. Delivers when a record asks for another shape than those before it.
 *
 * is_json  NULL, or set to false when the text is no JSON object; nothing was taken then
 *
 * Errors  KENKO_ERROR_INPUT  names the line: the record cannot be stored and the feed does not
 * reject
 */
MUST_USE bool feed_record(struct feed *feed, struct feed_stream *stream, struct raw_record *record,
                          bool *is_json, GError **err);

/* A record that is too long to be read: its head is kept among the rejects. */
MUST_USE bool feed_reject(struct feed *feed, struct feed_stream *stream, struct raw_record *record,
                          const struct mapping_reject *reject, GError **err);

/* Records of the stream received, and rejected of those, since the last call; then begin anew. */
struct feed_stats {
    int64_t received, rejected;
};
struct feed_stats feed_take_stats(struct feed_stream *stream);
void feed_each_stream(struct feed *feed, void (*visit)(struct feed_stream *stream, void *context),
                      void *context);

/* Say `answer` after the next delivery, and keep `position` as how far the source was read: of the
 * stream named, "" for one that serves all. Copied. */
void feed_state(struct feed *feed, struct slice answer, const char *stream, struct slice position);

/* Where messages stand now; then deliver if it is time: enough bytes at a state, twice as many
 * without one; the same with the age of what waits. Call it after each message. */
MUST_USE bool feed_pause(struct feed *feed, int64_t line, GError **err);

/* Monotonic time at which what waits is due, INT64_MAX when nothing waits. */
int64_t feed_deadline(const struct feed *feed);

/* Deliver all that waits, and answer. */
MUST_USE bool feed_deliver(struct feed *feed, GError **err);

/* At the end: are there more rejects than the mappings' contracts allow? */
MUST_USE bool feed_check_contracts(const struct feed *feed, GError **err);

/* The longest message in bytes: the source's max_message_kib, 16 MiB without it.
 * Errors  KENKO_ERROR_CONFIG  it is no such number */
MUST_USE bool feed_message_limit(const struct source_run *run, size_t *out, GError **err);
