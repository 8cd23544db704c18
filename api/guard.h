/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may pass as an HTTP request, checked before anything is done with it. The HTTP library is
 * lenient where proxies are strict, which is how requests get smuggled; so the guard refuses all
 * that two readers could read differently. Pure: no library types. */
#pragma once

#include "api/problem.h"
#include "core/slice.h"

enum { GUARD_TARGET_MAX = 4096, GUARD_HEADERS_MAX = 64, GUARD_BODY_MAX = 1 << 20 };

struct guard_header {
    struct slice name, value;
};

struct guard_fault {
    enum problem problem;
    const char *detail; /* static text without data of the request */
};

/* The raw request target, before percent-decoding: origin form, visible ASCII, well-formed escapes,
 * no %00 anywhere, no %2f, %5c, backslash or dot segment in the path, at most 4 KiB. */
MUST_USE bool guard_target(const char *target, struct guard_fault *fault);

/* "HTTP/1.0" or "HTTP/1.1". */
MUST_USE bool guard_version(const char *version, struct guard_fault *fault);

/* Header names are tokens, values have no control bytes; one Host (none is allowed in 1.0); at most
 * one Content-Length of digits or one Transfer-Encoding: chunked, never both; one Content-Encoding
 * at most, identity or gzip; not more than 64 headers. */
MUST_USE bool guard_headers(const struct guard_header *headers, size_t n, const char *version,
                            struct guard_fault *fault);

/* Is there a body to come, and how long is it? -1 when chunked, 0 when there is none. Headers have
 * passed guard_headers. */
int64_t guard_body_length(const struct guard_header *headers, size_t n);

/* One of the methods routes may use. TRACE, CONNECT and inventions are not. */
bool guard_method(const char *method);
