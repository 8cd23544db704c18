/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/gunzip.h"

#include <stdint.h>
#include <zlib.h>

enum { GZIP_ONLY = 16 + MAX_WBITS, FIRST = 4, BLOCK_MIN = 4096 };

/* The next block of room; twice as much each time, and one byte more than may be, to see that there
 * is more. */
static size_t room_after(size_t size, size_t packed, size_t max)
{
    size_t wanted = size ? size * 2 : MAX(packed * FIRST, BLOCK_MIN);
    return MIN(wanted, max + 1);
}

static enum gunzip_result inflate_all(z_stream *stream, GByteArray *bytes, size_t packed,
                                      size_t max)
{
    int status = Z_OK;
    while (status == Z_OK && bytes->len <= max) {
        size_t used = bytes->len, room = room_after(used, packed, max);
        g_byte_array_set_size(bytes, (guint)room);
        stream->next_out = bytes->data + used;
        stream->avail_out = (uInt)(room - used);
        status = inflate(stream, Z_NO_FLUSH);
        g_byte_array_set_size(bytes, (guint)(room - stream->avail_out));
        if (status == Z_OK && stream->avail_out > 0)
            return GUNZIP_BROKEN; /* the input ended before the member did */
    }
    if (bytes->len > max)
        return GUNZIP_TOO_LARGE;
    return status == Z_STREAM_END && stream->avail_in == 0 ? GUNZIP_DONE : GUNZIP_BROKEN;
}

enum gunzip_result gunzip(struct arena *arena, struct slice packed, size_t max, struct slice *out)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed.p, .avail_in = (uInt)packed.n};
    if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
        BUG("inflateInit2 failed");
    GByteArray *bytes = g_byte_array_new();
    enum gunzip_result result = inflate_all(&stream, bytes, packed.n, max);
    if (result == GUNZIP_DONE)
        *out =
            (struct slice){arena_strndup(arena, (const char *)bytes->data, bytes->len), bytes->len};
    inflateEnd(&stream);
    g_byte_array_free(bytes, TRUE);
    return result;
}
