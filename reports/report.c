/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "core/day.h"
#include "reports/format.h"

struct channel_config {
    char *name, *type, *path, *url, *owner;
    bool allow_private;
    char *secret, *secret_before, *only;
};

struct reports_section {
    struct reports_config {
        int top;
        char *base_url;
        struct channel_config *channels;
        uint32_t channels_count;
        struct report_owner *owners;
        uint32_t owners_count;
    } * reports;
};

#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1, 1000)

static const cyaml_schema_field_t channel_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct channel_config, name, 1, 100),
    CYAML_FIELD_STRING_PTR("type", CYAML_FLAG_POINTER, struct channel_config, type, 1, 20),
    OPTIONAL_TEXT("path", struct channel_config, path),
    OPTIONAL_TEXT("url", struct channel_config, url),
    OPTIONAL_TEXT("owner", struct channel_config, owner),
    CYAML_FIELD_BOOL("allow_private", CYAML_FLAG_OPTIONAL, struct channel_config, allow_private),
    OPTIONAL_TEXT("secret", struct channel_config, secret),
    OPTIONAL_TEXT("secret_before", struct channel_config, secret_before),
    OPTIONAL_TEXT("only", struct channel_config, only),
    CYAML_FIELD_END};
static const cyaml_schema_value_t channel_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct channel_config, channel_fields)};
static const cyaml_schema_field_t owner_fields[] = {
    CYAML_FIELD_STRING_PTR("email", CYAML_FLAG_POINTER, struct report_owner, email, 1, 200),
    OPTIONAL_TEXT("slack_id", struct report_owner, slack_id),
    OPTIONAL_TEXT("language", struct report_owner, language), CYAML_FIELD_END};
static const cyaml_schema_value_t owner_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct report_owner, owner_fields)};
static const cyaml_schema_field_t reports_fields[] = {
    CYAML_FIELD_INT("top", CYAML_FLAG_OPTIONAL, struct reports_config, top),
    OPTIONAL_TEXT("base_url", struct reports_config, base_url),
    CYAML_FIELD_SEQUENCE("channels", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct reports_config, channels, &channel_schema, 0, REPORT_CHANNELS_MAX),
    CYAML_FIELD_SEQUENCE("owners", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct reports_config,
                         owners, &owner_schema, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END};

static bool load_channels(struct config *config, const struct channel_config *channels, uint32_t n,
                          struct report_config *out, GError **err)
{
    for (uint32_t i = 0; i < n; i++) {
        const struct channel_config *c = &channels[i];
        bool file = strcmp(c->type, "file") == 0, webhook = strcmp(c->type, "webhook") == 0;
        bool each = g_strcmp0(c->owner, "each") == 0;
        g_autofree char *path = g_strdup_printf("reports.channels[%u]", i);
        if ((!file && !webhook) || (file && !c->path) || (webhook && !c->url))
            return config_refuse(config, err, path,
                                 "reports.channels: %s wants type: file with path, or type: "
                                 "webhook with url",
                                 c->name);
        if (file && each && !strstr(c->path, "{owner}"))
            return config_refuse(config, err, path,
                                 "reports.channels: %s writes a file for each owner, its path "
                                 "wants {owner}",
                                 c->name);
        if (c->secret_before && !c->secret)
            return config_refuse(config, err, path,
                                 "reports.channels: %s has a secret_before, but no secret",
                                 c->name);
        if (c->only && strcmp(c->only, "digest") != 0 && strcmp(c->only, "alerts") != 0)
            return config_refuse(config, err, path,
                                 "reports.channels: %s has only: %s, want digest or alerts",
                                 c->name, c->only);
        out->channel[out->n_channels++] = (struct report_channel){
            c->name,          c->type,   c->path,          c->url, c->owner ? c->owner : "",
            c->allow_private, c->secret, c->secret_before, c->only};
    }
    return true;
}

static bool check_owners(struct config *config, const struct report_config *reports, GError **err)
{
    enum language language;
    for (size_t i = 0; i < reports->n_owners; i++) {
        const char *code = reports->owners[i].language;
        g_autofree char *path = g_strdup_printf("reports.owners[%zu].language", i);
        if (code && !message_language(code, &language))
            return config_refuse(config, err, path, "language is '%s', want en or ja", code);
    }
    return true;
}

bool report_channel_takes(const struct report_channel *channel, const char *kind)
{
    return !channel->only || strcmp(channel->only, kind) == 0;
}

bool report_config_load(struct config *config, change_split_fn split, struct report_config *out,
                        GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("reports", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct reports_section, reports, reports_fields);
    struct reports_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct reports_config none = {0}, *c = section.reports ? section.reports : &none;
    *out = (struct report_config){.top = c->top ? c->top : 20,
                                  .base_url = c->base_url ? c->base_url : "",
                                  .currency = config_currency(config),
                                  .organisation = config_organisation(config),
                                  .split = split,
                                  .directory = config_directory(config)};
    if (!message_language(config_language(config), &out->language))
        BUG("a language of the configuration has no catalogue");
    if (out->top < 1 || out->top > 200)
        return config_refuse(config, err, "reports.top", "reports.top is %d, want 1 to 200",
                             out->top);
    out->n_owners = c->owners_count;
    out->owners = c->owners;
    return load_channels(config, c->channels, c->channels_count, out, err) &&
           check_owners(config, out, err);
}

bool report_open(struct report *report, struct arena *arena, struct db *db,
                 const struct report_config *config, int32_t as_of, GError **err)
{
    bool found;
    struct report *r = report;
    *r = (struct report){.db = db, .arena = arena, .config = config, .language = config->language};
    if (!q_report_run(arena, db, as_of, &r->run, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND,
                       "nothing is published yet (kenko score --as-of DAY)");
    return q_report_run(arena, db, r->run.as_of - 7, &r->before, &r->has_before, err) &&
           q_report_words(arena, db, &r->words, err) &&
           q_report_measures(arena, db, r->run.scorecard_id, &r->measures, err) &&
           (!r->has_before ||
            q_report_measures(arena, db, r->before.scorecard_id, &r->before_measures, err)) &&
           (r->run.model_id_is_null ||
            q_report_features(arena, db, r->run.model_id, &r->features, err));
}

static int64_t before_id(const struct report *r)
{
    return r->has_before ? r->before.run_id : -1;
}

static int32_t before_day(const struct report *r)
{
    return r->has_before ? r->before.as_of : r->run.as_of;
}

bool report_staff(const struct report *r, const char *email, struct q_report_staff_rows *rows,
                  GError **err)
{
    return q_report_staff(r->arena, r->db, r->run.run_id, r->run.as_of, before_id(r), before_day(r),
                          email, rows, err);
}

static const struct report_owner *configured(const struct report *r)
{
    static const struct report_owner none = {0};
    for (size_t i = 0; r->owner && i < r->config->n_owners; i++) {
        if (strcmp(r->config->owners[i].email, r->owner->email) == 0)
            return &r->config->owners[i];
    }
    return &none;
}

void report_narrow(struct report *r, const struct q_report_staff_row *staff)
{
    r->owner = staff;
    const struct report_owner *more = configured(r);
    if (!message_language(more->language ? more->language : staff->language, &r->language))
        r->language = r->config->language;
}

const char *report_mention(const struct report *r)
{
    const char *id = configured(r)->slack_id;
    return id ? id : r->owner ? r->owner->slack_id : "";
}

bool report_accounts(const struct report *r, const char *sort, const char *key, int64_t staff_id,
                     int max_rows, struct q_report_accounts_rows *rows, GError **err)
{
    return q_report_accounts(r->arena, r->db, r->run.run_id, r->run.as_of, before_id(r),
                             before_day(r), sort, key, staff_id, max_rows, rows, err);
}

bool report_left(const struct report *r, int64_t staff_id, int max_rows,
                 struct q_report_left_rows *rows, GError **err)
{
    return q_report_left(r->arena, r->db, r->run.run_id, r->run.as_of, before_id(r), before_day(r),
                         staff_id, max_rows, rows, err);
}

/* Every message may name the day before and how far risk looks. */
static const char *say(const struct report *r, enum message message, const int64_t *n,
                       va_list places)
{
    const char *const more[] = {"before", report_day(r, !r->has_before, before_day(r)), "days",
                                report_number(r, REPORT_RISK_DAYS), NULL};
    return message_fill(r->arena, r->language, message, n, more, places);
}

const char *report_say(const struct report *r, enum message message, ...)
{
    va_list places;
    va_start(places, message);
    const char *text = say(r, message, NULL, places);
    va_end(places);
    return text;
}

const char *report_count(const struct report *r, enum message message, int64_t n, ...)
{
    va_list places;
    va_start(places, n);
    const char *text = say(r, message, &n, places);
    va_end(places);
    return text;
}

bool report_tells(const struct report *r, enum report_topic topic)
{
    return topic == TOPIC_ANY ||
           (topic == TOPIC_MONEY ? r->run.has_money : !r->run.model_id_is_null);
}

void report_table(const struct report *r, struct document *document, const char *caption,
                  const struct report_column *columns, size_t n)
{
    struct document_column *made = arena_many(r->arena, n, struct document_column);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        if (report_tells(r, columns[i].topic))
            made[kept++] =
                (struct document_column){report_say(r, columns[i].head, NULL), columns[i].kind};
    }
    document_table(document, caption, made, kept);
}

const char *report_day(const struct report *r, bool is_null, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return is_null ? "–" : arena_strdup(r->arena, day_format(day, text));
}

const char *report_stamp(const struct report *r, int64_t at_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(at_us / 1000000);
    g_autofree char *stamp = g_date_time_format(at, "%Y-%m-%d %H:%M");
    return arena_strdup(r->arena, stamp);
}

const char *report_number(const struct report *r, int64_t n)
{
    return format_number(r->arena, n);
}

const char *report_money(const struct report *r, double minor)
{
    return format_money(r->arena, r->language, r->config->currency, minor);
}

const char *report_percent(const struct report *r, int64_t p_1e9)
{
    return format_percent(r->arena, r->language, (double)p_1e9 / 1e7, 1);
}

const char *report_risk(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->p_churn_1e9_is_null)
        return "–";
    return arena_printf(r->arena, "%s (%.1f – %.1f)", report_percent(r, a->p_churn_1e9),
                        (double)a->p_lower_1e9 / 1e7, (double)a->p_upper_1e9 / 1e7);
}

const char *report_band(const struct report *r, const char *band)
{
    return message_words_of(r->language, band);
}

const char *report_words(const struct report *r, const char *words)
{
    const char *language = message_code[r->language];
    for (size_t i = 0; i < r->words.n; i++) {
        if (strcmp(r->words.row[i].language, language) == 0 &&
            strcmp(r->words.row[i].words, words) == 0)
            return r->words.row[i].said;
    }
    return message_words_of(r->language, words);
}

const char *report_health(const struct report *r, const char *band, bool is_null, int bp)
{
    return is_null || strcmp(band, "Unknown") == 0 ? "–"
                                                   : arena_printf(r->arena, "%.0f", bp / 100.0);
}

const char *report_delta(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->effective_bp_is_null || a->before_bp_is_null || strcmp(a->band, "Unknown") == 0 ||
        strcmp(a->before_band, "Unknown") == 0)
        return "";
    double change = (a->effective_bp - a->before_bp) / 100.0;
    if (fabs(change) < 0.05)
        return "=";
    return arena_printf(r->arena, "%s %.1f", change > 0 ? "▲" : "▼", fabs(change));
}

const char *report_link(const struct report *r, const char *key)
{
    g_autofree char *escaped = g_uri_escape_string(key, NULL, FALSE);
    return arena_printf(r->arena, "%s/accounts/%s", r->config->base_url, escaped);
}
