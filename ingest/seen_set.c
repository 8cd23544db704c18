/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open addressing in which the keys stand in their order: a key's home is its share of 2^64, and
 * whoever is greater stands behind. So the table grows in place, from its end, and keys that come
 * sorted fill it from front to back. */
#include "ingest/seen_set.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/error.h"

/* Beyond the last home stand the keys pushed out of it; they are few, for hashes are even. */
enum { FIRST_HOMES = 4096, MARGIN = 4096 };

struct seen_set {
    struct seen_key *slot; /* homes + MARGIN of them; both halves 0: empty */
    size_t homes, n;
};

static size_t bytes(size_t homes)
{
    return (homes + MARGIN) * sizeof(struct seen_key);
}

struct seen_set *seen_set_new(void)
{
    struct seen_set *set = g_new0(struct seen_set, 1);
    set->homes = FIRST_HOMES;
    set->slot =
        mmap(NULL, bytes(set->homes), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (set->slot == MAP_FAILED)
        BUG("no memory for %zu ids", set->homes);
    return set;
}

void seen_set_free(struct seen_set *set)
{
    if (!set)
        return;
    munmap(set->slot, bytes(set->homes));
    g_free(set);
}

size_t seen_set_count(const struct seen_set *set)
{
    return set->n;
}

size_t seen_set_bytes(const struct seen_set *set)
{
    return bytes(set->homes);
}

static bool is_empty(const struct seen_key *key)
{
    return key->high == 0 && key->low == 0;
}

static bool is_less(const struct seen_key *a, const struct seen_key *b)
{
    return a->high != b->high ? a->high < b->high : a->low < b->low;
}

static size_t home(const struct seen_set *set, const struct seen_key *key)
{
    return (size_t)((unsigned __int128)key->high * set->homes >> 64);
}

/* The first slot from the key's home on that is empty or has a key that is not less. */
static size_t find(const struct seen_set *set, const struct seen_key *key)
{
    size_t i = home(set, key);
    while (!is_empty(&set->slot[i]) && is_less(&set->slot[i], key))
        i++;
    return i;
}

static bool is_at(const struct seen_set *set, size_t i, const struct seen_key *key)
{
    return set->slot[i].high == key->high && set->slot[i].low == key->low;
}

/* Half as many homes again, in place: squeeze the keys to the new end, then deal them out from the
 * front. A key's home is never behind where it was squeezed to, for hashes are even. */
static void grow(struct seen_set *set)
{
    size_t before = set->homes, end = before + before / 2 + MARGIN;
    struct seen_key *slot =
        mremap(set->slot, bytes(before), bytes(before + before / 2), MREMAP_MAYMOVE);
    if (slot == MAP_FAILED)
        BUG("no memory for %zu ids", before + before / 2);
    set->slot = slot;
    set->homes = before + before / 2;
    madvise(set->slot, bytes(set->homes), MADV_HUGEPAGE);
    size_t to = end;
    for (size_t i = before + MARGIN; i-- > 0;) {
        struct seen_key key = slot[i];
        if (is_empty(&key))
            continue;
        slot[i] = (struct seen_key){0};
        slot[--to] = key;
    }
    size_t next = 0;
    for (; to < end; to++) {
        struct seen_key key = slot[to];
        slot[to] = (struct seen_key){0};
        size_t i = MAX(home(set, &key), next);
        if (i > to)
            BUG("ids are not spread evenly");
        slot[i] = key;
        next = i + 1;
    }
}

void seen_set_reserve(struct seen_set *set, size_t n)
{
    while (set->n + n >= set->homes / 5 * 4)
        grow(set);
}

bool seen_set_has(const struct seen_set *set, struct seen_key key)
{
    return is_at(set, find(set, &key), &key);
}

void seen_set_expect(const struct seen_set *set, struct seen_key key)
{
    __builtin_prefetch(&set->slot[home(set, &key)], 1);
}

bool seen_set_add(struct seen_set *set, struct seen_key key)
{
    seen_set_reserve(set, 0);
    size_t i = find(set, &key);
    if (is_at(set, i, &key))
        return false;
    size_t empty = i;
    while (!is_empty(&set->slot[empty]))
        empty++;
    if (empty + 1 >= set->homes + MARGIN)
        BUG("ids are not spread evenly");
    memmove(&set->slot[i + 1], &set->slot[i], (empty - i) * sizeof key);
    set->slot[i] = key;
    set->n++;
    return true;
}

/* There is room for all before the first is added: sorted ones would otherwise all find their homes
 * at the front of a table that is too small for them, and each push the others on. */
void seen_set_add_all(struct seen_set *set, struct slice keys)
{
    struct seen_key key;
    size_t n = keys.n / sizeof key;
    seen_set_reserve(set, n);
    for (size_t i = 0; i < n; i++) {
        memcpy(&key, keys.p + i * sizeof key, sizeof key);
        (void)seen_set_add(set, key);
    }
}

bool seen_set_remove(struct seen_set *set, struct seen_key key)
{
    size_t i = find(set, &key);
    if (!is_at(set, i, &key))
        return false;
    size_t last = i;
    while (!is_empty(&set->slot[last + 1]) && home(set, &set->slot[last + 1]) <= last)
        last++;
    memmove(&set->slot[i], &set->slot[i + 1], (last - i) * sizeof key);
    set->slot[last] = (struct seen_key){0};
    set->n--;
    return true;
}

/* ── sorting ─────────────────────────────────────────────────────────────────────────────────────
 */

static void insertion_sort(struct seen_key *key, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct seen_key one = key[i];
        size_t j = i;
        for (; j > 0 && is_less(&one, &key[j - 1]); j--)
            key[j] = key[j - 1];
        key[j] = one;
    }
}

static int compare(const void *a, const void *b)
{
    return is_less(a, b) ? -1 : is_less(b, a);
}

/* Deal into as many heaps as there are keys to four, then sort each, which is short. */
void seen_set_sort(struct seen_key *key, size_t n)
{
    size_t heaps = n / 4;
    if (heaps < 2) {
        insertion_sort(key, n);
        return;
    }
    g_autofree size_t *at = g_new0(size_t, heaps + 1);
    g_autofree struct seen_key *copy = g_memdup2(key, n * sizeof *key);
    for (size_t i = 0; i < n; i++)
        at[(size_t)((unsigned __int128)key[i].high * heaps >> 64) + 1]++;
    for (size_t heap = 0; heap < heaps; heap++)
        at[heap + 1] += at[heap];
    for (size_t i = 0; i < n; i++)
        key[at[(size_t)((unsigned __int128)copy[i].high * heaps >> 64)]++] = copy[i];
    for (size_t heap = 0, first = 0; heap < heaps; first = at[heap++]) {
        size_t size = at[heap] - first;
        if (size < 64)
            insertion_sort(key + first, size);
        else
            qsort(key + first, size, sizeof *key, compare);
    }
}
