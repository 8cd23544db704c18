/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streams without a mapping: each lands in a typed table of versions of its own and is read through
 * a view of what counts (schemas raw_version and raw). Their records are collected here and become
 * loads inside a delivery, with the shape their table needs. */
#pragma once

#include "ingest/batch.h"
#include "ingest/raw_config.h"

struct raw;        /* of one source */
struct raw_stream; /* one of its streams */

/* The rules of kenko.yaml must live as long. `hard` is the kind's default for deleted records. */
MUST_USE struct raw *raw_open(struct db *db, const struct job *job, const char *source,
                              const struct raw_rule *rules, size_t n_rules, bool hard,
                              GError **err);
void raw_close(struct raw *raw);

/* The stream of a name, with the shape it had; NULL with err set. */
MUST_USE struct raw_stream *raw_stream(struct raw *raw, const char *namespace, const char *name,
                                       GError **err);

/* Does kenko.yaml say to leave it? Its records are counted as ignored. */
bool raw_is_skipped(const struct raw_stream *stream);
void raw_skip(struct raw_stream *stream);

/* What the source says about a stream before its records. */
struct raw_shape {
    struct slice schema; /* JSON Schema; p NULL: fields are taken as they come */
    const char *const *key, *const *order;
    size_t n_key, n_order;
};

/*
 * Take the shape on: new columns, wider types. The same shape again costs a comparison.
 *
 * ready  false: records taken so far need the shape they have; deliver, then ask again
 *
 * Errors  KENKO_ERROR_INPUT     the schema cannot be read, lacks properties or a key's field
 *         KENKO_ERROR_CONFLICT  the key is another one than before
 *         KENKO_ERROR_CHECK     the contract is freeze and something changed
 */
MUST_USE bool raw_declare(struct raw_stream *stream, const struct raw_shape *shape, bool *ready,
                          GError **err);

struct raw_record {
    struct slice text;
    int64_t line, ordinal; /* for messages, and unique within a load */
    bool has_at;
    int64_t at_us; /* when the source took it */
    bool has_generation;
    int64_t generation;
    struct slice changes; /* JSON array of changes on the way here, or p NULL */
};

enum raw_outcome {
    RAW_TAKEN,
    RAW_REJECTED, /* `reject` says why; see raw_reject */
    RAW_LATER     /* deliver, then give it again: it needs a wider column */
};

/* Errors  KENKO_ERROR_CHECK  the contract is freeze and the record does not fit */
MUST_USE bool raw_take(struct raw_stream *stream, const struct raw_record *record,
                       enum raw_outcome *outcome, struct mapping_reject *reject, GError **err);

/* Keep a record that was rejected in the rejects of the next load. */
void raw_reject(struct raw_stream *stream, const struct raw_record *record,
                const struct mapping_reject *reject);

enum raw_generation {
    RAW_HIDDEN, /* its records do not count before it is complete */
    RAW_SHOWN,  /* they do, beside those of older ones */
    RAW_FLOOR   /* records of older ones are deleted */
};

/* State it with the next load of the stream; what is the case already is not stated again. */
void raw_set_generation(struct raw_stream *stream, int64_t generation, enum raw_generation state);

/* The generation below which records are deleted, INT64_MIN when there is none; the greatest that
 * was ever seen. */
int64_t raw_floor(const struct raw_stream *stream);
bool raw_is_hidden(const struct raw_stream *stream, int64_t generation);

/* Would a floor at this generation, without records since the last delivery, leave a stream empty
 * that is not, and kenko.yaml does not allow it? */
MUST_USE bool raw_would_empty(struct raw_stream *stream, int64_t generation, bool *yes,
                              GError **err);

/* Bytes held for the next delivery. */
size_t raw_bytes(const struct raw *raw);
bool raw_is_empty(const struct raw *raw);

/*
 * The parts of a delivery: shape and loads in its transaction, commit numbers last, and after
 * COMMIT begin anew. After a failure the streams must not be used again.
 *
 * place, from, to  for the loads' rows
 * load_id          the last load's, 0 when there is none
 */
MUST_USE bool raw_write(struct raw *raw, const char *place, int64_t from, int64_t to,
                        int64_t *load_id, GError **err);
MUST_USE bool raw_tick(struct raw *raw, int64_t *commit_no, GError **err);
void raw_keep(struct raw *raw, struct batch_counters *total);
