/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the values of usage records come into their cells, exactly. */
#include <sodium.h>

#include "ingest/batch_internal.h"

static bool is_large(const struct batch *batch, const struct stream_value *value)
{
    return batch->usage[value->index]->combine == COMBINE_SUM &&
           (value->v > ROLLUP_SMALL_MAX || value->v < -ROLLUP_SMALL_MAX);
}

/* The cell of one value; `base` has party, day and at of its record. */
static struct rollup_cell cell_of(const struct batch *batch, const struct rollup_cell *base,
                                  uint32_t subject, int64_t tie, const struct stream_value *value)
{
    struct rollup_cell cell = *base;
    cell.metric = batch->cell_of[value->index];
    cell.subject = *batch->usage[value->index]->by ? subject : 0;
    cell.v = value->v;
    cell.tie = tie;
    return cell;
}

static void set_aside(struct batch *batch, const struct stream_record *record,
                      const struct batch_large *start, const struct seen_key *id)
{
    struct batch_large large = *start;
    size_t kept = MIN(record->raw.n, MAPPING_RAW_MAX);
    large.line = record->line;
    large.ordinal = record->ordinal;
    large.raw = (struct slice){arena_strndup(batch->arena, record->raw.p, kept), kept};
    large.raw_size = (int64_t)record->raw.n;
    large.rounded = record->rounded;
    large.replaced = record->replaced;
    large.has_id = batch->seen && record->id.p;
    large.id = *id;
    large.n_values = record->n_values;
    large.value = arena_many(batch->arena, record->n_values, struct stream_value);
    memcpy(large.value, record->value, record->n_values * sizeof *record->value);
    g_array_append_val(batch->large, large);
}

static void see_day(struct batch *batch, int32_t day)
{
    batch->first_day = MIN(batch->first_day, day);
    batch->last_day = MAX(batch->last_day, day);
}

static void take_waiting(struct batch *batch, struct batch_waiting *w)
{
    batch->count.read++;
    if (w->has_id && !seen_add(batch->seen, w->id)) {
        batch->count.duplicate++;
        return;
    }
    see_day(batch, w->cell.day);
    w->cell.party = directory_index_asked(batch->parties, (struct slice){w->name, w->n}, w->asked);
    rollup_add(batch->rollup, &w->cell, w->combine);
    batch->count.loaded++;
    batch->count.rounded += (int64_t)w->rounded;
    batch->count.replaced += (int64_t)w->replaced;
}

void batch_usage_look_up(struct batch *batch)
{
    for (size_t i = 0; i < batch->n_waiting; i++)
        take_waiting(batch, &batch->waiting[i]);
    batch->n_waiting = 0;
}

static int64_t tie_of(const struct batch *batch, const struct stream_record *record)
{
    int64_t tie;
    crypto_shorthash((unsigned char *)&tie, (const unsigned char *)record->raw.p, record->raw.n,
                     batch->key);
    return tie;
}

bool batch_usage_defer(struct batch *batch, const struct stream_record *record)
{
    const struct slice party = record->cell[0].as.text;
    const struct stream_value *value = record->value;
    if (record->n_values != 1 || party.n > sizeof batch->waiting->name || is_large(batch, value) ||
        mapping_keeps(batch->mapping))
        return false;
    struct batch_waiting *w = &batch->waiting[batch->n_waiting++];
    const struct mapping_usage *usage = batch->usage[value->index];
    int64_t at = record->cell[1].as.n;
    bool by_subject = !record->cell[2].is_null && *usage->by;
    w->cell = (struct rollup_cell){
        .metric = batch->cell_of[value->index],
        .subject = by_subject ? directory_index(batch->subjects, record->cell[2].as.text) : 0,
        .day = zone_day(batch->zone, at),
        .v = value->v,
        .at = at,
        .tie = usage->combine == COMBINE_LATEST ? tie_of(batch, record) : 0};
    w->combine = usage->combine;
    w->has_id = batch->seen && record->id.p;
    w->rounded = record->rounded;
    w->replaced = record->replaced;
    if (w->has_id) {
        w->id = seen_hash(batch->key, record->id);
        seen_expect(batch->seen, w->id);
    }
    w->asked = directory_ask(batch->parties, party);
    w->n = party.n;
    memcpy(w->name, party.p, party.n);
    batch->n_values++;
    if (batch->n_waiting == BATCH_WAITING_MAX)
        batch_usage_look_up(batch);
    return true;
}

bool batch_usage_add(struct batch *batch, const struct stream_record *record,
                     const struct seen_key *id)
{
    const struct stream_cell *cell = record->cell;
    struct batch_large start = {
        .cell = {.day = zone_day(batch->zone, cell[1].as.n), .at = cell[1].as.n}};
    bool any_large = false, any_latest = false;
    if (!cell[2].is_null && batch->by)
        start.subject = directory_index(batch->subjects, cell[2].as.text);
    for (size_t i = 0; i < record->n_values; i++) {
        any_large = any_large || is_large(batch, &record->value[i]);
        any_latest = any_latest || batch->usage[record->value[i].index]->combine == COMBINE_LATEST;
    }
    if (any_latest)
        start.tie = tie_of(batch, record);
    batch->n_values += record->n_values;
    if (record->n_values > 0 || mapping_keeps(batch->mapping))
        see_day(batch, start.cell.day);
    start.cell.party = directory_index(batch->parties, cell[0].as.text);
    if (any_large) {
        set_aside(batch, record, &start, id);
        return false;
    }
    batch_event_keep(batch, &start.cell, start.subject, record->value, record->n_values,
                     record->ordinal, id);
    for (size_t i = 0; i < record->n_values; i++) {
        struct rollup_cell value =
            cell_of(batch, &start.cell, start.subject, start.tie, &record->value[i]);
        rollup_add(batch->rollup, &value, batch->usage[record->value[i].index]->combine);
    }
    return true;
}

/* ── what was set aside ──────────────────────────────────────────────────────────────────────────
 */

/* A sum that values set aside belong to. */
struct total {
    struct rollup_cell key;
    __int128 sum;
    size_t taken; /* values in it, those of the rollup counted as one */
};

static guint hash_total(gconstpointer p)
{
    const struct total *t = p;
    return t->key.party * 2654435761u ^ t->key.subject * 2246822519u ^ t->key.metric * 3266489917u ^
           (guint)t->key.day * 668265263u;
}

static gboolean is_same_total(gconstpointer a, gconstpointer b)
{
    const struct rollup_cell *x = &((const struct total *)a)->key,
                             *y = &((const struct total *)b)->key;
    return x->party == y->party && x->subject == y->subject && x->metric == y->metric &&
           x->day == y->day;
}

static struct total *total_of(struct batch *batch, GHashTable *totals,
                              const struct rollup_cell *key)
{
    const struct total wanted = {.key = *key};
    struct total *total = g_hash_table_lookup(totals, &wanted);
    if (total)
        return total;
    const struct rollup_cell *rolled = rollup_find(batch->rollup, key);
    total = arena_one(batch->arena, struct total);
    *total = (struct total){*key, rolled ? rolled->v : 0, rolled != NULL};
    g_hash_table_add(totals, total);
    return total;
}

/* Put the record's values into their sums, or with sign -1 take them out. */
static void add_to_totals(struct batch *batch, GHashTable *totals, const struct batch_large *large,
                          int sign)
{
    for (size_t i = 0; i < large->n_values; i++) {
        if (batch->usage[large->value[i].index]->combine != COMBINE_SUM)
            continue;
        const struct rollup_cell cell =
            cell_of(batch, &large->cell, large->subject, large->tie, &large->value[i]);
        struct total *total = total_of(batch, totals, &cell);
        total->sum += (__int128)large->value[i].v * sign;
        total->taken += (size_t)sign;
    }
}

static uint64_t size_of(const struct batch_large *large)
{
    uint64_t largest = 0;
    for (size_t i = 0; i < large->n_values; i++) {
        int64_t v = large->value[i].v;
        largest = MAX(largest, v < 0 ? -(uint64_t)v : (uint64_t)v);
    }
    return largest;
}

static int compare_large(const void *a, const void *b)
{
    const struct batch_large *x = a, *y = b;
    if (size_of(x) != size_of(y))
        return size_of(x) > size_of(y) ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* The value that carries its sum out of 64 bits, NULL when none does. */
static const struct stream_value *too_much(struct batch *batch, GHashTable *totals,
                                           const struct batch_large *large)
{
    for (size_t i = 0; i < large->n_values; i++) {
        const struct stream_value *value = &large->value[i];
        if (!is_large(batch, value))
            continue;
        const struct rollup_cell cell =
            cell_of(batch, &large->cell, large->subject, large->tie, value);
        __int128 sum = total_of(batch, totals, &cell)->sum;
        if ((sum > INT64_MAX && value->v > 0) || (sum < INT64_MIN && value->v < 0))
            return value;
    }
    return NULL;
}

static void refuse(struct batch *batch, struct batch_large *large, const struct stream_value *value)
{
    char day[DAY_TEXT_SIZE];
    struct mapping_reject reject = {0, "", "out_of_range",
                                    arena_printf(batch->arena,
                                                 "the sum of %s of '%s' on %s leaves 64 bits",
                                                 batch->usage[value->index]->name,
                                                 directory_name(batch->parties, large->cell.party),
                                                 day_format(large->cell.day, day))};
    large->is_refused = true;
    batch_reject(batch, large->line, large->ordinal, large->raw, &reject);
    g_array_index(batch->rejects, struct reject, batch->rejects->len - 1).raw_size =
        large->raw_size;
    if (large->has_id)
        seen_remove(batch->seen, large->id);
}

/* Taking a record out of one sum may carry another out of range: again until all fit. Each turn but
 * the last rejects a record, and a sum of small values fits. */
static void refuse_until_all_fit(struct batch *batch, GHashTable *totals)
{
    bool again = true;
    while (again) {
        again = false;
        for (guint i = 0; i < batch->large->len; i++) {
            struct batch_large *large = &g_array_index(batch->large, struct batch_large, i);
            const struct stream_value *value =
                large->is_refused ? NULL : too_much(batch, totals, large);
            if (!value)
                continue;
            add_to_totals(batch, totals, large, -1);
            refuse(batch, large, value);
            again = true;
        }
    }
}

/* The records that stay: their sums replace the cells', their other values are combined. */
static void take_in(struct batch *batch, GHashTable *totals)
{
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, totals);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        struct total *total = key;
        total->key.v = (int64_t)total->sum;
        if (total->taken > 0)
            rollup_set(batch->rollup, &total->key);
    }
    for (guint i = 0; i < batch->large->len; i++) {
        const struct batch_large *large = &g_array_index(batch->large, struct batch_large, i);
        for (size_t j = 0; j < large->n_values && !large->is_refused; j++) {
            enum mapping_combine combine = batch->usage[large->value[j].index]->combine;
            struct rollup_cell cell =
                cell_of(batch, &large->cell, large->subject, large->tie, &large->value[j]);
            if (combine != COMBINE_SUM)
                rollup_add(batch->rollup, &cell, combine);
        }
        if (large->is_refused)
            continue;
        batch_event_keep(batch, &large->cell, large->subject, large->value, large->n_values,
                         large->ordinal, &large->id);
        batch->count.read++;
        batch->count.loaded++;
        batch->count.rounded += (int64_t)large->rounded;
        batch->count.replaced += (int64_t)large->replaced;
    }
}

void batch_usage_settle(struct batch *batch)
{
    batch_usage_look_up(batch);
    if (batch->large->len == 0)
        return;
    g_autoptr(GHashTable) totals = g_hash_table_new(hash_total, is_same_total);
    g_array_sort(batch->large, compare_large);
    for (guint i = 0; i < batch->large->len; i++)
        add_to_totals(batch, totals, &g_array_index(batch->large, struct batch_large, i), 1);
    refuse_until_all_fit(batch, totals);
    take_in(batch, totals);
    g_array_set_size(batch->large, 0);
}
