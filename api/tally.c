/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/tally.h"

#include <pthread.h>
#include <string.h>

#include "core/audit.h"

enum { MINUTE_US = 60000000 };

#define PARTS "\x1f" /* between the parts of a key; a control byte stands in none of them */

struct tally {
    pthread_mutex_t lock;
    GHashTable *counts; /* "action\x1factor\x1fobject" → number */
    int64_t since_us;   /* the first of them */
};

static GHashTable *new_counts(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

struct tally *tally_new(void)
{
    struct tally *tally = g_new0(struct tally, 1);
    pthread_mutex_init(&tally->lock, NULL);
    tally->counts = new_counts();
    return tally;
}

void tally_free(struct tally *tally)
{
    if (!tally)
        return;
    g_hash_table_destroy(tally->counts);
    pthread_mutex_destroy(&tally->lock);
    g_free(tally);
}

/* With the lock held. */
static void add(struct tally *tally, const char *wanted, guint n)
{
    char *key = g_strdup(wanted);
    if (g_hash_table_size(tally->counts) == 0)
        tally->since_us = g_get_monotonic_time();
    if (g_hash_table_size(tally->counts) >= TALLY_ROWS_MAX &&
        !g_hash_table_contains(tally->counts, key)) {
        g_autofree char *action = g_strndup(key, strcspn(key, PARTS));
        g_free(key);
        key = g_strconcat(action, PARTS "others" PARTS, NULL);
    }
    guint64 before = (guint64)(uintptr_t)g_hash_table_lookup(tally->counts, key);
    guint sum = (guint)MIN(before + n, G_MAXUINT);
    g_hash_table_replace(tally->counts, key, GUINT_TO_POINTER(sum));
}

void tally_count(struct tally *tally, const char *action, const char *actor, const char *object)
{
    g_autofree char *key = g_strconcat(action, PARTS, actor, PARTS, object ? object : "", NULL);
    pthread_mutex_lock(&tally->lock);
    add(tally, key, 1);
    pthread_mutex_unlock(&tally->lock);
}

/* What is due, which is the caller's from now on; NULL: nothing. */
static GHashTable *take(struct tally *tally, int64_t now_us)
{
    GHashTable *due = NULL;
    pthread_mutex_lock(&tally->lock);
    if (g_hash_table_size(tally->counts) > 0 && now_us - tally->since_us >= MINUTE_US) {
        due = tally->counts;
        tally->counts = new_counts();
    }
    pthread_mutex_unlock(&tally->lock);
    return due;
}

static void put_back(struct tally *tally, GHashTable *due)
{
    GHashTableIter iter;
    gpointer key, n;
    pthread_mutex_lock(&tally->lock);
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, &key, &n))
        add(tally, key, GPOINTER_TO_UINT(n));
    pthread_mutex_unlock(&tally->lock);
}

static bool write_one(struct db *db, const char *key, guint n, GError **err)
{
    g_auto(GStrv) part = g_strsplit(key, PARTS, 3);
    g_autofree char *detail = g_strdup_printf("%u within a minute", n);
    const struct audit_event event = {part[1], part[0], part[2], NULL, detail};
    return audit_add(db, &event, err);
}

static bool write_all(struct db *db, GHashTable *due, GError **err)
{
    GHashTableIter iter;
    gpointer key, n;
    if (!db_begin(db, err))
        return false;
    g_hash_table_iter_init(&iter, due);
    while (g_hash_table_iter_next(&iter, &key, &n)) {
        if (!write_one(db, key, GPOINTER_TO_UINT(n), err)) {
            db_rollback(db);
            return false;
        }
    }
    return db_commit(db, err);
}

bool tally_write(struct tally *tally, struct db *db, int64_t now_us, GError **err)
{
    g_autoptr(GHashTable) due = take(tally, now_us);
    if (!due || write_all(db, due, err))
        return true;
    put_back(tally, due);
    return false;
}
