/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/doubt.h"

#include <string.h>

#include "scoring/facts_internal.h"
#include "sql/scoring.h"

struct statement {
    const char *check;
    int usage;
    int32_t day;
    bool failed;
};

struct doubt {
    size_t n;
    struct statement *row;
};

static int usage_index(const char *const *usage, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(usage[i], name) == 0)
            return (int)i;
    }
    return -1;
}

/* Of the same metric, check and day the later statement takes the place of the earlier. */
static void say(struct doubt *doubt, struct statement new)
{
    for (size_t i = 0; i < doubt->n; i++) {
        struct statement *old = &doubt->row[i];
        if (old->usage == new.usage && old->day == new.day &&strcmp(old->check, new.check) == 0) {
            *old = new;
            return;
        }
    }
    doubt->row[doubt->n++] = new;
}

bool doubt_load(struct arena *arena, const struct facts_source *source, const struct facts *facts,
                const char *const *usage, size_t n, struct doubt **out, GError **err)
{
    struct q_quality_read_rows rows;
    if (!facts_source_quality_read(source, arena, &rows, err))
        return false;
    struct doubt *doubt = arena_one(arena, struct doubt);
    doubt->row = arena_many(arena, rows.n + 1, struct statement);
    for (size_t i = 0; i < rows.n; i++) {
        int index = usage_index(usage, n, rows.row[i].metric);
        if (index >= 0 && facts_visible(facts, rows.row[i].load_id))
            say(doubt, (struct statement){rows.row[i].check_name, index, rows.row[i].day,
                                          rows.row[i].failed});
    }
    *out = doubt;
    return true;
}

bool doubt_within(const struct doubt *doubt, int usage, int32_t as_of, int days)
{
    int32_t from = as_of - MIN(days, DOUBT_DAYS);
    for (size_t i = 0; i < doubt->n; i++) {
        const struct statement *s = &doubt->row[i];
        if (s->failed && s->usage == usage && s->day >= from && s->day < as_of)
            return true;
    }
    return false;
}
