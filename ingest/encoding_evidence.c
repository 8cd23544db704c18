/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/encoding_evidence.h"

static bool within(uint8_t c, uint8_t first, uint8_t last)
{
    return c >= first && c <= last;
}

/* A character of several bytes, or what should have been one, ends here. */
static void end_wide(struct encoding_reading *r, bool fits)
{
    r->expected = 0;
    r->wrong += !fits;
    r->wide += fits;
    r->runs += fits && r->after_wide;
    r->after_wide = fits;
}

static void read_utf8(struct encoding_reading *r, uint8_t c)
{
    if (r->expected > 0) {
        if (!within(c, 0x80, 0xbf))
            end_wide(r, false);
        else if (--r->expected == 0)
            end_wide(r, true);
        if (within(c, 0x80, 0xbf))
            return;
    }
    r->expected = 0;
    if (c >= 0xc2 && c <= 0xf4)
        r->expected = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    r->wrong += c >= 0x80 && r->expected == 0;
    if (c < 0x80)
        r->after_wide = false;
}

static void read_cp932(struct encoding_reading *r, uint8_t c)
{
    if (r->expected > 0) {
        end_wide(r, within(c, 0x40, 0x7e) || within(c, 0x80, 0xfc));
        r->kana += (r->lead == 0x82 && within(c, 0x9f, 0xf1)) ||
                   (r->lead == 0x83 && within(c, 0x40, 0x96));
        return;
    }
    r->lead = c;
    r->expected = within(c, 0x81, 0x9f) || within(c, 0xe0, 0xfc);
    r->narrow += within(c, 0xa1, 0xdf);
    r->wrong += c == 0x80 || c == 0xa0 || c >= 0xfd;
    if (c < 0x80)
        r->after_wide = false;
}

static void read_euc(struct encoding_reading *r, uint8_t c)
{
    if (r->expected > 0) {
        if (!within(c, 0xa1, 0xfe))
            end_wide(r, false);
        else if (--r->expected == 0)
            end_wide(r, true);
        r->kana += r->lead == 0xa4 || r->lead == 0xa5;
        return;
    }
    r->lead = c;
    r->expected = c == 0x8f ? 2 : c == 0x8e || within(c, 0xa1, 0xfe);
    r->narrow += c == 0x8e;
    r->wrong += c >= 0x80 && r->expected == 0;
    if (c < 0x80)
        r->after_wide = false;
}

/* Eight bytes of plain text, none of them NUL, say nothing. */
static bool is_plain(const char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return ((word | (word - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

void encoding_evidence_add(struct encoding_evidence *e, struct slice bytes)
{
    for (size_t i = 0; i < bytes.n; i++) {
        bool between = !e->utf8.expected && !e->cp932.expected && !e->euc_jp.expected;
        while (between && e->n >= 8 && i + 8 < bytes.n && is_plain(bytes.p + i)) {
            e->utf8.after_wide = e->cp932.after_wide = e->euc_jp.after_wide = false;
            e->n += 8;
            i += 8;
        }
        uint8_t c = (uint8_t)bytes.p[i];
        if (e->n < sizeof e->start)
            e->start[e->n] = c;
        e->nul[e->n++ & 1] += c == 0;
        e->high += c >= 0x80;
        e->c1 += within(c, 0x80, 0x9f);
        e->outside_1252 += c == 0x81 || c == 0x8d || c == 0x8f || c == 0x90 || c == 0x9d;
        if (c < 0x80 && between) {
            e->utf8.after_wide = e->cp932.after_wide = e->euc_jp.after_wide = false;
            continue;
        }
        read_utf8(&e->utf8, c);
        read_cp932(&e->cp932, c);
        read_euc(&e->euc_jp, c);
    }
}

static bool has_mark(const struct encoding_evidence *e, const char *mark, size_t n)
{
    return e->n >= n && memcmp(e->start, mark, n) == 0;
}

/* Japanese stands in runs of wide characters; Western letters stand alone among ASCII. A few bad
 * bytes among many good characters do not make it another encoding. */
static bool is_japanese(const struct encoding_reading *r)
{
    return r->wide > 0 && r->wrong * 50 <= r->wide &&
           (r->kana > 0 ? r->runs * 3 >= r->wide : r->runs * 2 >= r->wide);
}

enum encoding encoding_evidence_verdict(const struct encoding_evidence *e)
{
    if (has_mark(e, "\xff\xfe", 2))
        return ENCODING_UTF16LE;
    if (has_mark(e, "\xfe\xff", 2))
        return ENCODING_UTF16BE;
    /* In UTF-16 every separator and line end has a NUL on the same side. */
    if (e->nul[1] > e->n / 32 && e->nul[1] > e->nul[0] * 8)
        return ENCODING_UTF16LE;
    if (e->nul[0] > e->n / 32 && e->nul[0] > e->nul[1] * 8)
        return ENCODING_UTF16BE;
    if (e->high == 0 || e->utf8.wrong * 50 < e->utf8.wide || has_mark(e, "\xef\xbb\xbf", 3))
        return ENCODING_UTF8;
    bool cp932 = is_japanese(&e->cp932) || (e->cp932.wrong == 0 && e->cp932.narrow == e->high);
    bool euc = is_japanese(&e->euc_jp);
    if (cp932 && euc) /* EUC read as Shift_JIS is half-width katakana all over */
        return e->cp932.narrow > e->cp932.wide ? ENCODING_EUC_JP : ENCODING_CP932;
    if (cp932 || euc)
        return cp932 ? ENCODING_CP932 : ENCODING_EUC_JP;
    if (e->outside_1252 * 50 > e->high)
        return ENCODING_AUTO;
    return e->c1 ? ENCODING_WINDOWS_1252 : ENCODING_LATIN1;
}

const char *encoding_evidence_hint(struct slice bytes)
{
    static const char *const hints[ENCODING_COUNT] = {
        [ENCODING_AUTO] = "",
        [ENCODING_UTF8] = "",
        [ENCODING_UTF16LE] = "; it looks like UTF-16: say encoding: utf-16le for the stream",
        [ENCODING_UTF16BE] = "; it looks like UTF-16: say encoding: utf-16be for the stream",
        [ENCODING_CP932] = "; it looks like Shift_JIS: say encoding: cp932 for the stream",
        [ENCODING_EUC_JP] = "; it looks like EUC-JP: say encoding: euc-jp for the stream",
        [ENCODING_LATIN1] = "; it looks like Latin-1: say encoding: windows-1252 or latin1 for the "
                            "stream",
        [ENCODING_WINDOWS_1252] = "; it looks like Windows-1252: say encoding: windows-1252 for "
                                  "the stream",
    };
    struct encoding_evidence evidence = {0};
    encoding_evidence_add(&evidence, bytes);
    return hints[encoding_evidence_verdict(&evidence)];
}
