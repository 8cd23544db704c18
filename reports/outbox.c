/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/outbox.h"

#include <string.h>

#include "core/fault.h"
#include "reports/render.h"
#include "reports/signature.h"

enum { ATTEMPTS_MAX = 8, RETRY_FIRST_S = 30, TURN_TRIES = 120, TURN_PAUSE_US = 500000 };

static const char turn[] = "kenko outbox";

bool outbox_queue(const struct report *report, const struct document *document,
                  const struct report_channel *channel, const char *kind, const char *period,
                  int64_t *queued, GError **err)
{
    int64_t fresh;
    g_autoptr(GString) payload = g_string_new(NULL);
    g_autofree char *link = g_strdup_printf("%s/", report->config->base_url);
    g_autofree char *whose =
        report->owner ? g_strdup_printf("%s:%s", kind, report->owner->email) : g_strdup(kind);
    render_slack(document, link, payload);
    if (!q_outbox_put(report->db, whose, period, channel->name, report->run.run_id,
                      "application/json", (struct slice){payload->str, payload->len}, &fresh, err))
        return false;
    *queued += fresh;
    return true;
}

/* The signature of a channel with a secret; NULL in *out without one. */
static bool sign(struct config *config, const struct report_channel *channel,
                 const struct q_outbox_claim_row *row, char **out, GError **err)
{
    g_autofree char *secret = NULL, *before = NULL;
    if (!channel->secret)
        return true;
    if (!config_secret(config, channel->secret, &secret, err) ||
        (channel->secret_before && !config_secret(config, channel->secret_before, &before, err)))
        return err_context(err, "channel %s", channel->name);
    *out = signature_format(row->claimed_s, secret, before, row->payload);
    return true;
}

static enum deliver_outcome deliver(struct config *config, const struct report_config *reports,
                                    const struct report_channel *channel,
                                    const struct q_outbox_claim_row *row, char answer[200],
                                    int *retry_s)
{
    const char *owner = strchr(row->kind, ':');
    if (strcmp(channel->type, "file") == 0)
        return deliver_file(reports, channel, owner ? owner + 1 : "", row->period, row->payload,
                            answer);
    g_autofree char *url = NULL, *signature = NULL;
    g_autoptr(GError) failure = NULL;
    if ((!g_str_has_prefix(channel->url, "http") &&
         !config_secret(config, channel->url, &url, &failure)) ||
        !sign(config, channel, row, &signature, &failure)) {
        g_strlcpy(answer, failure->message, 200);
        return DELIVER_RETRY;
    }
    const struct deliver_message message = {row->outbox_id, row->content_type, signature,
                                            row->payload};
    return deliver_webhook(channel, url ? url : channel->url, &message, answer, retry_s);
}

static bool finish(struct db *db, const struct q_outbox_claim_row *row,
                   enum deliver_outcome outcome, const char *answer, int retry_s,
                   struct outbox_result *out, GError **err)
{
    static const char *const states[] = {"sent", "failed", "dead", "unknown"};
    if (outcome == DELIVER_RETRY && row->attempts >= ATTEMPTS_MAX)
        outcome = DELIVER_DEAD;
    out->sent += outcome == DELIVER_SENT;
    out->unknown += outcome == DELIVER_UNKNOWN;
    out->failed += outcome == DELIVER_RETRY || outcome == DELIVER_DEAD;
    int wait = retry_s > 0 ? retry_s : RETRY_FIRST_S << MIN(row->attempts, 10);
    g_autofree char *clean = g_utf8_make_valid(answer, -1);
    return q_outbox_finish(db, row->outbox_id, states[outcome], clean, wait, NULL, err);
}

static bool send_channel(struct db *db, struct config *config, const struct report_config *reports,
                         const struct report_channel *channel, struct outbox_result *out,
                         GError **err)
{
    /* The lock is held: whoever was sending here before is dead. */
    if (!q_outbox_strand(db, channel->name, NULL, err))
        return false;
    for (;;) {
        g_autoptr(arena_t) arena = arena_new();
        struct q_outbox_claim_row row;
        bool found;
        char answer[200] = "";
        int retry_s = 0;
        if (!q_outbox_claim(arena, db, channel->name, &row, &found, err))
            return false;
        if (!found)
            return true;
        if (fault_hit("before_send"))
            return err_set(err, KENKO_ERROR_BUG, "injected before_send");
        enum deliver_outcome outcome = deliver(config, reports, channel, &row, answer, &retry_s);
        if (fault_hit("after_send"))
            return err_set(err, KENKO_ERROR_BUG, "injected after_send");
        if (!finish(db, &row, outcome, answer, retry_s, out, err))
            return false;
    }
}

/* Jobs of several kinds send; two at once would take each other's messages for stranded ones. */
static bool wait_for_turn(struct db *db, bool *taken, GError **err)
{
    *taken = false;
    for (int i = 0; i < TURN_TRIES && !*taken; i++) {
        if (!db_try_lock(db, turn, taken, err))
            return false;
        if (!*taken)
            g_usleep(TURN_PAUSE_US);
    }
    return true;
}

bool outbox_send(struct db *db, struct config *config, const struct report_config *reports,
                 struct outbox_result *out, GError **err)
{
    bool taken, ok = true;
    *out = (struct outbox_result){0};
    if (!wait_for_turn(db, &taken, err) || !taken)
        return taken;
    for (size_t i = 0; ok && i < reports->n_channels; i++)
        ok = send_channel(db, config, reports, &reports->channel[i], out, err);
    if (db_is_alive(db))
        ok = db_unlock(db, turn, ok ? err : NULL) && ok;
    return ok;
}
