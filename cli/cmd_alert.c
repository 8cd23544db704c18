/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_alert.h"
#include "cli/commands.h"
#include "core/day.h"
#include "core/fault.h"
#include "core/job.h"
#include "core/text.h"
#include "reports/alert.h"
#include "reports/format.h"
#include "scoring/change.h"
#include "scoring/indicator.h"
#include "scoring/slo.h"
#include "sql/reports.h"

static bool load(struct arena *arena, struct context *context, struct cmd_alert_rules *out,
                 GError **err)
{
    struct config *config = context->config;
    struct indicator_set indicators;
    const struct metric_set *metrics = metric_set_load(arena, config, err);
    const struct slo_set *slos = metrics ? slo_set_load(arena, config, err) : NULL;
    if (!slos || !indicator_load(arena, config, metrics, &indicators, err) ||
        !report_config_load(config, change_split, &out->reports, err))
        return false;
    const char **slo_names = arena_many(arena, slo_set_count(slos) + 1, const char *);
    const char **indicator_names = arena_many(arena, indicators.n + 1, const char *);
    for (size_t i = 0; i < slo_set_count(slos); i++)
        slo_names[i] = slo_set_info(slos, i)->name;
    for (size_t i = 0; i < indicators.n; i++)
        indicator_names[i] = indicators.indicator[i].name;
    const struct alert_declared declared = {slo_names, indicator_names};
    return alert_load(arena, config, &out->reports, &declared, &out->set, err);
}

/* ── check ───────────────────────────────────────────────────────────────────────────────────────
 */

static void show_json(struct cmd_alert_listing *l, const struct alert_item *item)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new(l->is_many ? ",\n" : "");
    g_string_append_printf(out, "{\"as_of\": \"%s\"", day_format(item->as_of, day));
    text_json_member(out, "rule", item->rule);
    text_json_member(out, "account", item->account);
    text_json_member(out, "kind", item->kind);
    text_json_member(out, "severity", item->severity);
    g_string_append_printf(out, ", \"told\": %s", item->is_told ? "true" : "false");
    text_json_member(out, "silence", item->silence);
    text_json_member(out, "sentence", item->sentence);
    text_json_member(out, "fingerprint", item->fingerprint);
    printf("%s}", out->str);
    l->is_many = true;
}

void cmd_alert_show(void *context, const struct alert_item *item)
{
    struct cmd_alert_listing *l = context;
    char day[DAY_TEXT_SIZE];
    if (l->context->json) {
        show_json(l, item);
        return;
    }
    g_autofree char *said = format_plain(*item->sentence ? item->sentence : item->name);
    printf("%s  %-9s %-9s %-20s %-14s %s%s%s%s\n", day_format(item->as_of, day), item->kind,
           item->severity, item->rule, item->account, said, *item->silence ? " (silent: " : "",
           item->silence, *item->silence ? ")" : "");
}

static char *counters_of(const struct alert_counts *n, const struct outbox_result *sent)
{
    return g_strdup_printf("\"accounts\": %" G_GINT64_FORMAT ", \"opened\": %" G_GINT64_FORMAT
                           ", \"escalated\": %" G_GINT64_FORMAT ", \"resolved\": %" G_GINT64_FORMAT
                           ", \"no_data\": %" G_GINT64_FORMAT ", \"told\": %" G_GINT64_FORMAT
                           ", \"queued\": %" G_GINT64_FORMAT
                           ", \"sent\": %d, \"failed\": %d, \"unknown\": %d",
                           n->accounts, n->opened, n->escalated, n->resolved, n->no_data, n->told,
                           n->queued, sent->sent, sent->failed, sent->unknown);
}

/* What is judged is committed before anything is sent: who is killed between the two sends it the
 * next time, and judges nothing twice. */
static bool judge(struct context *context, const struct cmd_alert_rules *rules,
                  const struct job *job, struct cmd_alert_listing *listing,
                  struct alert_counts *counts, GError **err)
{
    if (!db_begin(context->db, err))
        return false;
    bool ok = (!job || job_fence_check(context->db, job, err)) &&
              alert_check(context->db, &rules->reports, &rules->set, cmd_alert_show, listing,
                          counts, err);
    if (ok && job && fault_hit("alert_before_commit"))
        ok = err_set(err, KENKO_ERROR_BUG, "injected alert_before_commit");
    if (ok && job)
        ok = db_commit(context->db, err);
    if (!ok || !job)
        db_rollback(context->db);
    return ok;
}

static void print(const struct context *context, const struct alert_counts *counts,
                  const struct outbox_result *sent, bool dry_run)
{
    g_autofree char *text = counters_of(counts, sent);
    if (context->json)
        printf("], %s}\n", text);
    else if (dry_run)
        printf("%" G_GINT64_FORMAT " accounts judged, %" G_GINT64_FORMAT
               " messages would be queued; nothing was kept: this was a dry run\n",
               counts->accounts, counts->queued);
    else
        printf("%" G_GINT64_FORMAT " accounts judged, %" G_GINT64_FORMAT
               " alerts opened, %" G_GINT64_FORMAT " ended, %" G_GINT64_FORMAT
               " messages queued, %d sent\n",
               counts->accounts, counts->opened, counts->resolved, counts->queued, sent->sent);
}

static bool check(struct context *context, const struct cmd_alert_rules *rules, GError **err)
{
    struct alert_counts counts = {0};
    struct outbox_result sent = {0};
    struct cmd_alert_listing listing = {context, false};
    struct job *job = job_begin(context->db, context->dsn, "alert:check", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    if (context->json)
        printf("{\"events\": [");
    bool ok = judge(context, rules, job, &listing, &counts, &failure) &&
              outbox_send(context->db, context->config, &rules->reports, &sent, &failure);
    g_autofree char *text = counters_of(&counts, &sent), *all = g_strdup_printf("{%s}", text);
    job_end(job, failure, all);
    if (ok || context->json)
        print(context, &counts, &sent, false);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}

static bool rehearse(struct context *context, const struct cmd_alert_rules *rules, GError **err)
{
    struct alert_counts counts = {0};
    const struct outbox_result none = {0};
    struct cmd_alert_listing listing = {context, false};
    if (context->json)
        printf("{\"events\": [");
    bool ok = judge(context, rules, NULL, &listing, &counts, err);
    if (ok || context->json)
        print(context, &counts, &none, true);
    return ok;
}

/* ── list ────────────────────────────────────────────────────────────────────────────────────────
 */

static const struct q_alert_counts_row *counts_of(const struct q_alert_counts_rows *rows,
                                                  const char *rule)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->row[i].rule, rule) == 0)
            return &rows->row[i];
    }
    return NULL;
}

static void list_json(const struct alert_rule *rule, const struct q_alert_counts_row *n, bool first)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new(first ? "{" : ",\n{");
    g_string_append_printf(out,
                           "\"open\": %" G_GINT64_FORMAT ", \"pending\": %" G_GINT64_FORMAT
                           ", \"no_data\": %" G_GINT64_FORMAT,
                           n ? n->open : 0, n ? n->pending : 0, n ? n->no_data : 0);
    text_json_member(out, "rule", rule->name);
    text_json_member(out, "label", rule->label[LANGUAGE_EN]);
    text_json_member(out, "severity", rule->severity);
    text_json_member(out, "channel", rule->channel);
    text_json_member(out, "checked_on", n ? day_format(n->checked_on, day) : NULL);
    printf("%s}", out->str);
}

static bool list(struct context *context, const struct cmd_alert_rules *rules, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_alert_counts_rows rows;
    char day[DAY_TEXT_SIZE];
    if (!q_alert_counts(arena, context->db, &rows, err))
        return false;
    if (context->json)
        printf("[");
    else if (rules->set.n > 0)
        printf("%-24s %-9s %6s %8s %8s  %s\n", "rule", "severity", "open", "pending", "no data",
               "judged on");
    for (size_t i = 0; i < rules->set.n; i++) {
        const struct alert_rule *rule = &rules->set.rule[i];
        const struct q_alert_counts_row *n = counts_of(&rows, rule->name);
        if (context->json)
            list_json(rule, n, i == 0);
        else
            printf("%-24s %-9s %6" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT
                   "  %s\n",
                   rule->name, rule->severity, n ? n->open : 0, n ? n->pending : 0,
                   n ? n->no_data : 0, n ? day_format(n->checked_on, day) : "never");
    }
    if (context->json)
        printf("]\n");
    else if (rules->set.n == 0)
        printf("alerts.yaml has no rules\n");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean dry_run = FALSE;
    struct cmd_alert_replay_options replay = {0};
    g_autofree char *from = NULL, *to = NULL;
    const GOptionEntry own[] = {
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
         "check: show what would be told, keep and send nothing", NULL},
        {"from", 0, 0, G_OPTION_ARG_STRING, &from, "replay: first day", "DAY"},
        {"to", 0, 0, G_OPTION_ARG_STRING, &to, "replay: last day (the newest published)", "DAY"},
        {"events", 0, 0, G_OPTION_ARG_NONE, &replay.events, "replay: list each event", NULL},
        G_OPTION_ENTRY_NULL};
    g_autoptr(arena_t) arena = arena_new();
    struct cmd_alert_rules rules;
    if (!context_options(context, &cmd_alert, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list";
    bool is_check = strcmp(verb, "check") == 0, is_replay = strcmp(verb, "replay") == 0;
    if (argc != (is_replay ? 3 : MIN(argc, 2)) ||
        (!is_check && !is_replay && strcmp(verb, "list") != 0))
        return err_set(err, KENKO_ERROR_USAGE, "want kenko alert list | check | replay RULE");
    if (is_replay != (from != NULL) || (!is_replay && (to || replay.events)) ||
        (dry_run && !is_check))
        return err_set(err, KENKO_ERROR_USAGE,
                       "replay wants --from DAY, and takes --to and --events; check takes "
                       "--dry-run");
    replay.to = REPORT_NEWEST;
    if ((from && !context_day(context, "from", from, &replay.from, err)) ||
        (to && !context_day(context, "to", to, &replay.to, err)) || !context_open(context, err) ||
        !load(arena, context, &rules, err))
        return false;
    if (is_replay)
        return cmd_alert_replay(context, &rules, argv[2], &replay, err);
    if (!is_check)
        return list(context, &rules, err);
    return dry_run ? rehearse(context, &rules, err) : check(context, &rules, err);
}

const struct command cmd_alert = {
    "alert", "list | check | replay RULE", "Judge the rules of alerts.yaml, tell who has to know",
    "A run that was judged is not judged again: 'check' may be repeated, and sends what is left.\n"
    "'replay' says what a rule would have told, and what became of those customers; it keeps "
    "nothing.\n\n"
    "Examples:\n  kenko alert check --dry-run\n  kenko alert check\n  kenko alert list --json\n"
    "  kenko alert replay turned_red --from 2026-01-01\n",
    run};
