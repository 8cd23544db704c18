/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/restate_reason.h"

#include "core/usage_pack.h"
#include "sql/scoring.h"

/* A load that brought something of an account. */
struct brought {
    int64_t load_id;
    enum restate_reason as;
    int32_t first_day; /* of usage; INT32_MIN of what may speak of any day */
};

struct restate_reasons {
    struct arena *arena;
    GHashTable *accounts; /* the caller's set */
    GHashTable *of;       /* account_id → GArray of brought */
    GHashTable *parties;  /* party_id → GArray of account_id, of members of any time */
    GHashTable *loads;    /* load_id → row of loads_all */
};

static gpointer key_of(int64_t id)
{
    return GSIZE_TO_POINTER((gsize)id);
}

static void free_array(gpointer array)
{
    g_array_free(array, TRUE);
}

const char *restate_reason_name(enum restate_reason reason)
{
    static const char *const names[RESTATE_REASONS] = {
        "late facts", "retraction", "identity", "override", "configuration", "other accounts"};
    return names[reason];
}

static void note(struct restate_reasons *r, int64_t account_id, struct brought brought)
{
    GArray *list = g_hash_table_lookup(r->of, key_of(account_id));
    if (!list) {
        list = g_array_new(FALSE, FALSE, sizeof brought);
        g_hash_table_insert(r->of, key_of(account_id), list);
    }
    const struct brought *last =
        list->len ? &g_array_index(list, struct brought, list->len - 1) : NULL;
    if (!last || last->load_id != brought.load_id || last->as != brought.as ||
        last->first_day > brought.first_day)
        g_array_append_val(list, brought);
}

/* Of a party: for every account that it ever belonged to. */
static void note_party(struct restate_reasons *r, int64_t party_id, struct brought brought)
{
    const GArray *accounts = g_hash_table_lookup(r->parties, key_of(party_id));
    for (guint i = 0; accounts && i < accounts->len; i++)
        note(r, g_array_index(accounts, int64_t, i), brought);
}

static bool load_members(struct restate_reasons *r, struct db *db, GError **err)
{
    struct q_members_all_rows rows;
    if (!q_members_all(r->arena, db, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_members_all_row *m = &rows.row[i];
        if (m->account_id_is_null || !g_hash_table_contains(r->accounts, key_of(m->account_id)))
            continue;
        GArray *list = g_hash_table_lookup(r->parties, key_of(m->party_id));
        if (!list) {
            list = g_array_new(FALSE, FALSE, sizeof(int64_t));
            g_hash_table_insert(r->parties, key_of(m->party_id), list);
        }
        g_array_append_val(list, m->account_id);
    }
    for (size_t i = 0; i < rows.n; i++)
        note_party(r, rows.row[i].party_id,
                   (struct brought){rows.row[i].load_id, RESTATE_IDENTITY, INT32_MIN});
    return true;
}

static bool load_words(struct restate_reasons *r, struct db *db, GError **err)
{
    struct q_override_loads_rows rows;
    if (!q_override_loads(r->arena, db, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        if (g_hash_table_contains(r->accounts, key_of(rows.row[i].account_id)))
            note(r, rows.row[i].account_id,
                 (struct brought){rows.row[i].load_id, RESTATE_OVERRIDE, INT32_MIN});
    }
    return true;
}

static bool load_loads(struct restate_reasons *r, struct db *db, GError **err)
{
    struct q_loads_all_rows rows;
    if (!q_loads_all(r->arena, db, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        g_hash_table_insert(r->loads, key_of(rows.row[i].load_id), &rows.row[i]);
    return true;
}

static bool on_span(void *context, const struct q_spans_read_row *row, GError **err)
{
    struct restate_reasons *r = context;
    struct usage_pack pack;
    struct usage_span span;
    if (!g_hash_table_contains(r->parties, key_of(row->party_id)))
        return true;
    if (!usage_pack_open(row->spans, &pack, err))
        return false;
    for (size_t i = 0; i < pack.n_spans; i++) {
        if (!usage_pack_get(&pack, i, &span, err))
            return false;
        for (uint32_t days = span.taken; days; days &= days - 1) {
            int d = __builtin_ctz(days);
            note_party(r, row->party_id,
                       (struct brought){span.is_mixed ? span.load[d] : span.load_id, RESTATE_LATE,
                                        row->month + d});
        }
    }
    return true;
}

static bool on_record(void *context, const struct q_versions_read_row *row, GError **err)
{
    (void)err;
    note_party(context, row->party_id, (struct brought){row->load_id, RESTATE_LATE, INT32_MIN});
    return true;
}

static bool on_first(void *context, const struct q_runs_first_row *row, GError **err)
{
    (void)err;
    note_party(context, row->party_id, (struct brought){row->load_id, RESTATE_LATE, INT32_MIN});
    return true;
}

static bool on_attribute(void *context, const struct q_attributes_read_row *row, GError **err)
{
    (void)err;
    note_party(context, row->party_id, (struct brought){row->load_id, RESTATE_LATE, INT32_MIN});
    return true;
}

/* Runs by what each load knows of a party: the same loads. */
static bool load_facts(struct restate_reasons *r, struct db *db, int32_t to, GError **err)
{
    struct q_span_range_row range;
    if (!q_span_range(r->arena, db, &range, err))
        return false;
    return (range.first_month_is_null || range.first_month > to ||
            q_spans_read(db, range.first_month, to, on_span, r, err)) &&
           q_versions_read(db, false, on_record, r, err) && q_runs_first(db, on_first, r, err) &&
           q_attributes_read(db, on_attribute, r, err);
}

bool restate_reason_load(struct db *db, GHashTable *accounts, int32_t to,
                         struct restate_reasons **out, GError **err)
{
    struct restate_reasons *r = g_new(struct restate_reasons, 1);
    *r = (struct restate_reasons){.arena = arena_new(),
                                  .accounts = accounts,
                                  .of = g_hash_table_new_full(NULL, NULL, NULL, free_array),
                                  .parties = g_hash_table_new_full(NULL, NULL, NULL, free_array),
                                  .loads = g_hash_table_new(NULL, NULL)};
    if (!load_loads(r, db, err) || !load_members(r, db, err) || !load_words(r, db, err) ||
        !load_facts(r, db, to, err)) {
        restate_reason_free(r);
        return false;
    }
    *out = r;
    return true;
}

void restate_reason_free(struct restate_reasons *r)
{
    if (!r)
        return;
    g_hash_table_destroy(r->of);
    g_hash_table_destroy(r->parties);
    g_hash_table_destroy(r->loads);
    arena_free(r->arena);
    g_free(r);
}

unsigned restate_reason_of(const struct restate_reasons *r, int64_t account_id, int32_t as_of,
                           int64_t then_no, int64_t now_no)
{
    const GArray *list = g_hash_table_lookup(r->of, key_of(account_id));
    unsigned out = 0;
    for (guint i = 0; list && i < list->len; i++) {
        const struct brought *b = &g_array_index(list, struct brought, i);
        const struct q_loads_all_row *load = g_hash_table_lookup(r->loads, key_of(b->load_id));
        if (!load || b->first_day >= as_of || load->commit_no > now_no)
            continue;
        bool undone = !load->undone_no_is_null && load->undone_no <= now_no;
        if (load->commit_no <= then_no && undone && load->undone_no > then_no)
            out |= 1u << RESTATE_RETRACTION;
        else if (load->commit_no > then_no && !undone)
            out |= 1u << b->as;
    }
    return out;
}
