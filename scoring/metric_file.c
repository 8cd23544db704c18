/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/metric_file.h"

#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 500)
#define OPTIONAL_INT(key, type, member) CYAML_FIELD_INT(key, CYAML_FLAG_OPTIONAL, type, member)
#define OPTIONAL_FLOAT(key, type, member)                                                          \
    CYAML_FIELD_FLOAT_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member)
#define TEXTS(key, type, member)                                                                   \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, &word, 1, 100)

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 200)};

static const cyaml_schema_field_t part_fields[] = {
    OPTIONAL_TEXT("metric", struct metric_part_yaml, metric),
    OPTIONAL_TEXT("severity", struct metric_part_yaml, severity),
    OPTIONAL_FLOAT("weight", struct metric_part_yaml, weight),
    OPTIONAL_FLOAT("saturation", struct metric_part_yaml, saturation), CYAML_FIELD_END};

static const cyaml_schema_value_t part_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct metric_part_yaml, part_fields)};

static const cyaml_schema_field_t metric_fields[] = {
    TEXT("name", struct metric_yaml, name),
    OPTIONAL_TEXT("label", struct metric_yaml, label),
    OPTIONAL_TEXT("label_ja", struct metric_yaml, label_ja),
    OPTIONAL_TEXT("unit", struct metric_yaml, unit),
    OPTIONAL_TEXT("direction", struct metric_yaml, direction),
    OPTIONAL_TEXT("sentence", struct metric_yaml, sentence),
    OPTIONAL_TEXT("sentence_ja", struct metric_yaml, sentence_ja),
    TEXT("kind", struct metric_yaml, kind),
    OPTIONAL_TEXT("usage", struct metric_yaml, usage),
    OPTIONAL_TEXT("good", struct metric_yaml, good),
    OPTIONAL_TEXT("total", struct metric_yaml, total),
    OPTIONAL_TEXT("threshold", struct metric_yaml, threshold),
    OPTIONAL_TEXT("slo", struct metric_yaml, slo),
    OPTIONAL_TEXT("of", struct metric_yaml, of),
    OPTIONAL_TEXT("side", struct metric_yaml, side),
    OPTIONAL_TEXT("role", struct metric_yaml, role),
    OPTIONAL_TEXT("calendar", struct metric_yaml, calendar),
    TEXTS("executors", struct metric_yaml, executors),
    TEXTS("milestones", struct metric_yaml, milestones),
    CYAML_FIELD_SEQUENCE("parts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct metric_yaml,
                         parts, &part_schema, 1, 100),
    OPTIONAL_FLOAT("cap", struct metric_yaml, cap),
    OPTIONAL_FLOAT("fall", struct metric_yaml, fall),
    OPTIONAL_INT("days", struct metric_yaml, days),
    OPTIONAL_INT("baseline_days", struct metric_yaml, baseline_days),
    OPTIONAL_INT("stale_days", struct metric_yaml, stale_days),
    OPTIONAL_INT("length", struct metric_yaml, length),
    OPTIONAL_INT("min_events", struct metric_yaml, min_events),
    OPTIONAL_INT("half_life_days", struct metric_yaml, half_life_days),
    OPTIONAL_INT("min_tenure", struct metric_yaml, min_tenure),
    OPTIONAL_INT("per_days", struct metric_yaml, per_days),
    CYAML_FIELD_BOOL("monotone", CYAML_FLAG_OPTIONAL, struct metric_yaml, monotone),
    CYAML_FIELD_END};

static const cyaml_schema_value_t metric_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct metric_yaml, metric_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("metrics", CYAML_FLAG_POINTER, struct metric_file, metrics, &metric_schema,
                         1, 1000),
    CYAML_FIELD_IGNORE("usage", CYAML_FLAG_OPTIONAL), CYAML_FIELD_END};

const cyaml_schema_value_t metric_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct metric_file, file_fields)};
