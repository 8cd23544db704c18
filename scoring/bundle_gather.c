/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle_gather.h"

#include <stdlib.h>

#include "core/usage_pack.h"

struct gathering {
    struct bundle_rows *rows;
    struct db *db;
    const struct bundle_wish *wish;
    GHashTable *visible; /* loads that count at K */
    GHashTable *parties, *loads, *persons;
};

static gpointer key_of(int64_t id)
{
    return GSIZE_TO_POINTER((gsize)id);
}

static bool is_ours(const struct gathering *g, int64_t party_id, int64_t load_id)
{
    return g_hash_table_contains(g->parties, key_of(party_id)) &&
           g_hash_table_contains(g->visible, key_of(load_id));
}

static void note_load(struct gathering *g, int64_t load_id)
{
    g_hash_table_add(g->loads, key_of(load_id));
}

static const char *keep(const struct gathering *g, bool is_null, const char *text)
{
    return is_null ? NULL : arena_strdup(g->rows->arena, text);
}

/* The same name for the same person, in the order they are met. */
static const char *person(struct gathering *g, const char *text)
{
    if (g->wish->persons || *text == '\0')
        return arena_strdup(g->rows->arena, text);
    char *name = g_hash_table_lookup(g->persons, text);
    if (!name) {
        name = arena_printf(g->rows->arena, "person %u", g_hash_table_size(g->persons) + 1);
        g_hash_table_insert(g->persons, arena_strdup(g->rows->arena, text), name);
    }
    return name;
}

#define ADD(g, table_of, row) g_array_append_vals((g)->rows->table[table_of], row, 1)

static bool on_span(void *context, const struct q_spans_read_row *row, GError **err)
{
    struct gathering *g = context;
    struct q_spans_read_row own = *row;
    struct usage_pack pack;
    struct usage_span span;
    if (!g_hash_table_contains(g->parties, key_of(row->party_id)))
        return true;
    own.spans.p = arena_strndup(g->rows->arena, row->spans.p, row->spans.n);
    if (!usage_pack_open(own.spans, &pack, err))
        return false;
    for (size_t i = 0; i < pack.n_spans; i++) {
        if (!usage_pack_get(&pack, i, &span, err))
            return false;
        note_load(g, span.load_id);
        for (uint32_t days = span.is_mixed ? span.taken : 0; days; days &= days - 1)
            note_load(g, span.load[__builtin_ctz(days)]);
    }
    ADD(g, BUNDLE_SPAN, &own);
    return true;
}

static bool on_record(void *context, const struct q_versions_read_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    struct q_versions_read_row own = *row;
    if (!is_ours(g, row->party_id, row->load_id))
        return true;
    own.external_id = keep(g, false, row->external_id);
    own.tag = keep(g, row->tag_is_null, row->tag);
    own.product = keep(g, row->product_is_null, row->product);
    own.churn_reason = keep(g, row->churn_reason_is_null, row->churn_reason);
    own.competitor = keep(g, row->competitor_is_null, row->competitor);
    own.who = row->who_is_null ? NULL : person(g, row->who);
    note_load(g, row->load_id);
    ADD(g, BUNDLE_RECORD, &own);
    return true;
}

static bool on_run(void *context, const struct q_runs_read_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    struct q_runs_read_row own = *row;
    if (!is_ours(g, row->party_id, row->load_id))
        return true;
    own.external_id = keep(g, false, row->external_id);
    own.definition = keep(g, row->definition_is_null, row->definition);
    own.connector = keep(g, row->connector_is_null, row->connector);
    own.executor = keep(g, row->executor_is_null, row->executor);
    own.status = keep(g, false, row->status);
    note_load(g, row->load_id);
    ADD(g, BUNDLE_RUN, &own);
    return true;
}

static bool on_incident(void *context, const struct q_incidents_read_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    struct q_incidents_read_row own = *row;
    if (!g_hash_table_contains(g->visible, key_of(row->load_id)))
        return true;
    own.source = keep(g, false, row->source);
    own.external_id = keep(g, false, row->external_id);
    own.title = keep(g, row->title_is_null, row->title);
    own.severity = keep(g, row->severity_is_null, row->severity);
    own.cause = keep(g, row->cause_is_null, row->cause);
    own.component = keep(g, row->component_is_null, row->component);
    note_load(g, row->load_id);
    ADD(g, BUNDLE_INCIDENT, &own);
    return true;
}

static bool on_first(void *context, const struct q_runs_first_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    if (!is_ours(g, row->party_id, row->load_id))
        return true;
    note_load(g, row->load_id);
    ADD(g, BUNDLE_FIRST_RUN, row);
    return true;
}

static bool on_attribute(void *context, const struct q_attributes_read_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    struct q_attributes_read_row own = *row;
    if (!is_ours(g, row->party_id, row->load_id))
        return true;
    own.source = keep(g, false, row->source);
    own.external_id = keep(g, false, row->external_id);
    own.plan = keep(g, row->plan_is_null, row->plan);
    own.segment = keep(g, row->segment_is_null, row->segment);
    own.industry = keep(g, row->industry_is_null, row->industry);
    own.region = keep(g, row->region_is_null, row->region);
    note_load(g, row->load_id);
    ADD(g, BUNDLE_ATTRIBUTE, &own);
    return true;
}

static bool on_contact(void *context, const struct q_contacts_read_row *row, GError **err)
{
    (void)err;
    struct gathering *g = context;
    struct q_contacts_read_row own = *row;
    if (!is_ours(g, row->party_id, row->load_id))
        return true;
    own.external_id = person(g, row->external_id);
    own.role = keep(g, row->role_is_null, row->role);
    note_load(g, row->load_id);
    ADD(g, BUNDLE_CONTACT, &own);
    return true;
}

static bool take_identity(struct gathering *g, GError **err)
{
    struct arena *arena = g->rows->arena;
    struct q_loads_all_rows loads;
    struct q_accounts_all_rows accounts;
    struct q_members_all_rows members;
    if (!q_loads_all(arena, g->db, &loads, err) || !q_accounts_all(arena, g->db, &accounts, err) ||
        !q_members_all(arena, g->db, &members, err))
        return false;
    for (size_t i = 0; i < loads.n; i++) {
        const struct q_loads_all_row *l = &loads.row[i];
        if (l->commit_no <= g->wish->known_no &&
            (l->undone_no_is_null || l->undone_no > g->wish->known_no))
            g_hash_table_add(g->visible, key_of(l->load_id));
    }
    for (size_t i = 0; i < accounts.n; i++) {
        if (accounts.row[i].account_id != g->wish->account_id)
            continue;
        note_load(g, accounts.row[i].created_load_id);
        ADD(g, BUNDLE_ACCOUNT, &accounts.row[i]);
    }
    for (size_t i = 0; i < members.n; i++) {
        if (!members.row[i].account_id_is_null &&
            members.row[i].account_id == g->wish->account_id &&
            g_hash_table_contains(g->visible, key_of(members.row[i].load_id)))
            g_hash_table_add(g->parties, key_of(members.row[i].party_id));
    }
    for (size_t i = 0; i < members.n; i++) {
        if (!is_ours(g, members.row[i].party_id, members.row[i].load_id))
            continue;
        note_load(g, members.row[i].load_id);
        ADD(g, BUNDLE_MEMBER, &members.row[i]);
    }
    return true;
}

/* What speaks of all accounts alike. */
static bool take_common(struct gathering *g, GError **err)
{
    struct arena *arena = g->rows->arena;
    struct q_usage_metrics_rows metrics;
    struct q_rates_read_rows rates;
    struct q_quality_read_rows quality;
    if (!q_usage_metrics(arena, g->db, &metrics, err) || !q_rates_read(arena, g->db, &rates, err) ||
        !q_quality_read(arena, g->db, &quality, err))
        return false;
    for (size_t i = 0; i < metrics.n; i++)
        ADD(g, BUNDLE_METRIC, &metrics.row[i]);
    for (size_t i = 0; i < rates.n; i++) {
        if (!g_hash_table_contains(g->visible, key_of(rates.row[i].load_id)))
            continue;
        note_load(g, rates.row[i].load_id);
        ADD(g, BUNDLE_RATE, &rates.row[i]);
    }
    for (size_t i = 0; i < quality.n; i++) {
        if (!g_hash_table_contains(g->visible, key_of(quality.row[i].load_id)))
            continue;
        note_load(g, quality.row[i].load_id);
        ADD(g, BUNDLE_QUALITY, &quality.row[i]);
    }
    return true;
}

static bool take_overrides(struct gathering *g, GError **err)
{
    struct q_overrides_read_rows rows;
    if (!q_overrides_read(g->rows->arena, g->db, g->wish->known_no, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        struct q_overrides_read_row own = rows.row[i];
        if (own.account_id != g->wish->account_id)
            continue;
        own.author = person(g, own.author);
        own.reason = g->wish->persons ? own.reason : "";
        ADD(g, BUNDLE_OVERRIDE, &own);
    }
    return true;
}

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static bool take_loads(struct gathering *g, GError **err)
{
    GHashTableIter iter;
    gpointer id;
    struct q_bundle_loads_rows rows;
    size_t n = 0;
    int64_t *ids = arena_many(g->rows->arena, g_hash_table_size(g->loads) + 1, int64_t);
    g_hash_table_iter_init(&iter, g->loads);
    while (g_hash_table_iter_next(&iter, &id, NULL))
        ids[n++] = (int64_t)GPOINTER_TO_SIZE(id);
    if (n > 0)
        qsort(ids, n, sizeof *ids, compare_ids);
    const struct db_bigints list = {n, ids, NULL};
    if (!q_bundle_loads(g->rows->arena, g->db, &list, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        ADD(g, BUNDLE_LOAD, &rows.row[i]);
    return true;
}

static bool take_facts(struct gathering *g, GError **err)
{
    struct q_span_range_row range;
    const struct bundle_wish *wish = g->wish;
    if (!q_span_range(g->rows->arena, g->db, &range, err))
        return false;
    return (range.first_month_is_null || range.first_month > wish->to_day ||
            q_spans_read(g->db, range.first_month, wish->to_day, on_span, g, err)) &&
           q_versions_read(g->db, false, on_record, g, err) &&
           q_runs_read(g->db, wish->runs_from_day, wish->to_day, on_run, g, err) &&
           q_incidents_read(g->db, on_incident, g, err) && q_runs_first(g->db, on_first, g, err) &&
           q_attributes_read(g->db, on_attribute, g, err) &&
           q_contacts_read(g->db, on_contact, g, err);
}

bool bundle_gather(struct bundle_rows *rows, struct db *db, const struct bundle_wish *wish,
                   GError **err)
{
    struct gathering g = {.rows = rows,
                          .db = db,
                          .wish = wish,
                          .visible = g_hash_table_new(NULL, NULL),
                          .parties = g_hash_table_new(NULL, NULL),
                          .loads = g_hash_table_new(NULL, NULL),
                          .persons = g_hash_table_new(g_str_hash, g_str_equal)};
    bool ok = take_identity(&g, err) && take_common(&g, err) && take_facts(&g, err) &&
              take_overrides(&g, err) && take_loads(&g, err);
    if (ok)
        bundle_rows_close(rows);
    g_hash_table_destroy(g.visible);
    g_hash_table_destroy(g.parties);
    g_hash_table_destroy(g.loads);
    g_hash_table_destroy(g.persons);
    return ok;
}
