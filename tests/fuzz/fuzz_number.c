/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <math.h>
#include <string.h>

#include <glib.h>

#include "ingest/number.h"

/* A number that fits is what the C library reads, within a double's precision; written with its
 * decimals it reads back the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    int decimals = data[0] % 10;
    struct slice text = {(const char *)data + 1, size - 1};
    int64_t v, again;
    enum number_result result = number_parse(text, decimals, &v);
    if (result == NUMBER_MALFORMED || result == NUMBER_OUT_OF_RANGE)
        return 0;
    g_autofree char *copy = g_strndup(text.p, text.n);
    FUZZ_HOLDS(strlen(copy) == text.n);
    double wanted = g_ascii_strtod(copy, NULL) * pow(10, decimals);
    FUZZ_HOLDS(fabs(wanted - (double)v) <= 0.5000001 + fabs(wanted) * 1e-12);
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT "e-%d", v, decimals);
    FUZZ_HOLDS(number_parse((struct slice){digits, strlen(digits)}, decimals, &again) == NUMBER_OK);
    FUZZ_HOLDS(again == v);
    return 0;
}
