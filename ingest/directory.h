/* SPDX-License-Identifier: GPL-3.0-or-later */
/* External ids of parties and subjects ↔ small indexes while a source is read; their database ids
 * are looked up or made in bulk, once a batch. */
#pragma once

#include "core/db.h"

struct directory;

struct directory *directory_new(void);
void directory_free(struct directory *directory);

/* The index of a name, made when it is new. Index 0 is never given. */
uint32_t directory_index(struct directory *directory, struct slice name);

/* The same in two steps, between which others may be asked for: the place is fetched from memory
 * meanwhile. */
uint64_t directory_ask(const struct directory *directory, struct slice name);
uint32_t directory_index_asked(struct directory *directory, struct slice name, uint64_t asked);
const char *directory_name(const struct directory *directory, uint32_t index);

/* The database id behind an index, once resolved; 0 before. */
int64_t directory_id(const struct directory *directory, uint32_t index);

/* Look up or make what is not resolved yet: parties of a source under a load, or subjects of a
 * kind. Three round trips at most. */
MUST_USE bool directory_resolve_parties(struct directory *directory, struct db *db,
                                        const char *source, int64_t load_id, GError **err);
MUST_USE bool directory_resolve_subjects(struct directory *directory, struct db *db, const char *by,
                                         GError **err);

/* The ids of all indexes, as an array; valid until a name is added. */
const int64_t *directory_ids(const struct directory *directory);

/* The ids resolved so far are committed. A directory that has become large begins anew, so that
 * memory does not grow with the number of names ever seen: indexes given before are void then. */
void directory_keep(struct directory *directory);
