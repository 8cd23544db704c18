/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "api/key.h"
#include "cli/commands.h"
#include "core/text.h"

static void print_json(const struct key_row *row, bool first)
{
    g_autoptr(GString) owner = g_string_new(NULL);
    g_autoptr(GString) email = g_string_new(NULL);
    g_autofree char *created = text_instant(row->created_at, "-"),
                    *used = text_instant(row->last_used_at, "-");
    text_json(owner, row->owner);
    text_json(email, row->staff_email ? row->staff_email : "");
    printf("%s{\"key_id\": \"%s\", \"owner\": \"%s\", \"role\": \"%s\", \"staff_email\": \"%s\", "
           "\"created_at\": \"%s\", \"last_used_at\": \"%s\", \"valid\": %s}",
           first ? "" : ",\n ", row->key_id, owner->str, row->role, email->str, created, used,
           row->valid ? "true" : "false");
}

static bool list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct key_rows rows;
    if (!key_list(arena, context->db, &rows, err))
        return false;
    if (context->json)
        printf("[");
    else
        printf("%-8s %-8s %-20s %-20s %-20s %s\n", "key", "role", "created", "expires", "last used",
               "owner");
    for (size_t i = 0; i < rows.n; i++) {
        const struct key_row *r = &rows.row[i];
        g_autofree char *created = text_instant(r->created_at, "-"),
                        *expires = text_instant(r->expires_at, "-");
        g_autofree char *used = text_instant(r->last_used_at, "-");
        if (context->json)
            print_json(r, i == 0);
        else
            printf("%-8s %-8s %-20s %-20s %-20s %s%s%s%s\n", r->key_id, r->role, created, expires,
                   used, r->owner, r->staff_email ? " for " : "",
                   r->staff_email ? r->staff_email : "", r->valid ? "" : " (not valid)");
    }
    if (context->json)
        printf("]\n");
    return true;
}

static bool show(const struct context *context, const char *token)
{
    printf("%s\n", token);
    context_next(context, "keep the key now, it cannot be shown again; send it as "
                          "'Authorization: Bearer KEY'");
    return true;
}

static bool create(struct context *context, const struct key_request *request, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const char *token;
    return key_create(arena, context->db, request, &token, err) && show(context, token);
}

static bool rotate(struct context *context, const char *by, const char *key_id, int overlap,
                   GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const char *token;
    return key_rotate(arena, context->db, by, key_id, overlap, &token, err) && show(context, token);
}

static bool revoke_key(struct context *context, const char *by, const char *key_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    return key_revoke(arena, context->db, by, key_id, err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *owner = NULL, *role = NULL, *email = NULL;
    g_auto(GStrv) nets = NULL;
    int days = 0, overlap = 24;
    const GOptionEntry own[] = {
        {"owner", 0, 0, G_OPTION_ARG_STRING, &owner, "Who answers for the key", "NAME"},
        {"role", 0, 0, G_OPTION_ARG_STRING, &role,
         "ingest, csm, lead, analyst (default), admin or auditor", "ROLE"},
        {"staff", 0, 0, G_OPTION_ARG_STRING, &email, "Whose accounts a csm key sees", "MAIL"},
        {"from", 0, 0, G_OPTION_ARG_STRING_ARRAY, &nets,
         "Net it may come from; may be given again (anywhere)", "ADDRESS/BITS"},
        {"overlap", 0, 0, G_OPTION_ARG_INT, &overlap,
         "Hours that a key which is rotated still opens (24)", "N"},
        {"days", 0, 0, G_OPTION_ARG_INT, &days, "Valid for so many days (until revoked)", "N"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_key, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list";
    g_autofree char *by = g_strdup_printf("cli:%s", g_get_user_name());
    const struct key_request request = {
        owner, role ? role : "analyst",
        email, days,
        by,    {nets ? g_strv_length(nets) : 0, (const char *const *)nets, NULL}};
    if (strcmp(verb, "list") == 0 && argc <= 2)
        return context_open(context, err) && list(context, err);
    if (strcmp(verb, "create") == 0 && argc == 2)
        return context_open(context, err) && create(context, &request, err);
    if (strcmp(verb, "revoke") == 0 && argc == 3)
        return context_open(context, err) && revoke_key(context, by, argv[2], err);
    if (strcmp(verb, "rotate") == 0 && argc == 3)
        return context_open(context, err) && rotate(context, by, argv[2], overlap, err);
    return err_set(err, KENKO_ERROR_USAGE,
                   "want kenko key create | list | rotate KEY | revoke KEY");
}

const struct command cmd_key = {
    "key", "create | list | rotate KEY | revoke KEY",
    "Make, list, rotate and revoke keys of the API",
    "Examples:\n  kenko key create --owner 'Dashboard' --role analyst --days 90\n  kenko key "
    "create "
    "--owner 'A. Sato' --role csm --staff a.sato@example.com\n  kenko key rotate 4fJ2kQ9x "
    "--overlap 48\n  kenko key revoke 4fJ2kQ9x\n",
    run};
