/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What mapping.c, mapping_bind.c and mapping_config.c share. */
#pragma once

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
    TRANSFORM_MAIL_DOMAIN,
    TRANSFORM_MONTHLY /* of money: the amount of a month, times twelve */
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
