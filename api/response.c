/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/response.h"

#include <limits.h>
#include <sodium.h>
#include <string.h>
#include <zlib.h>

#include "api/routes.h"
#include "core/day.h"
#include "core/zone.h"

/* Less is not worth it: a packet carries it as it is. */
enum { GZIP_MIN = 1400, GZIP_LEVEL = 1 };

/* One account fits without being moved. */
enum { BODY_FIRST = 4096 };

#define JSON "application/json; charset=utf-8"
#define CSV "text/csv; charset=utf-8; header=present"
#define PROBLEM_JSON "application/problem+json; charset=utf-8"

void response_init(struct response *response)
{
    *response = (struct response){.status = 200,
                                  .body = g_string_sized_new(BODY_FIRST),
                                  .content_type = JSON,
                                  .as_of = INT32_MIN};
}

void response_clear(struct response *response)
{
    if (response->body)
        g_string_free(response->body, TRUE);
    response->body = NULL;
}

static void write_faults(struct writer *writer, const struct field_fault *faults)
{
    writer_array(writer, "errors");
    for (const struct field_fault *fault = faults; fault; fault = fault->next) {
        writer_object(writer, NULL);
        if (fault->name)
            writer_text(writer, "parameter", fault->name);
        else
            writer_text(writer, "pointer", fault->pointer);
        writer_text(writer, "detail", fault->detail);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

static void write_problem(struct response *response, const struct request *request,
                          enum problem problem, const char *detail,
                          const struct field_fault *faults)
{
    const struct problem_kind *kind = problem_kind(problem);
    g_string_truncate(response->body, 0);
    response->status = kind->status;
    response->content_type = PROBLEM_JSON;
    response->etag = response->link = response->location = NULL;
    response->html = response->script = response->csv = response->zoned = false;
    response->as_of = INT32_MIN;
    if (kind->status == 503)
        response->retry_after_s = 5;
    struct writer writer = {.out = response->body};
    writer_object(&writer, NULL);
    g_autofree char *type = g_strdup_printf("/api/v1/problems/%s", kind->code);
    writer_text(&writer, "type", type);
    writer_text(&writer, "title", kind->title);
    writer_integer(&writer, "status", kind->status);
    writer_text(&writer, "code", kind->code);
    g_autofree char *valid = g_utf8_make_valid(detail, -1);
    writer_text(&writer, "detail", valid);
    writer_text(&writer, "hint", kind->hint);
    if (faults)
        write_faults(&writer, faults);
    if (request->path)
        writer_text(&writer, "instance", request->path);
    writer_text(&writer, "request_id", request->id);
    writer_object_end(&writer);
    g_string_append_c(response->body, '\n');
}

void response_problem(struct response *response, const struct request *request,
                      enum problem problem, const char *detail, ...)
{
    va_list args;
    va_start(args, detail);
    g_autofree char *text = g_strdup_vprintf(detail, args);
    va_end(args);
    write_problem(response, request, problem, text, NULL);
}

void response_failure(struct response *response, const struct request *request, const GError *err,
                      const char *detail)
{
    response_problem(response, request, problem_of(err), "%s", detail);
    response->cause = arena_strdup(request->arena, err->message);
}

void response_faults(struct response *response, const struct request *request, enum problem problem,
                     const struct field_fault *faults)
{
    const char *place = faults->name ? faults->name : faults->pointer;
    g_autofree char *text = g_strconcat(*place ? place : "the body", ": ", faults->detail, NULL);
    write_problem(response, request, problem, text, faults);
}

struct writer response_json(struct response *response, const struct request *request)
{
    struct writer writer = {.out = response->body, .csv = response->csv, .zone = request->zone};
    response->zoned = request->zone != NULL;
    if (response->csv)
        response->content_type = CSV;
    else
        writer_object(&writer, NULL);
    return writer;
}

static void write_freshness(struct writer *writer, const struct freshness *freshness)
{
    if (!freshness->oldest) {
        writer_null(writer, "freshness");
        return;
    }
    writer_object(writer, "freshness");
    writer_instant(writer, "newest_load_at", freshness->newest_at);
    writer_instant(writer, "oldest_load_at", freshness->oldest_at);
    writer_text(writer, "oldest_stream", freshness->oldest);
    writer_object_end(writer);
}

void response_end(struct response *response, struct writer *writer,
                  const struct response_meta *meta)
{
    const struct snapshot *snapshot = meta->snapshot;
    if (snapshot)
        response->as_of = snapshot->as_of;
    if (response->csv)
        return;
    writer_object(writer, "meta");
    writer_day(writer, "as_of", snapshot ? snapshot->as_of : 0, !snapshot);
    if (snapshot)
        writer_integer(writer, "run_id", snapshot->run_id);
    else
        writer_null(writer, "run_id");
    writer_instant(writer, "known_at", snapshot ? snapshot->known_at : INT64_MIN);
    write_freshness(writer, &meta->freshness);
    writer_bool(writer, "stale", meta->stale);
    writer_text(writer, "currency", snapshot ? snapshot->currency : NULL);
    writer_text(writer, "model_message",
                snapshot && !snapshot->has_model ? snapshot->model_message : NULL);
    writer_text(writer, "next_cursor", meta->next);
    writer_object_end(writer);
    writer_object_end(writer);
    g_string_append_c(response->body, '\n');
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

/* The tag of the same content as gzip. */
static const char *gzip_tag(struct arena *arena, const char *etag)
{
    return arena_printf(arena, "%.*s-gz\"", (int)strlen(etag) - 1, etag);
}

/* Turn the answer into 304 when the client has it, in either coding. */
static bool is_had(struct response *response, const struct request *request)
{
    const char *wanted = request_header(request, "If-None-Match");
    const char *gzip = wanted ? gzip_tag(request->arena, response->etag) : NULL;
    if (!wanted || !(has_tag(wanted, response->etag) || has_tag(wanted, gzip)))
        return false;
    if (!has_tag(wanted, response->etag))
        response->etag = gzip;
    response->status = 304;
    g_string_truncate(response->body, 0);
    return true;
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

bool response_is_known(struct response *response, const struct request *request,
                       const struct response_meta *meta)
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES];
    char hex[17];
    const struct principal *principal = &request->principal;
    const int64_t numbers[] = {meta->freshness.newest_at,
                               meta->freshness.oldest_at,
                               meta->stale,
                               response->csv,
                               principal->own_only,
                               principal->own_only ? principal->staff_id : 0};
    crypto_generichash_init(&state, NULL, 0, sizeof hash);
    hash_text(&state, KENKO_VERSION);
    hash_text(&state, request->target);
    hash_text(&state, request->zone ? zone_name(request->zone) : "");
    crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof numbers);
    crypto_generichash_final(&state, hash, sizeof hash);
    sodium_bin2hex(hex, sizeof hex, hash, 8);
    response->etag =
        arena_printf(request->arena, "\"r%" G_GINT64_FORMAT ".c%" G_GINT64_FORMAT "-%s\"",
                     meta->snapshot->run_id, meta->snapshot->commit_no, hex);
    response->as_of = meta->snapshot->as_of;
    return is_had(response, request);
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
    is_had(response, request);
}

/* RFC 9110, 12.5.3, as far as it matters: gzip or *, not with q=0. */
static bool reads_gzip(const struct request *request)
{
    const char *accepted = request_header(request, "Accept-Encoding");
    g_auto(GStrv) parts = g_strsplit(accepted ? accepted : "", ",", 20);
    for (size_t i = 0; parts[i]; i++) {
        g_auto(GStrv) words = g_strsplit_set(g_strstrip(parts[i]), "; ", -1);
        if (!words[0] || (g_ascii_strcasecmp(words[0], "gzip") != 0 && strcmp(words[0], "*") != 0))
            continue;
        for (size_t k = 1; words[k]; k++) {
            if (g_str_has_prefix(words[k], "q=") && g_ascii_strtod(words[k] + 2, NULL) == 0)
                return false;
        }
        return true;
    }
    return false;
}

void response_encode(struct response *response, const struct request *request)
{
    z_stream stream = {0};
    if (response->body->len < GZIP_MIN || response->encoding || !reads_gzip(request))
        return;
    if (deflateInit2(&stream, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    GString *packed = g_string_sized_new(deflateBound(&stream, response->body->len));
    stream.next_in = (unsigned char *)response->body->str;
    stream.avail_in = (unsigned)response->body->len;
    stream.next_out = (unsigned char *)packed->str;
    stream.avail_out = (unsigned)packed->allocated_len;
    bool ok = response->body->len <= UINT_MAX && deflate(&stream, Z_FINISH) == Z_STREAM_END;
    if (ok) {
        g_string_set_size(packed, stream.total_out);
        GString *plain = response->body;
        response->body = packed;
        packed = plain;
        response->encoding = "gzip";
        if (response->etag)
            response->etag = gzip_tag(request->arena, response->etag);
    }
    g_string_free(packed, TRUE);
    deflateEnd(&stream);
}

/* A page may style itself inline; nothing else runs or loads, from anywhere. */
static const char *content_policy(const struct response *response)
{
    if (response->script)
        return "default-src 'none'; script-src 'self'; connect-src 'self'; style-src "
               "'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    if (response->html)
        return "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
               "form-action 'none'; frame-ancestors 'none'";
    return "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

struct header_sink {
    void (*header)(void *context, const char *name, const char *value);
    void *context;
};

static void put_number(const struct header_sink *sink, const char *name, int64_t value)
{
    char text[24], *at = text + sizeof text - 1;
    *at = '\0';
    for (int64_t left = MAX(value, 0); left > 0 || !*at; left /= 10)
        *--at = (char)('0' + left % 10);
    sink->header(sink->context, name, at);
}

static void put_given(const struct header_sink *sink, const char *name, const char *value)
{
    if (value)
        sink->header(sink->context, name, value);
}

/* RFC 9745 and RFC 8594. */
static void put_deprecation(const struct header_sink *sink, const struct deprecation *deprecation)
{
    g_autofree char *since = g_strdup_printf("@%" G_GINT64_FORMAT, deprecation->since_s);
    g_autofree char *link =
        g_strdup_printf("<%s>; rel=\"successor-version\"", deprecation->successor);
    g_autoptr(GDateTime) end = g_date_time_new_from_unix_utc(deprecation->sunset_s);
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autofree char *sunset = g_strdup_printf(
        "%s, %02d %s %04d %02d:%02d:%02d GMT", days[g_date_time_get_day_of_week(end) - 1],
        g_date_time_get_day_of_month(end), months[g_date_time_get_month(end) - 1],
        g_date_time_get_year(end), g_date_time_get_hour(end), g_date_time_get_minute(end),
        g_date_time_get_second(end));
    put_given(sink, "Deprecation", since);
    put_given(sink, "Sunset", sunset);
    put_given(sink, "Link", link);
}

static void put_state(const struct header_sink *sink, const struct response *response,
                      const struct request *request)
{
    char text[DAY_TEXT_SIZE];
    if (response->as_of != INT32_MIN)
        put_given(sink, "Kenko-As-Of", day_format(response->as_of, text));
    if (response->rate.limit > 0) {
        put_number(sink, "X-RateLimit-Limit", response->rate.limit);
        put_number(sink, "X-RateLimit-Remaining", response->rate.remaining);
        put_number(sink, "X-RateLimit-Reset", response->rate.reset_s);
    }
    if (response->retry_after_s > 0)
        put_number(sink, "Retry-After", response->retry_after_s);
    if (response->zoned) {
        g_autofree char *zone = g_strconcat("timezone=", zone_name(request->zone), NULL);
        put_given(sink, "Preference-Applied", zone);
    }
    if (response->deprecation)
        put_deprecation(sink, response->deprecation);
}

void response_headers(const struct response *response, const struct request *request,
                      void (*header)(void *context, const char *name, const char *value),
                      void *context)
{
    const struct header_sink sink = {header, context};
    if (response->body->len > 0)
        header(context, "Content-Type", response->content_type);
    header(context, "Content-Security-Policy", content_policy(response));
    header(context, "X-Content-Type-Options", "nosniff");
    header(context, "Referrer-Policy", "no-referrer");
    header(context, "Cross-Origin-Resource-Policy", "same-origin");
    header(context, "Cache-Control", response->etag ? "private, no-cache" : "no-store");
    header(context, "Vary",
           "Authorization, Cookie, Accept, Accept-Encoding, Accept-Language, Prefer");
    header(context, "X-Request-Id", request->id);
    put_given(&sink, "Content-Encoding", response->encoding);
    put_given(&sink, "ETag", response->etag);
    put_given(&sink, "Allow", response->allow);
    put_given(&sink, "Link", response->link);
    put_given(&sink, "Location", response->location);
    put_given(&sink, "Set-Cookie", response->cookie);
    if (response->signed_out)
        header(context, "Clear-Site-Data", "\"cache\"");
    if (response->replayed)
        header(context, "Idempotency-Replayed", "true");
    put_state(&sink, response, request);
    if (response->status == 401)
        header(context, "WWW-Authenticate", "Bearer realm=\"kenko\"");
    if (response->close)
        header(context, "Connection", "close");
}
