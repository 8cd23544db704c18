/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contracts: what a stream of a source promises. Records that break it are rejected as always; the
 * contract says how many may be before the job fails, and what becomes of columns that come and go.
 * Every change of columns is noted in ops.schema_event, whatever the contract says. */
#pragma once

#include "core/db.h"
#include "ingest/mapping.h"

/* Change of a header against the one before; lists in the arena. */
struct contract_change {
    const char *const *added, *const *removed; /* NULL-terminated */
};

/* Compare two header records of one separator. `before` "" is no change. */
void contract_compare(struct arena *arena, const char *before, const char *now, char separator,
                      struct contract_change *out);

/* May a file with these changes be read?
 * Errors  KENKO_ERROR_CHECK  new columns, and the contract says stop */
MUST_USE bool contract_allows(const struct mapping *mapping, const struct contract_change *change,
                              const char *place, GError **err);

/* Note the changes, in the delivery that first met them. */
MUST_USE bool contract_note(struct db *db, const char *source, const char *stream,
                            const char *place, const struct contract_change *change,
                            int64_t load_id, GError **err);

/* After reading: were more records rejected than the contract allows? They are kept as rejects, and
 * what was good is loaded, in either case.
 * Errors  KENKO_ERROR_CHECK  says how many of how many */
MUST_USE bool contract_check_rejects(const struct mapping *mapping, int64_t read, int64_t rejected,
                                     GError **err);
