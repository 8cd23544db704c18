/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "cli/cmd_alert.h"
#include "core/day.h"
#include "core/text.h"
#include "reports/alert_replay.h"
#include "reports/format.h"
#include "scoring/wilson.h"

enum { SHOWN_MAX = 20 };

static void put(GString *out, const char *key, int64_t value)
{
    g_string_append_printf(out, ", \"%s\": %" G_GINT64_FORMAT, key, value);
}

static void put_day(GString *out, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    text_json_member(out, key, day == ALERT_NEVER ? NULL : day_format(day, text));
}

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static void show_accounts_json(const struct alert_replay *r, GString *out)
{
    g_string_append(out, ", \"by_account\": [");
    for (size_t i = 0; i < r->n_accounts; i++) {
        const struct alert_replay_account *a = &r->account[i];
        g_string_append_printf(out, "%s{\"opened\": %" G_GINT64_FORMAT, i ? ",\n" : "", a->opened);
        text_json_member(out, "account", a->account);
        text_json_member(out, "name", a->name);
        put(out, "told", a->told);
        put_day(out, "first_on", a->first_on);
        put_day(out, "last_on", a->last_on);
        put_day(out, "churned_on", a->churned_on);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void show_json(const struct alert_replay *r, const char *rule)
{
    double low, high;
    g_autoptr(GString) out = g_string_new(NULL);
    wilson_interval(r->right, r->judged, &low, &high);
    text_json_member(out, "rule", rule);
    put_day(out, "from", r->from);
    put_day(out, "to", r->to);
    put_day(out, "known_to", r->known_to);
    put(out, "days", r->days);
    put(out, "accounts", r->counts.accounts);
    put(out, "opened", r->counts.opened);
    put(out, "told", r->counts.told);
    put(out, "escalated", r->counts.escalated);
    put(out, "resolved", r->counts.resolved);
    put(out, "no_data", r->counts.no_data);
    put(out, "alerted", (int64_t)r->n_accounts);
    put(out, "open", r->open);
    text_json_number(out, "open_days", r->open_days);
    put(out, "horizon_days", ALERT_HORIZON_DAYS);
    put(out, "judged", r->judged);
    put(out, "right", r->right);
    text_json_number(out, "precision", share(r->right, r->judged));
    text_json_number(out, "precision_low", low);
    text_json_number(out, "precision_high", high);
    text_json_number(out, "base", r->base);
    put(out, "lost", r->lost);
    put(out, "foretold", r->foretold);
    text_json_number(out, "recall", share(r->foretold, r->lost));
    text_json_number(out, "lead_days", r->lead_days);
    put(out, "owners", r->owners);
    text_json_number(out, "per_owner_week", r->per_owner_week);
    show_accounts_json(r, out);
    printf("%s}\n", out->str);
}

/* What a share means when there is nothing to take one of. */
static void print_proof(const struct alert_replay *r)
{
    double low, high;
    if (r->judged == 0) {
        printf("precision      no alert is %d days old yet\n", ALERT_HORIZON_DAYS);
    } else {
        wilson_interval(r->right, r->judged, &low, &high);
        printf("precision      %.0f %% (%.0f to %.0f): %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
               " alerts were of customers lost within %d days",
               100 * share(r->right, r->judged), 100 * low, 100 * high, r->right, r->judged,
               ALERT_HORIZON_DAYS);
        if (!isnan(r->base))
            printf("; of everybody %.1f %%", 100 * r->base);
        printf("\n");
    }
    if (r->lost == 0)
        printf("recall         nobody it is about was lost in that time\n");
    else
        printf("recall         %.0f %%: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
               " losses had an alert within the %d days before\n",
               100 * share(r->foretold, r->lost), r->foretold, r->lost, ALERT_HORIZON_DAYS);
    if (!isnan(r->lead_days))
        printf("lead time      %.0f days, the median of those\n", r->lead_days);
}

static void print_accounts(const struct alert_replay *r)
{
    char first[DAY_TEXT_SIZE], last[DAY_TEXT_SIZE], lost[DAY_TEXT_SIZE];
    if (r->n_accounts > 0)
        printf("\n%-16s %6s %5s  %-10s  %-10s  %-10s  %s\n", "account", "alerts", "told", "first",
               "last", "lost", "name");
    for (size_t i = 0; i < MIN(r->n_accounts, SHOWN_MAX); i++) {
        const struct alert_replay_account *a = &r->account[i];
        g_autofree char *name = format_plain(a->name);
        printf("%-16s %6" G_GINT64_FORMAT " %5" G_GINT64_FORMAT "  %-10s  %-10s  %-10s  %s\n",
               a->account, a->opened, a->told, day_format(a->first_on, first),
               day_format(a->last_on, last),
               a->churned_on == ALERT_NEVER ? "-" : day_format(a->churned_on, lost), name);
    }
    if (r->n_accounts > SHOWN_MAX)
        printf("%zu more: --json lists all\n", r->n_accounts - SHOWN_MAX);
}

static void print(const struct alert_replay *r, const char *rule)
{
    char from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];
    printf("%s on %" G_GINT64_FORMAT " published days, %s to %s, %" G_GINT64_FORMAT " accounts\n\n",
           rule, r->days, day_format(r->from, from), day_format(r->to, to), r->counts.accounts);
    printf("alerts         %" G_GINT64_FORMAT " of %zu accounts, %" G_GINT64_FORMAT
           " still open at the end\n",
           r->counts.opened, r->n_accounts, r->open);
    if (!isnan(r->open_days))
        printf("they last      %.0f days, the median of those that ended\n", r->open_days);
    printf("told           %" G_GINT64_FORMAT " openings, escalations and ends", r->counts.told);
    if (!isnan(r->per_owner_week))
        printf(", %.2f a week for each of %" G_GINT64_FORMAT " owners", r->per_owner_week,
               r->owners);
    printf("\n");
    print_proof(r);
    print_accounts(r);
}

bool cmd_alert_replay(struct context *context, const struct cmd_alert_rules *rules,
                      const char *name, const struct cmd_alert_replay_options *options,
                      GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct cmd_alert_listing listing = {context, false};
    struct alert_replay replay;
    const struct alert_rule *rule = alert_find(&rules->set, name);
    const char **names = arena_many(arena, rules->set.n + 1, const char *);
    for (size_t i = 0; i < rules->set.n; i++)
        names[i] = rules->set.rule[i].name;
    g_autofree char *hint = text_hint(name, names);
    if (!rule)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "alerts.yaml has no rule '%s'%s", name, hint);
    if (options->from > options->to)
        return err_set(err, KENKO_ERROR_USAGE, "--from is after --to");
    if (context->json)
        printf("{\"events\": [");
    bool ok =
        alert_replay(arena, context->db, &rules->reports, &rules->set, rule, options->from,
                     options->to, options->events ? cmd_alert_show : NULL, &listing, &replay, err);
    if (context->json)
        printf(ok ? "]" : "]}\n");
    if (ok && context->json)
        show_json(&replay, name);
    else if (ok)
        print(&replay, name);
    return ok;
}
