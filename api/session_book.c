/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/session_book.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>

struct place {
    struct session_entry entry;
    bool used; /* since the last flush */
};

struct session_book {
    pthread_mutex_t lock;
    int64_t idle_us;
    GHashTable *users;  /* id → struct session_user, its name the book's */
    GHashTable *places; /* hash → struct place */
};

static guint hash_of(gconstpointer key)
{
    guint value;
    memcpy(&value, key, sizeof value);
    return value;
}

static gboolean is_same(gconstpointer a, gconstpointer b)
{
    return sodium_memcmp(a, b, SESSION_HASH_SIZE) == 0;
}

static void free_user(gpointer data)
{
    struct session_user *user = data;
    g_free((char *)(uintptr_t)user->name);
    g_free(user);
}

static GHashTable *new_users(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, free_user);
}

static GHashTable *new_places(void)
{
    return g_hash_table_new_full(hash_of, is_same, NULL, g_free);
}

struct session_book *session_book_new(int64_t idle_us)
{
    struct session_book *book = g_new0(struct session_book, 1);
    pthread_mutex_init(&book->lock, NULL);
    book->idle_us = idle_us;
    book->users = new_users();
    book->places = new_places();
    return book;
}

void session_book_free(struct session_book *book)
{
    if (!book)
        return;
    g_hash_table_destroy(book->users);
    g_hash_table_destroy(book->places);
    pthread_mutex_destroy(&book->lock);
    g_free(book);
}

static struct place *put_place(GHashTable *places, const struct session_entry *entry)
{
    struct place *place = g_new0(struct place, 1);
    place->entry = *entry;
    g_hash_table_replace(places, place->entry.hash, place);
    return place;
}

static void put_user(GHashTable *users, const struct session_user *user)
{
    struct session_user *copy = g_new0(struct session_user, 1);
    *copy = *user;
    copy->name = g_strdup(user->name);
    g_hash_table_replace(users, copy->id, copy);
}

void session_book_put(struct session_book *book, const struct session_user *users, size_t n_users,
                      const struct session_entry *entries, size_t n_entries)
{
    GHashTable *made_users = new_users(), *made_places = new_places();
    for (size_t i = 0; i < n_users; i++)
        put_user(made_users, &users[i]);
    pthread_mutex_lock(&book->lock);
    for (size_t i = 0; i < n_entries; i++) {
        struct place *place = put_place(made_places, &entries[i]);
        const struct place *old = g_hash_table_lookup(book->places, entries[i].hash);
        if (!old)
            continue;
        place->entry.seen_us = MAX(place->entry.seen_us, old->entry.seen_us);
        place->used = old->used;
    }
    GHashTable *old_users = book->users, *old_places = book->places;
    book->users = made_users;
    book->places = made_places;
    pthread_mutex_unlock(&book->lock);
    g_hash_table_destroy(old_users);
    g_hash_table_destroy(old_places);
}

void session_book_add(struct session_book *book, const struct session_user *user,
                      const struct session_entry *entry)
{
    pthread_mutex_lock(&book->lock);
    put_user(book->users, user);
    put_place(book->places, entry);
    pthread_mutex_unlock(&book->lock);
}

void session_book_drop(struct session_book *book, const unsigned char hash[SESSION_HASH_SIZE])
{
    pthread_mutex_lock(&book->lock);
    g_hash_table_remove(book->places, hash);
    pthread_mutex_unlock(&book->lock);
}

/* Events come from programs, which have keys. */
static struct principal principal_of(const struct session_user *user, enum auth_by by)
{
    unsigned scopes = user->role ? user->role->scopes & ~(unsigned)AUTH_EVENTS : 0;
    struct principal who = {.by = by,
                            .role = user->role,
                            .scopes = scopes | AUTH_SESSION,
                            .own_only = user->role && user->role->own_only,
                            .staff_id = user->staff_id};
    memcpy(who.key_id, user->id, sizeof who.key_id);
    return who;
}

bool session_book_check(struct session_book *book, const char *token, int64_t now_us,
                        struct principal *out)
{
    unsigned char hash[SESSION_HASH_SIZE];
    if (!session_hash(token, hash))
        return false;
    pthread_mutex_lock(&book->lock);
    struct place *place = g_hash_table_lookup(book->places, hash);
    const struct session_user *user =
        place ? g_hash_table_lookup(book->users, place->entry.user_id) : NULL;
    bool ok =
        user && now_us < place->entry.until_us && now_us - place->entry.seen_us < book->idle_us;
    if (ok) {
        place->entry.seen_us = MAX(place->entry.seen_us, now_us);
        place->used = true;
        *out = principal_of(user, AUTH_BY_SESSION);
    }
    pthread_mutex_unlock(&book->lock);
    if (ok)
        session_csrf((const unsigned char *)token, SESSION_TOKEN_SIZE, out->csrf);
    return ok;
}

static const struct session_user *find_named(const struct session_book *book, const char *name)
{
    GHashTableIter iter;
    gpointer user;
    g_hash_table_iter_init(&iter, book->users);
    while (g_hash_table_iter_next(&iter, NULL, &user)) {
        if (g_ascii_strcasecmp(((const struct session_user *)user)->name, name) == 0)
            return user;
    }
    return NULL;
}

bool session_book_named(struct session_book *book, const char *name, struct slice secret,
                        struct principal *out)
{
    pthread_mutex_lock(&book->lock);
    const struct session_user *user = find_named(book, name);
    if (user)
        *out = principal_of(user, AUTH_BY_PROXY);
    pthread_mutex_unlock(&book->lock);
    if (!user)
        return false;
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, (const guint8 *)secret.p, (guint)secret.n);
    g_byte_array_append(both, (const guint8 *)out->key_id, AUTH_ID_SIZE);
    session_csrf(both->data, both->len, out->csrf);
    sodium_memzero(both->data, both->len);
    return true;
}

const char *session_book_name(struct session_book *book, struct arena *arena, const char *user_id)
{
    pthread_mutex_lock(&book->lock);
    const struct session_user *user = g_hash_table_lookup(book->users, user_id);
    const char *name = user ? arena_strdup(arena, user->name) : NULL;
    pthread_mutex_unlock(&book->lock);
    return name;
}

void session_book_flush(struct session_book *book,
                        void (*seen)(void *context, const unsigned char hash[SESSION_HASH_SIZE]),
                        void *context)
{
    GHashTableIter iter;
    gpointer value;
    g_autoptr(GByteArray) hashes = g_byte_array_new();
    pthread_mutex_lock(&book->lock);
    g_hash_table_iter_init(&iter, book->places);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct place *place = value;
        if (place->used)
            g_byte_array_append(hashes, place->entry.hash, SESSION_HASH_SIZE);
        place->used = false;
    }
    pthread_mutex_unlock(&book->lock);
    for (guint at = 0; at < hashes->len; at += SESSION_HASH_SIZE)
        seen(context, hashes->data + at);
}
