/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs each file of a corpus through a fuzz target once, and every prefix of the small ones. */
#include <glib.h>
#include <stdio.h>

#include "fuzz/fuzz.h"

enum { PREFIXES_UP_TO = 256 };

static int run_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize size;
    if (!g_file_get_contents(path, &text, &size, NULL)) {
        fprintf(stderr, "cannot read %s\n", path);
        return 1;
    }
    for (gsize n = size <= PREFIXES_UP_TO ? 0 : size; n <= size; n++) {
        g_autofree uint8_t *copy = g_memdup2(text, n ? n : 1); /* so that reading past it is seen */
        LLVMFuzzerTestOneInput(copy, n);
    }
    return 0;
}

int main(int argc, char **argv)
{
    int wrong = 0, count = 0;
    GDir *corpus = argc == 2 ? g_dir_open(argv[1], 0, NULL) : NULL;
    const char *name;
    while (corpus && (name = g_dir_read_name(corpus))) {
        g_autofree char *path = g_build_filename(argv[1], name, NULL);
        wrong += run_file(path);
        count++;
    }
    if (corpus)
        g_dir_close(corpus);
    if (count == 0)
        fprintf(stderr, "no corpus in %s\n", argc == 2 ? argv[1] : "(none named)");
    return wrong || count == 0;
}
