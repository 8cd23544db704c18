/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/exposure_store.h"

#include <stdlib.h>
#include <string.h>

#include "scoring/exposure.h"
#include "scoring/slo_internal.h"
#include "sql/scoring.h"

struct storing {
    struct arena *arena;
    struct q_exposure_copy_row *row; /* by account and incident */
    size_t n;
    bool *stands;
    GArray *ids; /* of what is stored and wrong, or in the way */
    GPtrArray *incidents;
};

static void fill_row(const struct metric_frame *f, const struct exposure *e,
                     struct q_exposure_copy_row *row)
{
    const struct facts_incident *incident = e->incident;
    *row = (struct q_exposure_copy_row){.account_id = f->account_id[e->account],
                                        .incident = incident->key,
                                        .title = incident->title,
                                        .severity = incident->severity,
                                        .cause = incident->cause,
                                        .component = incident->component,
                                        .started_at = incident->from,
                                        .resolved_at = incident->to,
                                        .resolved_at_is_null = incident->to == INT64_MAX,
                                        .started_on = zone_day(f->slo->zone, incident->from),
                                        .minutes = e->minutes,
                                        .arr_minor = e->arr_minor,
                                        .failed_runs = e->failed_runs,
                                        .as_of = f->as_of};
}

static int compare_rows(const void *a, const void *b)
{
    const struct q_exposure_copy_row *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    return strcmp(x->incident, y->incident);
}

static bool is_same(const struct q_exposure_copy_row *x, const struct q_exposure_read_row *y)
{
    return x->minutes == y->minutes && x->arr_minor == y->arr_minor &&
           x->failed_runs == y->failed_runs && x->started_at == y->started_at &&
           x->started_on == y->started_on && x->resolved_at_is_null == y->resolved_at_is_null &&
           (x->resolved_at_is_null || x->resolved_at == y->resolved_at) &&
           strcmp(x->title, y->title) == 0 && strcmp(x->severity, y->severity) == 0 &&
           strcmp(x->cause, y->cause) == 0 && strcmp(x->component, y->component) == 0;
}

static void mark_wrong(struct storing *s, int64_t account_id, const char *incident)
{
    g_array_append_val(s->ids, account_id);
    g_ptr_array_add(s->incidents, (gpointer)(uintptr_t)incident);
}

static bool on_stored(void *context, const struct q_exposure_read_row *row, GError **err)
{
    (void)err;
    struct storing *s = context;
    const struct q_exposure_copy_row key = {.account_id = row->account_id,
                                            .incident = row->incident};
    struct q_exposure_copy_row *found =
        s->n ? bsearch(&key, s->row, s->n, sizeof *s->row, compare_rows) : NULL;
    if (found && is_same(found, row))
        s->stands[found - s->row] = true;
    else if (!found)
        mark_wrong(s, row->account_id, arena_strdup(s->arena, row->incident));
    return true;
}

static bool remove_wrong(struct db *db, struct storing *s, GError **err)
{
    /* Also what began before and is said to have begun later now. */
    for (size_t i = 0; i < s->n; i++) {
        if (!s->stands[i])
            mark_wrong(s, s->row[i].account_id, s->row[i].incident);
    }
    struct db_bigints ids = {s->ids->len, (const int64_t *)(void *)s->ids->data, NULL};
    struct db_texts incidents = {s->incidents->len, (const char *const *)s->incidents->pdata, NULL};
    return ids.n == 0 || q_exposure_remove(db, &ids, &incidents, NULL, err);
}

static bool add_missing(struct db *db, const struct storing *s, GError **err)
{
    struct db_copy *copy = q_exposure_copy_begin(db, err);
    for (size_t i = 0; copy && i < s->n; i++) {
        if (!s->stands[i] && !q_exposure_copy_put(copy, &s->row[i], err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

bool exposure_store_write(struct db *db, const struct metric_frame *frame, int64_t from,
                          GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) incidents = g_ptr_array_new();
    struct exposure *e;
    size_t n;
    if (!exposure_make(arena, frame->slo, frame->as_of, from, &e, &n, err))
        return false;
    struct storing s = {.arena = arena,
                        .row = arena_many(arena, n + 1, struct q_exposure_copy_row),
                        .n = n,
                        .stands = arena_many(arena, n + 1, bool),
                        .ids = ids,
                        .incidents = incidents};
    for (size_t i = 0; i < n; i++)
        fill_row(frame, &e[i], &s.row[i]);
    if (n > 0)
        qsort(s.row, n, sizeof *s.row, compare_rows);
    return q_exposure_read(db, from, on_stored, &s, err) && remove_wrong(db, &s, err) &&
           add_missing(db, &s, err);
}
