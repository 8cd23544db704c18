/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names that look like a name: an index over the n-grams of many. */
#pragma once

#include <stdint.h>

enum { IDENTITY_NEAR = 3 };

struct identity_near_index;

/* A text that looks alike: whose it is, and how much, from 0 to 1 (the same but for what
 * identity_name_loose leaves out). */
struct identity_near_match {
    uint32_t owner;
    double similarity;
};

struct identity_near_index *identity_near_new(void);
void identity_near_free(struct identity_near_index *index);

/* Add a name of an owner; owners may have several. NULL and empty names say nothing. */
void identity_near_add(struct identity_near_index *index, uint32_t owner, const char *name);

/* No name is added after it. Cost: linear in the n-grams. */
void identity_near_build(struct identity_near_index *index);

/*
 * The owners whose names are most like one of the names, the likest first; similarity is at least
 * 0.5. Names whose digits differ are not alike, however long they are.
 *
 * names  n, NULL for none
 * best   gets IDENTITY_NEAR, each owner once; similarity 0 when there are no more
 *
 * Cost   the n-grams of the name times how often they are met
 */
void identity_near_find(struct identity_near_index *index, const char *const *names, int n,
                        struct identity_near_match best[IDENTITY_NEAR]);
