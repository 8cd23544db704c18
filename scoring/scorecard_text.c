/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_text.h"

#include "scoring/scorecard.h"

#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define MAY(key, type, member)                                                                     \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 500)
#define LIST(key, type, member, schema, min, max)                                                  \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | ((min) ? 0 : CYAML_FLAG_OPTIONAL), type,        \
                         member, &schema, min, max)
#define MAPPING(key, type, member, fields)                                                         \
    CYAML_FIELD_MAPPING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, fields)
#define ENTRY(name, type, fields)                                                                  \
    static const cyaml_schema_value_t name = {CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, type, fields)}

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 200)};

#define RANGE(type)                                                                                \
    MAY("from", type, range.from), MAY("above", type, range.above),                                \
        MAY("below", type, range.below), MAY("up_to", type, range.up_to),                          \
        LIST("is", type, range.is, word, 0, SCORECARD_OPERANDS_MAX)

static const cyaml_schema_field_t condition_fields[] = {
    TEXT("metric", struct scorecard_text_condition, metric),
    MAY("known", struct scorecard_text_condition, known), RANGE(struct scorecard_text_condition),
    LIST("has", struct scorecard_text_condition, range.has, word, 0, SCORECARD_OPERANDS_MAX),
    CYAML_FIELD_END};
ENTRY(condition, struct scorecard_text_condition, condition_fields);

#define CONDITIONS(key, type, member) LIST(key, type, member, condition, 0, 16)

static const cyaml_schema_field_t anchor_fields[] = {
    TEXT("at", struct scorecard_text_piece, at), TEXT("score", struct scorecard_text_piece, score),
    CYAML_FIELD_END};
ENTRY(anchor, struct scorecard_text_piece, anchor_fields);

static const cyaml_schema_field_t piece_fields[] = {
    MAY("to", struct scorecard_text_piece, to),
    MAY("score", struct scorecard_text_piece, score),
    RANGE(struct scorecard_text_piece),
    LIST("line", struct scorecard_text_piece, line, word, 0, 2),
    LIST("steps", struct scorecard_text_piece, steps, word, 0, SCORECARD_PIECES_MAX),
    LIST("over", struct scorecard_text_piece, over, word, 0, 2),
    CYAML_FIELD_END};
ENTRY(piece, struct scorecard_text_piece, piece_fields);

#define RULE(type, prefix)                                                                         \
    MAY("edge", type, prefix edge), MAY("outside", type, prefix outside),                          \
        MAY("worth", type, prefix worth),                                                          \
        LIST("anchors", type, prefix anchors, anchor, 0, SCORECARD_PIECES_MAX),                    \
        LIST("bands", type, prefix bands, piece, 0, SCORECARD_PIECES_MAX),                         \
        LIST("points", type, prefix points, piece, 0, SCORECARD_PIECES_MAX),                       \
        LIST("percentile", type, prefix percentile, word, 0, SCORECARD_REFERENCE_MAX)

static const cyaml_schema_field_t case_fields[] = {
    CONDITIONS("when", struct scorecard_text_rule, when),
    MAY("applies", struct scorecard_text_rule, applies), RULE(struct scorecard_text_rule, ),
    CYAML_FIELD_END};
ENTRY(case_entry, struct scorecard_text_rule, case_fields);

static const cyaml_schema_field_t measure_fields[] = {
    TEXT("name", struct scorecard_text_measure, name),
    MAY("label", struct scorecard_text_measure, label),
    TEXT("metric", struct scorecard_text_measure, metric),
    MAY("missing", struct scorecard_text_measure, missing),
    MAY("carry", struct scorecard_text_measure, carry),
    MAY("weight", struct scorecard_text_measure, weight),
    MAY("direction", struct scorecard_text_measure, direction),
    CONDITIONS("only_if", struct scorecard_text_measure, only_if),
    CONDITIONS("no_data_if", struct scorecard_text_measure, no_data_if),
    LIST("cases", struct scorecard_text_measure, cases, case_entry, 0, 16),
    RULE(struct scorecard_text_measure, rule.),
    CYAML_FIELD_END};
ENTRY(measure, struct scorecard_text_measure, measure_fields);

#define LEVEL(type)                                                                                \
    MAY("combine", type, level.combine), MAY("start", type, level.start),                          \
        MAY("min", type, level.min), MAY("max", type, level.max),                                  \
        MAY("out_of", type, level.out_of)

static const cyaml_schema_field_t group_fields[] = {
    TEXT("name", struct scorecard_text_group, name),
    MAY("label", struct scorecard_text_group, label),
    MAY("weight", struct scorecard_text_group, weight),
    LEVEL(struct scorecard_text_group),
    CONDITIONS("only_if", struct scorecard_text_group, only_if),
    LIST("measures", struct scorecard_text_group, measures, measure, 1, SCORECARD_MEASURES_MAX),
    CYAML_FIELD_END};
ENTRY(group, struct scorecard_text_group, group_fields);

static const cyaml_schema_field_t input_fields[] = {
    TEXT("name", struct scorecard_text_input, name),
    MAY("type", struct scorecard_text_input, type),
    MAY("as", struct scorecard_text_input, as),
    MAY("empty", struct scorecard_text_input, empty),
    MAY("when_zero", struct scorecard_text_input, when_zero),
    MAY("at_least", struct scorecard_text_input, at_least),
    MAY("at_most", struct scorecard_text_input, at_most),
    MAY("active_only", struct scorecard_text_input, active_only),
    LIST("of", struct scorecard_text_input, of, word, 0, SCORECARD_OPERANDS_MAX),
    LIST("times", struct scorecard_text_input, times, word, 0, SCORECARD_OPERANDS_MAX),
    CYAML_FIELD_END};
ENTRY(input, struct scorecard_text_input, input_fields);

static const cyaml_schema_field_t level_name_fields[] = {
    TEXT("name", struct scorecard_text_name, name),
    TEXT("score", struct scorecard_text_name, score), CYAML_FIELD_END};
ENTRY(level_name, struct scorecard_text_name, level_name_fields);

static const cyaml_schema_field_t band_fields[] = {TEXT("name", struct scorecard_text_name, name),
                                                   RANGE(struct scorecard_text_name),
                                                   CYAML_FIELD_END};
ENTRY(band, struct scorecard_text_name, band_fields);

static const cyaml_schema_field_t cap_fields[] = {
    TEXT("name", struct scorecard_text_cap, name),
    MAY("cap", struct scorecard_text_cap, cap),
    MAY("floor", struct scorecard_text_cap, floor),
    MAY("set", struct scorecard_text_cap, set),
    LIST("when", struct scorecard_text_cap, when, condition, 1, 16),
    CYAML_FIELD_END};
ENTRY(cap, struct scorecard_text_cap, cap_fields);

static const cyaml_schema_field_t weight_fields[] = {
    TEXT("name", struct scorecard_text_weight, name),
    TEXT("weight", struct scorecard_text_weight, weight), CYAML_FIELD_END};
ENTRY(weight, struct scorecard_text_weight, weight_fields);

static const cyaml_schema_field_t profile_fields[] = {
    TEXT("name", struct scorecard_text_profile, name),
    LIST("when", struct scorecard_text_profile, when, condition, 1, 16),
    LIST("groups", struct scorecard_text_profile, groups, weight, 0, SCORECARD_GROUPS_MAX),
    LIST("measures", struct scorecard_text_profile, measures, weight, 0, SCORECARD_MEASURES_MAX),
    CYAML_FIELD_END};
ENTRY(profile, struct scorecard_text_profile, profile_fields);

static const cyaml_schema_field_t step_fields[] = {TEXT("rule", struct scorecard_text_step, rule),
                                                   MAY("step", struct scorecard_text_step, step),
                                                   CYAML_FIELD_END};

static const cyaml_schema_field_t round_fields[] = {
    MAPPING("measure", struct scorecard_text_round, measure, step_fields),
    MAPPING("group", struct scorecard_text_round, group, step_fields),
    MAPPING("total", struct scorecard_text_round, total, step_fields), CYAML_FIELD_END};

static const cyaml_schema_field_t scale_fields[] = {TEXT("from", struct scorecard_text_scale, from),
                                                    TEXT("to", struct scorecard_text_scale, to),
                                                    CYAML_FIELD_END};

static const cyaml_schema_field_t card_fields[] = {
    TEXT("name", struct scorecard_text, name),
    MAY("label", struct scorecard_text, label),
    MAY("author", struct scorecard_text, author),
    MAY("note", struct scorecard_text, note),
    MAPPING("scale", struct scorecard_text, scale, scale_fields),
    LIST("levels", struct scorecard_text, levels, level_name, 0, 16),
    LIST("inputs", struct scorecard_text, inputs, input, 0, 200),
    LIST("bands", struct scorecard_text, bands, band, 0, SCORECARD_BANDS_MAX),
    MAY("gaps", struct scorecard_text, gaps),
    MAY("shows", struct scorecard_text, shows),
    MAY("min_coverage", struct scorecard_text, min_coverage),
    MAY("sure_coverage", struct scorecard_text, sure_coverage),
    MAY("hysteresis", struct scorecard_text, hysteresis),
    CONDITIONS("scored_only_if", struct scorecard_text, scored_only_if),
    MAY("nothing_known", struct scorecard_text, nothing_known),
    MAPPING("round", struct scorecard_text, round, round_fields),
    LEVEL(struct scorecard_text),
    LIST("groups", struct scorecard_text, groups, group, 1, SCORECARD_GROUPS_MAX),
    LIST("caps", struct scorecard_text, caps, cap, 0, 16),
    LIST("profiles", struct scorecard_text, profiles, profile, 0, 16),
    CYAML_FIELD_END};

const cyaml_schema_value_t scorecard_text_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct scorecard_text, card_fields)};
