/* SPDX-License-Identifier: GPL-3.0-or-later */
/* COPY in PostgreSQL's binary format, both ways. */
#include <poll.h>
#include <string.h>

#include "core/db_internal.h"
#include "sql/core.h"

enum { BLOCK_BYTES = 1 << 20 };
static const char signature[] = "PGCOPY\n\377\r\n"; /* its closing NUL belongs to it: 11 bytes */

struct db_copy {
    struct db *db;
    const struct db_statement *statement;
    GByteArray *buffer;
    size_t *size; /* of each column of the row under way */
    int64_t rows;
};

static bool copy_start(struct db *db, const struct db_statement *s, ExecStatusType want,
                       GError **err)
{
    if (db->dead)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s: the connection was lost", s->name);
    if (!PQsendQuery(db->conn, s->text))
        return db_fail(db, NULL, s->name, err);
    bool ok;
    PGresult *result = db_next_result(db, db_deadline(db), &ok, err);
    if (!result)
        return ok ? db_fail(db, NULL, s->name, err) : false;
    bool good = PQresultStatus(result) == want;
    if (!good) {
        db_fail(db, result, s->name, err);
        (void)db_drain(db, s->name, NULL);
    }
    PQclear(result);
    return good;
}

struct db_copy *db_copy_in(struct db *db, const struct db_statement *statement, GError **err)
{
    if (!copy_start(db, statement, PGRES_COPY_IN, err))
        return NULL;
    struct db_copy *copy = g_new0(struct db_copy, 1);
    copy->db = db;
    copy->statement = statement;
    copy->size = g_new(size_t, statement->n_columns + 1);
    copy->buffer = g_byte_array_sized_new(BLOCK_BYTES + 65536);
    static const guint8 zeros[8] = {0};
    g_byte_array_append(copy->buffer, (const guint8 *)signature, sizeof signature);
    g_byte_array_append(copy->buffer, zeros, sizeof zeros);
    return copy;
}

static bool copy_send(struct db_copy *copy, GError **err)
{
    struct db *db = copy->db;
    int64_t deadline = db_deadline(db);
    int sent;
    while ((sent = PQputCopyData(db->conn, (const char *)copy->buffer->data,
                                 (int)copy->buffer->len)) == 0) {
        if (!db_wait(db, POLLIN | POLLOUT, deadline, err))
            return false;
        if (!PQconsumeInput(db->conn))
            return db_fail(db, NULL, copy->statement->name, err);
    }
    g_byte_array_set_size(copy->buffer, 0);
    if (sent < 0)
        return db_fail(db, NULL, copy->statement->name, err);
    /* Keep libpq's own buffer small: wait until the block has left. */
    int left;
    while ((left = PQflush(db->conn)) > 0) {
        if (!db_wait(db, POLLIN | POLLOUT, deadline, err))
            return false;
        if (!PQconsumeInput(db->conn))
            return db_fail(db, NULL, copy->statement->name, err);
    }
    return left == 0 || db_fail(db, NULL, copy->statement->name, err);
}

bool db_copy_row(struct db_copy *copy, const struct db_value *columns, GError **err)
{
    const struct db_statement *s = copy->statement;
    GByteArray *buffer = copy->buffer;
    uint16_t count = GUINT16_TO_BE((uint16_t)s->n_columns);
    size_t *size = copy->size, all = sizeof count + 4 * s->n_columns;
    for (size_t i = 0; i < s->n_columns; i++) {
        size[i] = columns[i].is_null ? 0 : db_encoded_size(s->columns[i], &columns[i]);
        all += size[i];
    }
    guint at = buffer->len;
    g_byte_array_set_size(buffer, at + (guint)all);
    char *p = (char *)buffer->data + at;
    memcpy(p, &count, sizeof count);
    p += sizeof count;
    for (size_t i = 0; i < s->n_columns; i++) {
        p = db_put_u32(p, columns[i].is_null ? UINT32_MAX : (uint32_t)size[i]);
        if (!columns[i].is_null)
            db_encode(p, s->columns[i], &columns[i]);
        p += size[i];
    }
    copy->rows++;
    return buffer->len < BLOCK_BYTES || copy_send(copy, err);
}

static void copy_free(struct db_copy *copy)
{
    g_byte_array_free(copy->buffer, TRUE);
    g_free(copy->size);
    g_free(copy);
}

static bool copy_finish(struct db_copy *copy, const char *failure, GError **err)
{
    struct db *db = copy->db;
    int64_t deadline = db_deadline(db);
    int ended;
    while ((ended = PQputCopyEnd(db->conn, failure)) == 0) {
        if (!db_wait(db, POLLOUT, deadline, err))
            return false;
    }
    if (ended < 0)
        return db_fail(db, NULL, copy->statement->name, err);
    return db_drain(db, copy->statement->name, err);
}

bool db_copy_end(struct db_copy *copy, int64_t *rows, GError **err)
{
    static const guint8 trailer[2] = {0xff, 0xff};
    g_byte_array_append(copy->buffer, trailer, sizeof trailer);
    bool ok = copy_send(copy, err);
    /* A connection past its deadline is not waited for a second time. */
    if (ok || db_is_alive(copy->db))
        ok = copy_finish(copy, ok ? NULL : "aborted", ok ? err : NULL) && ok;
    if (ok && rows)
        *rows = copy->rows;
    copy_free(copy);
    return ok;
}

void db_copy_abort(struct db_copy *copy)
{
    if (!copy)
        return;
    if (db_is_alive(copy->db))
        (void)copy_finish(copy, "aborted", NULL);
    copy_free(copy);
}

/* Parameters of a COPY travel as settings of the transaction, as text. */
static char *param_text(enum db_type type, const struct db_value *value)
{
    GDate date;
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    switch (type) {
    case DB_BOOL:
        return g_strdup(value->as.b ? "true" : "false");
    case DB_INT:
        return g_strdup_printf("%d", value->as.i);
    case DB_BIGINT:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->as.n);
    case DB_DOUBLE:
        return g_strdup(g_ascii_dtostr(text, sizeof text, value->as.d));
    case DB_DATE:
        if (value->as.i == INT32_MAX || value->as.i == INT32_MIN)
            return g_strdup(value->as.i > 0 ? "infinity" : "-infinity");
        g_date_set_julian(&date, (guint32)(value->as.i + 719163));
        g_date_strftime(text, sizeof text, "%Y-%m-%d", &date);
        return g_strdup(text);
    case DB_TEXT:
        return g_strdup(value->as.text);
    default:
        BUG("a COPY parameter of type %d", (int)type);
    }
}

static bool set_params(struct db *db, const struct db_statement *s, const struct db_value *params,
                       GError **err)
{
    for (size_t i = 0; i < s->n_params; i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autofree char *name = g_strdup_printf("kenko.p%zu", i + 1);
        g_autofree char *text = param_text(s->params[i], &params[i]);
        struct q_setting_set_row row;
        if (!q_setting_set(arena, db, name, text, &row, err))
            return false;
    }
    return true;
}

static uint32_t read_u32(const char *p)
{
    uint32_t be;
    memcpy(&be, p, sizeof be);
    return GUINT32_FROM_BE(be);
}

static bool copy_row_out(struct arena *arena, const struct db_statement *s, const char *data,
                         const char *end, db_copy_row_fn row, void *context, GError **err)
{
    struct db_value columns[64];
    for (size_t i = 0; i < s->n_columns; i++) {
        if (end - data < 4)
            return err_set(err, KENKO_ERROR_BUG, "%s: short row", s->name);
        uint32_t size = read_u32(data);
        data += 4;
        columns[i].is_null = size == UINT32_MAX;
        if (columns[i].is_null)
            continue;
        if ((size_t)(end - data) < size ||
            !db_decode(arena, s->columns[i], data, (int)size, &columns[i]))
            return err_set(err, KENKO_ERROR_BUG, "%s: column %zu has another type", s->name, i + 1);
        data += size;
    }
    return row(context, columns, err);
}

/* One CopyData message of PostgreSQL's COPY TO is one row, but for header and trailer. */
static bool copy_message(struct arena *arena, const struct db_statement *s, const char *data,
                         int size, bool *first, db_copy_row_fn row, void *context, GError **err)
{
    if (*first) {
        int header = (int)sizeof signature + 8;
        *first = false;
        if (size < header || memcmp(data, signature, sizeof signature) != 0)
            return err_set(err, KENKO_ERROR_BUG, "%s: not a binary COPY", s->name);
        data += header;
        size -= header;
        if (size == 0)
            return true;
    }
    if (size < 2)
        return err_set(err, KENKO_ERROR_BUG, "%s: short message", s->name);
    uint16_t count;
    memcpy(&count, data, sizeof count);
    count = GUINT16_FROM_BE(count);
    if (count == UINT16_MAX)
        return true;
    if (count != s->n_columns)
        return err_set(err, KENKO_ERROR_BUG, "%s: %u columns, want %zu", s->name, count,
                       s->n_columns);
    arena_reset(arena);
    return copy_row_out(arena, s, data + 2, data + size, row, context, err);
}

bool db_copy_out(struct db *db, const struct db_statement *statement, const struct db_value *params,
                 db_copy_row_fn row, void *context, GError **err)
{
    if (!set_params(db, statement, params, err) || !copy_start(db, statement, PGRES_COPY_OUT, err))
        return false;
    g_autoptr(arena_t) arena = arena_new();
    bool first = true, good = true;
    for (;;) {
        char *data = NULL;
        int size = PQgetCopyData(db->conn, &data, 1);
        if (size == 0) {
            if (!db_wait(db, POLLIN, db_deadline(db), good ? err : NULL)) {
                db_cancel(db);
                return false;
            }
            if (!PQconsumeInput(db->conn))
                return good ? db_fail(db, NULL, statement->name, err) : false;
            continue;
        }
        if (size < 0)
            break;
        if (good) {
            good = copy_message(arena, statement, data, size, &first, row, context, err);
            /* What is left may be long: it is not sent to the end for nobody. */
            if (!good)
                db_cancel(db);
        }
        PQfreemem(data);
    }
    return db_drain(db, statement->name, good ? err : NULL) && good;
}

bool db_copy_composed(struct db *db, const char *name, const char *text, size_t n_columns,
                      db_copy_row_fn row, void *context, GError **err)
{
    static const enum db_type texts[] = {DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT,
                                         DB_TEXT, DB_TEXT, DB_TEXT, DB_TEXT};
    if (n_columns > G_N_ELEMENTS(texts))
        BUG("%s: %zu columns of text", name, n_columns);
    const struct db_statement statement = {name, text, 0, n_columns, NULL, texts};
    return db_copy_out(db, &statement, NULL, row, context, err);
}
