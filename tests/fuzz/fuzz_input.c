/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib/gstdio.h>

#include "ingest/input.h"

enum { MAX_LINE = 64 };

/* The first byte chooses compression, separator and encoding. Records cover the content in order,
 * and in content that is not broken reading on from a position finds the same records as reading
 * through.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const endings[] = {"", ".gz", ".zst"};
    static char *directory;
    if (!directory)
        FUZZ_HOLDS((directory = g_dir_make_tmp("kenko-fuzz-XXXXXX", NULL)));
    if (size < 1)
        return 0;
    g_autofree char *path = g_strconcat(directory, "/data", endings[data[0] % 3], NULL);
    const struct input_how how = {data[0] & 4 ? ',' : 0, MAX_LINE,
                                  (enum encoding)((data[0] >> 3) % ENCODING_COUNT)};
    FUZZ_HOLDS(g_file_set_contents(path, (const char *)data + 1, (gssize)size - 1, NULL));
    g_autoptr(input_t) input = input_open(path, &how, NULL);
    FUZZ_HOLDS(input);
    struct input_record record;
    bool found;
    int64_t before = -1, middle = 0, middle_line = 0, count = 0, rest = 0;
    uint8_t hash[INPUT_HASH_SIZE];
    bool whole;
    while ((whole = input_next(input, &record, &found, NULL)) && found) {
        FUZZ_HOLDS(record.offset > before && record.line >= 1);
        FUZZ_HOLDS(record.text.n <= MAX_LINE + 1);
        before = record.offset;
        if (count++ == 0) {
            middle = input_position(input);
            middle_line = input_line(input);
            input_hash(input, hash);
        } else {
            rest++;
        }
    }
    if (count > 0 && whole) {
        g_autoptr(input_t) second = input_open(path, &how, NULL);
        bool same;
        FUZZ_HOLDS(input_skip(second, middle, middle_line, hash, &same, NULL) && same);
        while (input_next(second, &record, &found, NULL) && found)
            rest--;
        FUZZ_HOLDS(rest == 0);
    }
    g_unlink(path);
    return 0;
}
