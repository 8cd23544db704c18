/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/cluster.h"

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
    if (strcmp(verb, "status") != 0)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko cluster start | stop | status");
    bool running;
    if (!cluster_is_running(home, &running, err))
        return false;
    dsn = cluster_dsn(home);
    printf("%s  %s  psql '%s'\n", running ? "running" : "stopped", home, dsn);
    return true;
}

const struct command cmd_cluster = {"cluster", "start | stop | status",
                                    "Start and stop the private PostgreSQL",
                                    "It is used when kenko.yaml has no warehouse.dsn.\n", run};
