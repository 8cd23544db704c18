/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/runner.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/runner_internal.h"
#include "core/cluster.h"
#include "core/log.h"
#include "core/stop.h"

/* LOOK_MS: how often the file, and a clock that was set or slept, are looked at. */
enum { LOOK_MS = 5000 };

/* Signals as a descriptor, so that none is lost between looking and waiting. */
static int open_signals(sigset_t *before)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, before);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Wait for a stop, a signal or `ms`; true when SIGHUP came. */
static bool wait_for(int signals, int64_t ms)
{
    struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
                           {.fd = stop_requested() ? -1 : stop_fd(), .events = POLLIN}};
    (void)poll(fds, G_N_ELEMENTS(fds), (int)MIN(MAX(ms, 0), LOOK_MS));
    struct signalfd_siginfo info;
    bool hangup = false;
    while (read(signals, &info, sizeof info) == (ssize_t)sizeof info)
        hangup = hangup || info.ssi_signo == SIGHUP;
    return hangup;
}

/* As process 1 of a container this one also inherits what others left. */
static void reap(struct runner *r)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == r->server.pid)
            runner_server_end(r, status);
        for (guint i = 0; i < r->jobs->len; i++) {
            struct runner_job *job = g_ptr_array_index(r->jobs, i);
            if (job->pid == pid) {
                runner_job_end(r, job, status);
                break;
            }
        }
    }
}

static struct runner_job *find_job(GPtrArray *jobs, const char *name)
{
    for (guint i = 0; jobs && i < jobs->len; i++) {
        struct runner_job *job = g_ptr_array_index(jobs, i);
        if (strcmp(job->entry->name, name) == 0)
            return job;
    }
    return NULL;
}

/* Take a schedule: jobs it keeps go on as they are, those it drops end first. */
static void adopt(struct runner *r, const struct schedule *schedule)
{
    GPtrArray *jobs = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < schedule->n; i++) {
        struct runner_job *job = g_new0(struct runner_job, 1);
        const struct runner_job *old = find_job(r->jobs, schedule->entry[i].name);
        if (old)
            *job = *old;
        else
            job->last_us = INT64_MIN;
        job->entry = &schedule->entry[i];
        job->left = false;
        g_ptr_array_add(jobs, job);
    }
    for (guint i = 0; r->jobs && i < r->jobs->len; i++) {
        const struct runner_job *old = g_ptr_array_index(r->jobs, i);
        if (old->pid == 0 || find_job(jobs, old->entry->name))
            continue;
        struct runner_job *job = g_memdup2(old, sizeof *old);
        job->left = true;
        g_ptr_array_add(jobs, job);
    }
    if (r->jobs)
        g_ptr_array_free(r->jobs, TRUE);
    r->jobs = jobs;
    r->schedule = *schedule;
}

/* One that served the old configuration makes room for one that serves the new. */
static void stop_server(struct runner *r)
{
    if (r->server.pid == 0)
        return;
    r->server.left = true;
    kill(r->server.pid, SIGTERM);
}

bool runner_schedule(struct arena *arena, struct config *config, struct schedule *out, GError **err)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const struct command *const *c = commands; *c; c++) {
        if (*c != &cmd_run && *c != &cmd_serve)
            g_ptr_array_add(names, (gpointer)(uintptr_t)(*c)->name);
    }
    g_ptr_array_add(names, NULL);
    if (!schedule_load(arena, config, (const char *const *)names->pdata, out, err))
        return false;
    return out->n > 0 || out->serve ||
           err_set(err, KENKO_ERROR_CONFIG,
                   "kenko.yaml has no schedule, want entries such as {job: ingest, every: 15m}");
}

/* What tells that the file is another one. */
static char *file_stamp(const struct context *context)
{
    g_autofree char *path = g_build_filename(config_directory(context->config), "kenko.yaml", NULL);
    GStatBuf s;
    if (g_stat(path, &s) != 0)
        return g_strdup("");
    return g_strdup_printf("%" G_GINT64_FORMAT ".%ld %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT,
                           (int64_t)s.st_mtim.tv_sec, s.st_mtim.tv_nsec, (int64_t)s.st_size,
                           (guint64)s.st_ino);
}

/* Read the configuration anew; a wrong one changes nothing. False when that cannot be told now,
 * because the warehouse is away. */
static bool reload(struct runner *r)
{
    g_autoptr(GError) err = NULL;
    struct schedule schedule;
    struct context fresh = {.config_dir = g_strdup(config_directory(r->context->config))};
    if (!context_open(&fresh, &err) || !runner_schedule(r->arena, fresh.config, &schedule, &err)) {
        log_event(LOG_ERROR, "config_kept", "error", err->message, NULL);
        context_close(&fresh);
        return !error_kind_of(err)->retry;
    }
    fresh.json = r->context->json;
    fresh.quiet = r->context->quiet;
    context_close(r->context);
    *r->context = fresh;
    adopt(r, &schedule);
    stop_server(r);
    g_autofree char *n = g_strdup_printf("%zu", schedule.n);
    log_event(LOG_INFO, "config_read", "jobs", n, NULL);
    return true;
}

static bool any_due(const struct runner *r)
{
    int64_t now = runner_now(r);
    for (guint i = 0; i < r->jobs->len; i++) {
        const struct runner_job *job = g_ptr_array_index(r->jobs, i);
        if (runner_job_is_due(r, job, now) && job->again_us <= now)
            return true;
    }
    return false;
}

static int count_running(const struct runner *r)
{
    int n = r->server.pid > 0;
    for (guint i = 0; i < r->jobs->len; i++)
        n += ((const struct runner_job *)g_ptr_array_index(r->jobs, i))->pid > 0;
    return n;
}

/* Start what is due. Without a warehouse nobody knows what is, nor could a job do anything. */
static bool step(struct runner *r, GError **err)
{
    runner_server_start(r);
    if (any_due(r)) {
        bool there = r->context->db && db_is_alive(r->context->db);
        if ((!there && !context_open(r->context, err)) || !runner_jobs_refresh(r, err))
            return false;
        runner_jobs_start(r);
    }
    return true;
}

/* Ask every process to end, and wait until all have. */
static void stop_all(struct runner *r, int signals)
{
    stop_server(r);
    for (guint i = 0; i < r->jobs->len; i++) {
        const struct runner_job *job = g_ptr_array_index(r->jobs, i);
        if (job->pid > 0)
            kill(job->pid, SIGTERM);
    }
    if (count_running(r) > 0) {
        g_autofree char *n = g_strdup_printf("%d", count_running(r));
        log_event(LOG_INFO, "stopping", "running", n, NULL);
    }
    for (reap(r); count_running(r) > 0; reap(r))
        (void)wait_for(signals, LOOK_MS);
    /* The end of process 1 kills what is left in its container: let PostgreSQL end in order. */
    if (getpid() == 1 && !config_dsn(r->context->config)) {
        g_autofree char *home = cluster_home();
        g_autoptr(GError) err = NULL;
        if (!cluster_stop(home, false, &err))
            log_event(LOG_ERROR, "cluster_not_stopped", "error", err->message, NULL);
    }
}

static bool loop(struct runner *r, int signals, GError **err)
{
    g_autofree char *stamp = file_stamp(r->context);
    bool changed = false;
    while (!stop_requested()) {
        reap(r);
        g_autofree char *now_stamp = file_stamp(r->context);
        changed = changed || (!r->once && strcmp(stamp, now_stamp) != 0);
        if (changed && reload(r)) {
            g_free(stamp);
            stamp = g_steal_pointer(&now_stamp);
            changed = false;
        }
        g_autoptr(GError) away = NULL;
        if (!step(r, &away)) {
            if (r->once || !error_kind_of(away)->retry) {
                g_propagate_error(err, g_steal_pointer(&away));
                return false;
            }
            log_event(LOG_WARNING, "warehouse_away", "error", away->message, NULL);
        }
        if (r->once && count_running(r) == 0 && !any_due(r))
            return true;
        int64_t now = runner_now(r), next = runner_jobs_next(r, now);
        int64_t ms = next == INT64_MAX || away ? LOOK_MS : (next - now) / 1000 + 1;
        changed = wait_for(signals, ms) || changed;
    }
    return err_set(err, KENKO_ERROR_INTERRUPTED, "stopped; every job has ended");
}

bool runner_run(struct context *context, bool once, GError **err)
{
    struct runner r = {.context = context, .arena = arena_new(), .once = once};
    sigset_t before;
    struct schedule schedule;
    bool ok = runner_schedule(r.arena, context->config, &schedule, err);
    if (ok) {
        adopt(&r, &schedule);
        int signals = open_signals(&before);
        ok = signals >= 0 ? loop(&r, signals, err)
                          : err_set(err, KENKO_ERROR_IO, "signalfd: %s", g_strerror(errno));
        stop_all(&r, signals);
        sigprocmask(SIG_SETMASK, &before, NULL);
        close(signals);
        g_ptr_array_free(r.jobs, TRUE);
    }
    if (ok && r.n_failed > 0)
        ok = err_set(err, (enum kenko_error)r.first_kind, "%d of %d jobs failed; %s", r.n_failed,
                     r.n_ran, r.first_failure);
    g_free(r.first_failure);
    arena_free(r.arena);
    return ok;
}

bool runner_states(struct context *context, const struct schedule *schedule,
                   struct runner_state *out, GError **err)
{
    struct runner r = {.context = context};
    adopt(&r, schedule);
    bool ok = runner_jobs_refresh(&r, err);
    int64_t now = runner_now(&r);
    for (guint i = 0; ok && i < r.jobs->len; i++) {
        const struct runner_job *job = g_ptr_array_index(r.jobs, i);
        out[i] =
            (struct runner_state){.entry = job->entry,
                                  .state = job->last_us == INT64_MIN ? ""
                                           : job->failed             ? "failed"
                                                                     : "done",
                                  .last_us = job->last_us,
                                  .next_us = schedule_next(&job->entry->rule, context->zone, now),
                                  .due = runner_job_is_due(&r, job, now)};
    }
    g_ptr_array_free(r.jobs, TRUE);
    return ok;
}
