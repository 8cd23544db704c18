/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/cohort.h"
#include "sql/scoring.h"

struct ratio cohort_activity_share(const struct cohort *c, const struct cohort_cell *cell)
{
    return (struct ratio){cell->n_active, cell->is_watched ? c->n : 0};
}

/* The cohort of an account, NULL when the table has none. */
static struct cohort *find(struct cohort_table *t, int32_t start)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (t->cohort[mid].start < start)
            low = mid + 1;
        else
            high = mid;
    }
    return low < t->n && t->cohort[low].start == start ? &t->cohort[low] : NULL;
}

static void watch(struct cohort_table *t, enum period_by by, int32_t first)
{
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->n_ages; k++) {
            struct cohort_cell *cell = &t->cohort[i].cell[k];
            cell->is_watched =
                !cell->is_censored && period_start(by, t->cohort[i].start, (int)k) >= first;
        }
    }
}

static void count(const struct ledger *l, const struct facts *facts, enum period_by by,
                  struct cohort_table *t)
{
    for (size_t a = 0; a < l->n_accounts; a++) {
        int32_t first = ledger_first_day(l, a);
        struct cohort *c = first < l->as_of ? find(t, period_start(by, first, 0)) : NULL;
        for (size_t k = 0; c && k < t->n_ages; k++) {
            struct cohort_cell *cell = &c->cell[k];
            if (cell->is_watched)
                cell->n_active += facts_active_days(facts, a, 0, period_start(by, c->start, (int)k),
                                                    cell->day + 1) > 0;
        }
    }
}

bool cohort_activity(struct db *db, const struct zone *zone, const struct ledger *l,
                     const char *usage, int64_t known_no, enum period_by by,
                     struct cohort_table *table, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_range_row range;
    const bool by_subject = false;
    struct facts_wish wish = {.n_usage = 1,
                              .usage = &usage,
                              .by_subject = &by_subject,
                              .to_day = l->as_of,
                              .currency = facts_currency(l->facts)};
    if (table->n == 0)
        return true;
    if (!db_begin_snapshot(db, err))
        return false;
    bool ok = q_span_range(arena, db, &range, err);
    struct facts *facts = NULL;
    if (ok) {
        int32_t first = range.first_month_is_null ? l->as_of : range.first_month;
        wish.from_day = MIN(MAX(first, table->cohort[0].start), l->as_of - 1);
        watch(table, by, first);
        facts = facts_load(db, zone, &wish, known_no, err);
    }
    db_rollback(db);
    if (!facts)
        return false;
    count(l, facts, by, table);
    facts_free(facts);
    return true;
}
