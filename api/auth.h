/* SPDX-License-Identifier: GPL-3.0-or-later */
/* API keys: knk_<8 id>_<43 secret>_<6 crc>. Only the SHA-256 of the secret is stored: it has 256
 * random bits, so a slow hash would add nothing. The keys that are valid are held in memory, as an
 * immutable ring that is replaced whole. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "api/address.h"
#include "core/arena.h"
#include "core/error.h"

enum {
    AUTH_ID_SIZE = 8,
    AUTH_SECRET_SIZE = 43,
    AUTH_CRC_SIZE = 6,
    AUTH_TOKEN_SIZE = 4 + AUTH_ID_SIZE + 1 + AUTH_SECRET_SIZE + 1 + AUTH_CRC_SIZE,
    AUTH_HASH_SIZE = 32
};

/* What a route asks for. A role holds a set of them. */
enum auth_scope {
    AUTH_PUBLIC = 1,   /* no key needed: documentation */
    AUTH_LOCAL = 2,    /* people at this machine's browser; with a key otherwise */
    AUTH_ACCOUNTS = 4, /* accounts:read */
    AUTH_SCORES = 8,   /* scores:read */
    AUTH_REPORTS = 16, /* reports:read, about all accounts */
    AUTH_EVENTS = 32,  /* events:write */
    AUTH_ADMIN = 64,   /* admin:keys */
    AUTH_AUDIT = 128,  /* audit:read */
    AUTH_WORK = 256,   /* work:write: notes, tasks, sentiment, overrides … of accounts one sees */
    AUTH_OPS = 512,    /* ops:read: runs, loads, rejects, what kenko was configured with */
    AUTH_KEY = 1024,   /* any valid key or person: what a caller asks about itself */
    AUTH_SESSION = 2048 /* a person at a browser, whatever the role */
};

struct auth_role {
    const char *name;
    unsigned scopes;
    bool own_only; /* sees the accounts of its person only */
};
extern const struct auth_role auth_roles[]; /* the last has no name */

/* Name of a scope for messages, e.g. "accounts:read". */
const char *auth_scope_name(enum auth_scope scope);

/* A role of ops.api_key; NULL for an unknown one. */
const struct auth_role *auth_role_find(const char *name);

/* Does a caller of the role hold the scope, by a key or in a session? */
bool auth_role_may(const struct auth_role *role, unsigned scope);

/* Its scopes; 0 for an unknown role. */
unsigned auth_role_scopes(const char *role);

/* Where a key may come from; n 0: from anywhere. */
enum { AUTH_NETS_MAX = 8 };
struct auth_nets {
    size_t n;
    struct address_net net[AUTH_NETS_MAX];
};

/* By what a caller is known. */
enum auth_by {
    AUTH_BY_NOTHING,
    AUTH_BY_KEY,
    AUTH_BY_SESSION, /* a cookie: browsers send it along by themselves, so writes say more */
    AUTH_BY_PROXY    /* the name that a trusted proxy gives, likewise */
};

enum { AUTH_CSRF_SIZE = 32 };

/* Who asks. */
struct principal {
    enum auth_by by;
    char key_id[AUTH_ID_SIZE + 1];      /* of the key, or of the user; "" without either */
    unsigned char csrf[AUTH_CSRF_SIZE]; /* what writes of a browser show; of sessions and proxies */
    const struct auth_role *role;       /* NULL without a key */
    unsigned scopes;                    /* of enum auth_scope */
    bool own_only;                      /* sees the accounts of staff_id only */
    int64_t staff_id;
};

/* The caller for the audit log, "key:ID" or "user:ID", in the arena; NULL without either. */
const char *auth_actor(struct arena *arena, const struct principal *principal);

/* A new random id of a key or a user. */
void auth_make_id(char id[AUTH_ID_SIZE + 1]);

/* A key as it is stored. */
struct auth_key {
    char id[AUTH_ID_SIZE + 1];
    unsigned char hash[AUTH_HASH_SIZE];
    const struct auth_role *role;
    int64_t staff_id;
    int64_t until_us; /* CLOCK_MONOTONIC it expires at; INT64_MAX never */
    struct auth_nets nets;
};

/* A new random token with its id and the hash of its secret. */
void auth_make(char token[AUTH_TOKEN_SIZE + 1], struct auth_key *key);

struct auth_ring;

/* A ring of copies of the keys. Reference counted; safe to read from any thread. */
struct auth_ring *auth_ring_new(const struct auth_key *keys, size_t n);
struct auth_ring *auth_ring_ref(struct auth_ring *ring);
void auth_ring_unref(struct auth_ring *ring);

/*
 * Check a token. Takes the same time for an unknown id as for a wrong secret, and a right token
 * from a wrong address is no more than a wrong one.
 *
 * from    the caller's address; NULL: no key that is bound to nets opens
 * now_us  CLOCK_MONOTONIC
 */
bool auth_check(struct auth_ring *ring, const char *token, const struct address *from,
                int64_t now_us, struct principal *out);

/* Read the nets of a key.
 * Errors  KENKO_ERROR_USAGE  too many, or not a net */
MUST_USE bool auth_nets_parse(const char *const *texts, size_t n, struct auth_nets *out,
                              GError **err);

/* Key ids used since the last call, for last_used_at: calls `used` for each. */
void auth_ring_flush(struct auth_ring *ring, void (*used)(void *context, const char *id),
                     void *context);

/* The token of "Bearer TOKEN"; NULL for any other scheme. */
const char *auth_bearer(const char *authorization);

/* The user of "Basic …" with an empty password, which is how senders of events give their key; NULL
 * otherwise. Caller frees. */
char *auth_basic(const char *authorization);
