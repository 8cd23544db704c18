/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "api/server.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "reports/publish.h"
#include "scoring/change.h"

enum { FIRST_FD = 3 };

/* Sockets that systemd listens on for us: the first is the API's, unless it is named admin or
 * proxy. */
static bool take_sockets(struct server_options *options, GError **err)
{
    const char *pid = g_getenv("LISTEN_PID"), *count = g_getenv("LISTEN_FDS");
    gint64 mine = 0, n = 0;
    if (!pid || !count || !g_ascii_string_to_signed(pid, 10, 1, G_MAXINT, &mine, NULL) ||
        mine != getpid())
        return true;
    if (!g_ascii_string_to_signed(count, 10, 0, 3, &n, NULL))
        return err_set(err, KENKO_ERROR_CONFIG, "LISTEN_FDS is %s, want 0 to 3 sockets", count);
    const char *names = g_getenv("LISTEN_FDNAMES");
    g_auto(GStrv) name = g_strsplit(names ? names : "", ":", -1);
    guint named = g_strv_length(name);
    for (gint64 i = 0; i < n; i++) {
        const char *called = i < named ? name[i] : i == 1 ? "admin" : "";
        int *fd = strcmp(called, "admin") == 0   ? &options->admin_fd
                  : strcmp(called, "proxy") == 0 ? &options->proxy_fd
                                                 : &options->listen_fd;
        *fd = FIRST_FD + (int)i;
    }
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *listen = NULL, *admin = NULL;
    const GOptionEntry own[] = {
        {"listen", 0, 0, G_OPTION_ARG_STRING, &listen, "Address of API and pages", "HOST:PORT"},
        {"admin", 0, 0, G_OPTION_ARG_STRING, &admin, "Address of /live, /ready and /metrics",
         "HOST:PORT"},
        G_OPTION_ENTRY_NULL};
    struct server_options options = {0};
    if (!context_options(context, &cmd_serve, own, &argc, &argv, err))
        return false;
    if (argc > 1)
        return err_set(err, KENKO_ERROR_USAGE, "serve takes no arguments, got '%s'", argv[1]);
    struct report_config reports;
    if (!take_sockets(&options, err) || !context_open(context, err) ||
        !api_config_load(context->config, &options.api, err) ||
        !report_config_load(context->config, change_split, &reports, err))
        return false;
    /* Links inside the served pages stay on the server that was asked. */
    reports.base_url = "";
    struct page_renderer pages = publish_pages(&reports);
    options.pages = &pages;
    if (listen)
        options.api.listen = listen;
    if (admin)
        options.api.admin = admin;
    options.dsn = context->dsn;
    g_autoptr(engine_t) engine = engine_new(config_directory(context->config), context->dsn);
    options.engine = engine;
    options.quiet = context->quiet;
    context_next(context, "kenko key create --role lead --owner NAME");
    return server_run(&options, err);
}

const struct command cmd_serve = {
    "serve", "", "Serve the API and the pages until SIGTERM",
    "Example:\n  kenko serve --listen 127.0.0.1:8080\n\nA reverse proxy (nginx, haproxy) in front "
    "of it does TLS; see docs/operations.md.\n",
    run};
