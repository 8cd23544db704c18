/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/company.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/day.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts*.csv\n"
    "        on_change: append\n"
    "        fields: {party: id, name: name}\n"
    "      - stream: subscription\n"
    "        path: contracts*.csv\n"
    "        on_change: append\n"
    "        fields: {external_id: id, party: account, start_on: start, end_on: end, arr: arr, "
    "changed_at: changed}\n"
    "      - stream: ticket\n"
    "        path: tickets*.csv\n"
    "        on_change: append\n"
    "        fields: {external_id: id, party: account, opened_at: opened, solved_at: solved, "
    "changed_at: changed}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: usage_metric\n"
    "        path: usage*.csv\n"
    "        on_change: append\n"
    "        fields: {party: account, at: day, subject: user}\n"
    "        values:\n"
    "          - {metric: runs, field: runs}\n"
    "          - {metric: peak, field: failed}\n"
    "          - {metric: by_user, field: runs}\n";

const char company_metrics[] =
    "usage:\n"
    "  - {name: runs, combine: sum}\n"
    "  - {name: peak, combine: sum}\n"
    "  - {name: by_user, combine: sum, by: user}\n"
    "metrics:\n"
    "  - {name: runs_7d, kind: sum, usage: runs, days: 7, direction: up, sentence: '{value} "
    "runs'}\n"
    "  - {name: failure, kind: ratio, good: peak, total: runs, days: 7, direction: down}\n"
    "  - {name: users, kind: distinct_subjects, usage: by_user, days: 7}\n"
    "  - {name: top, kind: top_subject_share, usage: by_user, days: 7}\n"
    "  - {name: since, kind: days_since, usage: runs}\n"
    "  - {name: open, kind: open_tickets}\n"
    "  - {name: arr, kind: arr}\n"
    "  - {name: renewal, kind: days_to_renewal}\n";

const char company_card[] =
    "name: default\n"
    "bands: [{name: Red, below: 40}, {name: Yellow, below: 70}, {name: Green}]\n"
    "min_coverage: 60\n"
    "hysteresis: 3\n"
    "groups:\n"
    "  - name: use\n"
    "    weight: 60\n"
    "    measures:\n"
    "      - {name: runs, metric: runs_7d, weight: 2, anchors: [{at: 0, score: 0}, {at: 70, score: "
    "100}]}\n"
    "      - {name: failure, metric: failure, weight: 1, anchors: [{at: 0, score: 100}, {at: 0.5, "
    "score: 0}]}\n"
    "  - name: care\n"
    "    weight: 40\n"
    "    measures:\n"
    "      - {name: open, metric: open, weight: 1, edge: lo_inclusive, bands: [{to: 1, score: "
    "100}, {score: 20}]}\n";

const char *company_directory(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", company_metrics);
    sources_write(dir, "scorecards/default.yaml", company_card);
    sources_write(dir, "accounts.csv", "id,name\na,Aoba\nb,Beta\nc,Cumulus\n");
    sources_write(dir, "contracts.csv",
                  "id,account,start,end,arr,changed\n"
                  "k1,a,2026-01-01,2027-01-01,1000,2026-01-01\n"
                  "k2,b,2026-01-01,2026-07-01,2000,2026-01-01\n"
                  "k2,b,2026-01-01,2026-06-20,2000,2026-06-05\n"
                  "k3,c,2026-02-01,2027-02-01,3000.50,2026-02-01\n");
    sources_write(dir, "tickets.csv",
                  "id,account,opened,solved,changed\n"
                  "t1,a,2026-05-28T10:00:00Z,,2026-05-28T10:00:00Z\n"
                  "t1,a,2026-05-28T10:00:00Z,2026-06-03T10:00:00Z,2026-06-03T10:00:00Z\n");
    g_autoptr(GString) usage = g_string_new("account,day,user,runs,failed\n");
    for (int d = 1; d <= 31; d++) {
        g_string_append_printf(usage, "a,2026-05-%02d,u%d,10,1\n", d, d % 3);
        if (d <= 10)
            g_string_append_printf(usage, "b,2026-05-%02d,u1,0,0\n", d);
    }
    sources_write(dir, "usage.csv", usage->str);
    return dir;
}

struct score_summary company_score(struct db *db, const char *dir, const char *day, int64_t known,
                                   bool publish)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct score_summary summary;
    int32_t as_of;
    if (!config || !day_parse(slice_of(day), &as_of, &err))
        fail_msg("%s", err->message);
    struct score_options options = {&as_of, 1, known, NULL, publish};
    if (!score_run(db, warehouse_dsn(), config, &options, &summary, &err))
        fail_msg("%s", err->message);
    return summary;
}

const char *company_two_days(struct db *db)
{
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    company_score(db, dir, "2026-05-17", -1, true);
    company_score(db, dir, "2026-06-01", -1, true);
    return dir;
}
