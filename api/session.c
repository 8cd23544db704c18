/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/session.h"

#include <sodium.h>
#include <string.h>

enum { BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING, TOKEN_BYTES = 32 };

void session_make(char token[SESSION_TOKEN_SIZE + 1], unsigned char hash[SESSION_HASH_SIZE])
{
    unsigned char random[TOKEN_BYTES];
    randombytes_buf(random, sizeof random);
    sodium_bin2base64(token, SESSION_TOKEN_SIZE + 1, random, sizeof random, BASE64);
    crypto_hash_sha256(hash, (const unsigned char *)token, SESSION_TOKEN_SIZE);
    sodium_memzero(random, sizeof random);
}

bool session_hash(const char *token, unsigned char hash[SESSION_HASH_SIZE])
{
    if (!token || strnlen(token, SESSION_TOKEN_SIZE + 1) != SESSION_TOKEN_SIZE)
        return false;
    crypto_hash_sha256(hash, (const unsigned char *)token, SESSION_TOKEN_SIZE);
    return true;
}

void session_csrf(const unsigned char *secret, size_t n, unsigned char csrf[AUTH_CSRF_SIZE])
{
    static const char purpose[] = "kenko: writes of a browser";
    crypto_generichash(csrf, AUTH_CSRF_SIZE, secret, n, (const unsigned char *)purpose,
                       sizeof purpose);
}

void session_csrf_format(const unsigned char csrf[AUTH_CSRF_SIZE], char out[SESSION_CSRF_TEXT + 1])
{
    sodium_bin2base64(out, SESSION_CSRF_TEXT + 1, csrf, AUTH_CSRF_SIZE, BASE64);
}

const char *session_cookie(struct arena *arena, const char *header, const char *name)
{
    const char *found = NULL;
    size_t n = strlen(name);
    for (const char *p = header; p && *p;) {
        p += strspn(p, " \t;");
        size_t size = strcspn(p, ";");
        if (size > n && strncmp(p, name, n) == 0 && p[n] == '=') {
            if (found)
                return NULL;
            found = g_strchomp(arena_strndup(arena, p + n + 1, size - n - 1));
        }
        p += size;
    }
    return found;
}

const char *session_cookie_name(const struct request *request)
{
    if (request_is_secure(request))
        return "__Host-kenko";
    return request_is_local(request) ? "kenko-local" : NULL;
}

const char *session_token(const struct request *request)
{
    const char *name = session_cookie_name(request);
    const char *token =
        name ? session_cookie(request->arena, request_header(request, "Cookie"), name) : NULL;
    return token && strlen(token) == SESSION_TOKEN_SIZE ? token : NULL;
}

const char *session_set_cookie(const struct request *request, const char *token)
{
    return arena_printf(request->arena, "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
                        session_cookie_name(request), token ? token : "",
                        request_is_secure(request) ? "; Secure" : "", token ? "" : "; Max-Age=0");
}

/* Is the origin this server, by the name and the way it was asked for? */
static bool is_own(const struct request *request, const char *origin)
{
    const char *host = request_header(request, "Host");
    const char *scheme = request_is_secure(request) ? "https://" : "http://";
    size_t n = strlen(scheme);
    return host && g_ascii_strncasecmp(origin, scheme, n) == 0 &&
           g_ascii_strcasecmp(origin + n, host) == 0;
}

bool session_is_same_site(const struct request *request)
{
    const char *site = request_header(request, "Sec-Fetch-Site");
    const char *origin = request_header(request, "Origin");
    if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
        return false;
    return !origin || is_own(request, origin);
}

bool session_has_csrf(const struct request *request)
{
    unsigned char csrf[AUTH_CSRF_SIZE];
    size_t n = 0;
    const char *text = request_header(request, "X-CSRF-Token");
    return text &&
           sodium_base642bin(csrf, sizeof csrf, text, strlen(text), NULL, &n, NULL, BASE64) == 0 &&
           n == sizeof csrf && sodium_memcmp(csrf, request->principal.csrf, sizeof csrf) == 0;
}
