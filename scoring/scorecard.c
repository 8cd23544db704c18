/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard.h"

#include <math.h>
#include <string.h>

#include "scoring/metric_internal.h"

#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 500)

struct point_config {
    double *at, *to, *score;
};

struct measure_config {
    char *name, *label, *metric, *missing, *edge;
    int weight;
    struct point_config *anchors;
    uint32_t anchors_count;
    struct point_config *bands;
    uint32_t bands_count;
};

struct group_config {
    char *name, *label;
    int weight;
    struct measure_config *measures;
    uint32_t measures_count;
};

struct level_config {
    char *name;
    double *below;
};

struct when_config {
    char *metric;
    double *above, *below;
};

struct cap_config {
    char *name;
    struct when_config *when;
    double cap;
};

struct card_config {
    char *name, *label;
    struct level_config *bands;
    uint32_t bands_count;
    double min_coverage, hysteresis;
    struct group_config *groups;
    uint32_t groups_count;
    struct cap_config *caps;
    uint32_t caps_count;
};

#define NUMBER(key, flags, type, member)                                                           \
    CYAML_FIELD_FLOAT_PTR(key, CYAML_FLAG_POINTER | (flags), type, member)
#define SEQUENCE(key, flags, type, member, schema, max)                                            \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | (flags), type, member, &schema, 0, max)

static const cyaml_schema_field_t point_fields[] = {
    NUMBER("at", CYAML_FLAG_OPTIONAL, struct point_config, at),
    NUMBER("to", CYAML_FLAG_OPTIONAL, struct point_config, to),
    NUMBER("score", 0, struct point_config, score), CYAML_FIELD_END};
static const cyaml_schema_value_t point_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct point_config, point_fields)};

static const cyaml_schema_field_t measure_fields[] = {
    TEXT("name", struct measure_config, name),
    OPTIONAL_TEXT("label", struct measure_config, label),
    TEXT("metric", struct measure_config, metric),
    OPTIONAL_TEXT("missing", struct measure_config, missing),
    OPTIONAL_TEXT("edge", struct measure_config, edge),
    CYAML_FIELD_INT("weight", CYAML_FLAG_DEFAULT, struct measure_config, weight),
    SEQUENCE("anchors", CYAML_FLAG_OPTIONAL, struct measure_config, anchors, point_schema,
             SCORECARD_POINTS_MAX),
    SEQUENCE("bands", CYAML_FLAG_OPTIONAL, struct measure_config, bands, point_schema,
             SCORECARD_POINTS_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t measure_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct measure_config, measure_fields)};

static const cyaml_schema_field_t group_fields[] = {
    TEXT("name", struct group_config, name), OPTIONAL_TEXT("label", struct group_config, label),
    CYAML_FIELD_INT("weight", CYAML_FLAG_DEFAULT, struct group_config, weight),
    SEQUENCE("measures", 0, struct group_config, measures, measure_schema, SCORECARD_MEASURES_MAX),
    CYAML_FIELD_END};
static const cyaml_schema_value_t group_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct group_config, group_fields)};

static const cyaml_schema_field_t level_fields[] = {
    TEXT("name", struct level_config, name),
    NUMBER("below", CYAML_FLAG_OPTIONAL, struct level_config, below), CYAML_FIELD_END};
static const cyaml_schema_value_t level_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct level_config, level_fields)};

static const cyaml_schema_field_t when_fields[] = {
    TEXT("metric", struct when_config, metric),
    NUMBER("above", CYAML_FLAG_OPTIONAL, struct when_config, above),
    NUMBER("below", CYAML_FLAG_OPTIONAL, struct when_config, below), CYAML_FIELD_END};

static const cyaml_schema_field_t cap_fields[] = {
    TEXT("name", struct cap_config, name),
    CYAML_FIELD_MAPPING_PTR("when", CYAML_FLAG_POINTER, struct cap_config, when, when_fields),
    CYAML_FIELD_FLOAT("cap", CYAML_FLAG_DEFAULT, struct cap_config, cap), CYAML_FIELD_END};
static const cyaml_schema_value_t cap_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct cap_config, cap_fields)};

static const cyaml_schema_field_t card_fields[] = {
    TEXT("name", struct card_config, name),
    OPTIONAL_TEXT("label", struct card_config, label),
    SEQUENCE("bands", 0, struct card_config, bands, level_schema, 8),
    CYAML_FIELD_FLOAT("min_coverage", CYAML_FLAG_OPTIONAL, struct card_config, min_coverage),
    CYAML_FIELD_FLOAT("hysteresis", CYAML_FLAG_OPTIONAL, struct card_config, hysteresis),
    SEQUENCE("groups", 0, struct card_config, groups, group_schema, SCORECARD_GROUPS_MAX),
    SEQUENCE("caps", CYAML_FLAG_OPTIONAL, struct card_config, caps, cap_schema, 16),
    CYAML_FIELD_END};
static const cyaml_schema_value_t card_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct card_config, card_fields)};

static const char *const policies[] = {"renormalise", "neutral", "worst", "best", "block"};

/* 0..100 as written → basis points. */
static bool to_bp(double score, const char *what, int *out, GError **err)
{
    if (!(score >= 0 && score <= 100))
        return err_set(err, KENKO_ERROR_CONFIG, "%s is %g, want 0 to 100", what, score);
    *out = (int)floor(score * 100 + 0.5);
    return true;
}

static bool load_points(const struct point_config *point, size_t n, struct scorecard_measure *m,
                        GError **err)
{
    for (size_t i = 0; i < n; i++) {
        const double *x = m->is_bands ? point[i].to : point[i].at;
        bool last = i + 1 == n;
        if (!x && !(m->is_bands && last))
            return err_set(err, KENKO_ERROR_CONFIG, "point %zu wants '%s'", i + 1,
                           m->is_bands ? "to" : "at");
        if (x && m->is_bands && last)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "the last band has no 'to': it takes all values beyond");
        m->x[i] = x ? *x : INFINITY;
        if (i > 0 && !(m->x[i] > m->x[i - 1]))
            return err_set(err, KENKO_ERROR_CONFIG, "point %zu is not above the one before it",
                           i + 1);
        if (!to_bp(*point[i].score, "score", &m->score_bp[i], err))
            return false;
    }
    m->n_points = n;
    return true;
}

/* A measure must not fall where its metric says higher is healthier. */
static bool check_direction(const struct scorecard_measure *m, const struct metric_info *info,
                            GError **err)
{
    int rise = m->score_bp[m->n_points - 1] - m->score_bp[0];
    if ((strcmp(info->direction, "up") == 0 && rise < 0) ||
        (strcmp(info->direction, "down") == 0 && rise > 0))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "its scores %s while metrics.yaml says direction: %s for %s",
                       rise < 0 ? "fall" : "rise", info->direction, info->name);
    return true;
}

static bool load_measure(const struct measure_config *c, const struct metric_set *metrics,
                         int group, struct scorecard_measure *m, GError **err)
{
    *m = (struct scorecard_measure){.name = c->name,
                                    .label = c->label ? c->label : c->name,
                                    .group = group,
                                    .weight = c->weight,
                                    .metric = metric_index(metrics, c->metric),
                                    .is_bands = c->bands_count > 0};
    if (m->metric < 0)
        return err_set(err, KENKO_ERROR_CONFIG, "metrics.yaml has no metric '%s'", c->metric);
    if (c->weight < 0 || c->weight > 10000)
        return err_set(err, KENKO_ERROR_CONFIG, "weight is %d, want 0 to 10000", c->weight);
    size_t policy = 0;
    while (c->missing && policy < G_N_ELEMENTS(policies) &&
           strcmp(policies[policy], c->missing) != 0)
        policy++;
    if (policy == G_N_ELEMENTS(policies))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "missing is '%s', want renormalise, neutral, worst, best or block",
                       c->missing);
    m->missing = (enum scorecard_missing)policy;
    if ((c->anchors_count > 0) == (c->bands_count > 0))
        return err_set(err, KENKO_ERROR_CONFIG, "want either anchors or bands");
    if (m->is_bands && (!c->edge || (strcmp(c->edge, "lo_inclusive") != 0 &&
                                     strcmp(c->edge, "hi_inclusive") != 0)))
        return err_set(err, KENKO_ERROR_CONFIG, "bands want edge: lo_inclusive or hi_inclusive");
    m->hi_inclusive = c->edge && strcmp(c->edge, "hi_inclusive") == 0;
    bool good = m->is_bands ? load_points(c->bands, c->bands_count, m, err)
                            : load_points(c->anchors, c->anchors_count, m, err);
    return good &&
           (m->is_bands || check_direction(m, metric_info(metrics, (size_t)m->metric), err));
}

static bool load_groups(const struct card_config *c, const struct metric_set *metrics,
                        struct scorecard *card, GError **err)
{
    int64_t total = 0;
    for (size_t g = 0; g < c->groups_count; g++) {
        const struct group_config *group = &c->groups[g];
        int64_t within = 0;
        card->group[card->n_groups++] = (struct scorecard_group){
            group->name, group->label ? group->label : group->name, group->weight};
        for (size_t i = 0; i < group->measures_count; i++) {
            if (card->n_measures == SCORECARD_MEASURES_MAX)
                return err_set(err, KENKO_ERROR_CONFIG, "more than %d measures",
                               SCORECARD_MEASURES_MAX);
            struct scorecard_measure *m = &card->measure[card->n_measures++];
            if (!load_measure(&group->measures[i], metrics, (int)g, m, err))
                return err_context(err, "measure %s", group->measures[i].name);
            within += m->weight;
        }
        if (group->weight < 0 || group->weight > 10000 || (group->weight > 0 && within == 0))
            return err_set(err, KENKO_ERROR_CONFIG,
                           "group %s: weights are negative, too large, or all zero", group->name);
        total += group->weight;
    }
    return total > 0 || err_set(err, KENKO_ERROR_CONFIG, "the groups' weights are all zero");
}

static bool load_bands(const struct card_config *c, struct scorecard *card, GError **err)
{
    for (size_t i = 0; i < c->bands_count; i++) {
        bool last = i + 1 == c->bands_count;
        struct scorecard_band *band = &card->band[card->n_bands++];
        *band = (struct scorecard_band){c->bands[i].name, INT32_MAX};
        if (strcmp(band->name, "Unknown") == 0 || last != !c->bands[i].below)
            return err_set(
                err, KENKO_ERROR_CONFIG,
                "band %s: every band but the last wants 'below', and none is named Unknown",
                band->name);
        if (!last && !to_bp(*c->bands[i].below, "below", &band->below_bp, err))
            return false;
        if (i > 0 && band->below_bp <= card->band[i - 1].below_bp)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "band %s does not begin above the one before it", band->name);
    }
    return card->n_bands > 0 || err_set(err, KENKO_ERROR_CONFIG, "bands are missing");
}

static bool load_caps(const struct card_config *c, const struct metric_set *metrics,
                      struct scorecard *card, GError **err)
{
    for (size_t i = 0; i < c->caps_count; i++) {
        struct scorecard_cap *cap = &card->cap[card->n_caps++];
        const struct when_config *when = c->caps[i].when;
        cap->name = c->caps[i].name;
        cap->metric = metric_index(metrics, when->metric);
        if (cap->metric < 0)
            return err_set(err, KENKO_ERROR_CONFIG, "cap %s: metrics.yaml has no metric '%s'",
                           cap->name, when->metric);
        if (!when->above == !when->below)
            return err_set(err, KENKO_ERROR_CONFIG, "cap %s: want either above or below",
                           cap->name);
        cap->above = when->above != NULL;
        cap->limit = cap->above ? *when->above : *when->below;
        if (!to_bp(c->caps[i].cap, "cap", &cap->cap_bp, err))
            return false;
    }
    return true;
}

struct scorecard *scorecard_load(struct arena *arena, struct config *config,
                                 const struct metric_set *metrics, const char *name, GError **err)
{
    g_autofree char *path = g_strdup_printf("scorecards/%s.yaml", name);
    void *data = NULL;
    struct scorecard *card = arena_one(arena, struct scorecard);
    if (!config_file(config, path, &card_schema, &data, &card->text, err))
        return NULL;
    const struct card_config *c = data;
    card->name = c->name;
    card->label = c->label ? c->label : c->name;
    if (to_bp(c->min_coverage, "min_coverage", &card->min_coverage_bp, err) &&
        to_bp(c->hysteresis, "hysteresis", &card->hysteresis_bp, err) && load_bands(c, card, err) &&
        load_groups(c, metrics, card, err) && load_caps(c, metrics, card, err))
        return card;
    err_context(err, "%s", path);
    return NULL;
}

const char *scorecard_definition(struct arena *arena, const struct scorecard *card,
                                 const struct metric_set *metrics, size_t measure)
{
    const struct scorecard_measure *m = &card->measure[measure];
    char number[G_ASCII_DTOSTR_BUF_SIZE];
    g_autoptr(GString) text = g_string_new(metric_definition(arena, metrics, (size_t)m->metric));
    g_string_append_printf(text, " stale_days=%d; missing: %s; %s",
                           metrics->metric[m->metric].stale_days, policies[m->missing],
                           !m->is_bands      ? "anchors"
                           : m->hi_inclusive ? "bands (]"
                                             : "bands [)");
    for (size_t i = 0; i < m->n_points; i++)
        g_string_append_printf(text, " %s=%d", g_ascii_dtostr(number, sizeof number, m->x[i]),
                               m->score_bp[i]);
    return arena_strdup(arena, text->str);
}

int scorecard_measure_bp(const struct scorecard_measure *m, double value)
{
    if (m->is_bands) {
        size_t i = 0;
        while (i + 1 < m->n_points && (m->hi_inclusive ? value > m->x[i] : value >= m->x[i]))
            i++;
        return m->score_bp[i];
    }
    if (value <= m->x[0])
        return m->score_bp[0];
    for (size_t i = 1; i < m->n_points; i++) {
        if (value > m->x[i])
            continue;
        double share = (value - m->x[i - 1]) / (m->x[i] - m->x[i - 1]);
        return (int)floor(m->score_bp[i - 1] + share * (m->score_bp[i] - m->score_bp[i - 1]) + 0.5);
    }
    return m->score_bp[m->n_points - 1];
}

const char *scorecard_band(const struct scorecard *card, int health_bp)
{
    size_t i = 0;
    while (i + 1 < card->n_bands && health_bp >= card->band[i].below_bp)
        i++;
    return card->band[i].name;
}
