/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The order of a record's versions, whatever kind of record it is. */
#include <string.h>

#include "scoring/facts_internal.h"

static int compare_records(const struct facts_stamp *x, const struct facts_stamp *y)
{
    if (x->party != y->party)
        return x->party < y->party ? -1 : 1;
    return strcmp(x->external_id, y->external_id);
}

int facts_stamp_compare(const struct facts_stamp *x, const struct facts_stamp *y)
{
    int by_record = compare_records(x, y);
    if (by_record != 0)
        return by_record;
    if (x->changed_at != y->changed_at)
        return x->changed_at < y->changed_at ? -1 : 1;
    if (x->commit_no != y->commit_no)
        return x->commit_no < y->commit_no ? -1 : 1;
    return (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

bool facts_stamp_same_record(const struct facts_stamp *x, const struct facts_stamp *y)
{
    return compare_records(x, y) == 0;
}
