/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/db.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "core/db_internal.h"
#include "sql/core.h"

enum { CANCEL_WAIT_MS = 1000 };

static const char session_options[] =
    "-c timezone=UTC -c datestyle=ISO -c search_path=pg_catalog -c client_encoding=UTF8 "
    "-c client_connection_check_interval=1000 -c idle_in_transaction_session_timeout=120000 "
    "-c jit=off -c citus.propagate_set_commands=local";

/* On somebody else's server: nothing is written, nobody waits for us, and what runs away ends. */
static const char foreign_options[] =
    "-c timezone=UTC -c datestyle=ISO -c search_path=pg_catalog -c client_encoding=UTF8 "
    "-c extra_float_digits=1 -c bytea_output=hex -c jit=off -c default_transaction_read_only=on "
    "-c lock_timeout=10000 -c statement_timeout=7200000 "
    "-c idle_in_transaction_session_timeout=600000";

int64_t db_deadline(const struct db *db)
{
    return g_get_monotonic_time() + (int64_t)db->deadline_ms * 1000;
}

bool db_wait(struct db *db, short events, int64_t deadline_us, GError **err)
{
    struct pollfd fd = {.fd = PQsocket(db->conn), .events = events};
    for (;;) {
        int64_t left = (deadline_us - g_get_monotonic_time()) / 1000;
        int ready = left > 0 ? poll(&fd, 1, (int)MIN(left, INT32_MAX)) : 0;
        if (ready > 0)
            return true;
        if (ready < 0 && errno == EINTR)
            continue;
        db->dead = true;
        return err_set(err, KENKO_ERROR_TIMEOUT, "%s did not answer within %d ms", db->peer,
                       db->deadline_ms);
    }
}

/* SQLSTATE → kind: class first, then the few codes that matter by themselves. */
static enum kenko_error kind_of(const struct db *db, const char *state)
{
    static const struct {
        const char *prefix;
        enum kenko_error kind;
    } table[] = {{"53100", KENKO_ERROR_DISK_FULL},   {"58030", KENKO_ERROR_DISK_FULL},
                 {"57014", KENKO_ERROR_TIMEOUT},     {"57P0", KENKO_ERROR_UNAVAILABLE},
                 {"25P03", KENKO_ERROR_UNAVAILABLE}, {"2BP01", KENKO_ERROR_CONFLICT},
                 {"08", KENKO_ERROR_UNAVAILABLE},    {"53", KENKO_ERROR_UNAVAILABLE},
                 {"40", KENKO_ERROR_BUSY},           {"55P03", KENKO_ERROR_BUSY},
                 {"42501", KENKO_ERROR_DENIED},      {"28", KENKO_ERROR_DENIED},
                 {"3D", KENKO_ERROR_CONFIG},         {"23", KENKO_ERROR_CONFLICT},
                 {"22", KENKO_ERROR_INPUT}};
    for (size_t i = 0; state && i < G_N_ELEMENTS(table); i++) {
        if (g_str_has_prefix(state, table[i].prefix))
            return table[i].kind;
    }
    if (!db->is_foreign)
        return KENKO_ERROR_BUG;
    return state && g_str_has_prefix(state, "42") ? KENKO_ERROR_CONFIG : KENKO_ERROR_INPUT;
}

bool db_fail(struct db *db, const PGresult *result, const char *what, GError **err)
{
    if (result && PQresultErrorField(result, PG_DIAG_SQLSTATE)) {
        enum kenko_error kind = kind_of(db, PQresultErrorField(result, PG_DIAG_SQLSTATE));
        if (kind == KENKO_ERROR_UNAVAILABLE)
            db->dead = true;
        return err_set(err, kind, "%s: %s [%s]", what,
                       PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
                       PQresultErrorField(result, PG_DIAG_SQLSTATE));
    }
    db->dead = true;
    const char *text = PQerrorMessage(db->conn);
    /* The lines after the first guess at causes; they are the same for every lost connection. */
    return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s%s%s is gone: %.*s", what ? what : "",
                   what ? ": " : "", db->peer, (int)strcspn(text, "\r\n"), text);
}

static void ignore_notice(void *context, const PGresult *result)
{
    (void)context;
    (void)result;
}

static bool connect_wait(struct db *db, GError **err)
{
    int64_t deadline = db_deadline(db);
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    while (status != PGRES_POLLING_OK) {
        if (status == PGRES_POLLING_FAILED || PQstatus(db->conn) == CONNECTION_BAD) {
            g_autofree char *text = g_strdup(PQerrorMessage(db->conn));
            return err_set(err, KENKO_ERROR_UNAVAILABLE, "cannot connect to %s: %s", db->peer,
                           g_strdelimit(g_strstrip(text), "\n\r\t", ' '));
        }
        if (!db_wait(db, status == PGRES_POLLING_READING ? POLLIN : POLLOUT, deadline, err))
            return err_context(err, "connecting");
        status = PQconnectPoll(db->conn);
    }
    return true;
}

static struct db *connect_to(const char *dsn, const char *application, const char *peer,
                             const char *options, int deadline_ms, GError **err)
{
    const char *keys[] = {"dbname",
                          "application_name",
                          "connect_timeout",
                          "keepalives_idle",
                          "keepalives_interval",
                          "keepalives_count",
                          "tcp_user_timeout",
                          "client_encoding",
                          "options",
                          NULL};
    const char *values[] = {dsn, application, "5", "5", "2", "3", "10000", "UTF8", options, NULL};
    struct db *db = g_new0(struct db, 1);
    db->peer = peer;
    db->deadline_ms = deadline_ms;
    db->prepared = g_hash_table_new(NULL, NULL);
    db->conn = PQconnectStartParams(keys, values, 1);
    if (!db->conn || !connect_wait(db, err)) {
        db_close(db);
        return NULL;
    }
    PQsetNoticeReceiver(db->conn, ignore_notice, NULL);
    if (PQsetnonblocking(db->conn, 1) != 0) {
        db_fail(db, NULL, "connecting", err);
        db_close(db);
        return NULL;
    }
    return db;
}

struct db *db_open(const char *dsn, const char *application, int deadline_ms, GError **err)
{
    char *message = NULL;
    PQconninfoOption *parsed = PQconninfoParse(dsn, &message);
    if (!parsed) {
        err_set(err, KENKO_ERROR_CONFIG, "warehouse.dsn: %s", g_strchomp(message));
        PQfreemem(message);
        return NULL;
    }
    PQconninfoFree(parsed);
    return connect_to(dsn, application, "the warehouse", session_options, deadline_ms, err);
}

struct db *db_open_foreign(const char *dsn, const char *application, const char *peer,
                           int deadline_ms, GError **err)
{
    struct db *db = connect_to(dsn, application, peer, foreign_options, deadline_ms, err);
    if (db)
        db->is_foreign = true;
    return db;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    PQfinish(db->conn);
    g_hash_table_destroy(db->prepared);
    g_free(db);
}

void db_set_deadline(struct db *db, int deadline_ms)
{
    db->deadline_ms = deadline_ms;
}

bool db_is_alive(const struct db *db)
{
    return !db->dead && PQstatus(db->conn) == CONNECTION_OK;
}

int db_socket(const struct db *db)
{
    return PQsocket(db->conn);
}

bool db_notified(struct db *db, char channel[64])
{
    if (!PQconsumeInput(db->conn))
        db->dead = true;
    PGnotify *notify = PQnotifies(db->conn);
    if (!notify)
        return false;
    g_strlcpy(channel, notify->relname, 64);
    PQfreemem(notify);
    return true;
}

struct cancel {
    PGcancel *handle;
    int done; /* closed when the server has answered */
};

static void *cancel_apart(void *context)
{
    struct cancel *cancel = context;
    char text[256];
    (void)PQcancel(cancel->handle, text, sizeof text);
    PQfreeCancel(cancel->handle);
    close(cancel->done);
    g_free(cancel);
    return NULL;
}

/* libpq's cancel waits for the postmaster without a deadline; one that hangs must not take the
 * caller with it. So the wait happens apart, and is watched for a moment only. */
void db_cancel(struct db *db)
{
    int ends[2];
    pthread_t thread;
    PGcancel *handle = PQgetCancel(db->conn);
    if (!handle || pipe2(ends, O_CLOEXEC) != 0) {
        PQfreeCancel(handle);
        return;
    }
    struct cancel *cancel = g_new0(struct cancel, 1);
    *cancel = (struct cancel){handle, ends[1]};
    if (pthread_create(&thread, NULL, cancel_apart, cancel) == 0) {
        pthread_detach(thread);
        struct pollfd fd = {.fd = ends[0], .events = POLLIN};
        (void)poll(&fd, 1, CANCEL_WAIT_MS);
    } else {
        PQfreeCancel(handle);
        close(ends[1]);
        g_free(cancel);
    }
    close(ends[0]);
}

static bool flush(struct db *db, int64_t deadline_us, GError **err)
{
    int left;
    while ((left = PQflush(db->conn)) > 0) {
        if (!db_wait(db, POLLIN | POLLOUT, deadline_us, err))
            return false;
        if (!PQconsumeInput(db->conn))
            return db_fail(db, NULL, "sending", err);
    }
    return left == 0 || db_fail(db, NULL, "sending", err);
}

PGresult *db_next_result(struct db *db, int64_t deadline_us, bool *ok, GError **err)
{
    *ok = flush(db, deadline_us, err);
    while (*ok && PQisBusy(db->conn)) {
        GError *late = NULL;
        if (!db_wait(db, POLLIN, deadline_us, &late)) {
            db_cancel(db);
            g_propagate_error(err, late);
            *ok = false;
        } else if (!PQconsumeInput(db->conn)) {
            *ok = db_fail(db, NULL, NULL, err);
        }
    }
    return *ok ? PQgetResult(db->conn) : NULL;
}

bool db_drain(struct db *db, const char *what, GError **err)
{
    int64_t deadline = db_deadline(db);
    bool ok, good = true;
    PGresult *result;
    while ((result = db_next_result(db, deadline, &ok, good ? err : NULL))) {
        ExecStatusType status = PQresultStatus(result);
        if (good && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            good = db_fail(db, result, what, err);
        PQclear(result);
    }
    return ok && good;
}

static bool prepare(struct db *db, const struct db_statement *s, GError **err)
{
    if (g_hash_table_contains(db->prepared, s))
        return true;
    Oid types[64];
    for (size_t i = 0; i < s->n_params; i++)
        types[i] = db_type_oid(s->params[i]);
    if (!PQsendPrepare(db->conn, s->name, s->text, (int)s->n_params, types))
        return db_fail(db, NULL, s->name, err);
    if (!db_drain(db, s->name, err))
        return false;
    g_hash_table_add(db->prepared, (gpointer)(uintptr_t)s);
    return true;
}

static bool send_query(struct db *db, const struct db_statement *s, const struct db_value *params,
                       GError **err)
{
    const char *values[64];
    int lengths[64], formats[64];
    size_t offsets[64];
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (size_t i = 0; i < s->n_params; i++) {
        offsets[i] = bytes->len;
        size_t n = params[i].is_null ? 0 : db_encoded_size(s->params[i], &params[i]);
        g_byte_array_set_size(bytes, bytes->len + (guint)n);
        if (!params[i].is_null)
            db_encode((char *)bytes->data + offsets[i], s->params[i], &params[i]);
        lengths[i] = (int)n;
        formats[i] = 1;
    }
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    for (size_t i = 0; i < s->n_params; i++)
        values[i] = params[i].is_null ? NULL : (const char *)bytes->data + offsets[i];
    if (!PQsendQueryPrepared(db->conn, s->name, (int)s->n_params, values, lengths, formats, 1))
        return db_fail(db, NULL, s->name, err);
    return true;
}

static bool decode_rows(struct arena *arena, const struct db_statement *s, const PGresult *result,
                        db_row_fn row, void *context, GError **err)
{
    struct db_value columns[64];
    if (PQnfields(result) != (int)s->n_columns)
        return err_set(err, KENKO_ERROR_BUG, "%s: %d columns, want %zu", s->name, PQnfields(result),
                       s->n_columns);
    for (int r = 0; r < PQntuples(result); r++) {
        for (int c = 0; c < (int)s->n_columns; c++) {
            columns[c].is_null = PQgetisnull(result, r, c);
            if (!columns[c].is_null && !db_decode(arena, s->columns[c], PQgetvalue(result, r, c),
                                                  PQgetlength(result, r, c), &columns[c]))
                return err_set(err, KENKO_ERROR_BUG, "%s: column %d has another type", s->name,
                               c + 1);
        }
        row(context, arena, columns);
    }
    return true;
}

bool db_run(struct arena *arena, struct db *db, const struct db_statement *statement,
            const struct db_value *params, db_row_fn row, void *context, int64_t *affected,
            GError **err)
{
    if (db->dead)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s: the connection was lost",
                       statement->name);
    if (!prepare(db, statement, err) || !send_query(db, statement, params, err))
        return false;
    int64_t deadline = db_deadline(db);
    bool ok, good = true;
    PGresult *result;
    while ((result = db_next_result(db, deadline, &ok, good ? err : NULL))) {
        ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK && good && row)
            good = decode_rows(arena, statement, result, row, context, err);
        else if (good && status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
            good = db_fail(db, result, statement->name, err);
        if (good && affected)
            *affected = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
        PQclear(result);
    }
    return ok && good;
}

bool db_script(struct db *db, const char *name, const char *text, GError **err)
{
    if (!PQsendQuery(db->conn, text))
        return db_fail(db, NULL, name, err);
    return db_drain(db, name, err);
}

bool db_begin(struct db *db, GError **err)
{
    return db->rehearsing ? q_tx_savepoint(db, NULL, err) : q_tx_begin(db, NULL, err);
}

bool db_begin_snapshot(struct db *db, GError **err)
{
    return db->rehearsing ? q_tx_savepoint(db, NULL, err) : q_tx_begin_snapshot(db, NULL, err);
}

bool db_commit(struct db *db, GError **err)
{
    g_autoptr(GError) failure = NULL;
    if (db->rehearsing)
        return q_tx_savepoint_keep(db, NULL, err);
    if (q_tx_commit(db, NULL, &failure))
        return true;
    if (err_is(failure, KENKO_ERROR_UNAVAILABLE) || err_is(failure, KENKO_ERROR_TIMEOUT))
        err_context(&failure, "no answer to COMMIT, so what it was to keep may stand or not");
    g_propagate_error(err, g_steal_pointer(&failure));
    return false;
}

/* Back to where the part began. When it did not begin, the server refuses, and the rehearsal goes
 * on as far as its transaction does. */
static void roll_part_back(struct db *db)
{
    if (db_is_alive(db) && q_tx_savepoint_back(db, NULL, NULL) &&
        !q_tx_savepoint_keep(db, NULL, NULL))
        db->dead = true;
}

void db_rollback(struct db *db)
{
    if (db->rehearsing) {
        roll_part_back(db);
        return;
    }
    if (db_is_alive(db) && PQtransactionStatus(db->conn) != PQTRANS_IDLE &&
        !q_tx_rollback(db, NULL, NULL))
        db->dead = true;
}

bool db_transact(struct db *db, int tries, db_body_fn body, void *context, GError **err)
{
    for (int i = 1;; i++) {
        g_autoptr(GError) failure = NULL;
        if (db_begin(db, &failure) && body(db, context, &failure) && db_commit(db, &failure))
            return true;
        db_rollback(db);
        if (i >= tries || !err_is(failure, KENKO_ERROR_BUSY) || !db_is_alive(db)) {
            g_propagate_error(err, g_steal_pointer(&failure));
            return false;
        }
        g_usleep((gulong)i * 20000);
    }
}

bool db_try_lock(struct db *db, const char *name, bool *taken, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_lock_try_row row;
    if (!q_lock_try(arena, db, name, &row, err))
        return false;
    *taken = row.taken;
    return true;
}

bool db_unlock(struct db *db, const char *name, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_lock_release_row row;
    return q_lock_release(arena, db, name, &row, err);
}
