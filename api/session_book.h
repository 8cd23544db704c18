/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The open sessions and the people who may have one, in memory, so that a request never waits for
 * the warehouse to know who asks. Safe to use from any thread. */
#pragma once

#include "api/session.h"

struct session_book;

struct session_user {
    char id[AUTH_ID_SIZE + 1];
    const char *name; /* copied by the book */
    const struct auth_role *role;
    int64_t staff_id; /* 0: none */
};

struct session_entry {
    unsigned char hash[SESSION_HASH_SIZE];
    char user_id[AUTH_ID_SIZE + 1];
    int64_t until_us; /* CLOCK_MONOTONIC it ends at, however busy; so are the others */
    int64_t seen_us;
};

/* A session ends when it was idle for idle_us. */
struct session_book *session_book_new(int64_t idle_us);
void session_book_free(struct session_book *book);

/* Replace all by what the warehouse says. A session that was seen here later than the warehouse
 * knows stays seen. */
void session_book_put(struct session_book *book, const struct session_user *users, size_t n_users,
                      const struct session_entry *entries, size_t n_entries);

/* A session that was just opened or ended here, before the warehouse is asked again. */
void session_book_add(struct session_book *book, const struct session_user *user,
                      const struct session_entry *entry);
void session_book_drop(struct session_book *book, const unsigned char hash[SESSION_HASH_SIZE]);

/* Who has the token, which is seen by that. NULL token: nobody. */
bool session_book_check(struct session_book *book, const char *token, int64_t now_us,
                        struct principal *out);

/* Who has the name, as a trusted proxy gives it. `secret` makes the CSRF token. */
bool session_book_named(struct session_book *book, const char *name, struct slice secret,
                        struct principal *out);

/* The name of a user, in the arena; NULL when nobody has the id. */
const char *session_book_name(struct session_book *book, struct arena *arena, const char *user_id);

/* Sessions seen since the last call: calls `seen` for each. */
void session_book_flush(struct session_book *book,
                        void (*seen)(void *context, const unsigned char hash[SESSION_HASH_SIZE]),
                        void *context);
