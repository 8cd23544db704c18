/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mapping compiled for the columns of one file: what mapping.c, mapping_bind.c, mapping_field.c
 * and mapping_choice.c share. */
#pragma once

#include "core/json_shape.h"
#include "ingest/instant.h"
#include "ingest/mapping_internal.h"

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
    struct json_shape shape;
    int field[STREAM_FIELDS_MAX]; /* index into sources, or NOT_MAPPED */
    int value[STREAM_VALUES_MAX];
    int when[STREAM_VALUES_MAX][4];
    int rule[MAPPING_RULES_MAX];
    int id;
    struct slice *columns;
    struct instant_memo memo;
    bool *wanted, has_nul; /* columns that are sources; the record has U+0000 in it */
    struct scan_json_value got[SCAN_JSON_WANTED_MAX];
    int currency, at; /* stream fields, -1 where there is none */
    size_t n_steps, n_choices;
    struct mapping_step step[STREAM_FIELDS_MAX];
    struct mapping_choice choice[SCAN_JSON_WANTED_MAX];
    int64_t one[STREAM_VALUES_MAX];   /* what a record counts for where the value has no field */
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
bool mapping_field_fill(struct mapping_reader *reader, struct arena *arena,
                        struct stream_record *out, struct mapping_reject *reject);

/* Compile the tests of the values; which of the values does the record in `got` have? */
void mapping_choice_compile(struct arena *arena, struct mapping_reader *reader);
uint64_t mapping_choice_values(const struct mapping_reader *reader);
bool mapping_choice_passes(const struct mapping_test *test, struct slice text);
