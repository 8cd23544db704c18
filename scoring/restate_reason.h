/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was said of some accounts since a commit number: why their past is another. */
#pragma once

#include "core/db.h"

enum restate_reason {
    RESTATE_LATE,          /* facts that came since */
    RESTATE_RETRACTION,    /* a load that counted then was retracted */
    RESTATE_IDENTITY,      /* a party came or went: merge, split, match */
    RESTATE_OVERRIDE,      /* a person's word */
    RESTATE_CONFIGURATION, /* another file speaks */
    RESTATE_OTHERS,        /* nothing of these: what rests on other accounts moved */
    RESTATE_REASONS
};

struct restate_reasons;

/* Of the accounts in the set (int64_t *), with usage of days up to `to`. In a transaction.
 * Cost  one reading of the warehouse's facts */
MUST_USE bool restate_reason_load(struct db *db, GHashTable *accounts, int32_t to,
                                  struct restate_reasons **out, GError **err);
void restate_reason_free(struct restate_reasons *reasons);

typedef struct restate_reasons restate_reasons_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(restate_reasons_t, restate_reason_free)

/* What was said of an account between two commit numbers that a day before `as_of` can rest on, as
 * bits 1 << enum restate_reason; 0 when nothing was. */
unsigned restate_reason_of(const struct restate_reasons *reasons, int64_t account_id, int32_t as_of,
                           int64_t then_no, int64_t now_no);

const char *restate_reason_name(enum restate_reason reason);
