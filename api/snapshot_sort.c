/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/snapshot_internal.h"

/* Expected loss in 1e-9 of a minor unit would pass 64 bits; whole minor units order well enough. */
static int64_t expected_loss(const struct snapshot_account *account)
{
    if (account->p_churn_1e9 == SNAPSHOT_NULL_1E9)
        return SNAPSHOT_NULL;
    return (int64_t)((__int128)account->arr_minor * account->p_churn_1e9 / 1000000000);
}

static int64_t value_of(const struct snapshot_account *account, enum snapshot_sort sort)
{
    switch (sort) {
    case SNAPSHOT_BY_HEALTH:
        return account->effective_bp == SNAPSHOT_NULL_BP ? SNAPSHOT_NULL : account->effective_bp;
    case SNAPSHOT_BY_CHURN_RISK:
        return account->p_churn_1e9 == SNAPSHOT_NULL_1E9 ? SNAPSHOT_NULL : account->p_churn_1e9;
    case SNAPSHOT_BY_EXPECTED_LOSS:
        return expected_loss(account);
    case SNAPSHOT_BY_ARR:
        return account->arr_minor;
    case SNAPSHOT_BY_RENEWAL:
        return account->renewal_on == INT32_MIN ? SNAPSHOT_NULL : account->renewal_on;
    default:
        return 0;
    }
}

int64_t snapshot_number(const struct snapshot_account *account, enum snapshot_sort sort,
                        bool descending)
{
    int64_t value = value_of(account, sort);
    if (value == SNAPSHOT_NULL)
        return INT64_MAX;
    return descending ? -value : value;
}

const struct snapshot_account *snapshot_at(const struct snapshot *snapshot, enum snapshot_sort sort,
                                           bool descending, size_t i)
{
    size_t known = snapshot->known[sort];
    size_t at = descending && i < known ? known - 1 - i : i;
    return &snapshot->accounts[snapshot->orders[sort][at]];
}

struct numbered {
    uint64_t number;
    uint32_t at;
};

/* By one byte of the number, those that are equal as they stand. False: it is the same in all. */
static bool pass(const struct numbered *from, struct numbered *to, size_t n, int shift)
{
    size_t starts[256] = {0}, at = 0;
    for (size_t i = 0; i < n; i++)
        starts[from[i].number >> shift & 255]++;
    if (n == 0 || starts[from[0].number >> shift & 255] == n)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        size_t here = starts[i];
        starts[i] = at;
        at += here;
    }
    for (size_t i = 0; i < n; i++)
        to[starts[from[i].number >> shift & 255]++] = from[i];
    return true;
}

/* Returns how many have a value. */
static size_t sort_by_number(const struct snapshot *snapshot, enum snapshot_sort sort,
                             uint32_t *order)
{
    size_t n = 0, none = snapshot->n;
    g_autofree struct numbered *some = g_new(struct numbered, snapshot->n + 1);
    g_autofree struct numbered *other = g_new(struct numbered, snapshot->n + 1);
    struct numbered *from = some, *to = other;
    for (size_t i = snapshot->n; i-- > 0;) {
        if (value_of(&snapshot->accounts[i], sort) == SNAPSHOT_NULL)
            order[--none] = (uint32_t)i;
    }
    for (size_t i = 0; i < snapshot->n; i++) {
        int64_t value = value_of(&snapshot->accounts[i], sort);
        if (value != SNAPSHOT_NULL)
            from[n++] = (struct numbered){(uint64_t)value ^ UINT64_C(1) << 63, (uint32_t)i};
    }
    for (int shift = 0; shift < 64; shift += 8) {
        if (!pass(from, to, n, shift))
            continue;
        struct numbered *swap = from;
        from = to;
        to = swap;
    }
    for (size_t i = 0; i < n; i++)
        order[i] = from[i].at;
    return n;
}

enum { NAME_WORDS = 3 };

/* A name's first bytes as numbers that compare as the bytes do. */
struct named {
    uint64_t word[NAME_WORDS];
    uint32_t at;
};

static int compare_names(const void *a, const void *b, void *context)
{
    const struct named *x = a, *y = b;
    const struct snapshot_account *accounts = context;
    char first[CURSOR_TEXT_MAX + 1], second[CURSOR_TEXT_MAX + 1];
    for (size_t i = 0; i < NAME_WORDS; i++) {
        if (x->word[i] != y->word[i])
            return x->word[i] < y->word[i] ? -1 : 1;
    }
    if ((x->word[NAME_WORDS - 1] & 255) != 0) {
        snapshot_order(&accounts[x->at], first);
        snapshot_order(&accounts[y->at], second);
        int order = strcmp(first, second);
        if (order)
            return order;
    }
    return (x->at > y->at) - (x->at < y->at);
}

static void sort_by_name(const struct snapshot *snapshot, uint32_t *order)
{
    g_autofree struct named *names = g_new(struct named, snapshot->n + 1);
    for (size_t i = 0; i < snapshot->n; i++) {
        char text[CURSOR_TEXT_MAX + 1] = {0};
        snapshot_order(&snapshot->accounts[i], text);
        names[i].at = (uint32_t)i;
        memcpy(names[i].word, text, sizeof names[i].word);
        for (size_t w = 0; w < NAME_WORDS; w++)
            names[i].word[w] = GUINT64_FROM_BE(names[i].word[w]);
    }
    qsort_r(names, snapshot->n, sizeof names[0], compare_names,
            (void *)(uintptr_t)snapshot->accounts);
    for (size_t i = 0; i < snapshot->n; i++)
        order[i] = names[i].at;
}

void snapshot_sort_all(struct snapshot_maker *maker)
{
    struct snapshot *snapshot = &maker->snapshot;
    for (int sort = 0; sort < SNAPSHOT_SORTS; sort++) {
        uint32_t *order = g_new(uint32_t, snapshot->n + 1);
        bool by_name = sort == SNAPSHOT_BY_NAME;
        if (by_name)
            sort_by_name(snapshot, order);
        snapshot->known[sort] =
            by_name ? snapshot->n : sort_by_number(snapshot, (enum snapshot_sort)sort, order);
        snapshot->orders[sort] = order;
    }
}
