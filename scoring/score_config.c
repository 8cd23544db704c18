/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/score_config.h"

#include "core/schedule.h"

enum { BAND_DAYS = 3, KEEP_DAILY_MONTHS = 13, KEEP_MONTHS_MAX = 1200 };

struct score_section {
    struct score_yaml {
        char *scorecard, *shadow, *every, *due;
        int band_days;
        int *keep_daily_months;
    } * score;
};

static const cyaml_schema_field_t score_fields[] = {
    CYAML_FIELD_STRING_PTR("scorecard", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct score_yaml,
                           scorecard, 1, 100),
    CYAML_FIELD_STRING_PTR("shadow", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct score_yaml,
                           shadow, 1, 100),
    CYAML_FIELD_STRING_PTR("every", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct score_yaml,
                           every, 1, 10),
    CYAML_FIELD_STRING_PTR("due", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct score_yaml, due,
                           1, 50),
    CYAML_FIELD_INT("band_days", CYAML_FLAG_OPTIONAL, struct score_yaml, band_days),
    CYAML_FIELD_INT_PTR("keep_daily_months", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                        struct score_yaml, keep_daily_months),
    CYAML_FIELD_END};

bool score_config_load(struct config *config, struct score_config *out, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("score", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct score_section, score, score_fields);
    static const struct score_yaml none;
    struct score_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct score_yaml *c = section.score ? section.score : &none;
    *out = (struct score_config){.scorecard = c->scorecard ? c->scorecard : "default",
                                 .shadow = c->shadow,
                                 .band_days = c->band_days ? c->band_days : BAND_DAYS,
                                 .keep_daily_months = c->keep_daily_months ? *c->keep_daily_months
                                                                           : KEEP_DAILY_MONTHS};
    struct schedule_rule rule = {0};
    g_autoptr(GError) wrong = NULL;
    out->due_us = -1;
    if (c->due && (!schedule_rule_parse(NULL, NULL, c->due, &rule, &wrong) || rule.n_times != 1))
        return config_refuse(config, err, "score.due",
                             "score.due is '%s', want an hour of the day such as \"07:00\"",
                             c->due);
    if (c->due)
        out->due_us = rule.at_s[0] * INT64_C(1000000);
    if (out->band_days < 1 || out->band_days > SCORE_BAND_DAYS_MAX)
        return config_refuse(config, err, "score.band_days", "score.band_days is %d, want 1 to %d",
                             out->band_days, SCORE_BAND_DAYS_MAX);
    if (out->keep_daily_months < 0 || out->keep_daily_months > KEEP_MONTHS_MAX)
        return config_refuse(config, err, "score.keep_daily_months",
                             "score.keep_daily_months is %d, want 1 to %d, or 0 for ever",
                             out->keep_daily_months, KEEP_MONTHS_MAX);
    return true;
}
