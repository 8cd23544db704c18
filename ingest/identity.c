/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/identity.h"

#include "ingest/batch.h"
#include "ingest/identity_name.h"
#include "ingest/load.h"
#include "sql/ingest.h"

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
        index_put(m->by_domain, identity_name_domain(a->key), a);
        if (!a->domain_is_null && *a->domain)
            index_put(m->by_domain, identity_name_domain(a->domain), a);
        if (!a->name_is_null)
            index_put(m->by_name, identity_name_plain(a->name), a);
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
    g_autofree char *domain = strchr(id, '.') ? identity_name_domain(id) : NULL;
    g_autofree char *name = identity_name_plain(id);
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
    const struct batch_counters count = {.read = statements, .loaded = statements};
    return load_finish(db, load_id, &count, 0, INT32_MAX, INT32_MAX, err) &&
           load_tick(db, load_id, &commit_no, err);
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

/* A merge, or a split with `make`. */
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

static bool find_party(struct db *db, const char *source, const char *external_id, int64_t *out,
                       GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_party_by_id_row row;
    bool found;
    if (!q_party_by_id(arena, db, source, external_id, &row, &found, err))
        return false;
    *out = row.party_id;
    return found || err_set(err, KENKO_ERROR_NOT_FOUND, "the source '%s' has no party '%s'", source,
                            external_id);
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
    } else {
        parties.n = 1;
        parties.row = arena_one(arena, struct q_account_parties_row);
        if (!find_party(db, h->source, h->external_id, &parties.row->party_id, err))
            return false;
    }
    for (size_t i = 0; i < parties.n; i++) {
        if (!q_member_put(db, parties.row[i].party_id, &account, h->method, 10000, INT32_MIN,
                          load_id, NULL, err))
            return false;
    }
    return finish(db, load_id, (int64_t)parties.n, err);
}

struct links {
    const struct identity_link *link;
    size_t n;
};

static bool link_one(struct db *db, const struct identity_link *link, int64_t load_id, GError **err)
{
    int64_t account, party;
    return find_account(db, link->account_key, &account, err) &&
           find_party(db, link->source, link->external_id, &party, err) &&
           q_member_put(db, party, &account, "manual", link->confidence_bp, INT32_MIN, load_id,
                        NULL, err);
}

static bool links_body(struct db *db, void *context, GError **err)
{
    const struct links *links = context;
    int64_t load_id;
    if (!load_open(db, NULL, "identity", "identity", "manual", "", 0, &load_id, err))
        return false;
    for (size_t i = 0; i < links->n; i++) {
        if (!link_one(db, &links->link[i], load_id, err))
            return false;
    }
    return finish(db, load_id, (int64_t)links->n, err);
}

bool identity_link(struct db *db, const struct identity_link *link, size_t n, GError **err)
{
    struct links links = {link, n};
    return db_transact(db, 3, links_body, &links, err);
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
