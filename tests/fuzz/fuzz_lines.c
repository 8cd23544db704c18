/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <glib.h>

#include "ingest/lines.h"

enum { HEAD = 4096 };

/* Lines are what stands between line ends, each once and in order; of one that is too long its
 * head. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    size_t max = 1 + (size_t)data[0] * 8;
    struct slice rest = {(const char *)data + 1, size - 1};
    int fd = memfd_create("lines", 0);
    FUZZ_HOLDS(fd >= 0 && write(fd, rest.p, rest.n) == (ssize_t)rest.n &&
               lseek(fd, 0, SEEK_SET) == 0);
    struct lines *lines = lines_open(fd, max);
    struct lines_line line;
    enum lines_outcome outcome;
    for (int64_t number = 1; rest.n > 0; number++) {
        const char *lf = memchr(rest.p, '\n', rest.n);
        struct slice want = {rest.p, lf ? (size_t)(lf - rest.p) : rest.n};
        FUZZ_HOLDS(lines_next(lines, INT64_MAX, &line, &outcome, NULL));
        FUZZ_HOLDS(outcome == LINES_LINE && line.number == number);
        FUZZ_HOLDS(line.too_long == (want.n > max));
        if (!line.too_long && want.n > 0 && want.p[want.n - 1] == '\r')
            line.text.n++; /* a part of its end */
        FUZZ_HOLDS(line.too_long ? line.text.n <= HEAD && line.text.n <= want.n
                                 : line.text.n == want.n);
        FUZZ_HOLDS(memcmp(line.text.p, want.p, line.text.n) == 0);
        size_t used = MIN(want.n + 1, rest.n);
        rest = (struct slice){rest.p + used, rest.n - used};
    }
    FUZZ_HOLDS(lines_next(lines, INT64_MAX, &line, &outcome, NULL) && outcome == LINES_END);
    lines_close(lines);
    close(fd);
    return 0;
}
