/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What dashboards see of surveys, sentiment and the ARR bridge, by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: subscription\n"
    "        path: contracts.csv\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr}\n"
    "      - stream: contact\n"
    "        path: contacts.csv\n"
    "        fields: {external_id: id, party: account, left_on: left}\n"
    "      - stream: survey_response\n"
    "        path: answers.csv\n"
    "        fields: {external_id: id, party: account, kind: kind, value: value,\n"
    "          answered_at: at, contact_id: who}\n"
    "      - stream: sentiment\n"
    "        path: sentiment.csv\n"
    "        fields: {external_id: id, party: account, value: value, set_at: at, expires_on: "
    "expires}\n";

static struct db *published(void)
{
    struct db *db = warehouse_open();
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", "metrics:\n  - {name: arr, kind: arr}\n");
    sources_write(dir, "scorecards/default.yaml",
                  "name: default\nbands: [{name: Red, below: 40}, {name: Green}]\ngroups:\n  - "
                  "name: all\n    measures:\n      - {name: arr, metric: arr, anchors: [{at: 0, "
                  "score: 0}, {at: 2000, score: 100}]}\n");
    sources_write(dir, "accounts.csv", "id\na\nb\nc\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr\nk1,a,2026-01-01,,1000\n"
                  "k2,b,2026-01-01,,2000\nk3,c,2026-03-01,,500\n");
    sources_write(dir, "contacts.csv",
                  "id,account,left\np1,a,\np2,a,\np3,a,\np4,a,2026-02-01\np9,b,\n");
    /* p1 was a detractor and is a promoter now; p3 answered long ago; the 31st of May in Tokyo. */
    sources_write(dir, "answers.csv",
                  "id,account,kind,value,at,who\n"
                  "r1,a,nps,3,2026-02-10T00:00:00Z,p1\nr2,a,nps,10,2026-05-20T00:00:00Z,p1\n"
                  "r3,a,nps,6,2026-05-30T15:30:00Z,p2\nr4,a,nps,9,2025-08-01T00:00:00Z,p3\n"
                  "r5,a,csat,1,2026-05-20T00:00:00Z,p1\nr6,b,nps,8,2026-05-02T00:00:00Z,\n"
                  "r7,b,nps,0,2026-06-02T00:00:00Z,p9\n");
    sources_write(dir, "sentiment.csv",
                  "id,account,value,at,expires\n"
                  "s1,a,4,2026-02-01T00:00:00Z,\ns2,a,2,2026-05-01T00:00:00Z,\n"
                  "s3,b,5,2026-01-15T00:00:00Z,\ns4,c,3,2026-05-01T00:00:00Z,2026-06-05\n");
    sources_ingest(db, dir, NULL);
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('time_zone', 'Asia/Tokyo') ON "
                      "CONFLICT (name) DO NOTHING");
    company_score(db, dir, "2026-06-01", -1, true);
    return db;
}

static void the_newest_answer_of_each_person_counts_for_half_a_year(void **state)
{
    (void)state;
    g_autoptr(db_t) db = published();
    /* p1 10 and p2 6, of three who are there; 90 days before p1's 3 and nobody else's. */
    sources_expect(
        db,
        "SELECT concat_ws(' ', people, promoters, passives, detractors, nps, nps_before, "
        "nps_change, contacts, round(response_rate::numeric, 4), newest_on, arr::int) "
        "FROM bi.nps_current WHERE account_key = 'a'",
        "2 1 0 1 0 -100 100 3 0.6667 2026-05-31 1000");
    /* An answer of nobody, and one of after the day that is not there yet. */
    sources_expect(db,
                   "SELECT concat_ws(' ', people, passives, nps, nps_before, response_rate) FROM "
                   "bi.nps_current WHERE account_key = 'b'",
                   "1 1 0 1");
    sources_expect(db, "SELECT count(*) FROM bi.nps_current WHERE account_key = 'c'", "0");
}

static void months_follow_each_other(void **state)
{
    (void)state;
    g_autoptr(db_t) db = published();
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', month, answers, people, accounts, nps, "
                   "nps_change), ', ' ORDER BY month) FROM bi.nps_month",
                   "2025-08-01 1 1 1 100, 2026-02-01 1 1 1 -100 -200, 2026-05-01 3 3 2 0 100");
}

static void sentiment_expires_and_the_one_before_is_named(void **state)
{
    (void)state;
    g_autoptr(db_t) db = published();
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', account_key, value, value_before, expires_on, "
                   "days_left, is_expired), ', ' ORDER BY account_key) FROM bi.sentiment_current",
                   "a 2 4 2026-07-30 59 f, b 5 2026-04-15 -47 t, c 3 2026-06-05 4 f");
}

static void each_bar_begins_where_the_one_before_it_ended(void **state)
{
    (void)state;
    g_autoptr(db_t) db = published();
    warehouse_sql(db, "INSERT INTO score.arr_period (scope, kind, period, days, currency, "
                      "start_minor, new_minor, resurrection_minor, expansion_minor, "
                      "contraction_minor, churn_minor, n_start, n_new, n_resurrection, "
                      "n_expansion, n_contraction, n_churn) VALUES ('x', 'month', "
                      "'2026-01-01', 31, 'USD', 1000, 300, 0, 50, -20, -100, 5, 2, 0, 1, 1, 1)");
    sources_expect(db,
                   "SELECT string_agg(concat_ws(' ', name, amount::float8, from_arr::float8, "
                   "to_arr::float8, accounts), ', ' ORDER BY step) FROM bi.arr_bridge WHERE scope "
                   "= 'x'",
                   "start 10 0 10 5, new 3 10 13 2, resurrection 0 13 13 0, expansion 0.5 13 13.5 "
                   "1, contraction -0.2 13.5 13.3 1, churn -1 13.3 12.3 1, end 12.3 12.3 12.3 6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_answer_of_each_person_counts_for_half_a_year),
        cmocka_unit_test(months_follow_each_other),
        cmocka_unit_test(sentiment_expires_and_the_one_before_is_named),
        cmocka_unit_test(each_bar_begins_where_the_one_before_it_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
