/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_audit.h"
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
    g_autofree char *anchor = NULL, *seal = NULL, *as_of = NULL, *output = NULL;
    struct cmd_audit_bundle asked = {.known_no = G_MAXINT64};
    const GOptionEntry own[] = {
        {"anchor", 0, 0, G_OPTION_ARG_STRING, &anchor,
         "verify: where the log ended when it was verified before", "ANCHOR"},
        {"seal", 0, 0, G_OPTION_ARG_STRING, &seal, "verify FILE: the bundle is to have this seal",
         "SEAL"},
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "bundle: the newest published day up to it",
         "DAY"},
        {"known-at", 0, 0, G_OPTION_ARG_INT64, &asked.known_no,
         "bundle: by the newest run of the day that knew no more", "K"},
        {"output", 'o', 0, G_OPTION_ARG_STRING, &output, "bundle: the file (ACCOUNT.bundle)",
         "FILE"},
        {"persons", 0, 0, G_OPTION_ARG_NONE, &asked.persons,
         "bundle: name who answered surveys and who said overrides, and why", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_audit, own, &argc, &argv, err))
        return false;
    asked.as_of = as_of;
    asked.output = output;
    if (argc == 3 && strcmp(argv[1], "bundle") == 0)
        return cmd_audit_bundle_make(context, argv[2], &asked, err);
    if (argc == 3 && strcmp(argv[1], "verify") == 0)
        return cmd_audit_bundle_verify(context, argv[2], seal, err);
    if (argc != 2 || strcmp(argv[1], "verify") != 0)
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko audit bundle ACCOUNT, or kenko audit verify [FILE]");
    return verify(context, anchor, err);
}

const struct command cmd_audit = {
    "audit", "bundle ACCOUNT | verify [FILE]",
    "Put what a score was made of into a file; verify it, or the audit log",
    "Examples:\n  kenko audit bundle acc-00017 --as-of 2026-11-20\n  kenko audit verify "
    "acc-00017.bundle\n  kenko audit verify\n  kenko audit verify --anchor 412:9f86d081…\n\nA "
    "bundle holds the facts, the files and the model that one account's published score was made\n"
    "of. Verifying it wants no warehouse: metrics, measures, health, bounds, contributions, band "
    "and risk\nare computed again, and each line says what agrees and what rests on other "
    "accounts.\n\nWithout a file the audit log is verified: keys, users, erasures and bundles are "
    "written down in rows\nthat only add up: each carries a hash over itself and the row before "
    "it. The anchor is where the\nchain ends; kept elsewhere, it also shows that nothing was cut "
    "off.\n",
    run};
