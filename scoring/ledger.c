/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "core/day.h"

bool ledger_add(int64_t *a, int64_t b, GError **err)
{
    return !__builtin_add_overflow(*a, b, a) ||
           err_set(err, KENKO_ERROR_INPUT, "amounts add up to more than 64 bits hold");
}

static int compare_days(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

int32_t *ledger_changes(struct arena *arena, const struct ledger *l, size_t account, size_t *n)
{
    size_t first = l->first[account], end = l->first[account + 1], used = 0;
    int32_t *day = arena_many(arena, 2 * (end - first) + 1, int32_t);
    for (size_t i = first; i < end; i++) {
        day[used++] = l->row[i].from;
        if (l->row[i].to != LEDGER_OPEN)
            day[used++] = l->row[i].to;
    }
    qsort(day, used, sizeof *day, compare_days);
    *n = 0;
    for (size_t i = 0; i < used; i++) {
        if (*n == 0 || day[*n - 1] != day[i])
            day[(*n)++] = day[i];
    }
    return day;
}

/* What the contracts in one currency pay on a day, converted once. */
static bool add_currency(const struct ledger *l, size_t account, int32_t day, int32_t rate_day,
                         const char *currency, int64_t *sum, GError **err)
{
    int64_t minor = 0;
    char text[DAY_TEXT_SIZE];
    for (size_t i = l->first[account]; i < l->first[account + 1] && l->row[i].from <= day; i++) {
        const struct ledger_row *r = &l->row[i];
        if (day < r->to && strcmp(r->currency, currency) == 0 && !ledger_add(&minor, r->minor, err))
            return false;
    }
    int32_t rated = l->currency ? rate_day : facts_rated_from(l->facts, currency, rate_day);
    if (!l->currency && minor != 0 && !facts_convert(l->facts, minor, currency, rated, &minor))
        return err_set(err, KENKO_ERROR_INPUT,
                       "no exchange rate of %s on %s for %s, or one that makes its amounts too "
                       "large: load fx_rate",
                       currency, day_format(rate_day, text), l->key[account]);
    return ledger_add(sum, minor, err);
}

/* Did an earlier contract that holds on the day have the currency of row `i`? */
static bool is_counted(const struct ledger *l, size_t account, size_t i, int32_t day)
{
    for (size_t k = l->first[account]; k < i; k++) {
        if (day < l->row[k].to && strcmp(l->row[k].currency, l->row[i].currency) == 0)
            return true;
    }
    return false;
}

bool ledger_arr(const struct ledger *l, size_t account, int32_t day, int32_t rate_day,
                int64_t *minor, GError **err)
{
    int64_t sum = 0;
    for (size_t i = l->first[account]; i < l->first[account + 1] && l->row[i].from <= day; i++) {
        if (day >= l->row[i].to || is_counted(l, account, i, day))
            continue;
        if (!add_currency(l, account, day, rate_day, l->row[i].currency, &sum, err))
            return err_context(err, "account %s", l->key[account]);
    }
    *minor = MAX(sum, 0);
    return true;
}

bool ledger_is_plain(const struct ledger *l, size_t account)
{
    for (size_t i = l->first[account]; !l->currency && i < l->first[account + 1]; i++) {
        if (strcmp(l->row[i].currency, facts_currency(l->facts)) != 0)
            return false;
    }
    return true;
}

/* Does an account with discounts pay on a day? Where one sign is all there is, no rate is asked
 * for. */
static bool pays(const struct ledger *l, size_t account, int32_t day, bool *out, GError **err)
{
    bool has_plus = false, has_minus = false;
    int64_t minor;
    for (size_t i = l->first[account]; i < l->first[account + 1] && l->row[i].from <= day; i++) {
        if (day < l->row[i].to) {
            has_plus |= l->row[i].minor > 0;
            has_minus |= l->row[i].minor < 0;
        }
    }
    *out = has_plus;
    if (!has_plus || !has_minus)
        return true;
    if (!ledger_arr(l, account, day, day, &minor, err))
        return false;
    *out = minor > 0;
    return true;
}

static void add_run(GArray *runs, size_t first, int32_t from, int32_t to)
{
    struct ledger_run *last =
        runs->len > first ? &g_array_index(runs, struct ledger_run, runs->len - 1) : NULL;
    if (last && from <= last->to) {
        last->to = MAX(last->to, to);
        return;
    }
    struct ledger_run run = {from, to};
    g_array_append_val(runs, run);
}

/* Day by day of change, for the few accounts with discounts. */
static bool add_mixed_runs(const struct ledger *l, size_t account, GArray *runs, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n, first = runs->len;
    int32_t *day = ledger_changes(arena, l, account, &n);
    for (size_t i = 0; i < n; i++) {
        bool paying;
        if (!pays(l, account, day[i], &paying, err))
            return false;
        if (paying)
            add_run(runs, first, day[i], i + 1 < n ? day[i + 1] : LEDGER_OPEN);
    }
    return true;
}

static bool add_runs(const struct ledger *l, size_t account, GArray *runs, GError **err)
{
    size_t first = runs->len;
    for (size_t i = l->first[account]; i < l->first[account + 1]; i++) {
        if (l->row[i].minor < 0)
            return add_mixed_runs(l, account, runs, err);
    }
    for (size_t i = l->first[account]; i < l->first[account + 1]; i++) {
        if (l->row[i].minor > 0)
            add_run(runs, first, l->row[i].from, l->row[i].to);
    }
    return true;
}

static void take_rows(struct arena *arena, struct ledger *l, const struct facts_record *r, size_t n)
{
    size_t *first = arena_many(arena, l->n_accounts + 1, size_t), used = 0, account = 0;
    struct ledger_row *row = arena_many(arena, n + 1, struct ledger_row);
    for (size_t i = 0; i < n; i++) {
        if (r[i].to <= r[i].from || (l->currency && strcmp(l->currency, r[i].tag) != 0))
            continue;
        while (account < r[i].account)
            first[++account] = used;
        row[used++] = (struct ledger_row){(int32_t)r[i].from,
                                          r[i].to == INT64_MAX ? LEDGER_OPEN : (int32_t)r[i].to,
                                          r[i].n, r[i].tag, r[i].words};
    }
    while (account < l->n_accounts)
        first[++account] = used;
    l->first = first;
    l->row = row;
}

bool ledger_make(struct arena *arena, const struct facts *facts, int32_t as_of,
                 const char *currency, struct ledger **out, GError **err)
{
    struct ledger *l = arena_one(arena, struct ledger);
    size_t n;
    const struct facts_record *records = facts_records(facts, arena, FACTS_CONTRACT, as_of, &n);
    *l = (struct ledger){.as_of = as_of,
                         .facts = facts,
                         .currency = currency,
                         .n_accounts = facts_accounts(facts),
                         .key = facts_account_keys(facts)};
    take_rows(arena, l, records, n);
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(struct ledger_run));
    size_t *first_run = arena_many(arena, l->n_accounts + 1, size_t);
    for (size_t a = 0; a < l->n_accounts; a++) {
        if (!add_runs(l, a, runs, err))
            return false;
        first_run[a + 1] = runs->len;
    }
    struct ledger_run *run = arena_many(arena, runs->len + 1, struct ledger_run);
    if (runs->len)
        memcpy(run, runs->data, runs->len * sizeof *run);
    l->run = run;
    l->first_run = first_run;
    *out = l;
    return true;
}

int32_t ledger_first_day(const struct ledger *l, size_t account)
{
    size_t first = l->first_run[account];
    return first < l->first_run[account + 1] ? l->run[first].from : INT32_MAX;
}

int32_t ledger_bridge(const struct ledger *l, size_t account, int32_t day, int gap)
{
    for (size_t i = l->first_run[account]; i + 1 < l->first_run[account + 1]; i++) {
        const struct ledger_run *r = &l->run[i];
        if (day >= r[0].to && day < r[1].from)
            return r[1].from - r[0].to <= gap ? r[0].to - 1 : day;
    }
    return day;
}
