/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/progress.h"
#include "scoring/health.h"
#include "scoring/known.h"
#include "scoring/override.h"
#include "scoring/rank.h"

enum { SIDES = 2 };

const int plan_edge[PLAN_BINS - 1] = {-2000, -1000, -500, -100, 100, 500, 1000, 2000};

/* One customer on one side. */
struct seen {
    bool is_customer, is_known;
    const char *band;
    int effective_bp;
    int *part_bp; /* by plan's measure: what of the health comes from it */
    int64_t arr_minor;
};

struct planning {
    struct arena *arena;
    struct plan *out;
    const struct plan_side *side[SIDES];
    struct health_engine *engine[SIDES];
    size_t place[SIDES][SCORECARD_MEASURES_MAX]; /* of a card's measure among the plan's */
    struct override_set overrides;
    size_t n_accounts;
    const char *const *key;
    struct seen *seen[SIDES];
    int next; /* side that the next frame is of, when they are read apart */
};

/* ── measures of both cards ─────────────────────────────────────────────────────────────────────
 */

static size_t add_measure(struct plan *out, const char *name, const char *label,
                          enum plan_edit edit)
{
    out->measure[out->n_measures] =
        (struct plan_measure){.name = name, .label = label, .edit = edit};
    return out->n_measures++;
}

/* Shares of the whole, so that doubling all weights is no edit. */
static bool weighs_alike(const struct scorecard *a, size_t i, const struct scorecard *b, size_t j)
{
    __int128 in_a = 0, in_b = 0, groups_a = 0, groups_b = 0;
    const struct scorecard_measure *x = &a->measure[i], *y = &b->measure[j];
    for (size_t k = 0; k < a->n_measures; k++)
        in_a += a->measure[k].group == x->group ? a->measure[k].weight : 0;
    for (size_t k = 0; k < b->n_measures; k++)
        in_b += b->measure[k].group == y->group ? b->measure[k].weight : 0;
    for (size_t g = 0; g < a->n_groups; g++)
        groups_a += a->group[g].weight;
    for (size_t g = 0; g < b->n_groups; g++)
        groups_b += b->group[g].weight;
    return x->weight * in_b == y->weight * in_a &&
           a->group[x->group].weight * groups_b == b->group[y->group].weight * groups_a;
}

static enum plan_edit edit_of(struct planning *p, size_t i, size_t j)
{
    const struct plan_side *a = p->side[0], *b = p->side[1];
    const char *before = scorecard_definition(p->arena, a->card, a->set, i);
    const char *after = scorecard_definition(p->arena, b->card, b->set, j);
    if (strcmp(before, after) != 0)
        return PLAN_JUDGES;
    return weighs_alike(a->card, i, b->card, j) ? PLAN_SAME : PLAN_WEIGHS;
}

static void list_measures(struct planning *p)
{
    const struct scorecard *before = p->side[0]->card, *after = p->side[1]->card;
    for (size_t i = 0; i < before->n_measures; i++)
        p->place[0][i] =
            add_measure(p->out, before->measure[i].name, before->measure[i].label, PLAN_REMOVED);
    for (size_t j = 0; j < after->n_measures; j++) {
        size_t i = 0;
        while (i < before->n_measures &&
               strcmp(before->measure[i].name, after->measure[j].name) != 0)
            i++;
        bool found = i < before->n_measures;
        p->place[1][j] = found ? p->place[0][i]
                               : add_measure(p->out, after->measure[j].name,
                                             after->measure[j].label, PLAN_ADDED);
        if (found)
            p->out->measure[p->place[1][j]].edit = edit_of(p, i, j);
    }
    add_measure(p->out, "rest", "Start, limits and rounding", PLAN_SAME);
    add_measure(p->out, "caps", "Caps and people's words", PLAN_SAME);
}

/* ── one side of one day ────────────────────────────────────────────────────────────────────────
 */

static void see(struct planning *p, int side, const struct metric_frame *f, size_t a)
{
    struct health h;
    struct health_engine *engine = p->engine[side];
    const struct scorecard *card = p->side[side]->card;
    health_of_frame(engine, f, a, &h);
    const struct q_overrides_read_row *word =
        override_find(&p->overrides, f->account_id[a], f->as_of);
    if (word)
        override_apply(word, engine, &h);
    struct seen *s = &p->seen[side][a];
    *s = (struct seen){true,
                       h.is_known,
                       h.is_scored ? h.band : "",
                       h.effective_bp,
                       arena_many(p->arena, p->out->n_measures, int),
                       f->arr_minor[a]};
    for (size_t j = 0; j < card->n_measures; j++) {
        struct plan_measure *m = &p->out->measure[p->place[side][j]];
        s->part_bp[p->place[side][j]] = h.is_known ? h.contribution_bp[j] : 0;
        *(side == 0 ? &m->known_before : &m->known_after) += health_knows(&h, j);
    }
    if (!h.is_known)
        return;
    s->part_bp[p->out->n_measures - 2] = h.start_bp + h.limits_bp + h.rounding_bp;
    s->part_bp[p->out->n_measures - 1] = h.effective_bp - h.health_bp;
}

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct planning *p = context;
    bool both = p->side[0]->set == p->side[1]->set;
    (void)err;
    if (!p->seen[0]) {
        const char **key = arena_many(p->arena, f->n_accounts + 1, const char *);
        for (size_t a = 0; a < f->n_accounts; a++)
            key[a] = arena_strdup(p->arena, f->account_key[a]);
        p->key = key;
        p->n_accounts = f->n_accounts;
        for (int s = 0; s < SIDES; s++)
            p->seen[s] = arena_many(p->arena, f->n_accounts + 1, struct seen);
    }
    for (int s = p->next; s < (both ? SIDES : p->next + 1); s++) {
        for (size_t a = 0; a < f->n_accounts; a++) {
            if (f->is_customer[a])
                see(p, s, f, a);
        }
    }
    p->next++;
    return true;
}

/* ── both sides ─────────────────────────────────────────────────────────────────────────────────
 */

static bool changes_band(const struct plan_account *a)
{
    return strcmp(a->from, a->to) != 0;
}

static int moved_by(const struct plan_account *a)
{
    return a->known_before && a->known_after ? abs(a->after_bp - a->before_bp) : 0;
}

static int compare_accounts(const void *a, const void *b)
{
    const struct plan_account *x = a, *y = b;
    if (changes_band(x) != changes_band(y))
        return changes_band(x) ? -1 : 1;
    if (moved_by(x) != moved_by(y))
        return moved_by(x) > moved_by(y) ? -1 : 1;
    return strcmp(x->key, y->key);
}

/* What of the move comes from which measure. */
static void split(struct planning *p, size_t a, struct plan_account *out)
{
    int *part = arena_many(p->arena, p->out->n_measures, int);
    out->part_bp = part;
    if (!out->known_before || !out->known_after)
        return;
    out->by_cut = strcmp(out->from, out->to) != 0 &&
                  strcmp(health_band_of(p->engine[0], out->after_bp), out->from) == 0;
    for (size_t k = 0; k < p->out->n_measures; k++) {
        struct plan_measure *m = &p->out->measure[k];
        part[k] = p->seen[1][a].part_bp[k] - p->seen[0][a].part_bp[k];
        m->moved += part[k] != 0;
        m->mean_bp += abs(part[k]);
    }
}

static void add_move(struct plan *out, struct plan_move *move, const struct plan_account *a)
{
    size_t i = 0;
    while (i < out->n_moves &&
           (strcmp(move[i].from, a->from) != 0 || strcmp(move[i].to, a->to) != 0))
        i++;
    if (i == out->n_moves)
        move[out->n_moves++] = (struct plan_move){a->from, a->to, 0, 0};
    move[i].accounts++;
    move[i].arr_minor += a->arr_minor;
}

static int compare_moves(const void *a, const void *b)
{
    const struct plan_move *x = a, *y = b;
    return (x->accounts < y->accounts) - (x->accounts > y->accounts);
}

static size_t bin_of(int move)
{
    size_t b = 0;
    while (b < PLAN_BINS - 1 && (plan_edge[b] < 0 ? move >= plan_edge[b] : move > plan_edge[b]))
        b++;
    return b;
}

static void measure_moves(struct planning *p, const struct plan_account *account)
{
    struct plan *out = p->out;
    double *before = arena_many(p->arena, out->n_accounts + 1, double);
    double *after = arena_many(p->arena, out->n_accounts + 1, double);
    for (size_t i = 0; i < out->n_accounts; i++) {
        const struct plan_account *a = &account[i];
        if (!a->known_before || !a->known_after)
            continue;
        before[out->both] = a->before_bp;
        after[out->both++] = a->after_bp;
        out->histogram[bin_of(a->after_bp - a->before_bp)]++;
    }
    out->spearman = rank_spearman(p->arena, before, after, out->both);
    out->kendall = rank_kendall(p->arena, before, after, out->both);
    for (size_t k = 0; k < out->n_measures && out->both > 0; k++)
        out->measure[k].mean_bp /= (double)out->both;
}

static void compare(struct planning *p)
{
    enum { BANDS = SCORECARD_BANDS_MAX + 3 };
    struct plan *out = p->out;
    struct plan_account *account = arena_many(p->arena, p->n_accounts + 1, struct plan_account);
    struct plan_move *move = arena_many(p->arena, (size_t)BANDS * BANDS, struct plan_move);
    for (size_t a = 0; a < p->n_accounts; a++) {
        const struct seen *before = &p->seen[0][a], *after = &p->seen[1][a];
        if (!before->is_customer && !after->is_customer)
            continue;
        struct plan_account *to = &account[out->n_accounts++];
        *to = (struct plan_account){.key = p->key[a],
                                    .arr_minor =
                                        after->is_customer ? after->arr_minor : before->arr_minor,
                                    .from = before->is_customer ? before->band : "",
                                    .to = after->is_customer ? after->band : "",
                                    .known_before = before->is_known,
                                    .known_after = after->is_known,
                                    .before_bp = before->effective_bp,
                                    .after_bp = after->effective_bp};
        split(p, a, to);
        add_move(out, move, to);
        out->changed += changes_band(to);
    }
    qsort(account, out->n_accounts, sizeof *account, compare_accounts);
    qsort(move, out->n_moves, sizeof *move, compare_moves);
    out->account = account;
    out->move = move;
    measure_moves(p, account);
}

static bool compute(struct planning *p, struct db *db, const struct zone *zone, GError **err)
{
    const int32_t day = p->out->as_of;
    size_t passes = p->side[0]->set == p->side[1]->set ? 1 : SIDES;
    for (size_t s = 0; s < passes; s++) {
        if (!metric_compute(db, p->side[s]->set, zone, &day, 1, p->out->known_no, on_frame, p, err))
            return false;
    }
    compare(p);
    return true;
}

bool plan_run(struct arena *arena, struct db *db, struct config *config,
              const struct plan_side *before, const struct plan_side *after,
              const struct plan_options *options, struct plan *out, GError **err)
{
    g_autoptr(zone_t) zone = zone_open(config_time_zone(config), err);
    struct known known;
    struct planning *p = arena_one(arena, struct planning);
    if (!zone || !known_ask(db, options->known_no, &known, err))
        return false;
    *out = (struct plan){.as_of = options->as_of, .known_no = known.commit_no};
    *p = (struct planning){.arena = arena, .out = out, .side = {before, after}};
    if (!override_load(arena, db, known.commit_no, &p->overrides, err))
        return false;
    for (int s = 0; s < SIDES; s++)
        p->engine[s] = health_engine_new(p->side[s]->card);
    list_measures(p);
    progress_begin(options->progress, "reading facts", "", PROGRESS_ITEMS, 0);
    bool ok = db_begin_snapshot(db, err) && compute(p, db, zone, err);
    db_rollback(db);
    progress_end(options->progress);
    for (int s = 0; s < SIDES; s++)
        health_engine_free(p->engine[s]);
    return ok;
}
