/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/server.h"

#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "api/inbox.h"
#include "api/listener.h"
#include "api/meter.h"
#include "api/openapi.h"
#include "api/pages.h"
#include "api/pool.h"
#include "api/proxy_socket.h"
#include "api/rate.h"
#include "api/routes.h"
#include "api/tally.h"
#include "api/workers.h"
#include "api/zones.h"
#include "core/log.h"
#include "core/stop.h"

enum { POLL_MS = 5000, STALE_MS = 60000, LOAD_MS = 300000, REFRESH_MS = 30000, IDLE_MS = 15000 };
enum { REAPER_MS = 100, ADMIN_CONNECTIONS = 32 };
/* 64 MiB each while a password is hashed. */
enum { HASHERS = 2, HASHERS_QUEUE = 16, HASHERS_MS = 5000 };
enum { INBOX_MS = 5000, INBOX_QUEUE_MAX = 32 << 20 };

struct server {
    struct site site;
    struct watch *watch;
    struct reaper *reaper;
    struct meter *meter;
    struct listener *api, *admin, *proxy;
    char *proxy_path; /* NULL: none, or not ours to remove */
    int drain_ms;
    atomic_bool stopping;
};

static void answer_api(void *context, struct request *request, struct response *response)
{
    struct server *server = context;
    routes_answer(&server->site, request, response);
    /* One that waits is another thread's by now. */
    if (!response->then && response->status == 500)
        log_event(LOG_ERROR, "internal_error", "path", request->path, "request_id", request->id,
                  "cause", response->cause ? response->cause : "", NULL);
}

static size_t body_max_api(void *context, struct request *request)
{
    struct server *server = context;
    return routes_body_max(&server->site, request);
}

static void count_api(void *context, const struct request *request, int status, int64_t took_us)
{
    struct server *server = context;
    meter_count(server->meter, request->route ? (int)(request->route - routes) : -1, status,
                took_us);
}

static void answer_ready(struct server *server, struct response *response)
{
    bool ready = store_is_ready(server->site.store) && !atomic_load(&server->stopping);
    response->status = ready ? 200 : 503;
    g_string_append(response->body, ready ? "ready\n" : "not ready\n");
}

/* live: the process answers. ready: it has the newest run, or knows that there is none. */
static void answer_admin(void *context, struct request *request, struct response *response)
{
    struct server *server = context;
    bool get = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    bool live = strcmp(request->path, "/live") == 0, ready = strcmp(request->path, "/ready") == 0;
    bool metrics = strcmp(request->path, "/metrics") == 0;
    if (!live && !ready && !metrics) {
        response_problem(response, request, PROBLEM_NOT_FOUND, "want /live, /ready or /metrics");
        return;
    }
    if (!get) {
        response->allow = "GET, HEAD";
        response_problem(response, request, PROBLEM_METHOD_NOT_ALLOWED,
                         "the method is not allowed here");
        return;
    }
    response->content_type =
        metrics ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8";
    if (live)
        g_string_append(response->body, "live\n");
    else if (ready)
        answer_ready(server, response);
    else
        meter_format(server->meter, &server->site, server->watch, server->reaper, request->now_us,
                     response->body);
}

static void on_published(void *context, struct db *db, const struct snapshot *snapshot)
{
    struct server *server = context;
    (void)snapshot;
    if (server->site.pages)
        pages_refresh(server->site.pages, db);
}

/* The same at the socket of a trusted proxy, where one is wanted. */
static bool start_proxy(struct server *server, const struct server_options *options,
                        struct listener_options listening, GError **err)
{
    const char *path = options->api.proxy_socket;
    listening.fd = options->proxy_fd;
    if (!path && listening.fd <= 0)
        return true;
    if (listening.fd <= 0) {
        if (!proxy_socket_open(path, &listening.fd, err))
            return false;
        server->proxy_path = g_strdup(path);
    }
    listening.address = path ? path : "the socket that was handed over";
    listening.name = "proxy";
    listening.per_ip = 0;
    listening.trusted = true;
    server->proxy = listener_start(&listening, err);
    return server->proxy != NULL;
}

static bool start_listeners(struct server *server, const struct server_options *options,
                            GError **err)
{
    const struct api_config *api = &options->api;
    struct listener_options listening = {.address = api->listen,
                                         .name = "api",
                                         .remote = api->remote,
                                         .threads = api->threads,
                                         .connections = api->connections,
                                         .per_ip = api->per_ip,
                                         .request_ms = api->request_ms,
                                         .reply_ms = api->reply_ms,
                                         .idle_ms = IDLE_MS,
                                         .quiet = options->quiet,
                                         .reaper = server->reaper,
                                         .body_max = body_max_api,
                                         .answer = answer_api,
                                         .answered = count_api,
                                         .context = server};
    listening.fd = options->listen_fd;
    server->api = listener_start(&listening, err);
    if (!server->api)
        return false;
    if (!start_proxy(server, options, listening, err))
        return false;
    listening.address = api->admin;
    listening.fd = options->admin_fd;
    listening.name = "admin";
    listening.threads = 1;
    listening.connections = ADMIN_CONNECTIONS;
    listening.per_ip = 0;
    listening.quiet = true;
    listening.body_max = NULL;
    listening.answer = answer_admin;
    listening.answered = NULL;
    server->admin = listener_start(&listening, err);
    return server->admin != NULL;
}

static bool start_watch(struct server *server, const struct server_options *options, GError **err)
{
    struct watch_options watching = {.dsn = options->dsn,
                                     .poll_ms = options->poll_ms ? options->poll_ms : POLL_MS,
                                     .deadline_ms = 5000,
                                     .load_ms = LOAD_MS,
                                     .tally = server->site.tally,
                                     .refresh_ms = REFRESH_MS,
                                     .published = on_published,
                                     .context = server};
    server->watch = watch_start(server->site.store, &watching, err);
    return server->watch != NULL;
}

static GString *document(void)
{
    g_autoptr(arena_t) arena = arena_new();
    GString *text = g_string_new(NULL);
    openapi_write(arena, text);
    return text;
}

struct server *server_start(const struct server_options *options, GError **err)
{
    if (!routes_check(routes, routes_count, err))
        return NULL;
    struct server *server = g_new0(struct server, 1);
    const struct api_config *api = &options->api;
    int stale_ms = options->stale_ms ? options->stale_ms : STALE_MS;
    server->drain_ms = api->drain_ms;
    server->site.store =
        store_new(stale_ms * 1000LL, api->session_idle_minutes * INT64_C(60000000));
    server->site.pool = pool_new(options->dsn, api->workers + HASHERS, api->query_ms);
    /* Half of what the answer has: the other half is for its way there. */
    server->site.slow_pool = pool_new(options->dsn, 1, MAX(api->query_ms, api->reply_ms / 2));
    server->site.workers = workers_new(api->workers, api->queue, api->queue_ms);
    server->site.hashers = workers_new(HASHERS, HASHERS_QUEUE, HASHERS_MS);
    server->site.guesses = rate_new_slow(api->guesses);
    server->site.tally = tally_new();
    server->site.user_header = api->proxy_user_header;
    server->site.session_minutes = api->session_minutes;
    server->site.idle_minutes = api->session_idle_minutes;
    server->site.rate = rate_new(api->rate, api->burst);
    server->site.refusals = rate_new_slow(api->refusals);
    server->site.zones = zones_new();
    server->site.openapi = document();
    server->site.engine = options->engine;
    server->site.pages_local = strcmp(api->pages, "local") == 0;
    const struct inbox_options door = {
        options->dsn, options->inbox_ms ? options->inbox_ms : INBOX_MS, INBOX_QUEUE_MAX};
    server->site.inbox = inbox_new(&door);
    if (options->pages && strcmp(api->pages, "off") != 0)
        server->site.pages = pages_new(options->pages);
    server->meter = meter_new();
    server->reaper = reaper_new(REAPER_MS);
    if (!start_watch(server, options, err) || !start_listeners(server, options, err)) {
        server_stop(server);
        return NULL;
    }
    return server;
}

int server_port(const struct server *server)
{
    return listener_port(server->api);
}

int server_admin_port(const struct server *server)
{
    return listener_port(server->admin);
}

void server_stop(struct server *server)
{
    atomic_store(&server->stopping, true);
    listener_drain(server->api, server->drain_ms);
    listener_drain(server->proxy, server->drain_ms);
    listener_drain(server->admin, 0);
    inbox_close(server->site.inbox);
    workers_close(server->site.workers);
    workers_close(server->site.hashers);
    listener_stop(server->api);
    listener_stop(server->proxy);
    if (server->proxy_path)
        unlink(server->proxy_path);
    g_free(server->proxy_path);
    listener_stop(server->admin);
    watch_stop(server->watch);
    reaper_free(server->reaper);
    inbox_free(server->site.inbox);
    workers_free(server->site.workers);
    workers_free(server->site.hashers);
    pool_free(server->site.pool);
    pool_free(server->site.slow_pool);
    rate_free(server->site.rate);
    rate_free(server->site.refusals);
    rate_free(server->site.guesses);
    tally_free(server->site.tally);
    zones_free(server->site.zones);
    g_string_free(server->site.openapi, TRUE);
    pages_free(server->site.pages);
    store_free(server->site.store);
    meter_free(server->meter);
    g_free(server);
}

bool server_run(const struct server_options *options, GError **err)
{
    struct server *server = server_start(options, err);
    if (!server)
        return false;
    g_autofree char *port = g_strdup_printf("%d", server_port(server));
    g_autofree char *admin = g_strdup_printf("%d", server_admin_port(server));
    log_event(LOG_INFO, "serving", "listen", options->api.listen, "port", port, "admin",
              options->api.admin, "admin_port", admin, NULL);
    while (!stop_requested()) {
        struct pollfd fd = {.fd = stop_fd(), .events = POLLIN};
        poll(&fd, 1, 1000);
    }
    log_event(LOG_INFO, "draining", NULL);
    server_stop(server);
    log_event(LOG_INFO, "stopped", NULL);
    return true;
}
