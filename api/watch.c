/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/watch.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "api/tally.h"
#include "api/wall.h"
#include "core/log.h"
#include "sql/api.h"

struct watch {
    struct store *store;
    struct watch_options options;
    char *dsn;
    struct db *db; /* NULL while the warehouse is away */
    pthread_t thread;
    int wake[2];
    int64_t run_id, commit_no, loaded_us; /* what was loaded last */
    int64_t fresh_no;                     /* commit number that freshness was asked at */
    bool has_cursor_key;
    bool failing; /* the last look failed: say it once, not every second */
    atomic_int_least64_t loads, failures;
    atomic_int_least64_t again_accounts, again_different, again_us;
};

static bool load_cursor_key(struct watch *watch, struct arena *arena, GError **err)
{
    unsigned char key[CURSOR_KEY_SIZE];
    char hex[CURSOR_KEY_SIZE * 2 + 1];
    struct q_cursor_key_get_row row;
    bool found;
    size_t n;
    if (watch->has_cursor_key)
        return true;
    randombytes_buf(key, sizeof key);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    if (!q_cursor_key_get(arena, watch->db, &row, &found, err))
        return false;
    if (!found && !q_cursor_key_put(watch->db, hex, NULL, err))
        return false;
    if (!found && !q_cursor_key_get(arena, watch->db, &row, &found, err))
        return false;
    if (sodium_hex2bin(key, sizeof key, row.value, strlen(row.value), NULL, &n, NULL) != 0 ||
        n != sizeof key)
        return err_set(err, KENKO_ERROR_CHECK, "the setting cursor_key is not 64 hex digits");
    store_put_cursor_key(watch->store, key);
    watch->has_cursor_key = true;
    return true;
}

static void note_used(void *context, const char *id)
{
    struct watch *watch = context;
    g_autoptr(GError) err = NULL;
    if (!q_key_used(watch->db, id, NULL, &err))
        log_event(LOG_WARNING, "key_used_failed", "key", id, "error", err->message, NULL);
}

static bool load_keys(struct watch *watch, struct arena *arena, GError **err)
{
    struct q_key_valid_rows rows;
    struct auth_ring *old = store_keys(watch->store);
    auth_ring_flush(old, note_used, watch);
    auth_ring_unref(old);
    int64_t now_us = g_get_monotonic_time();
    if (!q_key_valid(arena, watch->db, &rows, err))
        return false;
    struct auth_key *keys = arena_many(arena, rows.n ? rows.n : 1, struct auth_key);
    size_t n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_key_valid_row *row = &rows.row[i];
        if (strlen(row->key_id) != AUTH_ID_SIZE || row->secret_sha256.n != AUTH_HASH_SIZE)
            continue;
        struct auth_key *key = &keys[n++];
        *key =
            (struct auth_key){.role = auth_role_find(row->role),
                              .staff_id = row->staff_id_is_null ? 0 : row->staff_id,
                              .until_us = row->left_us_is_null ? INT64_MAX : now_us + row->left_us};
        memcpy(key->id, row->key_id, AUTH_ID_SIZE);
        memcpy(key->hash, row->secret_sha256.p, AUTH_HASH_SIZE);
        if (!auth_nets_parse(row->addresses.v, row->addresses.n, &key->nets, err))
            return err_context(err, "key %s", row->key_id);
    }
    store_put_keys(watch->store, auth_ring_new(keys, n));
    return true;
}

static void note_seen(void *context, const unsigned char hash[SESSION_HASH_SIZE])
{
    struct watch *watch = context;
    g_autoptr(GError) err = NULL;
    const struct slice token = {(const char *)hash, SESSION_HASH_SIZE};
    if (!q_session_seen(watch->db, token, NULL, &err))
        log_event(LOG_WARNING, "session_seen_failed", "error", err->message, NULL);
}

static size_t read_users(const struct q_user_valid_rows *rows, struct session_user *out)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_user_valid_row *row = &rows->row[i];
        if (strlen(row->user_id) != AUTH_ID_SIZE)
            continue;
        out[n] = (struct session_user){.name = row->name,
                                       .role = auth_role_find(row->role),
                                       .staff_id = row->staff_id_is_null ? 0 : row->staff_id};
        memcpy(out[n++].id, row->user_id, AUTH_ID_SIZE);
    }
    return n;
}

static size_t read_sessions(const struct q_session_valid_rows *rows, struct session_entry *out)
{
    size_t n = 0;
    int64_t now_us = g_get_monotonic_time();
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_session_valid_row *row = &rows->row[i];
        if (row->token_sha256.n != SESSION_HASH_SIZE || strlen(row->user_id) != AUTH_ID_SIZE)
            continue;
        out[n] = (struct session_entry){.until_us = now_us + row->left_us,
                                        .seen_us = now_us - row->idle_us};
        memcpy(out[n].hash, row->token_sha256.p, SESSION_HASH_SIZE);
        memcpy(out[n++].user_id, row->user_id, AUTH_ID_SIZE);
    }
    return n;
}

static bool load_sessions(struct watch *watch, struct arena *arena, GError **err)
{
    struct q_user_valid_rows users;
    struct q_session_valid_rows sessions;
    struct session_book *book = store_sessions(watch->store);
    session_book_flush(book, note_seen, watch);
    if (!q_user_valid(arena, watch->db, &users, err) ||
        !q_session_valid(arena, watch->db, &sessions, err))
        return false;
    struct session_user *people = arena_many(arena, users.n + 1, struct session_user);
    struct session_entry *entries = arena_many(arena, sessions.n + 1, struct session_entry);
    size_t n_people = read_users(&users, people), n_entries = read_sessions(&sessions, entries);
    session_book_put(book, people, n_people, entries, n_entries);
    return true;
}

static bool run_is_news(struct watch *watch, const struct q_snapshot_run_row *row)
{
    if (row->run_id != watch->run_id)
        return true;
    int64_t age_us = g_get_monotonic_time() - watch->loaded_us;
    return row->commit_no != watch->commit_no && age_us >= watch->options.refresh_ms * 1000LL;
}

/* Asked only when something was committed: it goes through the loads. */
static bool load_freshness(struct watch *watch, struct arena *arena, GError **err)
{
    struct q_clock_now_row clock;
    struct q_freshness_row row;
    if (!q_clock_now(arena, watch->db, &clock, err))
        return false;
    if (clock.commit_no == watch->fresh_no)
        return true;
    if (!q_freshness(arena, watch->db, &row, err))
        return false;
    const struct freshness freshness = {row.newest_at_is_null ? INT64_MIN : row.newest_at,
                                        row.oldest_at_is_null ? INT64_MIN : row.oldest_at,
                                        row.oldest_is_null ? NULL : row.oldest};
    store_put_freshness(watch->store, &freshness);
    watch->fresh_no = clock.commit_no;
    return true;
}

static bool load_recompute(struct watch *watch, struct arena *arena, GError **err)
{
    struct q_recompute_newest_row row;
    if (!q_recompute_newest(arena, watch->db, &row, err))
        return false;
    atomic_store(&watch->again_accounts, row.accounts);
    atomic_store(&watch->again_different, row.different);
    atomic_store(&watch->again_us, row.checked_at_is_null ? 0 : row.checked_at);
    return true;
}

static bool load_run(struct watch *watch, struct arena *arena, GError **err)
{
    struct q_snapshot_run_row row;
    const struct snapshot *snapshot = NULL;
    bool found;
    if (!q_snapshot_run(arena, watch->db, &row, &found, err))
        return false;
    if (!found || !run_is_news(watch, &row))
        return true;
    db_set_deadline(watch->db, watch->options.load_ms);
    bool ok = snapshot_load(watch->db, &snapshot, err) &&
              (!snapshot || !snapshot->owners_changed || q_owner_put(watch->db, NULL, err));
    db_set_deadline(watch->db, watch->options.deadline_ms);
    if (!ok || !snapshot) {
        snapshot_unref(snapshot);
        return ok;
    }
    watch->run_id = snapshot->run_id;
    watch->commit_no = snapshot->commit_no;
    watch->loaded_us = g_get_monotonic_time();
    atomic_fetch_add(&watch->loads, 1);
    snapshot_ref(snapshot);
    store_put_run(watch->store, snapshot);
    if (watch->options.published)
        watch->options.published(watch->options.context, watch->db, snapshot);
    g_autofree char *run = g_strdup_printf("%" G_GINT64_FORMAT, snapshot->run_id);
    g_autofree char *accounts = g_strdup_printf("%zu", snapshot->n);
    log_event(LOG_INFO, "snapshot_loaded", "run", run, "accounts", accounts, NULL);
    snapshot_unref(snapshot);
    return true;
}

static bool write_tally(struct watch *watch, int64_t now_us, GError **err)
{
    return !watch->options.tally || !watch->db ||
           tally_write(watch->options.tally, watch->db, now_us, err);
}

static bool look(struct watch *watch, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    if (watch->db && !db_is_alive(watch->db))
        g_clear_pointer(&watch->db, db_close);
    if (!watch->db) {
        watch->db = wall_open(watch->dsn, watch->options.deadline_ms, err);
        if (!watch->db)
            return false;
        if (!q_listen_run(watch->db, NULL, err) || !q_listen_key(watch->db, NULL, err))
            return false;
    }
    if (!load_cursor_key(watch, arena, err) || !load_keys(watch, arena, err) ||
        !load_sessions(watch, arena, err) || !load_freshness(watch, arena, err) ||
        !load_recompute(watch, arena, err) || !load_run(watch, arena, err))
        return false;
    store_checked(watch->store, g_get_monotonic_time());
    return write_tally(watch, g_get_monotonic_time(), err);
}

/* False when asked to stop. */
static bool pause_until_news(struct watch *watch)
{
    char channel[64];
    struct pollfd fds[2] = {{.fd = watch->wake[0], .events = POLLIN},
                            {.fd = watch->db ? db_socket(watch->db) : -1, .events = POLLIN}};
    if (watch->db && db_notified(watch->db, channel))
        return true;
    poll(fds, 2, watch->options.poll_ms);
    while (watch->db && db_is_alive(watch->db) && db_notified(watch->db, channel))
        continue; /* one look answers all of them */
    return fds[0].revents == 0;
}

static void *run(void *argument)
{
    struct watch *watch = argument;
    while (pause_until_news(watch)) {
        g_autoptr(GError) err = NULL;
        bool ok = look(watch, &err);
        if (!ok) {
            atomic_fetch_add(&watch->failures, 1);
            if (!watch->failing)
                log_event(LOG_WARNING, "warehouse_away", "error", err->message, NULL);
            g_clear_pointer(&watch->db, db_close);
        } else if (watch->failing) {
            log_event(LOG_INFO, "warehouse_back", NULL);
        }
        watch->failing = !ok;
    }
    return NULL;
}

static void watch_free(struct watch *watch)
{
    db_close(watch->db);
    close(watch->wake[0]);
    close(watch->wake[1]);
    g_free(watch->dsn);
    g_free(watch);
}

struct watch *watch_start(struct store *store, const struct watch_options *options, GError **err)
{
    struct watch *watch = g_new0(struct watch, 1);
    watch->store = store;
    watch->options = *options;
    watch->fresh_no = -1;
    watch->dsn = g_strdup(options->dsn);
    if (pipe2(watch->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        BUG("pipe2 failed");
    if (!look(watch, err)) {
        watch_free(watch);
        return NULL;
    }
    if (pthread_create(&watch->thread, NULL, run, watch) != 0)
        BUG("pthread_create failed");
    return watch;
}

void watch_stop(struct watch *watch)
{
    if (!watch)
        return;
    ssize_t written = write(watch->wake[1], "x", 1);
    (void)written;
    pthread_join(watch->thread, NULL);
    g_autoptr(GError) err = NULL;
    if (!write_tally(watch, INT64_MAX, &err))
        log_event(LOG_WARNING, "audit_lost", "error", err->message, NULL);
    watch_free(watch);
}

int64_t watch_loads(const struct watch *watch)
{
    return atomic_load(&watch->loads);
}

int64_t watch_failures(const struct watch *watch)
{
    return atomic_load(&watch->failures);
}

struct watch_recompute watch_recompute(const struct watch *watch)
{
    return (struct watch_recompute){atomic_load(&watch->again_accounts),
                                    atomic_load(&watch->again_different),
                                    atomic_load(&watch->again_us)};
}
