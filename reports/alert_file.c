/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_file.h"

#define OPTIONAL (CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL)
#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define OPTIONAL_TEXT(key, type, member) CYAML_FIELD_STRING_PTR(key, OPTIONAL, type, member, 1, 500)
#define TEXTS(key, flags, type, member) CYAML_FIELD_SEQUENCE(key, flags, type, member, &word, 1, 50)
#define DAYS(key, flags, type, member) CYAML_FIELD_INT_PTR(key, flags, type, member)
#define NUMBER(key, flags, type, member) CYAML_FIELD_FLOAT_PTR(key, flags, type, member)

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 200)};

static const cyaml_schema_field_t band_fields[] = {
    TEXTS("to", CYAML_FLAG_POINTER, struct alert_band_yaml, to),
    TEXTS("from", OPTIONAL, struct alert_band_yaml, from),
    DAYS("within", OPTIONAL, struct alert_band_yaml, within), CYAML_FIELD_END};

static const cyaml_schema_field_t drop_fields[] = {
    NUMBER("points", CYAML_FLAG_POINTER, struct alert_drop_yaml, points),
    NUMBER("clear", OPTIONAL, struct alert_drop_yaml, clear),
    DAYS("days", CYAML_FLAG_POINTER, struct alert_drop_yaml, days), CYAML_FIELD_END};

static const cyaml_schema_field_t risk_fields[] = {
    NUMBER("above", CYAML_FLAG_POINTER, struct alert_risk_yaml, above),
    NUMBER("clear", OPTIONAL, struct alert_risk_yaml, clear), CYAML_FIELD_END};

static const cyaml_schema_field_t limit_fields[] = {
    TEXT("metric", struct alert_limit_yaml, metric),
    NUMBER("above", OPTIONAL, struct alert_limit_yaml, above),
    NUMBER("at_least", OPTIONAL, struct alert_limit_yaml, at_least),
    NUMBER("below", OPTIONAL, struct alert_limit_yaml, below),
    NUMBER("at_most", OPTIONAL, struct alert_limit_yaml, at_most),
    NUMBER("clear", OPTIONAL, struct alert_limit_yaml, clear),
    CYAML_FIELD_END};
static const cyaml_schema_value_t limit_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct alert_limit_yaml, limit_fields)};

static const cyaml_schema_field_t slo_fields[] = {
    TEXT("name", struct alert_slo_yaml, name),
    CYAML_FIELD_BOOL("burn", CYAML_FLAG_OPTIONAL, struct alert_slo_yaml, burn),
    TEXTS("states", OPTIONAL, struct alert_slo_yaml, states), CYAML_FIELD_END};

static const cyaml_schema_field_t renewal_fields[] = {
    DAYS("within", CYAML_FLAG_POINTER, struct alert_renewal_yaml, within),
    TEXTS("bands", OPTIONAL, struct alert_renewal_yaml, bands), CYAML_FIELD_END};

static const cyaml_schema_field_t when_fields[] = {
    CYAML_FIELD_MAPPING_PTR("band", OPTIONAL, struct alert_when_yaml, band, band_fields),
    CYAML_FIELD_MAPPING_PTR("health_drop", OPTIONAL, struct alert_when_yaml, health_drop,
                            drop_fields),
    CYAML_FIELD_MAPPING_PTR("risk", OPTIONAL, struct alert_when_yaml, risk, risk_fields),
    CYAML_FIELD_SEQUENCE("metrics", OPTIONAL, struct alert_when_yaml, metrics, &limit_schema, 1,
                         10),
    CYAML_FIELD_MAPPING_PTR("slo", OPTIONAL, struct alert_when_yaml, slo, slo_fields),
    OPTIONAL_TEXT("indicator", struct alert_when_yaml, indicator),
    CYAML_FIELD_MAPPING_PTR("renewal", OPTIONAL, struct alert_when_yaml, renewal, renewal_fields),
    CYAML_FIELD_END};

static const cyaml_schema_field_t scope_fields[] = {
    TEXTS("segments", OPTIONAL, struct alert_scope_yaml, segments),
    TEXTS("owners", OPTIONAL, struct alert_scope_yaml, owners), CYAML_FIELD_END};

static const cyaml_schema_field_t escalate_fields[] = {
    DAYS("after", CYAML_FLAG_POINTER, struct alert_escalate_yaml, after),
    OPTIONAL_TEXT("severity", struct alert_escalate_yaml, severity),
    OPTIONAL_TEXT("channel", struct alert_escalate_yaml, channel), CYAML_FIELD_END};

static const cyaml_schema_field_t alert_fields[] = {
    TEXT("name", struct alert_yaml, name),
    OPTIONAL_TEXT("label", struct alert_yaml, label),
    OPTIONAL_TEXT("label_ja", struct alert_yaml, label_ja),
    CYAML_FIELD_MAPPING_PTR("when", CYAML_FLAG_POINTER, struct alert_yaml, when, when_fields),
    DAYS("for", OPTIONAL, struct alert_yaml, for_days),
    DAYS("clear_for", OPTIONAL, struct alert_yaml, clear_for),
    CYAML_FIELD_MAPPING_PTR("scope", OPTIONAL, struct alert_yaml, scope, scope_fields),
    OPTIONAL_TEXT("severity", struct alert_yaml, severity),
    OPTIONAL_TEXT("channel", struct alert_yaml, channel),
    DAYS("cool_down", OPTIONAL, struct alert_yaml, cool_down),
    OPTIONAL_TEXT("group", struct alert_yaml, group),
    CYAML_FIELD_MAPPING_PTR("escalate", OPTIONAL, struct alert_yaml, escalate, escalate_fields),
    CYAML_FIELD_BOOL_PTR("tell_resolved", OPTIONAL, struct alert_yaml, tell_resolved),
    TEXT("sentence", struct alert_yaml, sentence),
    OPTIONAL_TEXT("sentence_ja", struct alert_yaml, sentence_ja),
    CYAML_FIELD_END};
static const cyaml_schema_value_t alert_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct alert_yaml, alert_fields)};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_INT_PTR("storm", OPTIONAL, struct alert_file, storm),
    CYAML_FIELD_SEQUENCE("alerts", CYAML_FLAG_POINTER, struct alert_file, alerts, &alert_schema, 1,
                         200),
    CYAML_FIELD_END};

const cyaml_schema_value_t alert_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct alert_file, file_fields)};
