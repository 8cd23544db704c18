/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/text.h"
#include "ingest/identity.h"
#include "ingest/identity_unresolved.h"

/* A word of a shell's command line. */
static void put_word(GString *out, const char *word)
{
    bool plain = *word != '\0' && *word != '-';
    for (const unsigned char *c = (const unsigned char *)word; *c; c++)
        plain = plain && (g_ascii_isalnum(*c) || strchr("_-./@:+", *c) || *c >= 0x80);
    g_autofree char *quoted = plain ? g_strdup(word) : g_shell_quote(word);
    g_string_append_printf(out, " %s", quoted);
}

/* The command that accepts the likest account. */
static char *command_for(const struct context *context, const struct identity_unresolved *party)
{
    GString *out = g_string_new("kenko identity link");
    if (context->config_dir) {
        g_string_append(out, " -C");
        put_word(out, context->config_dir);
    }
    if (*party->source == '-' || *party->external_id == '-')
        g_string_append(out, " --");
    put_word(out, party->source);
    put_word(out, party->external_id);
    put_word(out, party->near[0].key ? party->near[0].key : "ACCOUNT");
    return g_string_free(out, FALSE);
}

static void print_party(const struct context *context, const struct identity_unresolved *party)
{
    g_autofree char *command = command_for(context, party);
    printf("%s %s", party->source, party->external_id);
    if (*party->name)
        printf("  %s", party->name);
    if (party->arr > 0)
        printf("  ARR %.0f", party->arr);
    printf("\n");
    for (int i = 0; i < IDENTITY_NEAR && party->near[i].key; i++)
        printf("    %.2f  %s  %s\n", party->near[i].similarity, party->near[i].key,
               party->near[i].name);
    printf("    %s\n", command);
}

static void print_json(const struct context *context, const struct identity_unresolved *party,
                       bool first)
{
    g_autoptr(GString) out = g_string_new(first ? "" : ",\n ");
    g_autofree char *command = command_for(context, party);
    g_string_append_printf(out, "{\"arr\": %.2f", party->arr);
    text_json_member(out, "source", party->source);
    text_json_member(out, "external_id", party->external_id);
    text_json_member(out, "name", party->name);
    g_string_append(out, ", \"near\": [");
    for (int i = 0; i < IDENTITY_NEAR && party->near[i].key; i++) {
        g_string_append_printf(out, "%s{\"similarity\": %.4f", i ? ", " : "",
                               party->near[i].similarity);
        text_json_member(out, "account", party->near[i].key);
        text_json_member(out, "name", party->near[i].name);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
    text_json_member(out, "command", command);
    printf("%s}", out->str);
}

static void print_list(const struct context *context, const struct identity_unresolved_list *list)
{
    if (context->json)
        printf("[");
    for (size_t i = 0; i < list->n; i++) {
        if (context->json)
            print_json(context, &list->party[i], i == 0);
        else
            print_party(context, &list->party[i]);
    }
    if (context->json)
        printf("]\n");
    else if ((int64_t)list->n < list->all)
        printf("%zu of %" G_GINT64_FORMAT " are shown, those with most ARR; -n N shows more\n",
               list->n, list->all);
}

/* Say what would be accepted, and do it when --yes is there. */
static bool accept(const struct context *context, const struct identity_unresolved_list *list,
                   double above, bool yes, GError **err)
{
    int64_t n = 0;
    for (size_t i = 0; i < list->n; i++) {
        const struct identity_unresolved *party = &list->party[i];
        if (!identity_is_certain(party, above))
            continue;
        n++;
        if (!context->json)
            printf("%s %s -> %s  %.2f  %s\n", party->source, party->external_id, party->near[0].key,
                   party->near[0].similarity, party->near[0].name);
    }
    if (yes && !identity_accept(context->db, list, above, &n, err))
        return false;
    if (context->json)
        printf("{\"accepted\": %" G_GINT64_FORMAT ", \"written\": %s}\n", n,
               yes ? "true" : "false");
    else
        printf("%" G_GINT64_FORMAT " of %zu %s\n", n, list->n,
               yes ? "were accepted" : "would be accepted; say --yes to do it");
    return true;
}

static bool unresolved(struct context *context, int max_rows, const char *above, bool yes,
                       GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct identity_unresolved_list list;
    char *end = NULL;
    double limit = above ? g_ascii_strtod(above, &end) : 0;
    if (above && (end == above || *end || !(limit >= 0.5 && limit <= 1)))
        return err_set(err, KENKO_ERROR_USAGE, "--accept-above is '%s', want 0.5 to 1", above);
    if (yes && !above)
        return err_set(err, KENKO_ERROR_USAGE, "--yes wants --accept-above");
    if (max_rows < 1)
        return err_set(err, KENKO_ERROR_USAGE, "-n is %d, want 1 or more", max_rows);
    if (!context_open(context, err) ||
        !identity_unresolved(arena, context->db, max_rows, &list, err))
        return false;
    if (above)
        return accept(context, &list, limit, yes, err);
    print_list(context, &list);
    return true;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *above = NULL;
    gboolean yes = FALSE;
    int max_rows = 1000;
    const GOptionEntry own[] = {
        {"limit", 'n', 0, G_OPTION_ARG_INT, &max_rows, "At most so many, with unresolved (1000)",
         "N"},
        {"accept-above", 0, 0, G_OPTION_ARG_STRING, &above,
         "Accept the likest account from this similarity on, with unresolved", "0.95"},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &yes, "Do accept them", NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_identity, own, &argc, &argv, err))
        return false;
    if (argc > 2 && strcmp(argv[2], "--") == 0) { /* ids may begin with - */
        memmove(&argv[2], &argv[3], (size_t)(argc - 2) * sizeof *argv);
        argc--;
    }
    const char *verb = argc > 1 ? argv[1] : "unresolved";
    if (strcmp(verb, "unresolved") == 0 && argc <= 2)
        return unresolved(context, max_rows, above, yes, err);
    if (strcmp(verb, "link") == 0 && argc == 5) {
        const struct identity_link link = {argv[2], argv[3], argv[4], 10000};
        return context_open(context, err) && identity_link(context->db, &link, 1, err);
    }
    if (strcmp(verb, "merge") == 0 && argc == 4)
        return context_open(context, err) && identity_merge(context->db, argv[2], argv[3], err);
    if (strcmp(verb, "split") == 0 && argc == 5)
        return context_open(context, err) &&
               identity_split(context->db, argv[2], argv[3], argv[4], err);
    return err_set(
        err, KENKO_ERROR_USAGE,
        "want kenko identity unresolved | link SOURCE ID ACCOUNT | merge FROM INTO | split "
        "SOURCE ID ACCOUNT");
}

const struct command cmd_identity = {
    "identity", "unresolved | link SOURCE ID ACCOUNT | merge FROM INTO | split SOURCE ID ACCOUNT",
    "Say which account a source's customer is",
    "Examples:\n  kenko identity unresolved\n  kenko identity unresolved --accept-above 0.95 "
    "--yes\n"
    "  kenko identity link app ws-17 acc-00017\n  kenko identity merge acc-00101 acc-00102\n",
    run};
