/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard.h"

#include <string.h>

#include "scoring/scorecard_condition.h"
#include "scoring/scorecard_input.h"
#include "scoring/scorecard_level.h"
#include "scoring/scorecard_measure.h"
#include "scoring/scorecard_profile.h"

enum { FULL = 10000, SURE_COVERAGE = 80 };

static bool load_groups(struct scorecard_loading *l, GError **err)
{
    struct scorecard *card = l->card;
    struct rational weight[SCORECARD_GROUPS_MAX];
    int64_t whole[SCORECARD_GROUPS_MAX], total = 0;
    for (uint32_t g = 0; g < l->text->groups_count; g++) {
        const struct scorecard_text_group *text = &l->text->groups[g];
        struct scorecard_group *group = &card->group[card->n_groups++];
        g_autofree char *path = g_strdup_printf("groups[%u]", g);
        g_autofree char *what = g_strdup_printf("group %s", text->name);
        l->path = path;
        l->what = what;
        *group = (struct scorecard_group){.name = text->name,
                                          .label = text->label ? text->label : text->name};
        if (!scorecard_measure_weight(l, text->weight, &weight[g], err) ||
            !scorecard_level_load(l, &text->level, &group->level, err) ||
            !scorecard_condition_load(l, ".only_if", text->only_if, text->only_if_count,
                                      &group->only_if, err) ||
            !scorecard_measure_load(l, text, g, err))
            return false;
    }
    l->path = "groups";
    l->what = "";
    if (!scorecard_measure_scale(l, weight, card->n_groups, whole, err))
        return false;
    for (size_t g = 0; g < card->n_groups; g++) {
        card->group[g].weight = whole[g];
        card->group[g].written_weight = weight[g];
        total += whole[g];
    }
    return total > 0 || card->level.combine != LEVEL_MEAN ||
           scorecard_loading_refuse(l, err, "", "the groups' weights are all zero");
}

/* ── bands ──────────────────────────────────────────────────────────────────────────────────────
 */

/* Each begins where the one before it ends. With `gaps: true` numbers between two may stand in
 * none, but none may stand in two. */
static bool join_band(const struct scorecard_loading *l, size_t i, bool gaps, GError **err)
{
    struct scorecard_range *range = &l->card->band[i].range;
    const struct scorecard_range *before = i > 0 ? &l->card->band[i - 1].range : NULL;
    if (!before)
        return true;
    if (!before->has_high)
        return scorecard_loading_refuse(
            l, err, "", "is never reached: every band but the last wants 'below' or 'up_to'");
    int order = range->has_low ? rational_compare(l->pool, range->low, before->high) : 0;
    bool touches = range->has_low && range->low_inclusive && before->high_inclusive;
    if (order < 0 || (order == 0 && touches))
        return scorecard_loading_refuse(l, err, "", "overlaps the band before it");
    bool apart = order > 0 || (range->has_low && !range->low_inclusive && !before->high_inclusive);
    if (range->has_low && apart && !gaps)
        return scorecard_loading_refuse(l, err, "",
                                        "leaves a gap after the band before it: if numbers may "
                                        "stand in no band, say gaps: true");
    if (!range->has_low) {
        range->has_low = true;
        range->low = before->high;
        range->low_inclusive = !before->high_inclusive;
    }
    return !range->has_high || rational_compare(l->pool, range->high, range->low) > 0 ||
           scorecard_loading_refuse(l, err, ".below", "does not begin above the one before it");
}

static bool load_band(const struct scorecard_loading *l, size_t i, bool gaps, GError **err)
{
    const struct scorecard_text_name *text = &l->text->bands[i];
    struct scorecard_band *band = &l->card->band[l->card->n_bands++];
    bool last = i + 1 == l->text->bands_count;
    band->name = text->name;
    if (strcmp(band->name, "Unknown") == 0)
        return scorecard_loading_refuse(l, err, ".name", "none is named Unknown");
    if (!scorecard_condition_range(l, "", &text->range, TYPE_NUMBER, &band->range, err))
        return false;
    const struct rational *edge = band->range.has_high ? &band->range.high : NULL;
    if (edge && (rational_compare(l->pool, *edge, l->card->from) < 0 ||
                 rational_compare(l->pool, *edge, l->card->to) > 0))
        return scorecard_loading_refuse(l, err, band->range.high_inclusive ? ".up_to" : ".below",
                                        "want %g to %g", rational_to_double(l->card->from),
                                        rational_to_double(l->card->to));
    bool open = !last || !edge || (gaps && rational_compare(l->pool, *edge, l->card->to) == 0);
    return (open || scorecard_loading_refuse(l, err, "", "the last band has no high edge")) &&
           join_band(l, i, gaps, err);
}

static bool load_bands(struct scorecard_loading *l, GError **err)
{
    bool gaps;
    if (!scorecard_loading_flag(l, ".gaps", l->text->gaps, false, &gaps, err))
        return false;
    for (size_t i = 0; i < l->text->bands_count; i++) {
        g_autofree char *path = g_strdup_printf("bands[%zu]", i);
        g_autofree char *what = g_strdup_printf("band %s", l->text->bands[i].name);
        l->path = path;
        l->what = what;
        if (!load_band(l, i, gaps, err))
            return false;
    }
    l->path = l->what = "";
    return true;
}

/* ── caps ───────────────────────────────────────────────────────────────────────────────────────
 */

static bool load_cap(struct scorecard_loading *l, const struct scorecard_text_cap *text,
                     GError **err)
{
    static const char *const keys[] = {".cap", ".floor", ".set"};
    const char *const given[] = {text->cap, text->floor, text->set};
    struct scorecard_cap *cap = &l->card->cap[l->card->n_caps++];
    cap->name = text->name;
    int n = 0;
    for (int i = 0; i < 3; i++) {
        if (!given[i])
            continue;
        n++;
        cap->bound = (enum scorecard_bound)i;
    }
    if (n != 1)
        return scorecard_loading_refuse(l, err, "", "want one of cap, floor and set");
    return scorecard_loading_within(l, keys[cap->bound], given[cap->bound], l->card->from,
                                    l->card->to, &cap->value, err) &&
           scorecard_condition_load(l, ".when", text->when, text->when_count, &cap->when, err);
}

static bool load_caps(struct scorecard_loading *l, GError **err)
{
    for (uint32_t i = 0; i < l->text->caps_count; i++) {
        g_autofree char *path = g_strdup_printf("caps[%u]", i);
        g_autofree char *what = g_strdup_printf("cap %s", l->text->caps[i].name);
        l->path = path;
        l->what = what;
        if (!load_cap(l, &l->text->caps[i], err))
            return false;
    }
    l->path = l->what = "";
    return true;
}

/* ── the card itself ────────────────────────────────────────────────────────────────────────────
 */

static bool load_round(const struct scorecard_loading *l, const char *key,
                       const struct scorecard_text_step *text, struct scorecard_round *out,
                       GError **err)
{
    static const char *const words[] = {"none", "nearest_away", "nearest_up", "nearest_even",
                                        "up",   "down",         NULL};
    g_autofree char *rule = g_strconcat(key, ".rule", NULL);
    g_autofree char *step = g_strconcat(key, ".step", NULL);
    int found;
    bool has_step;
    if (!text)
        return true;
    if (!scorecard_loading_choice(l, rule, text->rule, words, &found, err) ||
        !scorecard_loading_optional(l, step, text->step, &has_step, &out->step, err))
        return false;
    out->rule = (enum rational_rounding)found;
    out->is_basis_point = false;
    if ((out->rule == ROUND_NONE) == has_step)
        return scorecard_loading_refuse(
            l, err, step, has_step ? "rule: none has no step" : "want a step, e.g. 1");
    return out->rule == ROUND_NONE || rational_sign(out->step) > 0 ||
           scorecard_loading_refuse(l, err, step, "step is %s, want more than 0", text->step);
}

static bool load_rounds(const struct scorecard_loading *l, GError **err)
{
    static const struct scorecard_text_round none;
    struct scorecard *card = l->card;
    const struct scorecard_text_round *text = l->text->round ? l->text->round : &none;
    struct rational range = rational_subtract(l->pool, card->to, card->from);
    const struct scorecard_round basis_point = {
        ROUND_NEAREST_UP, rational_divide(l->pool, range, rational_int(FULL)), true};
    card->round_measure = card->round_total = basis_point;
    card->round_group = (struct scorecard_round){ROUND_NONE, rational_int(0), false};
    return load_round(l, ".round.measure", text->measure, &card->round_measure, err) &&
           load_round(l, ".round.group", text->group, &card->round_group, err) &&
           load_round(l, ".round.total", text->total, &card->round_total, err);
}

static bool load_scale(const struct scorecard_loading *l, GError **err)
{
    const struct scorecard_text_scale *text = l->text->scale;
    l->card->from = rational_int(0);
    l->card->to = rational_int(100);
    if (!text)
        return true;
    if (!scorecard_loading_number(l, ".scale.from", text->from, &l->card->from, err) ||
        !scorecard_loading_number(l, ".scale.to", text->to, &l->card->to, err))
        return false;
    return rational_compare(l->pool, l->card->from, l->card->to) < 0 ||
           scorecard_loading_refuse(l, err, ".scale", "want from below to: higher is healthier");
}

/* The number never leaves the scale. */
static void close_level(struct scorecard *card)
{
    struct scorecard_level *level = &card->level;
    if (!level->has_least)
        level->least = level->has_out_of ? rational_int(0) : card->from;
    if (!level->has_most)
        level->most = level->has_out_of ? level->out_of : card->to;
    level->has_least = level->has_most = true;
}

/* A share of 100 → basis points of it. */
static bool load_percent(const struct scorecard_loading *l, const char *key, const char *text,
                         int otherwise, int *out, GError **err)
{
    struct rational share = rational_int(otherwise);
    if (text &&
        !scorecard_loading_within(l, key, text, rational_int(0), rational_int(100), &share, err))
        return false;
    *out = rational_to_int(l->pool, rational_multiply(l->pool, share, rational_int(100)));
    return true;
}

static bool load_head(struct scorecard_loading *l, GError **err)
{
    static const char *const shows[] = {"number", "band", NULL};
    const struct scorecard_text *text = l->text;
    struct scorecard *card = l->card;
    int shown;
    card->name = text->name;
    card->label = text->label ? text->label : text->name;
    card->author = text->author ? text->author : "";
    card->note = text->note ? text->note : "";
    if (!load_scale(l, err) || !load_rounds(l, err) ||
        !scorecard_level_load(l, &text->level, &card->level, err) ||
        !load_percent(l, ".min_coverage", text->min_coverage, 0, &card->min_coverage_bp, err) ||
        !load_percent(l, ".sure_coverage", text->sure_coverage, SURE_COVERAGE,
                      &card->sure_coverage_bp, err) ||
        !load_percent(l, ".hysteresis", text->hysteresis, 0, &card->hysteresis_bp, err) ||
        !scorecard_loading_choice(l, ".shows", text->shows, shows, &shown, err))
        return false;
    card->shows_number = shown == 0;
    card->has_nothing_known = text->nothing_known != NULL;
    close_level(card);
    return !text->nothing_known ||
           scorecard_loading_within(l, ".nothing_known", text->nothing_known, card->from, card->to,
                                    &card->nothing_known, err);
}

static struct scorecard *load(struct arena *arena, struct config *config,
                              const struct metric_set *metrics, const char *const *columns,
                              const char *file, GError **err)
{
    void *data = NULL;
    g_autoptr(rational_pool_t) pool = rational_pool_new();
    struct scorecard *card = arena_one(arena, struct scorecard);
    if (!config_file(config, file, &scorecard_text_schema, &data, &card->text, err))
        return NULL;
    struct scorecard_loading l = {.arena = arena,
                                  .config = config,
                                  .file = file,
                                  .metrics = metrics,
                                  .columns = columns,
                                  .text = data,
                                  .card = card,
                                  .pool = pool,
                                  .path = "",
                                  .what = ""};
    bool good = load_head(&l, err) && load_bands(&l, err) && scorecard_input_load(&l, err);
    l.path = l.what = "";
    good = good &&
           scorecard_condition_load(&l, ".scored_only_if", l.text->scored_only_if,
                                    l.text->scored_only_if_count, &card->scored_only_if, err) &&
           load_groups(&l, err) && load_caps(&l, err) && scorecard_profile_load(&l, err);
    return good ? card : NULL;
}

struct scorecard *scorecard_load(struct arena *arena, struct config *config,
                                 const struct metric_set *metrics, const char *name, GError **err)
{
    g_autofree char *file = g_strdup_printf("scorecards/%s.yaml", name);
    return scorecard_load_file(arena, config, metrics, file, err);
}

struct scorecard *scorecard_load_file(struct arena *arena, struct config *config,
                                      const struct metric_set *metrics, const char *file,
                                      GError **err)
{
    return load(arena, config, metrics, NULL, file, err);
}

struct scorecard *scorecard_load_table(struct arena *arena, struct config *config, const char *file,
                                       const char *const *columns, GError **err)
{
    return load(arena, config, NULL, columns, file, err);
}

const char *scorecard_band(const struct scorecard *card, struct rational_pool *pool,
                           struct rational health)
{
    const struct scorecard_value value = {METRIC_OK, health, NULL};
    for (size_t i = 0; i < card->n_bands; i++) {
        if (scorecard_condition_fits(&card->band[i].range, pool, &value))
            return card->band[i].name;
    }
    return NULL;
}

const char *scorecard_band_bp(const struct scorecard *card, struct rational_pool *pool,
                              int health_bp)
{
    struct rational range = rational_subtract(pool, card->to, card->from);
    struct rational above = rational_multiply(pool, range, rational_of(health_bp, FULL));
    return scorecard_band(card, pool, rational_add(pool, card->from, above));
}

bool scorecard_is_mean(const struct scorecard *card)
{
    bool mean = card->level.combine == LEVEL_MEAN && card->round_group.rule == ROUND_NONE &&
                card->round_total.is_basis_point && !card->has_nothing_known;
    for (size_t g = 0; g < card->n_groups; g++) {
        const struct scorecard_level *level = &card->group[g].level;
        mean = mean && level->combine == LEVEL_MEAN && !level->has_least && !level->has_most;
    }
    return mean;
}
