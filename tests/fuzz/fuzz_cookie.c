/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "api/proxy_socket.h"
#include "api/session.h"

/* What a browser or a proxy says of itself in headers. A cookie that is read stands in the header
 * with its name before it, once; nothing that was not issued is a CSRF token; an address is one or
 * none. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char name[] = "kenko-local";
    static const struct address nowhere = {0};
    if (memchr(data, '\0', size))
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    const char *text = arena_strndup(arena, (const char *)data, size);
    const char *value = session_cookie(arena, text, name);
    if (value) {
        const char *whole = arena_printf(arena, "%s=%s", name, value);
        const char *at = strstr(text, whole);
        FUZZ_HOLDS(at && !strchr(value, ';'));
        FUZZ_HOLDS(at == text || strchr(" \t;", at[-1]));
    }
    struct guard_header headers[] = {{{"Cookie", 6}, {text, size}},
                                     {{"X-CSRF-Token", 12}, {text, size}},
                                     {{"X-Forwarded-For", 15}, {text, size}},
                                     {{"Origin", 6}, {text, size}},
                                     {{"Host", 4}, {"localhost", 9}}};
    struct request request = {
        .arena = arena, .headers = headers, .n_headers = G_N_ELEMENTS(headers), .loopback = true};
    memset(request.principal.csrf, 7, sizeof request.principal.csrf);
    FUZZ_HOLDS(!session_has_csrf(&request));
    FUZZ_HOLDS(!session_is_same_site(&request) ||
               g_ascii_strcasecmp(text, "http://localhost") == 0);
    struct address address = proxy_socket_caller(&request);
    g_autofree char *caller = address_caller(&address);
    FUZZ_HOLDS(memcmp(&address, &nowhere, sizeof nowhere) == 0 || address_parse(caller, &address));
    return 0;
}
