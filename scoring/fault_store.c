/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/fault_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "scoring/slo_internal.h"
#include "sql/scoring.h"

struct storing {
    const struct metric_frame *frame;
    struct arena *arena;
    GArray *row; /* struct q_fault_copy_row, by account, end and id */
    bool *stands;
    /* what is stored and wrong */
    GArray *ids, *ends;
    GPtrArray *runs;
};

static void collect(void *context, const struct fault *fault)
{
    struct storing *s = context;
    const struct facts *facts = s->frame->facts;
    size_t n;
    const struct facts_run *run = &facts_runs(facts, &n)[fault->run];
    bool ours = fault->is_burst || fault->incident;
    const struct q_fault_copy_row row = {
        .account_id = s->frame->account_id[run->account],
        .external_id = run->external_id,
        .finished_at = run->finished,
        .connector = facts_word(facts, run->connector),
        .ran = fault->n,
        .failed = fault->k,
        .tail = fault->tail,
        .tail_is_null = isnan(fault->tail),
        .is_burst = fault->is_burst,
        .incident = fault->incident ? fault->incident->key : NULL,
        .incident_is_null = !fault->incident,
        .fault = fault_verdict_name(ours ? FAULT_PLATFORM : FAULT_CUSTOMER),
        .as_of = s->frame->as_of};
    g_array_append_val(s->row, row);
}

static int compare_rows(const void *a, const void *b)
{
    const struct q_fault_copy_row *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    if (x->finished_at != y->finished_at)
        return x->finished_at < y->finished_at ? -1 : 1;
    return strcmp(x->external_id, y->external_id);
}

static bool is_same(const struct q_fault_copy_row *x, const struct q_fault_read_row *y)
{
    return strcmp(x->connector, y->connector) == 0 && x->ran == y->ran && x->failed == y->failed &&
           x->tail_is_null == y->tail_is_null && (x->tail_is_null || x->tail == y->tail) &&
           x->is_burst == y->is_burst && x->incident_is_null == y->incident_is_null &&
           (x->incident_is_null || strcmp(x->incident, y->incident) == 0) &&
           strcmp(x->fault, y->fault) == 0;
}

static bool on_stored(void *context, const struct q_fault_read_row *row, GError **err)
{
    (void)err;
    struct storing *s = context;
    const struct q_fault_copy_row key = {.account_id = row->account_id,
                                         .external_id = row->external_id,
                                         .finished_at = row->finished_at};
    const struct q_fault_copy_row *all = (const struct q_fault_copy_row *)(void *)s->row->data,
                                  *found = s->row->len ? bsearch(&key, all, s->row->len,
                                                                 sizeof *all, compare_rows)
                                                       : NULL;
    if (found && is_same(found, row)) {
        s->stands[found - all] = true;
        return true;
    }
    g_array_append_val(s->ids, row->account_id);
    g_array_append_val(s->ends, row->finished_at);
    g_ptr_array_add(s->runs, arena_strdup(s->arena, row->external_id));
    return true;
}

static bool remove_wrong(struct db *db, const struct storing *s, GError **err)
{
    struct db_bigints ids = {s->ids->len, (const int64_t *)(void *)s->ids->data, NULL};
    struct db_bigints ends = {s->ends->len, (const int64_t *)(void *)s->ends->data, NULL};
    struct db_texts runs = {s->runs->len, (const char *const *)s->runs->pdata, NULL};
    return ids.n == 0 || q_fault_remove(db, &ids, &runs, &ends, NULL, err);
}

static bool add_missing(struct db *db, const struct storing *s, GError **err)
{
    struct db_copy *copy = q_fault_copy_begin(db, err);
    for (guint i = 0; copy && i < s->row->len; i++) {
        if (!s->stands[i] &&
            !q_fault_copy_put(copy, &g_array_index(s->row, struct q_fault_copy_row, i), err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

bool fault_store_write(struct db *db, const struct metric_frame *frame, int64_t from, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) row = g_array_new(FALSE, FALSE, sizeof(struct q_fault_copy_row));
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) runs = g_ptr_array_new();
    struct storing s = {frame, arena, row, NULL, ids, ends, runs};
    slo_lens_faults(frame->slo, from, collect, &s);
    if (row->len > 0)
        qsort(row->data, row->len, sizeof(struct q_fault_copy_row), compare_rows);
    s.stands = arena_many(arena, row->len + 1, bool);
    return q_fault_read(db, from, on_stored, &s, err) && remove_wrong(db, &s, err) &&
           add_missing(db, &s, err);
}
