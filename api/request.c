/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/request.h"

#include <string.h>

#include "api/gunzip.h"
#include "api/routes.h"
#include "core/text.h"

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
    static const struct guard_fault batch = {PROBLEM_BATCH_TOO_LARGE,
                                             "the batch is larger than 500 KiB"};
    static const struct guard_fault body = {PROBLEM_BODY_TOO_LARGE,
                                            "the body is larger than this endpoint takes"};
    const char *encoding = request_header(request, "Content-Encoding");
    enum gunzip_result result = GUNZIP_DONE;
    *fault = request->route->scope & AUTH_EVENTS ? batch : body;
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

static const struct field_fault *fault_of(struct arena *arena, const char *name, const char *detail,
                                          const struct field_fault *next)
{
    struct field_fault *fault = arena_one(arena, struct field_fault);
    *fault = (struct field_fault){.name = name, .detail = detail, .next = next};
    return fault;
}

static const char *unknown_detail(struct arena *arena, const struct field *fields, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const struct field *field = fields; field && field->name; field++) {
        if (!field->in_path)
            g_ptr_array_add(names, (gpointer)(uintptr_t)field->name);
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(name, (const char *const *)names->pdata);
    return arena_printf(arena, "there is no such parameter here%s", hint);
}

static const struct field_fault *ask_unknown(const struct request *request,
                                             const struct field *fields, const char *open)
{
    const struct field_fault *faults = NULL;
    for (size_t i = request->n_params; i-- > 0;) {
        const char *name = request->params[i].name;
        const struct field *field = fields;
        if (open && g_str_has_prefix(name, open))
            continue;
        while (field && field->name && (field->in_path || strcmp(field->name, name) != 0))
            field++;
        if (!field || !field->name)
            faults = fault_of(request->arena, name, unknown_detail(request->arena, fields, name),
                              faults);
    }
    return faults;
}

const struct field_fault *request_ask(struct request *request, const struct field *fields,
                                      const char *open)
{
    struct arena *arena = request->arena;
    const struct field_fault *faults = ask_unknown(request, fields, open);
    size_t in_path = 0;
    request->asked = field_set_new(arena, fields);
    for (size_t i = 0; fields && fields[i].name; i++) {
        const struct field *field = &fields[i];
        const char *text =
            field->in_path ? request->path_values[in_path++] : request_param(request, field->name);
        const char *wrong = NULL;
        if (text && (*text || field->in_path || field->kind == FIELD_TEXT))
            wrong = field_parse(arena, field, text, &request->asked.values[i]);
        else if (text || field->required)
            wrong = arena_printf(arena, "want %s", field_wanted(arena, field));
        if (wrong)
            faults = fault_of(arena, field->name, wrong, faults);
    }
    field_fall_back(arena, &request->asked);
    return faults;
}

void request_clear(struct request *request)
{
    json_decref(request->body_json);
    request->body_json = NULL;
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

bool request_is_secure(const struct request *request)
{
    const char *scheme = request_header(request, "X-Forwarded-Proto");
    return scheme && g_ascii_strcasecmp(scheme, "https") == 0;
}
