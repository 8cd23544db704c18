/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a snapshot while it is being made: everything that there is one of for each account
 * grows in a few large blocks and is cut to size at the end. */
#pragma once

#include <stdatomic.h>

#include "api/snapshot.h"

struct q_snapshot_facts_row;
struct q_snapshot_scores_row;

/* A column that is being filled. At first it keeps each different value once. */
struct column_maker {
    uint16_t *codes; /* NULL: too many different ones, values are the column */
    double *values;
    uint32_t *slots; /* codes + 1 by hash of the value; 0: free */
    size_t n, room, n_values, values_room, n_slots;
};

/* The rows of one scorecard. */
struct card_maker {
    struct snapshot_part *parts;
    size_t n, room; /* accounts */
    struct column_maker *values;
    struct snapshot_column *columns;
};

/* A snapshot and what is behind it. */
struct snapshot_maker {
    struct snapshot snapshot; /* first: a snapshot's address is its maker's */
    atomic_int references;
    struct arena *arena;
    GHashTable *texts, *kinds, *owners; /* what repeats: gone once the snapshot is made */
    struct snapshot_account *accounts;
    size_t n_facts, at, room; /* with facts, of them passed by the scores */
    int64_t owned;            /* written down as somebody's and not met yet */
    char *block;              /* of texts, and what is left of it */
    size_t block_left;
    struct card_maker *cards;
    struct column_maker *risk;
    struct snapshot_column *risk_columns;
    size_t n_risk;   /* rows in risk */
    uint32_t *slots; /* position + 1 by hash of the key */
    size_t n_slots;
};

/* Room for `extra` more elements of `size` bytes behind n; at least doubles. */
void *snapshot_column_room(void *memory, size_t n, size_t *room, size_t size);

void snapshot_column_add(struct column_maker *column, double value);
/* Cut to size; bytes kept. */
size_t snapshot_column_finish(struct column_maker *column, struct snapshot_column *out);
void snapshot_column_clear(struct column_maker *column);

/* The own texts of an account as one piece, in a block of the maker's. */
const char *snapshot_text_pack(struct snapshot_maker *maker, const char *key, const char *name,
                               const char *domain);

/* Take over one row of a COPY, the context being the maker: first all facts, then the scores, both
 * by account_id. The scorecards are there. Errors  KENKO_ERROR_CHECK  a scorecard has no measures,
 * or a number does not fit */
MUST_USE bool snapshot_fill_facts(void *context, const struct q_snapshot_facts_row *row,
                                  GError **err);
MUST_USE bool snapshot_fill_scores(void *context, const struct q_snapshot_scores_row *row,
                                   GError **err);

/* Cut what was filled to size, and hang it into the snapshot. */
void snapshot_fill_end(struct snapshot_maker *maker);

/* Sort the accounts in every order. */
void snapshot_sort_all(struct snapshot_maker *maker);
