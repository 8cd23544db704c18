/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/arr_moved.h"

#include <stdlib.h>
#include <string.h>

enum { PORTION = 10000 };

/* What stands against what is to stand. */
struct difference {
    struct arena *arena;
    const struct q_arr_moved_copy_row *row;
    size_t n;
    bool *stands;
    GArray *ids, *periods; /* of what goes */
    GPtrArray *scopes;
};

static int compare(const void *a, const void *b)
{
    const struct q_arr_moved_copy_row *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    if (x->period != y->period)
        return x->period < y->period ? -1 : 1;
    return strcmp(x->scope, y->scope);
}

static bool on_row(void *context, const struct q_arr_moved_read_row *old, GError **err)
{
    (void)err;
    struct difference *d = context;
    const struct q_arr_moved_copy_row key = {
        .account_id = old->account_id, .scope = old->scope, .period = old->period};
    const struct q_arr_moved_copy_row *found =
        d->n ? bsearch(&key, d->row, d->n, sizeof *d->row, compare) : NULL;
    if (found && found->start_minor == old->start_minor && found->end_minor == old->end_minor &&
        strcmp(found->movement, old->movement) == 0 &&
        strcmp(found->currency, old->currency) == 0) {
        d->stands[found - d->row] = true;
        return true;
    }
    g_array_append_val(d->ids, old->account_id);
    g_array_append_val(d->periods, old->period);
    g_ptr_array_add(d->scopes, arena_strdup(d->arena, old->scope));
    return true;
}

static bool remove_gone(struct db *db, const struct difference *d, GError **err)
{
    for (size_t i = 0; i < d->ids->len; i += PORTION) {
        size_t n = MIN((size_t)PORTION, d->ids->len - i);
        const struct db_bigints ids = {n, &g_array_index(d->ids, int64_t, i), NULL};
        const struct db_texts scopes = {n, (const char *const *)d->scopes->pdata + i, NULL};
        const struct db_dates periods = {n, &g_array_index(d->periods, int32_t, i), NULL};
        if (!q_arr_moved_remove(db, &ids, &scopes, &periods, NULL, err))
            return false;
    }
    return true;
}

static bool copy_new(struct db *db, const struct difference *d, int64_t *copied, GError **err)
{
    struct db_copy *copy = q_arr_moved_copy_begin(db, err);
    if (!copy)
        return false;
    for (size_t i = 0; i < d->n; i++) {
        if (!d->stands[i] && !q_arr_moved_copy_put(copy, &d->row[i], err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, copied, err);
}

bool arr_moved_write(struct db *db, struct q_arr_moved_copy_row *row, size_t n, int64_t *changed,
                     GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) periods = g_array_new(FALSE, FALSE, sizeof(int32_t));
    g_autoptr(GPtrArray) scopes = g_ptr_array_new();
    struct difference d = {arena, row, n, arena_many(arena, n + 1, bool), ids, periods, scopes};
    if (n > 0)
        qsort(row, n, sizeof *row, compare);
    if (!q_arr_moved_read(db, on_row, &d, err) || !remove_gone(db, &d, err) ||
        !copy_new(db, &d, changed, err))
        return false;
    *changed += (int64_t)ids->len;
    return true;
}
