/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "cli/commands.h"
#include "ingest/digest.h"
#include "sql/core.h"

static bool invariants(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_invariant_list_rows rows;
    if (!q_invariant_list(arena, context->db, &rows, err))
        return false;
    int64_t broken = 0;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_invariant_list_row *r = &rows.row[i];
        broken += r->violations > 0;
        printf("%s  %s", r->violations ? "BROKEN" : "ok    ", r->name);
        if (r->violations)
            printf(": %" G_GINT64_FORMAT, r->violations);
        printf("\n");
    }
    return broken == 0 ||
           err_set(err, KENKO_ERROR_CHECK, "%" G_GINT64_FORMAT " of %zu invariants are broken",
                   broken, rows.n);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    gboolean digest = FALSE;
    const GOptionEntry own[] = {
        {"digest", 0, 0, G_OPTION_ARG_NONE, &digest, "Print the content digest instead", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_check, own, &argc, &argv, err) ||
        !context_open(context, err))
        return false;
    if (!digest)
        return invariants(context, err);
    g_autofree char *hex = NULL;
    if (!digest_content(context->db, DIGEST_ALL, &hex, err))
        return false;
    printf("%s\n", hex);
    return true;
}

const struct command cmd_check = {"check", "", "Run every invariant over the warehouse",
                                  "Ends with exit code 12 when one is broken.\n", run};
