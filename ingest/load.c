/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/load.h"

#include "core/day.h"
#include "core/rehearsal.h"
#include "ingest/batch.h"
#include "sql/ingest.h"

bool load_open(struct db *db, const struct job *job, const char *kind, const char *source,
               const char *stream, const char *file, int64_t from_offset, int64_t *load_id,
               GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    int64_t run_id = job ? job_run_id(job) : 0;
    struct q_load_begin_row row;
    if (!q_load_begin(arena, db, job ? &run_id : NULL, kind, source, stream, file, from_offset,
                      &row, err))
        return false;
    *load_id = row.load_id;
    return true;
}

bool load_finish(struct db *db, int64_t load_id, const struct batch_counters *count,
                 int64_t to_offset, int32_t first_day, int32_t last_day, GError **err)
{
    bool no_days = first_day == INT32_MAX;
    struct q_load_finish_params params = {.load_id = load_id,
                                          .read_count = count->read,
                                          .loaded = count->loaded,
                                          .duplicate = count->duplicate,
                                          .ignored = count->ignored,
                                          .rejected = count->rejected,
                                          .rounded = count->rounded,
                                          .replaced_chars = count->replaced,
                                          .to_offset = to_offset,
                                          .first_day = first_day,
                                          .first_day_is_null = no_days,
                                          .last_day = last_day,
                                          .last_day_is_null = no_days};
    g_autoptr(arena_t) arena = arena_new();
    struct q_load_forget_row forgot;
    return q_load_finish(db, &params, NULL, err) && q_load_forget(arena, db, load_id, &forgot, err);
}

static bool tick(struct arena *arena, struct db *db, int64_t load_id, struct q_clock_tick_row *out,
                 GError **err)
{
    struct q_clock_rehearse_row row;
    if (!rehearsal_is_on(db))
        return q_clock_tick(arena, db, out, err) &&
               q_load_commit(db, load_id, out->commit_no, NULL, err);
    if (!q_clock_rehearse(arena, db, load_id, &row, err))
        return false;
    *out = (struct q_clock_tick_row){row.commit_no, row.known_floor, row.floor_day,
                                     row.floor_day_is_null};
    return q_load_commit(db, load_id, out->commit_no, NULL, err);
}

bool load_tick(struct db *db, int64_t load_id, int64_t *commit_no, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_clock_tick_row row;
    if (!tick(arena, db, load_id, &row, err))
        return false;
    *commit_no = row.commit_no;
    return true;
}

bool load_keep_rehearsal(struct db *db, const struct job *job, GError **err)
{
    static const int64_t rehearsed = (int64_t)1 << 62;
    return job_fence_check(db, job, err) && q_load_settle(db, rehearsed, NULL, err) &&
           rehearsal_keep(db, err);
}

bool load_retract_file(struct db *db, const struct job *job, const char *source, const char *stream,
                       const char *file, int64_t *load_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_file_undone_row gone;
    return q_tally_lock(db, NULL, err) && q_file_undo(db, source, stream, file, NULL, err) &&
           q_file_undone(arena, db, &gone, err) &&
           load_open(db, job, "undo", source, stream, file, 0, load_id, err) &&
           q_tally_roll(db, *load_id, &gone.load_ids, NULL, err);
}

bool load_date_retraction(struct db *db, int64_t load_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_file_undo_settled_row row;
    bool found;
    char day[DAY_TEXT_SIZE];
    int64_t commit_no;
    if (!load_tick(db, load_id, &commit_no, err) ||
        !q_file_undo_settled(arena, db, &row, &found, err))
        return false;
    if (!found)
        return q_file_undo_commit(db, commit_no, NULL, err);
    day_format(row.floor_day, day);
    return err_set(
        err, KENKO_ERROR_CONFLICT,
        "the content has changed, but load %" G_GINT64_FORMAT
        " brought the former one before %s and was merged with others since; what is new "
        "can only be loaded under another name",
        row.load_id, day);
}

/* The clock is locked: nobody raises the floor before this transaction's end. */
static bool check_floor(const struct q_clock_tick_row *clock, int64_t load_id, int64_t commit_no,
                        GError **err)
{
    char day[DAY_TEXT_SIZE];
    if (commit_no > clock->known_floor)
        return true;
    day_format(clock->floor_day, day);
    return err_set(err, KENKO_ERROR_CONFLICT,
                   "load %" G_GINT64_FORMAT " was committed before %s, and what was known before "
                   "that day was merged; it can no longer be retracted",
                   load_id, day);
}

/* Nor does anybody say that what the load replaced is not kept. */
static bool check_kept(struct arena *arena, struct db *db, int64_t load_id, int64_t commit_no,
                       GError **err)
{
    struct q_raw_kept_row row;
    bool found;
    if (!q_raw_kept(arena, db, load_id, &row, &found, err))
        return false;
    return !found || commit_no > row.kept_no ||
           err_set(err, KENKO_ERROR_CONFLICT,
                   "load %" G_GINT64_FORMAT " replaced versions that retention has dropped since "
                   "(raw_days); it can no longer be retracted",
                   load_id);
}

struct undo {
    int64_t load_id;
    const char *by;
};

static bool undo_body(struct db *db, void *context, GError **err)
{
    const struct undo *undo = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_load_get_row row;
    bool found;
    if (!q_tally_lock(db, NULL, err) || !q_load_get(arena, db, undo->load_id, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "there is no load %" G_GINT64_FORMAT,
                       undo->load_id);
    if (!row.undone_no_is_null)
        return err_set(err, KENKO_ERROR_CONFLICT, "load %" G_GINT64_FORMAT " was retracted before",
                       undo->load_id);
    struct q_clock_tick_row clock;
    const struct db_bigints gone = {1, &undo->load_id, NULL};
    int64_t own, changed;
    if (!load_open(db, NULL, "undo", "identity", row.kind, "", 0, &own, err) ||
        !q_tally_roll(db, own, &gone, NULL, err) || !tick(arena, db, own, &clock, err) ||
        !check_floor(&clock, undo->load_id, row.commit_no, err) ||
        !check_kept(arena, db, undo->load_id, row.commit_no, err) ||
        !q_load_undo(db, undo->load_id, clock.commit_no, undo->by, &changed, err))
        return false;
    return changed == 1 ||
           err_set(err, KENKO_ERROR_CONFLICT,
                   "load %" G_GINT64_FORMAT " is of kind %s and cannot be retracted", undo->load_id,
                   row.kind);
}

bool load_undo(struct db *db, int64_t load_id, const char *by, GError **err)
{
    struct undo undo = {load_id, by};
    return db_transact(db, 3, undo_body, &undo, err);
}
