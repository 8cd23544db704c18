/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo_file.h"

#include "core/day.h"
#include "scoring/slo.h"

#define TEXT(key, type, member)                                                                    \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER, type, member, 1, 500)
#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1, 500)
#define TEXTS(key, type, member)                                                                   \
    CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, &word, 1,    \
                         100000)

#define SECOND_US INT64_C(1000000)

static const cyaml_schema_value_t word = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 200)};

static const cyaml_schema_field_t burn_fields[] = {
    TEXT("name", struct slo_burn_yaml, name), TEXT("long", struct slo_burn_yaml, long_),
    TEXT("short", struct slo_burn_yaml, short_), TEXT("factor", struct slo_burn_yaml, factor),
    CYAML_FIELD_END};
static const cyaml_schema_value_t burn_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct slo_burn_yaml, burn_fields)};

static const cyaml_schema_field_t promise_fields[] = {
    TEXT("objective", struct slo_promise_yaml, objective),
    CYAML_FIELD_SEQUENCE("accounts", CYAML_FLAG_POINTER, struct slo_promise_yaml, accounts, &word,
                         1, 100000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t promise_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct slo_promise_yaml, promise_fields)};

static const cyaml_schema_field_t exclusion_fields[] = {
    TEXT("from", struct slo_exclusion_yaml, from),
    TEXT("to", struct slo_exclusion_yaml, to),
    TEXT("reason", struct slo_exclusion_yaml, reason),
    OPTIONAL_TEXT("connector", struct slo_exclusion_yaml, connector),
    TEXTS("accounts", struct slo_exclusion_yaml, accounts),
    CYAML_FIELD_END};
static const cyaml_schema_value_t exclusion_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct slo_exclusion_yaml, exclusion_fields)};

static const cyaml_schema_field_t slo_fields[] = {
    TEXT("name", struct slo_yaml, name),
    OPTIONAL_TEXT("label", struct slo_yaml, label),
    TEXT("service", struct slo_yaml, service),
    TEXT("sli", struct slo_yaml, sli),
    TEXT("objective", struct slo_yaml, objective),
    OPTIONAL_TEXT("window", struct slo_yaml, window),
    OPTIONAL_TEXT("warn_below", struct slo_yaml, warn_below),
    OPTIONAL_TEXT("threshold", struct slo_yaml, threshold),
    OPTIONAL_TEXT("spends", struct slo_yaml, spends),
    OPTIONAL_TEXT("good_metric", struct slo_yaml, good_metric),
    OPTIONAL_TEXT("bad_metric", struct slo_yaml, bad_metric),
    OPTIONAL_TEXT("total_metric", struct slo_yaml, total_metric),
    OPTIONAL_TEXT("metric", struct slo_yaml, metric),
    OPTIONAL_TEXT("at_most", struct slo_yaml, at_most),
    CYAML_FIELD_INT_PTR("min_events", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct slo_yaml,
                        min_events),
    TEXTS("executors", struct slo_yaml, executors),
    TEXTS("good", struct slo_yaml, good),
    TEXTS("bad", struct slo_yaml, bad),
    TEXTS("components", struct slo_yaml, components),
    CYAML_FIELD_SEQUENCE("burn", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct slo_yaml, burn,
                         &burn_schema, 0, SLO_BURNS_MAX),
    CYAML_FIELD_SEQUENCE("objectives", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct slo_yaml,
                         objectives, &promise_schema, 0, 1000),
    CYAML_FIELD_SEQUENCE("exclude", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct slo_yaml,
                         exclude, &exclusion_schema, 0, 10000),
    CYAML_FIELD_END};
static const cyaml_schema_value_t slo_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct slo_yaml, slo_fields)};

static const cyaml_schema_field_t baseline_fields[] = {
    TEXT("connector", struct slo_baseline_yaml, connector),
    TEXT("share", struct slo_baseline_yaml, share), CYAML_FIELD_END};
static const cyaml_schema_value_t baseline_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct slo_baseline_yaml, baseline_fields)};

static const cyaml_schema_field_t faults_fields[] = {
    OPTIONAL_TEXT("before", struct slo_faults_yaml, before),
    OPTIONAL_TEXT("after", struct slo_faults_yaml, after),
    OPTIONAL_TEXT("tail", struct slo_faults_yaml, tail),
    CYAML_FIELD_INT_PTR("accounts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                        struct slo_faults_yaml, accounts),
    TEXTS("good", struct slo_faults_yaml, good),
    TEXTS("bad", struct slo_faults_yaml, bad),
    CYAML_FIELD_SEQUENCE("baseline", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct slo_faults_yaml, baseline, &baseline_schema, 0, 100000),
    CYAML_FIELD_END};

static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("slos", CYAML_FLAG_POINTER, struct slo_file, slos, &slo_schema, 1,
                         SLO_MAX),
    CYAML_FIELD_MAPPING_PTR("faults", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct slo_file,
                            faults, faults_fields),
    CYAML_FIELD_END};
const cyaml_schema_value_t slo_file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct slo_file, file_fields)};

bool slo_file_decimal(const char *text, int decimals, int64_t *out)
{
    __int128 v = 0;
    int after = -1;
    bool any = false;
    for (const char *p = text; *p; p++) {
        if (*p == '.' && after < 0) {
            after = 0;
            continue;
        }
        if (!g_ascii_isdigit(*p) || after == decimals || v > INT64_MAX / 1000)
            return false;
        v = v * 10 + (*p - '0');
        after += after >= 0;
        any = true;
    }
    for (int i = MAX(after, 0); i < decimals; i++)
        v *= 10;
    *out = (int64_t)v;
    return any && v <= INT64_MAX;
}

bool slo_file_span(const char *text, int64_t *out)
{
    static const struct {
        char unit;
        int64_t us;
    } units[] = {{'s', SECOND_US}, {'m', 60 * SECOND_US}, {'h', 3600 * SECOND_US}, {'d', DAY_US}};
    char *end;
    if (!g_ascii_isdigit(*text))
        return false;
    guint64 n = g_ascii_strtoull(text, &end, 10);
    for (size_t i = 0; i < G_N_ELEMENTS(units) && *end && end[1] == '\0'; i++) {
        if (*end == units[i].unit && n > 0 &&
            n <= (guint64)(SLO_FILE_DAYS_MAX * DAY_US / units[i].us)) {
            *out = (int64_t)n * units[i].us;
            return true;
        }
    }
    return false;
}

bool slo_instant(const struct zone *zone, const char *text, int64_t *out, GError **err)
{
    int32_t day;
    if (day_parse(slice_of(text), &day, NULL)) {
        *out = zone_day_start(zone, day);
        return true;
    }
    g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(text, NULL);
    if (!at)
        return err_set(err, KENKO_ERROR_USAGE,
                       "'%s' is not understood, want a day such as 2026-11-01 or an instant with "
                       "its zone such as 2026-11-01T09:00:00Z",
                       text);
    *out = g_date_time_to_unix(at) * SECOND_US + g_date_time_get_microsecond(at);
    return true;
}
