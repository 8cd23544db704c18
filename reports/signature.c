/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/signature.h"

#include <sodium.h>
#include <string.h>

enum { MAC = crypto_auth_hmacsha256_BYTES, HEX = MAC * 2 };

static void sign(const char *at, const char *secret, struct slice body, char hex[HEX + 1])
{
    unsigned char mac[MAC];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret, strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)at, strlen(at));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.p, body.n);
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(hex, HEX + 1, mac, sizeof mac);
}

char *signature_format(int64_t at_s, const char *secret, const char *before, struct slice body)
{
    char hex[HEX + 1];
    g_autofree char *at = g_strdup_printf("%" G_GINT64_FORMAT, at_s);
    GString *out = g_string_new(NULL);
    sign(at, secret, body, hex);
    g_string_append_printf(out, "t=%s,v1=%s", at, hex);
    if (before) {
        sign(at, before, body, hex);
        g_string_append_printf(out, ",v1=%s", hex);
    }
    return g_string_free(out, FALSE);
}

bool signature_holds(const char *signature, const char *secret, struct slice body, int64_t now_s,
                     int64_t tolerance_s)
{
    gint64 at_s;
    bool holds = false;
    char hex[HEX + 1];
    g_auto(GStrv) part = g_strsplit(signature, ",", 8);
    if (!part[0] || !g_str_has_prefix(part[0], "t=") ||
        !g_ascii_string_to_signed(part[0] + 2, 10, 0, G_MAXINT64, &at_s, NULL) ||
        ABS(now_s - at_s) > tolerance_s)
        return false;
    sign(part[0] + 2, secret, body, hex);
    for (guint i = 1; part[i]; i++)
        holds = holds || (strlen(part[i]) == HEX + 3 && g_str_has_prefix(part[i], "v1=") &&
                          sodium_memcmp(part[i] + 3, hex, HEX) == 0);
    return holds;
}
