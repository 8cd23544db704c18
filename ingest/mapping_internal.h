/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What mapping.c, mapping_bind.c and mapping_config.c share. */
#pragma once

#include "core/scan_json.h"
#include "ingest/mapping.h"

enum { NOT_MAPPED = -1 };

/* Schema rows for text of the configuration. */
#define MAPPING_OPTIONAL(key, type, member)                                                        \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 4096)
#define MAPPING_OPTION(key, type, member)                                                          \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1, 65536)
#define MAPPING_TEXT(key, type, member)                                                            \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 4096)

enum mapping_transform {
    TRANSFORM_NONE,
    TRANSFORM_LOWER,
    TRANSFORM_TRIM,
    TRANSFORM_REGISTRABLE_DOMAIN,
    TRANSFORM_MAIL_DOMAIN
};

/* A test on one source field. */
struct mapping_test {
    const char *field;
    const char *equals, *prefix, *suffix;
    bool empty;
};

struct mapping_value {
    int usage;
    const char *field; /* NULL: 1 per record */
    int at, subject;   /* of records that change: fields of the stream, or NOT_MAPPED */
    size_t n_when;
    struct mapping_test when[4];
};

struct mapping_rule {
    const char *name;
    struct mapping_test test;
};

struct mapping {
    enum stream_kind kind;
    const struct stream *stream;
    const char *source, *party_source, *currency, *id;
    enum mapping_format format;
    enum encoding encoding;
    char separator; /* 0: as the format says */
    size_t n_columns;
    const char *const *column; /* of files without a header line */
    enum mapping_on_change on_change;
    size_t max_line;
    bool keeps, has_earliest, has_latest; /* keeps the events, not only what they add up to */
    int32_t earliest, latest;
    const struct zone *zone;
    const struct instant_format *dates; /* NULL: as instant_parse */
    const struct mapping_usage *usage;
    const char *field[STREAM_FIELDS_MAX];    /* source field of each stream field, or NULL */
    const char *constant[STREAM_FIELDS_MAX]; /* literal, or NULL */
    enum mapping_transform transform[STREAM_FIELDS_MAX];
    const void *options; /* see mapping_option */
    struct mapping_list kinds;
    struct mapping_contract contract;
    size_t n_values, n_rules;
    struct mapping_value value[STREAM_VALUES_MAX];
    struct mapping_rule rule[MAPPING_RULES_MAX];
};

/* One field of the stream, as a record's is filled. */
struct mapping_step {
    int field, source; /* source NOT_MAPPED: the constant, or nothing */
    struct slice constant;
    enum mapping_transform transform;
    enum stream_type type;
    bool required;
    size_t max_text;
    int64_t min, max; /* of a number */
    const struct instant_format *dates;
};

/* The values whose test on a source field is for equality: which of them a text chooses. */
struct mapping_choice {
    int source;
    uint64_t others; /* values without such a test here: bit i is value i */
    struct mapping_slot {
        struct slice text;
        uint64_t values; /* 0: the slot is empty */
    } * slot;
};
enum { MAPPING_SLOTS = 4 * STREAM_VALUES_MAX };

/* Source fields are numbered once per file; a record is an array of their values. */
struct mapping_reader {
    const struct mapping *mapping;
    char separator; /* 0 for NDJSON */
    size_t n_columns;
    size_t n_sources; /* distinct source fields */
    const char *source_name[SCAN_JSON_WANTED_MAX];
    int column_of[SCAN_JSON_WANTED_MAX];              /* CSV */
    struct scan_json_path path[SCAN_JSON_WANTED_MAX]; /* NDJSON */
    int field[STREAM_FIELDS_MAX];                     /* index into sources, or NOT_MAPPED */
    int value[STREAM_VALUES_MAX];
    int when[STREAM_VALUES_MAX][4];
    int rule[MAPPING_RULES_MAX];
    int id;
    struct slice *columns;
    bool *wanted, has_nul; /* columns that are sources; the record has U+0000 in it */
    struct scan_json_value got[SCAN_JSON_WANTED_MAX];
    int currency, at; /* stream fields, -1 where there is none */
    size_t n_steps, n_choices;
    struct mapping_step step[STREAM_FIELDS_MAX];
    struct mapping_choice choice[SCAN_JSON_WANTED_MAX];
    uint8_t asked[STREAM_VALUES_MAX]; /* bit j: when[j] is in no choice */
    int64_t surely_from, surely_to;   /* instants within the mapping's bounds whatever the zone */
};

/* The text of a source field of the record; p is NULL where it is absent or null. */
static inline struct slice mapping_source_text(const struct mapping_reader *reader, int source)
{
    const struct scan_json_value *value = &reader->got[source];
    if (value->type == SCAN_JSON_ABSENT || value->type == SCAN_JSON_NULL)
        return (struct slice){NULL, 0};
    return value->text;
}

/* Compile what is done for each field of the stream; fill all of them from the record in `got`. */
void mapping_field_compile(struct mapping_reader *reader);
bool mapping_field_fill(const struct mapping_reader *reader, struct arena *arena,
                        struct stream_record *out, struct mapping_reject *reject);

/* Compile the tests of the values; which of the values does the record in `got` have? */
void mapping_choice_compile(struct arena *arena, struct mapping_reader *reader);
uint64_t mapping_choice_values(const struct mapping_reader *reader);
bool mapping_choice_passes(const struct mapping_test *test, struct slice text);

/* "is '…', want …" */
const char *mapping_say(struct arena *arena, struct slice text, const char *want);

/* The options encoding, separator and header of the mapping's stream; `column` names n columns. */
MUST_USE bool mapping_load_text(struct mapping *mapping, const char *const *column, size_t n,
                                GError **err);

/* The separator of a file in this format; 0 for NDJSON. */
char mapping_separator(const struct mapping *mapping, enum mapping_format format);

/* Position of `word` in a NULL-terminated list; an absent word is the first. */
bool mapping_choose(const char *word, const char *const *names, const char *what, int *out,
                    GError **err);

/* metrics.yaml's `usage`, kenko.yaml's `identity`, a value's place in records that change. */
bool mapping_load_usage(struct arena *arena, struct config *config, struct mapping_set *out,
                        GError **err);
bool mapping_load_aliases(struct arena *arena, struct config *config, struct mapping_set *out,
                          GError **err);
bool mapping_load_tally(const struct mapping *mapping, const char *at, const char *subject,
                        struct mapping_value *value, GError **err);
