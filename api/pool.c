/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/pool.h"

#include <pthread.h>

#include "api/wall.h"

enum { REST_US = 1000000 }; /* after a failed connect, others fail fast for so long */

struct pool {
    pthread_mutex_t lock;
    char *dsn;
    int size, taken, deadline_ms;
    GPtrArray *idle;
    int64_t rest_until_us;
};

struct pool *pool_new(const char *dsn, int size, int deadline_ms)
{
    struct pool *pool = g_new0(struct pool, 1);
    pthread_mutex_init(&pool->lock, NULL);
    pool->dsn = g_strdup(dsn);
    pool->size = size;
    pool->deadline_ms = deadline_ms;
    pool->idle = g_ptr_array_new();
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (guint i = 0; i < pool->idle->len; i++)
        db_close(pool->idle->pdata[i]);
    g_ptr_array_free(pool->idle, TRUE);
    pthread_mutex_destroy(&pool->lock);
    g_free(pool->dsn);
    g_free(pool);
}

/* Take a place; *idle is a connection to use again or NULL for a new one. */
static bool enter(struct pool *pool, struct db **idle, GError **err)
{
    pthread_mutex_lock(&pool->lock);
    bool full = pool->taken >= pool->size;
    bool resting = pool->idle->len == 0 && g_get_monotonic_time() < pool->rest_until_us;
    if (!full && !resting) {
        pool->taken++;
        *idle =
            pool->idle->len ? g_ptr_array_remove_index_fast(pool->idle, pool->idle->len - 1) : NULL;
    }
    pthread_mutex_unlock(&pool->lock);
    if (full)
        return err_set(err, KENKO_ERROR_BUSY, "all connections are taken");
    if (resting)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "the warehouse was away a moment ago");
    return true;
}

/* Has the server closed it while it lay here? Reading what has come finds out without a question.
 */
static struct db *still_usable(struct db *db)
{
    char channel[64];
    while (db && db_is_alive(db) && db_notified(db, channel))
        continue;
    if (!db || db_is_alive(db))
        return db;
    db_close(db);
    return NULL;
}

struct db *pool_take(struct pool *pool, GError **err)
{
    struct db *db = NULL;
    if (!enter(pool, &db, err))
        return NULL;
    db = still_usable(db);
    if (!db)
        db = wall_open(pool->dsn, pool->deadline_ms, err);
    if (db)
        return db;
    pthread_mutex_lock(&pool->lock);
    pool->taken--;
    pool->rest_until_us = g_get_monotonic_time() + REST_US;
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

void pool_give(struct pool *pool, struct db *db)
{
    bool keep = db_is_alive(db);
    pthread_mutex_lock(&pool->lock);
    pool->taken--;
    if (keep)
        g_ptr_array_add(pool->idle, db);
    pthread_mutex_unlock(&pool->lock);
    if (!keep)
        db_close(db);
}
