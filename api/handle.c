/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/handle.h"

#include <math.h>

#include "core/currency.h"
#include "core/text.h"

const struct snapshot *handle_run(const struct site *site, const struct request *request,
                                  struct response *response)
{
    const struct snapshot *snapshot = store_current(site->store);
    if (!snapshot)
        response_problem(response, request, PROBLEM_NO_RUN, "no scoring run is published");
    return snapshot;
}

bool handle_params(const struct request *request, const char *const *names,
                   struct response *response)
{
    const char *unknown = request_unknown_param(request, names);
    if (!unknown)
        return true;
    g_autofree char *hint = text_hint(unknown, names);
    response_problem(response, request, PROBLEM_BAD_PARAMETER, "there is no parameter '%s' here%s",
                     unknown, hint);
    return false;
}

bool handle_sees(const struct principal *principal, const struct snapshot_account *account)
{
    return account && (!principal->own_only || account->staff_id == principal->staff_id);
}

const struct snapshot_account *handle_find(const struct snapshot *snapshot,
                                           const struct request *request, struct response *response)
{
    const struct snapshot_account *account = snapshot_find(snapshot, request->key);
    if (handle_sees(&request->principal, account))
        return account;
    response_problem(response, request, PROBLEM_NOT_FOUND, "there is no such account");
    return NULL;
}

static void write_health(struct writer *writer, const char *name, int32_t bp)
{
    if (bp == SNAPSHOT_NULL_BP || bp == INT32_MIN)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, bp, 2);
}

static void write_share(struct writer *writer, const char *name, int64_t value_1e9)
{
    if (value_1e9 == SNAPSHOT_NULL)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, value_1e9, 9);
}

void handle_write_money(struct writer *writer, const struct snapshot *snapshot, const char *name,
                        int64_t minor)
{
    writer_fixed(writer, name, minor, currency_decimals(slice_of(snapshot->currency)));
}

static void write_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account)
{
    if (account->p_churn_1e9 == SNAPSHOT_NULL) {
        writer_null(writer, "churn_risk");
        writer_null(writer, "expected_loss");
        return;
    }
    writer_object(writer, "churn_risk");
    writer_integer(writer, "days", 90);
    write_share(writer, "probability", account->p_churn_1e9);
    write_share(writer, "lower", account->p_lower_1e9);
    write_share(writer, "upper", account->p_upper_1e9);
    write_health(writer, "percentile", account->risk_percentile_bp);
    writer_object_end(writer);
    int64_t loss = (int64_t)((__int128)account->arr_minor * account->p_churn_1e9 / 1000000000);
    handle_write_money(writer, snapshot, "expected_loss", loss);
}

static void write_links(struct writer *writer, const char *key)
{
    g_autofree char *escaped = g_uri_escape_string(key, NULL, FALSE);
    g_autofree char *self = g_strconcat("/api/v1/accounts/", escaped, NULL);
    g_autofree char *history = g_strconcat(self, "/history", NULL);
    g_autofree char *explain = g_strconcat(self, "/explain", NULL);
    g_autofree char *html = g_strconcat("/accounts/", escaped, NULL);
    writer_object(writer, "links");
    writer_text(writer, "self", self);
    writer_text(writer, "history", history);
    writer_text(writer, "explain", explain);
    writer_text(writer, "html", html);
    writer_object_end(writer);
}

void handle_write_account(struct writer *writer, const struct snapshot *snapshot,
                          const struct snapshot_account *account)
{
    writer_text(writer, "key", account->key);
    writer_text(writer, "name", account->name);
    writer_text(writer, "domain", account->domain);
    writer_text(writer, "owner_email", account->owner_email);
    writer_text(writer, "owner_name", account->owner_name);
    writer_text(writer, "plan", account->plan);
    writer_text(writer, "segment", account->segment);
    writer_text(writer, "industry", account->industry);
    writer_text(writer, "region", account->region);
    writer_text(writer, "stage", account->stage);
    writer_day(writer, "created_on", account->created_on, false);
    write_health(writer, "health", account->effective_bp);
    write_health(writer, "health_computed", account->health_bp);
    write_health(writer, "health_lower", account->lower_bp);
    write_health(writer, "health_upper", account->upper_bp);
    writer_text(writer, "band", account->band);
    writer_text(writer, "band_of_day", account->raw_band);
    writer_text(writer, "override", account->override_note);
    writer_fixed(writer, "coverage", account->coverage_bp, 4);
    write_risk(writer, snapshot, account);
    handle_write_money(writer, snapshot, "arr", account->arr_minor);
    writer_day(writer, "renewal_on", account->renewal_on, false);
    write_links(writer, account->key);
}

/* 1234567.5 → "1,234,567.5", a share as "12.3 %". Caller frees. */
static char *value_text(double value, const char *unit)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    if (g_str_equal(unit, "share")) {
        g_ascii_formatd(digits, sizeof digits, "%.1f", value * 100);
        return g_strconcat(digits, " %", NULL);
    }
    if (fabs(value) >= 1e15)
        return g_strdup(g_ascii_formatd(digits, sizeof digits, "%.3g", value));
    int64_t hundredths = llround(value * 100);
    uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
    g_autofree char *whole = text_thousands((int64_t)(size / 100));
    const char *sign = hundredths < 0 ? "-" : "";
    unsigned rest = (unsigned)(size % 100);
    if (rest == 0)
        return g_strconcat(sign, whole, NULL);
    if (rest % 10 == 0)
        return g_strdup_printf("%s%s.%u", sign, whole, rest / 10);
    return g_strdup_printf("%s%s.%02u", sign, whole, rest);
}

static void write_sentence(struct writer *writer, const struct snapshot_measure *measure,
                           double value)
{
    if (isnan(value)) {
        g_autofree char *text = g_strdup_printf("%s: no data", measure->label);
        writer_text(writer, "sentence", text);
        return;
    }
    g_autofree char *number = value_text(value, measure->unit);
    const char *at = strstr(measure->sentence, "{value}");
    g_autofree char *text = at ? g_strdup_printf("%.*s%s%s", (int)(at - measure->sentence),
                                                 measure->sentence, number, at + strlen("{value}"))
                               : g_strdup_printf("%s: %s", measure->label, number);
    writer_text(writer, "sentence", text);
}

static void write_explained(struct writer *writer, const struct snapshot *snapshot,
                            const struct snapshot_measure *measure, size_t at)
{
    static const char *const qualities[] = {"ok",    "no_data",    "stale", "not_applicable",
                                            "error", "quarantined"};
    writer_text(writer, "metric", measure->metric);
    writer_text(writer, "unit", measure->unit);
    writer_text(writer, "direction", measure->direction);
    writer_integer(writer, "weight", measure->weight);
    writer_double(writer, "value", snapshot->metric_value[at]);
    writer_text(writer, "quality", qualities[snapshot->metric_quality[at]]);
    write_health(writer, "score", snapshot->measure_bp[at]);
    write_sentence(writer, measure, snapshot->metric_value[at]);
}

void handle_write_contributions(struct writer *writer, const struct snapshot *snapshot,
                                const struct snapshot_account *account, bool explain)
{
    const struct snapshot_scorecard *card = &snapshot->scorecards[account->scorecard];
    writer_array(writer, "contributions");
    for (size_t i = 0; i < card->n; i++) {
        const struct snapshot_measure *measure = &card->measures[i];
        size_t at = account->measure_at + i;
        writer_object(writer, NULL);
        writer_text(writer, "measure", measure->name);
        writer_text(writer, "label", measure->label);
        writer_text(writer, "group", measure->group_name);
        write_health(writer, "contribution", snapshot->contribution_bp[at]);
        write_health(writer, "lost", snapshot->lost_bp[at]);
        if (explain)
            write_explained(writer, snapshot, measure, at);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

void handle_write_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account)
{
    if (account->feature_at == SIZE_MAX) {
        writer_null(writer, "risk_contributions");
        return;
    }
    writer_array(writer, "risk_contributions");
    for (size_t i = 0; i <= snapshot->n_features; i++) {
        bool intercept = i == snapshot->n_features;
        writer_object(writer, NULL);
        writer_text(writer, "feature", intercept ? "intercept" : snapshot->features[i].name);
        writer_text(writer, "label",
                    intercept ? "All accounts alike" : snapshot->features[i].label);
        writer_double(writer, "log_odds", snapshot->risk[account->feature_at + i]);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}
