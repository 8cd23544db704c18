/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/account_words.h"
#include "cli/commands.h"
#include "cli/risk_words.h"
#include "core/text.h"
#include "scoring/peer.h"

enum { BAR_POINTS = 2, COLUMN_MAX = 30, VALUE_WIDTH = 14, ARM = 10 };

static void print_bar(int bp)
{
    for (int i = BAR_POINTS * 50; i <= bp; i += BAR_POINTS * 100)
        fputs("█", stdout);
}

/* NaN where there is none. */
static double value_at(const struct db_doubles *values, size_t i)
{
    return values->is_null && values->is_null[i] ? NAN : values->v[i];
}

static double risk_value_at(const struct q_change_account_row *a, size_t i)
{
    return a->risk_value_is_null ? NAN : value_at(&a->risk_value, i);
}

/* A median as people read it, "–" where no peer has a value. */
static const char *usual(struct arena *arena, double median, const char *unit)
{
    return isnan(median) ? "–" : format_quantity(arena, LANGUAGE_EN, median, unit);
}

static void print_head(struct arena *arena, const char *key, const struct q_change_account_row *a)
{
    char day[DAY_TEXT_SIZE];
    g_autofree char *name = format_plain(a->name_is_null ? "" : a->name);
    printf("%s%s%s on %s: %s", key, *name ? " " : "", name, day_format(a->as_of, day), a->band);
    if (!a->health_bp_is_null)
        printf(", health %.2f (%.2f to %.2f if the missing were known)", a->effective_bp / 100.0,
               a->lower_bp / 100.0, a->upper_bp / 100.0);
    printf(", coverage %s\n", format_percent(arena, LANGUAGE_EN, a->coverage_bp / 100.0, 0));
    if (!a->override_note_is_null)
        printf("%s: computed %.2f, shown %.2f\n", a->override_note, a->health_bp / 100.0,
               a->effective_bp / 100.0);
    if (!a->p_churn_1e9_is_null)
        printf("churn within 90 days: %.1f %% (%.1f to %.1f)\n", (double)a->p_churn_1e9 / 1e7,
               (double)a->p_lower_1e9 / 1e7, (double)a->p_upper_1e9 / 1e7);
}

static void print_peers(const struct peer *peer)
{
    if (peer->n == 0)
        return;
    g_autofree char *segment = format_plain(peer->segment ? peer->segment : "");
    printf("peers: the %" G_GINT64_FORMAT " other customers%s%s\n", peer->n,
           peer->segment ? " of segment " : "", segment);
}

static void print_measures(struct arena *arena, const struct change_account_day *d,
                           const struct peer *peer)
{
    const struct q_change_account_row *a = &d->row;
    int group = 0, label = 0;
    for (size_t i = 0; i < d->day.n; i++) {
        group = MAX(group, text_width(d->measures.row[i].group_label));
        label = MAX(label, text_width(d->measures.row[i].label));
    }
    printf("\nWhy this health: what each measure gives and costs, in points\n  ");
    account_words_pad("", MIN(group, COLUMN_MAX));
    account_words_pad("", MIN(label, COLUMN_MAX));
    account_words_pad("value", VALUE_WIDTH);
    account_words_pad("peers' median", VALUE_WIDTH);
    printf("  gives   costs\n");
    for (size_t i = 0; i < d->day.n; i++) {
        const struct q_change_measures_row *m = &d->measures.row[i];
        fputs("  ", stdout);
        account_words_pad(m->group_label, MIN(group, COLUMN_MAX));
        account_words_pad(m->label, MIN(label, COLUMN_MAX));
        account_words_pad(account_words_value(arena, d, i), VALUE_WIDTH);
        account_words_pad(usual(arena, peer->measure[i], m->unit), VALUE_WIDTH);
        printf("%+7.2f %+7.2f  ", a->contribution_bp.v[i] / 100.0, -a->lost_bp.v[i] / 100.0);
        print_bar(a->contribution_bp.v[i]);
        printf("\n");
    }
    if (a->health_bp_is_null)
        printf("  too little is known for a health: it is Unknown, not 0\n");
    else
        printf("  %*s%7.2f %+7.2f\n",
               MIN(group, COLUMN_MAX) + MIN(label, COLUMN_MAX) + 2 * VALUE_WIDTH + 8, "health  ",
               a->health_bp / 100.0, a->health_bp / 100.0 - 100);
}

static int by_size(const void *a, const void *b, void *context)
{
    const double *v = context;
    double x = fabs(v[*(const size_t *)a]), y = fabs(v[*(const size_t *)b]);
    return (x < y) - (x > y);
}

/* Two arms about a middle, to half a place: what lowers grows to the left, what raises to the
 * right. */
static void print_arms(double v, double largest)
{
    int halves = MAX((int)lround(fabs(v) / largest * 2 * ARM), 1), n = halves / 2;
    int left = v < 0 ? n + halves % 2 : 0;
    printf("%*s%s", ARM - left, "", left && halves % 2 ? "▐" : "");
    for (int i = 0; v < 0 && i < n; i++)
        fputs("█", stdout);
    fputs("│", stdout);
    for (int i = 0; v > 0 && i < n; i++)
        fputs("█", stdout);
    printf("%s\n", v > 0 && halves % 2 ? "▌" : "");
}

static void print_feature(struct arena *arena, const struct q_change_account_row *a, size_t i,
                          const struct q_change_features_row *feature, const struct peer *peer,
                          double largest)
{
    double v = a->risk_contribution.v[i];
    double value = risk_value_at(a, i);
    fputs("  ", stdout);
    account_words_pad(feature->label, COLUMN_MAX);
    account_words_pad(isnan(value) ? "no data"
                                   : format_quantity(arena, LANGUAGE_EN, value, feature->unit),
                      VALUE_WIDTH);
    account_words_pad(usual(arena, peer->feature[i], feature->unit), VALUE_WIDTH);
    printf("×%7.2f  ", exp(v));
    print_arms(v, largest);
}

/* What is too small for a line of its own, and where the product of all lines starts. */
static void print_rest(const struct q_change_account_row *a, const size_t *order, size_t shown,
                       size_t n, size_t intercept)
{
    double rest = 0, all = a->risk_contribution.v[intercept];
    for (size_t k = shown; k < n; k++)
        rest += a->risk_contribution.v[order[k]];
    for (size_t k = 0; k < n; k++)
        all += a->risk_contribution.v[k];
    fputs("  ", stdout);
    g_autofree char *others = g_strdup_printf("%zu others together", n - shown);
    account_words_pad(others, COLUMN_MAX);
    account_words_pad("", VALUE_WIDTH);
    account_words_pad("", VALUE_WIDTH);
    printf("×%7.2f\n", exp(rest));
    printf("  the odds of the average customer, 1 to %.0f, times all of these: 1 to %.1f within a "
           "period of the model\n",
           exp(-a->risk_contribution.v[intercept]), exp(-all));
}

/* Factors of the odds, largest first; their product with the average customer's odds is exact. */
static bool print_risk(struct arena *arena, struct db *db, const struct q_change_account_row *a,
                       const struct peer *peer, GError **err)
{
    struct q_change_features_rows f;
    if (a->risk_contribution_is_null || a->model_id_is_null)
        return true;
    if (!q_change_features(arena, db, a->model_id, &f, err))
        return false;
    size_t n = MIN(f.n, a->risk_contribution.n), *order = arena_many(arena, n + 1, size_t);
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    qsort_r(order, n, sizeof *order, by_size, (void *)(uintptr_t)a->risk_contribution.v);
    printf("\nWhy this risk: by what each multiplies the odds of leaving\n  ");
    account_words_pad("", COLUMN_MAX);
    account_words_pad("value", VALUE_WIDTH);
    account_words_pad("peers' median", VALUE_WIDTH);
    printf("    odds  %*s│ raises\n", ARM, "lowers ");
    size_t shown = 0;
    for (; shown < n && fabs(a->risk_contribution.v[order[shown]]) >= 0.05; shown++)
        print_feature(arena, a, order[shown], &f.row[order[shown]], peer,
                      fabs(a->risk_contribution.v[order[0]]));
    print_rest(a, order, shown, n, a->risk_contribution.n - 1);
    return true;
}

static void json_measures(GString *out, const struct change_account_day *d, const struct peer *peer)
{
    const struct q_change_account_row *a = &d->row;
    g_string_append(out, ",\n \"measures\": [");
    for (size_t i = 0; i < d->day.n; i++) {
        g_string_append_printf(out, "%s{\"measure\": \"", i ? ",\n  " : "");
        text_json(out, d->measures.row[i].name);
        g_string_append_c(out, '"');
        text_json_member(out, "quality", a->metric_quality.v[i]);
        text_json_number(out, "value", value_at(&a->metric_value, i));
        text_json_number(out, "peers_median", peer->measure[i]);
        g_string_append_printf(out, ", \"contribution_bp\": %d, \"lost_bp\": %d}",
                               a->contribution_bp.v[i], a->lost_bp.v[i]);
    }
    g_string_append(out, "]");
}

static bool json_risk(struct arena *arena, struct db *db, GString *out,
                      const struct q_change_account_row *a, const struct peer *peer, GError **err)
{
    struct q_change_features_rows f;
    if (!a->risk_contribution_is_null && a->risk_contribution.n > 0)
        text_json_number(out, "log_odds_constant",
                         a->risk_contribution.v[a->risk_contribution.n - 1]);
    g_string_append(out, ",\n \"features\": [");
    if (a->risk_contribution_is_null || a->model_id_is_null)
        return true;
    if (!q_change_features(arena, db, a->model_id, &f, err))
        return false;
    for (size_t i = 0; i < MIN(f.n, a->risk_contribution.n); i++) {
        g_string_append_printf(out, "%s{\"feature\": \"", i ? ",\n  " : "");
        text_json(out, f.row[i].label);
        g_string_append_c(out, '"');
        text_json_number(out, "value", risk_value_at(a, i));
        text_json_number(out, "peers_median", peer->feature[i]);
        text_json_number(out, "log_odds", a->risk_contribution.v[i]);
        g_string_append_c(out, '}');
    }
    return true;
}

static bool print_json(struct context *context, struct arena *arena, const char *key,
                       const struct change_account_day *d, const struct peer *peer, GError **err)
{
    const struct q_change_account_row *a = &d->row;
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new("{\"account\": \"");
    text_json(out, key);
    g_string_append_printf(out,
                           "\", \"as_of\": \"%s\", \"run_id\": %" G_GINT64_FORMAT ", \"band\": \"",
                           day_format(a->as_of, day), a->run_id);
    text_json(out, a->band);
    g_string_append_printf(out, "\", \"health_bp\": ");
    account_words_json(out, a->health_bp_is_null, a->health_bp);
    g_string_append(out, ", \"effective_bp\": ");
    account_words_json(out, a->effective_bp_is_null, a->effective_bp);
    g_string_append_printf(out, ", \"coverage_bp\": %d, \"p_churn_1e9\": ", a->coverage_bp);
    account_words_json(out, a->p_churn_1e9_is_null, a->p_churn_1e9);
    g_string_append(out, ", \"p_lower_1e9\": ");
    account_words_json(out, a->p_lower_1e9_is_null, a->p_lower_1e9);
    g_string_append(out, ", \"p_upper_1e9\": ");
    account_words_json(out, a->p_upper_1e9_is_null, a->p_upper_1e9);
    risk_words_json(out, config_currency(context->config), a);
    g_string_append_printf(out, ",\n \"peers\": {\"segment\": %s", peer->segment ? "\"" : "null");
    if (peer->segment) {
        text_json(out, peer->segment);
        g_string_append(out, "\"");
    }
    g_string_append_printf(out, ", \"n\": %" G_GINT64_FORMAT "}", peer->n);
    json_measures(out, d, peer);
    if (!json_risk(arena, context->db, out, a, peer, err))
        return false;
    printf("%s]}\n", out->str);
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL;
    const GOptionEntry own[] = {{"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of,
                                 "The newest published day up to this day", "DAY"},
                                G_OPTION_ENTRY_NULL};
    int32_t day = INT32_MAX;
    if (!context_options(context, &cmd_explain, own, &argc, &argv, err) ||
        (as_of && !context_day(context, "as-of", as_of, &day, err)))
        return false;
    if (argc != 2)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko explain ACCOUNT");
    g_autoptr(arena_t) arena = arena_new();
    struct change_account_day *d = arena_one(arena, struct change_account_day);
    struct peer peer;
    if (!context_open(context, err) ||
        !change_account_day(arena, context->db, argv[1], day, d, err) ||
        !peer_load(arena, context->db, argv[1], d, &peer, err))
        return false;
    if (context->json)
        return print_json(context, arena, argv[1], d, &peer, err);
    print_head(arena, argv[1], &d->row);
    risk_words_print(arena, config_currency(context->config), &d->row);
    print_peers(&peer);
    print_measures(arena, d, &peer);
    if (!print_risk(arena, context->db, &d->row, &peer, err))
        return false;
    context_next(context, "kenko diff ACCOUNT DAY DAY says what changed between two days");
    return true;
}

const struct command cmd_explain = {
    "explain", "ACCOUNT", "Say why an account has its health and risk",
    "Examples:\n  kenko explain acc-00017\n  kenko explain acc-00017 --as-of 2026-10-01 --json\n",
    run};
