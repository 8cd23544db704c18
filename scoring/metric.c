/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/metric.h"

#include <math.h>

#include "core/currency.h"
#include "scoring/doubt.h"
#include "scoring/metric_internal.h"
#include "sql/scoring.h"

struct answer {
    double value;
    enum metric_quality quality;
};

struct computing {
    const struct metric_set *set;
    const struct facts *facts;
    struct metric_frame *frame;
    struct arena *arena;
    const struct facts_record *record[FACTS_KINDS];
    size_t n_records[FACTS_KINDS];
    int64_t start_us; /* of the as-of day */
    const struct zone *zone;
};

static const struct answer no_data = {NAN, METRIC_NO_DATA};
static const struct answer overflow = {NAN, METRIC_ERROR}; /* a sum beyond 64 bits */

static struct answer ok(double value)
{
    return isfinite(value) ? (struct answer){value, METRIC_OK} : (struct answer){NAN, METRIC_ERROR};
}

const char *metric_quality_name(enum metric_quality quality)
{
    static const char *const names[] = {"ok",    "no_data",    "stale", "not_applicable",
                                        "error", "quarantined"};
    return names[quality];
}

/* Subject days of an account and usage metric: [*first, *last). */
static void subject_range(const struct facts *facts, size_t account, uint32_t usage, size_t *first,
                          size_t *last)
{
    size_t n;
    const struct facts_subject_day *row = facts_subject_days(facts, &n);
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (row[mid].account < account || (row[mid].account == account && row[mid].usage < usage))
            low = mid + 1;
        else
            high = mid;
    }
    *first = low;
    while (low < n && row[low].account == account && row[low].usage == usage)
        low++;
    *last = low;
}

static struct answer over_subjects(const struct computing *c, const struct metric *m,
                                   size_t account)
{
    size_t first, last, n;
    const struct facts_subject_day *row = facts_subject_days(c->facts, &n);
    subject_range(c->facts, account, (uint32_t)m->usage, &first, &last);
    int32_t to = c->frame->as_of, from = to - m->days;
    double total = 0, top = 0, current = 0;
    int distinct = 0;
    for (size_t i = first; i < last; i++) {
        bool within = row[i].day >= from && row[i].day < to;
        if (within && row[i].is_over)
            return overflow;
        bool same = i > first && row[i].subject == row[i - 1].subject;
        if (!same)
            current = 0;
        if (!within || row[i].v <= 0)
            continue;
        distinct += current == 0;
        current += (double)row[i].v;
        total += (double)row[i].v;
        top = fmax(top, current);
    }
    if (m->kind == KIND_DISTINCT_SUBJECTS)
        return ok(distinct);
    return total > 0 ? ok(top / total) : no_data;
}

static struct answer extreme(const struct computing *c, const struct metric *m, size_t a)
{
    double best = NAN;
    for (int32_t day = c->frame->as_of - m->days; day < c->frame->as_of; day++) {
        double v = facts_value(c->facts, a, (size_t)m->usage, day);
        if (isnan(v))
            continue;
        if (isinf(v) && m->kind != KIND_LAST)
            return overflow;
        bool better =
            isnan(best) || m->kind == KIND_LAST || (m->kind == KIND_MAX ? v > best : v < best);
        best = better ? v : best;
    }
    return isnan(best) ? no_data : ok(best);
}

/* What is divided by nothing says nothing. */
static struct answer quotient(double n, double by)
{
    if (isinf(n) || isinf(by))
        return overflow;
    return by > 0 ? ok(n / by) : no_data;
}

static struct answer change(const struct computing *c, const struct metric *m, size_t a,
                            int32_t first)
{
    int32_t to = c->frame->as_of, from = to - m->days, base_from = from - m->days;
    double now = facts_sum(c->facts, a, (size_t)m->usage, from, to);
    double base = facts_sum(c->facts, a, (size_t)m->usage, base_from, from);
    if (first > base_from)
        return no_data;
    struct answer answer = quotient(now, base);
    answer.value -= 1;
    return answer;
}

/* This window's daily mean against that of the account's own past, of which half must be there. */
static struct answer self_baseline(const struct computing *c, const struct metric *m, size_t a,
                                   int32_t first)
{
    int32_t to = c->frame->as_of, from = to - m->days, base_from = from - m->baseline_days;
    int32_t begin = first > base_from ? first : base_from;
    double days = (double)from - begin;
    if (days * 2 < m->baseline_days)
        return no_data;
    double now = facts_sum(c->facts, a, (size_t)m->usage, from, to) / m->days;
    double base = facts_sum(c->facts, a, (size_t)m->usage, begin, from) / days;
    return quotient(now, base);
}

static struct answer ratio(const struct computing *c, const struct metric *m, size_t a)
{
    int32_t to = c->frame->as_of, from = to - m->days;
    double total = facts_sum(c->facts, a, (size_t)m->total, from, to);
    double good = facts_sum(c->facts, a, (size_t)m->good, from, to);
    return quotient(good, total);
}

static struct answer over_usage(const struct computing *c, const struct metric *m, size_t a)
{
    int usage = m->kind == KIND_RATIO ? m->total : m->usage;
    int32_t to = c->frame->as_of, from = to - m->days, last;
    int32_t first = facts_first_day(c->facts, a, (size_t)usage);
    if (first >= to)
        return no_data;
    if (m->stale_days > 0 && facts_newest_day(c->facts, (size_t)usage) < to - m->stale_days)
        return (struct answer){NAN, METRIC_STALE};
    switch (m->kind) {
    case KIND_SUM:
        return ok(facts_sum(c->facts, a, (size_t)usage, from, to));
    case KIND_MEAN:
        return ok(facts_sum(c->facts, a, (size_t)usage, from, to) / m->days);
    case KIND_ACTIVE_DAYS:
        return ok(facts_active_days(c->facts, a, (size_t)usage, from, to));
    case KIND_DAYS_SINCE:
        last = facts_last_active(c->facts, a, (size_t)usage, to);
        return last == INT32_MIN ? no_data : ok((double)to - last);
    case KIND_RATIO:
        return ratio(c, m, a);
    case KIND_CHANGE:
        return change(c, m, a, first);
    case KIND_SELF_BASELINE:
        return self_baseline(c, m, a, first);
    case KIND_DISTINCT_SUBJECTS:
    case KIND_TOP_SUBJECT_SHARE:
        return over_subjects(c, m, a);
    default:
        return extreme(c, m, a);
    }
}

static const struct facts_record *records_of(const struct computing *c, enum facts_kind kind,
                                             size_t a, size_t *n)
{
    const struct facts_record *row = c->record[kind];
    size_t low = 0, high = c->n_records[kind], first;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (row[mid].account < a)
            low = mid + 1;
        else
            high = mid;
    }
    first = low;
    while (low < c->n_records[kind] && row[low].account == a)
        low++;
    *n = low - first;
    return row + first;
}

static struct answer over_answers(const struct computing *c, const struct metric *m, size_t a,
                                  int64_t from_us)
{
    size_t n;
    const struct facts_record *r = records_of(c, FACTS_ANSWER, a, &n);
    const char *tag = m->kind == KIND_NPS ? "nps" : "csat";
    double total = 0;
    int count = 0;
    for (size_t i = 0; i < n; i++) {
        if (r[i].from < from_us || g_strcmp0(r[i].tag, tag) != 0)
            continue;
        count++;
        if (m->kind == KIND_CSAT)
            total += (double)r[i].n;
        else
            total += r[i].n >= 9 ? 100 : r[i].n <= 6 ? -100 : 0;
    }
    return count ? ok(total / count) : no_data;
}

static struct answer over_sentiment(const struct computing *c, size_t a)
{
    size_t n;
    const struct facts_record *r = records_of(c, FACTS_SENTIMENT, a, &n);
    for (size_t i = n; i-- > 0;) {
        int32_t expires =
            r[i].to == INT64_MAX ? zone_day(c->zone, r[i].from) + 90 : (int32_t)r[i].to;
        return expires > c->frame->as_of ? ok((double)r[i].n) : no_data;
    }
    return no_data;
}

static struct answer count_records(const struct computing *c, const struct metric *m,
                                   enum facts_kind kind, size_t a, int64_t from_us)
{
    size_t n;
    const struct facts_record *r = records_of(c, kind, a, &n);
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        if (m->kind == KIND_OPEN_TICKETS)
            total += r[i].to >= c->start_us;
        else if (m->kind == KIND_INCIDENT_MINUTES)
            total += r[i].from >= from_us ? (double)r[i].n : 0;
        else
            total += m->kind == KIND_MILESTONES || r[i].from >= from_us;
    }
    return ok(total);
}

static struct answer over_records(const struct computing *c, const struct metric *m, size_t a)
{
    static const enum facts_kind source[KIND_COUNT] = {
        [KIND_TICKETS] = FACTS_TICKET,      [KIND_OPEN_TICKETS] = FACTS_TICKET,
        [KIND_INCIDENTS] = FACTS_INCIDENT,  [KIND_INCIDENT_MINUTES] = FACTS_INCIDENT,
        [KIND_NPS] = FACTS_ANSWER,          [KIND_CSAT] = FACTS_ANSWER,
        [KIND_SENTIMENT] = FACTS_SENTIMENT, [KIND_TOUCH_DAYS] = FACTS_TOUCHPOINT,
        [KIND_MILESTONES] = FACTS_MILESTONE};
    enum facts_kind kind = source[m->kind];
    if (!facts_has(c->facts, kind))
        return no_data;
    size_t n;
    int64_t from_us = zone_day_start(c->zone, c->frame->as_of - m->days);
    switch (m->kind) {
    case KIND_NPS:
    case KIND_CSAT:
        return over_answers(c, m, a, from_us);
    case KIND_SENTIMENT:
        return over_sentiment(c, a);
    case KIND_TOUCH_DAYS: {
        const struct facts_record *r = records_of(c, kind, a, &n);
        return n ? ok((double)c->frame->as_of - zone_day(c->zone, r[n - 1].from)) : no_data;
    }
    default:
        return count_records(c, m, kind, a, from_us);
    }
}

static struct answer compute(const struct computing *c, const struct metric *m, size_t a)
{
    const struct metric_frame *f = c->frame;
    switch (m->kind) {
    case KIND_TENURE_DAYS:
        return f->start_on[a] < f->as_of ? ok((double)f->as_of - f->start_on[a]) : no_data;
    case KIND_ARR:
        return c->n_records[FACTS_CONTRACT]
                   ? ok((double)f->arr_minor[a] / currency_minor(slice_of(c->set->currency)))
                   : no_data;
    case KIND_DAYS_TO_RENEWAL:
        return f->renewal_on[a] == INT32_MIN ? no_data : ok((double)f->renewal_on[a] - f->as_of);
    default:
        return m->kind <= KIND_TOP_SUBJECT_SHARE ? over_usage(c, m, a) : over_records(c, m, a);
    }
}

/* ARR, renewal, start and customer state on the day. */
static bool fill_contracts(struct computing *c, GError **err)
{
    struct metric_frame *f = c->frame;
    for (size_t a = 0; a < f->n_accounts; a++) {
        size_t n;
        const struct facts_record *r = records_of(c, FACTS_CONTRACT, a, &n);
        f->renewal_on[a] = INT32_MIN;
        f->start_on[a] = INT32_MAX;
        for (size_t i = 0; i < n; i++) {
            f->start_on[a] = MIN(f->start_on[a], (int32_t)r[i].from);
            bool signed_ahead = r[i].from > f->as_of && f->renewal_on[a] != INT32_MIN &&
                                r[i].from <= f->renewal_on[a] + c->set->gap_days;
            if (signed_ahead && r[i].to != INT64_MAX)
                f->renewal_on[a] = MAX(f->renewal_on[a], (int32_t)r[i].to);
            if (r[i].from > f->as_of || f->as_of >= r[i].to)
                continue;
            int64_t minor;
            if (!facts_convert(c->facts, r[i].n, r[i].tag, f->as_of, &minor))
                return err_set(err, KENKO_ERROR_INPUT,
                               "no exchange rate of %s for %s, or one that makes its amounts too "
                               "large: load fx_rate",
                               r[i].tag, f->account_key[a]);
            if (__builtin_add_overflow(f->arr_minor[a], minor, &f->arr_minor[a]))
                return err_set(err, KENKO_ERROR_INPUT,
                               "the contracts of %s add up to more than 64 bits hold",
                               f->account_key[a]);
            if (r[i].to != INT64_MAX)
                f->renewal_on[a] = MAX(f->renewal_on[a], (int32_t)r[i].to);
        }
        f->is_customer[a] = f->arr_minor[a] > 0;
    }
    return true;
}

static void fill_activity(struct computing *c)
{
    const struct metric_set *set = c->set;
    struct metric_frame *f = c->frame;
    for (size_t a = 0; a < f->n_accounts; a++) {
        for (size_t u = 0; u < set->n_usage; u++) {
            int32_t first = facts_first_day(c->facts, a, u);
            if (set->churn == CHURN_INACTIVITY ? (int)u == set->churn_usage
                                               : f->start_on[a] == INT32_MAX)
                f->start_on[a] = MIN(f->start_on[a], first);
        }
        if (set->churn == CHURN_INACTIVITY) {
            int32_t last = facts_last_active(c->facts, a, (size_t)set->churn_usage, f->as_of);
            f->is_customer[a] = last != INT32_MIN && f->as_of - last <= set->inactive_days;
        }
    }
}

static void fill_values(const struct computing *c, const struct doubt *doubt)
{
    struct metric_frame *f = c->frame;
    for (size_t i = 0; i < f->n_metrics; i++) {
        const struct metric *m = &c->set->metric[i];
        bool quarantined = doubt_within(doubt, m->usage, f->as_of, m->days) ||
                           doubt_within(doubt, m->good, f->as_of, m->days) ||
                           doubt_within(doubt, m->total, f->as_of, m->days);
        for (size_t a = 0; a < f->n_accounts; a++) {
            struct answer answer = compute(c, m, a);
            if (quarantined && answer.quality == METRIC_OK)
                answer = (struct answer){NAN, METRIC_QUARANTINED};
            f->value[i * f->n_accounts + a] = answer.value;
            f->quality[i * f->n_accounts + a] = (uint8_t)answer.quality;
        }
    }
}

static bool one_day(const struct metric_set *set, const struct facts *facts,
                    const struct doubt *doubt, const struct zone *zone, int32_t as_of,
                    metric_frame_fn fn, void *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n = facts_accounts(facts), m = set->n_metrics;
    struct metric_frame frame = {.as_of = as_of,
                                 .n_accounts = n,
                                 .n_metrics = m,
                                 .account_id = facts_account_ids(facts),
                                 .account_key = facts_account_keys(facts),
                                 .value = arena_many(arena, n * m + 1, double),
                                 .quality = arena_many(arena, n * m + 1, uint8_t),
                                 .arr_minor = arena_many(arena, n + 1, int64_t),
                                 .renewal_on = arena_many(arena, n + 1, int32_t),
                                 .start_on = arena_many(arena, n + 1, int32_t),
                                 .is_customer = arena_many(arena, n + 1, uint8_t),
                                 .facts = facts};
    struct computing c = {.set = set,
                          .facts = facts,
                          .frame = &frame,
                          .arena = arena,
                          .zone = zone,
                          .start_us = zone_day_start(zone, as_of)};
    for (int kind = FACTS_CONTRACT; kind < FACTS_KINDS; kind++)
        c.record[kind] =
            facts_records(facts, arena, (enum facts_kind)kind, as_of, &c.n_records[kind]);
    if (!fill_contracts(&c, err))
        return false;
    fill_activity(&c);
    fill_values(&c, doubt);
    return fn(context, &frame, err);
}

/* Facts are read from the first month there is: "since when" needs the whole past. */
static bool fact_range(struct db *db, int32_t last_as_of, struct facts_wish *wish, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_range_row row;
    if (!q_span_range(arena, db, &row, err))
        return false;
    wish->to_day = last_as_of;
    wish->from_day =
        row.first_month_is_null || row.first_month > last_as_of ? last_as_of - 1 : row.first_month;
    return true;
}

/* How many days of usage a metric must see whole: a comparison with the past and a "since when"
 * know by themselves where the past ends. */
static int reach(const struct metric_set *set)
{
    int days = set->churn == CHURN_INACTIVITY ? set->inactive_days + 1 : 0;
    for (size_t i = 0; i < set->n_metrics; i++) {
        const struct metric *m = &set->metric[i];
        if (m->kind <= KIND_TOP_SUBJECT_SHARE && m->kind != KIND_DAYS_SINCE)
            days = MAX(days, m->days);
    }
    return days;
}

bool metric_whole_from(struct db *db, const struct metric_set *set, const struct zone *zone,
                       int32_t *day, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_usage_kept_row row;
    bool found;
    if (!q_usage_kept(arena, db, &row, &found, err))
        return false;
    *day = found ? zone_day(zone, row.kept_from) + reach(set) : INT32_MIN;
    return true;
}

static bool check_whole(struct db *db, const struct metric_set *set, const struct zone *zone,
                        int32_t first_as_of, GError **err)
{
    int32_t whole;
    if (!metric_whole_from(db, set, zone, &whole, err))
        return false;
    char day[DAY_TEXT_SIZE], from[DAY_TEXT_SIZE];
    return first_as_of >= whole ||
           err_set(err, KENKO_ERROR_CONFLICT,
                   "%s cannot be scored: retention dropped old usage, and the windows of this "
                   "configuration are whole from %s on",
                   day_format(first_as_of, day), day_format(whole, from));
}

struct facts *metric_lives_facts(struct db *db, const struct metric_set *set,
                                 const struct zone *zone, int32_t until, int64_t known_no,
                                 GError **err)
{
    struct facts_wish wish = {.usage = set->usage,
                              .by_subject = set->by_subject,
                              .from_day = until - 1,
                              .to_day = until,
                              .currency = set->currency};
    if (set->churn == CHURN_INACTIVITY) {
        wish.n_usage = set->n_usage;
        if (!check_whole(db, set, zone, until, err) || !fact_range(db, until, &wish, err))
            return NULL;
    }
    return facts_load(db, zone, &wish, known_no, err);
}

bool metric_compute(struct db *db, const struct metric_set *set, const struct zone *zone,
                    const int32_t *as_of, size_t n_as_of, int64_t known_no, metric_frame_fn fn,
                    void *context, GError **err)
{
    struct facts_wish wish = {.n_usage = set->n_usage,
                              .usage = set->usage,
                              .by_subject = set->by_subject,
                              .currency = set->currency};
    if (n_as_of == 0)
        return true;
    if (!check_whole(db, set, zone, as_of[0], err) ||
        !fact_range(db, as_of[n_as_of - 1], &wish, err))
        return false;
    struct facts *facts = facts_load(db, zone, &wish, known_no, err);
    if (!facts)
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct doubt *doubt;
    bool good = doubt_load(arena, db, facts, set->usage, set->n_usage, &doubt, err);
    for (size_t i = 0; i < n_as_of && good; i++)
        good = one_day(set, facts, doubt, zone, as_of[i], fn, context, err);
    facts_free(facts);
    return good;
}
