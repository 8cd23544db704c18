/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/snapshot.h"

#include <malloc.h>
#include <string.h>

#include "api/snapshot_internal.h"
#include "sql/api.h"

static guint hash_bytes(const void *memory, size_t size)
{
    const unsigned char *p = memory;
    uint64_t hash = 0;
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = 0;
        memcpy(&word, p + at, MIN(sizeof word, size - at));
        hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 32;
    }
    return (guint)hash;
}

static guint hash_kind(gconstpointer kind)
{
    return hash_bytes(kind, sizeof(struct snapshot_kind));
}

static gboolean equal_kinds(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct snapshot_kind)) == 0;
}

static guint hash_owner(gconstpointer owner)
{
    return hash_bytes(owner, sizeof(struct snapshot_owner));
}

static gboolean equal_owners(gconstpointer a, gconstpointer b)
{
    return memcmp(a, b, sizeof(struct snapshot_owner)) == 0;
}

static struct snapshot_maker *maker_new(void)
{
    struct snapshot_maker *maker = g_new0(struct snapshot_maker, 1);
    atomic_init(&maker->references, 1);
    maker->arena = arena_new();
    maker->texts = g_hash_table_new(g_str_hash, g_str_equal);
    maker->kinds = g_hash_table_new(hash_kind, equal_kinds);
    maker->owners = g_hash_table_new(hash_owner, equal_owners);
    return maker;
}

/* What only making needs. */
static void forget_tables(struct snapshot_maker *maker)
{
    g_clear_pointer(&maker->texts, g_hash_table_destroy);
    g_clear_pointer(&maker->kinds, g_hash_table_destroy);
    g_clear_pointer(&maker->owners, g_hash_table_destroy);
}

static void maker_free(struct snapshot_maker *maker)
{
    const struct snapshot *snapshot = &maker->snapshot;
    forget_tables(maker);
    for (size_t c = 0; maker->cards && c < snapshot->n_scorecards; c++) {
        g_free(maker->cards[c].parts);
        for (size_t i = 0; i < snapshot->scorecards[c].n; i++)
            snapshot_column_clear(&maker->cards[c].values[i]);
    }
    for (size_t i = 0; maker->risk && i <= snapshot->n_features; i++)
        snapshot_column_clear(&maker->risk[i]);
    for (int sort = 0; sort < SNAPSHOT_SORTS; sort++)
        g_free((uint32_t *)(uintptr_t)snapshot->orders[sort]);
    g_free(maker->accounts);
    g_free(maker->slots);
    arena_free(maker->arena);
    g_free(maker);
    /* What was a few hundred bytes for each account goes back to the system. */
    malloc_trim(0);
}

static struct snapshot_maker *maker_of(const struct snapshot *snapshot)
{
    return (struct snapshot_maker *)(uintptr_t)snapshot;
}

const struct snapshot *snapshot_ref(const struct snapshot *snapshot)
{
    if (snapshot)
        atomic_fetch_add(&maker_of(snapshot)->references, 1);
    return snapshot;
}

void snapshot_unref(const struct snapshot *snapshot)
{
    if (snapshot && atomic_fetch_sub(&maker_of(snapshot)->references, 1) == 1)
        maker_free(maker_of(snapshot));
}

/* Room for the columns of what the run measures. */
static void make_columns(struct snapshot_maker *maker)
{
    const struct snapshot *snapshot = &maker->snapshot;
    struct arena *arena = maker->arena;
    maker->cards = arena_many(arena, snapshot->n_scorecards + 1, struct card_maker);
    for (size_t c = 0; c < snapshot->n_scorecards; c++) {
        size_t n = snapshot->scorecards[c].n;
        maker->cards[c].values = arena_many(arena, n + 1, struct column_maker);
        maker->cards[c].columns = arena_many(arena, n + 1, struct snapshot_column);
    }
    maker->risk = arena_many(arena, snapshot->n_features + 1, struct column_maker);
    maker->risk_columns = arena_many(arena, snapshot->n_features + 1, struct snapshot_column);
}

static bool load_measures(struct snapshot_maker *maker, struct db *db, GError **err)
{
    struct snapshot *snapshot = &maker->snapshot;
    struct q_snapshot_measures_rows rows;
    if (!q_snapshot_measures(maker->arena, db, snapshot->run_id, snapshot->as_of, &rows, err))
        return false;
    struct snapshot_scorecard *cards =
        arena_many(maker->arena, rows.n ? rows.n : 1, struct snapshot_scorecard);
    struct snapshot_measure *measures =
        arena_many(maker->arena, rows.n ? rows.n : 1, struct snapshot_measure);
    size_t n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_snapshot_measures_row *r = &rows.row[i];
        if (n == 0 || cards[n - 1].scorecard_id != r->scorecard_id)
            cards[n++] = (struct snapshot_scorecard){r->scorecard_id, 0, &measures[i]};
        cards[n - 1].n++;
        measures[i] = (struct snapshot_measure){r->name,        r->label,    r->group_name,
                                                r->group_label, r->metric,   r->unit,
                                                r->direction,   r->sentence, r->weight};
    }
    snapshot->scorecards = cards;
    snapshot->n_scorecards = n;
    return true;
}

static bool load_features(struct snapshot_maker *maker, struct db *db, int64_t model_id,
                          GError **err)
{
    struct q_snapshot_features_rows rows;
    if (!q_snapshot_features(maker->arena, db, model_id, &rows, err))
        return false;
    struct snapshot_feature *features =
        arena_many(maker->arena, rows.n ? rows.n : 1, struct snapshot_feature);
    for (size_t i = 0; i < rows.n; i++)
        features[i] =
            (struct snapshot_feature){rows.row[i].name, rows.row[i].label, rows.row[i].unit};
    maker->snapshot.features = features;
    maker->snapshot.n_features = rows.n;
    return true;
}

static size_t key_slot(const struct snapshot_maker *maker, const char *key)
{
    /* Keys that count up differ in few bits of the sum: all of it is stirred into the upper half.
     */
    uint64_t hash = (g_str_hash(key) * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
    return (size_t)((hash * maker->n_slots) >> 32);
}

/* The slot of the key: the account's or a free one. */
static uint32_t *find_slot(const struct snapshot_maker *maker, const char *key)
{
    for (size_t at = key_slot(maker, key);; at++) {
        uint32_t *slot = &maker->slots[at < maker->n_slots ? at : at - maker->n_slots];
        if (*slot == 0 || strcmp(snapshot_key(&maker->accounts[*slot - 1]), key) == 0)
            return slot;
    }
}

static void finish(struct snapshot_maker *maker)
{
    struct snapshot *snapshot = &maker->snapshot;
    forget_tables(maker);
    snapshot->bytes = arena_used(maker->arena);
    snapshot_fill_end(maker);
    maker->n_slots = snapshot->n + snapshot->n / 2 + 1;
    maker->slots = g_new0(uint32_t, maker->n_slots);
    for (size_t i = 0; i < snapshot->n; i++)
        *find_slot(maker, snapshot_key(&snapshot->accounts[i])) = (uint32_t)i + 1;
    snapshot_sort_all(maker);
    snapshot->bytes += maker->n_slots * sizeof maker->slots[0] +
                       SNAPSHOT_SORTS * snapshot->n * sizeof snapshot->orders[0][0];
    malloc_trim(0);
}

static bool load_run(struct snapshot_maker *maker, struct db *db, bool *found, GError **err)
{
    struct snapshot *snapshot = &maker->snapshot;
    struct q_snapshot_run_row row;
    struct q_snapshot_tune_row tuned;
    if (!q_snapshot_run(maker->arena, db, &row, found, err))
        return false;
    if (!*found)
        return true;
    *snapshot = (struct snapshot){.run_id = row.run_id,
                                  .known_at = row.known_at,
                                  .known_no = row.known_no,
                                  .published_at = row.published_at,
                                  .commit_no = row.commit_no,
                                  .as_of = row.as_of,
                                  .has_model = !row.model_id_is_null,
                                  .horizon_days = row.horizon_days_is_null ? 0 : row.horizon_days,
                                  .model_message = row.model_message,
                                  .currency = row.currency_is_null ? "USD" : row.currency};
    if (!q_snapshot_tune(maker->arena, db, &tuned, err) || !load_measures(maker, db, err))
        return false;
    if (snapshot->has_model && !load_features(maker, db, row.model_id, err))
        return false;
    make_columns(maker);
    maker->owned = tuned.owned;
    if (!q_snapshot_facts(db, snapshot_fill_facts, maker, err) ||
        !q_snapshot_scores(db, row.run_id, row.as_of, snapshot_fill_scores, maker, err))
        return false;
    snapshot->owners_changed = snapshot->owners_changed || maker->owned != 0;
    return true;
}

bool snapshot_load(struct db *db, const struct snapshot **out, GError **err)
{
    bool found = false;
    if (!db_begin_snapshot(db, err))
        return false;
    struct snapshot_maker *maker = maker_new();
    bool ok = load_run(maker, db, &found, err);
    db_rollback(db);
    if (!ok || !found) {
        maker_free(maker);
        if (ok)
            *out = NULL;
        return ok;
    }
    finish(maker);
    *out = &maker->snapshot;
    return true;
}

const struct snapshot_account *snapshot_find(const struct snapshot *snapshot, const char *key)
{
    uint32_t slot = *find_slot(maker_of(snapshot), key);
    return slot ? &snapshot->accounts[slot - 1] : NULL;
}

const struct snapshot_part *snapshot_part(const struct snapshot *snapshot,
                                          const struct snapshot_account *account, size_t i)
{
    const struct snapshot_scorecard *card = &snapshot->scorecards[account->kind->scorecard];
    return &card->parts[account->measured_at * card->n + i];
}

static double column_at(const struct snapshot_column *column, size_t at)
{
    return column->values[column->codes ? column->codes[at] : at];
}

double snapshot_value(const struct snapshot *snapshot, const struct snapshot_account *account,
                      size_t i)
{
    const struct snapshot_scorecard *card = &snapshot->scorecards[account->kind->scorecard];
    return column_at(&card->values[i], account->measured_at);
}

double snapshot_risk(const struct snapshot *snapshot, const struct snapshot_account *account,
                     size_t i)
{
    return column_at(&snapshot->risk[i], account->risk_at);
}
