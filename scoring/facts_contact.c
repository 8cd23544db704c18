/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People at a customer, and the users they are in usage. */
#include "scoring/facts_internal.h"
#include "sql/scoring.h"

static bool on_version(void *context, const struct q_contacts_read_row *row, GError **err)
{
    (void)err;
    struct facts *f = context;
    size_t party = facts_party(f, row->party_id);
    if (party == FACTS_NO_PARTY || !facts_visible(f, row->load_id))
        return true;
    f->has_users = f->has_users || !row->subject_id_is_null;
    *facts_versions_add(&f->version[FACTS_CONTACT]) =
        (struct facts_version){.stamp = {party, arena_strdup(f->arena, row->external_id),
                                         row->changed_at_is_null ? INT64_MIN : row->changed_at,
                                         f->commit_no[row->load_id], row->ordinal, row->deleted},
                               .tag = row->role_is_null ? "" : arena_strdup(f->arena, row->role),
                               .who = "",
                               .from = INT64_MIN,
                               .to = row->left_on_is_null ? INT64_MAX : row->left_on,
                               .n = row->subject_id_is_null ? 0 : row->subject_id,
                               .said_on = f->commit_day[row->load_id],
                               .has_changed_at = !row->changed_at_is_null};
    return true;
}

/* People are not in the rows of one account: metrics over them are taken as they were. */
bool facts_load_contacts(struct facts *f, GError **err)
{
    if (!facts_source_contacts_read(f->source, on_version, f, err))
        return false;
    facts_versions_sort(&f->version[FACTS_CONTACT]);
    return true;
}

bool facts_has_users(const struct facts *f)
{
    return f->has_users;
}
