/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/digest.h"

#include <sodium.h>
#include <string.h>

#include "core/db.h"
#include "sql/ingest.h"

enum { DEADLINE_MS = 600000 };

/* Sums of line hashes modulo 2^64, so that the order of rows does not matter. */
struct digest {
    uint64_t sum[4];
    int64_t lines;
};

static bool add_line(struct digest *digest, const char *line)
{
    uint64_t hash[4];
    crypto_generichash((unsigned char *)hash, sizeof hash, (const unsigned char *)line,
                       strlen(line), NULL, 0);
    for (int i = 0; i < 4; i++)
        digest->sum[i] += hash[i];
    digest->lines++;
    return true;
}

static bool on_usage(void *context, const struct q_digest_usage_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_record(void *context, const struct q_digest_records_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_member(void *context, const struct q_digest_member_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_ledger(void *context, const struct q_digest_ledger_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

bool digest_content(struct db *db, enum digest_scope scope, char **hex, GError **err)
{
    struct digest digest = {0};
    if (sodium_init() < 0)
        return err_set(err, KENKO_ERROR_BUG, "libsodium does not start");
    db_set_deadline(db, DEADLINE_MS);
    if (!db_begin_snapshot(db, err))
        return false;
    bool ok = q_digest_usage(db, on_usage, &digest, err) &&
              q_digest_records(db, on_record, &digest, err) &&
              q_digest_member(db, on_member, &digest, err) &&
              (scope != DIGEST_ALL || q_digest_ledger(db, on_ledger, &digest, err));
    db_rollback(db);
    if (!ok)
        return false;
    *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)&digest, sizeof digest);
    return true;
}
