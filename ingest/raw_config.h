/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list `raw` of a source in kenko.yaml: how streams land in tables of their own. */
#pragma once

#include <cyaml/cyaml.h>

#include "core/error.h"

enum raw_contract { RAW_EVOLVE, RAW_FREEZE, RAW_DISCARD_ROW, RAW_DISCARD_VALUE };
enum { RAW_RULES_MAX = 2000, RAW_FIELDS_MAX = 64 };

/* One entry, as it is written. */
struct raw_rule {
    char *from;      /* the stream; "*" for those that no other entry names */
    char *namespace; /* NULL: any */
    char *as;        /* name in the schema raw, NULL: made of source and stream */
    char *contract, *deletes, *without_key;
    char *deleted; /* field that says a record is deleted, or NULL */
    char **key, **order;
    uint32_t key_count, order_count;
    bool decode, partial, skip, allow_empty;
};

extern const cyaml_schema_value_t raw_config_schema;

/* What the words of an entry mean; an entry NULL or without a word gives the default. */
MUST_USE bool raw_config_check(const struct raw_rule *rule, GError **err);
enum raw_contract raw_config_contract(const struct raw_rule *rule);
/* Leave deleted records out of the view? */
bool raw_config_hard(const struct raw_rule *rule, bool by_default);
/* Without a key, is a record equal to an earlier one a duplicate? */
bool raw_config_by_hash(const struct raw_rule *rule);

/* The entry for a stream: one that names it before one for all; NULL when there is none. */
const struct raw_rule *raw_config_find(const struct raw_rule *rules, size_t n,
                                       const char *namespace, const char *stream);
