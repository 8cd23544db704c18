/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parties without an account, and which account each could be: for people to decide. */
#pragma once

#include "core/db.h"
#include "ingest/identity_near.h"

struct identity_near_account {
    const char *key, *name; /* name "" when it has none */
    double similarity;      /* 0.5 … 1 */
};

struct identity_unresolved {
    const char *source, *external_id, *name; /* name "" when the source says none */
    double arr;
    struct identity_near_account near[IDENTITY_NEAR]; /* the likest first; key NULL: no more */
};

struct identity_unresolved_list {
    size_t n;
    struct identity_unresolved *party; /* those with most ARR first */
    int64_t all;                       /* how many there are beyond the n */
};

/*
 * List them; everything lives in the arena.
 *
 * max_rows  at most so many
 *
 * Cost  reads the names of all accounts once; 2,000 parties beside 100,000 accounts take about 3 s
 */
MUST_USE bool identity_unresolved(struct arena *arena, struct db *db, int max_rows,
                                  struct identity_unresolved_list *out, GError **err);

/* Is the likest account at least as like as `above`, and likelier than every other? */
bool identity_is_certain(const struct identity_unresolved *party, double above);

/*
 * State that each party of the list that is certain belongs to its likest account: one load of
 * statements by hand.
 *
 * accepted  how many
 */
MUST_USE bool identity_accept(struct db *db, const struct identity_unresolved_list *list,
                              double above, int64_t *accepted, GError **err);
