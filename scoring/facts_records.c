/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Versions of records, and which of them stood on a day. */
#include <stdlib.h>
#include <string.h>

#include "core/currency.h"
#include "scoring/facts_internal.h"
#include "sql/scoring.h"

static const struct facts_words *words_of(struct arena *arena,
                                          const struct q_versions_read_row *row)
{
    if (row->kind != FACTS_CONTRACT)
        return NULL;
    struct facts_words *words = arena_one(arena, struct facts_words);
    words->product = row->product_is_null ? "" : arena_strdup(arena, row->product);
    words->churn_reason = row->churn_reason_is_null ? "" : arena_strdup(arena, row->churn_reason);
    words->competitor = row->competitor_is_null ? "" : arena_strdup(arena, row->competitor);
    return words;
}

struct facts_version *facts_versions_add(struct facts_versions *list)
{
    if (list->n == list->room) {
        list->room = MAX(1024, list->room * 2);
        list->row = g_renew(struct facts_version, list->row, list->room);
    }
    return &list->row[list->n++];
}

static bool on_version(void *context, const struct q_versions_read_row *row, GError **err)
{
    (void)err;
    struct facts *f = context;
    size_t party = facts_party(f, row->party_id);
    if (party == FACTS_NO_PARTY || row->from_at_is_null || !facts_visible(f, row->load_id))
        return true;
    *facts_versions_add(&f->version[row->kind]) =
        (struct facts_version){.stamp = {party, arena_strdup(f->arena, row->external_id),
                                         row->changed_at_is_null ? INT64_MIN : row->changed_at,
                                         f->commit_no[row->load_id], row->ordinal, row->deleted},
                               .tag = row->tag_is_null ? "" : arena_strdup(f->arena, row->tag),
                               .words = words_of(f->arena, row),
                               .who = row->who_is_null ? "" : arena_strdup(f->arena, row->who),
                               .mark = !row->mark_is_null && row->mark,
                               .said_on = f->commit_day[row->load_id],
                               .has_changed_at = !row->changed_at_is_null,
                               .from = row->from_at,
                               .to = row->to_at_is_null ? INT64_MAX : row->to_at,
                               .n = row->n_is_null ? 0 : row->n};
    return true;
}

static int compare_versions(const void *a, const void *b)
{
    const struct facts_version *x = a, *y = b;
    return facts_stamp_compare(&x->stamp, &y->stamp);
}

size_t facts_versions_end(const struct facts_versions *list, size_t i)
{
    const struct facts_version *first = &list->row[i];
    while (i < list->n && facts_stamp_same_record(&list->row[i].stamp, &first->stamp))
        i++;
    return i;
}

/* A source that does not say when it changed a record says it by loading it: what came on the day
 * the record was first met speaks from the beginning, as a backfill must; what came later does not
 * reach back. */
static void date_versions(struct facts_versions *list)
{
    for (size_t i = 0, end; i < list->n; i = end) {
        const struct facts_version *first = &list->row[i];
        end = facts_versions_end(list, i);
        for (size_t k = i + 1; k < end; k++) {
            if (list->row[k].stamp.commit_no < first->stamp.commit_no)
                first = &list->row[k];
        }
        int32_t met_on = first->said_on;
        for (size_t k = i; k < end; k++) {
            if (list->row[k].said_on <= met_on)
                list->row[k].said_on = INT32_MIN;
        }
    }
}

void facts_versions_sort(struct facts_versions *list)
{
    if (list->n > 0)
        qsort(list->row, list->n, sizeof *list->row, compare_versions);
    date_versions(list);
}

const struct facts_version *facts_versions_on(const struct facts_versions *list, size_t i,
                                              size_t end, int32_t day, int64_t start_us)
{
    const struct facts_version *winner = NULL;
    for (size_t k = i; k < end; k++) {
        const struct facts_version *v = &list->row[k];
        if (v->has_changed_at ? v->stamp.changed_at < start_us : v->said_on <= day)
            winner = v;
    }
    return winner;
}

static bool load_rates(struct facts *f, GError **err)
{
    struct q_rates_read_rows rows;
    if (!facts_source_rates_read(f->source, f->arena, &rows, err))
        return false;
    f->rate = g_new(struct facts_rate, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_rates_read_row *r = &rows.row[i];
        const struct facts_rate *last = f->n_rates ? &f->rate[f->n_rates - 1] : NULL;
        if (!facts_visible(f, r->load_id))
            continue;
        if (last && last->day == r->day && strcmp(last->currency, r->currency) == 0)
            f->n_rates--;
        if (!r->deleted)
            f->rate[f->n_rates++] = (struct facts_rate){r->currency, r->day, r->rate_1e9};
    }
    return true;
}

bool facts_load_records(struct facts *f, GError **err)
{
    if (!facts_source_versions_read(f->source, f->wish.contracts_only, on_version, f, err) ||
        !load_rates(f, err))
        return false;
    for (int kind = 0; kind < FACTS_KINDS; kind++)
        facts_versions_sort(&f->version[kind]);
    return true;
}

static int compare_records(const void *a, const void *b)
{
    const struct facts_record *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return strcmp(x->tag, y->tag);
}

/* The day whose membership decides who a record belongs to. */
static int32_t member_day(const struct facts *f, enum facts_kind kind,
                          const struct facts_version *v, int32_t as_of)
{
    if (kind == FACTS_CONTRACT || kind == FACTS_CONTACT)
        return as_of - 1;
    return zone_day(f->zone, v->from);
}

const struct facts_record *facts_records(const struct facts *f, struct arena *arena,
                                         enum facts_kind kind, int32_t as_of, size_t *n)
{
    const struct facts_versions *list = &f->version[kind];
    struct facts_record *out = arena_many(arena, list->n + 1, struct facts_record);
    int64_t start = zone_day_start(f->zone, as_of);
    size_t used = 0;
    for (size_t i = 0, end; i < list->n; i = end) {
        end = facts_versions_end(list, i);
        const struct facts_version *winner = facts_versions_on(list, i, end, as_of, start);
        if (!winner || winner->stamp.deleted || (kind != FACTS_CONTRACT && winner->from >= start))
            continue;
        uint32_t account =
            facts_member_on(f, winner->stamp.party, member_day(f, kind, winner, as_of));
        if (account == FACTS_NOBODY)
            continue;
        out[used++] = (struct facts_record){account,     winner->from,  winner->to,  winner->n,
                                            winner->tag, winner->words, winner->who, winner->mark};
    }
    qsort(out, used, sizeof *out, compare_records);
    *n = used;
    return out;
}

bool facts_has(const struct facts *f, enum facts_kind kind)
{
    return f->has[kind];
}

/* The currency's newest rate of a day up to `day`; rates stand by currency and day. */
static const struct facts_rate *rate_on(const struct facts *f, const char *currency, int32_t day)
{
    size_t low = 0, high = f->n_rates;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(f->rate[middle].currency, currency);
        if (order < 0 || (order == 0 && f->rate[middle].day <= day))
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 && strcmp(f->rate[low - 1].currency, currency) == 0 ? &f->rate[low - 1] : NULL;
}

int32_t facts_rated_from(const struct facts *f, const char *currency, int32_t day)
{
    if (strcmp(currency, f->wish.currency) == 0 || rate_on(f, currency, day))
        return day;
    for (size_t i = 0; i < f->n_rates; i++) {
        if (strcmp(f->rate[i].currency, currency) == 0)
            return f->rate[i].day;
    }
    return day;
}

const char *facts_currency(const struct facts *f)
{
    return f->wish.currency;
}

bool facts_convert(const struct facts *f, int64_t minor, const char *currency, int32_t day,
                   int64_t *out)
{
    if (strcmp(currency, f->wish.currency) == 0) {
        *out = minor;
        return true;
    }
    const struct facts_rate *found = rate_on(f, currency, day);
    if (!found)
        return false;
    __int128 scaled;
    if (__builtin_mul_overflow((__int128)minor * found->rate_1e9,
                               currency_minor(slice_of(f->wish.currency)), &scaled))
        return false;
    __int128 unit = (__int128)1000000000 * currency_minor(slice_of(currency));
    __int128 half = scaled < 0 ? -unit / 2 : unit / 2;
    __int128 amount = (scaled + half) / unit;
    *out = (int64_t)amount;
    return *out == amount;
}
