/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/day.h"
#include "core/text.h"

struct channel_config {
    char *name, *type, *path, *url;
    bool allow_private;
};

struct reports_section {
    struct reports_config {
        int top;
        char *base_url;
        struct channel_config *channels;
        uint32_t channels_count;
    } * reports;
};

#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 1, 1000)

static const cyaml_schema_field_t channel_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct channel_config, name, 1, 100),
    CYAML_FIELD_STRING_PTR("type", CYAML_FLAG_POINTER, struct channel_config, type, 1, 20),
    OPTIONAL_TEXT("path", struct channel_config, path),
    OPTIONAL_TEXT("url", struct channel_config, url),
    CYAML_FIELD_BOOL("allow_private", CYAML_FLAG_OPTIONAL, struct channel_config, allow_private),
    CYAML_FIELD_END};
static const cyaml_schema_value_t channel_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct channel_config, channel_fields)};
static const cyaml_schema_field_t reports_fields[] = {
    CYAML_FIELD_INT("top", CYAML_FLAG_OPTIONAL, struct reports_config, top),
    OPTIONAL_TEXT("base_url", struct reports_config, base_url),
    CYAML_FIELD_SEQUENCE("channels", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct reports_config, channels, &channel_schema, 0, REPORT_CHANNELS_MAX),
    CYAML_FIELD_END};

bool report_config_load(struct config *config, struct report_config *out, GError **err)
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
                                  .directory = config_directory(config)};
    if (out->top < 1 || out->top > 200)
        return config_refuse(config, err, "reports.top", "reports.top is %d, want 1 to 200",
                             out->top);
    for (uint32_t i = 0; i < c->channels_count; i++) {
        const struct channel_config *ch = &c->channels[i];
        bool file = strcmp(ch->type, "file") == 0, webhook = strcmp(ch->type, "webhook") == 0;
        if ((!file && !webhook) || (file && !ch->path) || (webhook && !ch->url)) {
            g_autofree char *place = config_place(config, "kenko.yaml", "reports.channels[%u]", i);
            return err_set(err, KENKO_ERROR_CONFIG,
                           "%s: reports.channels: %s wants type: file with path, or type: webhook "
                           "with url",
                           place, ch->name);
        }
        out->channel[out->n_channels++] =
            (struct report_channel){ch->name, ch->type, ch->path, ch->url, ch->allow_private};
    }
    return true;
}

bool report_open(struct report *report, struct arena *arena, struct db *db,
                 const struct report_config *config, int32_t as_of, GError **err)
{
    bool found;
    *report = (struct report){.db = db, .arena = arena, .config = config};
    if (!q_report_run(arena, db, as_of, &report->run, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND,
                       "nothing is published yet (kenko score --as-of DAY)");
    return q_report_run(arena, db, report->run.as_of - 7, &report->before, &report->has_before,
                        err) &&
           q_report_measures(arena, db, report->run.scorecard_id, &report->measures, err) &&
           (report->run.model_id_is_null ||
            q_report_features(arena, db, report->run.model_id, &report->features, err));
}

bool report_accounts(const struct report *r, const char *sort, const char *key, int max_rows,
                     struct q_report_accounts_rows *rows, GError **err)
{
    return q_report_accounts(
        r->arena, r->db, r->run.run_id, r->run.as_of, r->has_before ? r->before.run_id : -1,
        r->has_before ? r->before.as_of : r->run.as_of, sort, key, max_rows, rows, err);
}

const char *report_value(const struct report *r, double value, const char *unit)
{
    if (strcmp(unit, "share") == 0)
        return arena_printf(r->arena, "%.1f %%", value * 100);
    if (value == floor(value) && fabs(value) < 1e15) {
        g_autofree char *n = text_thousands((int64_t)value);
        return arena_strdup(r->arena, n);
    }
    return arena_printf(r->arena, fabs(value) >= 100 ? "%.0f" : "%.1f", value);
}

static bool has_minor_unit(const char *currency)
{
    return strcmp(currency, "JPY") != 0 && strcmp(currency, "KRW") != 0;
}

const char *report_money(const struct report *r, double minor)
{
    double amount = has_minor_unit(r->config->currency) ? minor / 100 : minor;
    if (fabs(amount) >= 1e6)
        return arena_printf(r->arena, "%s %.2f M", r->config->currency, amount / 1e6);
    g_autofree char *n = text_thousands((int64_t)llround(amount));
    return arena_printf(r->arena, "%s %s", r->config->currency, n);
}

const char *report_risk(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->p_churn_1e9_is_null)
        return "–";
    return arena_printf(r->arena, "%.1f %% (%.1f to %.1f)", (double)a->p_churn_1e9 / 1e7,
                        (double)a->p_lower_1e9 / 1e7, (double)a->p_upper_1e9 / 1e7);
}

const char *report_health(const struct report *r, bool is_null, int bp)
{
    return is_null ? "–" : arena_printf(r->arena, "%.0f", bp / 100.0);
}

const char *report_link(const struct report *r, const char *key)
{
    g_autofree char *escaped = g_uri_escape_string(key, NULL, FALSE);
    return arena_printf(r->arena, "%s/accounts/%s", r->config->base_url, escaped);
}

const char *report_delta(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->effective_bp_is_null || a->before_bp_is_null)
        return "";
    double change = (a->effective_bp - a->before_bp) / 100.0;
    if (fabs(change) < 0.05)
        return "=";
    return arena_printf(r->arena, "%s %.1f", change > 0 ? "▲" : "▼", fabs(change));
}

const char *report_quality(const struct report *r, const char *quality)
{
    return g_strdelimit(arena_strdup(r->arena, quality), "_", ' ');
}

/* The measure's sentence with its value, or "label: why there is none". */
static const char *say(const struct report *r, const struct q_report_accounts_row *a, size_t i)
{
    const struct q_report_measures_row *m = &r->measures.row[i];
    bool missing = a->metric_value.is_null && a->metric_value.is_null[i];
    if (missing)
        return arena_printf(r->arena, "%s: %s", m->label,
                            report_quality(r, a->metric_quality.v[i]));
    const char *value = report_value(r, a->metric_value.v[i], m->unit);
    const char *at = strstr(m->sentence, "{value}");
    if (!at)
        return arena_printf(r->arena, "%s: %s %s", m->label, value, m->unit);
    return arena_printf(r->arena, "%.*s%s%s", (int)(at - m->sentence), m->sentence, value, at + 7);
}

struct reason {
    size_t measure;
    int cost_bp; /* or log-odds in thousandths */
};

static int by_cost(const void *a, const void *b)
{
    const struct reason *x = a, *y = b;
    if (x->cost_bp != y->cost_bp)
        return x->cost_bp > y->cost_bp ? -1 : 1;
    return (x->measure > y->measure) - (x->measure < y->measure);
}

const char *report_reasons(const struct report *r, const struct q_report_accounts_row *a,
                           int max_reasons)
{
    size_t n = MIN(r->measures.n, a->lost_bp.n);
    struct reason *reason = arena_many(r->arena, n + 1, struct reason);
    bool compare = !a->before_contribution_bp_is_null && a->before_contribution_bp.n == n &&
                   !a->before_bp_is_null && !a->effective_bp_is_null &&
                   a->effective_bp < a->before_bp;
    for (size_t i = 0; i < n; i++)
        reason[i] =
            (struct reason){i, compare ? a->before_contribution_bp.v[i] - a->contribution_bp.v[i]
                                       : a->lost_bp.v[i]};
    qsort(reason, n, sizeof *reason, by_cost);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < n && (int)i < max_reasons && reason[i].cost_bp >= 50; i++)
        g_string_append_printf(out, "%s%s (%s%.1f)", i ? "; " : "", say(r, a, reason[i].measure),
                               "−", reason[i].cost_bp / 100.0);
    if (out->len == 0)
        g_string_append(out,
                        a->effective_bp_is_null ? "not enough data" : "health costs nothing much");
    const char *risk = report_risk_reasons(r, a, 2);
    if (*risk)
        g_string_append_printf(out, "; %s", risk);
    return arena_strdup(r->arena, out->str);
}

/* Log-odds below this move a probability too little to be named. */
static const double RISK_NAMED = 0.2;

const char *report_risk_reasons(const struct report *r, const struct q_report_accounts_row *a,
                                int max_reasons)
{
    if (a->risk_contribution_is_null || a->p_churn_1e9_is_null || max_reasons < 1)
        return "";
    size_t n = MIN(r->features.n, a->risk_contribution.n);
    struct reason *reason = arena_many(r->arena, n + 1, struct reason);
    for (size_t i = 0; i < n; i++)
        reason[i] = (struct reason){i, (int)lround(a->risk_contribution.v[i] * 1000)};
    qsort(reason, n, sizeof *reason, by_cost);
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < n && (int)i < max_reasons && reason[i].cost_bp >= RISK_NAMED * 1000; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "churn risk raised by ",
                               r->features.row[reason[i].measure].label);
    return arena_strdup(r->arena, out->str);
}
