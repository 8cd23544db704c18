/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cluster.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"

#define START_WAIT_US INT64_C(60000000)

static const char settings[] = "listen_addresses = ''\n"
                               "unix_socket_permissions = 0700\n"
                               "max_connections = 60\n"
                               "shared_buffers = 256MB\n"
                               "maintenance_work_mem = 128MB\n"
                               "work_mem = 32MB\n"
                               "max_wal_size = 2GB\n"
                               "checkpoint_timeout = 15min\n"
                               "client_connection_check_interval = 1s\n"
                               "log_error_verbosity = terse\n"
                               "log_min_error_statement = panic\n"
                               "log_timezone = UTC\n"
                               "timezone = UTC\n"
                               "jit = off\n";

char *cluster_home(void)
{
    const char *home = g_getenv("KENKO_HOME");
    if (home && *home)
        return g_canonicalize_filename(home, NULL);
    if (geteuid() == 0)
        return g_strdup("/var/lib/kenko");
    return g_build_filename(g_get_user_data_dir(), "kenko", NULL);
}

static char *data_dir(const char *home)
{
    return g_build_filename(home, "postgresql", NULL);
}

/* Socket paths are limited to about 100 bytes, homes are not: a short name by hash. */
static char *socket_dir(const char *home)
{
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, home, -1);
    sha[12] = '\0';
    if (geteuid() == 0)
        return g_strdup_printf("/run/kenko-%s", sha);
    const char *runtime = g_getenv("XDG_RUNTIME_DIR");
    if (runtime && strlen(runtime) < 60 && g_access(runtime, W_OK) == 0)
        return g_strdup_printf("%s/kenko-%s", runtime, sha);
    return g_strdup_printf("/tmp/kenko-%d-%s", (int)geteuid(), sha);
}

char *cluster_dsn(const char *home)
{
    g_autofree char *socket = socket_dir(home);
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : getpwuid(geteuid());
    /* A server of another user's on our socket's path is not talked to. */
    return g_strdup_printf("host=%s requirepeer=%s user=kenko dbname=kenko", socket,
                           user ? user->pw_name : "postgres");
}

static char *binary(const char *name)
{
    char *found = g_strdup_printf("/usr/lib/postgresql/15/bin/%s", name);
    if (g_access(found, X_OK) == 0)
        return found;
    g_free(found);
    return g_find_program_in_path(name);
}

struct child {
    const struct passwd *user; /* NULL: the caller's */
    int keep;                  /* descriptor to hand on, or -1 */
};

/* The server never runs as root. */
static void become_child(gpointer data)
{
    const struct child *child = data;
    const struct passwd *user = child->user;
    if (user && (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
                 setuid(user->pw_uid) != 0))
        _exit(126);
    if (child->keep >= 0 && fcntl(child->keep, F_SETFD, 0) != 0)
        _exit(126);
}

/* `keep` is a descriptor the program gets too, or -1. */
static bool run_keeping(int keep, const char *const *argv, bool as_server, int *status,
                        GError **err)
{
    g_autofree char *problem = NULL;
    g_autofree char *path = binary(argv[0]);
    if (!path)
        return err_set(err, KENKO_ERROR_UNAVAILABLE,
                       "%s is not there: install postgresql-15 or configure warehouse.dsn",
                       argv[0]);
    struct passwd *user = NULL;
    if (as_server && geteuid() == 0 && !(user = getpwnam("postgres")))
        return err_set(err, KENKO_ERROR_UNAVAILABLE,
                       "there is no user postgres to run the server as");
    const char *args[24] = {path};
    for (int i = 1; i < 23 && argv[i]; i++)
        args[i] = argv[i];
    g_autoptr(GError) failure = NULL;
    /* pg_ctl's server keeps the descriptors it inherits: give it none of ours to wait on. */
    GSpawnFlags flags = G_SPAWN_STDOUT_TO_DEV_NULL;
    if (keep >= 0)
        flags |= G_SPAWN_LEAVE_DESCRIPTORS_OPEN;
    struct child child = {user, keep};
    int wait_status = 0;
    if (!g_spawn_sync("/", (char **)(uintptr_t)args, NULL,
                      strcmp(argv[0], "pg_ctl") == 0 ? flags | G_SPAWN_STDERR_TO_DEV_NULL : flags,
                      become_child, &child, NULL, strcmp(argv[0], "pg_ctl") == 0 ? NULL : &problem,
                      &wait_status, &failure))
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s: %s", argv[0], failure->message);
    *status = WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128;
    if (*status != 0 && problem && *problem)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s: %s", argv[0],
                       g_strdelimit(g_strstrip(problem), "\n", ' '));
    return true;
}

static bool run(const char *const *argv, bool as_server, int *status, GError **err)
{
    return run_keeping(-1, argv, as_server, status, err);
}

static bool own(const char *path, GError **err)
{
    const struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    if (user && chown(path, user->pw_uid, user->pw_gid) != 0)
        return err_set(err, KENKO_ERROR_IO, "%s: cannot give it to postgres: %s", path,
                       g_strerror(errno));
    return true;
}

static bool make_dir(const char *path, int mode, GError **err)
{
    if (g_mkdir_with_parents(path, 0755) != 0 || g_chmod(path, mode) != 0)
        return err_set(err, KENKO_ERROR_IO, "%s: cannot make the directory: %s", path,
                       g_strerror(errno));
    return true;
}

static bool write_config(const char *data, const char *name, const char *text, GError **err)
{
    g_autofree char *path = g_build_filename(data, name, NULL);
    return file_write(path, slice_of(text), err) && own(path, err);
}

static bool configure(const char *data, const char *socket, GError **err)
{
    g_autofree char *sample = g_build_filename(data, "postgresql.conf", NULL);
    g_autofree char *text = NULL;
    g_autoptr(GError) failure = NULL;
    if (!g_file_get_contents(sample, &text, NULL, &failure))
        return err_set(err, KENKO_ERROR_IO, "%s", failure->message);
    g_autofree char *conf =
        g_strdup_printf("%s\n# kenko\nunix_socket_directories = '%s'\n%s", text, socket, settings);
    const struct passwd *self = getpwuid(geteuid());
    g_autofree char *ident = g_strdup_printf("kenko %s kenko\n", self ? self->pw_name : "root");
    return write_config(data, "postgresql.conf", conf, err) &&
           write_config(data, "pg_hba.conf", "local all all peer map=kenko\n", err) &&
           write_config(data, "pg_ident.conf", ident, err);
}

static bool sync_dir(const char *path, GError **err)
{
    int fd = g_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (!ok)
        err_set(err, KENKO_ERROR_IO, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return ok;
}

/* The server's user needs every directory above its data to be open to it. */
static bool check_reachable(const char *path, GError **err)
{
    const char *const argv[] = {"test", "-w", path, NULL};
    int status;
    if (!run(argv, true, &status, err))
        return false;
    return status == 0 ||
           err_set(err, KENKO_ERROR_IO,
                   "%s: the user postgres cannot reach it, a directory above is closed to others; "
                   "set KENKO_HOME to another place",
                   path);
}

static bool make(const char *home, const char *data, const char *socket, int lock, GError **err)
{
    /* Made aside and renamed: a killed initdb leaves nothing that looks like a cluster. */
    g_autofree char *fresh = g_strconcat(data, ".new", NULL);
    const char *const clean[] = {"rm", "-rf", fresh, NULL};
    const char *const init[] = {
        "initdb",           "-D",          fresh, "-U", "kenko", "-k", "-E", "UTF8",
        "--locale=C.UTF-8", "--auth=peer", NULL};
    int status;
    if (!run(clean, false, &status, err) || !make_dir(fresh, 0700, err) || !own(fresh, err) ||
        !check_reachable(fresh, err))
        return false;
    /* initdb holds the lock too: when we are killed it goes on, and the next caller has to wait. */
    if (!run_keeping(lock, init, true, &status, err))
        return err_context(err, "%s", home);
    if (status != 0)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s: initdb failed with status %d", home,
                       status);
    if (!configure(fresh, socket, err))
        return false;
    if (g_rename(fresh, data) != 0)
        return err_set(err, KENKO_ERROR_IO, "%s: %s", data, g_strerror(errno));
    return sync_dir(home, err);
}

static bool start(const char *data, GError **err)
{
    g_autofree char *log = g_build_filename(data, "server.log", NULL);
    const char *const argv[] = {"pg_ctl", "-D", data, "-l",    log, "-w",
                                "-t",     "60", "-s", "start", NULL};
    int status;
    if (!run(argv, true, &status, err))
        return false;
    if (status != 0)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "PostgreSQL does not start, see %s", log);
    return true;
}

/* pg_ctl status: 0 running, 3 not running, 4 no data directory. */
static bool status_of(const char *data, bool *running, GError **err)
{
    const char *const argv[] = {"pg_ctl", "-D", data, "status", NULL};
    int status;
    if (!run(argv, true, &status, err))
        return false;
    *running = status == 0;
    return true;
}

static bool is_ready(const char *socket, bool *ready, GError **err)
{
    const char *const argv[] = {"pg_isready", "-q", "-h", socket, "-U", "kenko", NULL};
    int status;
    if (!run(argv, false, &status, err))
        return false;
    *ready = status == 0;
    return true;
}

/* Running and accepting connections. A caller that was killed may have left a start, a recovery or
 * a stop under way: those are waited for. */
static bool bring_up(const char *data, const char *socket, GError **err)
{
    int64_t deadline = g_get_monotonic_time() + START_WAIT_US;
    while (g_get_monotonic_time() < deadline) {
        g_autoptr(GError) failure = NULL;
        bool running, ready;
        if (!status_of(data, &running, err))
            return false;
        if (!running && !start(data, &failure) && !status_of(data, &running, err))
            return false;
        if (failure && !running) {
            g_propagate_error(err, g_steal_pointer(&failure));
            return false;
        }
        if (!is_ready(socket, &ready, err))
            return false;
        if (ready)
            return true;
        g_usleep(100000);
    }
    return err_set(err, KENKO_ERROR_UNAVAILABLE,
                   "PostgreSQL runs but accepts no connection, see %s/server.log", data);
}

static bool make_database(const char *socket, GError **err)
{
    const char *const argv[] = {"createdb", "-h", socket, "-U", "kenko", "kenko", NULL};
    int status;
    g_autoptr(GError) failure = NULL;
    if (run(argv, false, &status, &failure) && status == 0)
        return true;
    if (failure && strstr(failure->message, "already exists"))
        return true;
    if (failure)
        g_propagate_error(err, g_steal_pointer(&failure));
    else
        err_set(err, KENKO_ERROR_UNAVAILABLE, "createdb failed with status %d", status);
    return false;
}

static bool ensure_locked(const char *home, int lock, GError **err)
{
    g_autofree char *data = data_dir(home);
    g_autofree char *socket = socket_dir(home);
    g_autofree char *version = g_build_filename(data, "PG_VERSION", NULL);
    if (!make_dir(socket, 0700, err) || !own(socket, err))
        return false;
    if (g_access(version, F_OK) != 0 && !make(home, data, socket, lock, err))
        return false;
    if (!bring_up(data, socket, err))
        return false;
    /* Not only when fresh: the first start may have been killed between the two. */
    g_autofree char *marker = g_build_filename(home, "database-made", NULL);
    if (g_access(marker, F_OK) == 0)
        return true;
    return make_database(socket, err) && file_write(marker, SLICE(""), err);
}

/* Starts and stops of one home come one after the other. -1 with err set. */
static int take_lock(const char *home, GError **err)
{
    g_autofree char *path = g_build_filename(home, "cluster.lock", NULL);
    int lock = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock >= 0 && flock(lock, LOCK_EX) == 0)
        return lock;
    err_set(err, KENKO_ERROR_IO, "%s: %s", path, g_strerror(errno));
    if (lock >= 0)
        close(lock);
    return -1;
}

bool cluster_ensure(const char *home, char **dsn, GError **err)
{
    if (g_mkdir_with_parents(home, 0755) != 0)
        return err_set(err, KENKO_ERROR_IO, "%s: cannot make the directory: %s", home,
                       g_strerror(errno));
    int lock = take_lock(home, err);
    if (lock < 0)
        return false;
    bool ok = ensure_locked(home, lock, err);
    close(lock);
    if (ok)
        *dsn = cluster_dsn(home);
    return ok;
}

bool cluster_is_running(const char *home, bool *running, GError **err)
{
    g_autofree char *data = data_dir(home);
    return status_of(data, running, err);
}

static bool stop_locked(const char *home, bool immediate, GError **err)
{
    g_autofree char *data = data_dir(home);
    g_autofree char *socket = socket_dir(home);
    bool running;
    if (!status_of(data, &running, err))
        return false;
    const char *const argv[] = {"pg_ctl", "-D", data,   "-m", immediate ? "immediate" : "fast",
                                "-w",     "-s", "stop", NULL};
    int status = 0;
    if (running && !run(argv, true, &status, err))
        return false;
    if (status != 0)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "PostgreSQL does not stop");
    (void)g_rmdir(socket); /* made again by the next start */
    return true;
}

bool cluster_stop(const char *home, bool immediate, GError **err)
{
    if (!g_file_test(home, G_FILE_TEST_IS_DIR))
        return true;
    int lock = take_lock(home, err);
    if (lock < 0)
        return false;
    bool ok = stop_locked(home, immediate, err);
    close(lock);
    return ok;
}
