/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the verbs of `kenko alert` share. */
#pragma once

#include "cli/context.h"
#include "reports/alert.h"

/* alerts.yaml and what it names elsewhere. */
struct cmd_alert_rules {
    struct report_config reports;
    struct alert_set set;
};

/* An alert_item_fn that prints a line, or with --json a member of a list; its context. */
struct cmd_alert_listing {
    const struct context *context;
    bool is_many; /* one was printed */
};
void cmd_alert_show(void *context, const struct alert_item *item);

struct cmd_alert_replay_options {
    int32_t from, to;
    gboolean events; /* list each */
};
MUST_USE bool cmd_alert_replay(struct context *context, const struct cmd_alert_rules *rules,
                               const char *rule, const struct cmd_alert_replay_options *options,
                               GError **err);
