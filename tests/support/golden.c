/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

char *golden_path(const char *name)
{
    const char *source = g_getenv("KENKO_SOURCE");
    return g_build_filename(source ? source : ".", "tests", "golden", name, NULL);
}

void golden_is(const char *name, const char *made)
{
    g_autofree char *path = golden_path(name), *have = NULL;
    if (g_strcmp0(g_getenv("KENKO_UPDATE"), "yes") == 0)
        assert_true(g_file_set_contents(path, made, -1, NULL));
    if (!g_file_get_contents(path, &have, NULL, NULL))
        fail_msg("%s cannot be read: run this test with KENKO_UPDATE=yes", path);
    size_t same = 0;
    while (have[same] != '\0' && have[same] == made[same])
        same++;
    if (strcmp(have, made) != 0)
        fail_msg("%s differs from byte %zu on: wanted '%.60s', made '%.60s' (KENKO_UPDATE=yes "
                 "writes it)",
                 name, same, have + same, made + same);
}

char *golden_words(const char *text)
{
    static const char *const pattern[] = {"(?<![0-9A-Za-z])[+-]?[0-9]+([.,][0-9]+)*(e[+-]?[0-9]+)?",
                                          "#", " +", " "};
    char *words = g_strdup(text);
    for (size_t i = 0; i < G_N_ELEMENTS(pattern); i += 2) {
        g_autoptr(GRegex) regex = g_regex_new(pattern[i], 0, 0, NULL);
        g_autofree char *before = words;
        words = g_regex_replace(regex, before, -1, 0, pattern[i + 1], 0, NULL);
        assert_non_null(words);
    }
    return words;
}
