/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/metric.h"

#include <math.h>
#include <stdlib.h>

#include "core/currency.h"
#include "scoring/crew.h"
#include "scoring/doubt.h"
#include "scoring/facts_attribute.h"
#include "scoring/facts_source.h"
#include "scoring/metric_churn.h"
#include "scoring/metric_past.h"
#include "sql/scoring.h"

const struct metric_answer metric_no_data = {NAN, METRIC_NO_DATA};
const struct metric_answer metric_overflow = {NAN, METRIC_ERROR}; /* a sum beyond 64 bits */

struct metric_answer metric_ok(double value)
{
    return isfinite(value) ? (struct metric_answer){value, METRIC_OK}
                           : (struct metric_answer){NAN, METRIC_ERROR};
}

struct metric_answer metric_quotient(double n, double by)
{
    if (isinf(n) || isinf(by))
        return metric_overflow;
    return by > 0 ? metric_ok(n / by) : metric_no_data;
}

const char *metric_quality_name(enum metric_quality quality)
{
    static const char *const names[] = {"ok",    "no_data",     "stale",  "not_applicable",
                                        "error", "quarantined", "carried"};
    return names[quality];
}

double metric_median(double *sorted, size_t n)
{
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double metric_quantile(const double *sorted, size_t n, double share)
{
    return sorted[(size_t)ceil(share * (double)n) - 1];
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void metric_sort(double *v, size_t n)
{
    if (n > 0)
        qsort(v, n, sizeof *v, compare_doubles);
}

static struct metric_answer over_contracts(const struct metric_computing *c, const struct metric *m,
                                           size_t a)
{
    const struct metric_frame *f = c->frame;
    switch (m->kind) {
    case KIND_TENURE_DAYS:
        return f->start_on[a] < f->as_of ? metric_ok((double)f->as_of - f->start_on[a])
                                         : metric_no_data;
    case KIND_ARR:
        return c->n_records[FACTS_CONTRACT]
                   ? metric_ok((double)f->arr_minor[a] / currency_minor(slice_of(c->set->currency)))
                   : metric_no_data;
    default:
        return f->renewal_on[a] == INT32_MIN ? metric_no_data
                                             : metric_ok((double)f->renewal_on[a] - f->as_of);
    }
}

static struct metric_answer compute(const struct metric_computing *c, const struct metric *m,
                                    size_t a)
{
    switch (metric_kinds[m->kind].reads) {
    case METRIC_READS_USAGE:
    case METRIC_READS_RATIO:
    case METRIC_READS_SUBJECTS:
        return metric_usage_compute(c, m, a);
    case METRIC_READS_CONTRACTS:
        return over_contracts(c, m, a);
    case METRIC_READS_RECORDS:
        return metric_records_compute(c, m, a);
    case METRIC_READS_RUNS:
        return metric_runs_compute(c, m, a);
    case METRIC_READS_CONTACTS:
        return metric_contact_compute(c, m, a);
    case METRIC_READS_SLO:
        return metric_slo_compute(c, m, a);
    default:
        return metric_stickiness_compute(c, m, a);
    }
}

static int32_t window_from(const struct metric_set *set, const struct metric *m, int32_t as_of)
{
    int32_t day = as_of;
    if (!m->is_business)
        return day - m->days;
    for (int left = m->days; left > 0;)
        left -= metric_is_business_day(set, --day);
    return day;
}

int32_t metric_window_from(const struct metric_computing *c, const struct metric *m)
{
    return window_from(c->set, m, c->frame->as_of);
}

/* ARR, renewal, start and customer state on the day. */
static bool fill_contracts(struct metric_computing *c, GError **err)
{
    struct metric_frame *f = c->frame;
    for (size_t a = 0; a < f->n_accounts; a++) {
        size_t n;
        const struct facts_record *r = metric_records(c, FACTS_CONTRACT, a, &n);
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

static void fill_activity(struct metric_computing *c)
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

static void fill_value(const struct metric_computing *c, size_t i, size_t a, bool quarantined)
{
    struct metric_frame *f = c->frame;
    struct metric_answer answer = compute(c, &c->set->metric[i], a);
    if (quarantined && answer.quality == METRIC_OK)
        answer = (struct metric_answer){NAN, METRIC_QUARANTINED};
    f->value[i * f->n_accounts + a] = answer.value;
    f->quality[i * f->n_accounts + a] = (uint8_t)answer.quality;
}

static bool is_wanted(const struct metric_computing *c, size_t metric)
{
    return !c->only || c->only[metric];
}

/* Metrics over runs share what is sorted of an account. */
static void fill_runs(struct metric_computing *c, size_t from, size_t to)
{
    for (size_t a = from; c->words && a < to; a++) {
        metric_runs_choose(c, a);
        for (size_t i = 0; i < c->frame->n_metrics; i++) {
            if (is_wanted(c, i) && metric_kinds[c->set->metric[i].kind].reads == METRIC_READS_RUNS)
                fill_value(c, i, a, false);
        }
    }
    g_free(c->runs.run);
    g_free(c->runs.number);
}

/* What the slices of a day's accounts share. */
struct filling {
    const struct metric_computing *c;
    const bool *quarantined; /* by metric */
};

/* An account's metrics in their order: some are made of those before. */
static void fill_slice(void *context, size_t slice)
{
    const struct filling *filling = context;
    struct metric_computing c = *filling->c; /* with runs of its own */
    size_t from, to;
    crew_slice(c.frame->n_accounts, slice, &from, &to);
    fill_runs(&c, from, to);
    for (size_t i = 0; i < c.frame->n_metrics; i++) {
        bool is_done =
            !is_wanted(&c, i) || metric_kinds[c.set->metric[i].kind].reads == METRIC_READS_RUNS;
        for (size_t a = from; !is_done && a < to; a++)
            fill_value(&c, i, a, filling->quarantined[i]);
    }
}

static void fill_values(const struct metric_computing *c, const struct doubt *doubt)
{
    bool *quarantined = arena_many(c->arena, c->frame->n_metrics + 1, bool);
    for (size_t i = 0; i < c->frame->n_metrics; i++) {
        const struct metric *m = &c->set->metric[i];
        if (!is_wanted(c, i))
            continue;
        int days = c->frame->as_of - metric_window_from(c, m);
        quarantined[i] = doubt_within(doubt, m->usage, c->frame->as_of, days) ||
                         doubt_within(doubt, m->good, c->frame->as_of, days) ||
                         doubt_within(doubt, m->total, c->frame->as_of, days);
    }
    struct filling filling = {c, quarantined};
    crew_each(CREW_SLICES, crew_threads(), fill_slice, &filling);
}

/* What stays from day to day. */
struct passing {
    const struct metric_set *set;
    const struct facts *facts;
    const struct zone *zone;
    struct doubt *doubt;
    struct metric_run_words *words;
    struct slo_lens *lens;
    struct metric_past *past; /* NULL: nobody wants any */
    metric_frame_fn fn;
    void *context;
};

/* Service levels and runs are looked at as of the day, where something reads them. */
static bool reads_runs(const struct metric_computing *c)
{
    for (size_t i = 0; c->only && i < c->set->n_metrics; i++) {
        enum metric_reads reads = metric_kinds[c->set->metric[i].kind].reads;
        if (c->only[i] && (reads == METRIC_READS_RUNS || reads == METRIC_READS_SLO))
            return true;
    }
    return !c->only;
}

/* A day that nobody asked for is computed for the past it is of those that follow. */
static bool one_day(const struct passing *p, int32_t as_of, bool is_asked, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct metric_set *set = p->set;
    const struct facts *facts = p->facts;
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
                                 .facts = facts,
                                 .slo = p->lens};
    if (set->wants->attributes)
        frame.attribute = facts_attributes(facts, arena, as_of);
    struct metric_computing c = {.set = set,
                                 .facts = facts,
                                 .frame = &frame,
                                 .arena = arena,
                                 .zone = p->zone,
                                 .words = p->words,
                                 .only = is_asked ? NULL : metric_past_only(p->past),
                                 .start_us = zone_day_start(p->zone, as_of)};
    for (int kind = FACTS_CONTRACT; kind < FACTS_KINDS; kind++)
        c.record[kind] =
            facts_records(facts, arena, (enum facts_kind)kind, as_of, &c.n_records[kind]);
    if (!fill_contracts(&c, err))
        return false;
    fill_activity(&c);
    if (p->lens && reads_runs(&c))
        slo_lens_at(p->lens, zone_day_start(p->zone, as_of - set->run_days), c.start_us);
    fill_values(&c, p->doubt);
    if (p->past && is_asked)
        metric_past_give(p->past, &frame);
    if (is_asked && !p->fn(p->context, &frame, err))
        return false;
    if (p->past)
        metric_past_keep(p->past, &frame);
    return true;
}

/* The days asked, each after the days before it whose values are wanted. */
static bool all_days(const struct passing *p, const int32_t *as_of, size_t n, GError **err)
{
    int32_t next = INT32_MIN;
    for (size_t i = 0; i < n; i++) {
        for (int32_t day = MAX(next, as_of[i] - p->set->wants->most_days); day <= as_of[i]; day++) {
            if (!one_day(p, day, day == as_of[i], err))
                return false;
        }
        next = as_of[i] + 1;
    }
    return true;
}

/* Facts are read from the first month there is: "since when" needs the whole past. */
static bool fact_range(const struct facts_source *source, int32_t last_as_of,
                       struct facts_wish *wish, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_span_range_row row;
    if (!source->db)
        row = source->rows->span_range;
    else if (!q_span_range(arena, source->db, &row, err))
        return false;
    wish->to_day = last_as_of;
    wish->from_day =
        row.first_month_is_null || row.first_month > last_as_of ? last_as_of - 1 : row.first_month;
    return true;
}

/* Usage by subject, of users or others. */
static bool reads_users(const struct metric *m)
{
    enum metric_reads reads = metric_kinds[m->kind].reads;
    return reads == METRIC_READS_SUBJECTS || (reads == METRIC_READS_CONTACTS && m->usage >= 0);
}

/* How many days of usage a metric must see whole: a comparison with the past and a "since when"
 * know by themselves where the past ends. */
static int reach(const struct metric_set *set)
{
    int days = set->churn == CHURN_INACTIVITY ? set->inactive_days + 1 : 0;
    for (size_t i = 0; i < set->n_metrics; i++) {
        const struct metric *m = &set->metric[i];
        bool usage = metric_kinds[m->kind].reads <= METRIC_READS_SUBJECTS || reads_users(m);
        if (usage && !metric_kinds[m->kind].knows_its_past)
            days = MAX(days,
                       (m->is_business ? m->days * 2 + 10 : m->days) + set->wants->carry_days[i]);
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
                              .subjects_from_day = until, /* lives ask for no subject */
                              .from_day = until - 1,
                              .to_day = until,
                              .currency = set->currency,
                              .contracts_only = true};
    if (set->churn == CHURN_INACTIVITY) {
        wish.n_usage = set->n_usage;
        const struct facts_source source = {db, NULL};
        if (!check_whole(db, set, zone, until, err) || !fact_range(&source, until, &wish, err))
            return NULL;
    }
    return facts_load(db, zone, &wish, known_no, err);
}

/* Runs as far back as some window before the first day. */
static void wish_runs(const struct metric_set *set, int32_t first_as_of, struct facts_wish *wish)
{
    wish->runs = set->wants_runs;
    wish->runs_from_day = first_as_of - set->run_days;
}

/* Usage by subject likewise: a customer has many, and no metric asks for all their past. */
static void wish_subjects(const struct metric_set *set, int32_t first_as_of,
                          struct facts_wish *wish)
{
    wish->subjects_from_day = first_as_of;
    for (size_t i = 0; i < set->n_metrics; i++) {
        const struct metric *m = &set->metric[i];
        if (reads_users(m))
            wish->subjects_from_day =
                MIN(wish->subjects_from_day, window_from(set, m, first_as_of));
    }
}

static bool prepare(struct passing *p, struct arena *arena, const struct facts_source *source,
                    GError **err)
{
    const struct metric_set *set = p->set;
    p->past = metric_past_new(arena, set, facts_accounts(p->facts));
    if (!doubt_load(arena, source, p->facts, set->usage, set->n_usage, &p->doubt, err))
        return false;
    if (!set->wants_runs)
        return true;
    p->words = metric_run_words_make(arena, set, p->facts);
    p->lens = slo_lens_new(arena, set->slo, p->facts, p->zone, set->usage, set->n_usage, err);
    return p->lens != NULL;
}

bool metric_compute_from(const struct facts_source *source, const struct metric_set *set,
                         const struct zone *zone, const int32_t *as_of, size_t n_as_of,
                         int64_t known_no, metric_frame_fn fn, void *context, GError **err)
{
    struct facts_wish wish = {.n_usage = set->n_usage,
                              .usage = set->usage,
                              .by_subject = set->by_subject,
                              .currency = set->currency,
                              .attributes = set->wants->attributes,
                              .contacts = set->wants_contacts};
    if (n_as_of == 0)
        return true;
    wish_runs(set, as_of[0] - set->wants->most_days, &wish);
    wish_subjects(set, as_of[0] - set->wants->most_days, &wish);
    if ((source->db && !check_whole(source->db, set, zone, as_of[0], err)) ||
        !fact_range(source, as_of[n_as_of - 1], &wish, err))
        return false;
    struct facts *facts = facts_load_from(source, zone, &wish, known_no, err);
    if (!facts)
        return false;
    g_autoptr(arena_t) arena = arena_new();
    struct passing p = {.set = set, .facts = facts, .zone = zone, .fn = fn, .context = context};
    bool good = prepare(&p, arena, source, err) && all_days(&p, as_of, n_as_of, err);
    facts_free(facts);
    return good;
}

bool metric_compute(struct db *db, const struct metric_set *set, const struct zone *zone,
                    const int32_t *as_of, size_t n_as_of, int64_t known_no, metric_frame_fn fn,
                    void *context, GError **err)
{
    const struct facts_source source = {db, NULL};
    return metric_compute_from(&source, set, zone, as_of, n_as_of, known_no, fn, context, err);
}
