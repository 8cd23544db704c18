/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Job records that change and count in usage: a mapping, its warehouse, and what must hold between
 * the records and the usage that was rolled up from them. */
#pragma once

#include "core/db.h"

#define TALLY_FIELDS                                                                               \
    "fields: {external_id: id, party: account, status: status, connector: connector,\n"            \
    "          created_at: created, finished_at: finished, row_count: rows, deleted: deleted"
#define TALLY_VALUES                                                                               \
    "        values:\n"                                                                            \
    "          - {metric: runs}\n"                                                                 \
    "          - {metric: failed, when: {field: status, equals: error}}\n"                         \
    "          - {metric: rows, field: rows, at: finished_at}\n"                                   \
    "          - {metric: by_connector, subject: connector}\n"

#define TALLY_SOURCE(path, change, more, values)                                                   \
    "sources:\n"                                                                                   \
    "  - name: app\n"                                                                              \
    "    streams:\n"                                                                               \
    "      - stream: job\n"                                                                        \
    "        path: " path "\n"                                                                     \
    "        on_change: " change "\n"                                                              \
    "        " TALLY_FIELDS more "}\n" values

/* With a metric that counts by its newest value. */
#define TALLY_LATEST                                                                               \
    TALLY_SOURCE("jobs-*.csv", "reject", ", changed_at: changed",                                  \
                 TALLY_VALUES "          - {metric: skipped, field: rows, at: finished_at}\n")

#define TALLY_HEADER "id,account,status,connector,created,finished,rows,deleted,changed\n"

extern const char tally_metrics[]; /* its metrics.yaml */

/* A fresh configuration directory with these sources, usage of every rule, and an empty jobs-0.csv.
 */
const char *tally_directory(const char *sources);

struct db *tally_warehouse(void);

/* The one number of a query, 0 for none; the newest commit number. */
int64_t tally_number(struct db *db, const char *query);
int64_t tally_newest(struct db *db);

/* At every commit number from `from_commit` on, usage is what the newest versions of the records
 * visible there say. */
void tally_expect(struct db *db, int64_t from_commit);
