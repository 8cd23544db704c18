/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of a snapshot while it is being made. */
#pragma once

#include <stdatomic.h>

#include "api/snapshot.h"

struct snapshot_owner {
    struct snapshot snapshot; /* first: a snapshot's address is its owner's */
    atomic_int references;
    struct arena *arena;
    GHashTable *texts;  /* texts that repeat: band, plan, owner … */
    GHashTable *by_key; /* key → account */
    GArray *accounts;   /* struct snapshot_account */
    GArray *metric_value, *metric_quality, *measure_bp, *contribution_bp, *lost_bp, *risk;
};

/* Sort the accounts in every order. */
void snapshot_sort_all(struct snapshot_owner *owner);
