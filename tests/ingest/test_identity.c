/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ingest/identity.h"
#include "ingest/identity_unresolved.h"
#include "ingest/load.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define STREAMS                                                                                    \
    "sources:\n"                                                                                   \
    "  - name: crm\n"                                                                              \
    "    type: file\n"                                                                             \
    "    streams:\n"                                                                               \
    "      - stream: account\n"                                                                    \
    "        path: accounts.csv\n"                                                                 \
    "        on_change: append\n"                                                                  \
    "        fields: {party: id, name: name, domain: domain}\n"                                    \
    "  - name: app\n"                                                                              \
    "    type: file\n"                                                                             \
    "    streams:\n"                                                                               \
    "      - stream: usage_metric\n"                                                               \
    "        path: usage.csv\n"                                                                    \
    "        on_change: append\n"                                                                  \
    "        fields: {party: account, at: day}\n"                                                  \
    "        values: [{metric: runs}]\n"

static const char accounts[] = "id,name,domain\n"
                               "acc-1,Alpha Inc.,alpha.example\n"
                               "acc-2,Beta Holdings GmbH,www.beta.co.uk\n"
                               "acc-3,株式会社サクラ,sakura.co.jp\n"
                               "acc-4,Twin,twin.example\n"
                               "acc-5,Twin,twin.example\n"
                               "acc-6,Mail,gmail.com\n"
                               "0015f00000AbCdEAAV,Force,force.example\n";

static const char *make_directory(const char *yaml, const char *parties)
{
    const char *dir = sources_directory(yaml);
    sources_write(dir, "accounts.csv", accounts);
    g_autoptr(GString) text = g_string_new("account,day\n");
    g_auto(GStrv) names = g_strsplit(parties, "|", -1);
    for (char **name = names; *name; name++)
        g_string_append_printf(text, "\"%s\",2026-01-05\n", *name);
    sources_write(dir, "usage.csv", text->str);
    return dir;
}

/* "key method" of the newest statement about a party of the application. */
static void expect_member(struct db *db, const char *party, const char *wanted)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT coalesce((SELECT a.key || ' ' || m.method FROM warehouse.member_now m JOIN "
        "identity.party p USING (party_id) LEFT JOIN identity.account a ON a.account_id = "
        "m.account_id WHERE p.source = 'app' AND p.external_id = '%s'), '-')",
        party);
    sources_expect(db, query, wanted);
}

static bool link_one(struct db *db, const char *source, const char *external_id,
                     const char *account, GError **err)
{
    const struct identity_link link = {source, external_id, account, 10000};
    return identity_link(db, &link, 1, err);
}

static void parties_are_matched_by_stated_rules(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db,
                   make_directory(STREAMS, "acc-1|eu.alpha.example|beta.co.uk|Beta Holdings|"
                                           "サクラ株式会社|0015f00000AbCdE|nobody"),
                   NULL);
    expect_member(db, "acc-1", "acc-1 exact_id");
    expect_member(db, "eu.alpha.example", "acc-1 domain");
    expect_member(db, "beta.co.uk", "acc-2 domain");
    expect_member(db, "Beta Holdings", "acc-2 legal_name");
    expect_member(db, "サクラ株式会社", "acc-3 legal_name");
    expect_member(db, "0015f00000AbCdE", "0015f00000AbCdEAAV salesforce_id");
    expect_member(db, "nobody", "-");
}

static void two_candidates_free_mail_and_suffixes_are_never_guessed(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, make_directory(STREAMS, "twin.example|Twin|gmail.com|co.uk|0015f00000aBcDe"),
                   NULL);
    expect_member(db, "twin.example", "-");
    expect_member(db, "Twin", "-");
    expect_member(db, "gmail.com", "-");
    expect_member(db, "co.uk", "-");
    expect_member(db, "0015f00000aBcDe", "-"); /* the case of a Salesforce id means something */
    sources_expect(db, "SELECT count(*) FROM bi.unresolved", "5");
}

static void an_alias_of_the_configuration_holds_from_its_day(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory("identity:\n"
                                     "  aliases:\n"
                                     "    - {party: acc-1, account: acc-2, from: 2026-02-01}\n"
                                     "    - {source: app, party: legacy, account: acc-3}\n" STREAMS,
                                     "acc-1|legacy");
    sources_ingest(db, dir, NULL);
    expect_member(db, "legacy", "acc-3 alias");
    sources_expect(db,
                   "SELECT string_agg(a.key || ' ' || m.method || ' ' || m.valid_from, ', ' ORDER "
                   "BY m.member_id) FROM identity.member m JOIN identity.party p USING (party_id) "
                   "JOIN identity.account a USING (account_id) WHERE p.source = 'app' AND "
                   "p.external_id = 'acc-1'",
                   "acc-1 exact_id -infinity, acc-2 alias 2026-02-01");
    g_autofree char *digest = sources_digest(db);
    sources_ingest(db, dir, NULL); /* says nothing twice */
    g_autofree char *again = sources_digest(db);
    assert_string_equal(digest, again);
}

static void a_party_first_seen_before_its_account_is_matched_later(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory(STREAMS, "acc-9");
    sources_ingest(db, dir, NULL);
    expect_member(db, "acc-9", "-");
    sources_append(dir, "accounts.csv", "acc-9,Nine,nine.example\n");
    sources_ingest(db, dir, NULL);
    expect_member(db, "acc-9", "acc-9 exact_id");
}

static void a_link_by_hand_stands_above_the_rules(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory(STREAMS, "nobody|acc-1");
    g_autoptr(GError) err = NULL;
    sources_ingest(db, dir, NULL);
    assert_true(link_one(db, "app", "nobody", "acc-2", &err));
    assert_true(link_one(db, "app", "acc-1", "acc-3", &err));
    sources_ingest(db, dir, NULL);
    expect_member(db, "nobody", "acc-2 manual");
    expect_member(db, "acc-1", "acc-3 manual");
    assert_false(link_one(db, "app", "nobody", "acc-77", &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    g_clear_error(&err);
    assert_false(link_one(db, "app", "ghost", "acc-2", &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

static void a_merge_takes_later_parties_along_and_a_split_gives_one_back(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = make_directory(STREAMS, "acc-1");
    g_autoptr(GError) err = NULL;
    sources_ingest(db, dir, NULL);
    assert_true(identity_merge(db, "acc-1", "acc-2", &err));
    expect_member(db, "acc-1", "acc-2 merge");
    sources_append(dir, "usage.csv", "eu.alpha.example,2026-01-06\n");
    sources_ingest(db, dir, NULL);
    expect_member(db, "eu.alpha.example", "acc-2 domain");
    assert_true(identity_split(db, "app", "acc-1", "acc-1", &err));
    expect_member(db, "acc-1", "acc-1 split");
    assert_false(identity_merge(db, "acc-2", "acc-2", &err));
    assert_true(err_is(err, KENKO_ERROR_USAGE));
}

static void what_was_known_before_a_merge_stays_known(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    sources_ingest(db, make_directory(STREAMS, "acc-1"), NULL);
    const char known[] =
        "SELECT md5(string_agg(m::text, '|' ORDER BY member_id)) FROM identity.member m JOIN "
        "ops.load l USING (load_id) WHERE l.commit_no <= 3 AND (l.undone_no IS NULL OR l.undone_no "
        "> 3)";
    g_autofree char *before = warehouse_value(db, known);
    g_autoptr(GError) err = NULL;
    assert_non_null(before);
    assert_true(identity_merge(db, "acc-1", "acc-2", &err));
    g_autofree char *after = warehouse_value(db, known);
    assert_string_equal(before, after);
}

static void an_unresolved_party_is_listed_with_the_nearest_names(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    sources_ingest(db, make_directory(STREAMS, "alfa.example|Beta Holding|zzzzzzzz|Twin|acc-99"),
                   NULL);
    struct identity_unresolved_list list;
    assert_true(identity_unresolved(arena, db, 4, &list, &err));
    assert_int_equal(list.n, 4);
    assert_int_equal(list.all, 5);
    assert_string_equal(list.party[0].external_id, "Beta Holding");
    assert_string_equal(list.party[0].near[0].key, "acc-2");
    assert_string_equal(list.party[0].near[0].name, "Beta Holdings GmbH");
    assert_true(list.party[0].near[0].similarity > 0.9 && list.party[0].near[0].similarity < 1);
    assert_string_equal(list.party[1].external_id, "Twin");
    assert_string_equal(list.party[1].near[0].key, "acc-4");
    assert_string_equal(list.party[1].near[1].key, "acc-5");
    assert_false(identity_is_certain(&list.party[1], 0.9)); /* which of the two? */
    assert_string_equal(list.party[2].external_id, "acc-99");
    assert_null(list.party[2].near[0].key); /* another number is another customer */
    assert_string_equal(list.party[3].external_id, "alfa.example");
    assert_string_equal(list.party[3].near[0].key, "acc-1");
}

static void what_is_certain_can_be_accepted_at_once(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = make_directory(STREAMS, "Beta Holding|Twin|さくら|alfa.example");
    struct identity_unresolved_list list;
    int64_t accepted;
    sources_ingest(db, dir, NULL);
    assert_true(identity_unresolved(arena, db, 100, &list, &err));
    assert_true(identity_accept(db, &list, 0.9, &accepted, &err));
    assert_int_equal(accepted, 2);
    expect_member(db, "Beta Holding", "acc-2 manual");
    expect_member(db, "さくら", "acc-3 manual");
    expect_member(db, "Twin", "-");
    expect_member(db, "alfa.example", "-");
    sources_expect(db, "SELECT count(*) FROM ops.load WHERE file = '' AND stream = 'manual'", "1");
    sources_expect(db,
                   "SELECT string_agg(confidence_bp::text, ' ' ORDER BY confidence_bp) FROM "
                   "identity.member WHERE method = 'manual'",
                   "9166 10000");
    assert_true(identity_accept(db, &list, 1.0, &accepted, &err)); /* said twice is no harm */
    const struct identity_link bad[] = {{"app", "Twin", "acc-4", 9000},
                                        {"app", "nobody", "acc-4", 9000}};
    assert_false(identity_link(db, bad, 2, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
    expect_member(db, "Twin", "-");
}

static void a_merged_account_lends_its_name(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    struct identity_unresolved_list list;
    sources_ingest(db, make_directory(STREAMS, "Beta Holding"), NULL);
    assert_true(identity_merge(db, "acc-2", "acc-3", &err));
    assert_true(identity_unresolved(arena, db, 100, &list, &err));
    assert_string_equal(list.party[0].near[0].key, "acc-3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parties_are_matched_by_stated_rules),
        cmocka_unit_test(two_candidates_free_mail_and_suffixes_are_never_guessed),
        cmocka_unit_test(an_alias_of_the_configuration_holds_from_its_day),
        cmocka_unit_test(a_party_first_seen_before_its_account_is_matched_later),
        cmocka_unit_test(a_link_by_hand_stands_above_the_rules),
        cmocka_unit_test(a_merge_takes_later_parties_along_and_a_split_gives_one_back),
        cmocka_unit_test(what_was_known_before_a_merge_stays_known),
        cmocka_unit_test(an_unresolved_party_is_listed_with_the_nearest_names),
        cmocka_unit_test(what_is_certain_can_be_accepted_at_once),
        cmocka_unit_test(a_merged_account_lends_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
