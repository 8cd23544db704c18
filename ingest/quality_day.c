/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/quality_day.h"

#include "core/day.h"
#include "sql/quality.h"

static bool fill(struct db *db, const struct db_texts *metrics, int32_t from, int32_t first,
                 int32_t last, GError **err)
{
    first = MAX(first, from);
    return q_day_drop(db, from, first, last, NULL, err) &&
           (last < first || q_day_fill(db, metrics, first, last, NULL, err));
}

bool quality_day_refresh(struct db *db, const struct db_texts *metrics, int32_t from, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_day_mark_row mark;
    struct q_day_basis_row basis;
    struct q_day_touched_row touched;
    bool known;
    if (!q_day_lock(db, NULL, err) || !q_day_mark(arena, db, &mark, &known, err) ||
        !q_day_basis(arena, db, metrics, &basis, err))
        return false;
    known = known && strcmp(mark.basis, basis.basis) == 0;
    if (!q_day_touched(arena, db, known ? mark.commit_no : 0, &touched, err))
        return false;
    if (touched.newest_is_null) /* no load since */
        return true;
    bool all = !known || (!touched.any_day_is_null && touched.any_day);
    if (all && !fill(db, metrics, from, from, INT32_MAX, err))
        return false;
    if (!all && !touched.first_day_is_null &&
        !fill(db, metrics, from, touched.first_day, touched.last_day, err))
        return false;
    return q_day_follow(db, touched.newest, basis.basis, NULL, err);
}
