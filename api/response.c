/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/response.h"

#include <sodium.h>
#include <string.h>

#include "core/day.h"

#define JSON "application/json; charset=utf-8"
#define PROBLEM_JSON "application/problem+json; charset=utf-8"

void response_init(struct response *response)
{
    *response = (struct response){
        .status = 200, .body = g_string_new(NULL), .content_type = JSON, .as_of = INT32_MIN};
}

void response_clear(struct response *response)
{
    if (response->body)
        g_string_free(response->body, TRUE);
    response->body = NULL;
}

void response_problem(struct response *response, const struct request *request,
                      enum problem problem, const char *detail, ...)
{
    const struct problem_kind *kind = problem_kind(problem);
    va_list args;
    va_start(args, detail);
    g_autofree char *text = g_strdup_vprintf(detail, args);
    va_end(args);
    g_string_truncate(response->body, 0);
    response->status = kind->status;
    response->content_type = PROBLEM_JSON;
    response->etag = response->link = NULL;
    response->html = false;
    response->as_of = INT32_MIN;
    if (kind->status == 503)
        response->retry_after_s = 5;
    struct writer writer = {.out = response->body};
    writer_object(&writer, NULL);
    g_autofree char *type = g_strdup_printf("/docs/errors#%s", kind->code);
    writer_text(&writer, "type", type);
    writer_text(&writer, "title", kind->title);
    writer_integer(&writer, "status", kind->status);
    writer_text(&writer, "code", kind->code);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    writer_text(&writer, "detail", valid);
    writer_text(&writer, "hint", kind->hint);
    if (request->path)
        writer_text(&writer, "instance", request->path);
    writer_text(&writer, "request_id", request->id);
    writer_object_end(&writer);
    g_string_append_c(response->body, '\n');
}

struct writer response_json(struct response *response)
{
    struct writer writer = {.out = response->body};
    writer_object(&writer, NULL);
    return writer;
}

void response_end(struct response *response, struct writer *writer, const struct snapshot *snapshot,
                  bool stale, const char *next)
{
    writer_object(writer, "meta");
    writer_day(writer, "as_of", snapshot->as_of, false);
    writer_integer(writer, "run_id", snapshot->run_id);
    writer_instant(writer, "known_at", snapshot->known_at);
    writer_bool(writer, "stale", stale);
    writer_text(writer, "currency", snapshot->currency);
    if (!snapshot->has_model)
        writer_text(writer, "model_message", snapshot->model_message);
    writer_text(writer, "next_cursor", next);
    writer_object_end(writer);
    writer_object_end(writer);
    g_string_append_c(response->body, '\n');
    response->as_of = snapshot->as_of;
}

/* RFC 9110, 13.1.2: a list of tags or *; weak comparison. */
static bool has_tag(const char *list, const char *etag)
{
    size_t n = strlen(etag);
    for (const char *p = list; *p;) {
        p += strspn(p, " \t,");
        if (*p == '*')
            return true;
        if (g_str_has_prefix(p, "W/"))
            p += 2;
        if (strncmp(p, etag, n) == 0 && (p[n] == '\0' || strchr(", \t", p[n])))
            return true;
        if (*p == '"') {
            const char *end = strchr(p + 1, '"');
            p = end ? end + 1 : p + strlen(p);
        } else {
            p += strcspn(p, ",");
        }
    }
    return false;
}

void response_tag(struct response *response, const struct request *request, int64_t run_id)
{
    unsigned char hash[crypto_generichash_BYTES];
    char hex[17];
    if (response->status != 200)
        return;
    crypto_generichash(hash, sizeof hash, (const unsigned char *)response->body->str,
                       response->body->len, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    response->etag = arena_printf(request->arena, "\"r%" G_GINT64_FORMAT "-%s\"", run_id, hex);
    const char *wanted = request_header(request, "If-None-Match");
    if (!wanted || !has_tag(wanted, response->etag))
        return;
    response->status = 304;
    g_string_truncate(response->body, 0);
}

/* A page may style itself inline; nothing else runs or loads, from anywhere. */
static const char *content_policy(const struct response *response)
{
    if (response->html)
        return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'";
    return "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

void response_headers(const struct response *response, const struct request *request,
                      void (*header)(void *context, const char *name, const char *value),
                      void *context)
{
    char text[DAY_TEXT_SIZE];
    if (response->body->len > 0)
        header(context, "Content-Type", response->content_type);
    header(context, "Content-Security-Policy", content_policy(response));
    header(context, "X-Content-Type-Options", "nosniff");
    header(context, "Referrer-Policy", "no-referrer");
    header(context, "Cross-Origin-Resource-Policy", "same-origin");
    header(context, "Cache-Control", response->etag ? "private, no-cache" : "no-store");
    header(context, "Vary", "Authorization");
    header(context, "X-Request-Id", request->id);
    if (response->etag)
        header(context, "ETag", response->etag);
    if (response->allow)
        header(context, "Allow", response->allow);
    if (response->link)
        header(context, "Link", response->link);
    if (response->as_of != INT32_MIN)
        header(context, "Kenko-As-Of", day_format(response->as_of, text));
    if (response->status == 401)
        header(context, "WWW-Authenticate", "Bearer realm=\"kenko\"");
    if (response->retry_after_s > 0) {
        g_autofree char *seconds = g_strdup_printf("%d", response->retry_after_s);
        header(context, "Retry-After", seconds);
    }
    if (response->close)
        header(context, "Connection", "close");
}
