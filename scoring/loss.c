/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/loss.h"
#include "scoring/metric_churn.h"

#include <stdlib.h>
#include <string.h>

#include "sql/scoring.h"

enum { BAND_DAYS = 730 };

static int compare(const void *a, const void *b)
{
    const struct loss *x = a, *y = b;
    if (x->day != y->day)
        return x->day < y->day ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* The newest contract of the life that says why. */
static void find_words(const struct ledger *l, const struct metric_life *life, struct loss *loss)
{
    int32_t newest = INT32_MIN;
    for (size_t i = l->first[loss->account]; i < l->first[loss->account + 1]; i++) {
        const struct ledger_row *r = &l->row[i];
        bool speaks = *r->words->churn_reason || *r->words->competitor;
        if (!speaks || r->from >= loss->day || r->to < life->from || r->to < newest)
            continue;
        newest = r->to;
        loss->reason = r->words->churn_reason;
        loss->competitor = r->words->competitor;
    }
}

bool loss_minor(const struct ledger *l, const struct metric_life *life, int64_t *out, GError **err)
{
    int64_t before, after = 0;
    if (!ledger_arr(l, life->account, life->to - 1, life->to, &before, err) ||
        (life->end == METRIC_END_CONTRACTION &&
         !ledger_arr(l, life->account, life->to, life->to, &after, err)))
        return false;
    *out = before - after;
    return true;
}

static bool fill(const struct ledger *l, const struct metric_life *life, struct loss *loss,
                 GError **err)
{
    *loss = (struct loss){.account = life->account,
                          .day = life->to,
                          .end = life->end,
                          .reason = "",
                          .competitor = ""};
    if (!loss_minor(l, life, &loss->minor, err))
        return false;
    find_words(l, life, loss);
    return true;
}

/* Each published day is a stretch of its own. Rows come by account; losses look theirs up. */
static bool read_bands(struct arena *arena, struct db *db, const struct ledger *l,
                       struct loss *loss, size_t n, GError **err)
{
    struct q_loss_bands_rows rows;
    const int64_t *account_id = facts_account_ids(l->facts);
    int64_t *id = arena_many(arena, n + 1, int64_t);
    if (n == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        id[i] = account_id[loss[i].account];
    const struct db_bigints ids = {n, id, NULL};
    if (!q_loss_bands(arena, db, &ids, loss[0].day - BAND_DAYS, loss[n - 1].day, &rows, err))
        return false;
    struct lead_stretch *stretch = arena_many(arena, rows.n + 1, struct lead_stretch);
    g_autoptr(GHashTable) first = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_loss_bands_row *r = &rows.row[i];
        stretch[i] = (struct lead_stretch){r->as_of, r->as_of + 1, lead_band_of(r->band)};
        if (i == 0 || r->account_id != rows.row[i - 1].account_id)
            g_hash_table_insert(first, &rows.row[i].account_id, GSIZE_TO_POINTER(i + 1));
    }
    for (size_t i = 0; i < n; i++) {
        size_t at = GPOINTER_TO_SIZE(g_hash_table_lookup(first, &id[i])), end = at;
        while (at > 0 && end <= rows.n && rows.row[end - 1].account_id == id[i])
            end++;
        loss[i].outcome = (struct lead_outcome){true, loss[i].day, loss[i].minor, end - at,
                                                at > 0 ? &stretch[at - 1] : NULL};
        loss[i].lead = lead_of(&loss[i].outcome);
    }
    return true;
}

bool loss_list(struct arena *arena, struct db *db, const struct revenue *r, int32_t from,
               int32_t to, struct loss **out, size_t *n, GError **err)
{
    struct metric_life *life;
    size_t n_lives, used = 0;
    if (!metric_lives(arena, r->set, r->facts, r->as_of, &life, &n_lives, err))
        return false;
    struct loss *list = arena_many(arena, n_lives + 1, struct loss);
    for (size_t i = 0; i < n_lives; i++) {
        if (life[i].to >= from && life[i].to < to && !fill(r->ledger, &life[i], &list[used++], err))
            return false;
    }
    qsort(list, used, sizeof *list, compare);
    *out = list;
    *n = used;
    return read_bands(arena, db, r->ledger, list, used, err);
}
