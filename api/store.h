/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all request threads share: the published runs and the valid keys, each immutable and
 * replaced whole. Readers take a reference; nobody waits for the warehouse. */
#pragma once

#include "api/auth.h"
#include "api/cursor.h"
#include "api/session_book.h"
#include "api/snapshot.h"

/* Runs kept besides the newest, so that page walks end where they began. */
enum { STORE_OLDER = 2 };

struct store;

/* When data came in last: of all streams the newest, and the one that lags most. */
struct freshness {
    int64_t newest_at, oldest_at;
    const char *oldest; /* "source/stream"; NULL: nothing was loaded yet */
};

/* idle_us: see session_book_new */
struct store *store_new(int64_t stale_after_us, int64_t idle_us);
void store_free(struct store *store);

/* The newest run; NULL when none is published. Give it back with snapshot_unref. */
const struct snapshot *store_current(struct store *store);

/* The run with this id while it is kept; NULL when it is gone. */
const struct snapshot *store_run(struct store *store, int64_t run_id);

/* The keys, to be given back with auth_ring_unref. Never NULL. */
struct auth_ring *store_keys(struct store *store);

/* The people and their sessions, as long as the store lives. */
struct session_book *store_sessions(struct store *store);

/* Replace. Both take over the caller's reference. */
void store_put_run(struct store *store, const struct snapshot *snapshot);
void store_put_keys(struct store *store, struct auth_ring *ring);

/* The secret that signs cursors; zeros before store_put_cursor_key. */
void store_cursor_key(struct store *store, unsigned char key[CURSOR_KEY_SIZE]);
void store_put_cursor_key(struct store *store, const unsigned char key[CURSOR_KEY_SIZE]);

/* A copy of what was put last, its text in the arena. */
void store_put_freshness(struct store *store, const struct freshness *freshness);
struct freshness store_freshness(struct store *store, struct arena *arena);

/* The warehouse was asked for news and answered at now_us (CLOCK_MONOTONIC). */
void store_checked(struct store *store, int64_t now_us);

/* Nobody could ask the warehouse for longer than stale_after_us. */
bool store_is_stale(struct store *store, int64_t now_us);

/* Has the warehouse answered at least once? */
bool store_is_ready(struct store *store);
