/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What account records say in words counts in scorecards as it was known at K and valid on D. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "scoring/health.h"
#include "scoring/what_if.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts*.csv\n"
    "        on_change: append\n"
    "        fields: {party: id, plan: plan, segment: segment, region: region, changed_at: "
    "changed}\n"
    "      - stream: subscription\n"
    "        path: contracts.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "  - name: billing\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: billing.csv\n"
    "        fields: {party: id, plan: plan, domain: domain}\n"
    "identity:\n"
    "  aliases:\n"
    "    - {source: billing, party: 9001, account: a}\n";

static const char metrics[] = "metrics:\n"
                              "  - {name: arr, kind: arr, direction: up}\n"
                              "  - {name: tenure, kind: tenure_days, direction: up}\n";

#define INPUTS                                                                                     \
    "inputs:\n"                                                                                    \
    "  - {name: segment, type: text}\n"                                                            \
    "  - {name: plan, type: text}\n"                                                               \
    "  - {name: region, type: text}\n"
#define BANDS "bands: [{name: Red, below: 40}, {name: Green}]\n"

static const char card[] =
    "name: default\n" BANDS INPUTS "min_coverage: 0\n"
    "groups:\n"
    "  - name: worth\n"
    "    measures:\n"
    "      - {name: arr, metric: arr, weight: 1, anchors: [{at: 0, score: 0}, {at: 2000, score: "
    "100}]}\n"
    "      - {name: place, metric: region, weight: 1, only_if: [{metric: plan, is: [Pro, Free]}], "
    "bands: [{is: [JP, KR], score: 90}, {score: 20}]}\n"
    "caps:\n"
    "  - {name: free, when: [{metric: plan, is: [Free]}], cap: 30}\n"
    "profiles:\n"
    "  - {name: large, when: [{metric: segment, is: [Enterprise]}], measures: [{name: arr, weight: "
    "3}]}\n"
    "  - {name: nameless, when: [{metric: segment, known: false}], measures: [{name: place, "
    "weight: "
    "0}]}\n";

#define ACCOUNTS "id,plan,segment,region,changed\n"

static const char *company(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "scorecards/default.yaml", card);
    sources_write(dir, "accounts.csv",
                  ACCOUNTS "a,Pro,SMB,JP,2026-01-01\nb,Free,Enterprise,US,2026-01-01\n"
                           "c,,,,2026-01-01\n");
    sources_write(dir, "billing.csv", "id,plan,domain\n9001,Free,\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\n"
                  "k1,a,2026-01-01,,1000\nk2,b,2026-01-01,,1000\n"
                  "k3,c,2026-01-01,,1000\n");
    return dir;
}

static void expect(struct db *db, const char *day, const char *account, const char *want)
{
    g_autofree char *query = g_strdup_printf(
        "SELECT concat_ws(' ', s.rule, s.health_bp, s.effective_bp, s.coverage_bp, "
        "s.override_note) FROM score.account_published AS s JOIN identity.account AS a ON "
        "a.account_id = s.account_id WHERE a.key = '%s' AND s.as_of = '%s'",
        account, day);
    sources_expect(db, query, want);
}

static void attributes_choose_profiles_measures_and_caps(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    expect(db, "2026-05-20", "a", "default 7000 7000 10000");            /* the mean of 50 and 90 */
    expect(db, "2026-05-20", "b", "large 4250 3000 10000 capped: free"); /* (3 * 50 + 20) / 4 */
    expect(db, "2026-05-20", "c", "nameless 5000 5000 10000");           /* of no plan: no place */
}

static void an_attribute_counts_from_the_day_it_changed_and_once_it_is_known(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-05-21", -1, true);
    sources_write(dir, "accounts-2.csv", ACCOUNTS "a,Pro,Enterprise,JP,2026-05-20T03:00:00Z\n");
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    expect(db, "2026-05-20", "a", "default 7000 7000 10000");
    struct score_summary after = company_score(db, dir, "2026-05-21", -1, true);
    expect(db, "2026-05-21", "a", "large 6000 6000 10000");
    assert_string_not_equal(after.input_sha256, before.input_sha256);
    struct score_summary then = company_score(db, dir, "2026-05-21", before.known_no, true);
    expect(db, "2026-05-21", "a", "default 7000 7000 10000");
    assert_string_equal(then.input_sha256, before.input_sha256);
    assert_string_equal(then.output_sha256, before.output_sha256);
}

static void of_two_records_the_accounts_own_speaks(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    /* billing says that a is Free, and its cap does not bind. */
    sources_expect(db,
                   "SELECT count(*) FROM warehouse.member_now AS m JOIN identity.account AS a ON "
                   "a.account_id = m.account_id WHERE a.key = 'a'",
                   "2");
    expect(db, "2026-05-20", "a", "default 7000 7000 10000");
}

/* The same card on the same values from a table. */
static void a_table_and_the_warehouse_agree(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company(), *const columns[] = {"arr", "@segment", "@plan", "@region", NULL};
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct scorecard *table =
        config ? scorecard_load_table(arena, config, "scorecards/default.yaml", columns, &err)
               : NULL;
    if (!table)
        fail_msg("%s", err->message);
    g_autoptr(health_engine_t) engine = health_engine_new(table);
    struct scorecard_value *value = health_engine_begin(engine);
    for (size_t i = 0; i < table->n_inputs; i++) {
        const char *name = table->input[i].name;
        value[i] = (struct scorecard_value){METRIC_OK, rational_int(1000),
                                            strcmp(name, "segment") == 0  ? "Enterprise"
                                            : strcmp(name, "plan") == 0   ? "Free"
                                            : strcmp(name, "region") == 0 ? "US"
                                                                          : NULL};
    }
    struct health h;
    health_engine_run(engine, &h);
    g_autofree char *want = g_strdup_printf("%s %d %d %d capped: %s", h.profile, h.health_bp,
                                            h.effective_bp, h.coverage_bp, h.cap);
    expect(db, "2026-05-20", "b", want);
}

static void what_if_takes_other_words(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-20", -1, true);
    g_autoptr(config_t) config = config_open(dir, &err);
    struct what_if w;
    struct health h;
    if (!config || !what_if_load(arena, db, config, "a", &w, &err))
        fail_msg("%s", err->message);
    g_autoptr(health_engine_t) engine = health_engine_new(w.card);
    what_if_health(&w, engine, &h);
    assert_int_equal(h.effective_bp, 7000);
    assert_true(what_if_say(&w, "segment", "Enterprise", &err));
    what_if_health(&w, engine, &h);
    assert_int_equal(h.effective_bp, 6000);
    assert_false(what_if_say(&w, "tier", "1", &err));
    assert_non_null(strstr(err->message, "'@tier' is no attribute"));
}

static void refuse(const char *head, const char *want)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    g_autofree char *text = g_strconcat(
        "name: default\n" BANDS, head,
        "groups:\n  - name: worth\n    measures:\n      - {name: arr, metric: arr, anchors: [{at: "
        "0, score: 0}, {at: 9, score: 100}]}\n",
        NULL);
    sources_write(dir, "scorecards/default.yaml", text);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = config ? metric_set_load(arena, config, &err) : NULL;
    assert_non_null(set);
    assert_null(scorecard_load(arena, config, set, "default", &err));
    if (!strstr(err->message, want))
        fail_msg("%s", err->message);
}

static void what_is_no_text_or_no_number_is_refused(void **state)
{
    (void)state;
    refuse("scored_only_if: [{metric: segment, is: [SMB]}]\n",
           "'segment' is a text: say so under inputs: {name: segment, type: text}");
    refuse("inputs: [{name: arr, type: text}]\n", "the metric 'arr' is a number");
    refuse("inputs: [{name: segmnt, type: text}]\n", "did you mean 'segment'");
    refuse("inputs: [{name: segment, type: text}]\nscored_only_if: [{metric: segment, below: 3}]\n",
           "its input is a text, want is");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attributes_choose_profiles_measures_and_caps),
        cmocka_unit_test(an_attribute_counts_from_the_day_it_changed_and_once_it_is_known),
        cmocka_unit_test(of_two_records_the_accounts_own_speaks),
        cmocka_unit_test(a_table_and_the_warehouse_agree),
        cmocka_unit_test(what_if_takes_other_words),
        cmocka_unit_test(what_is_no_text_or_no_number_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
