/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/snapshot.h"

#include <math.h>
#include <string.h>

#include "api/cursor.h"
#include "api/snapshot_internal.h"
#include "sql/api.h"

/* ァ … ヶ; the hiragana stand 0x60 below. */
enum { KATAKANA_FIRST = 0x30a1, KATAKANA_LAST = 0x30f6, KATAKANA_TO_HIRAGANA = 0x60 };

static struct snapshot_owner *owner_new(void)
{
    struct snapshot_owner *owner = g_new0(struct snapshot_owner, 1);
    atomic_init(&owner->references, 1);
    owner->arena = arena_new();
    owner->texts = g_hash_table_new(g_str_hash, g_str_equal);
    owner->by_key = g_hash_table_new(g_str_hash, g_str_equal);
    owner->accounts = g_array_new(FALSE, FALSE, sizeof(struct snapshot_account));
    owner->metric_value = g_array_new(FALSE, FALSE, sizeof(double));
    owner->metric_quality = g_array_new(FALSE, FALSE, sizeof(uint8_t));
    owner->measure_bp = g_array_new(FALSE, FALSE, sizeof(int32_t));
    owner->contribution_bp = g_array_new(FALSE, FALSE, sizeof(int32_t));
    owner->lost_bp = g_array_new(FALSE, FALSE, sizeof(int32_t));
    owner->risk = g_array_new(FALSE, FALSE, sizeof(double));
    return owner;
}

static void owner_free(struct snapshot_owner *owner)
{
    GArray *arrays[] = {owner->accounts,   owner->metric_value,    owner->metric_quality,
                        owner->measure_bp, owner->contribution_bp, owner->lost_bp,
                        owner->risk};
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_array_free(arrays[i], TRUE);
    g_hash_table_destroy(owner->texts);
    g_hash_table_destroy(owner->by_key);
    arena_free(owner->arena);
    g_free(owner);
}

static struct snapshot_owner *owner_of(const struct snapshot *snapshot)
{
    return (struct snapshot_owner *)(uintptr_t)snapshot;
}

const struct snapshot *snapshot_ref(const struct snapshot *snapshot)
{
    if (snapshot)
        atomic_fetch_add(&owner_of(snapshot)->references, 1);
    return snapshot;
}

void snapshot_unref(const struct snapshot *snapshot)
{
    if (snapshot && atomic_fetch_sub(&owner_of(snapshot)->references, 1) == 1)
        owner_free(owner_of(snapshot));
}

/* Both kana are as long in UTF-8. */
static void fold_kana(char *text)
{
    for (char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c >= KATAKANA_FIRST && c <= KATAKANA_LAST)
            g_unichar_to_utf8(c - KATAKANA_TO_HIRAGANA, p);
    }
}

char *snapshot_fold(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = g_utf8_casefold(composed ? composed : text, -1);
    char *again = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE);
    char *out = again ? again : g_strdup(folded);
    fold_kana(out);
    return out;
}

/* One copy of each text that repeats. */
static const char *shared(struct snapshot_owner *owner, const char *text, bool is_null)
{
    if (is_null || !text)
        return NULL;
    const char *known = g_hash_table_lookup(owner->texts, text);
    if (known)
        return known;
    char *copy = arena_strdup(owner->arena, text);
    g_hash_table_add(owner->texts, copy);
    return copy;
}

/* Name order as in a page's cursor, so no longer than what a cursor can carry. */
static const char *order_text(struct snapshot_owner *owner, const char *name)
{
    g_autofree char *folded = snapshot_fold(name);
    size_t n = strnlen(folded, CURSOR_TEXT_MAX);
    return arena_strndup(owner->arena, folded, n);
}

static const char *search_text(struct snapshot_owner *owner,
                               const struct q_snapshot_accounts_row *row)
{
    g_autofree char *all =
        g_strjoin("\n", row->name, row->key, row->domain_is_null ? "" : row->domain, NULL);
    g_autofree char *folded = snapshot_fold(all);
    return arena_strdup(owner->arena, folded);
}

static uint8_t quality_of(const char *text)
{
    static const char *const names[] = {"ok",    "no_data",    "stale", "not_applicable",
                                        "error", "quarantined"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], text) == 0)
            return (uint8_t)i;
    }
    return SNAPSHOT_ERROR;
}

static void add_int(GArray *column, const struct db_ints *values, size_t i)
{
    bool none = i >= values->n || (values->is_null && values->is_null[i]);
    int32_t value = none ? INT32_MIN : values->v[i];
    g_array_append_val(column, value);
}

static double double_at(const struct db_doubles *values, size_t i)
{
    bool none = i >= values->n || (values->is_null && values->is_null[i]);
    return none ? (double)NAN : values->v[i];
}

static void add_measures(struct snapshot_owner *owner, const struct q_snapshot_accounts_row *row,
                         struct snapshot_account *account)
{
    size_t n = owner->snapshot.scorecards[account->scorecard].n;
    account->measure_at = owner->metric_value->len;
    for (size_t i = 0; i < n; i++) {
        double value = double_at(&row->metric_value, i);
        uint8_t quality = i < row->metric_quality.n ? quality_of(row->metric_quality.v[i])
                                                    : (uint8_t)SNAPSHOT_ERROR;
        g_array_append_val(owner->metric_value, value);
        g_array_append_val(owner->metric_quality, quality);
        add_int(owner->measure_bp, &row->measure_bp, i);
        add_int(owner->contribution_bp, &row->contribution_bp, i);
        add_int(owner->lost_bp, &row->lost_bp, i);
    }
    account->feature_at = SIZE_MAX;
    if (row->risk_contribution_is_null ||
        row->risk_contribution.n != owner->snapshot.n_features + 1)
        return;
    account->feature_at = owner->risk->len;
    for (size_t i = 0; i < row->risk_contribution.n; i++) {
        double value = double_at(&row->risk_contribution, i);
        g_array_append_val(owner->risk, value);
    }
}

static void fill_facts(struct snapshot_owner *owner, const struct q_snapshot_accounts_row *row,
                       struct snapshot_account *account)
{
    account->account_id = row->account_id;
    account->staff_id = row->staff_id_is_null ? SNAPSHOT_NULL : row->staff_id;
    account->key = arena_strdup(owner->arena, row->key);
    account->name = arena_strdup(owner->arena, row->name);
    account->domain = row->domain_is_null ? NULL : arena_strdup(owner->arena, row->domain);
    account->owner_email = shared(owner, row->owner_email, row->owner_email_is_null);
    account->owner_name = shared(owner, row->owner_name, row->owner_name_is_null);
    account->plan = shared(owner, row->plan, row->plan_is_null);
    account->segment = shared(owner, row->segment, row->segment_is_null);
    account->industry = shared(owner, row->industry, row->industry_is_null);
    account->region = shared(owner, row->region, row->region_is_null);
    account->created_on = row->created_on_is_null ? INT32_MIN : row->created_on;
    account->search = search_text(owner, row);
    account->order = order_text(owner, row->name);
}

static void fill_scores(struct snapshot_owner *owner, const struct q_snapshot_accounts_row *row,
                        struct snapshot_account *account)
{
    account->stage = shared(owner, row->stage, false);
    account->band = shared(owner, row->band, false);
    account->raw_band = shared(owner, row->raw_band, false);
    account->override_note = shared(owner, row->override_note, row->override_note_is_null);
    account->arr_minor = row->arr_minor;
    account->renewal_on = row->renewal_on_is_null ? INT32_MIN : row->renewal_on;
    account->health_bp = row->health_bp_is_null ? SNAPSHOT_NULL_BP : row->health_bp;
    account->effective_bp = row->effective_bp_is_null ? SNAPSHOT_NULL_BP : row->effective_bp;
    account->lower_bp = row->lower_bp;
    account->upper_bp = row->upper_bp;
    account->coverage_bp = row->coverage_bp;
    account->risk_percentile_bp =
        row->risk_percentile_bp_is_null ? SNAPSHOT_NULL_BP : row->risk_percentile_bp;
    account->p_churn_1e9 = row->p_churn_1e9_is_null ? SNAPSHOT_NULL : row->p_churn_1e9;
    account->p_lower_1e9 = row->p_lower_1e9_is_null ? SNAPSHOT_NULL : row->p_lower_1e9;
    account->p_upper_1e9 = row->p_upper_1e9_is_null ? SNAPSHOT_NULL : row->p_upper_1e9;
}

static bool add_account(void *context, const struct q_snapshot_accounts_row *row, GError **err)
{
    struct snapshot_owner *owner = context;
    const struct snapshot *snapshot = &owner->snapshot;
    struct snapshot_account account = {0};
    size_t card = 0;
    while (card < snapshot->n_scorecards &&
           snapshot->scorecards[card].scorecard_id != row->scorecard_id)
        card++;
    if (card == snapshot->n_scorecards)
        return err_set(err, KENKO_ERROR_CHECK,
                       "account %s: scorecard %" G_GINT64_FORMAT " has no measures", row->key,
                       row->scorecard_id);
    if (owner->accounts->len == UINT32_MAX)
        return err_set(err, KENKO_ERROR_TOO_LARGE, "more accounts than 32 bits can count");
    account.scorecard = (uint32_t)card;
    fill_facts(owner, row, &account);
    fill_scores(owner, row, &account);
    add_measures(owner, row, &account);
    g_array_append_val(owner->accounts, account);
    return true;
}

static bool load_measures(struct snapshot_owner *owner, struct db *db, GError **err)
{
    struct snapshot *snapshot = &owner->snapshot;
    struct q_snapshot_measures_rows rows;
    if (!q_snapshot_measures(owner->arena, db, snapshot->run_id, snapshot->as_of, &rows, err))
        return false;
    struct snapshot_scorecard *cards =
        arena_many(owner->arena, rows.n ? rows.n : 1, struct snapshot_scorecard);
    struct snapshot_measure *measures =
        arena_many(owner->arena, rows.n ? rows.n : 1, struct snapshot_measure);
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

static bool load_features(struct snapshot_owner *owner, struct db *db, int64_t model_id,
                          GError **err)
{
    struct q_snapshot_features_rows rows;
    if (!q_snapshot_features(owner->arena, db, model_id, &rows, err))
        return false;
    struct snapshot_feature *features =
        arena_many(owner->arena, rows.n ? rows.n : 1, struct snapshot_feature);
    for (size_t i = 0; i < rows.n; i++)
        features[i] =
            (struct snapshot_feature){rows.row[i].name, rows.row[i].label, rows.row[i].unit};
    owner->snapshot.features = features;
    owner->snapshot.n_features = rows.n;
    return true;
}

static void finish(struct snapshot_owner *owner)
{
    struct snapshot *snapshot = &owner->snapshot;
    snapshot->n = owner->accounts->len;
    snapshot->accounts = (const struct snapshot_account *)(void *)owner->accounts->data;
    snapshot->metric_value = (const double *)(void *)owner->metric_value->data;
    snapshot->metric_quality = (const uint8_t *)owner->metric_quality->data;
    snapshot->measure_bp = (const int32_t *)(void *)owner->measure_bp->data;
    snapshot->contribution_bp = (const int32_t *)(void *)owner->contribution_bp->data;
    snapshot->lost_bp = (const int32_t *)(void *)owner->lost_bp->data;
    snapshot->risk = (const double *)(void *)owner->risk->data;
    for (size_t i = 0; i < snapshot->n; i++)
        g_hash_table_insert(owner->by_key, (gpointer)(uintptr_t)snapshot->accounts[i].key,
                            (gpointer)(uintptr_t)&snapshot->accounts[i]);
    snapshot_sort_all(owner);
}

static bool load_run(struct snapshot_owner *owner, struct db *db, bool *found, GError **err)
{
    struct snapshot *snapshot = &owner->snapshot;
    struct q_snapshot_run_row row;
    if (!q_snapshot_run(owner->arena, db, &row, found, err))
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
    if (!load_measures(owner, db, err))
        return false;
    if (snapshot->has_model && !load_features(owner, db, row.model_id, err))
        return false;
    return q_snapshot_accounts(db, row.run_id, row.as_of, add_account, owner, err);
}

bool snapshot_load(struct db *db, const struct snapshot **out, GError **err)
{
    bool found = false;
    if (!db_begin_snapshot(db, err))
        return false;
    struct snapshot_owner *owner = owner_new();
    bool ok = load_run(owner, db, &found, err);
    db_rollback(db);
    if (!ok || !found) {
        owner_free(owner);
        if (ok)
            *out = NULL;
        return ok;
    }
    finish(owner);
    *out = &owner->snapshot;
    return true;
}

const struct snapshot_account *snapshot_find(const struct snapshot *snapshot, const char *key)
{
    return g_hash_table_lookup(owner_of(snapshot)->by_key, key);
}
