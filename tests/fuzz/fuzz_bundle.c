/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audit bundles from somebody else: lines of JSON, chained here as they would be, are a bundle that
 * says something, or are refused with a reason. */
#include <string.h>

#include "fuzz/fuzz.h"
#include "scoring/bundle.h"
#include "scoring/bundle_file.h"

static void chain_lines(const char *text, size_t n, GString *out)
{
    struct bundle_chain chain;
    bundle_file_begin(&chain);
    for (const char *end = text + n; text < end;) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        size_t size = stop ? (size_t)(stop - text) : (size_t)(end - text);
        json_t *object = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
        if (object)
            bundle_file_put(&chain, out, object);
        text += size + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    struct bundle_report report;
    chain_lines((const char *)data, size, text);
    bool ok = bundle_verify(arena, (struct slice){text->str, text->len}, &report, &err);
    FUZZ_HOLDS(ok == !err);
    FUZZ_HOLDS(!ok || report.count[0] + report.count[1] + report.count[2] == report.n);
    FUZZ_HOLDS(!ok || strlen(report.seal) == BUNDLE_HEX);
    g_clear_error(&err);
    /* As it is, without a chain. */
    FUZZ_HOLDS(!bundle_verify(arena, (struct slice){(const char *)data, size}, &report, &err) &&
               err);
    return 0;
}
