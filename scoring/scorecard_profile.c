/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_profile.h"

#include <string.h>

#include "core/text.h"
#include "scoring/scorecard_condition.h"
#include "scoring/scorecard_measure.h"

/* The names of groups or measures of a card, NULL at the end. */
static const char **names_of(const struct scorecard *card, bool groups, size_t *n)
{
    *n = groups ? card->n_groups : card->n_measures;
    const char **names = g_new0(const char *, *n + 1);
    for (size_t i = 0; i < *n; i++)
        names[i] = groups ? card->group[i].name : card->measure[i].name;
    return names;
}

/* Weights that are named take the place of the card's. */
static bool load_weights(const struct scorecard_loading *l, const char *key,
                         const struct scorecard_text_weight *text, size_t n_text, bool groups,
                         struct rational *weight, GError **err)
{
    size_t n;
    g_autofree const char **names = names_of(l->card, groups, &n);
    for (size_t t = 0; t < n_text; t++) {
        size_t i = 0;
        g_autofree char *name = g_strdup_printf("%s[%zu].name", key, t);
        g_autofree char *place = g_strdup_printf("%s[%zu].weight", key, t);
        while (i < n && strcmp(names[i], text[t].name) != 0)
            i++;
        if (i == n) {
            g_autofree char *hint = text_hint(text[t].name, names);
            return scorecard_loading_refuse(l, err, name, "the card has no %s '%s'%s",
                                            groups ? "group" : "measure", text[t].name, hint);
        }
        if (!scorecard_loading_within(l, place, text[t].weight, rational_int(0),
                                      rational_int(10000), &weight[i], err))
            return false;
    }
    return true;
}

/* Whole numbers of the same proportions, group by group. */
static bool scale(const struct scorecard_loading *l, struct scorecard_profile *p, GError **err)
{
    const struct scorecard *card = l->card;
    int64_t total = 0;
    if (!scorecard_measure_scale(l, p->written_group, card->n_groups, p->group_weight, err))
        return false;
    for (size_t g = 0, first = 0; g < card->n_groups; g++) {
        size_t n = 0;
        int64_t within = 0;
        while (first + n < card->n_measures && card->measure[first + n].group == (int)g)
            n++;
        if (!scorecard_measure_scale(l, p->written + first, n, p->weight + first, err))
            return false;
        for (size_t i = first; i < first + n; i++)
            within += p->weight[i];
        total += within > 0 ? p->group_weight[g] : 0;
        first += n;
    }
    return total > 0 || card->level.combine != LEVEL_MEAN ||
           scorecard_loading_refuse(l, err, "", "its weights are all zero");
}

static bool load_one(struct scorecard_loading *l, const struct scorecard_text_profile *text,
                     struct scorecard_profile *p, GError **err)
{
    const struct scorecard *card = l->card;
    p->name = text->name;
    if (strcmp(p->name, "default") == 0 || scorecard_profile_find(card, p->name) >= 0)
        return scorecard_loading_refuse(l, err, ".name", "'%s' is %s", p->name,
                                        strcmp(p->name, "default") == 0
                                            ? "the card itself, where no profile applies"
                                            : "there already");
    if (!scorecard_condition_load(l, ".when", text->when, text->when_count, &p->when, err))
        return false;
    for (size_t i = 0; i < card->n_measures; i++)
        p->written[i] = card->measure[i].written_weight;
    for (size_t g = 0; g < card->n_groups; g++)
        p->written_group[g] = card->group[g].written_weight;
    return load_weights(l, ".groups", text->groups, text->groups_count, true, p->written_group,
                        err) &&
           load_weights(l, ".measures", text->measures, text->measures_count, false, p->written,
                        err) &&
           scale(l, p, err);
}

/* The first that holds applies: one that holds only where an earlier does is none. */
static bool is_reached(const struct scorecard_loading *l, const struct scorecard_profile *all,
                       size_t i, GError **err)
{
    for (size_t k = 0; k < i; k++) {
        if (scorecard_condition_follows(l->pool, &all[i].when, &all[k].when))
            return scorecard_loading_refuse(
                l, err, ".when",
                "is never reached: %s before it holds whenever this one does, so put it in front "
                "or say what tells them apart",
                all[k].name);
    }
    return true;
}

bool scorecard_profile_load(struct scorecard_loading *l, GError **err)
{
    size_t n = l->text->profiles_count;
    struct scorecard_profile *all = arena_many(l->arena, n + 1, struct scorecard_profile);
    l->card->profile = all;
    for (size_t i = 0; i < n; i++) {
        g_autofree char *path = g_strdup_printf("profiles[%zu]", i);
        g_autofree char *what = g_strdup_printf("profile %s", l->text->profiles[i].name);
        l->path = path;
        l->what = what;
        if (!load_one(l, &l->text->profiles[i], &all[i], err) || !is_reached(l, all, i, err))
            return false;
        l->card->n_profiles++;
    }
    l->path = l->what = "";
    return true;
}

void scorecard_profile_apply(const struct scorecard *card, size_t i, struct scorecard *out)
{
    const struct scorecard_profile *p = &card->profile[i];
    *out = *card;
    for (size_t k = 0; k < card->n_measures; k++) {
        out->measure[k].weight = p->weight[k];
        out->measure[k].written_weight = p->written[k];
    }
    for (size_t g = 0; g < card->n_groups; g++) {
        out->group[g].weight = p->group_weight[g];
        out->group[g].written_weight = p->written_group[g];
    }
}

int scorecard_profile_find(const struct scorecard *card, const char *name)
{
    for (size_t i = 0; i < card->n_profiles; i++) {
        if (strcmp(card->profile[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}
