/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/account_json.h"

#include <math.h>
#include <string.h>

#include "core/currency.h"
#include "core/text.h"

static const struct shape_member risk_members[] = {
    {"days", SHAPE_INTEGER, .what = "Within so many days."},
    {"probability", SHAPE_NUMBER, true, .what = "Of churn, 0 to 1."},
    {"lower", SHAPE_NUMBER, true, .what = "Lower end of its 95 % interval."},
    {"upper", SHAPE_NUMBER, true, .what = "Upper end of its 95 % interval."},
    {"percentile", SHAPE_NUMBER, true, .what = "Share of accounts with a lower risk, in percent."},
    {0}};
static const struct shape risk = {"ChurnRisk", risk_members, NULL};

static const struct shape_member link_members[] = {
    {"self", SHAPE_TEXT, .what = "This account."},
    {"history", SHAPE_TEXT, .what = "Its scores over time."},
    {"explain", SHAPE_TEXT, .what = "Why it scores as it does."},
    {"html", SHAPE_TEXT, .what = "Its page for people."},
    {0}};
static const struct shape links = {"AccountLinks", link_members, NULL};

#define ACCOUNT_MEMBERS                                                                            \
    {"key", SHAPE_TEXT, .what = "The id people use."},                                             \
        {"name", SHAPE_TEXT, .what = "Shown name."},                                               \
        {"domain", SHAPE_TEXT, true, .what = "Mail domain."},                                      \
        {"owner_email", SHAPE_TEXT, true, .what = "Who looks after it."},                          \
        {"owner_name", SHAPE_TEXT, true, .what = "Their name."},                                   \
        {"plan", SHAPE_TEXT, true, .what = "Plan."},                                               \
        {"segment", SHAPE_TEXT, true, .what = "Segment."},                                         \
        {"industry", SHAPE_TEXT, true, .what = "Industry."},                                       \
        {"region", SHAPE_TEXT, true, .what = "Region."},                                           \
        {"stage", SHAPE_TEXT, .what = "Lifecycle stage."},                                         \
        {"created_on", SHAPE_DAY, true, .what = "Day the customer was won."},                      \
        {"health", SHAPE_NUMBER, true,                                                             \
         .what = "0 to 100, higher is healthier, after caps and overrides; null: Unknown."},       \
        {"health_computed", SHAPE_NUMBER, true, .what = "Before caps and overrides."},             \
        {"health_lower", SHAPE_NUMBER, true, .what = "Were every missing measure at its worst."},  \
        {"health_upper", SHAPE_NUMBER, true, .what = "Were every missing measure at its best."},   \
        {"band", SHAPE_TEXT, .what = "Band with hysteresis."},                                     \
        {"band_of_day", SHAPE_TEXT, .what = "Band of this day alone."},                            \
        {"override", SHAPE_TEXT, true, .what = "Which cap or override binds, and why."},           \
        {"coverage", SHAPE_NUMBER, .what = "Share of the measures' weight that is usable."},       \
        {"churn_risk", SHAPE_OBJECT, true, .of = &risk, .what = "Null without a model."},          \
        {"expected_loss", SHAPE_NUMBER, true, .what = "ARR times the probability."},               \
        {"arr", SHAPE_NUMBER, .what = "Annual recurring revenue in meta.currency."},               \
        {"renewal_on", SHAPE_DAY, true, .what = "Next contract end."},                             \
    {                                                                                              \
        "links", SHAPE_OBJECT, .of = &links, .what = "Where to read on."                           \
    }

#define CONTRIBUTION_MEMBERS                                                                       \
    {"measure", SHAPE_TEXT, .what = "Name in the scorecard."},                                     \
        {"label", SHAPE_TEXT, .what = "Shown name."}, {"group", SHAPE_TEXT, .what = "Its group."}, \
        {"contribution", SHAPE_NUMBER, true,                                                       \
         .what = "Points it brings; all add up to health_computed."},                              \
    {                                                                                              \
        "lost", SHAPE_NUMBER, true, .what = "Points it costs against 100."                         \
    }

static const struct shape_member contribution_members[] = {CONTRIBUTION_MEMBERS, {0}};
static const struct shape contribution = {"Contribution", contribution_members, NULL};

static const struct shape_member explained_members[] = {
    CONTRIBUTION_MEMBERS,
    {"metric", SHAPE_TEXT, .what = "The metric it judges."},
    {"unit", SHAPE_TEXT, .what = "Unit of value."},
    {"direction", SHAPE_TEXT, .what = "up: higher is healthier; down: lower is; none."},
    {"weight", SHAPE_INTEGER, .what = "Within its group, as written."},
    {"value", SHAPE_NUMBER, true, .what = "Raw value."},
    {"quality", SHAPE_TEXT,
     .what =
         "ok, no_data, stale, not_applicable, error, quarantined, or carried: an earlier day's."},
    {"score", SHAPE_NUMBER, true, .what = "0 to 100 of this measure alone."},
    {"sentence", SHAPE_TEXT, .what = "The value in words."},
    {0}};
static const struct shape explained = {"ExplainedContribution", explained_members, NULL};

static const struct shape_member log_odds_members[] = {
    {"feature", SHAPE_TEXT, .what = "Name of the model's feature, or intercept."},
    {"label", SHAPE_TEXT, .what = "Shown name."},
    {"log_odds", SHAPE_NUMBER, true, .what = "What it adds; all add up to the log-odds."},
    {0}};
static const struct shape log_odds = {"RiskContribution", log_odds_members, NULL};

static const struct shape_member row_members[] = {ACCOUNT_MEMBERS, {0}};
static const struct shape_member one_members[] = {
    ACCOUNT_MEMBERS,
    {"contributions", SHAPE_OBJECTS, .of = &contribution, .what = "Every measure."},
    {0}};
static const struct shape_member why_members[] = {
    ACCOUNT_MEMBERS,
    {"contributions", SHAPE_OBJECTS, .of = &explained, .what = "Every measure."},
    {"risk_contributions", SHAPE_OBJECTS, true, .of = &log_odds,
     .what = "Of every feature, intercept last; null without a model."},
    {0}};
const struct shape account_json_row = {"Account", row_members, NULL};
const struct shape account_json_one = {"AccountDetail", one_members, NULL};
const struct shape account_json_why = {"AccountExplained", why_members, NULL};

void account_json_points(struct writer *writer, const char *name, int32_t bp)
{
    if (bp == SNAPSHOT_NULL_BP)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, bp, 2);
}

static void write_share(struct writer *writer, const char *name, int32_t value_1e9)
{
    if (value_1e9 == SNAPSHOT_NULL_1E9)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, value_1e9, 9);
}

void account_json_money(struct writer *writer, const struct snapshot *snapshot, const char *name,
                        int64_t minor)
{
    writer_fixed(writer, name, minor, currency_decimals(slice_of(snapshot->currency)));
}

int64_t account_json_loss(const struct snapshot_account *account)
{
    return (int64_t)((__int128)account->arr_minor * account->p_churn_1e9 / 1000000000);
}

static void write_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account)
{
    bool none = account->p_churn_1e9 == SNAPSHOT_NULL_1E9;
    if (none && !writer->csv) {
        writer_null(writer, "churn_risk");
        writer_null(writer, "expected_loss");
        return;
    }
    writer_object(writer, "churn_risk");
    writer_integer(writer, "days", 90);
    write_share(writer, "probability", account->p_churn_1e9);
    write_share(writer, "lower", account->p_lower_1e9);
    write_share(writer, "upper", account->p_upper_1e9);
    account_json_points(writer, "percentile", account->risk_percentile_bp);
    writer_object_end(writer);
    if (none)
        writer_null(writer, "expected_loss");
    else
        account_json_money(writer, snapshot, "expected_loss", account_json_loss(account));
}

static void write_links(struct writer *writer, const char *key)
{
    static const char api[] = "/api/v1/accounts/";
    const struct {
        const char *name, *before, *after;
    } links_of[] = {{"self", api, NULL},
                    {"history", api, "/history"},
                    {"explain", api, "/explain"},
                    {"html", "/accounts/", NULL}};
    g_autofree char *escaped = g_uri_escape_string(key, NULL, FALSE);
    writer_object(writer, "links");
    for (size_t i = 0; i < G_N_ELEMENTS(links_of); i++) {
        const char *const parts[] = {links_of[i].before, escaped, links_of[i].after, NULL};
        writer_joined(writer, links_of[i].name, parts);
    }
    writer_object_end(writer);
}

void account_json_write(struct writer *writer, const struct snapshot *snapshot,
                        const struct snapshot_account *account)
{
    const struct snapshot_kind *kind = account->kind;
    writer_text(writer, "key", snapshot_key(account));
    writer_text(writer, "name", snapshot_name(account));
    writer_text(writer, "domain", snapshot_domain(account));
    writer_text(writer, "owner_email", account->owner->email);
    writer_text(writer, "owner_name", account->owner->name);
    writer_text(writer, "plan", kind->plan);
    writer_text(writer, "segment", kind->segment);
    writer_text(writer, "industry", kind->industry);
    writer_text(writer, "region", kind->region);
    writer_text(writer, "stage", kind->stage);
    writer_day(writer, "created_on", account->created_on, false);
    account_json_points(writer, "health", account->effective_bp);
    account_json_points(writer, "health_computed", account->health_bp);
    account_json_points(writer, "health_lower", account->lower_bp);
    account_json_points(writer, "health_upper", account->upper_bp);
    writer_text(writer, "band", kind->band);
    writer_text(writer, "band_of_day", kind->raw_band);
    writer_text(writer, "override", kind->override_note);
    writer_fixed(writer, "coverage", account->coverage_bp, 4);
    write_risk(writer, snapshot, account);
    account_json_money(writer, snapshot, "arr", account->arr_minor);
    writer_day(writer, "renewal_on", account->renewal_on, false);
    write_links(writer, snapshot_key(account));
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

static void write_part(struct writer *writer, const char *name, int16_t bp)
{
    if (bp == SNAPSHOT_NO_PART)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, bp, 2);
}

static void write_explained(struct writer *writer, const struct snapshot *snapshot,
                            const struct snapshot_account *account, size_t i)
{
    const struct snapshot_measure *measure =
        &snapshot->scorecards[account->kind->scorecard].measures[i];
    const struct snapshot_part *part = snapshot_part(snapshot, account, i);
    double value = snapshot_value(snapshot, account, i);
    static const char *const qualities[] = {"ok",    "no_data",     "stale",  "not_applicable",
                                            "error", "quarantined", "carried"};
    writer_text(writer, "metric", measure->metric);
    writer_text(writer, "unit", measure->unit);
    writer_text(writer, "direction", measure->direction);
    writer_integer(writer, "weight", measure->weight);
    writer_double(writer, "value", value);
    writer_text(writer, "quality", qualities[part->quality]);
    write_part(writer, "score", part->score_bp);
    write_sentence(writer, measure, value);
}

void account_json_contributions(struct writer *writer, const struct snapshot *snapshot,
                                const struct snapshot_account *account, bool explain)
{
    const struct snapshot_scorecard *card = &snapshot->scorecards[account->kind->scorecard];
    writer_array(writer, "contributions");
    for (size_t i = 0; i < card->n; i++) {
        const struct snapshot_measure *measure = &card->measures[i];
        const struct snapshot_part *part = snapshot_part(snapshot, account, i);
        writer_object(writer, NULL);
        writer_text(writer, "measure", measure->name);
        writer_text(writer, "label", measure->label);
        writer_text(writer, "group", measure->group_name);
        write_part(writer, "contribution", part->contribution_bp);
        write_part(writer, "lost", part->lost_bp);
        if (explain)
            write_explained(writer, snapshot, account, i);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

void account_json_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account)
{
    if (account->risk_at == UINT32_MAX) {
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
        writer_double(writer, "log_odds", snapshot_risk(snapshot, account, i));
        writer_object_end(writer);
    }
    writer_array_end(writer);
}
