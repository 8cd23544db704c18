/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of sources. A new kind is one file that defines a struct source_kind and a line in
 * source.c. */
#pragma once

#include "core/progress.h"
#include "ingest/delivery.h"
#include "ingest/preview.h"

enum { SOURCE_BATCH_BYTES = 16 << 20, SOURCE_AGE_US = 60000000 };

/* What every kind works with while it reads one source. */
struct source_run {
    struct db *db;
    const char *dsn; /* for connections of its own */
    const struct job *job;
    const struct config *config;
    const struct mapping_set *set;
    const struct mapping_source *source;
    const struct zone *zone;
    size_t batch_bytes;           /* a delivery is due when batch_bytes come to this, */
    int64_t age_us;               /* and when its first record is this old */
    struct batch_counters *total; /* of all deliveries; added to */
    struct progress *progress;    /* in bytes of what `size` counts */
};

/* What a check found: one line for a person. */
struct source_finding {
    const char *source, *stream; /* stream "" for the source as a whole */
    bool ok;
    const char *message;
    const char *next; /* what to do; "" for nothing */
};

struct source_findings {
    struct arena *arena; /* texts of findings live in it */
    GArray *list;        /* of struct source_finding */
};

/* Something that a source has and that could be a stream of it. */
struct source_offer {
    const char *name; /* of the table or file */
    const char *what; /* "table", "view", "file" … */
    int64_t rows;     /* about so many; -1: not known */
    int64_t bytes;    /* -1: not known */
    const char *key;  /* the column that tells its rows apart; NULL: none was found */
    const char *cursor;
    const char *stream; /* that reads it already; NULL: none does */
    const char *note;   /* what a person should know; "" for nothing */
    const char
        *entry; /* of the source's `streams`; NULL when it was not asked for or there is none */
};

struct source_offers {
    struct arena *arena; /* texts of offers live in it */
    GArray *list;        /* of struct source_offer, in the order of their names */
    bool wants_entries;
};

/* The other side of a source whose records come as messages of a program that runs beside. */
struct source_pipe {
    int input;            /* descriptor of its messages */
    int64_t age_us;       /* longest time a record waits for its delivery; 0: a minute */
    struct slice catalog; /* what is going to be sent, for kinds that are told; p NULL: nothing */
    void *context;        /* of the two below */
    bool (*answer)(void *context, struct slice line, GError **err);     /* one line back, at once */
    void (*note)(void *context, const char *event, const char *detail); /* for the log */
};

/*
 * One kind, as `type` names it in kenko.yaml.
 *
 * source_options  keys of the source that belong to this kind, NULL-terminated; "!" before a name:
 * stream_options  it must be there. The same for each of its streams.
 * read            take in what is new and deliver it; everything before an error is kept.
 *                 KENKO_ERROR_INTERRUPTED when a stop was asked for, after a delivery
 *                 NULL: records come as messages, to be taken from a pipe
 * check           would reading work now? One finding for each stream; the warehouse is not open.
 *                 NULL: nothing can be said beforehand
 * preview         the first records of a stream as its mapping reads them, and the name of where
 *                 they are; the warehouse is not open. NULL: they cannot be shown beforehand
 * discover        what could be read, whether it is configured or not; the warehouse is not open,
 * and the source may have no streams yet. NULL: `elsewhere` says who knows take            take
 * messages from the pipe to its end, as read does size            bytes that read is going to pass,
 * about; NULL: not known beforehand has_raw         streams without a mapping land in tables of
 * their own, as `raw` says
 */
struct source_kind {
    const char *name;
    const char *const *source_options, *const *stream_options;
    bool (*read)(const struct source_run *run, GError **err);
    void (*check)(const struct source_run *run, struct source_findings *out);
    bool (*preview)(struct arena *arena, const struct source_run *run,
                    const struct mapping *mapping, size_t max, const char **name,
                    struct preview *out, GError **err);
    bool (*discover)(const struct source_run *run, struct source_offers *out, GError **err);
    const char *elsewhere;
    bool (*take)(const struct source_run *run, const struct source_pipe *pipe, GError **err);
    int64_t (*size)(const struct source_run *run);
    bool has_raw;
};

/* The kind of a source. Never NULL for a source that source_validate accepted. */
const struct source_kind *source_kind_of(const struct mapping_source *source);

/* Every source has a known type and just the options that belong to it.
 * Errors  KENKO_ERROR_CONFIG  place, which source, which option and what was wanted */
MUST_USE bool source_validate(const struct config *config, const struct mapping_set *set,
                              GError **err);

/* The source of a name, which may have no streams yet.
 * Errors  KENKO_ERROR_USAGE  there is none;  KENKO_ERROR_CONFIG  as source_validate, but for that
 */
MUST_USE bool source_find(const struct config *config, const struct mapping_set *set,
                          const char *name, const struct mapping_source **out, GError **err);

/* Check one source, or all when `only` is NULL. Errors  KENKO_ERROR_USAGE  there is no such source
 */
MUST_USE bool source_check(struct source_run *run, const char *only, struct source_findings *out,
                           GError **err);

/* A new batch for one mapping of the source that is read. Caller frees. */
MUST_USE struct batch *source_batch(const struct source_run *run, const struct mapping *mapping,
                                    GError **err);

/* A part of the source failed: the first failure is kept. May the next part be tried? Not after
 * failures of the warehouse or the disk, nor after a stop. */
bool source_goes_on(const struct source_run *run, GError **failure, GError **first);

/* Read each mapping of the source by `read`, and hold what was rejected against its contract,
 * whatever becomes of one: the first failure is given back at the end, as source_goes_on says. */
typedef bool (*source_mapping_fn)(const struct source_run *run, const struct mapping *mapping,
                                  GError **err);
MUST_USE bool source_each_mapping(const struct source_run *run, source_mapping_fn read,
                                  GError **err);
