/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "api/snapshot_internal.h"
#include "sql/api.h"

/* One copy of each text that repeats. */
static const char *shared(struct snapshot_maker *maker, const char *text, bool is_null)
{
    if (is_null || !text)
        return NULL;
    const char *known = g_hash_table_lookup(maker->texts, text);
    if (known)
        return known;
    char *copy = arena_strdup(maker->arena, text);
    g_hash_table_add(maker->texts, copy);
    return copy;
}

/* One copy of each thing that repeats; `wanted` has no padding that is not zero. */
static const void *shared_thing(struct snapshot_maker *maker, GHashTable *things,
                                const void *wanted, size_t size)
{
    void *known = g_hash_table_lookup(things, wanted);
    if (known)
        return known;
    known = arena_alloc(maker->arena, size);
    memcpy(known, wanted, size);
    g_hash_table_add(things, known);
    return known;
}

/* What the facts say; the scores say the rest. */
static const struct snapshot_kind *facts_of(struct snapshot_maker *maker,
                                            const struct q_snapshot_facts_row *row)
{
    struct snapshot_kind kind;
    memset(&kind, 0, sizeof kind);
    kind.plan = shared(maker, row->plan, row->plan_is_null);
    kind.segment = shared(maker, row->segment, row->segment_is_null);
    kind.industry = shared(maker, row->industry, row->industry_is_null);
    kind.region = shared(maker, row->region, row->region_is_null);
    return shared_thing(maker, maker->kinds, &kind, sizeof kind);
}

static const struct snapshot_kind *kind_of(struct snapshot_maker *maker,
                                           const struct snapshot_kind *facts,
                                           const struct q_snapshot_scores_row *row,
                                           uint32_t scorecard)
{
    struct snapshot_kind kind;
    memcpy(&kind, facts, sizeof kind);
    kind.stage = shared(maker, row->stage, false);
    kind.band = shared(maker, row->band, false);
    kind.raw_band = shared(maker, row->raw_band, false);
    kind.override_note = shared(maker, row->override_note, row->override_note_is_null);
    kind.scorecard = scorecard;
    return shared_thing(maker, maker->kinds, &kind, sizeof kind);
}

static const struct snapshot_owner *owner_of(struct snapshot_maker *maker,
                                             const struct q_snapshot_facts_row *row)
{
    struct snapshot_owner owner;
    memset(&owner, 0, sizeof owner);
    owner.staff_id = row->staff_id_is_null ? SNAPSHOT_NULL : row->staff_id;
    owner.email = shared(maker, row->owner_email, row->owner_email_is_null);
    owner.name = shared(maker, row->owner_name, row->owner_name_is_null);
    return shared_thing(maker, maker->owners, &owner, sizeof owner);
}

static uint8_t quality_of(const char *text)
{
    static const char *const names[] = {"ok",    "no_data",     "stale",  "not_applicable",
                                        "error", "quarantined", "carried"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], text) == 0)
            return (uint8_t)i;
    }
    return SNAPSHOT_ERROR;
}

static uint8_t quality_at(const struct q_snapshot_scores_row *row, size_t i)
{
    if (row->metric_quality_is_null)
        return SNAPSHOT_OK;
    return i < row->metric_quality.n ? quality_of(row->metric_quality.v[i]) : SNAPSHOT_ERROR;
}

static int16_t part_at(const struct db_ints *values, size_t i, bool *fits)
{
    bool none = i >= values->n || (values->is_null && values->is_null[i]);
    int32_t value = none ? SNAPSHOT_NO_PART : values->v[i];
    *fits = *fits && (none || (value > SNAPSHOT_NO_PART && value <= INT16_MAX));
    return (int16_t)value;
}

static double double_at(const struct db_doubles *values, size_t i)
{
    bool none = i >= values->n || (values->is_null && values->is_null[i]);
    return none ? (double)NAN : values->v[i];
}

static bool add_parts(struct snapshot_maker *maker, const struct q_snapshot_scores_row *row,
                      struct snapshot_account *account, GError **err)
{
    struct card_maker *card = &maker->cards[account->kind->scorecard];
    size_t n = maker->snapshot.scorecards[account->kind->scorecard].n;
    bool fits = true;
    card->parts =
        snapshot_column_room(card->parts, card->n, &card->room, n * sizeof card->parts[0]);
    struct snapshot_part *parts = card->parts + card->n * n;
    for (size_t i = 0; i < n; i++) {
        parts[i] = (struct snapshot_part){part_at(&row->measure_bp, i, &fits),
                                          part_at(&row->contribution_bp, i, &fits),
                                          part_at(&row->lost_bp, i, &fits), quality_at(row, i)};
        snapshot_column_add(&card->values[i], double_at(&row->metric_value, i));
    }
    account->measured_at = (uint32_t)card->n++;
    return fits || err_set(err, KENKO_ERROR_CHECK,
                           "account %s: a measure is beyond %d hundredths of a point",
                           snapshot_key(account), INT16_MAX);
}

static void add_risk(struct snapshot_maker *maker, const struct q_snapshot_scores_row *row,
                     struct snapshot_account *account)
{
    account->risk_at = UINT32_MAX;
    if (row->risk_contribution_is_null ||
        row->risk_contribution.n != maker->snapshot.n_features + 1)
        return;
    for (size_t i = 0; i < row->risk_contribution.n; i++)
        snapshot_column_add(&maker->risk[i], double_at(&row->risk_contribution, i));
    account->risk_at = (uint32_t)maker->n_risk++;
}

static int16_t points(int32_t bp, bool is_null)
{
    return is_null ? SNAPSHOT_NULL_BP : (int16_t)bp;
}

static int32_t share(int64_t value_1e9, bool is_null)
{
    return is_null ? SNAPSHOT_NULL_1E9 : (int32_t)value_1e9;
}

/* The warehouse holds healths to 0 … 10000 and shares to 0 … 1e9. */
static void fill_scores(const struct q_snapshot_scores_row *row, struct snapshot_account *account)
{
    account->arr_minor = row->arr_minor;
    account->renewal_on = row->renewal_on_is_null ? INT32_MIN : row->renewal_on;
    account->health_bp = points(row->health_bp, row->health_bp_is_null);
    account->effective_bp = points(row->effective_bp, row->effective_bp_is_null);
    account->lower_bp = points(row->lower_bp, false);
    account->upper_bp = points(row->upper_bp, false);
    account->coverage_bp = points(row->coverage_bp, false);
    account->risk_percentile_bp = points(row->risk_percentile_bp, row->risk_percentile_bp_is_null);
    account->p_churn_1e9 = share(row->p_churn_1e9, row->p_churn_1e9_is_null);
    account->p_lower_1e9 = share(row->p_lower_1e9, row->p_lower_1e9_is_null);
    account->p_upper_1e9 = share(row->p_upper_1e9, row->p_upper_1e9_is_null);
}

bool snapshot_fill_facts(void *context, const struct q_snapshot_facts_row *row, GError **err)
{
    struct snapshot_maker *maker = context;
    if (maker->n_facts == UINT32_MAX - 1)
        return err_set(err, KENKO_ERROR_TOO_LARGE, "more accounts than 32 bits can count");
    maker->accounts = snapshot_column_room(maker->accounts, maker->n_facts, &maker->room,
                                           sizeof maker->accounts[0]);
    struct snapshot_account *account = &maker->accounts[maker->n_facts++];
    *account = (struct snapshot_account){
        .account_id = row->account_id,
        .kind = facts_of(maker, row),
        .owner = owner_of(maker, row),
        .text = snapshot_text_pack(maker, row->key, row->name,
                                   row->domain_is_null ? NULL : row->domain),
        .created_on = row->created_on_is_null ? INT32_MIN : row->created_on};
    bool is_same = row->staff_id_is_null == row->owned_by_is_null &&
                   (row->staff_id_is_null || row->staff_id == row->owned_by);
    maker->snapshot.owners_changed = maker->snapshot.owners_changed || !is_same;
    maker->owned -= !row->owned_by_is_null;
    return true;
}

static size_t card_of(const struct snapshot *snapshot, int64_t scorecard_id)
{
    size_t card = 0;
    while (card < snapshot->n_scorecards && snapshot->scorecards[card].scorecard_id != scorecard_id)
        card++;
    return card;
}

/* Both come by account_id: the scored move up over those that are not. */
bool snapshot_fill_scores(void *context, const struct q_snapshot_scores_row *row, GError **err)
{
    struct snapshot_maker *maker = context;
    struct snapshot *snapshot = &maker->snapshot;
    while (maker->at < maker->n_facts && maker->accounts[maker->at].account_id < row->account_id)
        maker->at++;
    if (maker->at == maker->n_facts || maker->accounts[maker->at].account_id != row->account_id)
        return true; /* merged into another since */
    struct snapshot_account *account = &maker->accounts[snapshot->n];
    *account = maker->accounts[maker->at++];
    size_t card = card_of(snapshot, row->scorecard_id);
    if (card == snapshot->n_scorecards)
        return err_set(err, KENKO_ERROR_CHECK,
                       "account %s: scorecard %" G_GINT64_FORMAT " has no measures",
                       snapshot_key(account), row->scorecard_id);
    snapshot->n++;
    account->kind = kind_of(maker, account->kind, row, (uint32_t)card);
    fill_scores(row, account);
    add_risk(maker, row, account);
    return add_parts(maker, row, account, err);
}

static void cut(void *memory_pointer, size_t n, size_t size, size_t *bytes)
{
    void **memory = memory_pointer;
    *memory = g_realloc_n(*memory, n, size);
    *bytes += n * size;
}

void snapshot_fill_end(struct snapshot_maker *maker)
{
    struct snapshot *snapshot = &maker->snapshot;
    struct snapshot_scorecard *cards = (struct snapshot_scorecard *)(uintptr_t)snapshot->scorecards;
    size_t bytes = 0;
    cut(&maker->accounts, snapshot->n, sizeof maker->accounts[0], &bytes);
    for (size_t c = 0; c < snapshot->n_scorecards; c++) {
        struct card_maker *card = &maker->cards[c];
        cut(&card->parts, card->n * cards[c].n, sizeof card->parts[0], &bytes);
        for (size_t i = 0; i < cards[c].n; i++)
            bytes += snapshot_column_finish(&card->values[i], &card->columns[i]);
        cards[c].parts = card->parts;
        cards[c].values = card->columns;
    }
    for (size_t i = 0; i <= snapshot->n_features; i++)
        bytes += snapshot_column_finish(&maker->risk[i], &maker->risk_columns[i]);
    snapshot->accounts = maker->accounts;
    snapshot->risk = maker->risk_columns;
    snapshot->bytes += bytes;
}
