/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/override.h"

#include <string.h>

#include "sql/scoring.h"

bool override_load(struct arena *arena, struct db *db, int64_t known_no, struct override_set *out,
                   GError **err)
{
    struct q_overrides_read_rows rows;
    if (!q_overrides_read(arena, db, known_no, &rows, err))
        return false;
    *out = (struct override_set){rows.n, rows.row};
    return true;
}

const struct q_overrides_read_row *override_find(const struct override_set *set, int64_t account_id,
                                                 int32_t day)
{
    size_t low = 0, high = set->n;
    while (low < high) { /* the first of a later account */
        size_t mid = low + (high - low) / 2;
        if (set->row[mid].account_id <= account_id)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low > 0 && set->row[low - 1].account_id == account_id; low--) {
        const struct q_overrides_read_row *r = &set->row[low - 1];
        if (r->valid_from <= day && day < r->expires_on)
            return r;
    }
    return NULL;
}

void override_apply(const struct q_overrides_read_row *row, struct health_engine *engine,
                    struct health *h)
{
    bool is_set = strcmp(row->kind, "set") == 0;
    if (!h->is_known)
        return;
    if (is_set)
        h->effective_bp = row->value_bp;
    else if (strcmp(row->kind, "cap") == 0)
        h->effective_bp = MIN(h->effective_bp, row->value_bp);
    else
        h->effective_bp = MAX(h->effective_bp, row->value_bp);
    if (is_set || strcmp(h->band, "Unknown") != 0)
        h->band = health_band_of(engine, h->effective_bp);
}
