/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage spans → per account, metric and day; then prefix sums, so that a window costs two look-ups.
 */
#include <math.h>
#include <stdlib.h>

#include "core/usage_pack.h"
#include "scoring/crew.h"
#include "scoring/facts_internal.h"
#include "sql/scoring.h"

enum { METRIC_IDS_MAX = 4096 };

struct pass {
    struct facts *f;
    int usage_of[METRIC_IDS_MAX]; /* metric_id → usage index, -1 none */
};

/* How many records count in a cell is kept from the first row on that says it. */
static void count(const struct facts *f, struct facts_usage *u, size_t at, int64_t n)
{
    size_t cells = f->n_accounts * (f->n_days + 1);
    if (!u->n) {
        u->n = g_new0(int32_t, cells + 1);
        for (size_t i = 0; i < cells; i++)
            u->n[i] = u->has[i];
    }
    u->n[at] += (int32_t)n;
}

static __int128 sum_at(const struct facts_usage *u, size_t at)
{
    return u->high ? u->high[at] * ((__int128)1 << 64) + (uint64_t)u->sum[at] : u->sum[at];
}

/* The upper words are there from the first sum on that needs them: hardly ever. */
static void set_sum(const struct facts *f, struct facts_usage *u, size_t at, __int128 v)
{
    if (!u->high && v != (int64_t)v) {
        size_t cells = f->n_accounts * (f->n_days + 1);
        u->high = g_new(int64_t, cells + 1);
        for (size_t i = 0; i < cells; i++)
            u->high[i] = u->sum[i] < 0 ? -1 : 0;
    }
    u->sum[at] = (int64_t)v;
    if (u->high)
        u->high[at] = (int64_t)(v >> 64);
}

static void combine(const struct facts *f, struct facts_usage *u, size_t at, int64_t v,
                    int64_t time, int64_t tie)
{
    if (!u->has[at]) {
        u->has[at] = 1;
        set_sum(f, u, at, v);
        if (u->at) {
            u->at[at] = time;
            u->tie[at] = tie;
        }
        return;
    }
    switch (u->combine) {
    case 's':
        set_sum(f, u, at, sum_at(u, at) + v);
        break;
    case 'm':
        u->sum[at] = MAX(u->sum[at], v);
        break;
    case 'n':
        u->sum[at] = MIN(u->sum[at], v);
        break;
    default:
        if (time > u->at[at] || (time == u->at[at] && tie > u->tie[at])) {
            u->sum[at] = v;
            u->at[at] = time;
            u->tie[at] = tie;
        }
    }
}

static void take_span(struct facts *f, const struct usage_span *span, int usage, size_t party,
                      int32_t month)
{
    struct facts_usage *u = &f->usage[usage];
    for (uint32_t days = span->taken; days; days &= days - 1) {
        int d = __builtin_ctz(days);
        int32_t day = month + d;
        if (day < f->wish.from_day || day >= f->wish.to_day ||
            (span->is_mixed && !facts_visible(f, span->load[d])))
            continue;
        uint32_t account = facts_member_on(f, party, day);
        if (account == FACTS_NOBODY)
            continue;
        size_t at = account * (f->n_days + 1) + (size_t)(day - f->wish.from_day);
        bool has_times = span->is_latest || span->is_counted;
        int64_t time = has_times ? span->at[d] : 1, tie = span->is_latest ? span->tie[d] : 0;
        if (u->combine == 's' && (u->n || has_times))
            count(f, u, at, time);
        combine(f, u, at, span->v[d], time, tie);
        if (f->wish.by_subject[usage] && day >= f->wish.subjects_from_day) {
            struct facts_subject_day s = {.account = account,
                                          .usage = (uint32_t)usage,
                                          .subject = span->subject_id,
                                          .day = day,
                                          .v = span->v[d],
                                          .at = time,
                                          .tie = tie};
            g_array_append_val(f->subject_days, s);
        }
    }
}

static bool on_month(void *context, const struct q_spans_read_row *row, GError **err)
{
    struct pass *pass = context;
    struct facts *f = pass->f;
    struct usage_pack pack;
    struct usage_span span;
    if (!usage_pack_open(row->spans, &pack, err))
        return false;
    size_t party = facts_party(f, row->party_id);
    for (size_t i = 0; i < pack.n_spans; i++) {
        int32_t metric = usage_pack_metric(&pack, i);
        int usage = metric >= 0 && metric < METRIC_IDS_MAX ? pass->usage_of[metric] : -1;
        if (usage < 0)
            continue;
        if (!usage_pack_get(&pack, i, &span, err))
            return false;
        if (span.is_mixed || facts_visible(f, span.load_id))
            take_span(f, &span, usage, party, row->month);
    }
    return true;
}

static void allocate(struct facts *f, struct facts_usage *u)
{
    size_t cells = f->n_accounts * (f->n_days + 1);
    u->sum = g_new0(int64_t, cells + 1);
    u->has = g_new0(uint8_t, cells + 1);
    u->first = g_new(int32_t, f->n_accounts + 1);
    for (size_t a = 0; a < f->n_accounts; a++)
        u->first[a] = INT32_MAX;
    u->newest = g_new(int32_t, f->n_days + 1);
    for (size_t d = 0; d <= f->n_days; d++)
        u->newest[d] = INT32_MIN;
    u->unit = 1;
}

static bool find_metrics(struct facts *f, struct pass *pass, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_usage_metrics_rows rows;
    if (!facts_source_usage_metrics(f->source, arena, &rows, err))
        return false;
    for (int i = 0; i < METRIC_IDS_MAX; i++)
        pass->usage_of[i] = -1;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_usage_metrics_row *r = &rows.row[i];
        for (size_t u = 0; u < f->wish.n_usage && r->metric_id < METRIC_IDS_MAX; u++) {
            if (strcmp(f->wish.usage[u], r->name) != 0)
                continue;
            /* Of several ids of one name (another scale or rule since) the newest counts. */
            for (int id = 0; id < METRIC_IDS_MAX; id++)
                pass->usage_of[id] = pass->usage_of[id] == (int)u ? -1 : pass->usage_of[id];
            pass->usage_of[r->metric_id] = (int)u;
            f->usage[u].unit = pow(10, r->scale);
            f->usage[u].combine = strcmp(r->combine, "min") == 0 ? 'n' : *r->combine;
        }
    }
    return true;
}

/* Where records came and went again there is no fact. Then the first and newest day of those left.
 */
static void settle(const struct facts *f, struct facts_usage *u)
{
    for (size_t a = 0; a < f->n_accounts; a++) {
        for (size_t d = 0; d < f->n_days; d++) {
            size_t at = a * (f->n_days + 1) + d;
            if (u->n && u->n[at] <= 0) {
                u->has[at] = 0;
                set_sum(f, u, at, 0);
            }
            if (!u->has[at])
                continue;
            int32_t day = f->wish.from_day + (int32_t)d;
            u->first[a] = MIN(u->first[a], day);
            u->newest[d + 1] = day;
        }
    }
    for (size_t d = 1; d <= f->n_days; d++)
        u->newest[d] = MAX(u->newest[d], u->newest[d - 1]);
}

/* sum[d] becomes the total before day d, active likewise. */
static void accumulate(const struct facts *f, struct facts_usage *u)
{
    u->active = g_new0(int32_t, f->n_accounts * (f->n_days + 1) + 1);
    for (size_t a = 0; a < f->n_accounts; a++) {
        size_t first = a * (f->n_days + 1);
        __int128 total = 0;
        int32_t days = 0;
        for (size_t d = 0; d <= f->n_days; d++) {
            __int128 v = d < f->n_days ? sum_at(u, first + d) : 0;
            set_sum(f, u, first + d, total);
            u->active[first + d] = days;
            total += v;
            days += v > 0;
        }
    }
}

static int compare_subject_day(const struct facts_subject_day *x, const struct facts_subject_day *y)
{
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    if (x->usage != y->usage)
        return x->usage < y->usage ? -1 : 1;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    return (x->day > y->day) - (x->day < y->day);
}

/* Values of one day follow each other, of rule latest the newest last, of the others the largest.
 */
static int compare_subject(const void *a, const void *b)
{
    const struct facts_subject_day *x = a, *y = b;
    int by_day = compare_subject_day(x, y);
    if (by_day != 0)
        return by_day;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->tie != y->tie)
        return x->tie < y->tie ? -1 : 1;
    return (x->v > y->v) - (x->v < y->v);
}

static void drop_uncounted(struct facts *f)
{
    struct facts_subject_day *row = (struct facts_subject_day *)(void *)f->subject_days->data;
    guint kept = 0;
    for (guint i = 0; i < f->subject_days->len; i++) {
        if (f->usage[row[i].usage].combine != 's' || row[i].at > 0)
            row[kept++] = row[i];
    }
    g_array_set_size(f->subject_days, kept);
}

static void close_subject_day(struct facts_subject_day *row, __int128 v)
{
    row->v = (int64_t)v;
    row->is_over = row->v != v;
}

/* Values of several loads or parties for one subject and day come together by the metric's rule. */
static void fold_subject_days(struct facts *f)
{
    struct facts_subject_day *row = (struct facts_subject_day *)(void *)f->subject_days->data;
    guint kept = 0;
    if (f->subject_days->len == 0)
        return;
    qsort(row, f->subject_days->len, sizeof *row, compare_subject);
    __int128 v = row[0].v;
    for (guint i = 1; i < f->subject_days->len; i++) {
        if (compare_subject_day(&row[i], &row[kept]) != 0) {
            close_subject_day(&row[kept], v);
            row[++kept] = row[i];
            v = row[i].v;
            continue;
        }
        char rule = f->usage[row[i].usage].combine;
        if (rule == 's') {
            row[kept].at += row[i].at;
            v += row[i].v;
        } else if (rule == 'm' || rule == 'l') {
            row[kept] = row[i];
            v = row[i].v;
        }
    }
    close_subject_day(&row[kept], v);
    g_array_set_size(f->subject_days, kept + 1);
    drop_uncounted(f);
}

/* The subjects first, for they take longest; then one usage metric each. */
static void conclude(void *context, size_t piece)
{
    struct facts *f = context;
    if (piece == 0) {
        fold_subject_days(f);
        return;
    }
    settle(f, &f->usage[piece - 1]);
    accumulate(f, &f->usage[piece - 1]);
}

bool facts_load_usage(struct facts *f, GError **err)
{
    f->n_days = (size_t)(f->wish.to_day - f->wish.from_day);
    f->usage = g_new0(struct facts_usage, f->wish.n_usage + 1);
    struct pass *pass = arena_one(f->arena, struct pass);
    pass->f = f;
    for (size_t u = 0; u < f->wish.n_usage; u++)
        allocate(f, &f->usage[u]);
    if (!find_metrics(f, pass, err))
        return false;
    for (size_t u = 0; u < f->wish.n_usage; u++) {
        if (f->usage[u].combine == 'l') {
            f->usage[u].at = g_new0(int64_t, f->n_accounts * (f->n_days + 1) + 1);
            f->usage[u].tie = g_new0(int64_t, f->n_accounts * (f->n_days + 1) + 1);
        }
    }
    if (f->wish.n_usage > 0 &&
        !facts_source_spans_read(f->source, f->wish.from_day, f->wish.to_day, on_month, pass, err))
        return false;
    crew_each(f->wish.n_usage + 1, crew_threads(), conclude, f);
    return true;
}

static size_t clamp_day(const struct facts *f, int32_t day)
{
    return (size_t)CLAMP((int64_t)day - f->wish.from_day, 0, (int64_t)f->n_days);
}

static __int128 sum_over(const struct facts *f, size_t account, size_t usage, int32_t from,
                         int32_t to)
{
    const struct facts_usage *u = &f->usage[usage];
    size_t first = account * (f->n_days + 1);
    return sum_at(u, first + clamp_day(f, to)) - sum_at(u, first + clamp_day(f, from));
}

double facts_sum(const struct facts *f, size_t account, size_t usage, int32_t from, int32_t to)
{
    __int128 v = sum_over(f, account, usage, from, to);
    return v == (int64_t)v ? (double)v / f->usage[usage].unit : INFINITY;
}

int64_t facts_total(const struct facts *f, size_t account, size_t usage, int32_t from, int32_t to)
{
    return (int64_t)CLAMP(sum_over(f, account, usage, from, to), INT64_MIN, INT64_MAX);
}

double facts_unit(const struct facts *f, size_t usage)
{
    return f->usage[usage].unit;
}

int facts_active_days(const struct facts *f, size_t account, size_t usage, int32_t from, int32_t to)
{
    const int32_t *active = f->usage[usage].active + account * (f->n_days + 1);
    return active[clamp_day(f, to)] - active[clamp_day(f, from)];
}

double facts_value(const struct facts *f, size_t account, size_t usage, int32_t day)
{
    if (day < f->wish.from_day || day >= f->wish.to_day ||
        !f->usage[usage].has[account * (f->n_days + 1) + clamp_day(f, day)])
        return NAN;
    return facts_sum(f, account, usage, day, day + 1);
}

int32_t facts_last_active(const struct facts *f, size_t account, size_t usage, int32_t before)
{
    const int32_t *active = f->usage[usage].active + account * (f->n_days + 1);
    size_t high = clamp_day(f, before), low = 0;
    if (active[high] == 0)
        return INT32_MIN;
    /* The first prefix that already holds the count is one past the last active day. */
    int32_t count = active[high];
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (active[mid] >= count)
            high = mid;
        else
            low = mid + 1;
    }
    return f->wish.from_day + (int32_t)low - 1;
}

int32_t facts_first_day(const struct facts *f, size_t account, size_t usage)
{
    return f->usage[usage].first[account];
}

int32_t facts_newest_day(const struct facts *f, size_t usage, int32_t before)
{
    int32_t day = CLAMP(before, f->wish.from_day, f->wish.to_day);
    return f->usage[usage].newest[day - f->wish.from_day];
}

const struct facts_subject_day *facts_subject_days(const struct facts *f, size_t *n)
{
    *n = f->subject_days->len;
    return (const struct facts_subject_day *)(void *)f->subject_days->data;
}
