/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/listener.h"

#include <microhttpd.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "api/listener_socket.h"
#include "api/proxy_socket.h"
#include "api/routes.h"
#include "core/log.h"

/* A body that goes on past the limit is read and thrown away, so that the client sees the answer;
 * past this it is cut off. */
enum { THROW_AWAY_MAX = 8 * GUARD_BODY_MAX, MEMORY = 32 << 10 };

/* Bodies of all requests under way. */
enum { BODIES_MAX = 64 << 20 };

enum { SETTLE_US = 20000 };

/* What the kernel keeps of an answer on its way (it takes twice as much). Its own limit is 4 MiB,
 * so that a slow reader's answer would soon be sent as far as anybody here can tell. */
enum { SEND_BUFFER = 128 << 10 };

struct listener {
    struct listener_options options;
    struct MHD_Daemon *daemon;
    int fd, port;
    atomic_int under_way;
    atomic_size_t kept; /* bytes of bodies */
    atomic_bool draining;
};

/* One request on its way. Its memory goes when the library says that the request is over. */
struct exchange {
    struct request request;
    struct guard_header headers[GUARD_HEADERS_MAX + 1];
    struct reaper_socket *socket;
    struct response response;
    GByteArray *kept; /* the body, where the route takes one */
    int64_t started_us, body;
    size_t body_max;
    char *peer;
    int status;
    size_t sent;
    bool begun, no_room;
};

static struct reaper_socket *socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void set_deadline(struct listener *listener, struct MHD_Connection *connection, int ms)
{
    struct reaper_socket *socket = socket_of(connection);
    if (socket)
        reaper_set(listener->options.reaper, socket, g_get_monotonic_time() + ms * 1000LL);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct listener *listener = context;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            reaper_remove(listener->options.reaper, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    int64_t deadline_us = g_get_monotonic_time() + listener->options.request_ms * 1000LL;
    if (info)
        *socket_context = reaper_add(listener->options.reaper, info->connect_fd, deadline_us);
}

/* The request line has come: the earliest moment, and the only one with the target as it was sent.
 */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct listener *listener = context;
    unsigned char random[REQUEST_ID_SIZE / 2];
    struct arena *arena = arena_new();
    struct exchange *exchange = arena_one(arena, struct exchange);
    exchange->request.arena = arena;
    exchange->request.target = arena_strndup(arena, target, strnlen(target, GUARD_TARGET_MAX + 1));
    exchange->request.headers = exchange->headers;
    exchange->started_us = g_get_monotonic_time();
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(exchange->request.id, sizeof exchange->request.id, random, sizeof random);
    atomic_fetch_add(&listener->under_way, 1);
    set_deadline(listener, connection, listener->options.request_ms);
    return exchange;
}

static enum MHD_Result on_header(void *context, enum MHD_ValueKind kind, const char *name,
                                 size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct exchange *exchange = context;
    if (exchange->request.n_headers > GUARD_HEADERS_MAX)
        return MHD_NO;
    exchange->headers[exchange->request.n_headers++] =
        (struct guard_header){{name, name_size}, {value ? value : "", value ? value_size : 0}};
    return MHD_YES;
}

static void put_header(void *context, const char *name, const char *value)
{
    MHD_add_response_header(context, name, value);
}

static enum MHD_Result queue(struct listener *listener, struct MHD_Connection *connection,
                             struct exchange *exchange, struct response *response)
{
    if (atomic_load(&listener->draining))
        response->close = true;
    size_t size = response->body->len;
    char *body = g_string_free(g_steal_pointer(&response->body), FALSE);
    struct MHD_Response *made =
        MHD_create_response_from_buffer_with_free_callback(size, body, g_free);
    if (!made) {
        g_free(body);
        return MHD_NO;
    }
    /* The body has moved; headers only ask whether there is one. */
    response->body = g_string_new(size > 0 ? "x" : NULL);
    response_headers(response, &exchange->request, put_header, made);
    exchange->status = response->status;
    exchange->sent = size;
    set_deadline(listener, connection, listener->options.reply_ms);
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)response->status, made);
    MHD_destroy_response(made);
    return result;
}

static enum MHD_Result refuse(struct listener *listener, struct MHD_Connection *connection,
                              struct exchange *exchange, const struct guard_fault *fault)
{
    struct response response;
    response_init(&response);
    response_problem(&response, &exchange->request, fault->problem, "%s", fault->detail);
    response.close = true;
    enum MHD_Result result = queue(listener, connection, exchange, &response);
    response_clear(&response);
    return result;
}

static bool check_body(struct exchange *exchange, struct guard_fault *fault)
{
    struct request *request = &exchange->request;
    int64_t length = guard_body_length(request->headers, request->n_headers);
    bool reads = strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0;
    if (length > GUARD_BODY_MAX) {
        *fault = (struct guard_fault){PROBLEM_BODY_TOO_LARGE, "the body is larger than 1 MiB"};
        return false;
    }
    if (reads && length != 0) {
        *fault = (struct guard_fault){PROBLEM_BAD_REQUEST, "GET and HEAD have no body"};
        return false;
    }
    return true;
}

/* Behind a trusted proxy the caller is whom it names. */
static void take_caller(struct exchange *exchange)
{
    exchange->request.address = proxy_socket_caller(&exchange->request);
    g_free(exchange->peer);
    exchange->peer = address_caller(&exchange->request.address);
}

/* The head is complete, no byte of the body has been read. */
static enum MHD_Result begin(struct listener *listener, struct MHD_Connection *connection,
                             struct exchange *exchange, const char *method, const char *version)
{
    struct request *request = &exchange->request;
    struct guard_fault fault;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    exchange->begun = true;
    request->method = arena_strndup(request->arena, method, strnlen(method, 32));
    request->trusted = listener->options.trusted;
    request->loopback = info && listener_socket_is_loopback(info->client_addr);
    exchange->peer = info ? listener_socket_format(info->client_addr) : NULL;
    if (info)
        request->address = address_of(info->client_addr);
    MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, exchange);
    request->now_us = g_get_monotonic_time();
    if (!guard_version(version, &fault) || !guard_target(request->target, &fault) ||
        !guard_headers(request->headers, request->n_headers, version, &fault) ||
        !request_parse(request, &fault) || !check_body(exchange, &fault))
        return refuse(listener, connection, exchange, &fault);
    if (request->trusted)
        take_caller(exchange);
    if (listener->options.body_max)
        exchange->body_max = listener->options.body_max(listener->options.context, request);
    return MHD_YES;
}

static void forget_body(struct listener *listener, struct exchange *exchange)
{
    if (!exchange->kept)
        return;
    atomic_fetch_sub(&listener->kept, exchange->kept->len);
    g_byte_array_free(exchange->kept, TRUE);
    exchange->kept = NULL;
}

/* Keep a part of the body, if all of it may be kept. */
static void take_body(struct listener *listener, struct exchange *exchange, const char *part,
                      size_t n)
{
    exchange->body += (int64_t)n;
    if (exchange->no_room || (size_t)exchange->body > exchange->body_max) {
        forget_body(listener, exchange);
        return;
    }
    if (!exchange->kept)
        exchange->kept = g_byte_array_new();
    g_byte_array_append(exchange->kept, (const guint8 *)part, (guint)n);
    exchange->no_room = atomic_fetch_add(&listener->kept, n) + n > BODIES_MAX;
}

static void suspend(void *connection)
{
    MHD_suspend_connection(connection);
}

static void resume(void *connection)
{
    MHD_resume_connection(connection);
}

/* Ask for the answer, which may have to wait; then this is called again. */
static enum MHD_Result ask(struct listener *listener, struct MHD_Connection *connection,
                           struct exchange *exchange)
{
    struct response *response = &exchange->response;
    listener->options.answer(listener->options.context, &exchange->request, response);
    if (response->then)
        return MHD_YES;
    enum MHD_Result result = queue(listener, connection, exchange, response);
    response_clear(response);
    return result;
}

static enum MHD_Result finish(struct listener *listener, struct MHD_Connection *connection,
                              struct exchange *exchange)
{
    static const struct guard_fault large = {PROBLEM_BODY_TOO_LARGE,
                                             "the body is larger than 1 MiB"};
    static const struct guard_fault busy = {PROBLEM_BUSY, "too many bodies are under way"};
    struct request *request = &exchange->request;
    if (exchange->body > GUARD_BODY_MAX)
        return refuse(listener, connection, exchange, &large);
    if (exchange->no_room)
        return refuse(listener, connection, exchange, &busy);
    request->body_size = (size_t)exchange->body;
    if (exchange->kept)
        request->body = (struct slice){(const char *)exchange->kept->data, exchange->kept->len};
    request->now_us = g_get_monotonic_time();
    request->connection = connection;
    request->suspend = suspend;
    request->resume = resume;
    response_init(&exchange->response);
    /* The time that an answer may wait is the answer's. */
    set_deadline(listener, connection, listener->options.reply_ms);
    return ask(listener, connection, exchange);
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **exchange_context)
{
    (void)url; /* decoded by the library, cut at %00: the target is read from on_target */
    struct exchange *exchange = *exchange_context;
    if (!exchange->begun)
        return begin(context, connection, exchange, method, version);
    if (*upload_size > 0) {
        take_body(context, exchange, upload, *upload_size);
        *upload_size = 0;
        return exchange->body > THROW_AWAY_MAX ? MHD_NO : MHD_YES;
    }
    if (exchange->response.then)
        return ask(context, connection, exchange);
    return finish(context, connection, exchange);
}

/* Queries hold what people search for: the line has the path alone. */
static void log_access(const struct listener *listener, const struct exchange *exchange,
                       int64_t took_us)
{
    const struct request *request = &exchange->request;
    if (listener->options.quiet)
        return;
    g_autofree char *status = g_strdup_printf("%d", exchange->status);
    g_autofree char *size = g_strdup_printf("%zu", exchange->sent);
    g_autofree char *took = g_strdup_printf("%.1f", (double)took_us / 1000);
    log_event(LOG_INFO, "request", "on", listener->options.name, "method",
              request->method ? request->method : "-", "path", request->path ? request->path : "-",
              "status", status, "bytes", size, "ms", took, "peer",
              exchange->peer ? exchange->peer : "-", "key", request->principal.key_id, "request_id",
              request->id, NULL);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange_context,
                         enum MHD_RequestTerminationCode code)
{
    (void)code;
    struct listener *listener = context;
    struct exchange *exchange = *exchange_context;
    if (!exchange)
        return;
    int64_t took_us = g_get_monotonic_time() - exchange->started_us;
    log_access(listener, exchange, took_us);
    if (listener->options.answered && exchange->status > 0)
        listener->options.answered(listener->options.context, &exchange->request, exchange->status,
                                   took_us);
    set_deadline(listener, connection, listener->options.idle_ms);
    forget_body(listener, exchange);
    response_clear(&exchange->response);
    request_clear(&exchange->request);
    g_free(exchange->peer);
    arena_free(exchange->request.arena);
    *exchange_context = NULL;
    atomic_fetch_sub(&listener->under_way, 1);
}

/* The library is told to be lenient where the guard is strict anyway: its own refusals are
 * malformed (the head stands twice), the guard's are not. */
static struct MHD_Daemon *start_daemon(struct listener *listener)
{
    const struct listener_options *o = &listener->options;
    unsigned per_ip = (unsigned)(o->per_ip > 0 ? o->per_ip : o->connections);
    /* The library's own is of silence, and after those that the reaper keeps. */
    int silence_ms = MAX(MAX(o->request_ms, o->reply_ms), o->idle_ms) + 1000;
    /* The library refuses a pool of one; one thread is what it makes without a pool. */
    enum MHD_OPTION pool = o->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END;
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request,
        listener, MHD_OPTION_LISTEN_SOCKET, listener->fd, MHD_OPTION_URI_LOG_CALLBACK, on_target,
        listener, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, listener, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)o->connections, MHD_OPTION_PER_IP_CONNECTION_LIMIT, per_ip,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)((silence_ms + 999) / 1000),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 0, pool,
        (unsigned)o->threads, MHD_OPTION_END);
}

struct listener *listener_start(const struct listener_options *options, GError **err)
{
    bool loopback;
    struct listener *listener = g_new0(struct listener, 1);
    listener->options = *options;
    if (sodium_init() < 0)
        BUG("libsodium does not start");
    listener->fd = options->fd;
    bool ok = options->fd > 0
                  ? listener_socket_adopt(options->fd, options->remote, &listener->port, err)
                  : listener_socket_open(options->address, options->remote, &listener->fd,
                                         &listener->port, &loopback, err);
    if (!ok) {
        g_free(listener);
        return NULL;
    }
    int size = SEND_BUFFER;
    setsockopt(listener->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    listener->daemon = start_daemon(listener);
    if (!listener->daemon) {
        err_set(err, KENKO_ERROR_IO, "the HTTP server does not start on %s", options->address);
        close(listener->fd);
        g_free(listener);
        return NULL;
    }
    return listener;
}

int listener_port(const struct listener *listener)
{
    return listener->port;
}

void listener_drain(struct listener *listener, int drain_ms)
{
    if (!listener)
        return;
    int64_t until_us = g_get_monotonic_time() + drain_ms * 1000LL;
    atomic_store(&listener->draining, true);
    listener->fd = MHD_quiesce_daemon(listener->daemon);
    /* Those who were let in a moment ago have not said what they want yet. */
    if (drain_ms > 0)
        g_usleep(SETTLE_US);
    while (atomic_load(&listener->under_way) > 0 && g_get_monotonic_time() < until_us)
        g_usleep(10000);
}

void listener_stop(struct listener *listener)
{
    if (!listener)
        return;
    MHD_stop_daemon(listener->daemon);
    if (listener->fd >= 0)
        close(listener->fd);
    g_free(listener);
}
