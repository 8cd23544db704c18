/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/content_hash.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "core/error.h"

struct content_hash {
    EVP_MAC *kind;
    EVP_MAC_CTX *state;
    uint8_t key[CONTENT_HASH_KEY_SIZE];
    uint64_t n;
};

/* Keys for the two steps out of the one given. */
static void derive(const uint8_t *key, const char *step, uint8_t out[CONTENT_HASH_KEY_SIZE])
{
    crypto_generichash(out, CONTENT_HASH_KEY_SIZE, (const unsigned char *)step, strlen(step), key,
                       CONTENT_HASH_KEY_SIZE);
}

struct content_hash *content_hash_new(const uint8_t *key)
{
    uint8_t poly[CONTENT_HASH_KEY_SIZE];
    struct content_hash *hash = g_new0(struct content_hash, 1);
    derive(key, "content", poly);
    derive(key, "value", hash->key);
    hash->kind = EVP_MAC_fetch(NULL, "POLY1305", NULL);
    hash->state = hash->kind ? EVP_MAC_CTX_new(hash->kind) : NULL;
    if (!hash->state || EVP_MAC_init(hash->state, poly, sizeof poly, NULL) != 1)
        BUG("OpenSSL has no Poly1305");
    sodium_memzero(poly, sizeof poly);
    return hash;
}

void content_hash_free(struct content_hash *hash)
{
    if (!hash)
        return;
    EVP_MAC_CTX_free(hash->state);
    EVP_MAC_free(hash->kind);
    g_free(hash);
}

void content_hash_add(struct content_hash *hash, const void *data, size_t n)
{
    if (n > 0 && EVP_MAC_update(hash->state, data, n) != 1)
        BUG("Poly1305 takes no more");
    hash->n += n;
}

void content_hash_value(const struct content_hash *hash, uint8_t out[CONTENT_HASH_SIZE])
{
    struct {
        uint8_t tag[16];
        uint64_t n;
    } whole = {.n = GUINT64_TO_LE(hash->n)};
    size_t size = 0;
    EVP_MAC_CTX *copy = EVP_MAC_CTX_dup(hash->state);
    if (!copy || EVP_MAC_final(copy, whole.tag, &size, sizeof whole.tag) != 1 ||
        size != sizeof whole.tag)
        BUG("Poly1305 gives no value");
    EVP_MAC_CTX_free(copy);
    crypto_generichash(out, CONTENT_HASH_SIZE, (const unsigned char *)&whole, sizeof whole,
                       hash->key, sizeof hash->key);
}
