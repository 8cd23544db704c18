/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "api/server.h"
#include "cli/commands.h"
#include "cli/engine.h"
#include "reports/publish.h"
#include "scoring/change.h"

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
    if (!context_open(context, err) || !api_config_load(context->config, &options.api, err) ||
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
