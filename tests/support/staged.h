/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run over streams without a mapping of the source "sf": shapes are declared, records are taken
 * and delivered. What goes wrong fails the test. */
#pragma once

#include "ingest/batch.h"
#include "ingest/raw.h"

struct staged {
    struct db *db;
    struct job *job;
    struct raw *raw;
    struct batch_counters total;
    int64_t ordinal;
};

void staged_open(struct staged *s, struct db *db, const struct raw_rule *rules, size_t n);
void staged_close(struct staged *s);

/* Commit what was taken. */
void staged_deliver(struct staged *s);

struct raw_stream *staged_stream(struct staged *s, const char *name);

/* Declare a stream's shape; keys and order are lists with spaces between, `properties` is JSON
 * without its braces. */
MUST_USE bool staged_try_declare(struct staged *s, const char *name, const char *key,
                                 const char *order, const char *properties, GError **err);
void staged_declare(struct staged *s, const char *name, const char *key, const char *order,
                    const char *properties);

/* Take one record, which is kept as a reject where it is one. */
enum raw_outcome staged_take_with(struct staged *s, const char *name, struct raw_record record,
                                  GError **err);
void staged_take(struct staged *s, const char *name, const char *json);
void staged_take_generation(struct staged *s, const char *name, const char *json,
                            int64_t generation);
