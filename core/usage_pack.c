/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/usage_pack.h"

#include <string.h>

enum { HEAD = 40, NO_TIMES = 15 };

/* ── unpack ──────────────────────────────────────────────────────────────────────────────────── */

static uint64_t word64(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return GUINT64_FROM_BE(word);
}

static uint32_t word32(const uint8_t *p)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return GUINT32_FROM_BE(word);
}

static uint32_t word16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

bool usage_pack_open(struct slice bytes, struct usage_pack *out, GError **err)
{
    const uint8_t *p = (const uint8_t *)bytes.p;
    size_t heads = bytes.n >= HEAD ? word32(p + 4) : 0;
    if (heads == 0 || heads % HEAD || heads > bytes.n)
        return err_set(err, KENKO_ERROR_BUG, "packed usage of %zu bytes has no spans", bytes.n);
    *out = (struct usage_pack){p, bytes.n, heads / HEAD};
    return true;
}

int32_t usage_pack_metric(const struct usage_pack *pack, size_t i)
{
    return (int32_t)word32(pack->bytes + i * HEAD);
}

/* `n` numbers of `width` bytes, each what it exceeds `least` by. */
static void get_column(const uint8_t *p, int width, uint64_t least, int n, int64_t *out)
{
    switch (width) {
    case 0:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)least;
        break;
    case 1:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)(least + p[i]);
        break;
    case 2:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)(least + word16(p + 2 * i));
        break;
    case 4:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)(least + word32(p + 4 * i));
        break;
    default:
        for (int i = 0; i < n; i++)
            out[i] = (int64_t)(least + word64(p + 8 * i));
    }
}

/* The shape of a span, as its head says it. */
struct shape {
    int first, n; /* index of the first day; days */
    int v, load, at, tie;
    size_t from, size; /* where its values are */
};

static bool is_width(int width)
{
    return width == 0 || width == 1 || width == 2 || width == 4 || width == 8;
}

static bool read_shape(const struct usage_pack *pack, const uint8_t *head, struct shape *out)
{
    bool has_times = (head[39] >> 4) != NO_TIMES;
    struct shape s = {.first = head[36] - 1,
                      .n = head[37],
                      .v = head[38] >> 4,
                      .load = head[38] & 15,
                      .at = has_times ? head[39] >> 4 : 0,
                      .tie = head[39] & 15,
                      .from = word32(head + 4)};
    uint32_t days = word32(head + 32);
    if (s.first < 0 || s.n < 1 || s.first + s.n > USAGE_PACK_DAYS || days == 0 || days >> s.n ||
        !is_width(s.v) || !is_width(s.load) || !is_width(s.at) ||
        !(s.tie == 0 || (s.tie == 8 && has_times)))
        return false;
    s.size = (size_t)(s.n * (s.v + s.load + s.at + s.tie)) + (has_times ? 8 : 0);
    *out = s;
    return s.from <= pack->n_bytes && s.size <= pack->n_bytes - s.from;
}

bool usage_pack_get(const struct usage_pack *pack, size_t i, struct usage_span *out, GError **err)
{
    const uint8_t *head = pack->bytes + i * HEAD;
    struct shape s;
    if (!read_shape(pack, head, &s))
        return err_set(err, KENKO_ERROR_BUG, "span %zu of packed usage makes no sense", i);
    const uint8_t *p = pack->bytes + s.from;
    bool has_times = (head[39] >> 4) != NO_TIMES;
    out->metric_id = (int32_t)word32(head);
    out->subject_id = (int64_t)word64(head + 8);
    out->load_id = (int64_t)word64(head + 16);
    out->taken = word32(head + 32) << s.first;
    out->is_latest = s.tie > 0;
    out->is_counted = has_times && s.tie == 0;
    out->is_mixed = s.load > 0;
    get_column(p, s.v, s.v == 8 ? 0 : word64(head + 24), s.n, out->v + s.first);
    p += s.n * s.v;
    if (s.load > 0)
        get_column(p, s.load, word64(head + 16), s.n, out->load + s.first);
    p += s.n * s.load;
    if (has_times)
        get_column(p + 8, s.at, s.at == 8 ? 0 : word64(p), s.n, out->at + s.first);
    if (s.tie > 0)
        get_column(p + 8 + s.n * s.at, 8, 0, s.n, out->tie + s.first);
    return true;
}

/* ── pack ────────────────────────────────────────────────────────────────────────────────────── */

struct usage_packer {
    GByteArray *heads, *values; /* where values begin is said when all heads are there */
    bool is_ended;
};

struct usage_packer *usage_pack_new(void)
{
    struct usage_packer *packer = g_new0(struct usage_packer, 1);
    packer->heads = g_byte_array_new();
    packer->values = g_byte_array_new();
    return packer;
}

void usage_pack_free(struct usage_packer *packer)
{
    g_byte_array_free(packer->heads, TRUE);
    g_byte_array_free(packer->values, TRUE);
    g_free(packer);
}

static void set32(uint8_t *p, uint32_t word)
{
    word = GUINT32_TO_BE(word);
    memcpy(p, &word, sizeof word);
}

static void set64(uint8_t *p, uint64_t word)
{
    word = GUINT64_TO_BE(word);
    memcpy(p, &word, sizeof word);
}

/* In how many bytes the days taken fit, as what they exceed `from` by. */
static int width_of(const int64_t *v, uint32_t taken, int64_t from)
{
    uint64_t all = 0;
    for (uint32_t days = taken; days; days &= days - 1)
        all |= (uint64_t)v[__builtin_ctz(days)] - (uint64_t)from;
    return all == 0 ? 0 : all >> 8 == 0 ? 1 : all >> 16 == 0 ? 2 : all >> 32 == 0 ? 4 : 8;
}

static int64_t least_of(const int64_t *v, uint32_t taken)
{
    int64_t least = INT64_MAX;
    for (uint32_t days = taken; days; days &= days - 1)
        least = MIN(least, v[__builtin_ctz(days)]);
    return least;
}

static uint8_t *put_column(uint8_t *p, const int64_t *v, uint32_t taken, int n, int width,
                           uint64_t least)
{
    for (int i = 0; i < n && width > 0; i++, p += width) {
        uint64_t word = taken >> i & 1 ? (uint64_t)v[i] - least : 0;
        for (int byte = width; byte-- > 0; word >>= 8)
            p[byte] = (uint8_t)word;
    }
    return p;
}

void usage_pack_put(struct usage_packer *packer, const struct usage_span *span)
{
    if (packer->is_ended) {
        g_byte_array_set_size(packer->heads, 0);
        g_byte_array_set_size(packer->values, 0);
        packer->is_ended = false;
    }
    int first = __builtin_ctz(span->taken), n = USAGE_PACK_DAYS + 1 - first;
    n -= __builtin_clz(span->taken);
    uint32_t days = span->taken >> first;
    bool has_times = span->is_latest || span->is_counted;
    int64_t low = least_of(span->v, span->taken);
    int64_t early = has_times ? least_of(span->at, span->taken) : 0;
    int v = width_of(span->v, span->taken, low), tie = span->is_latest ? 8 : 0;
    int load = span->is_mixed ? width_of(span->load, span->taken, span->load_id) : 0;
    int at = has_times ? width_of(span->at, span->taken, early) : 0;

    uint8_t head[HEAD] = {0};
    set32(head, (uint32_t)span->metric_id);
    set32(head + 4, packer->values->len);
    set64(head + 8, (uint64_t)span->subject_id);
    set64(head + 16, (uint64_t)span->load_id);
    set64(head + 24, v == 8 ? 0 : (uint64_t)low);
    set32(head + 32, days);
    head[36] = (uint8_t)(first + 1);
    head[37] = (uint8_t)n;
    head[38] = (uint8_t)(v << 4 | load);
    head[39] = (uint8_t)((has_times ? at : NO_TIMES) << 4 | tie);
    g_byte_array_append(packer->heads, head, HEAD);

    uint8_t values[USAGE_PACK_DAYS * 4 * 8 + 8], *p = values;
    p = put_column(p, span->v + first, days, n, v, v == 8 ? 0 : (uint64_t)low);
    p = put_column(p, span->load + first, days, n, load, (uint64_t)span->load_id);
    if (has_times) {
        set64(p, at == 8 ? 0 : (uint64_t)early);
        p = put_column(p + 8, span->at + first, days, n, at, at == 8 ? 0 : (uint64_t)early);
    }
    p = put_column(p, span->tie + first, days, n, tie, 0);
    g_byte_array_append(packer->values, values, (guint)(p - values));
}

struct slice usage_pack_end(struct usage_packer *packer)
{
    guint heads = packer->heads->len;
    for (guint i = 0; i < heads && !packer->is_ended; i += HEAD) {
        uint8_t *from = packer->heads->data + i + 4;
        set32(from, word32(from) + heads);
    }
    if (!packer->is_ended)
        g_byte_array_append(packer->heads, packer->values->data, packer->values->len);
    packer->is_ended = true;
    return (struct slice){(const char *)packer->heads->data, packer->heads->len};
}
