/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>
#include <string.h>

#include "ingest/identity_name.h"
#include "ingest/identity_near.h"

/* Two names, cut at the first line end. What is left of a name is text, and a name is most like
 * itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_utf8_make_valid((const char *)data, (gssize)size);
    g_auto(GStrv) names = g_strsplit(text, "\n", 2);
    if (g_strv_length(names) < 2)
        return 0;
    g_autofree char *plain = identity_name_plain(names[0]);
    g_autofree char *loose = identity_name_loose(names[0]);
    FUZZ_HOLDS(!plain || (*plain && g_utf8_validate(plain, -1, NULL)));
    FUZZ_HOLDS(!loose || g_utf8_validate(loose, -1, NULL));
    struct identity_near_index *index = identity_near_new();
    struct identity_near_match best[IDENTITY_NEAR];
    identity_near_add(index, 0, names[1]);
    identity_near_add(index, 1, names[0]);
    identity_near_build(index);
    identity_near_find(index, (const char *const *)names, 1, best);
    FUZZ_HOLDS(best[0].similarity <= 1);
    FUZZ_HOLDS(!loose || !*loose || best[0].similarity == 1);
    identity_near_free(index);
    return 0;
}
