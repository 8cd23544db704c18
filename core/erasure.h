/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Persons who are forgotten. A tombstone, which is a keyed hash, stays of each, and is applied to
 * all there is, to every later load, and again after a backup was put back. Pseudonyms take the
 * place of ids, so that what is counted, and so every score, stays as it was. */
#pragma once

#include "core/db.h"

/*
 * Forget a person, in a transaction of its own, and write that it was done into the audit log.
 *
 * identifier  address or id, as sources write it, in any case
 * rows        on success how many rows named the person
 *
 * Errors  KENKO_ERROR_USAGE  shorter than 3 bytes, or it holds a blank
 * Cost    every text that may name somebody is read once
 */
MUST_USE bool erasure_do(struct db *db, const char *by, const char *identifier, int64_t *rows,
                         GError **err);

/*
 * What is held of a person, for the person: a line of JSON for each row, {"place": …, "record": …}.
 * That it was asked for is written into the audit log.
 *
 * Errors  as erasure_do
 */
MUST_USE bool erasure_show(struct db *db, const char *by, const char *identifier, GString *out,
                           GError **err);

/* The tombstones, a line "KIND HASH" each: they are to be kept outside of backups. */
MUST_USE bool erasure_save(struct db *db, GString *out, GError **err);

/*
 * Take over tombstones that erasure_save wrote and apply all there are: after a backup was put
 * back.
 *
 * Errors  KENKO_ERROR_INPUT  names the line that is none
 */
MUST_USE bool erasure_replay(struct db *db, const char *by, const char *lines, int64_t *rows,
                             GError **err);
