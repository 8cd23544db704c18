/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who was lost: which lives ended, what they paid, why, and how early their band had said so. */
#pragma once

#include "scoring/lead.h"
#include "scoring/metric_churn.h"
#include "scoring/revenue.h"

struct loss {
    uint32_t account; /* in the ledger's order */
    int32_t day;
    enum metric_end end;             /* what the end was seen by */
    int64_t minor;                   /* ARR that went, at the rates of the day */
    const char *reason, *competitor; /* as a contract of that life records them, or "" */
    struct lead_outcome outcome;     /* with its published bands of the 730 days before */
    struct lead lead;
};

/* The ARR that went with a life that ended, at the rates of its last day. Errors  as ledger_arr */
MUST_USE bool loss_minor(const struct ledger *ledger, const struct metric_life *life, int64_t *out,
                         GError **err);

/*
 * Lives that ended in [from, to) by the churn definition, by day and account, in the arena.
 *
 * Errors  as metric_lives
 */
MUST_USE bool loss_list(struct arena *arena, struct db *db, const struct revenue *revenue,
                        int32_t from, int32_t to, struct loss **out, size_t *n, GError **err);
