/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include "api/gunzip.h"

/* What is given out is within the bound, whatever the input says of itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { MOST = 1000 };
    g_autoptr(arena_t) arena = arena_new();
    struct slice packed = {(const char *)data, size}, out;
    switch (gunzip(arena, packed, MOST, &out)) {
    case GUNZIP_DONE:
        FUZZ_HOLDS(out.n <= MOST);
        FUZZ_HOLDS(memchr(out.p, '\0', out.n + 1) != NULL);
        break;
    default:
        FUZZ_HOLDS(arena_used(arena) == 0);
    }
    return 0;
}
