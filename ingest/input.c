/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/input.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "ingest/content_hash.h"
#include "ingest/scan_csv.h"

enum { CHUNK = 256 * 1024 };

struct input {
    char *path;
    struct input_how how;
    struct encoding_decoder *decoder;
    FILE *plain;
    gzFile gzip;
    ZSTD_DStream *zstd; /* reads from plain */
    ZSTD_inBuffer packed;
    char *packed_data;
    size_t frame_left; /* zstd: not 0 inside a frame */
    char *buffer;      /* decoded bytes start … end are not yet given */
    size_t start, end, size;
    size_t hashed; /* bytes of the buffer before it are in the hash; ≤ start */
    struct csv_window
        *window; /* of CSV: over the buffer up to `marked`, which is no more than it */
    size_t marked;
    bool at_eof, hashed_only;
    char last; /* byte consumed last */
    int64_t position, line;
    struct content_hash *hash;
};

static bool fail_io(const struct input *input, GError **err)
{
    return err_set(err, errno == ENOENT ? KENKO_ERROR_NOT_FOUND : KENKO_ERROR_IO, "%s: %s",
                   input->path, g_strerror(errno));
}

static bool open_file(struct input *input, GError **err)
{
    if (g_str_has_suffix(input->path, ".gz")) {
        input->gzip = gzopen(input->path, "rb");
        if (!input->gzip)
            return fail_io(input, err);
        gzbuffer(input->gzip, CHUNK);
        return true;
    }
    input->plain = fopen(input->path, "rb");
    if (!input->plain)
        return fail_io(input, err);
    if (g_str_has_suffix(input->path, ".zst")) {
        input->zstd = ZSTD_createDStream();
        input->packed_data = g_malloc(CHUNK);
        input->packed = (ZSTD_inBuffer){input->packed_data, 0, 0};
    }
    return true;
}

struct input *input_open(const char *path, const struct input_how *how, GError **err)
{
    struct input *input = g_new0(struct input, 1);
    input->path = g_strdup(path);
    input->how = *how;
    input->decoder = encoding_decoder_open(how->encoding);
    input->size = CHUNK;
    input->buffer = g_malloc(input->size);
    if (how->separator)
        input->window = csv_window_new(how->separator);
    static const uint8_t no_key[INPUT_KEY_SIZE];
    input->hash = content_hash_new(how->key ? how->key : no_key);
    if (!open_file(input, err)) {
        input_close(input);
        return NULL;
    }
    return input;
}

void input_close(struct input *input)
{
    if (!input)
        return;
    if (input->plain)
        fclose(input->plain);
    if (input->gzip)
        gzclose(input->gzip);
    ZSTD_freeDStream(input->zstd);
    encoding_decoder_close(input->decoder);
    csv_window_free(input->window);
    content_hash_free(input->hash);
    g_free(input->packed_data);
    g_free(input->buffer);
    g_free(input->path);
    g_free(input);
}

static bool fail_packed(const struct input *input, const char *what, GError **err)
{
    return err_set(err, KENKO_ERROR_INPUT,
                   "%s: %s after %" G_GINT64_FORMAT " decoded bytes; the file is damaged or not "
                   "complete",
                   input->path, what, input->position + (int64_t)(input->end - input->start));
}

static bool read_gzip(struct input *input, char *to, size_t room, size_t *got, GError **err)
{
    int n = gzread(input->gzip, to, (unsigned)room);
    int code;
    const char *message = gzerror(input->gzip, &code);
    if (n < 0 || code == Z_BUF_ERROR)
        return fail_packed(input, code == Z_BUF_ERROR ? "gzip data ends too early" : message, err);
    *got = (size_t)n;
    return true;
}

static bool read_zstd(struct input *input, char *to, size_t room, size_t *got, GError **err)
{
    ZSTD_outBuffer out = {to, room, 0};
    while (out.pos == 0) {
        if (input->packed.pos == input->packed.size) {
            input->packed.size = fread(input->packed_data, 1, CHUNK, input->plain);
            input->packed.pos = 0;
            if (input->packed.size == 0)
                break;
        }
        input->frame_left = ZSTD_decompressStream(input->zstd, &out, &input->packed);
        if (ZSTD_isError(input->frame_left))
            return fail_packed(input, ZSTD_getErrorName(input->frame_left), err);
    }
    if (out.pos == 0 && input->frame_left != 0)
        return fail_packed(input, "zstd data ends too early", err);
    *got = out.pos;
    return true;
}

/* Bytes as they were before they were packed. */
static bool read_bytes(void *context, char *to, size_t room, size_t *got, GError **err)
{
    struct input *input = context;
    if (input->gzip)
        return read_gzip(input, to, room, got, err);
    if (input->zstd)
        return read_zstd(input, to, room, got, err);
    *got = fread(to, 1, room, input->plain);
    return *got > 0 || !ferror(input->plain) || fail_io(input, err);
}

bool input_bytes(struct input *input, char *to, size_t room, size_t *got, GError **err)
{
    return read_bytes(input, to, room, got, err);
}

/* Hash what was given since it was last done: as late as possible, for long pieces are cheaper. */
static void hash_given(struct input *input)
{
    content_hash_add(input->hash, input->buffer + input->hashed, input->start - input->hashed);
    input->hashed = input->start;
}

/* Decode more behind what is there; sets at_eof. */
static bool fill(struct input *input, GError **err)
{
    if (input->start > 0) {
        hash_given(input);
        memmove(input->buffer, input->buffer + input->start, input->end - input->start);
        input->end -= input->start;
        input->start = input->hashed = 0;
    }
    if (input->end + CHUNK / 2 > input->size) {
        input->size *= 2;
        input->buffer = g_realloc(input->buffer, input->size);
    }
    input->marked = 0;
    size_t got;
    if (!encoding_decode(input->decoder, read_bytes, input, input->buffer + input->end,
                         input->size - input->end, &got, err))
        return false;
    input->at_eof = got == 0;
    input->end += got;
    return true;
}

/* `n` bytes with so many line ends leave the buffer. */
static void give(struct input *input, size_t n, size_t lines)
{
    if (n == 0)
        return;
    input->start += n;
    input->last = input->buffer[input->start - 1];
    input->position += (int64_t)n;
    input->line += (int64_t)lines;
}

/* The same where nobody has counted the lines. */
static void consume(struct input *input, size_t n)
{
    const char *from = input->buffer + input->start;
    size_t lines = 0;
    for (const char *p = from; (p = memchr(p, '\n', (size_t)(from + n - p))); p++)
        lines++;
    input->marked = 0;
    give(input, n, lines);
}

static bool find_end(const struct input *input, size_t *end, size_t *inside)
{
    struct slice rest = {input->buffer + input->start, input->end - input->start};
    if (input->how.separator)
        return scan_csv_end(rest, input->how.separator, input->at_eof, end, inside);
    const char *lf = memchr(rest.p, '\n', rest.n);
    *end = lf ? (size_t)(lf - rest.p) : rest.n;
    *inside = 0;
    return lf || input->at_eof;
}

/* A record beyond the limit: give its beginning, drop bytes to the next line end. */
static bool drop_long(struct input *input, struct input_record *out, GError **err)
{
    char *kept = g_memdup2(input->buffer + input->start, MIN(input->how.max_line, 4096));
    size_t n = MIN(input->how.max_line, 4096);
    consume(input, input->how.max_line);
    for (;;) {
        char *from = input->buffer + input->start;
        size_t rest = input->end - input->start;
        const char *lf = memchr(from, '\n', rest);
        consume(input, lf ? (size_t)(lf - from) + 1 : rest);
        if (lf || input->at_eof)
            break;
        if (!fill(input, err)) {
            g_free(kept);
            return false;
        }
    }
    /* The beginning lives where later bytes will come: enough room is always there. */
    hash_given(input);
    if (input->start < n) {
        size_t rest = input->end - input->start;
        while (input->size < n + rest + 1) {
            input->size *= 2;
            input->buffer = g_realloc(input->buffer, input->size);
        }
        memmove(input->buffer + n, input->buffer + input->start, rest);
        input->start = input->hashed = n;
        input->end = n + rest;
    }
    memcpy(input->buffer + input->start - n, kept, n);
    out->text = (struct slice){input->buffer + input->start - n, n};
    g_free(kept);
    return true;
}

static bool skip_mark(struct input *input, GError **err)
{
    while (input->end - input->start < 3 && !input->at_eof) {
        if (!fill(input, err))
            return false;
    }
    if (input->end - input->start >= 3 &&
        memcmp(input->buffer + input->start, "\xef\xbb\xbf", 3) == 0)
        consume(input, 3);
    return true;
}

/* The next record as the window has it; false where it must be read by itself. */
static bool marked_record(struct input *input, struct input_record *out)
{
    size_t inside;
    if (!input->window || (input->start < input->marked && csv_window_is_irregular(input->window)))
        return false;
    bool found = input->marked > 0 && csv_window_next(input->window, &out->marks, &inside);
    if (!found) {
        struct slice rest = {input->buffer + input->start, input->end - input->start};
        input->marked = input->start + csv_window_fill(input->window, rest);
        found = csv_window_next(input->window, &out->marks, &inside);
    }
    const char *from = input->buffer + input->start;
    size_t end = found ? (size_t)(out->marks.base + out->marks.end[out->marks.n - 1] - from) : 0;
    if (!found || end > input->how.max_line) {
        if (!csv_window_is_irregular(input->window))
            input->marked = 0;
        return false;
    }
    out->is_marked = out->terminated = true;
    out->text = (struct slice){from, end - (end > 0 && from[end - 1] == '\r')};
    give(input, end + 1, inside + 1);
    return true;
}

static bool one_record(struct input *input, struct input_record *out, bool *found, GError **err)
{
    size_t end, inside;
    if (input->position == 0 && !skip_mark(input, err))
        return false;
    *out = (struct input_record){.line = input->line + 1, .offset = input->position};
    *found = true;
    if (marked_record(input, out))
        return true;
    while (!find_end(input, &end, &inside)) {
        if (input->end - input->start > input->how.max_line)
            break;
        if (!fill(input, err))
            return false;
    }
    *found = input->end > input->start;
    if (!*found)
        return true;
    if (input->end - input->start > input->how.max_line &&
        (!find_end(input, &end, &inside) || end > input->how.max_line)) {
        out->too_long = out->terminated = true;
        return drop_long(input, out, err);
    }
    out->terminated = input->start + end < input->end;
    out->text = (struct slice){input->buffer + input->start, end};
    if (end > 0 && out->text.p[end - 1] == '\r')
        out->text.n--;
    give(input, end + out->terminated, inside + out->terminated);
    return true;
}

bool input_next(struct input *input, struct input_record *out, bool *found, GError **err)
{
    do {
        if (!one_record(input, out, found, err))
            return false;
    } while (*found && out->text.n == 0);
    return true;
}

/* Does a record begin here? Not when the last one had no line end and now goes on. */
static bool at_record_start(struct input *input, bool *yes, GError **err)
{
    if (input->start == input->end && !input->at_eof && !fill(input, err))
        return false;
    *yes = input->position == 0 || input->last == '\n' || input->start == input->end ||
           input->buffer[input->start] == '\n' || input->buffer[input->start] == '\r';
    return true;
}

bool input_skip(struct input *input, int64_t position, int64_t line, const uint8_t *hash,
                bool *same, GError **err)
{
    uint8_t now[INPUT_HASH_SIZE];
    while (input->position < position) {
        size_t rest = input->end - input->start;
        if (rest == 0) {
            if (!fill(input, err))
                return false;
            if (input->at_eof)
                break;
            continue;
        }
        consume(input, (size_t)MIN((int64_t)rest, position - input->position));
    }
    input_hash(input, now);
    *same = input->position == position && memcmp(now, hash, sizeof now) == 0;
    input->line = line;
    return !*same || at_record_start(input, same, err);
}

bool input_is_at_end(const struct input *input)
{
    return input->at_eof && input->start == input->end;
}

int64_t input_position(const struct input *input)
{
    return input->position;
}

int64_t input_line(const struct input *input)
{
    return input->line;
}

int64_t input_consumed(const struct input *input)
{
    return input->gzip ? gzoffset(input->gzip) : ftello(input->plain);
}

void input_hash(struct input *input, uint8_t hash[INPUT_HASH_SIZE])
{
    hash_given(input);
    content_hash_value(input->hash, hash);
}

bool input_digest(const char *path, const struct input_how *how, uint8_t hash[INPUT_HASH_SIZE],
                  int64_t *size, GError **err)
{
    g_autoptr(input_t) input = input_open(path, how, err);
    bool same;
    uint8_t none[INPUT_HASH_SIZE] = {0};
    if (!input || !input_skip(input, INT64_MAX, 0, none, &same, err))
        return false;
    input_hash(input, hash);
    *size = input->position;
    return true;
}

bool input_known_size(const char *path, const struct input_how *how, int64_t *size)
{
    struct stat status;
    unsigned char mark[2] = {0};
    if ((how->encoding != ENCODING_AUTO && how->encoding != ENCODING_UTF8) ||
        g_str_has_suffix(path, ".gz") || g_str_has_suffix(path, ".zst"))
        return false;
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool known = fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode) &&
                 fread(mark, 1, sizeof mark, file) <= sizeof mark;
    fclose(file);
    *size = known ? (int64_t)status.st_size : 0;
    bool is_utf16 = mark[0] + mark[1] == 0xff + 0xfe && (mark[0] == 0xff || mark[0] == 0xfe);
    return known && !is_utf16;
}
