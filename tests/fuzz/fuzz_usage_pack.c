/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "core/usage_pack.h"

static void same_days(const int64_t *a, const int64_t *b, uint32_t taken)
{
    for (; taken; taken &= taken - 1) {
        int d = __builtin_ctz(taken);
        FUZZ_HOLDS(a[d] == b[d]);
    }
}

/* What can be unpacked packs to the same values again, and packing that gives the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct usage_pack pack, again;
    struct usage_span span, other;
    g_autoptr(usage_packer_t) packer = usage_pack_new();
    g_autoptr(usage_packer_t) twice = usage_pack_new();
    if (!usage_pack_open((struct slice){(const char *)data, size}, &pack, NULL))
        return 0;
    for (size_t i = 0; i < pack.n_spans; i++) {
        if (!usage_pack_get(&pack, i, &span, NULL))
            return 0;
        /* A load of its own is not below the span's, as writers have it. */
        for (uint32_t days = span.is_mixed ? span.taken : 0; days; days &= days - 1)
            if (span.load[__builtin_ctz(days)] < span.load_id)
                return 0;
        usage_pack_put(packer, &span);
    }
    struct slice bytes = usage_pack_end(packer);
    FUZZ_HOLDS(usage_pack_open(bytes, &again, NULL));
    FUZZ_HOLDS(again.n_spans == pack.n_spans);
    for (size_t i = 0; i < pack.n_spans; i++) {
        FUZZ_HOLDS(usage_pack_get(&pack, i, &span, NULL) &&
                   usage_pack_get(&again, i, &other, NULL));
        FUZZ_HOLDS(span.metric_id == other.metric_id && span.taken == other.taken &&
                   span.load_id == other.load_id && span.is_latest == other.is_latest &&
                   span.is_counted == other.is_counted);
        same_days(span.v, other.v, span.taken);
        if (span.is_latest || span.is_counted)
            same_days(span.at, other.at, span.taken);
        if (span.is_latest)
            same_days(span.tie, other.tie, span.taken);
        if (span.is_mixed && other.is_mixed)
            same_days(span.load, other.load, span.taken);
        usage_pack_put(twice, &other);
    }
    struct slice more = usage_pack_end(twice);
    FUZZ_HOLDS(bytes.n == more.n && memcmp(bytes.p, more.p, more.n) == 0);
    return 0;
}
