/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/facts_attribute.h"

#include <string.h>

#include "scoring/facts_internal.h"
#include "sql/scoring.h"

struct facts_label {
    const char *source, *external_id; /* of the party */
    struct facts_attributes said;
};

static const char *const names[FACTS_ATTRIBUTES] = {"plan", "segment", "industry", "region"};

const char *facts_attribute_name(enum facts_attribute attribute)
{
    return names[attribute];
}

int facts_attribute_find(const char *name)
{
    for (int i = 0; i < FACTS_ATTRIBUTES; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

/* Few words are said by many: kept once. */
static const char *keep(struct facts *f, bool is_null, const char *text)
{
    return is_null || *text == '\0' ? NULL : facts_word(f, facts_word_add(f, text));
}

static bool on_version(void *context, const struct q_attributes_read_row *row, GError **err)
{
    (void)err;
    struct facts *f = context;
    size_t party = facts_party(f, row->party_id);
    if (party == FACTS_NO_PARTY || !facts_visible(f, row->load_id))
        return true;
    struct facts_label *label = arena_one(f->arena, struct facts_label);
    *label =
        (struct facts_label){facts_word(f, facts_word_add(f, row->source)),
                             arena_strdup(f->arena, row->external_id),
                             {{[FACTS_PLAN] = keep(f, row->plan_is_null, row->plan),
                               [FACTS_SEGMENT] = keep(f, row->segment_is_null, row->segment),
                               [FACTS_INDUSTRY] = keep(f, row->industry_is_null, row->industry),
                               [FACTS_REGION] = keep(f, row->region_is_null, row->region)}}};
    *facts_versions_add(&f->version[FACTS_ACCOUNT]) = (struct facts_version){
        .stamp = {party, "", row->changed_at_is_null ? INT64_MIN : row->changed_at,
                  f->commit_no[row->load_id], row->ordinal, row->deleted},
        .label = label,
        .said_on = f->commit_day[row->load_id],
        .has_changed_at = !row->changed_at_is_null};
    return true;
}

bool facts_load_attributes(struct facts *f, GError **err)
{
    if (!facts_source_attributes_read(f->source, on_version, f, err))
        return false;
    facts_versions_sort(&f->version[FACTS_ACCOUNT]);
    return true;
}

/* Of several records the account's own speaks, else that of the first source. */
static bool is_before(const char *key, const struct facts_label *x, const struct facts_label *y)
{
    bool own_x = strcmp(x->external_id, key) == 0, own_y = strcmp(y->external_id, key) == 0;
    if (own_x != own_y)
        return own_x;
    int order = strcmp(x->source, y->source);
    return order < 0 || (order == 0 && strcmp(x->external_id, y->external_id) < 0);
}

const struct facts_attributes *facts_attributes(const struct facts *f, struct arena *arena,
                                                int32_t as_of)
{
    const struct facts_versions *list = &f->version[FACTS_ACCOUNT];
    struct facts_attributes *out = arena_many(arena, f->n_accounts + 1, struct facts_attributes);
    const struct facts_label **speaks =
        arena_many(arena, f->n_accounts + 1, const struct facts_label *);
    int64_t start = zone_day_start(f->zone, as_of);
    for (size_t i = 0, end; i < list->n; i = end) {
        end = facts_versions_end(list, i);
        const struct facts_version *v = facts_versions_on(list, i, end, as_of, start);
        uint32_t a =
            v && !v->stamp.deleted ? facts_member_on(f, v->stamp.party, as_of - 1) : FACTS_NOBODY;
        if (a == FACTS_NOBODY || (speaks[a] && !is_before(f->account_key[a], v->label, speaks[a])))
            continue;
        speaks[a] = v->label;
        out[a] = v->label->said;
    }
    return out;
}
