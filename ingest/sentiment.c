/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/sentiment.h"

#include "ingest/batch.h"
#include "ingest/load.h"
#include "sql/ingest.h"

bool sentiment_put_within(struct db *db, const struct sentiment *s, int64_t *load_id, GError **err)
{
    const struct batch_counters count = {.read = 1, .loaded = 1};
    int64_t made, commit_no;
    if (!load_open(db, NULL, "identity", "sentiment", "said", "", 0, load_id, err) ||
        !q_sentiment_put(db, s->account_id, *load_id, s->value, s->reason, s->author, s->expires_on,
                         &made, err))
        return false;
    if (made != 1)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "the account has no party");
    return load_finish(db, *load_id, &count, 0, INT32_MAX, INT32_MAX, err) &&
           load_tick(db, *load_id, &commit_no, err);
}
