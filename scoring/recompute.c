/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/recompute.h"

#include <stdlib.h>
#include <string.h>

#include "core/job.h"
#include "core/stop.h"
#include "scoring/kept.h"
#include "scoring/score_internal.h"

enum { GONE_MAX = 10 }; /* days that are not reproducible end a draw: there may be hundreds */

struct recomputing {
    struct arena *arena;
    struct db *db;
    const struct job *job;
    const struct recompute_options *options;
    const struct q_recompute_draw_row *run; /* whose turn it is */
    struct recompute_day *day;
};

/* A day computed again beside its rows as they are stored. */
struct beside {
    struct recomputing *r;
    const struct score_result *result;
    size_t *by_id; /* the results in the order of their accounts' ids */
    bool *seen;
    const char **key;
};

static void name(struct beside *b, const char *key)
{
    struct recompute_day *day = b->r->day;
    if (day->n_keys < RECOMPUTE_NAMED_MAX)
        b->key[day->n_keys++] = arena_strdup(b->r->arena, key);
    day->different++;
}

static int compare_ids(const void *a, const void *b, void *context)
{
    const struct score_result *result = context;
    int64_t x = result->row[*(const size_t *)a].account_id;
    int64_t y = result->row[*(const size_t *)b].account_id;
    return (x > y) - (x < y);
}

static ssize_t find(const struct beside *b, int64_t account_id)
{
    size_t low = 0, high = b->result->n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (b->result->row[b->by_id[mid]].account_id < account_id)
            low = mid + 1;
        else
            high = mid;
    }
    bool found = low < b->result->n && b->result->row[b->by_id[low]].account_id == account_id;
    return found ? (ssize_t)b->by_id[low] : -1;
}

static bool on_stored(void *context, const struct q_score_open_row *row, GError **err)
{
    (void)err;
    struct beside *b = context;
    ssize_t i = find(b, row->account_id);
    b->r->day->accounts++;
    if (i < 0) {
        name(b, arena_printf(b->r->arena, "account %" G_GINT64_FORMAT, row->account_id));
        return true;
    }
    b->seen[i] = true;
    if (!score_row_equal(&b->result->row[i], row))
        name(b, b->result->key[i]);
    return true;
}

/* What the digests say beyond the rows. */
static const char *digests(const struct recomputing *r, const struct score_result *result)
{
    bool input = strcmp(result->input_sha256, r->run->input_sha256) == 0;
    bool output = strcmp(result->output_sha256, r->run->output_sha256) == 0;
    if (input && output && r->day->different == 0)
        return "";
    return arena_printf(r->arena,
                        "%" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " accounts, the digest "
                        "of the input is %s, that of the results %s%s%s",
                        r->day->different, r->day->accounts, input ? "equal" : "another",
                        output ? "equal" : "another",
                        strcmp(r->run->version, KENKO_VERSION) ? "; it was scored by kenko " : "",
                        strcmp(r->run->version, KENKO_VERSION) ? r->run->version : "");
}

static bool on_day(void *context, const struct score_result *result, GError **err)
{
    struct recomputing *r = context;
    g_autoptr(arena_t) arena = arena_new();
    struct beside b = {.r = r,
                       .result = result,
                       .by_id = arena_many(arena, result->n + 1, size_t),
                       .seen = arena_many(arena, result->n + 1, bool),
                       .key = arena_many(r->arena, RECOMPUTE_NAMED_MAX, const char *)};
    for (size_t i = 0; i < result->n; i++)
        b.by_id[i] = i;
    g_qsort_with_data(b.by_id, (int)result->n, sizeof *b.by_id, compare_ids,
                      (gpointer)(uintptr_t)result);
    bool ok = db_begin_snapshot(r->db, err) &&
              q_score_open(r->db, result->as_of, "champion", on_stored, &b, err);
    db_rollback(r->db);
    if (!ok)
        return false;
    for (size_t i = 0; i < result->n; i++) {
        if (!b.seen[i]) {
            r->day->accounts++;
            name(&b, result->key[i]);
        }
    }
    r->day->key = b.key;
    r->day->message = digests(r, result);
    r->day->state = *r->day->message ? "different" : "equal";
    return true;
}

static bool compute(struct recomputing *r, GError **err)
{
    const struct q_recompute_draw_row *run = r->run;
    g_autoptr(config_t) config = kept_open(r->db, run->run_id, err);
    const struct score_options options = {.as_of = &run->as_of,
                                          .n_as_of = 1,
                                          .known_no = run->known_no,
                                          .scorecard = run->scorecard,
                                          .progress = r->options->progress,
                                          .model_id = run->model_id_is_null ? SCORE_MODEL_NONE
                                                                            : run->model_id};
    return config && score_compute(r->db, config, &options, on_day, r, err);
}

/* What it was made of is gone, or reads no longer: this is said of the day, and no failure. */
static bool is_gone(const GError *failure)
{
    return err_is(failure, KENKO_ERROR_CONFLICT) || err_is(failure, KENKO_ERROR_CONFIG);
}

static bool one_run(struct recomputing *r, GError **err)
{
    g_autoptr(GError) failure = NULL;
    struct recompute_day *day = r->day;
    *day = (struct recompute_day){.as_of = r->run->as_of, .run_id = r->run->run_id};
    if (!compute(r, &failure)) {
        if (!is_gone(failure)) {
            g_propagate_error(err, g_steal_pointer(&failure));
            return false;
        }
        *day = (struct recompute_day){.as_of = r->run->as_of,
                                      .run_id = r->run->run_id,
                                      .state = "not reproducible",
                                      .message = arena_strdup(r->arena, failure->message)};
    }
    const struct db_texts keys = {day->n_keys, day->key, NULL};
    struct q_recompute_put_params params = {.job_run_id = job_run_id(r->job),
                                            .drawn_on = r->options->drawn_on,
                                            .as_of = day->as_of,
                                            .run_id = day->run_id,
                                            .state = day->state,
                                            .accounts = day->accounts,
                                            .different = day->different,
                                            .account_keys = keys,
                                            .message = day->message};
    int64_t stored;
    if (!q_recompute_put(r->db, &params, &stored, err))
        return false;
    if (stored == 0) /* another run spoke meanwhile: what was compared is of neither */
        *day = (struct recompute_day){.run_id = -1};
    return true;
}

static bool draw(struct recomputing *r, struct recompute_summary *out, GError **err)
{
    struct q_recompute_draw_rows rows;
    if (!q_recompute_draw(r->arena, r->db, r->options->drawn_on, &rows, err))
        return false;
    struct recompute_day *days = arena_many(r->arena, rows.n + 1, struct recompute_day);
    out->day = days;
    for (size_t i = 0, gone = 0;
         i < rows.n && gone < GONE_MAX && out->accounts < r->options->accounts; i++) {
        if (stop_requested())
            return err_set(err, KENKO_ERROR_INTERRUPTED, "stopped after %zu days", out->n);
        r->run = &rows.row[i];
        r->day = &days[out->n];
        if (!one_run(r, err))
            return false;
        if (r->day->run_id < 0)
            continue;
        gone += strcmp(r->day->state, "not reproducible") == 0;
        out->accounts += r->day->accounts;
        out->different += r->day->different;
        out->n++;
    }
    return true;
}

bool recompute_run(struct arena *arena, struct db *db, const char *dsn,
                   const struct recompute_options *options, struct recompute_summary *out,
                   GError **err)
{
    *out = (struct recompute_summary){0};
    struct job *job = job_begin(db, dsn, "recompute", err);
    if (!job)
        return false;
    struct recomputing r = {.arena = arena, .db = db, .job = job, .options = options};
    g_autoptr(GError) failure = NULL;
    bool ok = draw(&r, out, &failure);
    g_autofree char *counters = g_strdup_printf("{\"days\": %zu, \"accounts\": %" G_GINT64_FORMAT
                                                ", \"different\": %" G_GINT64_FORMAT "}",
                                                out->n, out->accounts, out->different);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
