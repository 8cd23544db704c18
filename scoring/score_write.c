/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a day's results become rows that differ, a digest and the published pointer. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/fault.h"
#include "core/migrate.h"
#include "scoring/score_internal.h"
#include "scoring/slo_store.h"

struct write {
    struct scoring *s;
    const struct score_day *day;
    int64_t unknown, stored;
    char output[65];
};

/* What stands against what was computed. */
struct difference {
    const char *role;
    const struct score_day *day;
    size_t n;
    struct q_score_copy_row **by_id; /* the day's results by account_id */
    bool *stands;                    /* in by_id's order: stored already, as it is */
    GArray *closed;                  /* account_id of what stands no longer */
};

void score_digest_number(GChecksum *sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = GUINT64_TO_LE(isnan(value) ? UINT64_C(0x7ff8000000000000) : bits);
    g_checksum_update(sum, (const guchar *)&bits, sizeof bits);
}

static void digest_result(GChecksum *sum, const char *key, const struct q_score_copy_row *r)
{
    bool has_risk = !r->p_churn_1e9_is_null;
    g_checksum_update(sum, (const guchar *)key, (gssize)strlen(key) + 1);
    g_checksum_update(sum, (const guchar *)r->band, (gssize)strlen(r->band) + 1);
    const int64_t numbers[] = {!r->health_bp_is_null, r->health_bp,    r->lower_bp, r->upper_bp,
                               r->coverage_bp,        r->effective_bp, has_risk,    r->p_churn_1e9,
                               r->p_lower_1e9,        r->p_upper_1e9,  r->arr_minor};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++)
        score_digest_number(sum, (double)numbers[i]);
    for (size_t i = 0; has_risk && i < r->risk_1e9.n; i++)
        score_digest_number(sum, r->risk_1e9.v[i]);
    for (size_t i = 0; i < r->measure_bp.n; i++) {
        score_digest_number(sum, r->measure_bp.v[i]);
        score_digest_number(sum, r->contribution_bp.v[i]);
    }
}

/* Of the whole result, whatever of it is stored. */
static void digest_output(struct write *w)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    w->unknown = 0;
    for (size_t i = 0; i < w->day->n; i++) {
        w->unknown += strcmp(w->day->result[i].band, "Unknown") == 0;
        digest_result(sum, w->day->key[i], &w->day->result[i]);
    }
    g_strlcpy(w->output, g_checksum_get_string(sum), sizeof w->output);
}

static int compare_account(const void *a, const void *b)
{
    const struct q_score_copy_row *const *x = a, *const *y = b;
    return ((*x)->account_id > (*y)->account_id) - ((*x)->account_id < (*y)->account_id);
}

static bool on_open(void *context, const struct q_score_open_row *row, GError **err)
{
    (void)err;
    struct difference *d = context;
    const struct q_score_copy_row wanted = {.account_id = row->account_id}, *key = &wanted;
    struct q_score_copy_row **found =
        bsearch(&key, d->by_id, d->n, sizeof(struct q_score_copy_row *), compare_account);
    if (found && score_row_equal(*found, row))
        d->stands[found - d->by_id] = true;
    else
        g_array_append_val(d->closed, row->account_id);
    return true;
}

static bool close_rows(struct db *db, const struct difference *d, int64_t run_id, GError **err)
{
    struct db_bigints ids = {d->closed->len, (const int64_t *)(void *)d->closed->data, NULL};
    int64_t closed;
    if (ids.n == 0)
        return true;
    if (!q_score_close(db, d->day->frame->as_of, run_id, &ids, d->role, &closed, err))
        return false;
    return (size_t)closed == ids.n ||
           err_set(err, KENKO_ERROR_CONFLICT,
                   "%zu results were to be replaced, %" G_GINT64_FORMAT " of them are there", ids.n,
                   closed);
}

static bool copy_rows(struct db *db, const struct difference *d, int64_t run_id, int64_t *stored,
                      GError **err)
{
    struct db_copy *copy = q_score_copy_begin(db, err);
    if (!copy)
        return false;
    for (size_t i = 0; i < d->n; i++) {
        if (d->stands[i])
            continue;
        struct q_score_copy_row row = *d->by_id[i];
        row.run_id = run_id;
        if (!q_score_copy_put(copy, &row, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, stored, err);
}

/* Close what is different or gone, store what is different or new. */
static bool write_rows(struct write *w, int64_t run_id, const char *role,
                       struct q_score_copy_row *result, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) closed = g_array_new(FALSE, FALSE, sizeof(int64_t));
    struct db *db = w->s->db;
    const struct score_day *day = w->day;
    int64_t stored;
    struct difference d = {role,
                           day,
                           result ? day->n : 0,
                           arena_many(arena, day->n + 1, struct q_score_copy_row *),
                           arena_many(arena, day->n + 1, bool),
                           closed};
    for (size_t i = 0; i < d.n; i++)
        d.by_id[i] = &result[i];
    qsort(d.by_id, d.n, sizeof *d.by_id, compare_account);
    if (!q_score_open(db, day->frame->as_of, role, on_open, &d, err) ||
        !close_rows(db, &d, run_id, err) || !copy_rows(db, &d, run_id, &stored, err))
        return false;
    w->stored += stored;
    return true;
}

/* What readers see, and what is compared with it: of a shadow that is no longer there nothing
 * stands. */
static bool write_roles(struct write *w, int64_t run_id, GError **err)
{
    return write_rows(w, run_id, "champion", w->day->result, err) &&
           write_rows(w, run_id, "shadow", w->day->shadow, err);
}

static bool begin_run(struct db *db, const struct scoring *s, const struct score_day *day,
                      int64_t *run_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_run_begin_params params = {
        .job_run_id = job_run_id(s->job),
        .as_of = day->frame->as_of,
        .known_no = s->known_no,
        .known_at = s->known_at,
        .config_sha256 = s->config_sha256,
        .config_ids = s->config_ids,
        .version = KENKO_VERSION,
        .scorecard_id = s->champion.scorecard_id,
        .model_id = s->model_id,
        .model_id_is_null = !day->has_risk,
        .model_message = day->message,
        .due_at = zone_instant(s->zone, day->frame->as_of, MAX(s->due_us, 0)),
        .due_at_is_null = s->due_us < 0 || !s->options->publish};
    struct q_run_begin_row run;
    if (!q_run_begin(arena, db, &params, &run, err))
        return false;
    *run_id = run.run_id;
    return true;
}

/* The transaction of one day. */
static bool write_body(struct db *db, void *context, GError **err)
{
    struct write *w = context;
    const struct scoring *s = w->s;
    const struct score_day *day = w->day;
    int32_t as_of = day->frame->as_of;
    bool publish = s->options->publish;
    g_autoptr(arena_t) arena = arena_new();
    struct q_run_publish_row published;
    int64_t run_id;
    w->stored = 0;
    if (!job_fence_check(db, s->job, err) ||
        !migrate_partitions(db, "score.account_score", as_of, as_of, err) ||
        !begin_run(db, s, day, &run_id, err) || (publish && !write_roles(w, run_id, err)) ||
        !q_run_finish(db, run_id, day->input, w->output, (int64_t)day->n, w->unknown, w->stored,
                      NULL, err))
        return false;
    if (!publish)
        return true;
    if (!q_run_publish(arena, db, as_of, run_id, &published, err))
        return false;
    if (fault_hit("before_publish"))
        return err_set(err, KENKO_ERROR_BUG, "injected before_publish");
    bool is_newest = published.is_newest && day->is_last;
    if (!slo_store_write(db, day->frame, is_newest, err) ||
        !indicator_write(db, &s->indicators, day->frame, err))
        return false;
    if (!day->is_last)
        return true;
    return (!published.is_newest || score_recent_write(db, s->metrics, day->frame, err)) &&
           q_published_notify(db, NULL, err);
}

bool score_write_day(struct scoring *s, const struct score_day *day, GError **err)
{
    struct write w = {.s = s, .day = day};
    digest_output(&w);
    if (s->fn) {
        const struct score_result result = {day->frame->as_of, day->n,   day->key,  day->result,
                                            day->input,        w.output, day->frame};
        return s->fn(s->context, &result, err);
    }
    if (!db_transact(s->db, 3, write_body, &w, err))
        return false;
    struct score_summary *summary = s->summary;
    g_strlcpy(summary->input_sha256, day->input, sizeof summary->input_sha256);
    g_strlcpy(summary->output_sha256, w.output, sizeof summary->output_sha256);
    g_strlcpy(summary->message, day->message, sizeof summary->message);
    summary->accounts = day->n;
    summary->unknown = (size_t)w.unknown;
    summary->stored += w.stored;
    summary->runs++;
    return true;
}
