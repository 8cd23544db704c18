/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/request.h"

#include "api/gunzip.h"

static const char *decode(struct arena *arena, const char *text, size_t n, bool plus)
{
    char *out = arena_alloc(arena, n + 1), *to = out;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '%' && i + 2 < n) {
            *to++ =
                (char)(g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]));
            i += 2;
        } else {
            *to++ = plus && text[i] == '+' ? ' ' : text[i];
        }
    }
    *to = '\0';
    return g_utf8_validate(out, -1, NULL) ? out : NULL;
}

static bool add_param(struct request *request, struct request_param *params, const char *text,
                      size_t n, struct guard_fault *fault)
{
    const char *equals = memchr(text, '=', n);
    size_t name = equals ? (size_t)(equals - text) : n;
    struct request_param param = {decode(request->arena, text, name, true), ""};
    if (equals)
        param.value = decode(request->arena, equals + 1, n - name - 1, true);
    if (!param.name || !param.value) {
        *fault = (struct guard_fault){PROBLEM_BAD_PARAMETER, "the query is not UTF-8"};
        return false;
    }
    request->params = params;
    if (request_param(request, param.name)) {
        *fault = (struct guard_fault){PROBLEM_BAD_PARAMETER, "a query parameter stands twice"};
        return false;
    }
    params[request->n_params++] = param;
    return true;
}

bool request_parse(struct request *request, struct guard_fault *fault)
{
    size_t length = strcspn(request->target, "?");
    request->path = decode(request->arena, request->target, length, false);
    if (!request->path) {
        *fault = (struct guard_fault){PROBLEM_BAD_REQUEST, "the path is not UTF-8"};
        return false;
    }
    const char *query = request->target + length;
    if (*query == '\0')
        return true;
    size_t n = 1;
    for (const char *p = query; *p; p++)
        n += *p == '&';
    struct request_param *params = arena_many(request->arena, n, struct request_param);
    for (const char *p = query + 1; *p;) {
        size_t size = strcspn(p, "&");
        if (size > 0 && !add_param(request, params, p, size, fault))
            return false;
        p += size + (p[size] == '&');
    }
    return true;
}

bool request_decode(struct request *request, size_t max, struct guard_fault *fault)
{
    static const struct guard_fault large = {PROBLEM_BATCH_TOO_LARGE,
                                             "the batch is larger than 500 KiB"};
    const char *encoding = request_header(request, "Content-Encoding");
    enum gunzip_result result = GUNZIP_DONE;
    *fault = large;
    if (request->body_size > max)
        return false;
    if (!request->is_decoded && encoding && g_ascii_strcasecmp(encoding, "gzip") == 0)
        result = gunzip(request->arena, request->body, max, &request->body);
    request->is_decoded = result == GUNZIP_DONE;
    if (result == GUNZIP_BROKEN)
        *fault = (struct guard_fault){PROBLEM_BAD_BODY, "the body is not one whole gzip member"};
    return request->is_decoded;
}

const char *request_header(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->n_headers; i++) {
        struct slice is = request->headers[i].name;
        if (is.n == strlen(name) && g_ascii_strncasecmp(is.p, name, is.n) == 0)
            return arena_strndup(request->arena, request->headers[i].value.p,
                                 request->headers[i].value.n);
    }
    return NULL;
}

const char *request_param(const struct request *request, const char *name)
{
    for (size_t i = 0; i < request->n_params; i++) {
        if (strcmp(request->params[i].name, name) == 0)
            return request->params[i].value;
    }
    return NULL;
}

const char *request_unknown_param(const struct request *request, const char *const *names)
{
    for (size_t i = 0; i < request->n_params; i++) {
        if (!g_strv_contains(names, request->params[i].name))
            return request->params[i].name;
    }
    return NULL;
}

bool request_is_local(const struct request *request)
{
    static const char *const proxy[] = {"Forwarded", "X-Forwarded-For",  "X-Real-IP",
                                        "Via",       "X-Forwarded-Host", "X-Forwarded-Proto"};
    static const char *const names[] = {"localhost", "127.0.0.1", "[::1]"};
    if (!request->loopback)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(proxy); i++) {
        if (request_header(request, proxy[i]))
            return false;
    }
    const char *host = request_header(request, "Host");
    for (size_t i = 0; host && i < G_N_ELEMENTS(names); i++) {
        size_t n = strlen(names[i]);
        if (g_ascii_strncasecmp(host, names[i], n) == 0 && (host[n] == '\0' || host[n] == ':'))
            return true;
    }
    return false;
}
