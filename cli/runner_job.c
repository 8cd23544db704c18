/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a job of the schedule starts, and what its end means. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/runner_internal.h"
#include "core/log.h"
#include "sql/core.h"

#define SECOND_US INT64_C(1000000)
#define SERVER_PAUSE_MAX_US (60 * SECOND_US)

int64_t runner_now(const struct runner *r)
{
    return g_get_real_time() + r->skew_us;
}

bool runner_job_is_due(const struct runner *r, const struct runner_job *job, int64_t now_us)
{
    return !job->left && job->pid == 0 &&
           schedule_previous(&job->entry->rule, r->context->zone, now_us) > job->last_us;
}

/* Jobs of one lock never overlap, and a job waits for those above it that have been due for as
 * long: what it reads is then there. Those due later do not hold it up, however often they are. */
static bool must_wait(const struct runner *r, guint index)
{
    const struct runner_job *job = g_ptr_array_index(r->jobs, index);
    for (guint i = 0; i < r->jobs->len; i++) {
        const struct runner_job *other = g_ptr_array_index(r->jobs, i);
        if (i != index && other->pid > 0 && strcmp(other->entry->lock, job->entry->lock) == 0)
            return true;
        if (i < index && !other->left && other->due_us > 0 && other->due_us <= job->due_us)
            return true;
    }
    return false;
}

bool runner_jobs_refresh(struct runner *r, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < r->schedule.n; i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)r->schedule.entry[i].name);
    const struct db_texts jobs = {names->len, (const char *const *)names->pdata, NULL};
    struct q_server_version_row server;
    struct q_job_last_rows rows;
    if (!q_server_version(arena, r->context->db, &server, err) ||
        !q_job_last(arena, r->context->db, &jobs, &rows, err))
        return false;
    r->skew_us = server.at - g_get_real_time();
    for (size_t i = 0; i < rows.n; i++) {
        for (guint j = 0; j < r->jobs->len; j++) {
            struct runner_job *job = g_ptr_array_index(r->jobs, j);
            if (strcmp(job->entry->name, rows.row[i].job) != 0 ||
                job->last_us >= rows.row[i].started_at)
                continue;
            job->last_us = rows.row[i].started_at;
            job->failed = strcmp(rows.row[i].state, "done") != 0;
        }
    }
    return true;
}

/* Jobs about a day are about today, unless their line says another. */
static void add_day(const struct schedule_entry *entry, GPtrArray *argv)
{
    static const char *const about_days[] = {"score", "train", NULL};
    for (char **arg = entry->argv; *arg; arg++) {
        if (g_str_has_prefix(*arg, "--as-of") || g_str_has_prefix(*arg, "--from") ||
            g_str_has_prefix(*arg, "--restate"))
            return;
    }
    if (g_strv_contains(about_days, entry->argv[0]))
        g_ptr_array_add(argv, (gpointer)(uintptr_t) "--as-of=today");
}

static pid_t start_process(const struct runner *r, const struct schedule_entry *entry)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    for (char **arg = entry->argv; *arg; arg++)
        g_ptr_array_add(argv, *arg);
    add_day(entry, argv);
    g_ptr_array_add(argv, NULL);
    return child_start(config_directory(r->context->config), (char *const *)argv->pdata);
}

static void start(struct runner *r, struct runner_job *job, int64_t now_us)
{
    job->started_us = now_us;
    job->pid = start_process(r, job->entry);
    g_autofree char *slot = zone_format(
        r->context->zone, schedule_previous(&job->entry->rule, r->context->zone, now_us));
    g_autofree char *pid = g_strdup_printf("%d", (int)job->pid);
    g_autofree char *tries = g_strdup_printf("%d", job->tries + 1);
    if (job->pid < 0) {
        log_event(LOG_ERROR, "run_start", "job", job->entry->name, "slot", slot, "error",
                  g_strerror(errno), NULL);
        job->pid = 0;
        job->again_us = now_us + job->entry->pause_us;
        return;
    }
    log_event(LOG_INFO, "run_start", "job", job->entry->name, "slot", slot, "pid", pid, "try",
              tries, NULL);
}

void runner_jobs_start(struct runner *r)
{
    int64_t now = runner_now(r);
    for (guint i = 0; i < r->jobs->len; i++) {
        struct runner_job *job = g_ptr_array_index(r->jobs, i);
        bool due = runner_job_is_due(r, job, now);
        if (!due && job->pid == 0)
            job->due_us = 0;
        else if (due && job->due_us == 0)
            job->due_us = now;
    }
    for (guint i = 0; i < r->jobs->len; i++) {
        struct runner_job *job = g_ptr_array_index(r->jobs, i);
        if (job->due_us > 0 && job->pid == 0 && job->again_us <= now && !must_wait(r, i))
            start(r, job, now);
    }
}

int64_t runner_jobs_next(const struct runner *r, int64_t now_us)
{
    int64_t next = INT64_MAX;
    for (guint i = 0; i < r->jobs->len; i++) {
        const struct runner_job *job = g_ptr_array_index(r->jobs, i);
        if (job->left || job->pid > 0)
            continue;
        if (!runner_job_is_due(r, job, now_us))
            next = MIN(next, schedule_next(&job->entry->rule, r->context->zone, now_us));
        else if (job->again_us > now_us)
            next = MIN(next, job->again_us);
    }
    if (r->schedule.serve && !r->once && r->server.pid == 0)
        next = MIN(next, r->server.again_us);
    return next;
}

/* ops.job_run remembers; a warehouse that is away leaves it to this process's memory. */
static void keep_run(struct runner *r, const struct runner_job *job, const char *state,
                     const char *kind, const char *message)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    g_autoptr(GError) err = NULL;
    if (!db_is_alive(r->context->db) ||
        !q_job_ran(r->context->db, job->entry->name, host, (int32_t)job->pid, KENKO_VERSION,
                   job->started_us, state, kind, message, NULL, &err))
        log_event(LOG_WARNING, "run_not_kept", "job", job->entry->name, "error",
                  err ? err->message : "the warehouse is gone", NULL);
}

/* What comes next for a job that found something away: another try, or the next slot. */
static bool try_again(struct runner_job *job, int64_t now_us)
{
    if (job->left || job->tries >= job->entry->retries)
        return false;
    job->again_us = now_us + (job->entry->pause_us << MIN(job->tries, 16));
    job->tries++;
    return true;
}

static void count_failure(struct runner *r, const char *name, const char *message, int kind)
{
    if (r->n_failed++ > 0)
        return;
    r->first_kind = kind;
    r->first_failure = g_strdup_printf("%s ended with %s", name, message);
}

void runner_job_end(struct runner *r, struct runner_job *job, int wait_status)
{
    int code = child_exit(wait_status), kind = error_kind_of_exit(code);
    int64_t now = runner_now(r);
    bool interrupted = code == error_kind(KENKO_ERROR_INTERRUPTED)->exit_code;
    bool away = code == error_kind(KENKO_ERROR_UNAVAILABLE)->exit_code;
    const char *state = code == 0 ? "done" : interrupted ? "interrupted" : "failed";
    const char *name = code == 0 ? "done" : code > 128 ? "killed" : error_kind(kind)->name;
    g_autofree char *message = code > 128 ? g_strdup_printf("signal %d", code - 128)
                                          : g_strdup_printf("exit code %d (%s)", code, name);
    keep_run(r, job, state, code == 0 ? NULL : error_kind(kind)->name, code == 0 ? NULL : message);
    bool again = away && !r->once && try_again(job, now);
    if (!again) {
        job->last_us = away ? now : job->started_us;
        job->failed = code != 0;
        job->due_us = 0;
        job->tries = 0;
        job->again_us = 0;
    }
    g_autofree char *seconds = g_strdup_printf("%.3f", (double)(now - job->started_us) / 1e6);
    g_autofree char *next = zone_format(
        r->context->zone,
        again ? job->again_us : schedule_next(&job->entry->rule, r->context->zone, now));
    log_event(code == 0 ? LOG_INFO : LOG_ERROR, "run_end", "job", job->entry->name, "state", state,
              "exit", message, "seconds", seconds, again ? "again" : "next", next, NULL);
    r->n_ran++;
    if (code != 0)
        count_failure(r, job->entry->name, message, kind);
    job->pid = 0;
    if (job->left)
        g_ptr_array_remove(r->jobs, job);
}

void runner_server_start(struct runner *r)
{
    static char serve[] = "serve";
    char *const argv[] = {serve, NULL};
    int64_t now = runner_now(r);
    if (!r->schedule.serve || r->once || r->server.pid > 0 || r->server.again_us > now)
        return;
    pid_t started = child_start(config_directory(r->context->config), argv);
    if (started < 0) {
        log_event(LOG_ERROR, "server_start", "error", g_strerror(errno), NULL);
        r->server.again_us = now + SECOND_US;
        return;
    }
    r->server.pid = started;
    r->server.started_us = now;
    g_autofree char *pid = g_strdup_printf("%d", (int)started);
    log_event(LOG_INFO, "server_start", "pid", pid, NULL);
}

void runner_server_end(struct runner *r, int wait_status)
{
    int64_t now = runner_now(r);
    /* One that lived for a while died of something new. */
    if (now - r->server.started_us > SERVER_PAUSE_MAX_US)
        r->server.tries = 0;
    int64_t pause = MIN(SECOND_US << MIN(r->server.tries, 16), SERVER_PAUSE_MAX_US);
    r->server.tries++;
    r->server.pid = 0;
    r->server.again_us = r->server.left ? now : now + pause;
    g_autofree char *code = g_strdup_printf("%d", child_exit(wait_status));
    g_autofree char *again = zone_format(r->context->zone, r->server.again_us);
    log_event(r->server.left ? LOG_INFO : LOG_ERROR, "server_end", "exit", code, "again", again,
              NULL);
    if (r->server.left)
        r->server.tries = 0;
    r->server.left = false;
}
