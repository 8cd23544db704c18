/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/audit.h"

static bool verify(struct context *context, const char *kept_text, GError **err)
{
    struct audit_anchor kept, end;
    if (kept_text && !audit_anchor_parse(kept_text, &kept, err))
        return false;
    if (!context_open(context, err) ||
        !audit_verify(context->db, kept_text ? &kept : NULL, &end, err))
        return false;
    g_autofree char *anchor = audit_anchor_format(&end);
    if (context->json)
        printf("{\"rows\": %" G_GINT64_FORMAT ", \"anchor\": \"%s\"}\n", end.number, anchor);
    else
        printf("%" G_GINT64_FORMAT " rows, each as it was written\nanchor %s\n", end.number,
               anchor);
    context_next(context, "keep the anchor on another machine; kenko audit verify --anchor ANCHOR "
                          "finds a log that was cut short or written anew");
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *anchor = NULL;
    const GOptionEntry own[] = {{"anchor", 0, 0, G_OPTION_ARG_STRING, &anchor,
                                 "Where the log ended when it was verified before", "ANCHOR"},
                                G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_audit, own, &argc, &argv, err))
        return false;
    if (argc != 2 || strcmp(argv[1], "verify") != 0)
        return err_set(err, KENKO_ERROR_USAGE, "want kenko audit verify");
    return verify(context, anchor, err);
}

const struct command cmd_audit = {
    "audit", "verify", "Verify that the audit log is as it was written",
    "Examples:\n  kenko audit verify\n  kenko audit verify --anchor 412:9f86d081…\n\nKeys, users "
    "and erasures are written down in rows that only add up: each carries a hash over itself and "
    "the row before it. The anchor is where the chain ends; kept elsewhere, it also shows that "
    "nothing was cut off.\n",
    run};
