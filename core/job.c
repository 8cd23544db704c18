/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/job.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "core/day.h"
#include "core/log.h"
#include "sql/core.h"

enum { HEARTBEAT_S = 5, HEARTBEAT_DEADLINE_MS = 10000 };

struct job {
    struct db *db;
    char *name, *dsn;
    int64_t run_id, fence, started_us;
    pthread_t heart;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool ending;
};

/* Beats until the job ends; a lost connection is tried again at the next beat. */
static void *heartbeat(void *context)
{
    struct job *job = context;
    struct db *db = NULL;
    pthread_mutex_lock(&job->lock);
    while (!job->ending) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += HEARTBEAT_S;
        pthread_cond_timedwait(&job->wake, &job->lock, &until);
        if (job->ending)
            break;
        pthread_mutex_unlock(&job->lock);
        if (!db)
            db = db_open(job->dsn, "kenko heartbeat", HEARTBEAT_DEADLINE_MS, NULL);
        if (db && !q_job_heartbeat(db, job->run_id, NULL, NULL)) {
            db_close(db);
            db = NULL;
        }
        pthread_mutex_lock(&job->lock);
    }
    pthread_mutex_unlock(&job->lock);
    db_close(db);
    return NULL;
}

static bool say_busy(struct db *db, const char *name, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_job_holder_row row;
    bool found = false;
    if (!q_job_holder(arena, db, name, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_BUSY, "another run of %s has just begun", name);
    g_autoptr(GDateTime) since = g_date_time_new_from_unix_utc(row.started_at / 1000000);
    g_autofree char *text = g_date_time_format(since, "%Y-%m-%d %H:%M:%S UTC");
    return err_set(err, KENKO_ERROR_BUSY,
                   "another run of %s is under way (run %" G_GINT64_FORMAT
                   ", process %d on %s, since %s)",
                   name, row.run_id, row.pid, row.host, text);
}

static void start_heart(struct job *job)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&job->wake, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_init(&job->lock, NULL);
    if (pthread_create(&job->heart, NULL, heartbeat, job) != 0)
        BUG("cannot start a thread");
}

struct job *job_begin(struct db *db, const char *dsn, const char *name, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *lock = g_strconcat("kenko job ", name, NULL);
    bool taken;
    if (!db_try_lock(db, lock, &taken, err))
        return NULL;
    if (!taken) {
        say_busy(db, name, err);
        return NULL;
    }
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    struct q_job_begin_row row;
    if (!q_job_begin(arena, db, name, host, (int32_t)getpid(), KENKO_VERSION, &row, err)) {
        if (db_is_alive(db) && !db_unlock(db, lock, NULL))
            return NULL;
        return NULL;
    }
    struct job *job = g_new0(struct job, 1);
    job->db = db;
    job->dsn = g_strdup(dsn);
    job->name = g_strdup(name);
    job->run_id = row.run_id;
    job->fence = row.fence;
    job->started_us = g_get_monotonic_time();
    start_heart(job);
    return job;
}

bool job_is_held(struct db *db, const char *name, bool *held, GError **err)
{
    g_autofree char *lock = g_strconcat("kenko job ", name, NULL);
    bool taken;
    if (!db_try_lock(db, lock, &taken, err))
        return false;
    *held = !taken;
    return !taken || db_unlock(db, lock, err);
}

bool job_fence_check(struct db *db, const struct job *job, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_job_fence_row row;
    bool found;
    if (!q_job_fence(arena, db, job->name, &row, &found, err))
        return false;
    if (!found || row.fence != job->fence)
        return err_set(err, KENKO_ERROR_CONFLICT,
                       "another run of %s took over; this one writes nothing more", job->name);
    return true;
}

int64_t job_run_id(const struct job *job)
{
    return job->run_id;
}

const char *job_name(const struct job *job)
{
    return job->name;
}

static void stop_heart(struct job *job)
{
    pthread_mutex_lock(&job->lock);
    job->ending = true;
    pthread_cond_signal(&job->wake);
    pthread_mutex_unlock(&job->lock);
    pthread_join(job->heart, NULL);
    pthread_mutex_destroy(&job->lock);
    pthread_cond_destroy(&job->wake);
}

void job_end(struct job *job, const GError *failure, const char *counters)
{
    stop_heart(job);
    const char *state = !failure                                   ? "done"
                        : err_is(failure, KENKO_ERROR_INTERRUPTED) ? "interrupted"
                                                                   : "failed";
    const char *kind = failure ? error_kind_of(failure)->name : NULL;
    const char *message = failure ? failure->message : NULL;
    if (db_is_alive(job->db)) {
        g_autofree char *lock = g_strconcat("kenko job ", job->name, NULL);
        int64_t ended = 0;
        if (!q_job_end(job->db, job->run_id, state, kind, message, counters ? counters : "{}",
                       &ended, NULL) ||
            !db_unlock(job->db, lock, NULL))
            log_event(LOG_WARNING, "job_row_left_open", "job", job->name, NULL);
        else if (ended == 0)
            state = "lost"; /* a later run found no sign of life and said so */
    }
    g_autofree char *seconds =
        g_strdup_printf("%.3f", (double)(g_get_monotonic_time() - job->started_us) / 1e6);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, job->run_id);
    log_event(failure ? LOG_ERROR : LOG_INFO, "job_end", "job", job->name, "run", id, "state",
              state, "seconds", seconds, "counters", counters ? counters : "{}", "error",
              message ? message : "", NULL);
    g_free(job->name);
    g_free(job->dsn);
    g_free(job);
}
