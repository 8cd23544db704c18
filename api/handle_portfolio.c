/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts added up, from memory. Every number but the means adds up over any partition of the
 * accounts, so that what each person sees sums to what their lead sees. */
#include <string.h>

#include "api/account_json.h"
#include "api/account_query.h"
#include "api/handle.h"

enum { DIMENSIONS_MAX = 2 };

/* Texts of a snapshot that repeat are one pointer each. */
struct group {
    const char *value[DIMENSIONS_MAX]; /* NULL: not known, or not asked for */
    int64_t accounts, known, sum_bp;
    __int128 arr, known_arr, loss, weighted_bp;
};

static const char *const dimensions[] = {"band",   "owner",    "segment", "plan",
                                         "region", "industry", "stage",   NULL};

static const char *value_of(const struct snapshot_account *account, const char *dimension)
{
    const struct snapshot_kind *kind = account->kind;
    const char *const values[] = {kind->band,   account->owner->email, kind->segment, kind->plan,
                                  kind->region, kind->industry,        kind->stage};
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        if (strcmp(dimensions[i], dimension) == 0)
            return values[i];
    }
    return NULL;
}

static guint hash(gconstpointer key)
{
    const struct group *group = key;
    return g_direct_hash(group->value[0]) * 31 + g_direct_hash(group->value[1]);
}

static gboolean equal(gconstpointer a, gconstpointer b)
{
    const struct group *x = a, *y = b;
    return x->value[0] == y->value[0] && x->value[1] == y->value[1];
}

static gint compare(gconstpointer a, gconstpointer b)
{
    const struct group *x = *(struct group *const *)a, *y = *(struct group *const *)b;
    int order = g_strcmp0(x->value[0], y->value[0]);
    return order ? order : g_strcmp0(x->value[1], y->value[1]);
}

static struct group *group_of(struct arena *arena, GHashTable *groups, GPtrArray *list,
                              const char *const *by, const struct snapshot_account *account)
{
    struct group key = {{NULL}};
    for (size_t i = 0; by && by[i] && i < DIMENSIONS_MAX; i++)
        key.value[i] = value_of(account, by[i]);
    struct group *group = g_hash_table_lookup(groups, &key);
    if (group)
        return group;
    group = arena_one(arena, struct group);
    *group = key;
    g_hash_table_add(groups, group);
    g_ptr_array_add(list, group);
    return group;
}

static void add(struct group *group, const struct snapshot_account *account)
{
    group->accounts++;
    group->arr += account->arr_minor;
    if (account->p_churn_1e9 != SNAPSHOT_NULL_1E9)
        group->loss += account_json_loss(account);
    if (account->effective_bp == SNAPSHOT_NULL_BP || strcmp(account->kind->band, "Unknown") == 0)
        return;
    group->known++;
    group->known_arr += account->arr_minor;
    group->sum_bp += account->effective_bp;
    group->weighted_bp += (__int128)account->arr_minor * account->effective_bp;
}

static int64_t amount(__int128 minor)
{
    return minor > INT64_MAX ? INT64_MAX : (int64_t)minor;
}

/* Rounded half up; there are no negative healths. */
static void write_mean(struct writer *writer, const char *name, __int128 sum, __int128 n)
{
    account_json_points(writer, name, n > 0 ? (int32_t)((sum + n / 2) / n) : SNAPSHOT_NULL_BP);
}

static void write_group(struct writer *writer, const struct snapshot *snapshot,
                        const struct group *group)
{
    writer_object(writer, NULL);
    writer_text(writer, "group", group->value[0]);
    writer_text(writer, "subgroup", group->value[1]);
    writer_integer(writer, "accounts", group->accounts);
    writer_integer(writer, "known", group->known);
    account_json_money(writer, snapshot, "arr", amount(group->arr));
    account_json_money(writer, snapshot, "arr_known", amount(group->known_arr));
    account_json_money(writer, snapshot, "expected_loss", amount(group->loss));
    write_mean(writer, "health_mean", group->sum_bp, group->known);
    write_mean(writer, "health_arr_weighted", group->weighted_bp, group->known_arr);
    writer_object_end(writer);
}

static void write_groups(const struct site *site, const struct request *request,
                         const struct snapshot *snapshot, const struct response_meta *meta,
                         struct response *response)
{
    struct account_query query;
    const char *const *by = field_get(&request->asked, "group_by")->words;
    g_autoptr(GHashTable) groups = g_hash_table_new(hash, equal);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    account_query_read(request, false, &query);
    for (size_t i = 0; i < snapshot->n; i++) {
        const struct snapshot_account *account = &snapshot->accounts[i];
        if (account_query_matches(&query, account) &&
            handle_sees_now(site, request, snapshot, account))
            add(group_of(request->arena, groups, list, by, account), account);
    }
    static const struct group nothing;
    g_ptr_array_sort(list, compare);
    struct writer writer = handle_list(request, response);
    for (guint i = 0; i < list->len; i++)
        write_group(&writer, snapshot, list->pdata[i]);
    if (!by && list->len == 0)
        write_group(&writer, snapshot, &nothing);
    handle_list_end(response, &writer, meta);
}

static void answer(const struct site *site, struct request *request, struct response *response)
{
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    const struct response_meta meta = handle_meta(site, request, snapshot);
    if (!response_is_known(response, request, &meta))
        write_groups(site, request, snapshot, &meta, response);
    snapshot_unref(snapshot);
}

static const struct shape_member members[] = {
    {"group", SHAPE_TEXT, true, .what = "Value of the first dimension asked for."},
    {"subgroup", SHAPE_TEXT, true, .what = "Value of the second."},
    {"accounts", SHAPE_INTEGER, .what = "How many accounts."},
    {"known", SHAPE_INTEGER,
     .what = "Of them not in the band Unknown, in which a health may be shown but says little."},
    {"arr", SHAPE_NUMBER, .what = "Their annual recurring revenue."},
    {"arr_known", SHAPE_NUMBER, .what = "Of it, that of the known."},
    {"expected_loss", SHAPE_NUMBER, .what = "ARR times the probability of churn, added up."},
    {"health_mean", SHAPE_NUMBER, true, .what = "Mean health of the known."},
    {"health_arr_weighted", SHAPE_NUMBER, true, .what = "The same, weighted by ARR."},
    {0}};
static const struct shape shape = {"PortfolioGroup", members, NULL};
static const struct field params[] = {ACCOUNT_QUERY_FIELDS,
                                      {.name = "group_by",
                                       .kind = FIELD_WORDS,
                                       .choices = dimensions,
                                       .most = DIMENSIONS_MAX,
                                       .what = "One or two dimensions; without, one sum."},
                                      HANDLE_LIST,
                                      {0}};
const struct endpoint handle_portfolio = {
    .handler = answer, .params = params, .answer = ROUTE_LIST, .shape = &shape};
