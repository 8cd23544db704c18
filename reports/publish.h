/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reports as the command line and the pages of the service ask for them. */
#pragma once

#include "core/page.h"
#include "reports/outbox.h"

enum publish_format { PUBLISH_HTML, PUBLISH_TEXT, PUBLISH_SLACK, PUBLISH_CSV };

/* `name`: weekly; digest, with an owner's address as `key` only of their accounts; or brief with an
 * account as `key`. Errors  KENKO_ERROR_NOT_FOUND  no run, no account, no owner */
MUST_USE bool publish_render(struct db *db, const struct report_config *config, const char *name,
                             const char *key, int32_t as_of, enum publish_format format,
                             GString *out, GError **err);

/* Queue the digest of a day for all channels, and for owners with news where a channel is theirs;
 * send what is due. Asking twice sends once. */
MUST_USE bool publish_digest(struct db *db, struct config *config,
                             const struct report_config *reports, int32_t as_of, int64_t *queued,
                             struct outbox_result *sent, GError **err);

/* Pages for the service; `config` must live as long. */
struct page_renderer publish_pages(const struct report_config *config);
