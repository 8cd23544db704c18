/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A company of monthly customers written by hand, of whom some leave: what it takes to train on. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct db;

enum {
    LEAVERS_ACCOUNTS = 200,
    LEAVERS_HORIZON = 30,
    LEAVERS_GAP = 7,
    LEAVERS_HISTORY = 56,
    LEAVERS_NEVER = INT32_MAX
};

struct leavers {
    int churns;   /* accounts 0 … churns - 1 leave, one after the other */
    bool flag;    /* usage that only those who leave have, in their last eight weeks */
    bool decline; /* those who leave use less and less before */
    bool turns;   /* and from late November on, which is held out, more and more */
    const char *model;
};

int32_t leavers_day(int year, int month, int d);

/* First panel day is 2025-01-01 + 56; the last window that is sure ends a week before this day. */
int32_t leavers_until(void);

/* The day account `a` leaves, or LEAVERS_NEVER. */
int32_t leavers_end(const struct leavers *c, int a);

/* Write configuration and files; write and load them. The directory belongs to the scratch. */
const char *leavers_write(const struct leavers *c);
struct db *leavers_load(const struct leavers *c, const char **dir);
