/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "scoring/slo_exclusion.h"
#include "scoring/slo_scene.h"

/* What is asked for; months and spans are [from, to). */
struct asked {
    struct context *context;
    const char *account; /* NULL: all */
    int64_t from, to;
    struct slo_scene scene;
    size_t printed;
};

static void put_fraction(GString *out, const char *key, struct slo_fraction f)
{
    g_autofree char *exact = g_strdup_printf("%s_exact", key);
    g_autofree char *text =
        f.d ? g_strdup_printf("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, f.n, f.d) : NULL;
    text_json_number(out, key, slo_fraction_value(f));
    text_json_member(out, exact, text);
}

static void put_result(GString *out, const struct slo_info *info, const struct slo_result *r)
{
    const struct slo_count *c = &r->count;
    text_json_number(out, "objective", (double)r->objective_1e9 / 1e9);
    g_string_append_printf(out,
                           ", \"total\": %" G_GINT64_FORMAT ", \"good\": %" G_GINT64_FORMAT
                           ", \"bad\": %" G_GINT64_FORMAT ", \"excluded\": %" G_GINT64_FORMAT,
                           c->total, c->total - c->bad, c->bad, c->excluded);
    text_json_number(out, "platform", info->is_attributed ? (double)c->platform : NAN);
    text_json_number(out, "customer", info->is_attributed ? (double)(c->bad - c->platform) : NAN);
    put_fraction(out, "sli", r->sli);
    put_fraction(out, "budget_left", r->budget_left);
    text_json_number(out, "wilson_low", r->wilson_low);
    text_json_number(out, "wilson_high", r->wilson_high);
    text_json_member(out, "state", slo_state_name(r->state));
    text_json_member(out, "verdict", slo_verdict_name(r->verdict));
}

static void put_burns(GString *out, const struct slo_info *info, const struct slo_result *r)
{
    g_string_append(out, ", \"burn\": [");
    for (size_t i = 0; i < info->n_burns; i++) {
        const struct slo_burn *b = &r->burn[i];
        g_string_append_printf(
            out, "%s{\"n_long\": %" G_GINT64_FORMAT ", \"n_short\": %" G_GINT64_FORMAT,
            i ? ", " : "", b->over_long.total, b->over_short.total);
        text_json_member(out, "name", info->burn_name[i]);
        put_fraction(out, "rate_long", b->rate_long);
        put_fraction(out, "rate_short", b->rate_short);
        text_json_member(out, "state", slo_burn_state_name(b->state));
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

/* Failures that spend no budget because they are the customer's own. */
static int64_t not_counted(const struct slo_info *info, const struct slo_result *r)
{
    return info->only_platform ? r->count.bad - r->count.spent : 0;
}

static double excluded_minutes(const struct asked *a, size_t slo, size_t account)
{
    return (double)slo_exclusion_us(a->scene.lens, slo, account, a->from, a->to, true) / 60e6;
}

/* What a month's statement left out, and why. */
static void put_left_out(const struct asked *a, size_t slo, size_t account,
                         const struct slo_result *r, GString *out)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n;
    const struct slo_excluded *x =
        slo_exclusion_list(arena, a->scene.lens, slo, account, a->from, a->to, &n);
    text_json_number(out, "excluded_minutes", excluded_minutes(a, slo, account));
    g_string_append_printf(out,
                           ", \"customer_not_counted\": %" G_GINT64_FORMAT ", \"exclusions\": [",
                           not_counted(slo_set_info(a->scene.set, slo), r));
    for (size_t i = 0; i < n; i++) {
        g_autofree char *from = zone_format(a->scene.zone, x[i].from);
        g_autofree char *to = zone_format(a->scene.zone, x[i].to);
        g_string_append(out, i ? ", {\"reason\": \"" : "{\"reason\": \"");
        text_json(out, x[i].reason);
        g_string_append_c(out, '"');
        text_json_member(out, "connector", x[i].connector);
        text_json_member(out, "from", from);
        text_json_member(out, "to", to);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void print_left_out(const struct asked *a, size_t slo, size_t account,
                           const struct slo_result *r)
{
    g_autoptr(arena_t) arena = arena_new();
    size_t n;
    const struct slo_excluded *x =
        slo_exclusion_list(arena, a->scene.lens, slo, account, a->from, a->to, &n);
    int64_t theirs = not_counted(slo_set_info(a->scene.set, slo), r);
    if (n > 0)
        printf(", %zu span%s of %g min left out", n, n == 1 ? "" : "s",
               excluded_minutes(a, slo, account));
    for (size_t i = 0; i < n; i++)
        printf("%s%s", i ? "; " : ": ", x[i].reason);
    if (theirs > 0)
        printf(", %" G_GINT64_FORMAT " of the customer's own not counted", theirs);
}

static void print_json(const struct asked *a, size_t slo, size_t account, const char *key,
                       const struct slo_result *r, bool has_burns)
{
    const struct slo_info *info = slo_set_info(a->scene.set, slo);
    g_autoptr(GString) out = g_string_new("{\"account\": \"");
    g_autofree char *at = zone_format(a->scene.zone, a->to);
    text_json(out, key);
    g_string_append_c(out, '"');
    text_json_member(out, "slo", info->name);
    text_json_member(out, "service", info->service);
    text_json_member(out, "unit", info->unit);
    if (!has_burns) {
        g_autofree char *from = zone_format(a->scene.zone, a->from);
        text_json_member(out, "from", from);
    }
    text_json_member(out, has_burns ? "at" : "to", at);
    put_result(out, info, r);
    if (has_burns)
        put_burns(out, info, r);
    else
        put_left_out(a, slo, account, r, out);
    printf("%s}\n", out->str);
}

static void percent(char text[32], double share, int decimals)
{
    if (isnan(share))
        g_strlcpy(text, "-", 32);
    else
        g_snprintf(text, 32, "%.*f %%", decimals, share * 100);
}

static void print_text(struct asked *a, size_t slo, size_t account, const char *key,
                       const struct slo_result *r, bool has_burns)
{
    const struct slo_info *info = slo_set_info(a->scene.set, slo);
    const struct slo_count *c = &r->count;
    char sli[32], promised[32], left[32], ours[32], theirs[32];
    if (a->printed++ == 0)
        printf("%-16s %-20s %10s %10s %10s %9s %9s %9s %9s %10s  %s\n", "account", "slo",
               "promised", "reached", "total", "bad", "platform", "customer", "excluded", "budget",
               "state");
    percent(sli, slo_fraction_value(r->sli), 3);
    percent(promised, (double)r->objective_1e9 / 1e9, 2);
    percent(left, slo_fraction_value(r->budget_left), 1);
    g_strlcpy(ours, "-", sizeof ours);
    g_strlcpy(theirs, "-", sizeof theirs);
    if (info->is_attributed) {
        g_snprintf(ours, sizeof ours, "%" G_GINT64_FORMAT, c->platform);
        g_snprintf(theirs, sizeof theirs, "%" G_GINT64_FORMAT, c->bad - c->platform);
    }
    printf("%-16s %-20s %10s %10s %10" G_GINT64_FORMAT " %9" G_GINT64_FORMAT
           " %9s %9s %9" G_GINT64_FORMAT " %10s  %s",
           key, info->name, promised, sli, c->total, c->bad, ours, theirs, c->excluded, left,
           slo_state_name(r->state));
    if (r->verdict != SLO_NO_VERDICT)
        printf(" (%s)", slo_verdict_name(r->verdict));
    for (size_t i = 0; i < info->n_burns; i++) {
        if (r->burn[i].state == SLO_FIRING)
            printf(", %s fires", info->burn_name[i]);
    }
    if (!has_burns)
        print_left_out(a, slo, account, r);
    printf("\n");
}

static bool for_accounts(struct asked *a,
                         void (*fn)(struct asked *a, size_t account, const char *key), GError **err)
{
    size_t only;
    if (a->account) {
        if (!slo_scene_account(&a->scene, a->account, &only, err))
            return false;
        fn(a, only, a->account);
        return true;
    }
    for (size_t i = 0; i < facts_accounts(a->scene.facts); i++)
        fn(a, i, facts_account_keys(a->scene.facts)[i]);
    return true;
}

static void show_current(struct asked *a, size_t account, const char *key)
{
    for (size_t slo = 0; slo < slo_set_count(a->scene.set); slo++) {
        struct slo_result r;
        slo_evaluate(a->scene.lens, slo, account, &r);
        if (r.count.total == 0 && !a->account)
            continue;
        if (a->context->json)
            print_json(a, slo, account, key, &r, true);
        else
            print_text(a, slo, account, key, &r, true);
    }
}

static void show_span(struct asked *a, size_t account, const char *key)
{
    for (size_t slo = 0; slo < slo_set_count(a->scene.set); slo++) {
        struct slo_result r;
        slo_evaluate_span(a->scene.lens, slo, account, a->from, a->to, &r);
        if (r.count.total + r.count.excluded == 0 && !a->account)
            continue;
        if (a->context->json)
            print_json(a, slo, account, key, &r, false);
        else
            print_text(a, slo, account, key, &r, false);
    }
}

static void fault_json(const struct facts *facts, const char *key, const char *at,
                       const struct fault *fault, const struct facts_run *run)
{
    g_autoptr(GString) out = g_string_new("{\"account\": \"");
    text_json(out, key);
    g_string_append_c(out, '"');
    text_json_member(out, "run", run->external_id);
    text_json_member(out, "connector", facts_word(facts, run->connector));
    text_json_member(out, "finished_at", at);
    g_string_append_printf(out, ", \"n\": %" G_GINT64_FORMAT ", \"k\": %" G_GINT64_FORMAT, fault->n,
                           fault->k);
    text_json_number(out, "tail", fault->tail);
    g_string_append_printf(out, ", \"burst\": %s", fault->is_burst ? "true" : "false");
    text_json_member(out, "incident", fault->incident ? fault->incident->key : NULL);
    text_json_member(out, "fault", fault->is_burst || fault->incident ? "platform" : "customer");
    printf("%s}\n", out->str);
}

static void show_fault(void *context, const struct fault *fault)
{
    struct asked *a = context;
    const struct facts *facts = a->scene.facts;
    size_t n;
    const struct facts_run *run = &facts_runs(facts, &n)[fault->run];
    const char *key = facts_account_keys(facts)[run->account];
    g_autofree char *at = zone_format(a->scene.zone, run->finished);
    if (a->account && strcmp(a->account, key) != 0)
        return;
    if (a->context->json) {
        fault_json(facts, key, at, fault, run);
        return;
    }
    if (a->printed++ == 0)
        printf("%-26s %-16s %-20s %-24s %5s %5s %10s  %s\n", "ended", "account", "connector", "run",
               "ran", "fail", "by chance", "fault");
    g_autofree char *tail =
        isnan(fault->tail) ? g_strdup("-") : g_strdup_printf("%.2e", fault->tail);
    printf("%-26s %-16s %-20s %-24s %5" G_GINT64_FORMAT " %5" G_GINT64_FORMAT " %10s  %s%s%s\n", at,
           key, facts_word(facts, run->connector), run->external_id, fault->n, fault->k, tail,
           fault->is_burst || fault->incident ? "platform" : "customer",
           fault->incident ? ", incident " : "", fault->incident ? fault->incident->key : "");
}

/* "2026-10" */
static bool parse_month(struct context *context, const char *text, struct asked *a, GError **err)
{
    g_autofree char *day = g_strdup_printf("%s-01", text);
    int32_t first;
    if (!day_parse(slice_of(day), &first, NULL))
        return err_set(err, KENKO_ERROR_USAGE, "--month is '%s', want YYYY-MM", text);
    a->from = zone_day_start(context->zone, first);
    a->to = zone_day_start(context->zone, day_month_start(first, 1));
    return true;
}

static bool parse_instant(struct context *context, const char *option, const char *text,
                          int64_t *out, GError **err)
{
    int32_t day;
    if (strcmp(text, "today") != 0)
        return slo_instant(context->zone, text, out, err) || err_context(err, "--%s", option);
    if (!context_day(context, option, text, &day, err))
        return false;
    *out = zone_day_start(context->zone, day);
    return true;
}

static bool show(struct asked *a, const char *what, int64_t known, GError **err)
{
    struct context *c = a->context;
    if (!slo_scene_open(&a->scene, c->db, c->config, known, a->from, a->to, err))
        return false;
    bool ok = true;
    if (strcmp(what, "faults") == 0)
        slo_lens_faults(a->scene.lens, a->from, show_fault, a);
    else
        ok = for_accounts(a, strcmp(what, "report") == 0 ? show_span : show_current, err);
    slo_scene_close(&a->scene);
    return ok;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *at = NULL, *month = NULL, *from = NULL;
    gint64 known = -1;
    const GOptionEntry own[] = {
        {"at", 0, 0, G_OPTION_ARG_STRING, &at, "Windows end here: a day or an instant (today)",
         "T"},
        {"month", 0, 0, G_OPTION_ARG_STRING, &month, "report: the month, YYYY-MM", "MONTH"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "faults: failures since (a day before --at)",
         "T"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_slo, own, &argc, &argv, err))
        return false;
    bool is_report = argc > 1 && strcmp(argv[1], "report") == 0;
    bool is_faults = argc > 1 && strcmp(argv[1], "faults") == 0;
    int rest = 1 + (is_report || is_faults);
    struct asked a = {.context = context, .account = argc > rest ? argv[rest] : NULL};
    if (argc > rest + 1)
        return err_set(err, KENKO_ERROR_USAGE, "one account at most, not '%s'", argv[rest + 1]);
    if (is_report != (month != NULL) || (from && !is_faults) || (is_report && at))
        return err_set(err, KENKO_ERROR_USAGE,
                       "want report with --month, faults with --from, or neither");
    if (!context_open(context, err) ||
        (is_report ? !parse_month(context, month, &a, err)
                   : !parse_instant(context, "at", at ? at : "today", &a.to, err)))
        return false;
    if (!is_report)
        a.from = is_faults ? a.to - DAY_US : a.to;
    if (from && !parse_instant(context, "from", from, &a.from, err))
        return false;
    if (a.from > a.to)
        return err_set(err, KENKO_ERROR_USAGE, "--from %s is after --at", from);
    return show(&a, is_report ? "report" : is_faults ? "faults" : "current", known, err);
}

const struct command cmd_slo = {
    "slo", "[ACCOUNT | report [ACCOUNT] | faults [ACCOUNT]]",
    "Service levels by account: budgets, burn rates, whose fault",
    "Service levels are declared in slo.yaml. 'report' is the month's statement, 'faults' lists\n"
    "each failed run with the evidence for whose fault it was.\n\n"
    "Examples:\n  kenko slo --at 2026-11-24\n  kenko slo acc-00042 --at 2026-11-24T09:30:00Z "
    "--json\n"
    "  kenko slo report --month 2026-10\n  kenko slo faults --from 2026-11-01 --at 2026-11-24\n",
    run};
