/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>
#include <string.h>

#include "ingest/encoding_evidence.h"

struct pieces {
    const uint8_t *data;
    size_t n, at, step;
};

static bool give(void *context, char *to, size_t room, size_t *got, GError **err)
{
    (void)err;
    struct pieces *p = context;
    *got = MIN(MIN(room, p->step), p->n - p->at);
    memcpy(to, p->data + p->at, *got);
    p->at += *got;
    return true;
}

static GString *decode_by(const uint8_t *data, size_t n, enum encoding encoding, size_t step,
                          size_t room)
{
    struct pieces pieces = {data, n, 0, step};
    struct encoding_decoder *decoder = encoding_decoder_open(encoding);
    GString *out = g_string_new(NULL);
    char text[4096];
    size_t got = 1;
    while (got > 0) {
        FUZZ_HOLDS(encoding_decode(decoder, give, &pieces, text, room, &got, NULL));
        FUZZ_HOLDS(got <= room);
        g_string_append_len(out, text, (gssize)got);
    }
    encoding_decoder_close(decoder);
    return out;
}

/* The first byte chooses the encoding, the second how the bytes arrive: the text does not depend on
 * that. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    enum encoding encoding = (enum encoding)(data[0] % ENCODING_COUNT);
    size_t step = 1 + data[1] % 7, room = ENCODING_ROOM_MIN + data[1] / 7;
    GString *whole = decode_by(data + 2, size - 2, encoding, size, 4096);
    GString *parts = decode_by(data + 2, size - 2, encoding, step, room);
    FUZZ_HOLDS(g_string_equal(whole, parts));
    if (encoding == ENCODING_LATIN1 && size > 4 && (data[2] < 0xef))
        FUZZ_HOLDS(g_utf8_validate_len(whole->str, whole->len, NULL) ||
                   memchr(whole->str, 0, whole->len));
    g_string_free(whole, TRUE);
    g_string_free(parts, TRUE);
    FUZZ_HOLDS(*encoding_evidence_hint((struct slice){(const char *)data, size}) != 'x');
    return 0;
}
