/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics over people at the customer: who of a role is there, who left, who is active. */
#include <string.h>

#include "scoring/metric_internal.h"

static bool is_asked(const struct metric *m, const struct facts_record *r)
{
    return !m->role || strcmp(r->tag, m->role) == 0;
}

/* The last day before `to` on which the user did anything, or INT32_MIN when none since `from`. */
static int32_t last_active(const struct metric_computing *c, const struct metric *m, size_t account,
                           int64_t subject, int32_t from, int32_t to)
{
    size_t n;
    int32_t last = INT32_MIN;
    const struct facts_subject_day *row = metric_subject_days(c, account, (uint32_t)m->usage, &n);
    for (size_t i = 0; subject != 0 && i < n; i++) {
        if (row[i].subject == subject && row[i].day >= from && row[i].day < to &&
            (row[i].v > 0 || row[i].is_over))
            last = MAX(last, row[i].day);
    }
    return last;
}

static struct metric_answer count(const struct metric_computing *c, const struct metric *m,
                                  const struct facts_record *r, size_t n, int32_t from)
{
    int32_t as_of = c->frame->as_of;
    int there = 0, left = 0;
    for (size_t i = 0; i < n; i++) {
        bool gone = r[i].to < as_of;
        there += is_asked(m, &r[i]) && !gone;
        left += is_asked(m, &r[i]) && gone && r[i].to >= from;
    }
    return metric_ok(m->kind == KIND_CONTACTS ? there : left);
}

/* Of a role that the customer never had nothing is known; of one that left, that nobody is active.
 */
static struct metric_answer activity(const struct metric_computing *c, const struct metric *m,
                                     size_t account, const struct facts_record *r, size_t n,
                                     int32_t from)
{
    int32_t as_of = c->frame->as_of, newest = INT32_MIN;
    int known = 0, active = 0;
    if (!facts_has_users(c->facts) || facts_first_day(c->facts, account, (size_t)m->usage) >= as_of)
        return metric_no_data;
    for (size_t i = 0; i < n; i++) {
        known += is_asked(m, &r[i]);
        if (!is_asked(m, &r[i]) || r[i].to < as_of)
            continue;
        int32_t last = last_active(c, m, account, r[i].n, from, as_of);
        active += last != INT32_MIN;
        newest = MAX(newest, last);
    }
    if (known == 0)
        return metric_no_data;
    if (m->kind == KIND_CONTACTS_ACTIVE)
        return metric_ok(active);
    return metric_ok((double)as_of - (newest == INT32_MIN ? from : newest));
}

struct metric_answer metric_contact_compute(const struct metric_computing *c,
                                            const struct metric *m, size_t account)
{
    size_t n;
    int32_t from = metric_window_from(c, m);
    if (!facts_has(c->facts, FACTS_CONTACT))
        return metric_no_data;
    const struct facts_record *r = metric_records(c, FACTS_CONTACT, account, &n);
    return m->usage < 0 ? count(c, m, r, n, from) : activity(c, m, account, r, n, from);
}
