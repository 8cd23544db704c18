/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/rollup.h"

#include <glib.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/huge.h"

/* A source may have hundreds of streams: each begins small, and is small again when cleared. */
enum { FIRST_ROOM = 64, KEPT_ROOM = 1024, WAITING_MAX = 32 };

struct slot {
    uint32_t tag, cell; /* bits of the hash; index + 1, 0 is empty */
};

struct waiting {
    struct rollup_cell value;
    uint64_t hash;
    enum mapping_combine combine;
};

struct rollup {
    struct rollup_cell *cell;
    size_t n, room;
    struct slot *slot;
    size_t mask;
    uint64_t seed;
    bool moved; /* the cells were sorted: the slots point to wrong ones */
    size_t n_waiting;
    struct waiting waiting[WAITING_MAX];
};

static void free_room(struct rollup *rollup)
{
    huge_free(rollup->cell, rollup->room, sizeof *rollup->cell);
    huge_free(rollup->slot, rollup->room * 2, sizeof *rollup->slot);
}

/* Room for more cells than there are. The slots are empty afterwards. */
static void set_room(struct rollup *rollup, size_t room)
{
    struct rollup_cell *cell = huge_new0(room, sizeof *cell);
    if (rollup->n)
        memcpy(cell, rollup->cell, rollup->n * sizeof *cell);
    free_room(rollup);
    rollup->cell = cell;
    rollup->slot = huge_new0(room * 2, sizeof *rollup->slot);
    rollup->room = room;
    rollup->mask = room * 2 - 1;
}

struct rollup *rollup_new(void)
{
    struct rollup *rollup = g_new0(struct rollup, 1);
    randombytes_buf(&rollup->seed, sizeof rollup->seed);
    set_room(rollup, FIRST_ROOM);
    return rollup;
}

void rollup_free(struct rollup *rollup)
{
    if (!rollup)
        return;
    free_room(rollup);
    g_free(rollup);
}

void rollup_clear(struct rollup *rollup)
{
    rollup->n = rollup->n_waiting = 0;
    rollup->moved = false;
    if (rollup->room > KEPT_ROOM)
        set_room(rollup, FIRST_ROOM);
    else
        memset(rollup->slot, 0, (rollup->mask + 1) * sizeof *rollup->slot);
}

size_t rollup_bytes(const struct rollup *rollup)
{
    return (rollup->n + rollup->n_waiting) * (sizeof *rollup->cell + 2 * sizeof *rollup->slot);
}

/* Seeded, so that nobody can choose days and names that meet. */
static uint64_t mix(const struct rollup *rollup, const struct rollup_cell *c)
{
    uint64_t a = ((uint64_t)c->party << 32 | c->subject) ^ rollup->seed;
    uint64_t b = (uint64_t)c->metric << 32 | (uint32_t)c->day;
    uint64_t h = (a * UINT64_C(0x9e3779b97f4a7c15)) ^ (b * UINT64_C(0xc2b2ae3d27d4eb4f));
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return h ^ h >> 32;
}

static bool same(const struct rollup_cell *a, const struct rollup_cell *b)
{
    return a->party == b->party && a->subject == b->subject && a->metric == b->metric &&
           a->day == b->day;
}

/* The slot of a key, or the empty one where it would go. */
static struct slot *find(const struct rollup *rollup, const struct rollup_cell *key, uint64_t hash)
{
    for (size_t i = hash & rollup->mask;; i = (i + 1) & rollup->mask) {
        struct slot *slot = &rollup->slot[i];
        if (slot->cell == 0 ||
            (slot->tag == (uint32_t)(hash >> 32) && same(&rollup->cell[slot->cell - 1], key)))
            return slot;
    }
}

static void reindex(struct rollup *rollup)
{
    memset(rollup->slot, 0, (rollup->mask + 1) * sizeof *rollup->slot);
    for (size_t i = 0; i < rollup->n; i++) {
        uint64_t hash = mix(rollup, &rollup->cell[i]);
        *find(rollup, &rollup->cell[i], hash) =
            (struct slot){(uint32_t)(hash >> 32), (uint32_t)i + 1};
    }
    rollup->moved = false;
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

static void insert(struct rollup *rollup, struct slot *slot, const struct rollup_cell *value,
                   uint64_t hash)
{
    if (rollup->n == rollup->room) {
        set_room(rollup, rollup->room * 2);
        reindex(rollup);
        slot = find(rollup, value, hash);
    }
    rollup->cell[rollup->n++] = *value;
    *slot = (struct slot){(uint32_t)(hash >> 32), (uint32_t)rollup->n};
}

static void put(struct rollup *rollup, const struct waiting *w)
{
    struct slot *slot = find(rollup, &w->value, w->hash);
    if (slot->cell == 0)
        insert(rollup, slot, &w->value, w->hash);
    else if (!rollup_combine(&rollup->cell[slot->cell - 1], &w->value, w->combine))
        BUG("a rollup's sum leaves 64 bits");
}

/* Slots were asked for when the values came; now the cells, then all are there. */
static void take_waiting(struct rollup *rollup)
{
    if (rollup->moved)
        reindex(rollup);
    for (size_t i = 0; i < rollup->n_waiting; i++) {
        uint32_t cell = rollup->slot[rollup->waiting[i].hash & rollup->mask].cell;
        if (cell)
            __builtin_prefetch(&rollup->cell[cell - 1], 1);
    }
    for (size_t i = 0; i < rollup->n_waiting; i++)
        put(rollup, &rollup->waiting[i]);
    rollup->n_waiting = 0;
}

void rollup_add(struct rollup *rollup, const struct rollup_cell *value,
                enum mapping_combine combine)
{
    uint64_t hash = mix(rollup, value);
    __builtin_prefetch(&rollup->slot[hash & rollup->mask]);
    rollup->waiting[rollup->n_waiting++] = (struct waiting){*value, hash, combine};
    if (rollup->n_waiting == WAITING_MAX)
        take_waiting(rollup);
}

size_t rollup_count(struct rollup *rollup)
{
    take_waiting(rollup);
    return rollup->n;
}

void rollup_set(struct rollup *rollup, const struct rollup_cell *value)
{
    take_waiting(rollup);
    uint64_t hash = mix(rollup, value);
    struct slot *slot = find(rollup, value, hash);
    if (slot->cell)
        rollup->cell[slot->cell - 1] = *value;
    else
        insert(rollup, slot, value, hash);
}

const struct rollup_cell *rollup_find(struct rollup *rollup, const struct rollup_cell *key)
{
    take_waiting(rollup);
    const struct slot *slot = find(rollup, key, mix(rollup, key));
    return slot->cell ? &rollup->cell[slot->cell - 1] : NULL;
}

const struct rollup_cell *rollup_cells(struct rollup *rollup)
{
    take_waiting(rollup);
    return rollup->cell;
}

/* ── order ───────────────────────────────────────────────────────────────────────────────────────
 */

enum { DIGIT_BITS = 11, PARTS = 4 };

struct sort_key {
    uint64_t part[PARTS];
};

struct sorted {
    uint64_t key;
    size_t cell;
};

static struct sort_key key_of(const struct rollup_cell *c, const struct rollup_order *order)
{
    return (struct sort_key){
        {order && order->party ? (uint64_t)order->party[c->party] : c->party,
         order && order->metric ? (uint64_t)order->metric[c->metric] : c->metric,
         order && order->subject ? (uint64_t)order->subject[c->subject] : c->subject,
         (uint32_t)c->day ^ UINT32_C(0x80000000)}};
}

static int compare(const void *a, const void *b, void *order)
{
    const struct sort_key x = key_of(a, order), y = key_of(b, order);
    for (int i = 0; i < PARTS; i++) {
        if (x.part[i] != y.part[i])
            return x.part[i] < y.part[i] ? -1 : 1;
    }
    return 0;
}

/* How far to shift each part so that all stand in one word; false when they need more than that. */
static bool pack_parts(const struct rollup *rollup, const struct rollup_order *order,
                       struct sort_key *low, int shift[PARTS], int *bits)
{
    struct sort_key high = key_of(&rollup->cell[0], order);
    *low = high;
    for (size_t i = 1; i < rollup->n; i++) {
        struct sort_key key = key_of(&rollup->cell[i], order);
        for (int part = 0; part < PARTS; part++) {
            low->part[part] = MIN(low->part[part], key.part[part]);
            high.part[part] = MAX(high.part[part], key.part[part]);
        }
    }
    *bits = 0;
    for (int part = PARTS - 1; part >= 0; part--) {
        uint64_t range = high.part[part] - low->part[part];
        shift[part] = *bits;
        *bits += range ? 64 - __builtin_clzll(range) : 0;
        if (*bits > 63)
            return false;
    }
    return true;
}

/* By the lowest digit first, which keeps the order of the digits before. Returns the array that
 * has the result. */
static struct sorted *sort_digits(struct sorted *from, struct sorted *to, size_t n, int bits)
{
    for (int shift = 0; shift < bits; shift += DIGIT_BITS) {
        size_t at[1 << DIGIT_BITS] = {0}, sum = 0;
        const uint64_t mask = (1 << DIGIT_BITS) - 1;
        for (size_t i = 0; i < n; i++)
            at[from[i].key >> shift & mask]++;
        for (size_t digit = 0; digit <= mask; digit++) {
            size_t count = at[digit];
            at[digit] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            to[at[from[i].key >> shift & mask]++] = from[i];
        struct sorted *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void sort_packed(struct rollup *rollup, const struct rollup_order *order,
                        const struct sort_key *low, const int shift[PARTS], int bits)
{
    struct sorted *one = huge_new0(rollup->n, sizeof *one);
    struct sorted *two = huge_new0(rollup->n, sizeof *two);
    for (size_t i = 0; i < rollup->n; i++) {
        struct sort_key key = key_of(&rollup->cell[i], order);
        one[i] = (struct sorted){0, i};
        for (int part = 0; part < PARTS; part++)
            one[i].key |= (key.part[part] - low->part[part]) << shift[part];
    }
    const struct sorted *result = sort_digits(one, two, rollup->n, bits);
    struct rollup_cell *cell = huge_new0(rollup->room, sizeof *cell);
    for (size_t i = 0; i < rollup->n; i++)
        cell[i] = rollup->cell[result[i].cell];
    huge_free(rollup->cell, rollup->room, sizeof *cell);
    rollup->cell = cell;
    huge_free(one, rollup->n, sizeof *one);
    huge_free(two, rollup->n, sizeof *two);
}

const struct rollup_cell *rollup_sorted(struct rollup *rollup, const struct rollup_order *order)
{
    struct sort_key low;
    int shift[PARTS], bits;
    take_waiting(rollup);
    rollup->moved = true;
    if (rollup->n >= FIRST_ROOM && pack_parts(rollup, order, &low, shift, &bits))
        sort_packed(rollup, order, &low, shift, bits);
    else
        qsort_r(rollup->cell, rollup->n, sizeof *rollup->cell, compare, (void *)(uintptr_t)order);
    return rollup->cell;
}
