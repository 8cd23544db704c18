/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/renewal.h"

#include <stdlib.h>
#include <string.h>

#include "core/day.h"

static int compare(const void *a, const void *b)
{
    const struct renewal *x = a, *y = b;
    if (x->row->to != y->row->to)
        return x->row->to < y->row->to ? -1 : 1;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool is_renewed(const struct ledger *l, size_t account, const struct ledger_row *r, int gap)
{
    for (size_t i = l->first[account]; i < l->first[account + 1]; i++) {
        const struct ledger_row *next = &l->row[i];
        if (next != r && strcmp(next->words->product, r->words->product) == 0 &&
            next->from >= r->from && next->from <= r->to + gap && next->to > r->to)
            return true;
    }
    return false;
}

bool renewal_list(struct arena *arena, const struct ledger *l, int32_t from, int32_t to, int gap,
                  struct renewal **out, size_t *n, GError **err)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct renewal));
    for (size_t a = 0; a < l->n_accounts; a++) {
        for (size_t i = l->first[a]; i < l->first[a + 1]; i++) {
            const struct ledger_row *r = &l->row[i];
            struct renewal one = {.account = (uint32_t)a, .row = r, .p_1e9 = RENEWAL_NO_RISK};
            char day[DAY_TEXT_SIZE];
            if (r->minor <= 0 || r->from >= l->as_of || r->to < from || r->to >= to)
                continue;
            int32_t rated = facts_rated_from(l->facts, r->currency, from);
            if (!facts_convert(l->facts, r->minor, r->currency, rated, &one.minor))
                return err_set(err, KENKO_ERROR_INPUT,
                               "no exchange rate of %s on %s for %s: load fx_rate", r->currency,
                               day_format(from, day), l->key[a]);
            one.is_renewed = is_renewed(l, a, r, gap);
            g_array_append_val(found, one);
        }
    }
    *n = found->len;
    *out = arena_many(arena, *n + 1, struct renewal);
    if (*n)
        memcpy(*out, found->data, *n * sizeof **out);
    qsort(*out, *n, sizeof **out, compare);
    return true;
}
