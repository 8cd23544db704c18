/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_name.h"

#include <string.h>

#include "core/text.h"

enum { HASH_CHARS = 8, HASH_TRIES = 7 };

/* Names no column may have, whoever asks: the system's, and ours. */
static bool is_reserved(const char *name)
{
    static const char *const words[] = {"ctid", "xmin",     "xmax",   "cmin",
                                        "cmax", "tableoid", "_extra", NULL};
    return g_strv_contains(words, name) || g_str_has_prefix(name, "_kenko_");
}

static char *fold(const char *text)
{
    g_autofree char *apart = g_utf8_normalize(text, -1, G_NORMALIZE_NFKD);
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *p = apart ? apart : ""; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_combining_class(c) != 0 && g_unichar_combining_class(c) != 8)
            continue; /* accents go; voicing marks of kana (class 8) stay */
        if (g_unichar_isalnum(c) || c == '_' || g_unichar_combining_class(c) == 8)
            g_string_append_unichar(out, g_unichar_tolower(c));
        else if (!g_unichar_iszerowidth(c))
            g_string_append_c(out, '_');
    }
    if (out->len == 0)
        g_string_append(out, "field");
    if (g_ascii_isdigit(out->str[0]))
        g_string_prepend_c(out, '_');
    return g_utf8_normalize(out->str, -1, G_NORMALIZE_NFC);
}

char *raw_name_fold(struct arena *arena, const char *text, raw_name_taken_fn taken, void *context)
{
    g_autofree char *plain = fold(text);
    if (strlen(plain) <= RAW_NAME_MAX && !is_reserved(plain) && !(taken && taken(context, plain)))
        return arena_strdup(arena, plain);
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    /* Eight characters nearly always do; more are there should two names share them. */
    for (size_t n = HASH_CHARS; n <= HASH_CHARS * HASH_TRIES; n += HASH_CHARS) {
        struct slice head = text_cut(slice_of(plain), RAW_NAME_MAX - 1 - n);
        char *name = arena_printf(arena, "%.*s_%.*s", SLICE_ARGS(head), (int)n, hash);
        if (!taken || !taken(context, name))
            return name;
    }
    BUG("no name is left for '%s'", text);
}
