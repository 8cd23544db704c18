/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/identity_unresolved.h"

#include "ingest/identity.h"
#include "sql/ingest.h"

/* An owner of the index is an account's first row: rows of one account follow each other. */
static struct identity_near_index *index_accounts(const struct q_near_accounts_rows *rows)
{
    struct identity_near_index *index = identity_near_new();
    uint32_t owner = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_near_accounts_row *row = &rows->row[i];
        if (strcmp(row->account, rows->row[owner].account) != 0)
            owner = (uint32_t)i;
        identity_near_add(index, owner, row->key);
        identity_near_add(index, owner, row->name_is_null ? NULL : row->name);
        identity_near_add(index, owner, row->domain_is_null ? NULL : row->domain);
    }
    identity_near_build(index);
    return index;
}

static void find_near(struct identity_unresolved *party, struct identity_near_index *index,
                      const struct q_near_accounts_rows *rows)
{
    const char *const names[] = {party->external_id, party->name};
    struct identity_near_match best[IDENTITY_NEAR];
    identity_near_find(index, names, G_N_ELEMENTS(names), best);
    for (int i = 0; i < IDENTITY_NEAR && best[i].similarity > 0; i++) {
        const struct q_near_accounts_row *row = &rows->row[best[i].owner];
        party->near[i] = (struct identity_near_account){
            row->account, row->name_is_null ? "" : row->name, best[i].similarity};
    }
}

bool identity_unresolved(struct arena *arena, struct db *db, int max_rows,
                         struct identity_unresolved_list *out, GError **err)
{
    struct q_unresolved_list_rows rows;
    struct q_unresolved_count_row count;
    struct q_near_accounts_rows accounts;
    if (!q_unresolved_list(arena, db, max_rows, &rows, err) ||
        !q_unresolved_count(arena, db, &count, err) || !q_near_accounts(arena, db, &accounts, err))
        return false;
    struct identity_near_index *index = index_accounts(&accounts);
    *out = (struct identity_unresolved_list){
        .n = rows.n,
        .all = count.parties,
        .party = arena_many(arena, rows.n, struct identity_unresolved)};
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_unresolved_list_row *row = &rows.row[i];
        out->party[i] = (struct identity_unresolved){.source = row->source,
                                                     .external_id = row->external_id,
                                                     .name = row->name_is_null ? "" : row->name,
                                                     .arr = row->arr};
        find_near(&out->party[i], index, &accounts);
    }
    identity_near_free(index);
    return true;
}

bool identity_is_certain(const struct identity_unresolved *party, double above)
{
    return party->near[0].key && party->near[0].similarity >= above &&
           party->near[0].similarity > party->near[1].similarity;
}

bool identity_accept(struct db *db, const struct identity_unresolved_list *list, double above,
                     int64_t *accepted, GError **err)
{
    g_autofree struct identity_link *links = g_new0(struct identity_link, list->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct identity_unresolved *party = &list->party[i];
        if (identity_is_certain(party, above))
            links[n++] =
                (struct identity_link){party->source, party->external_id, party->near[0].key,
                                       (int)(party->near[0].similarity * 10000)};
    }
    *accepted = 0;
    if (n > 0 && !identity_link(db, links, n, err))
        return false;
    *accepted = (int64_t)n;
    return true;
}
