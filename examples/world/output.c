/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BUFFER_SIZE = 128 * 1024, LINE_MAX_SIZE = 4096 };

struct output {
    char *path;
    FILE *plain;
    gzFile packed;
    char *buffer;
    size_t used;
    int64_t lines;
};

static _Noreturn void output_fail(const char *path, const char *what)
{
    fprintf(stderr, "world: %s: %s: %s\n", path, what, g_strerror(errno));
    exit(15);
}

struct output *output_open(const char *directory, const char *name)
{
    struct output *output = g_new0(struct output, 1);
    output->path = g_build_filename(directory, name, NULL);
    g_autofree char *folder = g_path_get_dirname(output->path);
    if (g_mkdir_with_parents(folder, 0755) != 0)
        output_fail(folder, "cannot make the directory");
    if (g_str_has_suffix(name, ".gz"))
        output->packed = gzopen(output->path, "wb1");
    else
        output->plain = fopen(output->path, "w");
    if (!output->packed && !output->plain)
        output_fail(output->path, "cannot write");
    output->buffer = g_malloc(BUFFER_SIZE + LINE_MAX_SIZE);
    return output;
}

static void output_flush(struct output *output)
{
    size_t size = output->used;
    if (size == 0)
        return;
    bool written = output->packed
                       ? gzwrite(output->packed, output->buffer, (unsigned)size) == (int)size
                       : fwrite(output->buffer, 1, size, output->plain) == size;
    if (!written)
        output_fail(output->path, "cannot write");
    output->used = 0;
}

void output_line(struct output *output, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int size = vsnprintf(output->buffer + output->used, LINE_MAX_SIZE, format, args);
    va_end(args);
    if (size < 0 || size >= LINE_MAX_SIZE - 1) {
        errno = EMSGSIZE;
        output_fail(output->path, "line too long");
    }
    output->used += (size_t)size;
    output->buffer[output->used++] = '\n';
    output->lines++;
    if (output->used >= BUFFER_SIZE)
        output_flush(output);
}

int64_t output_close(struct output *output)
{
    output_flush(output);
    int failed = output->packed ? gzclose(output->packed) != Z_OK : fclose(output->plain) != 0;
    if (failed)
        output_fail(output->path, "cannot close");
    int64_t lines = output->lines;
    g_free(output->buffer);
    g_free(output->path);
    g_free(output);
    return lines;
}
