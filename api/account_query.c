/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/account_query.h"

#include <sodium.h>
#include <string.h>

const char *const account_query_sorts[SNAPSHOT_SORTS + 1] = {
    [SNAPSHOT_BY_HEALTH] = "health",
    [SNAPSHOT_BY_CHURN_RISK] = "churn_risk",
    [SNAPSHOT_BY_EXPECTED_LOSS] = "expected_loss",
    [SNAPSHOT_BY_ARR] = "arr",
    [SNAPSHOT_BY_NAME] = "name",
    [SNAPSHOT_BY_RENEWAL] = "renewal"};

/* A text filter; empty is none. */
static const char *filter(const struct request *request, const char *name)
{
    const char *text = field_text(&request->asked, name);
    return text && *text ? text : NULL;
}

static int32_t number(const struct request *request, const char *name, int32_t absent)
{
    const struct field_value *value = field_get(&request->asked, name);
    return value->given ? (int32_t)value->number : absent;
}

void account_query_read(const struct request *request, bool has_sort, struct account_query *query)
{
    *query = (struct account_query){.bands = field_get(&request->asked, "band")->words,
                                    .owner = filter(request, "owner"),
                                    .segment = filter(request, "segment"),
                                    .plan = filter(request, "plan"),
                                    .region = filter(request, "region"),
                                    .industry = filter(request, "industry"),
                                    .stage = filter(request, "stage"),
                                    .min_bp = number(request, "min_health", -1),
                                    .max_bp = number(request, "max_health", -1),
                                    .renewal_from = number(request, "renewal_from", INT32_MIN),
                                    .renewal_before = number(request, "renewal_before", INT32_MIN)};
    const char *search = filter(request, "q");
    if (search) {
        g_autofree char *folded = snapshot_fold(search);
        query->search = arena_strdup(request->arena, folded);
    }
    if (!has_sort)
        return;
    const struct field_value *sort = field_get(&request->asked, "sort");
    query->sort = (enum snapshot_sort)sort->number;
    query->descending = sort->descending;
}

static bool in_band(const struct account_query *query, const char *band)
{
    for (const char *const *wanted = query->bands; *wanted; wanted++) {
        if (g_ascii_strcasecmp(*wanted, band) == 0)
            return true;
    }
    return false;
}

static bool equals(const char *wanted, const char *text)
{
    return !wanted || (text && strcmp(wanted, text) == 0);
}

bool account_query_matches(const struct account_query *query,
                           const struct snapshot_account *account)
{
    const struct snapshot_kind *kind = account->kind;
    if (query->bands && !in_band(query, kind->band))
        return false;
    if (!equals(query->owner, account->owner->email) || !equals(query->segment, kind->segment) ||
        !equals(query->plan, kind->plan) || !equals(query->region, kind->region) ||
        !equals(query->industry, kind->industry) || !equals(query->stage, kind->stage))
        return false;
    bool unknown = account->effective_bp == SNAPSHOT_NULL_BP;
    if (query->min_bp >= 0 && (unknown || account->effective_bp < query->min_bp))
        return false;
    if (query->max_bp >= 0 && (unknown || account->effective_bp > query->max_bp))
        return false;
    bool never = account->renewal_on == INT32_MIN;
    if (query->renewal_before != INT32_MIN &&
        (never || account->renewal_on >= query->renewal_before))
        return false;
    if (query->renewal_from != INT32_MIN && (never || account->renewal_on < query->renewal_from))
        return false;
    return !query->search || snapshot_has_text(account, query->search);
}

static void hash_text(crypto_generichash_state *state, const char *text)
{
    unsigned char given = text != NULL;
    crypto_generichash_update(state, &given, 1);
    if (text)
        crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

uint64_t account_query_hash(const struct account_query *query, const struct principal *principal)
{
    crypto_generichash_state state;
    unsigned char out[crypto_generichash_BYTES_MIN];
    int64_t numbers[] = {query->min_bp,        query->max_bp,
                         query->renewal_from,  query->renewal_before,
                         (int64_t)query->sort, query->descending,
                         principal->own_only,  principal->own_only ? principal->staff_id : 0};
    uint64_t hash;
    crypto_generichash_init(&state, NULL, 0, sizeof out);
    crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof numbers);
    const char *const texts[] = {query->owner,    query->segment, query->plan,  query->region,
                                 query->industry, query->stage,   query->search};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        hash_text(&state, texts[i]);
    for (const char *const *band = query->bands; band && *band; band++)
        hash_text(&state, *band);
    crypto_generichash_final(&state, out, sizeof out);
    memcpy(&hash, out, sizeof hash);
    return hash;
}
