/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/snapshot_internal.h"

/* Expected loss in 1e-9 of a minor unit would pass 64 bits; whole minor units order well enough. */
static int64_t expected_loss(const struct snapshot_account *account)
{
    if (account->p_churn_1e9 == SNAPSHOT_NULL)
        return SNAPSHOT_NULL;
    return (int64_t)((__int128)account->arr_minor * account->p_churn_1e9 / 1000000000);
}

static int64_t value_of(const struct snapshot_account *account, enum snapshot_sort sort)
{
    switch (sort) {
    case SNAPSHOT_BY_HEALTH:
        return account->effective_bp == SNAPSHOT_NULL_BP ? SNAPSHOT_NULL : account->effective_bp;
    case SNAPSHOT_BY_CHURN_RISK:
        return account->p_churn_1e9;
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

struct sorting {
    const struct snapshot_account *accounts;
    const int64_t *numbers; /* NULL: by name */
    bool descending;        /* numbers are turned already */
};

static int compare(const void *a, const void *b, void *context)
{
    const struct sorting *sorting = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order;
    if (sorting->numbers)
        order = (sorting->numbers[x] > sorting->numbers[y]) -
                (sorting->numbers[x] < sorting->numbers[y]);
    else
        order = strcmp(sorting->accounts[x].order, sorting->accounts[y].order);
    if (sorting->descending && !sorting->numbers)
        order = (order < 0) - (order > 0);
    /* Accounts stand by id, so the position breaks ties as the id would. */
    return order ? order : (x > y) - (x < y);
}

void snapshot_sort_all(struct snapshot_owner *owner)
{
    struct snapshot *snapshot = &owner->snapshot;
    g_autofree int64_t *numbers = g_new(int64_t, snapshot->n ? snapshot->n : 1);
    for (int sort = 0; sort < SNAPSHOT_SORTS; sort++) {
        for (int descending = 0; descending < 2; descending++) {
            uint32_t *order = arena_many(owner->arena, snapshot->n ? snapshot->n : 1, uint32_t);
            bool by_name = sort == SNAPSHOT_BY_NAME;
            for (size_t i = 0; i < snapshot->n; i++) {
                order[i] = (uint32_t)i;
                numbers[i] =
                    snapshot_number(&snapshot->accounts[i], (enum snapshot_sort)sort, descending);
            }
            struct sorting sorting = {snapshot->accounts, by_name ? NULL : numbers,
                                      descending != 0};
            qsort_r(order, snapshot->n, sizeof order[0], compare, &sorting);
            snapshot->orders[sort][descending] = order;
        }
    }
}
