/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/identity_name.h"

#include <libpsl.h>
#include <stdbool.h>
#include <string.h>

static const char *const free_mail[] = {
    "gmail.com",   "googlemail.com", "yahoo.com",  "yahoo.co.jp",  "outlook.com",
    "hotmail.com", "live.com",       "icloud.com", "me.com",       "aol.com",
    "gmx.de",      "gmx.net",        "web.de",     "mail.ru",      "qq.com",
    "163.com",     "126.com",        "proton.me",  "docomo.ne.jp", NULL};

/* Legal forms that stand at the end of a name, dots left out. */
static const char *const last_words[] = {"inc",
                                         "incorporated",
                                         "ltd",
                                         "limited",
                                         "llc",
                                         "llp",
                                         "lp",
                                         "plc",
                                         "corp",
                                         "corporation",
                                         "co",
                                         "company",
                                         "kk",
                                         "gk",
                                         "gmbh",
                                         "mbh",
                                         "ag",
                                         "kg",
                                         "kgaa",
                                         "ug",
                                         "ohg",
                                         "ev",
                                         "eg",
                                         "se",
                                         "sa",
                                         "sas",
                                         "sarl",
                                         "srl",
                                         "spa",
                                         "bv",
                                         "nv",
                                         "ab",
                                         "oy",
                                         "oyj",
                                         "as",
                                         "aps",
                                         "sp",
                                         "z",
                                         "oo",
                                         "sro",
                                         "doo",
                                         "kft",
                                         "zrt",
                                         "pty",
                                         "pte",
                                         "pvt",
                                         "bhd",
                                         "sdn",
                                         "ltda",
                                         "sl",
                                         "slu",
                                         "cv",
                                         "kabushiki",
                                         "kaisha",
                                         "kabushikikaisha",
                                         "kabushikigaisha",
                                         "yugen",
                                         "yugengaisha",
                                         "godo",
                                         "gaisha",
                                         "godokaisha",
                                         "godogaisha",
                                         NULL};

/* Japanese forms stand before or after the name, with or without a space; compatibility
 * characters such as ㈱ are spelled out before. */
static const char *const forms[] = {"株式会社",     "有限会社",     "合同会社",
                                    "合資会社",     "合名会社",     "特定非営利活動法人",
                                    "npo法人",      "一般社団法人", "公益社団法人",
                                    "一般財団法人", "公益財団法人", "独立行政法人",
                                    "国立大学法人", "社会福祉法人", "医療法人社団",
                                    "医療法人",     "学校法人",     "宗教法人",
                                    "(株)",         "(有)",         "(同)",
                                    "(合)",         "(資)",         "(名)",
                                    "(一社)",       "(一財)",       "(社)",
                                    "(財)",         "(医)",         "(学)",
                                    "(福)",         "(独)",         "(カ)",
                                    "(ユ)",         "(ド)",         NULL};

/* As banks write them: カ)ヤマダ and ヤマダ(カ. */
static const char *const bank_forms[] = {"カ)", "ユ)", "ド)", NULL};

static void blank(char *text, const char *part)
{
    for (char *at = text; (at = strstr(at, part));)
        memset(at, ' ', strlen(part));
}

static void blank_bank_forms(char *text)
{
    size_t n = strlen(text);
    for (const char *const *form = bank_forms; *form; form++) {
        size_t m = strlen(*form);
        if (n > m && g_str_has_prefix(text, *form))
            memset(text, ' ', m);
        /* "(カ": the sign and its bracket change places */
        if (n > m && text[n - m] == '(' && memcmp(text + n - m + 1, *form, m - 1) == 0)
            memset(text + n - m, ' ', m);
    }
}

static void end_word(GPtrArray *words, GString *word)
{
    if (word->len > 0)
        g_ptr_array_add(words, g_strdup(word->str));
    g_string_truncate(word, 0);
}

/* The words of a name: letters and digits; dots and apostrophes fall out, all else separates, and
 * so does a change between our letters and those of East Asia (サクラK.K.). */
static GPtrArray *split(const char *text)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    GString *word = g_string_new(NULL);
    gunichar before = 0;
    for (const char *c = text;; c = g_utf8_next_char(c)) {
        gunichar ch = g_utf8_get_char(c);
        if (ch && (g_unichar_isalnum(ch) || g_unichar_ismark(ch) || ch == 0x30fc)) {
            if ((before < 0x2e80) != (ch < 0x2e80))
                end_word(words, word);
            g_string_append_unichar(word, ch);
            before = ch;
        } else if (ch != '.' && ch != '\'' && ch != 0x2019) {
            end_word(words, word);
        }
        if (!ch)
            break;
    }
    g_string_free(word, TRUE);
    return words;
}

/* Join the words but "the" in front, "and", and legal forms at the end. */
static char *join(const GPtrArray *words)
{
    guint n = words->len;
    while (n > 1 && g_strv_contains(last_words, words->pdata[n - 1]))
        n--;
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < n; i++) {
        const char *word = words->pdata[i];
        if ((i == 0 && n > 1 && strcmp(word, "the") == 0) || strcmp(word, "and") == 0)
            continue;
        g_string_append(out, word);
    }
    char *joined = g_string_free(out, FALSE);
    if (strlen(joined) >= 3 && !g_strv_contains(last_words, joined))
        return joined;
    g_free(joined);
    return NULL;
}

char *identity_name_plain(const char *name)
{
    g_autofree char *wide = g_utf8_normalize(name, -1, G_NORMALIZE_ALL_COMPOSE);
    if (!wide)
        return NULL;
    g_autofree char *folded = g_utf8_casefold(wide, -1);
    blank_bank_forms(g_strstrip(folded));
    for (const char *const *form = forms; *form; form++)
        blank(folded, *form);
    g_autoptr(GPtrArray) words = split(folded);
    return join(words);
}

/* Forms of a character that people and machines exchange for each other. */
static gunichar usual_form(gunichar c)
{
    static const struct {
        gunichar old, usual;
    } forms_of[] = {{0x9ad9, 0x9ad8}, {0xfa11, 0x5d0e}, {0x6ff5, 0x6d5c},  {0x6ff1, 0x6d5c},
                    {0x908a, 0x8fba}, {0x9089, 0x8fba}, {0x9f4b, 0x658e},  {0x9f4a, 0x6589},
                    {0x6fa4, 0x6ca2}, {0x5d8b, 0x5cf6}, {0x5fb7, 0x5fb3},  {0x60e0, 0x6075},
                    {0x5ee3, 0x5e83}, {0x570b, 0x56fd}, {0x771e, 0x771f},  {0x6afb, 0x685c},
                    {0x69c7, 0x69d9}, {0x7028, 0x702c}, {0x20bb7, 0x5409}, {0x7c60, 0x7bed},
                    {0x5d5c, 0x5d0e}, {0x9e7c, 0x9e78}, {0x6589, 0x658e},  {0x9f8d, 0x7adc}};
    if (c >= 0x3041 && c <= 0x3096)
        return c + 0x60; /* hiragana to katakana */
    for (size_t i = 0; i < G_N_ELEMENTS(forms_of); i++) {
        if (forms_of[i].old == c)
            return forms_of[i].usual;
    }
    return c;
}

/* The name below the public suffix of "info@eu.alpha.co.uk": "alpha"; NULL when it is no host. */
static char *host_label(const char *text)
{
    const char *at = strrchr(text, '@');
    const char *host = at ? at + 1 : text;
    if (!strchr(host, '.') || strpbrk(host, " /"))
        return NULL;
    g_autofree char *domain = identity_name_domain(host);
    return domain ? g_strndup(domain, strcspn(domain, ".")) : NULL;
}

char *identity_name_loose(const char *name)
{
    g_autofree char *label = host_label(name);
    if (!label && strchr(name, '@'))
        return NULL; /* of a provider that gives mail to everybody */
    g_autofree char *plain = identity_name_plain(label ? label : name);
    if (!plain)
        return NULL;
    g_autofree char *apart = g_utf8_normalize(plain, -1, G_NORMALIZE_ALL);
    GString *bare = g_string_new(NULL);
    for (const char *c = apart; *c; c = g_utf8_next_char(c)) {
        gunichar ch = g_utf8_get_char(c);
        if (ch < 0x300 || ch > 0x36f)
            g_string_append_unichar(bare, ch);
    }
    g_autofree char *whole = g_utf8_normalize(bare->str, -1, G_NORMALIZE_ALL_COMPOSE);
    g_string_truncate(bare, 0);
    for (const char *c = whole; *c; c = g_utf8_next_char(c))
        g_string_append_unichar(bare, usual_form(g_utf8_get_char(c)));
    return g_string_free(bare, FALSE);
}

char *identity_name_domain(const char *host)
{
    const psl_ctx_t *list = psl_builtin();
    g_autofree char *lower = g_ascii_strdown(host, -1);
    const char *found = list ? psl_registrable_domain(list, lower) : NULL;
    if (!found || !strchr(found, '.') || g_strv_contains(free_mail, found))
        return NULL;
    return g_strdup(found);
}
