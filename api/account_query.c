/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/account_query.h"

#include <sodium.h>
#include <string.h>

#include "core/day.h"

const char *const account_query_names[] = {
    "band",           "owner", "segment", "q",      "min_health", "max_health",
    "renewal_before", "sort",  "limit",   "cursor", NULL};

static const char *const sorts[SNAPSHOT_SORTS] = {[SNAPSHOT_BY_HEALTH] = "health",
                                                  [SNAPSHOT_BY_CHURN_RISK] = "churn_risk",
                                                  [SNAPSHOT_BY_EXPECTED_LOSS] = "expected_loss",
                                                  [SNAPSHOT_BY_ARR] = "arr",
                                                  [SNAPSHOT_BY_NAME] = "name",
                                                  [SNAPSHOT_BY_RENEWAL] = "renewal"};

static bool parse_sort(const char *text, struct account_query *query)
{
    query->descending = *text == '-';
    for (int i = 0; i < SNAPSHOT_SORTS; i++) {
        if (strcmp(text + query->descending, sorts[i]) == 0) {
            query->sort = (enum snapshot_sort)i;
            return true;
        }
    }
    return false;
}

/* 0 … 100 with at most two decimals → basis points. */
static bool parse_health(const char *text, int32_t *bp)
{
    guint64 whole, rest = 0;
    const char *dot = strchr(text, '.');
    g_autofree char *left = dot ? g_strndup(text, (size_t)(dot - text)) : g_strdup(text);
    if (!g_ascii_string_to_unsigned(left, 10, 0, 100, &whole, NULL))
        return false;
    if (dot) {
        size_t n = strlen(dot + 1);
        if (n < 1 || n > 2 || !g_ascii_string_to_unsigned(dot + 1, 10, 0, 99, &rest, NULL))
            return false;
        rest *= n == 1 ? 10 : 1;
    }
    *bp = (int32_t)(whole * 100 + rest);
    return *bp <= 10000;
}

static const char *const *parse_bands(struct arena *arena, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, ",", 20);
    size_t n = g_strv_length(parts);
    const char **bands = arena_many(arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++)
        bands[i] = arena_strdup(arena, parts[i]);
    return bands;
}

static bool parse_numbers(const struct request *request, struct account_query *query,
                          const char **wrong)
{
    guint64 limit = ACCOUNT_QUERY_LIMIT;
    const char *text = request_param(request, "min_health");
    *wrong = "min_health: want a number from 0 to 100 with at most two decimals";
    if (text && !parse_health(text, &query->min_bp))
        return false;
    text = request_param(request, "max_health");
    *wrong = "max_health: want a number from 0 to 100 with at most two decimals";
    if (text && !parse_health(text, &query->max_bp))
        return false;
    text = request_param(request, "limit");
    *wrong = "limit: want a number from 1 to 1000";
    if (text && !g_ascii_string_to_unsigned(text, 10, 1, ACCOUNT_QUERY_LIMIT_MAX, &limit, NULL))
        return false;
    query->limit = (size_t)limit;
    text = request_param(request, "renewal_before");
    *wrong = "renewal_before: want a day as YYYY-MM-DD";
    return !text || day_parse(slice_of(text), &query->renewal_before, NULL);
}

bool account_query_parse(const struct request *request, struct account_query *query,
                         const char **wrong)
{
    *query = (struct account_query){.min_bp = -1,
                                    .max_bp = -1,
                                    .renewal_before = INT32_MIN,
                                    .sort = SNAPSHOT_BY_HEALTH,
                                    .owner = request_param(request, "owner"),
                                    .segment = request_param(request, "segment"),
                                    .cursor = request_param(request, "cursor")};
    const char *text = request_param(request, "sort");
    *wrong = "sort: want health, churn_risk, expected_loss, arr, name or renewal, with - before it "
             "for descending";
    if (text && !parse_sort(text, query))
        return false;
    text = request_param(request, "band");
    if (text && *text)
        query->bands = parse_bands(request->arena, text);
    text = request_param(request, "q");
    if (text && *text) {
        g_autofree char *folded = snapshot_fold(text);
        query->search = arena_strdup(request->arena, folded);
    }
    return parse_numbers(request, query, wrong);
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
    if (query->bands && !in_band(query, account->band))
        return false;
    if (!equals(query->owner, account->owner_email) || !equals(query->segment, account->segment))
        return false;
    bool unknown = account->effective_bp == SNAPSHOT_NULL_BP;
    if (query->min_bp >= 0 && (unknown || account->effective_bp < query->min_bp))
        return false;
    if (query->max_bp >= 0 && (unknown || account->effective_bp > query->max_bp))
        return false;
    if (query->renewal_before != INT32_MIN &&
        (account->renewal_on == INT32_MIN || account->renewal_on >= query->renewal_before))
        return false;
    return !query->search || strstr(account->search, query->search);
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
    int64_t numbers[] = {query->min_bp,
                         query->max_bp,
                         query->renewal_before,
                         (int64_t)query->sort,
                         query->descending,
                         principal->own_only,
                         principal->own_only ? principal->staff_id : 0};
    uint64_t hash;
    crypto_generichash_init(&state, NULL, 0, sizeof out);
    crypto_generichash_update(&state, (const unsigned char *)numbers, sizeof numbers);
    hash_text(&state, query->owner);
    hash_text(&state, query->segment);
    hash_text(&state, query->search);
    for (const char *const *band = query->bands; band && *band; band++)
        hash_text(&state, *band);
    crypto_generichash_final(&state, out, sizeof out);
    memcpy(&hash, out, sizeof hash);
    return hash;
}
