/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

const char tally_metrics[] = "usage:\n"
                             "  - {name: runs, combine: sum}\n"
                             "  - {name: failed, combine: sum}\n"
                             "  - {name: rows, combine: sum}\n"
                             "  - {name: by_connector, combine: sum, by: connector}\n"
                             "  - {name: by_user, combine: sum, by: user}\n"
                             "  - {name: skipped, combine: latest}\n"
                             "  - {name: peak, combine: max}\n";

const char *tally_directory(const char *sources)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", tally_metrics);
    sources_write(dir, "jobs-0.csv", TALLY_HEADER);
    return dir;
}

struct db *tally_warehouse(void)
{
    struct db *db = warehouse_open();
    warehouse_sql(db, "INSERT INTO ops.setting (name, value) VALUES ('digest_key', 'a test')");
    return db;
}

int64_t tally_number(struct db *db, const char *query)
{
    g_autofree char *text = warehouse_value(db, query);
    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

int64_t tally_newest(struct db *db)
{
    return tally_number(db, "SELECT commit_no FROM ops.clock");
}

/* What the versions of job records say, known at k, by metric, party, connector and day. */
static const char said[] =
    "WITH newest AS (SELECT DISTINCT ON (j.party_id, j.external_id) j.* FROM warehouse.job j JOIN "
    "ops.load l ON l.load_id = j.load_id WHERE l.commit_no <= %d AND (l.undone_no IS NULL OR "
    "l.undone_no > %d) ORDER BY j.party_id, j.external_id, j.changed_at DESC NULLS LAST, "
    "l.commit_no DESC, j.ordinal DESC), counts AS (SELECT n.party_id, x.metric, x.subject, (x.at "
    "AT TIME ZONE 'Asia/Tokyo')::date AS day, x.v FROM newest n CROSS JOIN LATERAL (VALUES "
    "('runs', '', n.created_at, 1), ('failed', '', CASE WHEN n.status = 'error' THEN n.created_at "
    "END, 1), ('rows', '', CASE WHEN n.row_count IS NOT NULL THEN n.finished_at END, n.row_count), "
    "('by_connector', coalesce(n.connector, ''), n.created_at, 1)) AS x(metric, subject, at, v) "
    "WHERE NOT n.deleted AND x.at IS NOT NULL) SELECT coalesce(string_agg(concat_ws(' ', party_id, "
    "metric, subject, day, v), '|' ORDER BY party_id, metric, subject, day), '') FROM (SELECT "
    "party_id, metric, subject, day, sum(v)::text AS v FROM counts GROUP BY 1, 2, 3, 4) g";

/* What stands in usage, known at k. */
static const char stands[] =
    "SELECT coalesce(string_agg(concat_ws(' ', party_id, metric, subject, day, v), '|' ORDER BY "
    "party_id, metric, subject, day), '') FROM (SELECT s.party_id, m.name AS metric, coalesce("
    "b.name, '') AS subject, s.month + (s.first_day - 2 + d.i)::int AS day, sum(d.v)::text AS v "
    "FROM warehouse.usage_span s JOIN warehouse.metric m ON m.metric_id = s.metric_id AND "
    "m.combine = 'sum' LEFT JOIN warehouse.subject b ON b.subject_id = s.subject_id CROSS JOIN "
    "LATERAL unnest(s.v, s.at, s.load_ids) WITH ORDINALITY AS d(v, at, load_id, i) JOIN ops.load l "
    "ON l.load_id = coalesce(d.load_id, s.load_id) WHERE d.v IS NOT NULL AND l.commit_no <= %d AND "
    "(l.undone_no IS NULL OR l.undone_no > %d) GROUP BY 1, 2, 3, 4 HAVING sum(d.at) > 0) g";

void tally_expect(struct db *db, int64_t from_commit)
{
    for (int64_t k = from_commit; k <= tally_newest(db); k++) {
        g_autofree char *q1 = g_strdup_printf(said, (int)k, (int)k);
        g_autofree char *q2 = g_strdup_printf(stands, (int)k, (int)k);
        g_autofree char *want = warehouse_value(db, q1), *have = warehouse_value(db, q2);
        if (strcmp(want, have) != 0)
            fail_msg("known at %d usage is\n%s\nwant\n%s", (int)k, have, want);
    }
}
