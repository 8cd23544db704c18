/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/cluster.h"

/* Become psql on the cluster's database, with whatever arguments follow. */
static bool become_psql(const char *home, char **rest, GError **err)
{
    g_autofree char *dsn = NULL;
    if (!cluster_ensure(home, &dsn, err))
        return false;
    if (*rest && strcmp(*rest, "--") == 0)
        rest++;
    g_autoptr(GPtrArray) args = g_ptr_array_new();
    g_ptr_array_add(args, (char *)(uintptr_t) "psql");
    g_ptr_array_add(args, dsn);
    for (; *rest; rest++)
        g_ptr_array_add(args, *rest);
    g_ptr_array_add(args, NULL);
    execvp("psql", (char **)args->pdata);
    return err_set(err, KENKO_ERROR_NOT_FOUND, "psql cannot be started: %s", g_strerror(errno));
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    if (!context_options(context, &cmd_cluster, NULL, &argc, &argv, err))
        return false;
    g_autofree char *home = cluster_home();
    g_autofree char *dsn = NULL;
    const char *verb = argc > 1 ? argv[1] : "status";
    if (strcmp(verb, "start") == 0) {
        if (!cluster_ensure(home, &dsn, err))
            return false;
        printf("%s\n", dsn);
        return true;
    }
    if (strcmp(verb, "stop") == 0)
        return cluster_stop(home, false, err);
    if (strcmp(verb, "psql") == 0)
        return become_psql(home, argv + 2, err);
    if (strcmp(verb, "status") != 0)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko cluster start | stop | status | psql");
    bool running;
    if (!cluster_is_running(home, &running, err))
        return false;
    dsn = cluster_dsn(home);
    printf("%s  %s  psql '%s'\n", running ? "running" : "stopped", home, dsn);
    return true;
}

const struct command cmd_cluster = {"cluster", "start | stop | status | psql",
                                    "Start and stop the private PostgreSQL",
                                    "It is used when kenko.yaml has no warehouse.dsn.\n\n"
                                    "Examples:\n  kenko cluster psql\n  kenko cluster psql -- -c "
                                    "'TABLE bi.freshness'\n",
                                    run};
