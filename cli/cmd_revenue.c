/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cmd_revenue.h"

#include <string.h>

#include "cli/commands.h"
#include "scoring/metric_churn.h"
#include "scoring/movement.h"

enum { RENEWAL_DAYS = 90 };

static const struct question {
    const char *name;
    bool looks_ahead; /* without --to the next days, not the past periods */
    bool (*answer)(struct cmd_revenue *ask, GError **err);
} questions[] = {
    {"movements", false, cmd_revenue_movements}, {"retention", false, cmd_revenue_retention},
    {"cohorts", false, cmd_revenue_cohorts},     {"renewals", true, cmd_revenue_renewals},
    {"forecast", true, cmd_revenue_forecast},    {"churn", false, cmd_revenue_churn},
};

/* How many periods are shown when nobody says. */
static const int usual[] = {[PERIOD_MONTH] = 12, [PERIOD_QUARTER] = 8, [PERIOD_YEAR] = 5};

struct period *cmd_revenue_periods(const struct cmd_revenue *ask, size_t *n)
{
    return period_list(ask->arena, ask->by, ask->from, MIN(ask->to, ask->revenue.as_of), n);
}

int cmd_revenue_gap(const struct cmd_revenue *ask)
{
    return ask->bridges ? metric_churn_gap(ask->revenue.set) : MOVEMENT_NO_GAP;
}

static const struct question *find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(questions); i++) {
        if (name && strcmp(questions[i].name, name) == 0)
            return &questions[i];
    }
    return NULL;
}

/* The days asked for, or the usual ones before the day of asking. */
static bool set_days(struct cmd_revenue *ask, const struct question *q, int32_t as_of,
                     const char *from, const char *to, GError **err)
{
    ask->to = q->looks_ahead ? as_of + RENEWAL_DAYS : as_of;
    ask->from = q->looks_ahead ? as_of : period_start(ask->by, as_of, -usual[ask->by]);
    ask->has_from = from != NULL;
    if ((from && !context_day(ask->context, "from", from, &ask->from, err)) ||
        (to && !context_day(ask->context, "to", to, &ask->to, err)))
        return false;
    return ask->from < ask->to ||
           err_set(err, KENKO_ERROR_USAGE, "--from must lie before --to (which is %s)",
                   to ? to : "today unless it is said");
}

static bool answer(struct context *context, const struct question *q, struct cmd_revenue *ask,
                   const char *currency, int32_t as_of, gint64 known, GError **err)
{
    bool ok = revenue_open(ask->arena, context->db, context->config, currency, as_of, known,
                           &ask->revenue, err) &&
              q->answer(ask, err);
    revenue_close(&ask->revenue);
    return ok;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *from = NULL, *to = NULL, *by = NULL, *currency = NULL;
    g_autofree char *measure = NULL, *activity = NULL;
    gboolean csv = FALSE, bridge = FALSE, accounts = FALSE;
    gint64 known = -1;
    g_autoptr(arena_t) arena = arena_new();
    struct cmd_revenue ask = {.arena = arena, .context = context, .by = PERIOD_MONTH};
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "Facts before this day (today)", "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &known, "Only loads up to this commit number", "K"},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "First day", "DAY"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "The day after the last", "DAY"},
        {"by", 0, 0, G_OPTION_ARG_STRING, &by, "month (without it), quarter or year", "PERIOD"},
        {"currency", 0, 0, G_OPTION_ARG_STRING, &currency, "Only contracts in it, in its unit",
         "CODE"},
        {"bridge", 0, 0, G_OPTION_ARG_NONE, &bridge, "Carry ARR over gaps of churn.gap_days", NULL},
        {"accounts", 0, 0, G_OPTION_ARG_NONE, &accounts, "Movements by account", NULL},
        {"measure", 0, 0, G_OPTION_ARG_STRING, &measure, "Of cohorts: logo (without it), nrr, grr",
         "NAME"},
        {"activity", 0, 0, G_OPTION_ARG_STRING, &activity,
         "Of cohorts: the share that used the product, by a usage metric", "USAGE"},
        {"csv", 0, 0, G_OPTION_ARG_NONE, &csv, "Print CSV", NULL},
        G_OPTION_ENTRY_NULL};
    int32_t day;
    if (!context_options(context, &cmd_revenue, own, &argc, &argv, err))
        return false;
    const struct question *q = argc == 2 ? find(argv[1]) : NULL;
    if (!q)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko revenue %s", cmd_revenue.args);
    ask.form = context->json ? GRID_JSON : csv ? GRID_CSV : GRID_TERMINAL;
    ask.has_by = by != NULL;
    ask.bridges = bridge;
    ask.by_account = accounts;
    ask.measure = measure ? measure : "logo";
    ask.activity = activity;
    return (!by || period_parse(by, &ask.by, err)) &&
           context_day(context, "as-of", as_of ? as_of : "today", &day, err) &&
           set_days(&ask, q, day, from, to, err) && context_open(context, err) &&
           answer(context, q, &ask, currency, day, known, err);
}

const struct command cmd_revenue = {
    "revenue", "movements | retention | cohorts | renewals | forecast | churn",
    "ARR: what it did, what stayed, what may be lost",
    "movements  new, resurrected, expanded, contracted and churned ARR; --accounts: of each\n"
    "retention  NRR, GRR and logo churn; with --from and --to but no --by: of those two days\n"
    "cohorts    what was left of who began together; --activity: who still used the product\n"
    "renewals   contracts that end, with the risk of their account\n"
    "forecast   what the renewals of coming quarters may cost, and how past ones did\n"
    "churn      who left, why, and how early their band had said so\n\n"
    "Examples:\n  kenko revenue movements --by quarter\n"
    "  kenko revenue retention --from 2025-10-01 --to 2025-12-30\n"
    "  kenko revenue cohorts --measure nrr --csv\n  kenko revenue cohorts --activity sessions\n"
    "  kenko revenue renewals --json\n",
    run};
