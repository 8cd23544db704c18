/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/facts_source.h"

#define MANY(name)                                                                                 \
    FACTS_SOURCE_MANY(name)                                                                        \
    {                                                                                              \
        if (source->db)                                                                            \
            return q_##name(arena, source->db, out, err);                                          \
        *out = source->rows->name;                                                                 \
        return true;                                                                               \
    }

#define EACH(name)                                                                                 \
    for (size_t i = 0; i < source->rows->name.n; i++) {                                            \
        if (!fn(context, &source->rows->name.row[i], err))                                         \
            return false;                                                                          \
    }                                                                                              \
    return true;

#define COPY(name)                                                                                 \
    FACTS_SOURCE_COPY(name)                                                                        \
    {                                                                                              \
        if (source->db)                                                                            \
            return q_##name(source->db, fn, context, err);                                         \
        EACH(name)                                                                                 \
    }

/* Rows that were taken out are of the days that were asked then. */
#define COPY_DAYS(name)                                                                            \
    FACTS_SOURCE_DAYS(name)                                                                        \
    {                                                                                              \
        if (source->db)                                                                            \
            return q_##name(source->db, from_day, to_day, fn, context, err);                       \
        EACH(name)                                                                                 \
    }

MANY(loads_all)
MANY(accounts_all)
MANY(members_all)
MANY(usage_metrics)
MANY(rates_read)
MANY(quality_read)
COPY(incidents_read)
COPY(runs_first)
COPY(attributes_read)
COPY(contacts_read)
COPY_DAYS(spans_read)
COPY_DAYS(runs_read)

bool facts_source_versions_read(const struct facts_source *source, bool contracts_only,
                                bool (*fn)(void *context, const struct q_versions_read_row *row,
                                           GError **err),
                                void *context, GError **err)
{
    if (source->db)
        return q_versions_read(source->db, contracts_only, fn, context, err);
    EACH(versions_read)
}
