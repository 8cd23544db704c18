/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may come from outside by name: parameters of path and query, members of a body. Each is
 * declared once, which is what it is parsed by and what the documentation says of it. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "core/arena.h"
#include "core/slice.h"

enum field_kind {
    FIELD_TEXT,    /* least to most characters; most 0: FIELD_TEXT_MAX */
    FIELD_KEY,     /* the key of an account */
    FIELD_INTEGER, /* least to most */
    FIELD_POINTS,  /* 0 to 100 with at most two decimals, in hundredths */
    FIELD_DAY,     /* YYYY-MM-DD */
    FIELD_BOOL,    /* true or false */
    FIELD_CHOICE,  /* one of choices */
    FIELD_SORT,    /* one of choices, with - before it for descending */
    FIELD_WORDS,   /* words with commas between, at most `most`, of choices where there are any */
    FIELD_CURSOR,  /* meta.next_cursor of the page before */
    FIELD_NUMBERS, /* bodies: an object of numbers by name */
    FIELD_OBJECT   /* bodies: any object, at most `most` bytes as text */
};

enum { FIELD_TEXT_MAX = 200, FIELD_WORDS_MAX = 50, FIELD_KEY_MAX = 200 };

struct field {
    const char *name; /* NULL ends a list */
    enum field_kind kind;
    bool in_path, required;
    int64_t least, most;
    const char *const *choices; /* NULL-terminated */
    const char *fallback;       /* what an absent one means, as text; NULL: nothing */
    const char *what;           /* one sentence */
};

struct field_value {
    bool given;      /* or its fallback was */
    bool descending; /* of a sort */
    int64_t number;  /* integer, points, day, bool; the place of a choice */
    const char *text;
    const char *const *words; /* NULL-terminated */
    const json_t *json;       /* numbers, object; lives as long as the request */
};

/* Values of a list of fields, in its order. */
struct field_set {
    const struct field *fields;
    struct field_value *values;
};

/* What is wrong with one of them. */
struct field_fault {
    const char *name;    /* of a parameter; NULL for a body */
    const char *pointer; /* JSON pointer into the body; NULL for a parameter */
    const char *detail;  /* "want a number from 1 to 1000" */
    bool not_json;       /* of a body that cannot be read at all */
    const struct field_fault *next;
};

/* The value of a field of the set. A name that is not declared is a mistake of the program. */
const struct field_value *field_get(const struct field_set *set, const char *name);
const char *field_text(const struct field_set *set, const char *name); /* NULL when not given */

/* A set for `fields` with nothing given; NULL fields: an empty one. */
struct field_set field_set_new(struct arena *arena, const struct field *fields);

/* Parse a text. NULL on success, else what was wanted, in the arena. */
const char *field_parse(struct arena *arena, const struct field *field, const char *text,
                        struct field_value *out);

/* Give the absent ones of the set their fallbacks. */
void field_fall_back(struct arena *arena, const struct field_set *set);

/* "a number from 1 to 1000". */
const char *field_wanted(struct arena *arena, const struct field *field);
