/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/identity.h"

#include <libpsl.h>
#include <limits.h>

#include "core/text.h"
#include "ingest/load.h"
#include "sql/ingest.h"

static const char *const free_mail[] = {
    "gmail.com",   "googlemail.com", "yahoo.com",  "yahoo.co.jp",  "outlook.com",
    "hotmail.com", "live.com",       "icloud.com", "me.com",       "aol.com",
    "gmx.de",      "gmx.net",        "web.de",     "mail.ru",      "qq.com",
    "163.com",     "126.com",        "proton.me",  "docomo.ne.jp", NULL};

/* Values of the tables: an account's row, or NULL for "several". */
struct match {
    struct db *db;
    const struct mapping_set *set;
    struct arena *arena;
    struct q_identity_accounts_rows accounts;
    struct q_identity_parties_rows parties;
    GHashTable *by_key, *by_short, *by_domain, *by_name;
    int64_t load_id, stated, unresolved;
};

struct verdict {
    const struct q_identity_accounts_row *account;
    const char *method;
    int confidence_bp;
    int32_t from;
};

static char *registrable(const char *host)
{
    const psl_ctx_t *list = psl_builtin();
    g_autofree char *lower = g_ascii_strdown(host, -1);
    const char *found = list ? psl_registrable_domain(list, lower) : NULL;
    if (!found || !strchr(found, '.'))
        return NULL;
    for (const char *const *free_one = free_mail; *free_one; free_one++) {
        if (strcmp(found, *free_one) == 0)
            return NULL;
    }
    return g_strdup(found);
}

/* Legal forms and punctuation say nothing about who somebody is. */
static char *normal_name(const char *name)
{
    static const char *const forms[] = {
        "inc", "ltd",     "llc",     "gmbh",     "corp", "co",       "kk",       "ag", "sa",
        "bv",  "limited", "company", "株式会社", "(株)", "有限会社", "合同会社", NULL};
    g_autofree char *wide = g_utf8_normalize(name, -1, G_NORMALIZE_ALL);
    if (!wide)
        return NULL;
    g_autofree char *folded = g_utf8_casefold(wide, -1);
    for (const char *const *form = forms; *form; form++) {
        if ((unsigned char)(*form)[0] < 0x80)
            continue;
        char *at = strstr(folded, *form);
        if (at)
            memset(at, ' ', strlen(*form));
    }
    g_auto(GStrv) words = g_strsplit_set(folded, " .,-_&'()", -1);
    g_autoptr(GString) out = g_string_new(NULL);
    for (char **word = words; *word; word++) {
        bool form_word = false;
        for (const char *const *form = forms; *form; form++)
            form_word = form_word || strcmp(*word, *form) == 0;
        if (**word && !form_word)
            g_string_append(out, *word);
    }
    return out->len >= 3 ? g_strdup(out->str) : NULL;
}

static void index_put(GHashTable *table, char *key, const struct q_identity_accounts_row *account)
{
    gpointer old;
    if (!key)
        return;
    if (!g_hash_table_lookup_extended(table, key, NULL, &old))
        g_hash_table_insert(table, key, (gpointer)(uintptr_t)account);
    else {
        const struct q_identity_accounts_row *other = old;
        if (other && other->account_id != account->account_id)
            g_hash_table_insert(table, key, NULL); /* two candidates: never guessed */
        else
            g_free(key);
    }
}

static void index_accounts(struct match *m)
{
    for (size_t i = 0; i < m->accounts.n; i++) {
        const struct q_identity_accounts_row *a = &m->accounts.row[i];
        index_put(m->by_key, g_strdup(a->key), a);
        if (strlen(a->key) == 18)
            index_put(m->by_short, g_strndup(a->key, 15), a);
        index_put(m->by_domain, registrable(a->key), a);
        if (!a->domain_is_null && *a->domain)
            index_put(m->by_domain, registrable(a->domain), a);
        if (!a->name_is_null)
            index_put(m->by_name, normal_name(a->name), a);
    }
}

static const struct q_identity_accounts_row *lookup(GHashTable *table, const char *key)
{
    return key ? g_hash_table_lookup(table, key) : NULL;
}

static bool by_alias(const struct match *m, const struct q_identity_parties_row *p,
                     struct verdict *out)
{
    for (size_t i = 0; i < m->set->n_aliases; i++) {
        const struct mapping_alias *alias = &m->set->alias[i];
        if (strcmp(alias->party, p->external_id) != 0 ||
            (alias->source && strcmp(alias->source, p->source) != 0))
            continue;
        const struct q_identity_accounts_row *account = lookup(m->by_key, alias->account);
        if (!account)
            continue;
        *out = (struct verdict){account, "alias", 10000, alias->from};
        return true;
    }
    return false;
}

static bool by_rules(const struct match *m, const char *id, struct verdict *out)
{
    g_autofree char *domain = strchr(id, '.') ? registrable(id) : NULL;
    g_autofree char *name = normal_name(id);
    struct {
        const struct q_identity_accounts_row *account;
        const char *method;
        int confidence_bp;
    } rules[] = {
        {lookup(m->by_key, id), "exact_id", 10000},
        {strlen(id) == 15 ? lookup(m->by_short, id) : NULL, "salesforce_id", 9900},
        {lookup(m->by_domain, domain), "domain", 9500},
        {lookup(m->by_name, name), "legal_name", 9000},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].account) {
            *out = (struct verdict){rules[i].account, rules[i].method, rules[i].confidence_bp,
                                    INT32_MIN};
            return true;
        }
    }
    return false;
}

static bool state(struct match *m, const struct q_identity_parties_row *p, const struct verdict *v,
                  GError **err)
{
    if (m->load_id == 0 &&
        !load_open(m->db, NULL, "identity", "identity", "match", "", 0, &m->load_id, err))
        return false;
    m->stated++;
    return q_member_put(m->db, p->party_id, &v->account->account_id, v->method, v->confidence_bp,
                        v->from, m->load_id, NULL, err);
}

static bool match_party(struct match *m, const struct q_identity_parties_row *p, GError **err)
{
    struct verdict alias, v;
    bool has_alias = by_alias(m, p, &alias);
    bool has_account = !p->account_id_is_null;
    /* A statement made by hand stands above the rules and above the configuration's aliases. */
    bool by_hand =
        !p->method_is_null && (strcmp(p->method, "manual") == 0 ||
                               strcmp(p->method, "merge") == 0 || strcmp(p->method, "split") == 0);
    if (!has_account && !by_hand && by_rules(m, p->external_id, &v) &&
        !(has_alias && alias.from == INT32_MIN)) {
        if (!state(m, p, &v, err))
            return false;
        has_account = true;
    }
    if (has_alias && !by_hand &&
        (p->account_id_is_null || p->account_id != alias.account->account_id)) {
        if (!state(m, p, &alias, err))
            return false;
        has_account = true;
    }
    m->unresolved += !has_account;
    return true;
}

static bool finish(struct db *db, int64_t load_id, int64_t statements, GError **err)
{
    int64_t commit_no;
    struct q_load_finish_params counters = {
        .load_id = load_id, .read_count = statements, .loaded = statements};
    return q_load_finish(db, &counters, NULL, err) && load_tick(db, load_id, &commit_no, err);
}

static bool match_body(struct db *db, void *context, GError **err)
{
    struct match *m = context;
    m->load_id = m->stated = m->unresolved = 0;
    if (!q_identity_accounts(m->arena, db, &m->accounts, err) ||
        !q_identity_parties(m->arena, db, &m->parties, err))
        return false;
    index_accounts(m);
    for (size_t i = 0; i < m->parties.n; i++) {
        if (!match_party(m, &m->parties.row[i], err))
            return false;
    }
    return m->load_id == 0 || finish(db, m->load_id, m->stated, err);
}

bool identity_match(struct db *db, const struct job *job, const struct mapping_set *set,
                    int64_t *matched, int64_t *unresolved, GError **err)
{
    (void)job;
    g_autoptr(arena_t) arena = arena_new();
    GHashTable *tables[4];
    for (int i = 0; i < 4; i++)
        tables[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct match m = {.db = db,
                      .set = set,
                      .arena = arena,
                      .by_key = tables[0],
                      .by_short = tables[1],
                      .by_domain = tables[2],
                      .by_name = tables[3]};
    bool ok = db_transact(db, 3, match_body, &m, err);
    for (int i = 0; i < 4; i++)
        g_hash_table_destroy(tables[i]);
    if (ok) {
        *matched = m.stated;
        *unresolved = m.unresolved;
    }
    return ok;
}

struct by_hand {
    const char *source, *external_id, *from_key, *account_key, *method;
    bool make;
};

static bool find_account(struct db *db, const char *key, int64_t *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_account_by_key_row row;
    bool found;
    if (!q_account_by_key(arena, db, key, &row, &found, err))
        return false;
    *out = row.account_id;
    return found || err_set(err, KENKO_ERROR_NOT_FOUND, "there is no account '%s'", key);
}

static bool one_party(struct db *db, const struct by_hand *h, struct q_account_parties_rows *out,
                      struct arena *arena, GError **err)
{
    struct q_party_by_id_row row;
    bool found;
    if (!q_party_by_id(arena, db, h->source, h->external_id, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "the source '%s' has no party '%s'", h->source,
                       h->external_id);
    out->n = 1;
    out->row = arena_one(arena, struct q_account_parties_row);
    out->row->party_id = row.party_id;
    return true;
}

static bool by_hand_body(struct db *db, void *context, GError **err)
{
    const struct by_hand *h = context;
    g_autoptr(arena_t) arena = arena_new();
    struct q_account_parties_rows parties = {0};
    int64_t account, from, load_id;
    if (!load_open(db, NULL, "identity", "identity", h->method, "", 0, &load_id, err))
        return false;
    struct db_texts key = {1, &h->account_key, NULL};
    if (h->make && !q_account_make(db, "", &key, load_id, NULL, err))
        return false;
    if (!find_account(db, h->account_key, &account, err))
        return false;
    if (h->from_key) {
        if (!find_account(db, h->from_key, &from, err) ||
            !q_account_parties(arena, db, from, &parties, err))
            return false;
        if (parties.n == 0)
            return err_set(err, KENKO_ERROR_CONFLICT, "the account '%s' has no party left",
                           h->from_key);
    } else if (!one_party(db, h, &parties, arena, err)) {
        return false;
    }
    for (size_t i = 0; i < parties.n; i++) {
        if (!q_member_put(db, parties.row[i].party_id, &account, h->method, 10000, INT32_MIN,
                          load_id, NULL, err))
            return false;
    }
    return finish(db, load_id, (int64_t)parties.n, err);
}

bool identity_link(struct db *db, const char *source, const char *external_id,
                   const char *account_key, GError **err)
{
    struct by_hand h = {source, external_id, NULL, account_key, "manual", false};
    return db_transact(db, 3, by_hand_body, &h, err);
}

bool identity_merge(struct db *db, const char *from_key, const char *into_key, GError **err)
{
    if (strcmp(from_key, into_key) == 0)
        return err_set(err, KENKO_ERROR_USAGE, "an account cannot be merged into itself");
    struct by_hand h = {NULL, NULL, from_key, into_key, "merge", false};
    return db_transact(db, 3, by_hand_body, &h, err);
}

bool identity_split(struct db *db, const char *source, const char *external_id,
                    const char *account_key, GError **err)
{
    struct by_hand h = {source, external_id, NULL, account_key, "split", true};
    return db_transact(db, 3, by_hand_body, &h, err);
}

/* How a text is compared by distance: without case, legal form and punctuation. */
static char *bare(const char *text)
{
    char *name = normal_name(text);
    return name ? name : g_utf8_casefold(text, -1);
}

struct candidate {
    const char *key;
    int distance;
};

static void note_near(struct candidate best[IDENTITY_NEAR], const char *key, int distance)
{
    int at = IDENTITY_NEAR;
    for (int i = 0; i < IDENTITY_NEAR; i++) {
        if (best[i].key && strcmp(best[i].key, key) == 0)
            return;
    }
    while (at > 0 && (!best[at - 1].key || best[at - 1].distance > distance))
        at--;
    if (at == IDENTITY_NEAR)
        return;
    memmove(&best[at + 1], &best[at], (size_t)(IDENTITY_NEAR - 1 - at) * sizeof *best);
    best[at] = (struct candidate){key, distance};
}

/* The least distance to an account's names; INT_MAX when none is near. */
static int distance_to(const char *word, char *const names[3])
{
    int limit = MAX(2, (int)strlen(word) / 3), least = INT_MAX;
    for (int i = 0; i < 3; i++) {
        int distance = names[i] ? text_distance(word, names[i], limit) : limit + 1;
        if (distance <= limit)
            least = MIN(least, distance);
    }
    return least;
}

/* `names` has three bare texts for each account; NULL where it has none. */
static void find_near(struct identity_unresolved *party,
                      const struct q_identity_accounts_rows *accounts, char *const *names)
{
    g_autofree char *id = bare(party->external_id), *name = bare(party->name);
    const char *words[] = {id, *party->name ? name : NULL};
    struct candidate best[IDENTITY_NEAR] = {0};
    for (size_t i = 0; i < accounts->n; i++) {
        int least = INT_MAX;
        for (size_t w = 0; w < G_N_ELEMENTS(words) && words[w]; w++)
            least = MIN(least, distance_to(words[w], &names[i * 3]));
        if (least < INT_MAX)
            note_near(best, accounts->row[i].key, least);
    }
    for (int i = 0; i < IDENTITY_NEAR; i++)
        party->near[i] = best[i].key;
}

static char **bare_names(const struct q_identity_accounts_rows *accounts)
{
    char **names = g_new0(char *, accounts->n * 3 + 1);
    for (size_t i = 0; i < accounts->n; i++) {
        const struct q_identity_accounts_row *a = &accounts->row[i];
        names[i * 3] = bare(a->key);
        names[i * 3 + 1] = a->name_is_null ? NULL : bare(a->name);
        names[i * 3 + 2] = a->domain_is_null ? NULL : bare(a->domain);
    }
    return names;
}

bool identity_unresolved(struct arena *arena, struct db *db, int max_rows,
                         struct identity_unresolved **out, size_t *n, GError **err)
{
    struct q_unresolved_list_rows rows;
    struct q_identity_accounts_rows accounts;
    if (!q_unresolved_list(arena, db, max_rows, &rows, err) ||
        !q_identity_accounts(arena, db, &accounts, err))
        return false;
    char **names = bare_names(&accounts);
    struct identity_unresolved *list = arena_many(arena, rows.n, struct identity_unresolved);
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_unresolved_list_row *row = &rows.row[i];
        list[i] = (struct identity_unresolved){.source = row->source,
                                               .external_id = row->external_id,
                                               .name = row->name_is_null ? "" : row->name,
                                               .arr = row->arr};
        if (i < IDENTITY_NEAR_PARTIES)
            find_near(&list[i], &accounts, names);
    }
    for (size_t i = 0; i < accounts.n * 3; i++)
        g_free(names[i]);
    g_free(names);
    *out = list;
    *n = rows.n;
    return true;
}
