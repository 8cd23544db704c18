/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/override.h"

#include "core/day.h"
#include "ingest/batch.h"
#include "ingest/load.h"
#include "sql/ingest.h"

struct putting {
    const struct override *override;
    int64_t load_id;
};

static bool body(struct db *db, void *context, GError **err)
{
    struct putting *p = context;
    const struct override *o = p->override;
    const struct batch_counters count = {.read = 1, .loaded = 1};
    g_autoptr(arena_t) arena = arena_new();
    struct q_account_by_key_row row;
    int64_t commit_no;
    bool found;
    if (!q_account_by_key(arena, db, o->account_key, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "there is no account '%s'", o->account_key);
    if (!load_open(db, NULL, "identity", "override", o->kind, "", 0, &p->load_id, err))
        return false;
    return q_override_put(db, row.account_id, o->kind, o->value_bp, o->reason, o->author,
                          o->valid_from, o->expires_on, p->load_id, NULL, err) &&
           load_finish(db, p->load_id, &count, 0, INT32_MAX, INT32_MAX, err) &&
           load_tick(db, p->load_id, &commit_no, err);
}

static bool check(const struct override *o, GError **err)
{
    char from[DAY_TEXT_SIZE], until[DAY_TEXT_SIZE];
    if (!o->reason || !*o->reason || !o->author || !*o->author)
        return err_set(err, KENKO_ERROR_USAGE, "an override wants a reason and an author");
    if (o->expires_on <= o->valid_from)
        return err_set(err, KENKO_ERROR_USAGE, "it expires on %s, want a day after %s",
                       day_format(o->expires_on, until), day_format(o->valid_from, from));
    return true;
}

bool override_put(struct db *db, const struct override *o, int64_t *load_id, GError **err)
{
    struct putting p = {o, 0};
    if (!check(o, err) || !db_transact(db, 3, body, &p, err))
        return false;
    *load_id = p.load_id;
    return true;
}

bool override_put_within(struct db *db, const struct override *o, int64_t *load_id, GError **err)
{
    struct putting p = {o, 0};
    if (!check(o, err) || !body(db, &p, err))
        return false;
    *load_id = p.load_id;
    return true;
}
