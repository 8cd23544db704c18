/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What one text could be. */
#include "ingest/guess_internal.h"
#include "ingest/instant.h"
#include "ingest/number.h"

#define BIT(kind) (UINT32_C(1) << (kind))

static size_t digits(const char *p, size_t n)
{
    size_t i = 0;
    while (i < n && g_ascii_isdigit(p[i]))
        i++;
    return i;
}

/* Of a text that begins as a number does. */
static uint32_t number_kinds(struct slice text)
{
    bool minus = text.p[0] == '-';
    const char *p = text.p + minus;
    size_t n = text.n - minus, whole = digits(p, n);
    if (p[0] == '+')
        return digits(p + 1, n - 1) > 0 ? BIT(KIND_PLUS) : 0;
    if (whole == 0)
        return 0;
    bool fraction = whole < n && p[whole] == '.' && digits(p + whole + 1, n - whole - 1) > 0 &&
                    whole + 1 + digits(p + whole + 1, n - whole - 1) == n;
    if (whole < n && !fraction)
        return 0;
    if (whole > 1 && p[0] == '0')
        return BIT(KIND_ZEROS);
    int64_t value;
    if (fraction)
        return BIT(KIND_FRACTION);
    return BIT(number_parse(text, 0, &value) == NUMBER_OK ? KIND_INTEGER : KIND_LARGE);
}

/* "1,234.50", "1.234,50", "12,5", "¥1,200", "15%": numbers to people. */
static bool is_grouped(struct slice text)
{
    bool digit = false;
    for (size_t i = 0; i < text.n; i++) {
        if (g_ascii_isalpha(text.p[i]))
            return false;
        digit = digit || g_ascii_isdigit(text.p[i]);
    }
    if (!digit)
        return false;
    static const char *const signs[] = {"¥", "￥", "$", "€", "£", "円", "%"};
    GString *rest = g_string_new_len(text.p, (gssize)text.n);
    guint signs_found = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
        signs_found += g_string_replace(rest, signs[i], "", 0);
    size_t n_digits = 0, n_other = 0, marks = 0;
    for (gsize i = 0; i < rest->len; i++) {
        n_digits += g_ascii_isdigit(rest->str[i]);
        marks += rest->str[i] == ',';
        n_other += !g_ascii_isdigit(rest->str[i]) && !strchr(",. -'", rest->str[i]);
    }
    g_string_free(rest, TRUE);
    return n_digits > 0 && n_other == 0 && (signs_found == 1 || (signs_found == 0 && marks > 0));
}

static bool is_short_year(struct slice text)
{
    const char *p = text.p;
    return text.n >= 6 && text.n <= 8 && digits(p, text.n) <= 2 && strchr("/.-", p[digits(p, 3)]) &&
           digits(p + text.n - 2, 2) == 2 && strchr("/.-", p[text.n - 3]);
}

static bool may_be_date(struct slice text)
{
    unsigned char c = (unsigned char)text.p[0];
    return text.n >= 6 && text.n <= 64 &&
           (g_ascii_isdigit(c) || c >= 0x80 ||
            (strchr("RHSTM", c) && text.n > 1 && g_ascii_isdigit(text.p[1])));
}

static bool has_clock(struct slice text)
{
    return memchr(text.p, ':', text.n) || memmem(text.p, text.n, "時", strlen("時"));
}

static uint32_t date_kinds(const struct guess_shared *shared, struct slice text,
                           int64_t at[GUESS_DATES])
{
    uint32_t found = 0;
    size_t first = digits(text.p, text.n);
    for (int i = 0; i < GUESS_DATES; i++) {
        bool by_place = i == KIND_EU - KIND_ISO || i == KIND_US - KIND_ISO;
        if (by_place ? first > 2 : i == KIND_COMPACT - KIND_ISO && first != 8)
            continue;
        if (instant_format_parse(shared->format[i], text, shared->zone, &at[i]))
            found |= BIT(KIND_ISO + i);
    }
    int64_t unused;
    if (digits(text.p, text.n) == text.n && text.n >= 10 &&
        instant_parse(text, shared->zone, &unused))
        found |= BIT(KIND_EPOCH);
    if (found && has_clock(text))
        found |= BIT(KIND_CLOCK);
    return found;
}

static bool is_host(const char *p, size_t n)
{
    const char *last = memrchr(p, '.', n);
    if (n < 4 || n > 253 || !last || (size_t)(p + n - last) < 3)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool label = g_ascii_isalnum(p[i]) || (p[i] == '-' && i > 0) || (unsigned char)p[i] >= 0x80;
        if (!label && (p[i] != '.' || i == 0 || p[i - 1] == '.'))
            return false;
    }
    for (const char *c = last + 1; c < p + n; c++) {
        if (!g_ascii_isalpha(*c))
            return false;
    }
    return true;
}

static bool is_mail(struct slice text)
{
    const char *at = memchr(text.p, '@', text.n);
    if (!at || at == text.p || memchr(text.p, ' ', text.n))
        return false;
    return is_host(at + 1, (size_t)(text.p + text.n - at - 1));
}

static bool is_url(struct slice text)
{
    const char *colon = memchr(text.p, ':', MIN(text.n, 16));
    size_t left = colon ? (size_t)(text.p + text.n - colon) : 0;
    return left > 3 && memcmp(colon, "://", 3) == 0 && g_ascii_isalpha(text.p[0]) &&
           !memchr(text.p, ' ', text.n);
}

static bool is_uuid(struct slice text)
{
    if (text.n != 36)
        return false;
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.p[i] != '-' : !g_ascii_isxdigit(text.p[i]))
            return false;
    }
    return true;
}

/* The last three characters of 18 say which of the others are capitals, five by five. */
static bool has_salesforce_check(const char *p)
{
    static const char code[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    for (int part = 0; part < 3; part++) {
        int bits = 0;
        for (int i = 0; i < 5; i++)
            bits |= g_ascii_isupper(p[part * 5 + i]) << i;
        if (code[bits] != g_ascii_toupper(p[15 + part]))
            return false;
    }
    return true;
}

static bool is_salesforce(struct slice text)
{
    static const char *const prefixes[] = {"001", "003", "005", "006", "00Q",
                                           "500", "701", "800", "801"};
    if (text.n != 15 && text.n != 18)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (!g_ascii_isalnum(text.p[i]))
            return false;
    }
    if (text.n == 18)
        return has_salesforce_check(text.p);
    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (memcmp(text.p, prefixes[i], 3) == 0)
            return true;
    }
    return false;
}

static bool is_currency(struct slice text)
{
    static const char codes[] = "USD EUR JPY GBP CNY KRW INR AUD CAD CHF SEK NOK DKK PLN CZK HUF "
                                "BRL MXN SGD HKD TWD THB IDR MYR PHP VND NZD ZAR ILS TRY AED SAR ";
    if (text.n != 3 || !g_ascii_isupper(text.p[0]))
        return false;
    const char want[] = {text.p[0], text.p[1], text.p[2], ' ', '\0'};
    return strstr(codes, want) != NULL;
}

static uint32_t text_kinds(struct slice text)
{
    uint32_t found = 0;
    if (is_mail(text))
        found |= BIT(KIND_MAIL);
    else if (is_url(text))
        found |= BIT(KIND_URL);
    else if (is_host(text.p, text.n))
        found |= BIT(KIND_DOMAIN);
    if (is_uuid(text))
        found |= BIT(KIND_UUID);
    if (is_salesforce(text))
        found |= BIT(KIND_SALESFORCE);
    if (is_currency(text))
        found |= BIT(KIND_CURRENCY);
    return found;
}

uint32_t guess_kinds(const struct guess_shared *shared, struct slice text, int64_t at[GUESS_DATES])
{
    uint32_t found = 0;
    if (text.n == 0 || text.n > 300)
        return 0;
    if (g_ascii_isdigit(text.p[0]) || text.p[0] == '-' || text.p[0] == '+')
        found |= number_kinds(text);
    if (may_be_date(text))
        found |= date_kinds(shared, text, at);
    if (is_short_year(text))
        found |= BIT(KIND_SHORT_YEAR);
    if (!found && text.n <= 40 && is_grouped(text))
        found |= BIT(KIND_GROUPS);
    return found ? found : text_kinds(text);
}
