/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/rollup.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

struct rollup {
    struct rollup_cell *cell;
    size_t n, room;
    uint32_t *slot; /* index + 1 of a cell, 0 is empty */
    size_t mask;
};

enum { FIRST_ROOM = 64 }; /* a source may have hundreds of streams */

struct rollup *rollup_new(void)
{
    struct rollup *rollup = g_new0(struct rollup, 1);
    rollup->room = FIRST_ROOM;
    rollup->cell = g_new(struct rollup_cell, rollup->room);
    rollup->mask = FIRST_ROOM * 2 - 1;
    rollup->slot = g_new0(uint32_t, rollup->mask + 1);
    return rollup;
}

void rollup_free(struct rollup *rollup)
{
    if (!rollup)
        return;
    g_free(rollup->cell);
    g_free(rollup->slot);
    g_free(rollup);
}

void rollup_clear(struct rollup *rollup)
{
    rollup->n = 0;
    memset(rollup->slot, 0, (rollup->mask + 1) * sizeof *rollup->slot);
}

size_t rollup_count(const struct rollup *rollup)
{
    return rollup->n;
}

static uint64_t mix(const struct rollup_cell *c)
{
    uint64_t a = ((uint64_t)c->party << 32 | c->subject) * UINT64_C(0x9e3779b97f4a7c15);
    uint64_t b = ((uint64_t)c->metric << 32 | (uint32_t)c->day) * UINT64_C(0xc2b2ae3d27d4eb4f);
    uint64_t h = a ^ (b << 29 | b >> 35);
    h ^= h >> 32;
    return h * UINT64_C(0xd6e8feb86659fd93);
}

static bool same(const struct rollup_cell *a, const struct rollup_cell *b)
{
    return a->party == b->party && a->subject == b->subject && a->metric == b->metric &&
           a->day == b->day;
}

static size_t find(const struct rollup *rollup, const struct rollup_cell *key)
{
    for (size_t i = (size_t)(mix(key) >> 20) & rollup->mask;; i = (i + 1) & rollup->mask) {
        if (rollup->slot[i] == 0 || same(&rollup->cell[rollup->slot[i] - 1], key))
            return i;
    }
}

static void reindex(struct rollup *rollup)
{
    memset(rollup->slot, 0, (rollup->mask + 1) * sizeof *rollup->slot);
    for (size_t i = 0; i < rollup->n; i++)
        rollup->slot[find(rollup, &rollup->cell[i])] = (uint32_t)i + 1;
}

static void grow(struct rollup *rollup)
{
    rollup->room *= 2;
    rollup->cell = g_renew(struct rollup_cell, rollup->cell, rollup->room);
    rollup->mask = rollup->room * 2 - 1;
    g_free(rollup->slot);
    rollup->slot = g_new(uint32_t, rollup->mask + 1);
    reindex(rollup);
}

bool rollup_combine(struct rollup_cell *into, const struct rollup_cell *value,
                    enum mapping_combine combine)
{
    int64_t sum;
    switch (combine) {
    case COMBINE_SUM:
        if (__builtin_add_overflow(into->v, value->v, &sum))
            return false;
        into->v = sum;
        return true;
    case COMBINE_MAX:
        into->v = MAX(into->v, value->v);
        return true;
    case COMBINE_MIN:
        into->v = MIN(into->v, value->v);
        return true;
    default:
        if (value->at > into->at || (value->at == into->at && value->tie > into->tie)) {
            into->v = value->v;
            into->at = value->at;
            into->tie = value->tie;
        }
        return true;
    }
}

bool rollup_add(struct rollup *rollup, const struct rollup_cell *value,
                enum mapping_combine combine)
{
    size_t i = find(rollup, value);
    if (rollup->slot[i] != 0)
        return rollup_combine(&rollup->cell[rollup->slot[i] - 1], value, combine);
    if (rollup->n == rollup->room) {
        grow(rollup);
        i = find(rollup, value);
    }
    rollup->cell[rollup->n++] = *value;
    rollup->slot[i] = (uint32_t)rollup->n;
    return true;
}

void rollup_take_back(struct rollup *rollup, const struct rollup_cell *value)
{
    size_t i = find(rollup, value);
    if (rollup->slot[i] != 0)
        rollup->cell[rollup->slot[i] - 1].v -= value->v;
}

static int compare(const void *a, const void *b)
{
    const struct rollup_cell *x = a, *y = b;
    if (x->party != y->party)
        return x->party < y->party ? -1 : 1;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

const struct rollup_cell *rollup_sorted(struct rollup *rollup)
{
    qsort(rollup->cell, rollup->n, sizeof *rollup->cell, compare);
    reindex(rollup);
    return rollup->cell;
}
