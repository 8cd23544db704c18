/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard.h"

#include <math.h>
#include <stdarg.h>
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

/* What is loaded, and where it stands: "groups[0].measures[1]", with a name for messages. */
struct loading {
    const struct config *config;
    const char *file;
    const struct metric_set *metrics;
    struct scorecard *card;
    const char *path, *what;
};

/* Refuse what stands `below` the path, e.g. ".weight". */
static bool PRINTF_LIKE(4, 5)
    refuse(const struct loading *l, GError **err, const char *below, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *place =
        config_place(l->config, l->file, "%s%s", l->path, *l->path ? below : below + 1);
    return err_set(err, KENKO_ERROR_CONFIG, "%s: %s%s%s", place, l->what, *l->what ? ": " : "",
                   why);
}

/* 0..100 as written → basis points. */
static bool to_bp(const struct loading *l, const char *below, double score, int *out, GError **err)
{
    if (!(score >= 0 && score <= 100))
        return refuse(l, err, below, "%s is %g, want 0 to 100", strrchr(below, '.') + 1, score);
    *out = (int)floor(score * 100 + 0.5);
    return true;
}

static bool load_point(const struct loading *l, const struct point_config *point, size_t i,
                       struct scorecard_measure *m, GError **err)
{
    const double *x = m->is_bands ? point->to : point->at;
    bool last = i + 1 == m->n_points;
    const char *list = m->is_bands ? "bands" : "anchors";
    g_autofree char *below = g_strdup_printf(".%s[%zu]", list, i);
    g_autofree char *score = g_strconcat(below, ".score", NULL);
    if (!x && !(m->is_bands && last))
        return refuse(l, err, below, "point %zu wants '%s'", i + 1, m->is_bands ? "to" : "at");
    if (x && m->is_bands && last)
        return refuse(l, err, below, "the last band has no 'to': it takes all values beyond");
    m->x[i] = x ? *x : INFINITY;
    if (i > 0 && !(m->x[i] > m->x[i - 1]))
        return refuse(l, err, below, "point %zu is not above the one before it", i + 1);
    return to_bp(l, score, *point->score, &m->score_bp[i], err);
}

static bool load_points(const struct loading *l, const struct point_config *point, size_t n,
                        struct scorecard_measure *m, GError **err)
{
    m->n_points = n;
    for (size_t i = 0; i < n; i++) {
        if (!load_point(l, &point[i], i, m, err))
            return false;
    }
    return true;
}

/* A measure must not fall where its metric says higher is healthier. */
static bool check_direction(const struct loading *l, const struct scorecard_measure *m,
                            const struct metric_info *info, GError **err)
{
    int rise = m->score_bp[m->n_points - 1] - m->score_bp[0];
    if ((strcmp(info->direction, "up") == 0 && rise < 0) ||
        (strcmp(info->direction, "down") == 0 && rise > 0))
        return refuse(l, err, ".anchors",
                      "its scores %s while metrics.yaml says direction: %s for %s",
                      rise < 0 ? "fall" : "rise", info->direction, info->name);
    return true;
}

static bool load_missing(const struct loading *l, const char *missing, enum scorecard_missing *out,
                         GError **err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(policies); i++) {
        if (!missing || strcmp(policies[i], missing) == 0) {
            *out = (enum scorecard_missing)i;
            return true;
        }
    }
    return refuse(l, err, ".missing",
                  "missing is '%s', want renormalise, neutral, worst, best or block", missing);
}

static bool load_measure(const struct loading *l, const struct measure_config *c, int group,
                         struct scorecard_measure *m, GError **err)
{
    *m = (struct scorecard_measure){.name = c->name,
                                    .label = c->label ? c->label : c->name,
                                    .group = group,
                                    .weight = c->weight,
                                    .metric = metric_index(l->metrics, c->metric),
                                    .is_bands = c->bands_count > 0};
    if (m->metric < 0)
        return refuse(l, err, ".metric", "metrics.yaml has no metric '%s'", c->metric);
    if (c->weight < 0 || c->weight > 10000)
        return refuse(l, err, ".weight", "weight is %d, want 0 to 10000", c->weight);
    if (!load_missing(l, c->missing, &m->missing, err))
        return false;
    if ((c->anchors_count > 0) == (c->bands_count > 0))
        return refuse(l, err, "", "want either anchors or bands");
    if (m->is_bands && (!c->edge || (strcmp(c->edge, "lo_inclusive") != 0 &&
                                     strcmp(c->edge, "hi_inclusive") != 0)))
        return refuse(l, err, ".edge", "bands want edge: lo_inclusive or hi_inclusive");
    m->hi_inclusive = c->edge && strcmp(c->edge, "hi_inclusive") == 0;
    bool good = m->is_bands ? load_points(l, c->bands, c->bands_count, m, err)
                            : load_points(l, c->anchors, c->anchors_count, m, err);
    return good &&
           (m->is_bands || check_direction(l, m, metric_info(l->metrics, (size_t)m->metric), err));
}

static bool load_measures(struct loading *l, const struct group_config *group, size_t g,
                          int64_t *total, GError **err)
{
    for (size_t i = 0; i < group->measures_count; i++) {
        g_autofree char *path = g_strdup_printf("groups[%zu].measures[%zu]", g, i);
        g_autofree char *what = g_strdup_printf("measure %s", group->measures[i].name);
        l->path = path;
        l->what = what;
        if (l->card->n_measures == SCORECARD_MEASURES_MAX)
            return refuse(l, err, "", "more than %d measures", SCORECARD_MEASURES_MAX);
        struct scorecard_measure *m = &l->card->measure[l->card->n_measures++];
        if (!load_measure(l, &group->measures[i], (int)g, m, err))
            return false;
        *total += m->weight;
    }
    return true;
}

static bool load_groups(struct loading *l, const struct card_config *c, GError **err)
{
    int64_t total = 0;
    for (size_t g = 0; g < c->groups_count; g++) {
        const struct group_config *group = &c->groups[g];
        int64_t within = 0;
        l->card->group[l->card->n_groups++] = (struct scorecard_group){
            group->name, group->label ? group->label : group->name, group->weight};
        if (!load_measures(l, group, g, &within, err))
            return false;
        g_autofree char *path = g_strdup_printf("groups[%zu]", g);
        g_autofree char *what = g_strdup_printf("group %s", group->name);
        l->path = path;
        l->what = what;
        if (group->weight < 0 || group->weight > 10000 || (group->weight > 0 && within == 0))
            return refuse(l, err, ".weight", "weights are negative, too large, or all zero");
        total += group->weight;
    }
    l->path = "groups";
    l->what = "";
    return total > 0 || refuse(l, err, "", "the groups' weights are all zero");
}

static bool load_band(const struct loading *l, const struct level_config *c, bool last,
                      GError **err)
{
    struct scorecard_band *band = &l->card->band[l->card->n_bands++];
    *band = (struct scorecard_band){c->name, INT32_MAX};
    if (strcmp(band->name, "Unknown") == 0 || last != !c->below)
        return refuse(l, err, "",
                      "every band but the last wants 'below', and none is named Unknown");
    if (!last && !to_bp(l, ".below", *c->below, &band->below_bp, err))
        return false;
    return l->card->n_bands == 1 || band->below_bp > band[-1].below_bp ||
           refuse(l, err, ".below", "does not begin above the one before it");
}

static bool load_bands(struct loading *l, const struct card_config *c, GError **err)
{
    for (size_t i = 0; i < c->bands_count; i++) {
        g_autofree char *path = g_strdup_printf("bands[%zu]", i);
        g_autofree char *what = g_strdup_printf("band %s", c->bands[i].name);
        l->path = path;
        l->what = what;
        if (!load_band(l, &c->bands[i], i + 1 == c->bands_count, err))
            return false;
    }
    l->path = "bands";
    l->what = "";
    return l->card->n_bands > 0 || refuse(l, err, "", "bands are missing");
}

static bool load_cap(const struct loading *l, const struct cap_config *c, GError **err)
{
    struct scorecard_cap *cap = &l->card->cap[l->card->n_caps++];
    const struct when_config *when = c->when;
    cap->name = c->name;
    cap->metric = metric_index(l->metrics, when->metric);
    if (cap->metric < 0)
        return refuse(l, err, ".when.metric", "metrics.yaml has no metric '%s'", when->metric);
    if (!when->above == !when->below)
        return refuse(l, err, ".when", "want either above or below");
    cap->above = when->above != NULL;
    cap->limit = cap->above ? *when->above : *when->below;
    return to_bp(l, ".cap", c->cap, &cap->cap_bp, err);
}

static bool load_caps(struct loading *l, const struct card_config *c, GError **err)
{
    for (size_t i = 0; i < c->caps_count; i++) {
        g_autofree char *path = g_strdup_printf("caps[%zu]", i);
        g_autofree char *what = g_strdup_printf("cap %s", c->caps[i].name);
        l->path = path;
        l->what = what;
        if (!load_cap(l, &c->caps[i], err))
            return false;
    }
    return true;
}

struct scorecard *scorecard_load(struct arena *arena, struct config *config,
                                 const struct metric_set *metrics, const char *name, GError **err)
{
    g_autofree char *file = g_strdup_printf("scorecards/%s.yaml", name);
    void *data = NULL;
    struct scorecard *card = arena_one(arena, struct scorecard);
    if (!config_file(config, file, &card_schema, &data, &card->text, err))
        return NULL;
    const struct card_config *c = data;
    struct loading l = {config, file, metrics, card, "", ""};
    card->name = c->name;
    card->label = c->label ? c->label : c->name;
    bool good = to_bp(&l, ".min_coverage", c->min_coverage, &card->min_coverage_bp, err) &&
                to_bp(&l, ".hysteresis", c->hysteresis, &card->hysteresis_bp, err) &&
                load_bands(&l, c, err) && load_groups(&l, c, err) && load_caps(&l, c, err);
    return good ? card : NULL;
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
