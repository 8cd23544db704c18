/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "api/cursor.h"
#include "api/routes.h"

/* A request's target as it comes over the wire, for the route that the first byte chooses. What the
 * guard and the parser let through is UTF-8 without NUL; every parameter is within its declaration
 * or named in a fault; no cursor but our own is one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const unsigned char key[CURSOR_KEY_SIZE] = {7};
    struct guard_fault refused;
    struct cursor cursor;
    if (size == 0)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    const struct endpoint *endpoint = routes[data[0] % routes_count].endpoint;
    const char *path_values[] = {"a", "b", "c", "d"};
    struct request request = {.arena = arena,
                              .target = arena_strndup(arena, (const char *)data + 1, size - 1),
                              .path_values = path_values};
    if (!guard_target(request.target, &refused) || !request_parse(&request, &refused)) {
        FUZZ_HOLDS(refused.detail && *refused.detail);
        return 0;
    }
    FUZZ_HOLDS(*request.path == '/' && g_utf8_validate(request.path, -1, NULL));
    const struct field_fault *fault =
        request_ask(&request, endpoint->params, endpoint->open_params);
    for (const struct field_fault *f = fault; f; f = f->next)
        FUZZ_HOLDS(f->name && *f->detail);
    for (size_t i = 0; i < request.n_params; i++) {
        FUZZ_HOLDS(g_utf8_validate(request.params[i].value, -1, NULL));
        FUZZ_HOLDS(!cursor_parse(arena, request.params[i].value, key, &cursor));
    }
    return 0;
}
