/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/progress.h"
#include "scoring/evaluate.h"
#include "scoring/known.h"
#include "scoring/loss.h"
#include "scoring/metric_churn.h"
#include "scoring/panel.h"
#include "scoring/proof_internal.h"
#include "scoring/renewal.h"

enum { WEEK = 1 << PROOF_SPANS };

/* A day to score, and what for: a bit for each span, WEEK for leavers. */
struct day {
    int32_t day;
    unsigned what;
};

struct walking {
    struct arena *arena;
    struct db *db;
    const struct metric_set *set;
    struct proof *out;
    int32_t until;
    int delay;
    struct health_engine *engine;
    struct health health;
    const struct metric_life *life;
    size_t n_lives, n_accounts, at, n_days, week;
    struct ledger *ledger;
    const struct day *day;
    uint8_t *stood; /* weeks × accounts: index of out->band */
    int32_t *week_day;
    int size_metric[PROOF_SIZES_MAX];                         /* behind out->size; ARR has none */
    GArray *health_of[PROOF_SPANS], *left_of[PROOF_SPANS];    /* of those with a health */
    GArray *value, *score, *quality, *y, *arr, *known, *size; /* the evidence */
    struct progress *progress;
};

/* ── one customer on one day ────────────────────────────────────────────────────────────────────
 */

static uint8_t band_index(const struct proof *out, const struct health *h)
{
    size_t unknown = out->card->n_bands;
    if (!h->is_scored)
        return (uint8_t)(unknown + 1);
    for (size_t b = 0; b < unknown; b++) {
        if (strcmp(out->band[b], h->band) == 0)
            return (uint8_t)b;
    }
    return (uint8_t)unknown;
}

static void add_count(struct proof_count *count, int64_t minor, bool left)
{
    count->n++;
    count->minor += minor;
    count->left += left;
    count->minor_left += left ? minor : 0;
}

static void add_evidence(struct walking *w, const struct metric_frame *f, size_t a, double y)
{
    const struct health *h = &w->health;
    double arr = (double)f->arr_minor[a], known = h->is_known ? h->effective_bp : (double)NAN;
    for (size_t j = 0; j < w->out->card->n_measures; j++) {
        double value = health_value(w->engine, j);
        double score = h->counts[j] ? h->measure_bp[j] : (double)NAN;
        g_array_append_val(w->value, value);
        g_array_append_val(w->score, score);
        g_array_append_val(w->quality, h->quality[j]);
    }
    for (size_t s = 1; s < w->out->n_sizes; s++)
        g_array_append_val(w->size, f->value[(size_t)w->size_metric[s] * f->n_accounts + a]);
    g_array_append_val(w->y, y);
    g_array_append_val(w->arr, arr);
    g_array_append_val(w->known, known);
}

static void add_customer(struct walking *w, const struct metric_frame *f, size_t a, unsigned what)
{
    const struct metric_life *life = metric_life_on(w->life, w->n_lives, a, f->as_of);
    const struct health *h = &w->health;
    health_of_frame(w->engine, f, a, &w->health);
    uint8_t band = band_index(w->out, h);
    if (what & WEEK)
        w->stood[w->week * w->n_accounts + a] = band;
    for (int s = 0; s < PROOF_SPANS && life && h->is_scored; s++) {
        if (!(what & (1U << s)))
            continue;
        bool left = metric_life_ends_within(life, f->as_of, lead_days[s]);
        double y = left, bp = h->effective_bp;
        add_count(&w->out->span[s].all, f->arr_minor[a], left);
        add_count(&w->out->span[s].band[band], f->arr_minor[a], left);
        if (h->is_known) {
            bp = -bp;
            g_array_append_val(w->health_of[s], bp);
            g_array_append_val(w->left_of[s], y);
        }
        if (s == PROOF_EVIDENCE)
            add_evidence(w, f, a, y);
    }
}

/* ── days ───────────────────────────────────────────────────────────────────────────────────────
 */

static bool begin(struct walking *w, const struct metric_frame *f, GError **err)
{
    struct metric_life *life;
    /* The facts are read: a transaction that idles while days are scored would be ended. */
    db_rollback(w->db);
    if (!metric_lives(w->arena, w->set, f->facts, w->until, &life, &w->n_lives, err) ||
        !ledger_make(w->arena, f->facts, w->until, NULL, &w->ledger, err))
        return false;
    w->life = life;
    w->n_accounts = f->n_accounts;
    size_t cells = w->out->n_days * f->n_accounts;
    w->stood = arena_alloc(w->arena, cells + 1);
    memset(w->stood, (int)w->out->card->n_bands + 1, cells + 1);
    progress_begin(w->progress, "scoring", "days", PROGRESS_ITEMS, (int64_t)w->n_days);
    return true;
}

static bool finish(struct walking *w, GError **err);

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct walking *w = context;
    if (!w->ledger && !begin(w, f, err))
        return false;
    progress_pass(w->progress, 1);
    /* The last frame is there so that facts are read up to `until`: nothing came of it yet. */
    if (w->at == w->n_days)
        return finish(w, err);
    unsigned what = w->day[w->at++].what;
    for (size_t a = 0; a < f->n_accounts; a++) {
        if (f->is_customer[a])
            add_customer(w, f, a, what);
    }
    if (what & WEEK)
        w->week_day[w->week++] = f->as_of;
    return true;
}

static int compare_days(const void *a, const void *b)
{
    return (((const struct day *)a)->day > ((const struct day *)b)->day) -
           (((const struct day *)a)->day < ((const struct day *)b)->day);
}

/* Days `step` apart up to the last whose `span` was over by `until`. */
static size_t add_days(const struct walking *w, int32_t first, int span, int step, unsigned what,
                       struct day *out)
{
    size_t n = 0;
    for (int32_t day = w->until - span - w->delay - 1; day >= first; day -= step)
        out[n++] = (struct day){day, what};
    return n;
}

static void list_days(struct walking *w, int32_t first)
{
    size_t room = (size_t)MAX(w->until - first, 0) / 2 + 8, n = 0, merged = 0;
    struct day *day = arena_many(w->arena, room, struct day);
    for (int s = 0; s < PROOF_SPANS; s++) {
        struct proof_span *span = &w->out->span[s];
        size_t own = add_days(w, first, lead_days[s], lead_days[s], 1U << s, day + n);
        *span = (struct proof_span){.days = lead_days[s], .n_days = own};
        if (own > 0) {
            span->last = day[n].day;
            span->first = day[n + own - 1].day;
        }
        n += own;
    }
    w->out->n_days = add_days(w, first, 0, PROOF_STEP_DAYS, WEEK, day + n);
    n += w->out->n_days;
    qsort(day, n, sizeof *day, compare_days);
    for (size_t i = 0; i < n; i++) {
        if (merged > 0 && day[merged - 1].day == day[i].day)
            day[merged - 1].what |= day[i].what;
        else
            day[merged++] = day[i];
    }
    w->day = day;
    w->n_days = merged;
    w->week_day = arena_many(w->arena, w->out->n_days + 1, int32_t);
}

/* ── leavers ────────────────────────────────────────────────────────────────────────────────────
 */

/* The newest week up to a day; SIZE_MAX before the first. */
static size_t week_of(const struct walking *w, int32_t day)
{
    int32_t back = day - w->week_day[0];
    if (back < 0)
        return SIZE_MAX;
    return MIN((size_t)(back / PROOF_STEP_DAYS), w->out->n_days - 1);
}

/* The weeks before an outcome as lowest, middle and highest band; with any_but_best the middle ones
 * are the lowest too. */
static struct lead_outcome outcome_of(const struct walking *w, size_t a, int32_t day, int64_t minor,
                                      bool has_left, bool any_but_best)
{
    size_t bands = w->out->card->n_bands, n = 0;
    struct lead_stretch *stretch = arena_many(w->arena, w->out->n_days + 1, struct lead_stretch);
    for (size_t k = 0; k < w->out->n_days && w->week_day[k] < day; k++) {
        size_t b = w->stood[k * w->n_accounts + a];
        enum lead_band band = b >= bands       ? LEAD_UNKNOWN
                              : b + 1 == bands ? LEAD_GREEN
                              : b == 0         ? LEAD_RED
                                               : LEAD_YELLOW;
        if (any_but_best && band == LEAD_YELLOW)
            band = LEAD_RED;
        stretch[n++] =
            (struct lead_stretch){w->week_day[k], w->week_day[k] + PROOF_STEP_DAYS, band};
    }
    return (struct lead_outcome){has_left, day, minor, n, stretch};
}

struct outcomes {
    GArray *red, *amber;
};

static void add_outcome(struct walking *w, size_t a, int32_t day, int64_t minor, bool has_left,
                        struct outcomes *to)
{
    if (day - lead_days[0] < w->week_day[0])
        return;
    struct lead_outcome red = outcome_of(w, a, day, minor, has_left, false),
                        amber = outcome_of(w, a, day, minor, has_left, true);
    g_array_append_val(to->red, red);
    g_array_append_val(to->amber, amber);
    w->out->leavers += has_left;
}

static bool add_leavers(struct walking *w, struct outcomes *to, GError **err)
{
    for (size_t i = 0; i < w->n_lives; i++) {
        const struct metric_life *life = &w->life[i];
        int64_t minor;
        if (life->to == INT32_MAX || life->to - lead_days[PROOF_SPANS - 1] < w->week_day[0])
            continue;
        if (!loss_minor(w->ledger, life, &minor, err))
            return false;
        for (int s = 0; s < PROOF_SPANS; s++) {
            struct proof_span *span = &w->out->span[s];
            size_t week = week_of(w, life->to - span->days);
            if (week == SIZE_MAX)
                continue;
            size_t b = w->stood[week * w->n_accounts + life->account];
            span->leavers++;
            span->leavers_minor += minor;
            span->stood[b]++;
            span->stood_minor[b] += minor;
        }
        add_outcome(w, life->account, life->to, minor, true, to);
    }
    return true;
}

/* Contracts that ended and went on: who was Red before them was a false alarm. */
static bool add_renewals(struct walking *w, struct outcomes *to, GError **err)
{
    struct renewal *renewal;
    size_t n;
    if (!renewal_list(w->arena, w->ledger, w->week_day[0], w->until - w->delay,
                      metric_churn_gap(w->set), &renewal, &n, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        int32_t day = renewal[i].row->to;
        if (metric_life_on(w->life, w->n_lives, renewal[i].account, day))
            add_outcome(w, renewal[i].account, day, renewal[i].minor, false, to);
    }
    return true;
}

static bool find_leads(struct walking *w, GError **err)
{
    g_autoptr(GArray) red = g_array_new(FALSE, FALSE, sizeof(struct lead_outcome));
    g_autoptr(GArray) amber = g_array_new(FALSE, FALSE, sizeof(struct lead_outcome));
    struct outcomes to = {red, amber};
    if (w->out->n_days == 0)
        return true;
    if (!add_leavers(w, &to, err) || !add_renewals(w, &to, err))
        return false;
    lead_summarise(w->arena, (const struct lead_outcome *)(void *)red->data, red->len,
                   &w->out->red);
    lead_summarise(w->arena, (const struct lead_outcome *)(void *)amber->data, amber->len,
                   &w->out->amber);
    return true;
}

static void rank_spans(struct walking *w)
{
    for (int s = 0; s < PROOF_SPANS; s++) {
        struct proof_span *span = &w->out->span[s];
        struct evaluation e;
        evaluate_ranking(w->arena, (const double *)(void *)w->health_of[s]->data,
                         (const double *)(void *)w->left_of[s]->data, w->left_of[s]->len, &e);
        span->auc = e.auc;
        span->auc_low = e.auc_low;
        span->auc_high = e.auc_high;
    }
}

static bool finish(struct walking *w, GError **err)
{
    const struct proof_rows rows = {.n = w->y->len,
                                    .n_sizes = w->out->n_sizes - 1,
                                    .value = (const double *)(void *)w->value->data,
                                    .score = (const double *)(void *)w->score->data,
                                    .quality = (const uint8_t *)w->quality->data,
                                    .y = (const double *)(void *)w->y->data,
                                    .arr = (const double *)(void *)w->arr->data,
                                    .health = (const double *)(void *)w->known->data,
                                    .size = (const double *)(void *)w->size->data};
    if (!find_leads(w, err))
        return false;
    rank_spans(w);
    proof_evidence(w->arena, &rows, w->out);
    return true;
}

/* ── the whole ──────────────────────────────────────────────────────────────────────────────────
 */

static void name_bands(struct proof *out)
{
    const struct scorecard *card = out->card;
    for (size_t b = 0; b < card->n_bands; b++)
        out->band[b] = card->band[b].name;
    out->band[card->n_bands] = "Unknown";
    out->band[card->n_bands + 1] = "not scored";
    out->n_bands = card->n_bands + 2;
}

/* ARR, and how many people a customer has, where a metric tells. */
static void name_sizes(struct walking *w)
{
    w->out->size[0] = (struct proof_size){"ARR", NAN};
    w->out->n_sizes = 1;
    for (size_t m = 0; m < metric_count(w->set) && w->out->n_sizes < PROOF_SIZES_MAX; m++) {
        const struct metric_info *info = metric_info(w->set, m);
        if (strcmp(info->unit, "users") != 0 && strcmp(info->unit, "seats") != 0)
            continue;
        w->size_metric[w->out->n_sizes] = (int)m;
        w->out->size[w->out->n_sizes++] = (struct proof_size){info->label, NAN};
    }
}

static bool walk(struct walking *w, struct db *db, const struct zone *zone, int64_t known_no,
                 GError **err)
{
    int32_t first;
    if (!panel_first_day(db, w->set, zone, w->until, &first, err))
        return false;
    list_days(w, first);
    if (w->out->span[PROOF_SPANS - 1].n_days == 0)
        return err_set(err, KENKO_ERROR_REFUSED,
                       "the history is too short: a scorecard is held against what came within %d "
                       "days of a day with eight weeks of usage before it",
                       lead_days[PROOF_SPANS - 1]);
    int32_t *day = arena_many(w->arena, w->n_days + 1, int32_t);
    for (size_t i = 0; i < w->n_days; i++)
        day[i] = w->day[i].day;
    day[w->n_days] = w->until;
    w->out->first = day[0];
    w->out->last = day[w->n_days - 1];
    progress_begin(w->progress, "reading facts", "", PROGRESS_ITEMS, 0);
    return metric_compute(db, w->set, zone, day, w->n_days + 1, known_no, on_frame, w, err);
}

static GArray *array(size_t size)
{
    return g_array_new(FALSE, FALSE, (guint)size);
}

static void open_arrays(struct walking *w)
{
    for (int s = 0; s < PROOF_SPANS; s++) {
        w->health_of[s] = array(sizeof(double));
        w->left_of[s] = array(sizeof(double));
    }
    w->value = array(sizeof(double));
    w->score = array(sizeof(double));
    w->quality = array(sizeof(uint8_t));
    w->y = array(sizeof(double));
    w->arr = array(sizeof(double));
    w->known = array(sizeof(double));
    w->size = array(sizeof(double));
}

static void close_arrays(struct walking *w)
{
    GArray *const all[] = {w->value, w->score, w->quality, w->y, w->arr, w->known, w->size};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_array_unref(all[i]);
    for (int s = 0; s < PROOF_SPANS; s++) {
        g_array_unref(w->health_of[s]);
        g_array_unref(w->left_of[s]);
    }
}

bool proof_run(struct arena *arena, struct db *db, struct config *config,
               const struct metric_set *set, const struct scorecard *card,
               const struct proof_options *options, struct proof *out, GError **err)
{
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct known known;
    if (card->n_bands == 0)
        return err_set(err, KENKO_ERROR_REFUSED, "scorecard %s has no bands to be judged by",
                       card->name);
    if (!zone || !known_ask(db, options->known_no, &known, err))
        return false;
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    struct walking *w = arena_one(arena, struct walking);
    *out = (struct proof){
        .card = card, .known_no = known.commit_no, .churn = metric_churn_definition(arena, set)};
    *w = (struct walking){.arena = arena,
                          .db = db,
                          .set = set,
                          .out = out,
                          .until = options->as_of,
                          .delay = metric_churn_delay(set),
                          .engine = engine,
                          .progress = options->progress};
    name_bands(out);
    name_sizes(w);
    open_arrays(w);
    bool ok = db_begin_snapshot(db, err) && walk(w, db, zone, known.commit_no, err);
    db_rollback(db);
    progress_end(options->progress);
    close_arrays(w);
    return ok;
}
