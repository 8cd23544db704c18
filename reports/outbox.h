/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: a message is queued once for (kind, period, channel) and sent from there. One whose
 * answer was lost is marked unknown and never sent again by itself. */
#pragma once

#include "reports/report.h"

/* Queue a document for a channel, once for its kind, its period and the report's owner; what is
 * queued already stays as it is. *queued counts up by what was not. */
MUST_USE bool outbox_queue(const struct report *report, const struct document *document,
                           const struct report_channel *channel, const char *kind,
                           const char *period, int64_t *queued, GError **err);

struct outbox_result {
    int sent, failed, unknown;
};

/*
 * Send what is due, channel by channel; one sends at a time, and who waits for too long leaves what
 * is due to the other. A failure of one message is counted and tried again later
 * (5xx, 429, no connection) or given up (other 4xx); it is no error of this function.
 */
MUST_USE bool outbox_send(struct db *db, struct config *config, const struct report_config *reports,
                          struct outbox_result *out, GError **err);

/* ── deliveries ──────────────────────────────────────────────────────────────────────────────────
 */

enum deliver_outcome { DELIVER_SENT, DELIVER_RETRY, DELIVER_DEAD, DELIVER_UNKNOWN };

/* Write the payload to a file, whole or not at all. `owner` and `period` stand for {owner} and
 * {period} in its path, without what would lead elsewhere; owner "" for everybody's. */
enum deliver_outcome deliver_file(const struct report_config *reports,
                                  const struct report_channel *channel, const char *owner,
                                  const char *period, struct slice payload, char answer[200]);

/* What is sent. */
struct deliver_message {
    int64_t id; /* the same each time it is tried: receivers know it again by Kenko-Delivery */
    const char *content_type;
    const char *signature; /* Kenko-Signature; NULL: none */
    struct slice payload;
};

/*
 * POST to `url`. Redirects are not followed; only https, or http to a private address when the
 * channel says allow_private; link-local addresses never. *retry_s is what the receiver asks for.
 */
enum deliver_outcome deliver_webhook(const struct report_channel *channel, const char *url,
                                     const struct deliver_message *message, char answer[200],
                                     int *retry_s);

/* May a message go to this numeric address? Private ones only when allowed, and plain http only to
 * them; link-local, multicast and unspecified ones never, v4 inside v6 included. */
bool deliver_may_reach(const char *peer, bool is_plain, bool allow_private);
