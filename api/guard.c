/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/guard.h"

#include <stdint.h>

static bool refuse(struct guard_fault *fault, enum problem problem, const char *detail)
{
    *fault = (struct guard_fault){problem, detail};
    return false;
}

static bool bad(struct guard_fault *fault, const char *detail)
{
    return refuse(fault, PROBLEM_BAD_REQUEST, detail);
}

static int escaped_byte(const char *p)
{
    int high = g_ascii_xdigit_value(p[1]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value(p[2]);
    return low < 0 ? -1 : high * 16 + low;
}

static bool check_byte(const char *p, bool in_path, struct guard_fault *fault)
{
    if (*p < 0x21 || *p > 0x7e)
        return bad(fault, "the target holds a byte that is not visible ASCII");
    if (*p == '#' || *p == '\\')
        return bad(fault, "the target holds # or a backslash");
    if (*p != '%')
        return true;
    int byte = escaped_byte(p);
    if (byte < 0)
        return bad(fault, "the target holds a % that is not followed by two hex digits");
    if (byte == 0)
        return bad(fault, "the target holds %00");
    if (in_path && (byte == '/' || byte == '\\'))
        return bad(fault, "the path holds an escaped / or backslash");
    return true;
}

/* Is the segment at `p` "." or ".." with any dot escaped? */
static bool dot_segment(const char *p)
{
    int dots = 0;
    while (*p && *p != '/' && *p != '?') {
        bool escaped = *p == '%' && escaped_byte(p) == '.';
        if (*p != '.' && !escaped)
            return false;
        p += escaped ? 3 : 1;
        dots++;
    }
    return dots == 1 || dots == 2;
}

bool guard_target(const char *target, struct guard_fault *fault)
{
    if (strnlen(target, GUARD_TARGET_MAX + 1) > GUARD_TARGET_MAX)
        return refuse(fault, PROBLEM_TARGET_TOO_LONG, "the target is longer than 4096 bytes");
    if (*target != '/')
        return bad(fault, "the target does not begin with /");
    bool in_path = true;
    for (const char *p = target; *p; p++) {
        in_path = in_path && *p != '?';
        if (!check_byte(p, in_path, fault))
            return false;
        if (in_path && *p == '/' && dot_segment(p + 1))
            return bad(fault, "the path holds a dot segment");
    }
    return true;
}

bool guard_version(const char *version, struct guard_fault *fault)
{
    if (version && (strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0))
        return true;
    return refuse(fault, PROBLEM_VERSION_REFUSED, "the version is not HTTP/1.0 or HTTP/1.1");
}

static bool is_token(struct slice name)
{
    if (name.n == 0)
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!g_ascii_isalnum(c) && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return true;
}

static bool has_control(struct slice value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

static bool is_named(struct slice name, const char *wanted)
{
    return name.n == strlen(wanted) && g_ascii_strncasecmp(name.p, wanted, name.n) == 0;
}

static bool is_length(struct slice value)
{
    if (value.n == 0 || value.n > 18)
        return false;
    for (size_t i = 0; i < value.n; i++) {
        if (!g_ascii_isdigit(value.p[i]))
            return false;
    }
    return true;
}

struct seen {
    int hosts, lengths, codings, encodings;
};

/* What the body's own encoding may be. Routes that take no body refuse gzip too. */
static bool check_encoding(struct slice value, int count, struct guard_fault *fault)
{
    if (count == 1 && (is_named(value, "identity") || is_named(value, "gzip")))
        return true;
    return refuse(fault, PROBLEM_ENCODING_REFUSED,
                  "the body has a Content-Encoding other than gzip");
}

static bool check_header(const struct guard_header *header, struct seen *seen,
                         struct guard_fault *fault)
{
    if (!is_token(header->name))
        return bad(fault, "a header name is not a token");
    if (has_control(header->value))
        return bad(fault, "a header value holds a control byte");
    if (is_named(header->name, "Host") && ++seen->hosts > 1)
        return bad(fault, "there is more than one Host header");
    if (is_named(header->name, "Content-Length")) {
        if (++seen->lengths > 1)
            return bad(fault, "there is more than one Content-Length header");
        if (!is_length(header->value))
            return bad(fault, "Content-Length is not a number");
    }
    if (is_named(header->name, "Transfer-Encoding")) {
        if (++seen->codings > 1)
            return bad(fault, "there is more than one Transfer-Encoding header");
        if (!is_named(header->value, "chunked"))
            return bad(fault, "Transfer-Encoding is not chunked");
    }
    return !is_named(header->name, "Content-Encoding") ||
           check_encoding(header->value, ++seen->encodings, fault);
}

bool guard_headers(const struct guard_header *headers, size_t n, const char *version,
                   struct guard_fault *fault)
{
    struct seen seen = {0};
    if (n > GUARD_HEADERS_MAX)
        return refuse(fault, PROBLEM_HEADERS_TOO_LARGE, "there are more than 64 headers");
    for (size_t i = 0; i < n; i++) {
        if (!check_header(&headers[i], &seen, fault))
            return false;
    }
    if (seen.lengths > 0 && seen.codings > 0)
        return bad(fault, "there are both Content-Length and Transfer-Encoding");
    if (strcmp(version, "HTTP/1.0") == 0) {
        if (seen.codings > 0)
            return bad(fault, "HTTP/1.0 has no Transfer-Encoding");
        return true;
    }
    if (seen.hosts != 1)
        return bad(fault, "there is no Host header");
    return true;
}

int64_t guard_body_length(const struct guard_header *headers, size_t n)
{
    int64_t length = 0;
    for (size_t i = 0; i < n; i++) {
        if (is_named(headers[i].name, "Transfer-Encoding"))
            return -1;
        if (!is_named(headers[i].name, "Content-Length"))
            continue;
        for (size_t k = 0; k < headers[i].value.n; k++)
            length = length * 10 + (headers[i].value.p[k] - '0');
    }
    return length;
}

bool guard_method(const char *method)
{
    static const char *const allowed[] = {"GET", "HEAD",  "OPTIONS", "POST",
                                          "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
        if (strcmp(method, allowed[i]) == 0)
            return true;
    }
    return false;
}
