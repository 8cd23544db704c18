/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/lines.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/stop.h"

enum { CHUNK = 256 * 1024, HEAD_BYTES = 4096 };

struct lines {
    int fd;
    size_t max_line;
    char *buffer; /* bytes start … end are not given yet */
    size_t start, end, size;
    size_t searched; /* no line ends before this */
    bool at_eof, dropping;
    int64_t number;
    size_t n_head;
    char head[HEAD_BYTES];
};

struct lines *lines_open(int fd, size_t max_line)
{
    struct lines *lines = g_new0(struct lines, 1);
    lines->fd = fd;
    lines->max_line = max_line;
    lines->size = CHUNK;
    lines->buffer = g_malloc(lines->size);
    return lines;
}

void lines_close(struct lines *lines)
{
    if (!lines)
        return;
    g_free(lines->buffer);
    g_free(lines);
}

/* Wait until there is something to read. */
static bool wait_for_input(struct lines *lines, int64_t deadline_us, enum lines_outcome *outcome,
                           bool *ready, GError **err)
{
    struct pollfd fds[2] = {{.fd = lines->fd, .events = POLLIN},
                            {.fd = stop_fd(), .events = POLLIN}};
    *ready = false;
    while (!*ready) {
        int64_t left = deadline_us == INT64_MAX
                           ? -1
                           : MAX(0, (deadline_us - g_get_monotonic_time() + 999) / 1000);
        int n = poll(fds, 2, (int)MIN(left, INT32_MAX));
        if (n < 0 && errno != EINTR)
            return err_set(err, KENKO_ERROR_IO, "standard input: %s", g_strerror(errno));
        if (stop_requested()) {
            *outcome = LINES_STOPPED;
            return true;
        }
        if (n == 0) {
            *outcome = LINES_LATE;
            return true;
        }
        *ready = n > 0 && fds[0].revents != 0;
    }
    return true;
}

/* Room behind what is there: it is moved to the front, and the buffer grows for a long line. */
static void make_room(struct lines *lines)
{
    if (lines->start > 0) {
        memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->searched -= MIN(lines->searched, lines->start);
        lines->start = 0;
    }
    if (lines->end + CHUNK / 2 > lines->size) {
        lines->size *= 2;
        lines->buffer = g_realloc(lines->buffer, lines->size);
    }
}

static bool fill(struct lines *lines, GError **err)
{
    make_room(lines);
    ssize_t n;
    do {
        n = read(lines->fd, lines->buffer + lines->end, lines->size - lines->end);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return err_set(err, KENKO_ERROR_IO, "standard input: %s", g_strerror(errno));
    lines->at_eof = n == 0;
    lines->end += (size_t)n;
    return true;
}

/* A line beyond the limit: keep its beginning, forget the rest as it comes. */
static void drop(struct lines *lines, size_t upto)
{
    if (!lines->dropping) {
        lines->n_head = MIN(upto - lines->start, (size_t)HEAD_BYTES);
        memcpy(lines->head, lines->buffer + lines->start, lines->n_head);
    }
    lines->dropping = true;
    lines->start = lines->searched = upto;
}

/* Give the line that ends at `end`, its end `width` bytes wide. */
static void give(struct lines *lines, size_t end, size_t width, struct lines_line *out)
{
    *out = (struct lines_line){.number = ++lines->number};
    bool too_long = lines->dropping || end - lines->start > lines->max_line;
    if (too_long) {
        drop(lines, end);
        out->text = (struct slice){lines->head, lines->n_head};
        out->too_long = true;
        lines->dropping = false;
    } else {
        out->text = (struct slice){lines->buffer + lines->start, end - lines->start};
        if (out->text.n > 0 && out->text.p[out->text.n - 1] == '\r')
            out->text.n--;
    }
    lines->start = lines->searched = end + width;
}

bool lines_next(struct lines *lines, int64_t deadline_us, struct lines_line *out,
                enum lines_outcome *outcome, GError **err)
{
    for (;;) {
        if (stop_requested()) {
            *outcome = LINES_STOPPED;
            return true;
        }
        const char *from = lines->buffer + lines->searched;
        const char *lf = memchr(from, '\n', lines->end - lines->searched);
        bool last = lines->at_eof && (lines->end > lines->start || lines->dropping);
        if (lf || last) {
            give(lines, lf ? (size_t)(lf - lines->buffer) : lines->end, lf ? 1 : 0, out);
            *outcome = LINES_LINE;
            return true;
        }
        if (lines->at_eof) {
            *outcome = LINES_END;
            return true;
        }
        lines->searched = lines->end;
        if (lines->end - lines->start > lines->max_line)
            drop(lines, lines->end);
        bool ready;
        if (!wait_for_input(lines, deadline_us, outcome, &ready, err))
            return false;
        if (!ready)
            return true;
        if (!fill(lines, err))
            return false;
    }
}
