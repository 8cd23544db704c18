/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/cursor.h"

#include <sodium.h>
#include <string.h>

/* Version, four numbers of 8 bytes, has_text, text, then half an HMAC-SHA256: 128 bits are enough
 * against forgery and keep the address short. */
enum { VERSION = 1, HEAD = 1 + 4 * 8 + 1, MAC = 16, BYTES_MAX = HEAD + CURSOR_TEXT_MAX + MAC };

static unsigned char *put(unsigned char *p, uint64_t value)
{
    for (int i = 7; i >= 0; i--)
        *p++ = (unsigned char)(value >> (8 * i));
    return p;
}

static const unsigned char *take(const unsigned char *p, uint64_t *value)
{
    *value = 0;
    for (int i = 0; i < 8; i++)
        *value = *value << 8 | *p++;
    return p;
}

static void sign(unsigned char mac[crypto_auth_hmacsha256_BYTES], const unsigned char *bytes,
                 size_t n, const unsigned char *key)
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, CURSOR_KEY_SIZE);
    crypto_auth_hmacsha256_update(&state, bytes, n);
    crypto_auth_hmacsha256_final(&state, mac);
}

char *cursor_format(struct arena *arena, const struct cursor *cursor,
                    const unsigned char key[CURSOR_KEY_SIZE])
{
    unsigned char bytes[BYTES_MAX], mac[crypto_auth_hmacsha256_BYTES];
    size_t text = cursor->text ? strnlen(cursor->text, CURSOR_TEXT_MAX) : 0;
    unsigned char *p = bytes;
    *p++ = VERSION;
    p = put(p, (uint64_t)cursor->run_id);
    p = put(p, cursor->query);
    p = put(p, (uint64_t)cursor->account_id);
    p = put(p, (uint64_t)cursor->number);
    *p++ = cursor->text != NULL;
    if (text > 0)
        memcpy(p, cursor->text, text);
    size_t n = HEAD + text;
    sign(mac, bytes, n, key);
    memcpy(bytes + n, mac, MAC);
    size_t size = sodium_base64_encoded_len(n + MAC, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *out = arena_alloc(arena, size);
    return sodium_bin2base64(out, size, bytes, n + MAC, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

bool cursor_parse(struct arena *arena, const char *text, const unsigned char key[CURSOR_KEY_SIZE],
                  struct cursor *out)
{
    unsigned char bytes[BYTES_MAX], mac[crypto_auth_hmacsha256_BYTES];
    size_t size;
    const char *end;
    if (sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        *end != '\0' || size < HEAD + MAC)
        return false;
    size_t n = size - MAC;
    sign(mac, bytes, n, key);
    if (sodium_memcmp(mac, bytes + n, MAC) != 0 || bytes[0] != VERSION)
        return false;
    uint64_t run_id, query, account_id, number;
    const unsigned char *p = take(bytes + 1, &run_id);
    p = take(p, &query);
    p = take(p, &account_id);
    p = take(p, &number);
    bool has_text = *p++ != 0;
    *out = (struct cursor){(int64_t)run_id, query, (int64_t)account_id, (int64_t)number,
                           has_text ? arena_strndup(arena, (const char *)p, n - HEAD) : NULL};
    return true;
}
