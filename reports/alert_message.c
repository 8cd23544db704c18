/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_message.h"

#include <string.h>

#include "core/day.h"
#include "reports/digest.h"
#include "reports/reason.h"

enum { LINES_MAX = 10, REASONS = 2 };

struct letter {
    const struct report *report; /* narrowed to who is told */
    const struct report_channel *channel;
    const char *key;  /* tells messages of a run and receiver apart */
    GPtrArray *tells; /* const struct alert_tell * */
};

/* ── what it says ────────────────────────────────────────────────────────────────────────────────
 */

static int rank_of(const char *severity)
{
    return strcmp(severity, "critical") == 0 ? 0 : strcmp(severity, "warning") == 0 ? 1 : 2;
}

/* What is over comes last; else the gravest first, and among those who pays most. */
static gint compare(gconstpointer pa, gconstpointer pb)
{
    const struct alert_tell *a = *(const struct alert_tell *const *)pa;
    const struct alert_tell *b = *(const struct alert_tell *const *)pb;
    bool a_over = a->kind == ALERT_RESOLVED, b_over = b->kind == ALERT_RESOLVED;
    int rank = rank_of(a->severity) - rank_of(b->severity);
    if (a_over != b_over)
        return a_over ? 1 : -1;
    if (rank != 0)
        return rank;
    if (a->arr_minor != b->arr_minor)
        return a->arr_minor > b->arr_minor ? -1 : 1;
    int account = strcmp(a->account->key, b->account->key);
    return account ? account : strcmp(a->rule->name, b->rule->name);
}

static const char *severity_word(const struct report *r, const char *severity)
{
    static const enum message words[] = {MESSAGE_ALERT_CRITICAL, MESSAGE_ALERT_WARNING,
                                         MESSAGE_ALERT_INFO};
    return report_say(r, words[rank_of(severity)], NULL);
}

static const char *what_text(const struct report *r, const struct alert_tell *t)
{
    enum message message = t->kind == ALERT_RESOLVED    ? MESSAGE_ALERT_RESOLVED
                           : t->kind == ALERT_ESCALATED ? MESSAGE_ALERT_ESCALATED
                                                        : MESSAGE_ALERT_OPENED;
    return report_say(r, message, "severity", severity_word(r, t->severity), "label",
                      t->rule->label[r->language], "day", report_day(r, false, t->opened_on), NULL);
}

static bool add_row(const struct report *r, struct document *d, const struct alert_tell *t,
                    GError **err)
{
    struct q_report_accounts_rows rows;
    if (!report_accounts(r, "key", t->account->key, REPORT_ALL, 1, &rows, err))
        return false;
    const struct q_report_accounts_row *a = rows.n ? &rows.row[0] : NULL;
    enum document_tone tone = t->kind == ALERT_RESOLVED              ? TONE_GOOD
                              : strcmp(t->severity, "critical") == 0 ? TONE_BAD
                                                                     : TONE_WATCH;
    const char *why = t->kind == ALERT_RESOLVED ? "" : t->sentence[r->language];
    const char *reason = a ? reason_line(r, a, REASONS) : "";
    document_cell(d, t->account->name, report_link(r, t->account->key), TONE_PLAIN);
    document_cell(d, what_text(r, t), NULL, tone);
    document_cell(d, a ? digest_state(r, a) : "–", NULL, TONE_PLAIN);
    document_cell(d,
                  *why && *reason
                      ? arena_printf(r->arena, "%s%s%s", why,
                                     report_say(r, MESSAGE_LIST_SEMICOLON, NULL), reason)
                  : *why ? why
                         : reason,
                  NULL, TONE_PLAIN);
    return true;
}

static const char *title_of(const struct letter *m)
{
    const struct report *r = m->report;
    const struct alert_tell *first = g_ptr_array_index(m->tells, 0);
    const char *day = report_day(r, false, r->run.as_of);
    int64_t n = m->tells->len;
    if (n == 1)
        return report_say(r, MESSAGE_ALERT_TITLE_ONE, "account", first->account->name, "what",
                          what_text(r, first), NULL);
    if (r->owner)
        return report_count(r, MESSAGE_ALERT_TITLE_OWNER, n, "owner", r->owner->name, "day", day,
                            NULL);
    return report_count(r, MESSAGE_ALERT_TITLE, n, "day", day, NULL);
}

static bool make(const struct letter *m, struct document *d, GError **err)
{
    static const struct report_column columns[] = {
        {MESSAGE_COLUMN_ACCOUNT, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_ALERT_COLUMN, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_STATE, COLUMN_WORDS, TOPIC_ANY},
        {MESSAGE_COLUMN_WHY, COLUMN_UNDER, TOPIC_ANY}};
    const struct report *r = m->report;
    guint shown = MIN(m->tells->len, LINES_MAX);
    d->title = title_of(m);
    document_heading(d, 1, d->title);
    report_table(r, d, "", columns, G_N_ELEMENTS(columns));
    for (guint i = 0; i < shown; i++) {
        if (!add_row(r, d, g_ptr_array_index(m->tells, i), err))
            return false;
    }
    if (shown < m->tells->len)
        document_text(
            d, "%s",
            report_count(
                r, MESSAGE_LIST_REST_AT, m->tells->len, "shown", report_number(r, shown), "where",
                arena_printf(r->arena, "%s/api/v1/alerts?state=open", r->config->base_url), NULL));
    document_note(d, "%s",
                  report_say(r, MESSAGE_DIGEST_FOOT, "who", r->config->organisation, "run",
                             arena_printf(r->arena, "%" G_GINT64_FORMAT, r->run.run_id),
                             "scorecard", message_words_of(r->language, r->run.scorecard), NULL));
    return true;
}

/* ── what goes together ──────────────────────────────────────────────────────────────────────────
 */

static bool queue(const struct letter *m, int64_t *queued, GError **err)
{
    const struct report *r = m->report;
    char day[DAY_TEXT_SIZE];
    g_autofree char *period =
        g_strdup_printf("%s %" G_GINT64_FORMAT "%s%s", day_format(r->run.as_of, day), r->run.run_id,
                        *m->key ? " " : "", m->key);
    g_autoptr(document_t) document = document_new(r->arena, r->config->organisation);
    document->language = r->language;
    document->address = r->config->base_url;
    document->mention = report_mention(r);
    return make(m, document, err) &&
           outbox_queue(r, document, m->channel, "alert", period, queued, err);
}

static bool is_one_file(const struct report_channel *channel)
{
    return strcmp(channel->type, "file") == 0 && !strstr(channel->path, "{period}");
}

/* With which others a thing is told: "" for all; NULL for none. */
static const char *group_of(const struct report_channel *channel, const struct alert_tell *tell,
                            bool is_storm)
{
    if (is_one_file(channel) || (is_storm && !tell->rule->group))
        return "";
    return tell->rule->group;
}

/* One receiver's messages of a channel. */
static bool queue_own(const struct report *report, const struct alert_set *set,
                      const struct report_channel *channel, GPtrArray *tells, int64_t *queued,
                      GError **err)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) groups =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_ptr_array_unref);
    int single = 0;
    bool ok = true;
    g_ptr_array_sort(tells, compare);
    for (guint i = 0; i < tells->len; i++)
        single += !((const struct alert_tell *)g_ptr_array_index(tells, i))->rule->group;
    for (guint i = 0; i < tells->len; i++) {
        struct alert_tell *t = g_ptr_array_index(tells, i);
        const char *group = group_of(channel, t, single > set->storm);
        g_autofree char *key = group ? g_strdup(group)
                                     : g_strdup_printf("%s %s %s", t->rule->name, t->account->key,
                                                       alert_kind_names[t->kind]);
        GPtrArray *members = g_hash_table_lookup(groups, key);
        if (!members) {
            members = g_ptr_array_new();
            g_ptr_array_add(keys, g_strdup(key));
            g_hash_table_insert(groups, g_ptr_array_index(keys, keys->len - 1), members);
        }
        g_ptr_array_add(members, t);
    }
    for (guint i = 0; ok && i < keys->len; i++) {
        const char *key = g_ptr_array_index(keys, i);
        const struct letter m = {report, channel, key, g_hash_table_lookup(groups, key)};
        ok = queue(&m, queued, err);
    }
    return ok;
}

/* ── who is told ─────────────────────────────────────────────────────────────────────────────────
 */

static bool goes_to(const struct alert_tell *tell, const struct report_channel *channel)
{
    const char *own =
        tell->kind == ALERT_ESCALATED ? tell->rule->escalate_channel : tell->rule->channel;
    return report_channel_takes(channel, "alerts") && (!own || strcmp(own, channel->name) == 0);
}

/* Of a channel, about anybody's accounts (REPORT_ALL) or one owner's. */
static GPtrArray *choose(const struct report_channel *channel, const struct alert_tell *tell,
                         size_t n, int64_t staff_id)
{
    GPtrArray *own = g_ptr_array_new();
    for (size_t i = 0; i < n; i++) {
        const struct q_alert_accounts_row *a = tell[i].account;
        if (goes_to(&tell[i], channel) &&
            (staff_id == REPORT_ALL || (!a->staff_id_is_null && a->staff_id == staff_id)))
            g_ptr_array_add(own, (gpointer)(uintptr_t)&tell[i]);
    }
    return own;
}

static bool queue_owners(const struct report *report, const struct alert_set *set,
                         const struct report_channel *channel, const struct alert_tell *tell,
                         size_t n, int64_t *queued, GError **err)
{
    struct q_report_staff_rows staff;
    bool is_each = strcmp(channel->owner, "each") == 0;
    if (!report_staff(report, is_each ? "" : channel->owner, &staff, err))
        return false;
    for (size_t i = 0; i < staff.n; i++) {
        struct report own = *report;
        g_autoptr(GPtrArray) tells = choose(channel, tell, n, staff.row[i].staff_id);
        report_narrow(&own, &staff.row[i]);
        if (tells->len > 0 && !queue_own(&own, set, channel, tells, queued, err))
            return false;
    }
    return true;
}

bool alert_message_queue(const struct report *report, const struct alert_set *set,
                         const struct alert_tell *tell, size_t n, int64_t *queued, GError **err)
{
    for (size_t i = 0; i < report->config->n_channels; i++) {
        const struct report_channel *channel = &report->config->channel[i];
        if (*channel->owner) {
            if (!queue_owners(report, set, channel, tell, n, queued, err))
                return false;
            continue;
        }
        g_autoptr(GPtrArray) tells = choose(channel, tell, n, REPORT_ALL);
        if (tells->len > 0 && !queue_own(report, set, channel, tells, queued, err))
            return false;
    }
    return true;
}
