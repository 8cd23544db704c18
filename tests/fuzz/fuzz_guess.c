/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "ingest/guess.h"

/* Whatever a file is, its guess is told as JSON that can be read, and no record is lost: a line is
 * a header, a record or broken. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *path;
    if (!path) {
        g_autofree char *directory = g_dir_make_tmp("kenko-fuzz-XXXXXX", NULL);
        FUZZ_HOLDS(directory);
        path = g_strconcat(directory, "/data.csv", NULL);
    }
    g_autoptr(arena_t) arena = arena_new();
    struct guess guess;
    FUZZ_HOLDS(g_file_set_contents(path, (const char *)data, (gssize)size, NULL));
    if (guess_file(arena, path, -1, &guess, NULL)) {
        g_autoptr(GString) out = g_string_new(NULL);
        guess_write_json(&guess, "s", out);
        for (size_t i = 0; i < guess.n_columns; i++) {
            const struct guess_column *c = &guess.column[i];
            FUZZ_HOLDS(c->n + c->empty == guess.records || guess.is_json);
            FUZZ_HOLDS(c->distinct + c->repeated == c->n || !c->counted_all);
        }
        if (g_utf8_validate_len(out->str, out->len, NULL)) {
            json_t *root = json_loads(out->str, JSON_ALLOW_NUL, NULL);
            FUZZ_HOLDS(root);
            json_decref(root);
        }
    }
    g_unlink(path);
    return 0;
}
