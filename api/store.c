/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/store.h"

#include <glib.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>

struct store {
    pthread_mutex_t lock;                         /* held for a pointer copy only */
    const struct snapshot *runs[1 + STORE_OLDER]; /* newest first */
    struct auth_ring *keys;
    struct session_book *sessions; /* has a lock of its own */
    unsigned char cursor_key[CURSOR_KEY_SIZE];
    struct freshness freshness;      /* its text is the store's */
    atomic_int_least64_t checked_us; /* 0: never */
    int64_t stale_after_us;
};

struct store *store_new(int64_t stale_after_us, int64_t idle_us)
{
    struct store *store = g_new0(struct store, 1);
    pthread_mutex_init(&store->lock, NULL);
    store->keys = auth_ring_new(NULL, 0);
    store->sessions = session_book_new(idle_us);
    store->stale_after_us = stale_after_us;
    return store;
}

void store_free(struct store *store)
{
    if (!store)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(store->runs); i++)
        snapshot_unref(store->runs[i]);
    auth_ring_unref(store->keys);
    session_book_free(store->sessions);
    g_free((char *)(uintptr_t)store->freshness.oldest);
    sodium_memzero(store->cursor_key, sizeof store->cursor_key);
    pthread_mutex_destroy(&store->lock);
    g_free(store);
}

const struct snapshot *store_current(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    const struct snapshot *current = snapshot_ref(store->runs[0]);
    pthread_mutex_unlock(&store->lock);
    return current;
}

const struct snapshot *store_run(struct store *store, int64_t run_id)
{
    const struct snapshot *found = NULL;
    pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < G_N_ELEMENTS(store->runs) && !found; i++) {
        if (store->runs[i] && store->runs[i]->run_id == run_id)
            found = snapshot_ref(store->runs[i]);
    }
    pthread_mutex_unlock(&store->lock);
    return found;
}

struct auth_ring *store_keys(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    struct auth_ring *keys = auth_ring_ref(store->keys);
    pthread_mutex_unlock(&store->lock);
    return keys;
}

struct session_book *store_sessions(struct store *store)
{
    return store->sessions;
}

/* The same run again (account facts changed) replaces its older self wherever it stands. */
void store_put_run(struct store *store, const struct snapshot *snapshot)
{
    const struct snapshot *dropped = NULL;
    size_t last = G_N_ELEMENTS(store->runs) - 1, at = last;
    pthread_mutex_lock(&store->lock);
    for (size_t i = 0; i < last; i++) {
        if (store->runs[i] && store->runs[i]->run_id == snapshot->run_id && at == last)
            at = i;
    }
    dropped = store->runs[at];
    for (; at > 0; at--)
        store->runs[at] = store->runs[at - 1];
    store->runs[0] = snapshot;
    pthread_mutex_unlock(&store->lock);
    snapshot_unref(dropped);
}

void store_put_keys(struct store *store, struct auth_ring *ring)
{
    pthread_mutex_lock(&store->lock);
    struct auth_ring *old = store->keys;
    store->keys = ring;
    pthread_mutex_unlock(&store->lock);
    auth_ring_unref(old);
}

void store_cursor_key(struct store *store, unsigned char key[CURSOR_KEY_SIZE])
{
    pthread_mutex_lock(&store->lock);
    memcpy(key, store->cursor_key, CURSOR_KEY_SIZE);
    pthread_mutex_unlock(&store->lock);
}

void store_put_cursor_key(struct store *store, const unsigned char key[CURSOR_KEY_SIZE])
{
    pthread_mutex_lock(&store->lock);
    memcpy(store->cursor_key, key, CURSOR_KEY_SIZE);
    pthread_mutex_unlock(&store->lock);
}

void store_put_freshness(struct store *store, const struct freshness *freshness)
{
    struct freshness copy = *freshness;
    copy.oldest = g_strdup(freshness->oldest);
    pthread_mutex_lock(&store->lock);
    const char *old = store->freshness.oldest;
    store->freshness = copy;
    pthread_mutex_unlock(&store->lock);
    g_free((char *)(uintptr_t)old);
}

struct freshness store_freshness(struct store *store, struct arena *arena)
{
    pthread_mutex_lock(&store->lock);
    struct freshness copy = store->freshness;
    copy.oldest = arena_strdup(arena, copy.oldest);
    pthread_mutex_unlock(&store->lock);
    return copy;
}

void store_checked(struct store *store, int64_t now_us)
{
    atomic_store(&store->checked_us, now_us);
}

bool store_is_stale(struct store *store, int64_t now_us)
{
    int64_t checked = atomic_load(&store->checked_us);
    return checked == 0 || now_us - checked > store->stale_after_us;
}

bool store_is_ready(struct store *store)
{
    return atomic_load(&store->checked_us) != 0;
}
