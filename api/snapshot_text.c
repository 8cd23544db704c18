/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account's own texts are one piece: a byte of flags, then key, name, domain where there is one,
 * and name, key and domain folded, a line each, where folding does more than making letters small.
 * Each ends with NUL. Where it does no more, readers do it. */
#include <string.h>

#include "api/snapshot_internal.h"

enum { HAS_DOMAIN = 1, HAS_FOLDED = 2, BLOCK = 1 << 20 };

/* ァ … ヶ; the hiragana stand 0x60 below. */
enum { KATAKANA_FIRST = 0x30a1, KATAKANA_LAST = 0x30f6, KATAKANA_TO_HIRAGANA = 0x60 };

/* Both kana are as long in UTF-8. */
static void fold_kana(char *text)
{
    for (char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c >= KATAKANA_FIRST && c <= KATAKANA_LAST)
            g_unichar_to_utf8(c - KATAKANA_TO_HIRAGANA, p);
    }
}

char *snapshot_fold(const char *text)
{
    if (g_str_is_ascii(text))
        return g_ascii_strdown(text, -1);
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = g_utf8_casefold(composed ? composed : text, -1);
    char *again = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE);
    char *out = again ? again : g_strdup(folded);
    fold_kana(out);
    return out;
}

static char *room_for(struct snapshot_maker *maker, size_t size)
{
    if (size > maker->block_left) {
        maker->block_left = MAX(size, BLOCK);
        maker->block = arena_alloc(maker->arena, maker->block_left);
    }
    char *at = maker->block;
    maker->block += size;
    maker->block_left -= size;
    return at;
}

static char *put(char *to, const char *text, size_t n)
{
    memcpy(to, text, n + 1);
    return to + n + 1;
}

const char *snapshot_text_pack(struct snapshot_maker *maker, const char *key, const char *name,
                               const char *domain)
{
    size_t key_n = strlen(key), name_n = strlen(name), domain_n = domain ? strlen(domain) : 0;
    bool plain = g_str_is_ascii(key) && g_str_is_ascii(name) && (!domain || g_str_is_ascii(domain));
    g_autofree char *folded = NULL;
    if (!plain) {
        g_autofree char *all = g_strjoin("\n", name, key, domain ? domain : "", NULL);
        folded = snapshot_fold(all);
    }
    size_t folded_n = folded ? strlen(folded) : 0;
    size_t size =
        1 + key_n + 1 + name_n + 1 + (domain ? domain_n + 1 : 0) + (folded ? folded_n + 1 : 0);
    char *packed = room_for(maker, size), *to = packed + 1;
    *packed = (char)((domain ? HAS_DOMAIN : 0) | (folded ? HAS_FOLDED : 0));
    to = put(put(to, key, key_n), name, name_n);
    if (domain)
        to = put(to, domain, domain_n);
    if (folded)
        put(to, folded, folded_n);
    return packed;
}

static const char *next(const char *text)
{
    return text + strlen(text) + 1;
}

const char *snapshot_key(const struct snapshot_account *account)
{
    return account->text + 1;
}

const char *snapshot_name(const struct snapshot_account *account)
{
    return next(snapshot_key(account));
}

const char *snapshot_domain(const struct snapshot_account *account)
{
    return *account->text & HAS_DOMAIN ? next(snapshot_name(account)) : NULL;
}

/* NULL: the texts are ASCII. */
static const char *folded_of(const struct snapshot_account *account)
{
    if (!(*account->text & HAS_FOLDED))
        return NULL;
    const char *domain = snapshot_domain(account);
    return next(domain ? domain : snapshot_name(account));
}

size_t snapshot_order(const struct snapshot_account *account, char out[CURSOR_TEXT_MAX + 1])
{
    const char *folded = folded_of(account), *name = folded ? folded : snapshot_name(account);
    size_t n = 0;
    for (; n < CURSOR_TEXT_MAX && name[n] && !(folded && name[n] == '\n'); n++)
        out[n] = g_ascii_tolower(name[n]);
    out[n] = '\0';
    return n;
}

/* Is the small text a part of an ASCII text, whatever that one's case? */
static bool has_small(const char *text, const char *small)
{
    for (; *text; text++) {
        size_t i = 0;
        while (small[i] && g_ascii_tolower(text[i]) == small[i])
            i++;
        if (!small[i])
            return true;
    }
    return *small == '\0';
}

bool snapshot_has_text(const struct snapshot_account *account, const char *folded)
{
    const char *own = folded_of(account), *domain = snapshot_domain(account);
    if (own)
        return strstr(own, folded) != NULL;
    return has_small(snapshot_name(account), folded) || has_small(snapshot_key(account), folded) ||
           (domain && has_small(domain, folded));
}
