/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/auth.h"

#include <glib.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <zlib.h>

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct entry {
    struct auth_key key;
    atomic_bool used;
};

struct auth_ring {
    atomic_int references;
    size_t n;
    struct entry *entries; /* sorted by id */
};

enum {
    SEES = AUTH_ACCOUNTS | AUTH_SCORES | AUTH_LOCAL | AUTH_KEY,
    SEES_ALL = SEES | AUTH_REPORTS | AUTH_OPS
};

const struct auth_role auth_roles[] = {
    {"ingest", AUTH_EVENTS | AUTH_KEY, false},
    {"csm", SEES | AUTH_WORK, true},
    {"lead", SEES_ALL | AUTH_WORK, false},
    {"analyst", SEES_ALL, false},
    {"admin", SEES_ALL | AUTH_WORK | AUTH_EVENTS | AUTH_ADMIN | AUTH_AUDIT, false},
    {"auditor", AUTH_AUDIT | AUTH_KEY, false},
    {NULL, 0, false},
};

const struct auth_role *auth_role_find(const char *name)
{
    for (const struct auth_role *role = auth_roles; role->name; role++) {
        if (strcmp(role->name, name) == 0)
            return role;
    }
    return NULL;
}

bool auth_role_may(const struct auth_role *role, unsigned scope)
{
    unsigned person = role->scopes & ~(unsigned)(AUTH_EVENTS | AUTH_KEY) ? AUTH_SESSION : 0;
    return (role->scopes | person) & scope;
}

unsigned auth_role_scopes(const char *role)
{
    const struct auth_role *found = auth_role_find(role);
    return found ? found->scopes : 0;
}

const char *auth_scope_name(enum auth_scope scope)
{
    switch (scope) {
    case AUTH_PUBLIC:
        return "public";
    case AUTH_LOCAL:
        return "local";
    case AUTH_ACCOUNTS:
        return "accounts:read";
    case AUTH_SCORES:
        return "scores:read";
    case AUTH_REPORTS:
        return "reports:read";
    case AUTH_EVENTS:
        return "events:write";
    case AUTH_ADMIN:
        return "admin:keys";
    case AUTH_AUDIT:
        return "audit:read";
    case AUTH_WORK:
        return "work:write";
    case AUTH_OPS:
        return "ops:read";
    case AUTH_KEY:
        return "any";
    case AUTH_SESSION:
        return "session";
    }
    return "unknown";
}

static void put_random(char *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = base62[randombytes_uniform(62)];
}

/* For secret scanners and instant refusal of typing errors; not a security measure. */
static void put_crc(char *out, const char *token, size_t n)
{
    uint32_t crc = (uint32_t)crc32(0, (const unsigned char *)token, (unsigned)n);
    for (int i = AUTH_CRC_SIZE - 1; i >= 0; i--) {
        out[i] = base62[crc % 62];
        crc /= 62;
    }
}

enum { ID_AT = 4, SECRET_AT = ID_AT + AUTH_ID_SIZE + 1, CRC_AT = SECRET_AT + AUTH_SECRET_SIZE + 1 };

void auth_make_id(char id[AUTH_ID_SIZE + 1])
{
    put_random(id, AUTH_ID_SIZE);
    id[AUTH_ID_SIZE] = '\0';
}

const char *auth_actor(struct arena *arena, const struct principal *principal)
{
    if (!*principal->key_id)
        return NULL;
    const char *kind = principal->by == AUTH_BY_KEY ? "key" : "user";
    return arena_printf(arena, "%s:%s", kind, principal->key_id);
}

void auth_make(char token[AUTH_TOKEN_SIZE + 1], struct auth_key *key)
{
    memset(token, 0, AUTH_TOKEN_SIZE + 1);
    memcpy(token, "knk_", ID_AT);
    auth_make_id(key->id);
    memcpy(token + ID_AT, key->id, AUTH_ID_SIZE);
    token[SECRET_AT - 1] = '_';
    put_random(token + SECRET_AT, AUTH_SECRET_SIZE);
    token[CRC_AT - 1] = '_';
    put_crc(token + CRC_AT, token, CRC_AT - 1);
    crypto_hash_sha256(key->hash, (unsigned char *)token + SECRET_AT, AUTH_SECRET_SIZE);
}

static bool well_formed(const char *token)
{
    char crc[AUTH_CRC_SIZE];
    if (strnlen(token, AUTH_TOKEN_SIZE + 1) != AUTH_TOKEN_SIZE || memcmp(token, "knk_", 4) != 0 ||
        token[SECRET_AT - 1] != '_' || token[CRC_AT - 1] != '_')
        return false;
    put_crc(crc, token, CRC_AT - 1);
    return memcmp(crc, token + CRC_AT, AUTH_CRC_SIZE) == 0;
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    return memcmp(x->key.id, y->key.id, AUTH_ID_SIZE);
}

struct auth_ring *auth_ring_new(const struct auth_key *keys, size_t n)
{
    struct auth_ring *ring = g_new0(struct auth_ring, 1);
    atomic_init(&ring->references, 1);
    ring->n = n;
    ring->entries = g_new0(struct entry, n);
    for (size_t i = 0; i < n; i++)
        ring->entries[i].key = keys[i];
    if (n > 1)
        qsort(ring->entries, n, sizeof ring->entries[0], compare);
    return ring;
}

struct auth_ring *auth_ring_ref(struct auth_ring *ring)
{
    atomic_fetch_add(&ring->references, 1);
    return ring;
}

void auth_ring_unref(struct auth_ring *ring)
{
    if (!ring || atomic_fetch_sub(&ring->references, 1) != 1)
        return;
    g_free(ring->entries);
    g_free(ring);
}

static struct entry *find(struct auth_ring *ring, const char *id)
{
    struct entry wanted = {0};
    memcpy(wanted.key.id, id, AUTH_ID_SIZE);
    if (ring->n == 0)
        return NULL;
    return bsearch(&wanted, ring->entries, ring->n, sizeof wanted, compare);
}

bool auth_nets_parse(const char *const *texts, size_t n, struct auth_nets *out, GError **err)
{
    struct auth_nets nets = {.n = n};
    if (n > AUTH_NETS_MAX)
        return err_set(err, KENKO_ERROR_USAGE, "a key has %zu nets, want %d at most", n,
                       AUTH_NETS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (!address_net_parse(texts[i], &nets.net[i], err))
            return false;
    }
    *out = nets;
    return true;
}

static bool is_from(const struct auth_nets *nets, const struct address *from)
{
    bool found = nets->n == 0;
    for (size_t i = 0; i < nets->n && from; i++)
        found = found || address_net_has(&nets->net[i], from);
    return found;
}

bool auth_check(struct auth_ring *ring, const char *token, const struct address *from,
                int64_t now_us, struct principal *out)
{
    static const struct auth_key dummy = {.until_us = INT64_MAX};
    unsigned char hash[AUTH_HASH_SIZE];
    if (!token || !well_formed(token))
        return false;
    struct entry *entry = find(ring, token + ID_AT);
    const struct auth_key *key = entry ? &entry->key : &dummy;
    crypto_hash_sha256(hash, (const unsigned char *)token + SECRET_AT, AUTH_SECRET_SIZE);
    bool same = sodium_memcmp(hash, key->hash, AUTH_HASH_SIZE) == 0;
    if (!same || !entry || now_us >= key->until_us || !is_from(&key->nets, from))
        return false;
    atomic_store(&entry->used, true);
    *out = (struct principal){.by = AUTH_BY_KEY,
                              .role = key->role,
                              .scopes = key->role ? key->role->scopes : 0,
                              .own_only = key->role && key->role->own_only,
                              .staff_id = key->staff_id};
    memcpy(out->key_id, key->id, sizeof out->key_id);
    return true;
}

void auth_ring_flush(struct auth_ring *ring, void (*used)(void *context, const char *id),
                     void *context)
{
    for (size_t i = 0; i < ring->n; i++) {
        if (atomic_exchange(&ring->entries[i].used, false))
            used(context, ring->entries[i].key.id);
    }
}

const char *auth_bearer(const char *authorization)
{
    if (!authorization || g_ascii_strncasecmp(authorization, "Bearer ", 7) != 0)
        return NULL;
    const char *token = authorization + 7;
    while (*token == ' ')
        token++;
    return token;
}

char *auth_basic(const char *authorization)
{
    gsize n = 0;
    if (!authorization || g_ascii_strncasecmp(authorization, "Basic ", 6) != 0)
        return NULL;
    g_autofree guchar *plain = g_base64_decode(authorization + 6, &n);
    if (n == 0 || plain[n - 1] != ':' || memchr(plain, ':', n) != plain + n - 1)
        return NULL;
    return g_strndup((const char *)plain, n - 1);
}
