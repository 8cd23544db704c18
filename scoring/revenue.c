/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/revenue.h"
#include "scoring/metric_churn.h"

#include "core/currency.h"
#include "scoring/known.h"

bool revenue_open(struct arena *arena, struct db *db, struct config *config, const char *currency,
                  int32_t as_of, int64_t known_no, struct revenue *out, GError **err)
{
    struct known known;
    *out =
        (struct revenue){.currency = currency ? currency : config_currency(config), .as_of = as_of};
    if (!currency_is_known(out->currency))
        return err_set(err, KENKO_ERROR_USAGE, "currency is '%s', want a code of ISO 4217 as JPY",
                       out->currency);
    if (!(out->zone = zone_open(config_time_zone(config), err)) ||
        !(out->set = metric_set_load(arena, config, err)) ||
        !known_ask(db, known_no, &known, err) || !db_begin_snapshot(db, err))
        return false;
    out->known_no = known.commit_no;
    out->facts = metric_lives_facts(db, out->set, out->zone, as_of, known.commit_no, err);
    db_rollback(db);
    return out->facts && ledger_make(arena, out->facts, as_of, currency, &out->ledger, err);
}

void revenue_close(struct revenue *r)
{
    if (r->facts)
        facts_free(r->facts);
    if (r->zone)
        zone_close(r->zone);
    *r = (struct revenue){0};
}
