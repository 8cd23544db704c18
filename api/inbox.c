/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/inbox.h"

#include <pthread.h>

#include "api/pool.h"
#include "core/fault.h"
#include "core/keyed_hash.h"
#include "core/log.h"
#include "sql/api.h"

/* Events of one transaction; and what a row costs besides its bytes, for the bounds. */
enum { GROUP_BYTES = 8 << 20, ROW_BYTES = 100 };

struct inbox {
    struct inbox_options options;
    struct pool *pool; /* of one connection */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct inbox_ticket *first, **last;
    struct inbox_numbers count;
    bool closed;
    bool failing; /* the last group failed: say it once */
    bool has_key;
    uint8_t key[KEYED_HASH_SIZE];
};

static void finish(struct inbox_ticket *ticket, enum inbox_fate fate)
{
    ticket->fate = fate;
    ticket->done(ticket->context);
}

static bool set_up(struct inbox *inbox, struct db *db, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_inbox_durable_row row;
    if (!q_inbox_durable(arena, db, &row, err))
        return false;
    inbox->has_key = inbox->has_key || keyed_hash_load(db, inbox->key, err);
    return inbox->has_key;
}

/* A hash in the caller's bytes; p NULL when there is no id. */
static struct slice hash_of(const struct inbox *inbox, struct slice id, uint8_t *bytes)
{
    if (!id.p)
        return id;
    keyed_hash(inbox->key, id, bytes);
    return (struct slice){(const char *)bytes, KEYED_HASH_SIZE};
}

static bool put_event(const struct inbox *inbox, struct db_copy *copy, const char *key_id,
                      const struct event *event, GError **err)
{
    uint8_t user[KEYED_HASH_SIZE], anonymous[KEYED_HASH_SIZE];
    struct q_inbox_copy_row row = {.key_id = key_id,
                                   .sent_at = event->sent_at,
                                   .sent_at_is_null = !event->sent_at,
                                   .kind = event_kind_name(event->kind),
                                   .message_id = event->message_id,
                                   .message_id_is_null = !event->message_id,
                                   .user_hash = hash_of(inbox, event->user, user),
                                   .user_hash_is_null = !event->user.p,
                                   .anonymous_hash = hash_of(inbox, event->anonymous, anonymous),
                                   .anonymous_hash_is_null = !event->anonymous.p,
                                   .body = event->body};
    return q_inbox_copy_put(copy, &row, err);
}

static bool put_group(const struct inbox *inbox, struct db_copy *copy,
                      const struct inbox_ticket *ticket, GError **err)
{
    for (; ticket; ticket = ticket->next) {
        for (size_t i = 0; i < ticket->n; i++) {
            if (!put_event(inbox, copy, ticket->key_id, &ticket->event[i], err))
                return false;
        }
    }
    return !fault_hit("inbox_copy") || err_set(err, KENKO_ERROR_BUG, "injected inbox_copy");
}

/* One COPY, which is one transaction. */
static bool write_on(struct inbox *inbox, struct db *db, const struct inbox_ticket *group,
                     GError **err)
{
    if (!set_up(inbox, db, err))
        return false;
    struct db_copy *copy = q_inbox_copy_begin(db, err);
    if (!copy)
        return false;
    if (put_group(inbox, copy, group, err))
        return db_copy_end(copy, NULL, err);
    db_copy_abort(copy);
    return false;
}

static bool write_group(struct inbox *inbox, const struct inbox_ticket *group, GError **err)
{
    struct db *db = pool_take(inbox->pool, err);
    if (!db)
        return false;
    bool ok = write_on(inbox, db, group, err);
    pool_give(inbox->pool, db);
    return ok;
}

/* Take what waits, as much as one transaction may have. NULL: closed, and nothing waits. */
static struct inbox_ticket *take_group(struct inbox *inbox)
{
    size_t bytes = 0;
    pthread_mutex_lock(&inbox->lock);
    while (!inbox->first && !inbox->closed)
        pthread_cond_wait(&inbox->wake, &inbox->lock);
    struct inbox_ticket *group = inbox->first, **end = &inbox->first;
    while (*end && (bytes == 0 || bytes + (*end)->bytes <= GROUP_BYTES)) {
        bytes += (*end)->bytes;
        end = &(*end)->next;
    }
    inbox->first = *end;
    *end = NULL;
    if (!inbox->first)
        inbox->last = &inbox->first;
    inbox->count.queued -= bytes;
    pthread_mutex_unlock(&inbox->lock);
    return group;
}

static void settle(struct inbox *inbox, struct inbox_ticket *group, bool ok)
{
    int64_t n = 0;
    for (const struct inbox_ticket *ticket = group; ticket; ticket = ticket->next)
        n += (int64_t)ticket->n;
    pthread_mutex_lock(&inbox->lock);
    inbox->count.commits += ok;
    inbox->count.events += ok ? n : 0;
    inbox->count.failed += ok ? 0 : n;
    pthread_mutex_unlock(&inbox->lock);
    while (group) {
        struct inbox_ticket *next = group->next; /* its owner may be gone after this */
        finish(group, ok ? INBOX_COMMITTED : INBOX_FAILED);
        group = next;
    }
}

static void *run(void *argument)
{
    struct inbox *inbox = argument;
    struct inbox_ticket *group;
    while ((group = take_group(inbox))) {
        g_autoptr(GError) err = NULL;
        bool ok = write_group(inbox, group, &err);
        if (!ok && !inbox->failing)
            log_event(LOG_WARNING, "inbox_failing", "error", err->message, NULL);
        else if (ok && inbox->failing)
            log_event(LOG_INFO, "inbox_works_again", NULL);
        inbox->failing = !ok;
        settle(inbox, group, ok);
    }
    return NULL;
}

struct inbox *inbox_new(const struct inbox_options *options)
{
    struct inbox *inbox = g_new0(struct inbox, 1);
    inbox->options = *options;
    inbox->pool = pool_new(options->dsn, 1, options->deadline_ms);
    inbox->last = &inbox->first;
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_cond_init(&inbox->wake, NULL);
    if (pthread_create(&inbox->thread, NULL, run, inbox) != 0)
        BUG("pthread_create failed");
    return inbox;
}

static size_t size_of(const struct inbox_ticket *ticket)
{
    size_t bytes = 0;
    for (size_t i = 0; i < ticket->n; i++)
        bytes += ticket->event[i].body.n + ROW_BYTES;
    return bytes;
}

void inbox_submit(struct inbox *inbox, struct inbox_ticket *ticket)
{
    ticket->fate = INBOX_WAITING;
    ticket->next = NULL;
    ticket->bytes = size_of(ticket);
    pthread_mutex_lock(&inbox->lock);
    bool takes = !inbox->closed && inbox->count.queued + ticket->bytes <= inbox->options.queue_max;
    if (takes) {
        *inbox->last = ticket;
        inbox->last = &ticket->next;
        inbox->count.queued += ticket->bytes;
        pthread_cond_signal(&inbox->wake);
    } else {
        inbox->count.shed += (int64_t)ticket->n;
    }
    pthread_mutex_unlock(&inbox->lock);
    if (!takes)
        finish(ticket, INBOX_SHED);
}

void inbox_close(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    bool first = !inbox->closed;
    inbox->closed = true;
    pthread_cond_signal(&inbox->wake);
    pthread_mutex_unlock(&inbox->lock);
    if (first)
        pthread_join(inbox->thread, NULL);
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    pool_free(inbox->pool);
    pthread_cond_destroy(&inbox->wake);
    pthread_mutex_destroy(&inbox->lock);
    g_free(inbox);
}

void inbox_count(struct inbox *inbox, struct inbox_numbers *out)
{
    pthread_mutex_lock(&inbox->lock);
    *out = inbox->count;
    pthread_mutex_unlock(&inbox->lock);
}
