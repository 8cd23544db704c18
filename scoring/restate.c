/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/restate.h"

#include <stdlib.h>
#include <string.h>

#include "core/job.h"
#include "scoring/kept.h"
#include "scoring/known.h"
#include "scoring/restate_reason.h"
#include "scoring/score.h"
#include "sql/scoring.h"

/* One account's number of a day. */
struct number {
    int64_t account_id;
    bool is_null;
    int32_t bp;
    const char *band;
};

struct numbers {
    GArray *list; /* by account_id; NULL: not computed */
};

struct day {
    const struct q_restated_days_row *run;
    bool is_kept, is_now;                /* its configuration was kept; it is that of now */
    struct numbers published, then, now; /* then: known now, under the configuration of then */
    GArray *different;                   /* struct q_restated_copy_row */
    int64_t accounts;
};

struct restating {
    struct arena *arena;
    struct db *db;
    const struct job *job;
    struct config *config;
    const struct restate_options *options;
    struct restate_summary *summary;
    struct known known;
    struct day *day;
    size_t n;
    size_t filling_offset; /* of the numbers that are being computed */
    GHashTable *accounts;  /* that differ on some day */
};

static int compare_numbers(const void *a, const void *b)
{
    const struct number *x = a, *y = b;
    return (x->account_id > y->account_id) - (x->account_id < y->account_id);
}

static struct day *find_day(const struct restating *r, int32_t as_of)
{
    for (size_t i = 0; i < r->n; i++) {
        if (r->day[i].run->as_of == as_of)
            return &r->day[i];
    }
    return NULL;
}

static void add(struct restating *r, struct numbers *numbers, struct number number)
{
    number.band = arena_strdup(r->arena, number.band);
    g_array_append_val(numbers->list, number);
}

static bool on_result(void *context, const struct score_result *result, GError **err)
{
    (void)err;
    struct restating *r = context;
    struct numbers *out = (void *)((char *)find_day(r, result->as_of) + r->filling_offset);
    out->list = g_array_new(FALSE, FALSE, sizeof(struct number));
    for (size_t i = 0; i < result->n; i++) {
        const struct q_score_copy_row *row = &result->row[i];
        add(r, out,
            (struct number){row->account_id, row->effective_bp_is_null, row->effective_bp,
                            row->band});
    }
    g_array_sort(out->list, compare_numbers);
    return true;
}

/* Days that `is_wanted`, all in one reading of the facts. */
static bool compute(struct restating *r, struct config *config, const char *scorecard,
                    const bool *wanted, size_t offset, GError **err)
{
    int32_t *days = arena_many(r->arena, r->n + 1, int32_t);
    struct score_options options = {.as_of = days,
                                    .known_no = r->known.commit_no,
                                    .scorecard = scorecard,
                                    .progress = r->options->progress,
                                    .model_id = SCORE_MODEL_NONE};
    for (size_t i = 0; i < r->n; i++) {
        if (wanted[i])
            days[options.n_as_of++] = r->day[i].run->as_of;
    }
    r->filling_offset = offset;
    return options.n_as_of == 0 || score_compute(r->db, config, &options, on_result, r, err);
}

static bool same_files(const struct q_restated_days_row *x, const struct q_restated_days_row *y)
{
    return x->config_ids.n == y->config_ids.n && strcmp(x->scorecard, y->scorecard) == 0 &&
           memcmp(x->config_ids.v, y->config_ids.v, x->config_ids.n * sizeof *x->config_ids.v) == 0;
}

/* Every configuration that spoke: the days that it spoke on. */
static bool compute_then(struct restating *r, GError **err)
{
    bool *done = arena_many(r->arena, r->n + 1, bool);
    for (size_t i = 0; i < r->n; i++) {
        bool *wanted = arena_many(r->arena, r->n + 1, bool);
        if (done[i] || !r->day[i].is_kept)
            continue;
        g_autoptr(config_t) config = kept_open(r->db, r->day[i].run->run_id, err);
        if (!config)
            return false;
        bool is_now = kept_equals(config, r->config, r->day[i].run->scorecard);
        for (size_t k = i; k < r->n; k++) {
            wanted[k] = r->day[k].is_kept && same_files(r->day[i].run, r->day[k].run);
            done[k] = done[k] || wanted[k];
            r->day[k].is_now = r->day[k].is_now || (wanted[k] && is_now);
        }
        if (!compute(r, config, r->day[i].run->scorecard, wanted, offsetof(struct day, then), err))
            return false;
    }
    return true;
}

static bool compute_now(struct restating *r, GError **err)
{
    bool *wanted = arena_many(r->arena, r->n + 1, bool);
    for (size_t i = 0; i < r->n; i++)
        wanted[i] = r->day[i].is_kept && !r->day[i].is_now;
    return compute(r, r->config, NULL, wanted, offsetof(struct day, now), err);
}

struct reading {
    struct restating *r;
    struct numbers *out;
};

static bool on_published(void *context, const struct q_score_open_row *row, GError **err)
{
    (void)err;
    const struct reading *reading = context;
    add(reading->r, reading->out,
        (struct number){row->account_id, row->effective_bp_is_null, row->effective_bp, row->band});
    return true;
}

static bool read_published(struct restating *r, GError **err)
{
    for (size_t i = 0; i < r->n; i++) {
        struct day *day = &r->day[i];
        struct reading reading = {r, &day->published};
        if (!day->is_kept)
            continue;
        day->published.list = g_array_new(FALSE, FALSE, sizeof(struct number));
        if (!q_score_open(r->db, day->run->as_of, "champion", on_published, &reading, err))
            return false;
        g_array_sort(day->published.list, compare_numbers);
    }
    return true;
}

/* ── differences ────────────────────────────────────────────────────────────────────────────────
 */

static const struct number *number_of(const struct numbers *numbers, int64_t account_id)
{
    const struct number key = {.account_id = account_id};
    return bsearch(&key, numbers->list->data, numbers->list->len, sizeof key, compare_numbers);
}

static bool same(const struct number *x, const struct number *y)
{
    if (!x || !y)
        return x == y;
    return x->is_null == y->is_null && (x->is_null || x->bp == y->bp) &&
           strcmp(x->band, y->band) == 0;
}

static void take_difference(struct restating *r, struct day *day, int64_t account_id)
{
    const struct number *was = number_of(&day->published, account_id);
    const struct number *then = number_of(&day->then, account_id);
    const struct number *now = day->is_now ? then : number_of(&day->now, account_id);
    bool whole = was && then && now && !was->is_null && !then->is_null && !now->is_null;
    day->accounts++;
    if (same(was, now))
        return;
    struct q_restated_copy_row row = {.account_id = account_id,
                                      .as_of = day->run->as_of,
                                      .published_bp = was ? was->bp : 0,
                                      .published_bp_is_null = !was || was->is_null,
                                      .published_band = was ? was->band : NULL,
                                      .published_band_is_null = !was,
                                      .restated_bp = now ? now->bp : 0,
                                      .restated_bp_is_null = !now || now->is_null,
                                      .restated_band = now ? now->band : NULL,
                                      .restated_band_is_null = !now,
                                      .data_bp = whole ? then->bp - was->bp : 0,
                                      .data_bp_is_null = !whole,
                                      .configuration_bp = whole ? now->bp - then->bp : 0,
                                      .configuration_bp_is_null = !whole};
    g_array_append_val(day->different, row);
    g_hash_table_add(r->accounts, GSIZE_TO_POINTER((gsize)account_id));
}

/* Every account of the three lists once. */
static void compare_day(struct restating *r, struct day *day)
{
    const struct numbers *lists[] = {&day->published, &day->then, &day->now};
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    day->different = g_array_new(FALSE, TRUE, sizeof(struct q_restated_copy_row));
    for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
        for (guint i = 0; lists[l]->list && i < lists[l]->list->len; i++) {
            int64_t id = g_array_index(lists[l]->list, struct number, i).account_id;
            if (g_hash_table_add(seen, GSIZE_TO_POINTER((gsize)id)))
                take_difference(r, day, id);
        }
    }
}

static void fill_reasons(struct restating *r, const struct day *day,
                         const struct restate_reasons *reasons, struct q_restated_copy_row *row)
{
    unsigned bits = 0;
    const struct number *was = number_of(&day->published, row->account_id);
    const struct number *then = number_of(&day->then, row->account_id);
    if (!same(was, then)) {
        bits = restate_reason_of(reasons, row->account_id, day->run->as_of, day->run->known_no,
                                 r->known.commit_no);
        bits = bits ? bits : 1u << RESTATE_OTHERS;
    }
    if (!day->is_now && !same(then, number_of(&day->now, row->account_id)))
        bits |= 1u << RESTATE_CONFIGURATION;
    const char **names = arena_many(r->arena, RESTATE_REASONS, const char *);
    row->reasons = (struct db_texts){0, names, NULL};
    for (int reason = 0; reason < RESTATE_REASONS; reason++) {
        if (bits & 1u << reason)
            names[row->reasons.n++] = restate_reason_name((enum restate_reason)reason);
    }
}

static bool find_reasons(struct restating *r, GError **err)
{
    struct restate_reasons *reasons = NULL;
    if (g_hash_table_size(r->accounts) == 0)
        return true;
    if (!restate_reason_load(r->db, r->accounts, r->options->to, &reasons, err))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        for (guint k = 0; r->day[i].different && k < r->day[i].different->len; k++)
            fill_reasons(r, &r->day[i], reasons,
                         &g_array_index(r->day[i].different, struct q_restated_copy_row, k));
    }
    restate_reason_free(reasons);
    return true;
}

/* ── storing ────────────────────────────────────────────────────────────────────────────────────
 */

static bool copy_rows(struct db *db, const struct day *day, GError **err)
{
    int64_t stored;
    struct db_copy *copy = q_restated_copy_begin(db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < day->different->len; i++) {
        if (!q_restated_copy_put(
                copy, &g_array_index(day->different, struct q_restated_copy_row, i), err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, &stored, err);
}

/* All days in one transaction: what people compare is of one commit number. */
static bool store(struct db *db, void *context, GError **err)
{
    const struct restating *r = context;
    if (!job_fence_check(db, r->job, err))
        return false;
    for (size_t i = 0; i < r->n; i++) {
        const struct day *day = &r->day[i];
        if (day->is_kept &&
            (!q_restated_clear(db, day->run->as_of, NULL, err) || !copy_rows(db, day, err) ||
             !q_restated_day_put(db, day->run->as_of, day->run->run_id, r->known.commit_no,
                                 day->accounts, day->different->len, NULL, err)))
            return false;
    }
    return true;
}

static bool compare(struct restating *r, GError **err)
{
    bool ok = db_begin_snapshot(r->db, err) && read_published(r, err);
    for (size_t i = 0; ok && i < r->n; i++) {
        struct day *day = &r->day[i];
        if (!day->is_kept) {
            r->summary->skipped++;
            continue;
        }
        compare_day(r, day);
        r->summary->days++;
        r->summary->accounts += day->accounts;
        r->summary->different += day->different->len;
    }
    ok = ok && find_reasons(r, err);
    db_rollback(r->db);
    return ok;
}

static bool restate(struct restating *r, GError **err)
{
    struct q_restated_days_rows rows;
    if (!q_restated_days(r->arena, r->db, r->options->from, r->options->to, &rows, err) ||
        !known_ask(r->db, -1, &r->known, err))
        return false;
    r->n = rows.n;
    r->day = arena_many(r->arena, rows.n + 1, struct day);
    r->summary->known_no = r->known.commit_no;
    for (size_t i = 0; i < rows.n; i++)
        r->day[i] = (struct day){.run = &rows.row[i], .is_kept = !rows.row[i].config_ids_is_null};
    return compute_then(r, err) && compute_now(r, err) && compare(r, err) &&
           db_transact(r->db, 3, store, r, err);
}

static void clear(struct restating *r)
{
    for (size_t i = 0; i < r->n; i++) {
        GArray *const lists[] = {r->day[i].published.list, r->day[i].then.list, r->day[i].now.list,
                                 r->day[i].different};
        for (size_t l = 0; l < G_N_ELEMENTS(lists); l++) {
            if (lists[l])
                g_array_free(lists[l], TRUE);
        }
    }
    g_hash_table_destroy(r->accounts);
}

bool restate_run(struct db *db, const char *dsn, struct config *config,
                 const struct restate_options *options, struct restate_summary *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    *out = (struct restate_summary){0};
    struct job *job = job_begin(db, dsn, "restate", err);
    if (!job)
        return false;
    struct restating r = {.arena = arena,
                          .db = db,
                          .job = job,
                          .config = config,
                          .options = options,
                          .summary = out,
                          .accounts = g_hash_table_new(NULL, NULL)};
    g_autoptr(GError) failure = NULL;
    bool ok = restate(&r, &failure);
    clear(&r);
    g_autofree char *counters = g_strdup_printf("{\"days\": %zu, \"accounts\": %" G_GINT64_FORMAT
                                                ", \"different\": %" G_GINT64_FORMAT "}",
                                                out->days, out->accounts, out->different);
    job_end(job, failure, counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}
