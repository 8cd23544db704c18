/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_rule.h"

#include <string.h>

#include "scoring/scorecard_condition.h"

/* What is being loaded, and how its scores are read. */
struct rule {
    struct scorecard_loading *l;
    const char *key;
    const struct scorecard_text_rule *text;
    enum scorecard_type type;
    bool points;
    bool has_worth; /* scores are percentages of it */
    struct rational worth;
    struct scorecard_rule *out;
    struct scorecard_piece *piece;
};

/* A score as written → on the card's scale, or in points. */
static bool load_score(const struct rule *r, const char *below, const char *text,
                       struct rational *out, const char **level, GError **err)
{
    struct rational_pool *pool = r->l->pool;
    struct rational low = r->l->card->from, high = r->l->card->to;
    if (!scorecard_loading_score(r->l, below, text, out, level, err))
        return false;
    if (r->has_worth)
        *out = rational_multiply(pool, rational_divide(pool, *out, rational_int(100)), r->worth);
    if (r->points ||
        (rational_compare(pool, *out, low) >= 0 && rational_compare(pool, *out, high) <= 0))
        return true;
    return scorecard_loading_refuse(r->l, err, below, "score is %s, want %g to %g", text,
                                    rational_to_double(low), rational_to_double(high));
}

static bool load_pair(const struct rule *r, const char *below, char *const *text, uint32_t n,
                      struct rational out[2], bool scores, GError **err)
{
    const char *level;
    if (n != 2)
        return scorecard_loading_refuse(r->l, err, below, "want two numbers");
    for (uint32_t i = 0; i < 2; i++) {
        g_autofree char *at = g_strdup_printf("%s[%u]", below, i);
        if (scores ? !load_score(r, at, text[i], &out[i], &level, err)
                   : !scorecard_loading_number(r->l, at, text[i], &out[i], err))
            return false;
    }
    return true;
}

/* The range that a line or steps run over: `over`, or the piece's own edges. */
static bool load_over(const struct rule *r, const char *below,
                      const struct scorecard_text_piece *text, struct scorecard_piece *p,
                      GError **err)
{
    struct rational ends[2] = {p->range.low, p->range.high};
    g_autofree char *over = g_strconcat(below, ".over", NULL);
    if (text->over_count > 0 && !load_pair(r, over, text->over, text->over_count, ends, false, err))
        return false;
    if (text->over_count == 0 && (!p->range.has_low || !p->range.has_high))
        return scorecard_loading_refuse(r->l, err, below,
                                        "a line or steps without an end on both sides want over");
    if (rational_compare(r->l->pool, ends[0], ends[1]) >= 0)
        return scorecard_loading_refuse(r->l, err, over, "want two numbers that ascend");
    p->from = ends[0];
    p->to = ends[1];
    return true;
}

static bool load_steps(const struct rule *r, const char *below,
                       const struct scorecard_text_piece *text, struct scorecard_piece *p,
                       GError **err)
{
    struct rational *step = arena_many(r->l->arena, text->steps_count, struct rational);
    const char *level;
    for (uint32_t i = 0; i < text->steps_count; i++) {
        g_autofree char *at = g_strdup_printf("%s.steps[%u]", below, i);
        if (!load_score(r, at, text->steps[i], &step[i], &level, err))
            return false;
    }
    p->n_steps = text->steps_count;
    p->step = step;
    p->score = step[0];
    p->score_to = step[p->n_steps - 1];
    return load_over(r, below, text, p, err);
}

/* What a piece gives; its range is known. */
static bool load_gift(const struct rule *r, const char *below,
                      const struct scorecard_text_piece *text, struct scorecard_piece *p,
                      GError **err)
{
    int ways = (text->score != NULL) + (text->line_count > 0) + (text->steps_count > 0);
    g_autofree char *score = g_strconcat(below, ".score", NULL);
    g_autofree char *line = g_strconcat(below, ".line", NULL);
    if (ways != 1)
        return scorecard_loading_refuse(r->l, err, below, "want one of score, line and steps");
    if (r->type != TYPE_NUMBER && !text->score)
        return scorecard_loading_refuse(r->l, err, below, "its input is a text, want score");
    if (text->steps_count > 0)
        return load_steps(r, below, text, p, err);
    if (text->line_count > 0) {
        struct rational ends[2];
        p->is_line = true;
        if (!load_pair(r, line, text->line, text->line_count, ends, true, err))
            return false;
        p->score = ends[0];
        p->score_to = ends[1];
        return load_over(r, below, text, p, err);
    }
    p->is_none = strcmp(text->score, "none") == 0;
    p->score = p->score_to = rational_int(0);
    if (!p->is_none && !load_score(r, score, text->score, &p->score, &p->level, err))
        return false;
    p->score_to = p->score;
    return true;
}

/* `to` with the rule's `edge` is short for below or up_to. */
static bool load_to(const struct rule *r, const char *below,
                    const struct scorecard_text_piece *text, struct scorecard_text_range *range,
                    GError **err)
{
    *range = text->range;
    if (!text->to)
        return true;
    if (range->below || range->up_to)
        return scorecard_loading_refuse(r->l, err, below, "want to, or below or up_to, not both");
    bool hi = g_strcmp0(r->text->edge, "hi_inclusive") == 0;
    if (!hi && g_strcmp0(r->text->edge, "lo_inclusive") != 0) {
        g_autofree char *edge = g_strconcat(r->key, ".edge", NULL);
        return scorecard_loading_refuse(r->l, err, edge,
                                        "bands with to want edge: lo_inclusive or hi_inclusive, or "
                                        "write below and up_to");
    }
    *(hi ? &range->up_to : &range->below) = text->to;
    return true;
}

/* A band begins where the one before it ends; what it says of its low edge must agree. */
static bool join(const struct rule *r, const char *below, size_t i, struct scorecard_range *range,
                 GError **err)
{
    const struct scorecard_range *before = i > 0 ? &r->piece[i - 1].range : NULL;
    if (!before)
        return !range->has_low ||
               scorecard_loading_refuse(r->l, err, below,
                                        "values below stand in no band: begin with one that has no "
                                        "low edge, if need be {below: …, score: none}");
    if (!before->has_high)
        return scorecard_loading_refuse(
            r->l, err, below, "is never reached: the band before it takes all values beyond");
    bool inclusive = !before->high_inclusive;
    if (range->has_low) {
        int order = rational_compare(r->l->pool, range->low, before->high);
        if (order < 0 || (order == 0 && range->low_inclusive && !inclusive))
            return scorecard_loading_refuse(r->l, err, below, "overlaps the band before it");
        if (order > 0 || (!range->low_inclusive && inclusive))
            return scorecard_loading_refuse(r->l, err, below,
                                            "leaves a gap after the band before it: if nothing is "
                                            "to stand there, write a band with score: none");
    }
    int order = range->has_high ? rational_compare(r->l->pool, range->high, before->high) : 1;
    if (order < 0 || (order == 0 && !(inclusive && range->high_inclusive)))
        return scorecard_loading_refuse(r->l, err, below, "band %zu is not above the one before it",
                                        i + 1);
    range->has_low = true;
    range->low = before->high;
    range->low_inclusive = inclusive;
    return true;
}

/* Bands of a text: each names words that none before it did; the last takes the rest. */
static bool join_texts(const struct rule *r, const char *below, size_t i, size_t n,
                       const struct scorecard_range *range, GError **err)
{
    bool last = i + 1 == n;
    if (last == (range->n_texts > 0))
        return scorecard_loading_refuse(
            r->l, err, below,
            last ? "the last band of a text takes the rest, if need be {score: none}: want no is"
                 : "a band of a text wants is; those behind it are never reached");
    for (size_t j = 0; j < i; j++) {
        for (size_t a = 0; a < range->n_texts; a++) {
            for (size_t b = 0; b < r->piece[j].range.n_texts; b++) {
                if (strcmp(range->text[a], r->piece[j].range.text[b]) == 0)
                    return scorecard_loading_refuse(r->l, err, below,
                                                    "overlaps band %zu: '%s' stands in both", j + 1,
                                                    range->text[a]);
            }
        }
    }
    return true;
}

static bool load_band(const struct rule *r, size_t i, GError **err)
{
    const struct scorecard_text_piece *text = &r->text->bands[i];
    struct scorecard_piece *p = &r->piece[i];
    struct scorecard_text_range range;
    bool last = i + 1 == r->text->bands_count;
    g_autofree char *below = g_strdup_printf("%s.bands[%zu]", r->key, i);
    if (!load_to(r, below, text, &range, err) ||
        !scorecard_condition_range(r->l, below, &range, r->type, &p->range, err))
        return false;
    if (r->type != TYPE_NUMBER)
        return join_texts(r, below, i, r->text->bands_count, &p->range, err) &&
               load_gift(r, below, text, p, err);
    if (p->range.n_texts > 0)
        return scorecard_loading_refuse(r->l, err, below, "a band of a number has edges, not is");
    if (!join(r, below, i, &p->range, err))
        return false;
    if (last == p->range.has_high)
        return scorecard_loading_refuse(
            r->l, err, below,
            last ? "the last band has no high edge: it takes all values beyond, if need be with "
                   "score: none"
                 : "only the last band has no high edge: those behind it are never reached");
    return load_gift(r, below, text, p, err);
}

static bool load_point(const struct rule *r, size_t i, GError **err)
{
    const struct scorecard_text_piece *text = &r->text->points[i];
    struct scorecard_piece *p = &r->piece[i];
    g_autofree char *below = g_strdup_printf("%s.points[%zu]", r->key, i);
    if (text->to)
        return scorecard_loading_refuse(r->l, err, below, "points have below or up_to, not to");
    return scorecard_condition_range(r->l, below, &text->range, r->type, &p->range, err) &&
           load_gift(r, below, text, p, err);
}

static bool load_pieces(const struct rule *r, size_t n,
                        bool (*load)(const struct rule *, size_t, GError **), GError **err)
{
    r->out->n_pieces = n;
    for (size_t i = 0; i < n; i++) {
        if (!load(r, i, err))
            return false;
    }
    return true;
}

/* ── anchors: lines from each to the next, a piece before and one after ─────────────────────────
 */

static bool load_anchor(const struct rule *r, size_t i, struct rational *at, struct rational *score,
                        GError **err)
{
    const struct scorecard_text_piece *text = &r->text->anchors[i];
    g_autofree char *below = g_strdup_printf("%s.anchors[%zu]", r->key, i);
    g_autofree char *x = g_strconcat(below, ".at", NULL), *y = g_strconcat(below, ".score", NULL);
    const char *level;
    if (!scorecard_loading_number(r->l, x, text->at, at, err) ||
        !load_score(r, y, text->score, score, &level, err))
        return false;
    return i == 0 || rational_compare(r->l->pool, *at, r->piece[i].range.low) > 0 ||
           scorecard_loading_refuse(r->l, err, below, "anchor %zu is not above the one before it",
                                    i + 1);
}

static void anchor_before(const struct rule *r, size_t i, struct rational at, struct rational score)
{
    struct scorecard_piece *p = &r->piece[i];
    p->range.has_high = true;
    p->range.high_inclusive = true;
    p->range.high = p->to = at;
    p->score_to = score;
    if (i == 0)
        p->score = score;
    p->is_line = i > 0;
}

static void anchor_after(const struct rule *r, size_t i, struct rational at, struct rational score)
{
    struct scorecard_piece *p = &r->piece[i + 1];
    p->range.has_low = true;
    p->range.low = p->from = at;
    p->score = p->score_to = score;
}

/* Outside the anchors: no score, or the one of `outside`; the ends belong to the line. */
static bool load_outside(const struct rule *r, size_t n, GError **err)
{
    const char *outside = r->text->outside, *level;
    g_autofree char *below = g_strconcat(r->key, ".outside", NULL);
    if (!outside || strcmp(outside, "clamp") == 0)
        return true;
    struct scorecard_piece *first = &r->piece[0], *last = &r->piece[n];
    first->is_none = last->is_none = strcmp(outside, "none") == 0;
    if (!first->is_none && !load_score(r, below, outside, &first->score, &level, err))
        return false;
    first->score_to = last->score = last->score_to = first->score;
    first->range.high_inclusive = false;
    r->piece[1].range.low_inclusive = true;
    return true;
}

static bool load_anchors(const struct rule *r, GError **err)
{
    size_t n = r->text->anchors_count;
    if (r->type != TYPE_NUMBER || (n < 2 && r->text->outside))
        return scorecard_loading_refuse(r->l, err, ".anchors",
                                        "anchors want a number, and outside two of them");
    for (size_t i = 0; i < n; i++) {
        struct rational at, score;
        if (!load_anchor(r, i, &at, &score, err))
            return false;
        anchor_before(r, i, at, score);
        anchor_after(r, i, at, score);
    }
    r->out->n_pieces = n + 1;
    return load_outside(r, n, err);
}

static bool load_percentile(const struct rule *r, GError **err)
{
    size_t n = r->text->percentile_count;
    g_autofree char *below = g_strconcat(r->key, ".percentile", NULL);
    if (r->type != TYPE_NUMBER || r->points)
        return scorecard_loading_refuse(r->l, err, below,
                                        "a percentile wants a number and a group that averages");
    if (!scorecard_loading_numbers(r->l, below, r->text->percentile, n, &r->out->reference, err))
        return false;
    for (size_t i = 1; i < n; i++) {
        if (rational_compare(r->l->pool, r->out->reference[i], r->out->reference[i - 1]) < 0)
            return scorecard_loading_refuse(r->l, err, below,
                                            "its reference does not ascend at entry %zu", i + 1);
    }
    r->out->n_reference = n;
    return true;
}

/* ── a whole rule ───────────────────────────────────────────────────────────────────────────────
 */

/* The least and the greatest that it can give. */
static void span(struct rational_pool *pool, const struct scorecard *card,
                 struct scorecard_rule *rule)
{
    bool any = false;
    rule->low = card->from;
    rule->high = card->to;
    struct rational low = rational_int(0), high = rational_int(0);
    for (size_t i = 0; i < rule->n_pieces; i++) {
        const struct scorecard_piece *p = &rule->piece[i];
        const struct rational ends[2] = {p->score, p->score_to};
        for (size_t j = 0; j < 2 && !p->is_none; j++) {
            if (rule->kind == JUDGE_POINTS && j == 0 && rational_sign(ends[0]) < 0)
                low = rational_add(pool, low, ends[0]);
            if (rule->kind == JUDGE_POINTS && j == 0 && rational_sign(ends[0]) > 0)
                high = rational_add(pool, high, ends[0]);
            if (rule->kind == JUDGE_BANDS && (!any || rational_compare(pool, ends[j], low) < 0))
                low = ends[j];
            if (rule->kind == JUDGE_BANDS && (!any || rational_compare(pool, ends[j], high) > 0))
                high = ends[j];
            any = true;
        }
    }
    if (any) {
        rule->low = low;
        rule->high = high;
    }
}

static bool load_kind(struct rule *r, GError **err)
{
    const struct scorecard_text_rule *t = r->text;
    int kinds = (t->anchors_count > 0) + (t->bands_count > 0) + (t->points_count > 0) +
                (t->percentile_count > 0);
    if (kinds != 1)
        return scorecard_loading_refuse(r->l, err, r->key,
                                        "want either anchors, bands, points or percentile");
    if (t->outside && t->anchors_count == 0)
        return scorecard_loading_refuse(r->l, err, r->key, "outside belongs to anchors");
    if (t->anchors_count > 0)
        return load_anchors(r, err);
    if (t->bands_count > 0)
        return load_pieces(r, t->bands_count, load_band, err);
    r->out->kind = t->points_count > 0 ? JUDGE_POINTS : JUDGE_PERCENTILE;
    return t->points_count > 0 ? load_pieces(r, t->points_count, load_point, err)
                               : load_percentile(r, err);
}

bool scorecard_rule_load(struct scorecard_loading *l, const char *key,
                         const struct scorecard_text_rule *text, enum scorecard_type type,
                         bool points, struct scorecard_rule *out, GError **err)
{
    struct rule r = {.l = l, .key = key, .text = text, .type = type, .points = points, .out = out};
    g_autofree char *worth = g_strconcat(key, ".worth", NULL);
    if (!scorecard_loading_optional(l, worth, text->worth, &r.has_worth, &r.worth, err))
        return false;
    size_t n = text->anchors_count + text->bands_count + text->points_count + 1;
    r.piece = arena_many(l->arena, n, struct scorecard_piece);
    out->piece = r.piece;
    if (!load_kind(&r, err))
        return false;
    span(l->pool, l->card, out);
    return true;
}

int scorecard_rule_direction(struct rational_pool *pool, const struct scorecard_rule *rule)
{
    if (rule->kind != JUDGE_BANDS || (rule->n_pieces > 0 && rule->piece[0].range.n_texts > 0))
        return 0;
    const struct scorecard_piece *first = NULL, *last = NULL;
    for (size_t i = 0; i < rule->n_pieces; i++) {
        const struct scorecard_piece *p = &rule->piece[i];
        if (p->is_none)
            continue;
        first = first ? first : p;
        last = p;
    }
    return first ? rational_compare(pool, last->score_to, first->score) : 0;
}
