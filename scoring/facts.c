/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/facts.h"

#include <math.h>
#include <stdlib.h>

#include "scoring/facts_internal.h"
#include "sql/scoring.h"

static void index_loads(struct facts *f, const struct q_loads_all_rows *rows, int64_t known_no)
{
    f->n_loads = rows->n ? (size_t)rows->row[rows->n - 1].load_id + 1 : 1;
    f->commit_no = g_new0(int64_t, f->n_loads);
    f->commit_day = g_new0(int32_t, f->n_loads);
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_loads_all_row *r = &rows->row[i];
        bool counts = r->commit_no <= known_no && (r->undone_no_is_null || r->undone_no > known_no);
        if (!counts)
            continue;
        f->commit_no[r->load_id] = r->commit_no;
        f->commit_day[r->load_id] = zone_day(f->zone, r->committed_at);
    }
}

bool facts_visible(const struct facts *f, int64_t load_id)
{
    return load_id > 0 && (size_t)load_id < f->n_loads && f->commit_no[load_id] > 0;
}

static void index_accounts(struct facts *f, const struct q_accounts_all_rows *rows)
{
    f->account_id = g_new(int64_t, rows->n + 1);
    f->account_key = g_new(const char *, rows->n + 1);
    for (size_t i = 0; i < rows->n; i++) {
        if (!facts_visible(f, rows->row[i].created_load_id))
            continue;
        size_t a = f->n_accounts++;
        f->account_id[a] = rows->row[i].account_id;
        f->account_key[a] = arena_strdup(f->arena, rows->row[i].key);
        g_hash_table_insert(f->account_index, &f->account_id[a], GSIZE_TO_POINTER(a));
    }
}

/* Visible statements by party, oldest first; looked up from the newest. */
static void index_members(struct facts *f, const struct q_members_all_rows *rows)
{
    f->member = g_new(struct facts_member, rows->n + 1);
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_members_all_row *r = &rows->row[i];
        gpointer index;
        if (!facts_visible(f, r->load_id))
            continue;
        uint32_t account = FACTS_NOBODY;
        if (!r->account_id_is_null &&
            g_hash_table_lookup_extended(f->account_index, &r->account_id, NULL, &index))
            account = (uint32_t)GPOINTER_TO_SIZE(index);
        f->member[f->n_members++] =
            (struct facts_member){r->party_id, account, r->valid_from, r->valid_to};
    }
    for (size_t i = 0; i < f->n_members; i++) {
        if (i == 0 || f->member[i].party_id != f->member[i - 1].party_id)
            g_hash_table_insert(f->party_index, &f->member[i].party_id, GSIZE_TO_POINTER(i));
    }
}

size_t facts_party(const struct facts *f, int64_t party_id)
{
    gpointer index;
    if (!g_hash_table_lookup_extended(f->party_index, &party_id, NULL, &index))
        return FACTS_NO_PARTY;
    return GPOINTER_TO_SIZE(index);
}

uint32_t facts_member_on(const struct facts *f, size_t party, int32_t day)
{
    if (party == FACTS_NO_PARTY)
        return FACTS_NOBODY;
    size_t last = party;
    while (last + 1 < f->n_members && f->member[last + 1].party_id == f->member[party].party_id)
        last++;
    for (size_t i = last + 1; i-- > party;) {
        if (f->member[i].valid_from <= day && day < f->member[i].valid_to)
            return f->member[i].account;
    }
    return FACTS_NOBODY;
}

static bool check_floor(struct db *db, int64_t known_no, GError **err)
{
    if (!db)
        return true;
    g_autoptr(arena_t) arena = arena_new();
    struct q_known_floor_row row;
    char day[DAY_TEXT_SIZE] = "an earlier day";
    if (!q_known_floor(arena, db, &row, err))
        return false;
    if (!row.floor_day_is_null)
        day_format(row.floor_day, day);
    return known_no >= row.known_floor ||
           err_set(err, KENKO_ERROR_CONFLICT,
                   "known-at %" G_GINT64_FORMAT " is below %" G_GINT64_FORMAT
                   ": what was known before %s was merged and can no longer be asked",
                   known_no, row.known_floor, day);
}

static bool load_frame(struct facts *f, int64_t known_no, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_loads_all_rows loads;
    struct q_accounts_all_rows accounts;
    struct q_members_all_rows members;
    if (!check_floor(f->source->db, known_no, err) ||
        !facts_source_loads_all(f->source, arena, &loads, err))
        return false;
    index_loads(f, &loads, known_no);
    if (!facts_source_accounts_all(f->source, arena, &accounts, err) ||
        !facts_source_members_all(f->source, arena, &members, err))
        return false;
    index_accounts(f, &accounts);
    index_members(f, &members);
    return true;
}

/* What is said of all accounts together is not in the rows of one. */
static void take_common(struct facts *f, const struct facts_rows *rows)
{
    for (int kind = 0; kind < FACTS_KINDS; kind++)
        f->has[kind] = rows ? rows->has[kind] : f->version[kind].n > 0;
    for (size_t u = 0; rows && u < f->wish.n_usage; u++) {
        int32_t newest = rows->newest[u], *by_day = f->usage[u].newest;
        for (size_t d = 0; d <= f->n_days; d++) {
            if (newest < f->wish.from_day + (int32_t)d)
                by_day[d] = MAX(by_day[d], newest);
        }
    }
}

struct facts *facts_load_from(const struct facts_source *source, const struct zone *zone,
                              const struct facts_wish *wish, int64_t known_no, GError **err)
{
    struct facts *f = g_new0(struct facts, 1);
    f->arena = arena_new();
    f->zone = zone;
    f->source = source;
    f->wish = *wish;
    f->account_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    f->party_index = g_hash_table_new(g_int64_hash, g_int64_equal);
    f->subject_days = g_array_new(FALSE, FALSE, sizeof(struct facts_subject_day));
    f->words = g_ptr_array_new();
    f->word_index = g_hash_table_new(g_str_hash, g_str_equal);
    bool ok = load_frame(f, known_no, err) && facts_load_usage(f, err) &&
              facts_load_records(f, err) && (!wish->runs || facts_load_runs(f, err)) &&
              (!wish->attributes || facts_load_attributes(f, err)) &&
              (!wish->contacts || facts_load_contacts(f, err));
    f->source = NULL;
    if (ok) {
        take_common(f, source->rows);
        return f;
    }
    facts_free(f);
    return NULL;
}

struct facts *facts_load(struct db *db, const struct zone *zone, const struct facts_wish *wish,
                         int64_t known_no, GError **err)
{
    const struct facts_source source = {db, NULL};
    return facts_load_from(&source, zone, wish, known_no, err);
}

void facts_free(struct facts *f)
{
    if (!f)
        return;
    g_hash_table_destroy(f->account_index);
    g_hash_table_destroy(f->party_index);
    g_array_free(f->subject_days, TRUE);
    for (size_t u = 0; f->usage && u < f->wish.n_usage; u++) {
        g_free(f->usage[u].sum);
        g_free(f->usage[u].high);
        g_free(f->usage[u].active);
        g_free(f->usage[u].has);
        g_free(f->usage[u].at);
        g_free(f->usage[u].tie);
        g_free(f->usage[u].n);
        g_free(f->usage[u].first);
        g_free(f->usage[u].newest);
    }
    for (int kind = 0; kind < FACTS_LISTS; kind++)
        g_free(f->version[kind].row);
    g_free(f->run);
    g_free(f->first_run);
    g_free(f->first_run_day);
    g_free(f->incident);
    g_ptr_array_free(f->words, TRUE);
    g_hash_table_destroy(f->word_index);
    g_free(f->usage);
    g_free(f->commit_no);
    g_free(f->commit_day);
    g_free(f->account_id);
    g_free(f->account_key);
    g_free(f->member);
    g_free(f->rate);
    arena_free(f->arena);
    g_free(f);
}

size_t facts_accounts(const struct facts *facts)
{
    return facts->n_accounts;
}

const int64_t *facts_account_ids(const struct facts *facts)
{
    return facts->account_id;
}

const char *const *facts_account_keys(const struct facts *facts)
{
    return facts->account_key;
}
