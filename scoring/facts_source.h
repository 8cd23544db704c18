/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where facts are read from: a warehouse, or rows that were taken out of one. */
#pragma once

#include "scoring/facts.h"
#include "sql/scoring.h"

/* One account's rows, in the order of the statements of their names, and what of all accounts
 * together its metrics rest on. */
struct facts_rows {
    struct q_loads_all_rows loads_all;
    struct q_accounts_all_rows accounts_all;
    struct q_members_all_rows members_all;
    struct q_usage_metrics_rows usage_metrics;
    struct q_rates_read_rows rates_read;
    struct q_quality_read_rows quality_read;
    struct q_span_range_row span_range;
    struct {
        size_t n;
        struct q_spans_read_row *row;
    } spans_read;
    struct {
        size_t n;
        struct q_versions_read_row *row;
    } versions_read;
    struct {
        size_t n;
        struct q_runs_read_row *row;
    } runs_read;
    struct {
        size_t n;
        struct q_incidents_read_row *row;
    } incidents_read;
    struct {
        size_t n;
        struct q_runs_first_row *row;
    } runs_first;
    struct {
        size_t n;
        struct q_attributes_read_row *row;
    } attributes_read;
    struct {
        size_t n;
        struct q_contacts_read_row *row;
    } contacts_read;
    const int32_t *newest; /* by usage metric of the wish: the last day before the as-of
                            * day with a fact of anybody */
    bool has[FACTS_KINDS]; /* has anybody a record of the kind? */
};

struct facts_source {
    struct db *db; /* NULL: the rows */
    const struct facts_rows *rows;
};

/* As facts_load; of rows no known floor is asked. */
MUST_USE struct facts *facts_load_from(const struct facts_source *source, const struct zone *zone,
                                       const struct facts_wish *wish, int64_t known_no,
                                       GError **err);

/* The statements of the same names. */
#define FACTS_SOURCE_MANY(name)                                                                    \
    MUST_USE bool facts_source_##name(const struct facts_source *source, struct arena *arena,      \
                                      struct q_##name##_rows *out, GError **err)
#define FACTS_SOURCE_COPY(name)                                                                    \
    MUST_USE bool facts_source_##name(                                                             \
        const struct facts_source *source,                                                         \
        bool (*fn)(void *context, const struct q_##name##_row *row, GError **err), void *context,  \
        GError **err)
#define FACTS_SOURCE_DAYS(name)                                                                    \
    MUST_USE bool facts_source_##name(                                                             \
        const struct facts_source *source, int32_t from_day, int32_t to_day,                       \
        bool (*fn)(void *context, const struct q_##name##_row *row, GError **err), void *context,  \
        GError **err)

FACTS_SOURCE_MANY(loads_all);
FACTS_SOURCE_MANY(accounts_all);
FACTS_SOURCE_MANY(members_all);
FACTS_SOURCE_MANY(usage_metrics);
FACTS_SOURCE_MANY(rates_read);
FACTS_SOURCE_MANY(quality_read);
MUST_USE bool facts_source_versions_read(const struct facts_source *source, bool contracts_only,
                                         bool (*fn)(void *context,
                                                    const struct q_versions_read_row *row,
                                                    GError **err),
                                         void *context, GError **err);
FACTS_SOURCE_COPY(incidents_read);
FACTS_SOURCE_COPY(runs_first);
FACTS_SOURCE_COPY(attributes_read);
FACTS_SOURCE_COPY(contacts_read);
FACTS_SOURCE_DAYS(spans_read);
FACTS_SOURCE_DAYS(runs_read);
