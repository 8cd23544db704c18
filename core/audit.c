/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/audit.h"

#include <sodium.h>
#include <string.h>

#include "core/keyed_hash.h"
#include "sql/core.h"

bool audit_add(struct db *db, const struct audit_event *event, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_audit_add_row row;
    uint8_t key[KEYED_HASH_SIZE], person[KEYED_HASH_SIZE];
    const struct slice subject = {(const char *)person, sizeof person};
    if (event->person) {
        if (!keyed_hash_load(db, key, err))
            return false;
        keyed_hash(key, (struct slice){event->person, strlen(event->person)}, person);
    }
    return q_audit_add(arena, db, event->actor, event->action, event->object ? event->object : "",
                       event->person ? &subject : NULL, event->detail ? event->detail : "", &row,
                       err);
}

bool audit_anchor_parse(const char *text, struct audit_anchor *out, GError **err)
{
    size_t n = 0;
    const char *colon = strchr(text, ':');
    g_autofree char *number = colon ? g_strndup(text, (size_t)(colon - text)) : NULL;
    struct audit_anchor anchor;
    if (!colon || !g_ascii_string_to_signed(number, 10, 0, INT64_MAX, &anchor.number, NULL) ||
        sodium_hex2bin(anchor.hash, sizeof anchor.hash, colon + 1, strlen(colon + 1), NULL, &n,
                       NULL) != 0 ||
        n != sizeof anchor.hash)
        return err_set(err, KENKO_ERROR_USAGE, "anchor %s: want NUMBER:HASH with 64 hex digits",
                       text);
    *out = anchor;
    return true;
}

char *audit_anchor_format(const struct audit_anchor *anchor)
{
    char hex[AUDIT_HASH_SIZE * 2 + 1];
    sodium_bin2hex(hex, sizeof hex, anchor->hash, sizeof anchor->hash);
    return g_strdup_printf("%" G_GINT64_FORMAT ":%s", anchor->number, hex);
}

struct walk {
    const struct audit_anchor *kept;
    struct audit_anchor at;
    GString *line;
};

static void put(GString *line, const char *part)
{
    g_string_append_printf(line, "%zu:%s", strlen(part), part);
}

static void put_number(GString *line, int64_t value)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, value);
    put(line, text);
}

/* What the warehouse hashed: each part with its length before it, so that no two rows are alike. */
static void put_row(GString *line, const struct q_audit_walk_row *row)
{
    g_autofree char *subject = g_malloc0(row->subject.n * 2 + 1);
    if (!row->subject_is_null)
        sodium_bin2hex(subject, row->subject.n * 2 + 1, (const unsigned char *)row->subject.p,
                       row->subject.n);
    g_string_truncate(line, 0);
    put_number(line, row->audit_no);
    put_number(line, row->at);
    put(line, row->actor);
    put(line, row->action);
    put(line, row->object);
    put(line, subject);
    put(line, row->detail);
}

static bool check_kept(const struct walk *walk, GError **err)
{
    const struct audit_anchor *kept = walk->kept;
    if (!kept || kept->number != walk->at.number ||
        memcmp(kept->hash, walk->at.hash, AUDIT_HASH_SIZE) == 0)
        return true;
    return err_set(err, KENKO_ERROR_CHECK,
                   "row %" G_GINT64_FORMAT " of the audit log is not the one of the anchor: the "
                   "log was written anew",
                   kept->number);
}

static bool take(void *context, const struct q_audit_walk_row *row, GError **err)
{
    struct walk *walk = context;
    crypto_hash_sha256_state state;
    unsigned char hash[AUDIT_HASH_SIZE];
    if (row->audit_no != walk->at.number + 1)
        return err_set(err, KENKO_ERROR_CHECK,
                       "row %" G_GINT64_FORMAT " of the audit log is missing", walk->at.number + 1);
    put_row(walk->line, row);
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, walk->at.hash, AUDIT_HASH_SIZE);
    crypto_hash_sha256_update(&state, (const unsigned char *)walk->line->str, walk->line->len);
    crypto_hash_sha256_final(&state, hash);
    if (row->hash.n != AUDIT_HASH_SIZE || memcmp(row->hash.p, hash, AUDIT_HASH_SIZE) != 0)
        return err_set(err, KENKO_ERROR_CHECK,
                       "row %" G_GINT64_FORMAT " of the audit log is not as it was written",
                       row->audit_no);
    walk->at.number = row->audit_no;
    memcpy(walk->at.hash, hash, AUDIT_HASH_SIZE);
    return check_kept(walk, err);
}

static bool check_end(struct db *db, const struct walk *walk, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_audit_head_get_row head;
    if (!q_audit_head_get(arena, db, &head, err))
        return false;
    if (head.audit_no != walk->at.number || head.hash.n != AUDIT_HASH_SIZE ||
        memcmp(head.hash.p, walk->at.hash, AUDIT_HASH_SIZE) != 0)
        return err_set(err, KENKO_ERROR_CHECK,
                       "the audit log ends at row %" G_GINT64_FORMAT ", but was written to row "
                       "%" G_GINT64_FORMAT,
                       walk->at.number, head.audit_no);
    if (walk->kept && walk->kept->number > walk->at.number)
        return err_set(err, KENKO_ERROR_CHECK,
                       "the audit log ends at row %" G_GINT64_FORMAT ", before the anchor at "
                       "%" G_GINT64_FORMAT ": it was cut short",
                       walk->at.number, walk->kept->number);
    return true;
}

bool audit_verify(struct db *db, const struct audit_anchor *kept, struct audit_anchor *end,
                  GError **err)
{
    struct walk walk = {.kept = kept, .line = g_string_new(NULL)};
    bool ok = db_begin_snapshot(db, err) && q_audit_walk(db, take, &walk, err) &&
              check_end(db, &walk, err);
    db_rollback(db);
    g_string_free(walk.line, TRUE);
    if (ok)
        *end = walk.at;
    return ok;
}
