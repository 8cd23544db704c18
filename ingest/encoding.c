/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/encoding.h"

#include <errno.h>
#include <iconv.h>

enum { RAW_SIZE = 64 * 1024, MARK_SIZE = 3 };

static const struct {
    const char *name, *table; /* NULL: passed on as it is */
} encodings[ENCODING_COUNT] = {
    [ENCODING_AUTO] = {"auto", NULL},
    [ENCODING_UTF8] = {"utf-8", NULL},
    [ENCODING_UTF16LE] = {"utf-16le", "UTF-16LE"},
    [ENCODING_UTF16BE] = {"utf-16be", "UTF-16BE"},
    [ENCODING_CP932] = {"cp932", "CP932"},
    [ENCODING_EUC_JP] = {"euc-jp", "EUC-JP-MS"}, /* with the characters Windows adds */
    [ENCODING_LATIN1] = {"latin1", "ISO-8859-1"},
    [ENCODING_WINDOWS_1252] = {"windows-1252", "CP1252"},
};

bool encoding_by_name(const char *name, enum encoding *out, GError **err)
{
    static const struct {
        const char *name;
        enum encoding encoding;
    } others[] = {{"shift_jis", ENCODING_CP932}, {"utf-16", ENCODING_UTF16LE}};
    if (!name)
        name = "auto";
    for (int i = 0; i < ENCODING_COUNT; i++) {
        if (strcmp(name, encodings[i].name) == 0) {
            *out = (enum encoding)i;
            return true;
        }
    }
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (strcmp(name, others[i].name) == 0) {
            *out = others[i].encoding;
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_CONFIG,
                   "encoding is '%s', want one of auto, utf-8, utf-16, utf-16le, utf-16be, "
                   "shift_jis, cp932, euc-jp, latin1, windows-1252",
                   name);
}

const char *encoding_name(enum encoding encoding)
{
    return encodings[encoding].name;
}

struct encoding_decoder {
    enum encoding encoding;
    bool begun, at_eof;
    iconv_t table; /* NULL while text is passed on */
    char *raw;     /* bytes start … end are not yet decoded */
    size_t start, end;
};

struct encoding_decoder *encoding_decoder_open(enum encoding encoding)
{
    struct encoding_decoder *decoder = g_new0(struct encoding_decoder, 1);
    decoder->encoding = encoding;
    return decoder;
}

void encoding_decoder_close(struct encoding_decoder *decoder)
{
    if (!decoder)
        return;
    if (decoder->table)
        iconv_close(decoder->table);
    g_free(decoder->raw);
    g_free(decoder);
}

static enum encoding marked(const char *p, size_t n, enum encoding otherwise)
{
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        return ENCODING_UTF8;
    if (n >= 2 && memcmp(p, "\xff\xfe", 2) == 0)
        return ENCODING_UTF16LE;
    if (n >= 2 && memcmp(p, "\xfe\xff", 2) == 0)
        return ENCODING_UTF16BE;
    return otherwise;
}

/* The first bytes decide how all are read; they are left in `to`. */
static bool begin(struct encoding_decoder *d, encoding_source *source, void *context, char *to,
                  size_t room, size_t *got, GError **err)
{
    size_t more = 1;
    for (*got = 0; *got < MARK_SIZE && more > 0; *got += more) {
        if (!source(context, to + *got, room - *got, &more, err))
            return false;
    }
    d->begun = true;
    d->encoding = marked(to, *got, d->encoding);
    const char *table = encodings[d->encoding].table;
    if (!table)
        return true;
    iconv_t opened = iconv_open("UTF-8", table);
    if (opened == (iconv_t)-1)
        return err_set(err, KENKO_ERROR_BUG, "the C library cannot decode %s (iconv_open %s): %s",
                       encodings[d->encoding].name, table, g_strerror(errno));
    d->table = opened;
    d->raw = g_malloc(MAX(RAW_SIZE, *got));
    memcpy(d->raw, to, *got);
    d->end = *got;
    *got = 0;
    return true;
}

static bool is_utf16(const struct encoding_decoder *d)
{
    return d->encoding == ENCODING_UTF16LE || d->encoding == ENCODING_UTF16BE;
}

/* Hide what does not decode in a surrogate, which no encoding gives otherwise. */
static void hide(struct encoding_decoder *d, char **to, size_t *room)
{
    const unsigned char *p = (const unsigned char *)d->raw + d->start;
    unsigned unit = 0xdc00u + p[0];
    size_t n = 1;
    if (is_utf16(d) && d->end - d->start >= 2) {
        unit = d->encoding == ENCODING_UTF16LE ? p[0] | p[1] << 8 : p[0] << 8 | p[1];
        n = 2;
    }
    (*to)[0] = (char)(0xe0 | unit >> 12);
    (*to)[1] = (char)(0x80 | (unit >> 6 & 0x3f));
    (*to)[2] = (char)(0x80 | (unit & 0x3f));
    *to += 3;
    *room -= 3;
    d->start += n;
}

/* Decode what is there, as far as there is room for it. */
static size_t convert(struct encoding_decoder *d, char *to, size_t room)
{
    char *at = to;
    while (d->start < d->end && room >= ENCODING_ROOM_MIN) {
        char *from = d->raw + d->start;
        size_t left = d->end - d->start;
        size_t status = iconv(d->table, &from, &left, &at, &room);
        d->start = d->end - left;
        if (status != (size_t)-1)
            continue;
        if (errno == EINVAL && !d->at_eof)
            break; /* a character's beginning: its end is still to come */
        if (errno == E2BIG)
            break;
        if (room >= 3)
            hide(d, &at, &room);
    }
    return (size_t)(at - to);
}

static bool more_raw(struct encoding_decoder *d, encoding_source *source, void *context,
                     GError **err)
{
    size_t got;
    memmove(d->raw, d->raw + d->start, d->end - d->start);
    d->end -= d->start;
    d->start = 0;
    if (!source(context, d->raw + d->end, RAW_SIZE - d->end, &got, err))
        return false;
    d->end += got;
    d->at_eof = got == 0;
    return true;
}

bool encoding_decode(struct encoding_decoder *d, encoding_source *source, void *context, char *to,
                     size_t room, size_t *got, GError **err)
{
    if (!d->begun) {
        if (!begin(d, source, context, to, MIN(room, RAW_SIZE), got, err))
            return false;
        if (*got > 0)
            return true;
    }
    if (!d->table)
        return source(context, to, room, got, err);
    for (;;) {
        *got = convert(d, to, room);
        if (*got > 0 || (d->at_eof && d->start == d->end))
            return true;
        if (!more_raw(d, source, context, err))
            return false;
    }
}

bool encoding_is_undecodable(struct slice text, size_t at)
{
    return text.n - at >= 3 && (unsigned char)text.p[at] == 0xed &&
           (unsigned char)text.p[at + 1] >= 0xa0;
}
