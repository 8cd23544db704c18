/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mappings: how a source's records become records of a stream. Read from kenko.yaml's `sources` and
 * metrics.yaml's `usage`, validated whole, compiled once per file. */
#pragma once

#include "core/config.h"
#include "core/zone.h"
#include "ingest/input.h"
#include "ingest/stream.h"

enum mapping_combine { COMBINE_SUM, COMBINE_MAX, COMBINE_MIN, COMBINE_LATEST };
enum mapping_on_change { ON_CHANGE_REJECT, ON_CHANGE_REPLACE, ON_CHANGE_APPEND };
enum mapping_format { FORMAT_AUTO, FORMAT_CSV, FORMAT_TSV, FORMAT_NDJSON };
enum { MAPPING_RULES_MAX = 16, MAPPING_RAW_MAX = 4096, MAPPING_COLUMNS_MAX = 4096 };

/* One usage metric of metrics.yaml. */
struct mapping_usage {
    char *name, *unit, *by;
    enum mapping_combine combine;
    int decimals;
    int64_t min, max;              /* values outside are rejected; INT64_MIN, INT64_MAX: none */
    const char *promise;           /* the two in words */
    double min_parties, max_total; /* quality checks, see quality.h; 0: not wanted */
};

struct mapping; /* one stream of one source, as configured */
struct raw_rule;

struct mapping_list {
    size_t n;
    const char *const *item;
};

struct mapping_source {
    const char *name, *type;
    size_t n_mappings;
    struct mapping **mapping;
    const void *options; /* see mapping_source_option */
    size_t n_raw;
    const struct raw_rule *raw; /* streams that land in tables of their own */
    struct mapping_list keys;
};

struct mapping_alias {
    char *source, *party, *account; /* source NULL: any */
    int32_t from;                   /* INT32_MIN: always */
};

/* Everything ingest reads of the configuration. */
struct mapping_set {
    size_t n_sources, n_usage, n_aliases;
    struct mapping_source *source;
    struct mapping_usage *usage;
    struct mapping_alias *alias;
};

/* Errors have file, place and what was wanted: unknown stream, field, metric; required fields. */
MUST_USE bool mapping_load(struct arena *arena, struct config *config, const struct zone *zone,
                           struct mapping_set *out, GError **err);

enum stream_kind mapping_kind(const struct mapping *mapping);
const struct stream *mapping_stream(const struct mapping *mapping);

/* Keys of kenko.yaml that only a kind of source knows (path, dsn …): their names, NULL-terminated,
 * and the value of one for a source or a stream, the first of a list, NULL when it is not there. */
const char *const *mapping_source_options(void);
const char *const *mapping_options(void);
const char *mapping_source_option(const struct mapping_source *source, const char *name);
const char *mapping_option(const struct mapping *mapping, const char *name);
struct mapping_list mapping_kinds(const struct mapping *mapping);
const char *mapping_party_source(const struct mapping *mapping);
enum mapping_on_change mapping_on_change(const struct mapping *mapping);
/* As configured, else by the file's name: .tsv, .ndjson, .jsonl, .json, whatever is packed. */
enum mapping_format mapping_format_by_name(const char *path);
enum mapping_format mapping_format(const struct mapping *mapping, const char *path);

/* How a file's text is read; does it begin with a header line? */
struct input_how mapping_how(const struct mapping *mapping, const char *path);
bool mapping_has_header(const struct mapping *mapping, const char *path);

/* Are the usage events kept, beside what they add up to? */
bool mapping_keeps(const struct mapping *mapping);
bool mapping_has_id(const struct mapping *mapping);
/* Is the stream's field mapped, or constant? */
bool mapping_has_field(const struct mapping *mapping, size_t field);

/* What the stream promises; see contract.h. */
struct mapping_contract {
    int64_t max_rejects;     /* in one run; -1: any number */
    double max_reject_share; /* of the records read in one run; 1: all */
    bool stop_on_new;        /* a column that was not there before is an error */
};
const struct mapping_contract *mapping_contract(const struct mapping *mapping);

const char *mapping_rule(const struct mapping *mapping, size_t index);
/* Index into mapping_set.usage of the mapping's n-th value; -1 past the last. */
int mapping_value_usage(const struct mapping *mapping, size_t n);
/* Of records that change: the fields of the stream that give the n-th value's day (an instant or a
 * day) and its subject; -1 when none does. */
int mapping_value_at(const struct mapping *mapping, size_t n);
int mapping_value_subject(const struct mapping *mapping, size_t n);
/* Source fields, for messages: of the n-th value and of a field of the stream; "" for none. */
const char *mapping_value_source(const struct mapping *mapping, size_t n);
const char *mapping_field_source(const struct mapping *mapping, int field);
/* Why a day lies outside the mapping's bounds, too_early or too_late; NULL: it does not. */
const char *mapping_day_reason(const struct mapping *mapping, int32_t day);
const char *mapping_currency(const struct mapping *mapping);
const struct zone *mapping_zone(const struct mapping *mapping); /* of times that name none */

/*
 * Take a file's first record as its header line.
 *
 * name  of the file, for messages
 *
 * Errors  KENKO_ERROR_INPUT  there is none, it is too long, or no text; says which encoding it is
 * like
 */
MUST_USE bool mapping_read_header(struct arena *arena, struct input *input, const char *name,
                                  const char **out, GError **err);

/* A mapping bound to the columns of one file. */
struct mapping_reader;

/* `header` is the file's first record for CSV (kept for reading on), not looked at for NDJSON and
 * where the mapping names the columns.
 * Errors  KENKO_ERROR_INPUT  a mapped column is not in the header, a column stands twice */
MUST_USE struct mapping_reader *mapping_bind(struct arena *arena, const struct mapping *mapping,
                                             enum mapping_format format, struct slice header,
                                             const char *path, GError **err);

/* The source fields that the mapping reads; the array is the reader's. */
const char *const *mapping_sources(const struct mapping_reader *reader, size_t *n);

struct mapping_reject {
    int column;         /* byte in the record from 1, 0 when it does not apply */
    const char *field;  /* source field, or "" */
    const char *reason; /* stable code */
    const char *message;
};

/* The same mapping with `field` as the records' id. */
const struct mapping *mapping_with_id(struct arena *arena, const struct mapping *mapping,
                                      const char *field) MUST_USE;

enum mapping_outcome { MAPPED, MAPPING_IGNORED, MAPPING_REJECTED };

/*
 * Map one raw record; one that is longer than max_line_kib is rejected. Texts of `out` point into
 * the record or the arena: copy the record into the arena first when it must live longer.
 *
 * rule  on MAPPING_IGNORED the rule's index
 */
enum mapping_outcome mapping_apply(struct mapping_reader *reader, struct arena *arena,
                                   struct slice record, struct stream_record *out, size_t *rule,
                                   struct mapping_reject *reject);

/* The same for a record as it was read, of which more may be known than its text. */
enum mapping_outcome mapping_apply_input(struct mapping_reader *reader, struct arena *arena,
                                         const struct input_record *raw, struct stream_record *out,
                                         size_t *rule, struct mapping_reject *reject);
