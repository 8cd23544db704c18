/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_measure.h"

#include <string.h>

#include "scoring/scorecard_condition.h"
#include "scoring/scorecard_input.h"
#include "scoring/scorecard_level.h"
#include "scoring/scorecard_rule.h"

bool scorecard_measure_weight(const struct scorecard_loading *l, const char *text,
                              struct rational *out, GError **err)
{
    *out = rational_int(1);
    return !text || scorecard_loading_within(l, ".weight", text, rational_int(0),
                                             rational_int(10000), out, err);
}

bool scorecard_measure_scale(const struct scorecard_loading *l, const struct rational *weight,
                             size_t n, int64_t *out, GError **err)
{
    struct rational common = rational_int(1);
    for (size_t i = 0; i < n; i++) {
        struct rational scaled = rational_multiply(l->pool, weight[i], common);
        if (!scaled.big && scaled.d > 1)
            common = rational_multiply(l->pool, common, rational_int(scaled.d));
    }
    for (size_t i = 0; i < n; i++) {
        struct rational scaled = rational_multiply(l->pool, weight[i], common);
        if (scaled.big || scaled.n > INT64_MAX / SCORECARD_MEASURES_MAX)
            return scorecard_loading_refuse(l, err, "", "its weights have too many digits");
        out[i] = scaled.n;
    }
    return true;
}

/* ── what a measure is when it is missing ───────────────────────────────────────────────────────
 */

/* "14d": how old a value may be that stands in for a missing one. */
static bool load_carry(const struct scorecard_loading *l, const char *text,
                       struct scorecard_measure *m, GError **err)
{
    enum { CARRY_MAX = 366 };
    const struct scorecard_input *input = &l->card->input[m->input];
    guint64 days = 0;
    char *end = NULL;
    bool carries = m->missing == MISSING_CARRY;
    if (!text && !carries)
        return true;
    if (!text || !carries)
        return scorecard_loading_refuse(l, err, text ? ".carry" : ".missing",
                                        "missing: carry and carry: 14d, say, want each other");
    if (g_ascii_isdigit(*text))
        days = g_ascii_strtoull(text, &end, 10);
    if (!end || strcmp(end, "d") != 0 || days < 1 || days > CARRY_MAX)
        return scorecard_loading_refuse(l, err, ".carry", "carry is '%s', want 1d to %dd", text,
                                        CARRY_MAX);
    if (input->derive != DERIVE_NONE || input->type != TYPE_NUMBER)
        return scorecard_loading_refuse(l, err, ".missing",
                                        "only what is read is carried, and '%s' is %s", input->name,
                                        input->type == TYPE_NUMBER ? "derived" : "a text");
    m->carry_days = (int)days;
    if (input->metric >= 0)
        metric_want_past(l->metrics, (size_t)input->metric, m->carry_days);
    return true;
}

static bool load_missing(const struct scorecard_loading *l, const char *text,
                         struct scorecard_measure *m, GError **err)
{
    static const char *const policies[] = {"renormalise", "neutral", "worst",
                                           "best",        "block",   "carry"};
    m->missing = MISSING_RENORMALISE;
    m->missing_score = rational_int(0);
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        if (!text || strcmp(policies[i], text) == 0) {
            m->missing = (enum scorecard_missing)i;
            return true;
        }
    }
    m->missing = MISSING_SCORE;
    if (!rational_parse(l->pool, slice_of(text), &m->missing_score))
        return scorecard_loading_refuse(
            l, err, ".missing",
            "missing is '%s', want renormalise, neutral, worst, best, block, carry or a score",
            text);
    if (scorecard_level_adds(&l->card->group[m->group].level))
        return scorecard_loading_number(l, ".missing", text, &m->missing_score, err);
    return scorecard_loading_within(l, ".missing", text, l->card->from, l->card->to,
                                    &m->missing_score, err);
}

/* ── its rules ──────────────────────────────────────────────────────────────────────────────────
 */

static bool load_case(struct scorecard_loading *l, const struct scorecard_text_rule *text,
                      const char *key, bool is_last, const struct scorecard_measure *m,
                      struct scorecard_rule *out, GError **err)
{
    g_autofree char *when = g_strconcat(key, ".when", NULL);
    g_autofree char *applies = g_strconcat(key, ".applies", NULL);
    if (text->when_count == 0 && !is_last)
        return scorecard_loading_refuse(l, err, key,
                                        "a case without when takes all: those behind it are never "
                                        "reached");
    if (!scorecard_condition_load(l, when, text->when, text->when_count, &out->when, err) ||
        !scorecard_loading_flag(l, applies, text->applies, true, &out->applies, err))
        return false;
    bool judges =
        text->anchors_count + text->bands_count + text->points_count + text->percentile_count > 0;
    if (!out->applies && judges)
        return scorecard_loading_refuse(l, err, key, "what does not apply is not judged");
    return !out->applies ||
           scorecard_rule_load(l, key, text, l->card->input[m->input].type,
                               scorecard_level_adds(&l->card->group[m->group].level), out, err);
}

static bool has_rule(const struct scorecard_text_rule *text)
{
    return text->anchors_count + text->bands_count + text->points_count + text->percentile_count >
               0 ||
           text->edge || text->outside || text->worth;
}

static bool load_rules(struct scorecard_loading *l, const struct scorecard_text_measure *text,
                       struct scorecard_measure *m, GError **err)
{
    m->n_rules = MAX(text->cases_count, 1u);
    struct scorecard_rule *rule = arena_many(l->arena, m->n_rules, struct scorecard_rule);
    m->rule = rule;
    if (text->cases_count > 0 && has_rule(&text->rule))
        return scorecard_loading_refuse(l, err, ".cases", "want cases or one rule, not both");
    if (text->cases_count == 0) {
        rule->applies = true;
        return scorecard_rule_load(l, "", &text->rule, l->card->input[m->input].type,
                                   scorecard_level_adds(&l->card->group[m->group].level), rule,
                                   err);
    }
    for (uint32_t i = 0; i < text->cases_count; i++) {
        g_autofree char *key = g_strdup_printf(".cases[%u]", i);
        if (!load_case(l, &text->cases[i], key, i + 1 == text->cases_count, m, &rule[i], err))
            return false;
        for (uint32_t k = 0; k < i; k++) {
            if (scorecard_condition_follows(l->pool, &rule[i].when, &rule[k].when))
                return scorecard_loading_refuse(
                    l, err, key,
                    "is never reached: case %u holds whenever this one does, so put this one in "
                    "front or say what tells them apart",
                    k + 1);
        }
    }
    return true;
}

static const char *list_of(const struct scorecard_text_measure *text)
{
    return text->cases_count > 0          ? ".cases"
           : text->rule.anchors_count > 0 ? ".anchors"
           : text->rule.bands_count > 0   ? ".bands"
                                          : ".direction";
}

/* A measure must not fall where its direction says that higher is healthier. */
static bool check_direction(const struct scorecard_loading *l,
                            const struct scorecard_text_measure *text, struct scorecard_measure *m,
                            GError **err)
{
    const struct scorecard_input *input = &l->card->input[m->input];
    const char *said =
        input->metric >= 0 ? metric_info(l->metrics, (size_t)input->metric)->direction : "none";
    m->direction = text->direction ? text->direction : said;
    bool up = strcmp(m->direction, "up") == 0, down = strcmp(m->direction, "down") == 0;
    if (!up && !down && strcmp(m->direction, "none") != 0)
        return scorecard_loading_refuse(l, err, ".direction",
                                        "direction is '%s', want up, down or none", m->direction);
    struct scorecard_rule *rule = (struct scorecard_rule *)(uintptr_t)m->rule;
    for (size_t i = 0; i < m->n_rules; i++) {
        rule[i].falls = down;
        int way = scorecard_rule_direction(l->pool, &rule[i]);
        if ((up && way < 0) || (down && way > 0))
            return scorecard_loading_refuse(
                l, err, list_of(text), "its scores %s while %s says direction: %s for %s",
                way < 0 ? "fall" : "rise", text->direction ? "the measure" : "metrics.yaml",
                m->direction, input->name);
    }
    return true;
}

static void span(struct rational_pool *pool, struct scorecard_measure *m)
{
    bool any = false;
    m->low = m->high = rational_int(0);
    for (size_t i = 0; i < m->n_rules; i++) {
        const struct scorecard_rule *rule = &m->rule[i];
        if (!rule->applies)
            continue;
        if (!any || rational_compare(pool, rule->low, m->low) < 0)
            m->low = rule->low;
        if (!any || rational_compare(pool, rule->high, m->high) > 0)
            m->high = rule->high;
        any = true;
    }
}

static bool load_one(struct scorecard_loading *l, const struct scorecard_text_measure *text,
                     size_t g, struct rational *weight, GError **err)
{
    if (l->card->n_measures == SCORECARD_MEASURES_MAX)
        return scorecard_loading_refuse(l, err, "", "more than %d measures",
                                        SCORECARD_MEASURES_MAX);
    for (size_t i = 0; i < l->card->n_measures; i++) {
        if (strcmp(l->card->measure[i].name, text->name) == 0)
            return scorecard_loading_refuse(l, err, ".name", "the name stands twice");
    }
    struct scorecard_measure *m = &l->card->measure[l->card->n_measures++];
    *m = (struct scorecard_measure){
        .name = text->name, .label = text->label ? text->label : text->name, .group = (int)g};
    if (!scorecard_input_find(l, ".metric", text->metric, &m->input, err) ||
        !scorecard_measure_weight(l, text->weight, weight, err) ||
        !load_missing(l, text->missing, m, err) || !load_carry(l, text->carry, m, err) ||
        !scorecard_condition_load(l, ".only_if", text->only_if, text->only_if_count, &m->only_if,
                                  err) ||
        !scorecard_condition_load(l, ".no_data_if", text->no_data_if, text->no_data_if_count,
                                  &m->no_data_if, err))
        return false;
    if (l->card->input[m->input].type == TYPE_LIST)
        return scorecard_loading_refuse(l, err, ".metric",
                                        "'%s' is a list: derive a number from it", text->metric);
    if (!load_rules(l, text, m, err) || !check_direction(l, text, m, err))
        return false;
    span(l->pool, m);
    return true;
}

bool scorecard_measure_load(struct scorecard_loading *l, const struct scorecard_text_group *text,
                            size_t g, GError **err)
{
    struct rational weight[SCORECARD_MEASURES_MAX];
    int64_t whole[SCORECARD_MEASURES_MAX], total = 0;
    size_t first = l->card->n_measures;
    for (uint32_t i = 0; i < text->measures_count; i++) {
        g_autofree char *path = g_strdup_printf("groups[%zu].measures[%u]", g, i);
        g_autofree char *what = g_strdup_printf("measure %s", text->measures[i].name);
        l->path = path;
        l->what = what;
        if (!load_one(l, &text->measures[i], g, &weight[i], err))
            return false;
    }
    g_autofree char *path = g_strdup_printf("groups[%zu]", g);
    g_autofree char *what = g_strdup_printf("group %s", text->name);
    l->path = path;
    l->what = what;
    if (!scorecard_measure_scale(l, weight, text->measures_count, whole, err))
        return false;
    for (uint32_t i = 0; i < text->measures_count; i++) {
        l->card->measure[first + i].weight = whole[i];
        l->card->measure[first + i].written_weight = weight[i];
        total += whole[i];
    }
    bool averages = l->card->group[g].level.combine == LEVEL_MEAN;
    return !averages || total > 0 ||
           scorecard_loading_refuse(l, err, "", "the weights of its measures are all zero");
}
