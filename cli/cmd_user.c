/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "api/user.h"
#include "cli/commands.h"
#include "core/text.h"

enum { LINE_MAX_SIZE = 1024 };

static void print_json(const struct user_row *row, bool first)
{
    g_autoptr(GString) email = g_string_new(NULL);
    g_autofree char *created = text_instant(row->created_at, "-"),
                    *signed_in = text_instant(row->signed_in_at, "-");
    text_json(email, row->staff_email ? row->staff_email : "");
    printf("%s{\"user_id\": \"%s\", \"name\": \"%s\", \"role\": \"%s\", \"staff_email\": \"%s\", "
           "\"created_at\": \"%s\", \"signed_in_at\": \"%s\", \"sessions\": %" G_GINT64_FORMAT
           ", \"has_password\": %s, \"disabled\": %s}",
           first ? "" : ",\n ", row->user_id, row->name, row->role, email->str, created, signed_in,
           row->sessions, row->has_password ? "true" : "false",
           row->disabled_at == INT64_MIN ? "false" : "true");
}

static bool list(struct context *context, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct user_rows rows;
    if (!user_list(arena, context->db, &rows, err))
        return false;
    if (context->json)
        printf("[");
    else
        printf("%-24s %-8s %-20s %8s %s\n", "name", "role", "signed in", "sessions", "");
    for (size_t i = 0; i < rows.n; i++) {
        const struct user_row *r = &rows.row[i];
        g_autofree char *signed_in = text_instant(r->signed_in_at, "-");
        if (context->json)
            print_json(r, i == 0);
        else
            printf("%-24s %-8s %-20s %8" G_GINT64_FORMAT " %s%s%s%s\n", r->name, r->role, signed_in,
                   r->sessions, r->staff_email ? "for " : "", r->staff_email ? r->staff_email : "",
                   r->has_password ? "" : " (by the proxy only)",
                   r->disabled_at == INT64_MIN ? "" : " (disabled)");
    }
    if (context->json)
        printf("]\n");
    return true;
}

/* One line without its end. */
static bool read_line(FILE *from, const char *what, char out[LINE_MAX_SIZE], GError **err)
{
    if (!fgets(out, LINE_MAX_SIZE, from))
        return err_set(err, KENKO_ERROR_INPUT, "%s has no password in its first line", what);
    out[strcspn(out, "\r\n")] = '\0';
    return true;
}

/* Ask at the terminal, where it is not seen. */
static bool prompt(const char *question, char out[LINE_MAX_SIZE], GError **err)
{
    struct termios seen, unseen;
    fprintf(stderr, "%s: ", question);
    if (tcgetattr(STDIN_FILENO, &seen) != 0)
        return err_set(err, KENKO_ERROR_IO, "the terminal cannot be asked: %s", g_strerror(errno));
    unseen = seen;
    unseen.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    bool ok = read_line(stdin, "the terminal", out, err);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &seen);
    fputc('\n', stderr);
    return ok;
}

static bool prompt_twice(char out[LINE_MAX_SIZE], GError **err)
{
    char again[LINE_MAX_SIZE];
    if (!prompt("Password", out, err) || !prompt("The same again", again, err))
        return false;
    bool same = strcmp(out, again) == 0;
    sodium_memzero(again, sizeof again);
    return same || err_set(err, KENKO_ERROR_INPUT, "the two passwords differ");
}

/* From the file, the terminal or standard input; never from the command line, which everybody on
 * the machine can read. */
static bool read_password(const char *path, char out[LINE_MAX_SIZE], GError **err)
{
    if (!path && isatty(STDIN_FILENO))
        return prompt_twice(out, err);
    if (!path)
        return read_line(stdin, "standard input", out, err);
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(err, KENKO_ERROR_IO, "%s: %s", path, g_strerror(errno));
    bool ok = read_line(file, path, out, err);
    fclose(file);
    return ok;
}

static bool add(struct context *context, struct user_request *request, const char *path,
                bool no_password, GError **err)
{
    char password[LINE_MAX_SIZE];
    g_autoptr(arena_t) arena = arena_new();
    if (!no_password && !read_password(path, password, err))
        return false;
    request->password = no_password ? NULL : password;
    bool ok = context_open(context, err) && user_add(arena, context->db, request, err);
    sodium_memzero(password, sizeof password);
    if (ok)
        context_next(context, "sign in at /sign-in of kenko serve");
    return ok;
}

static bool set_password(struct context *context, const char *by, const char *name,
                         const char *path, GError **err)
{
    char password[LINE_MAX_SIZE];
    g_autoptr(arena_t) arena = arena_new();
    if (!read_password(path, password, err))
        return false;
    bool ok = context_open(context, err) &&
              user_set_password(arena, context->db, by, name, password, err);
    sodium_memzero(password, sizeof password);
    return ok;
}

typedef bool (*change_fn)(struct arena *arena, struct db *db, const char *by, const char *name,
                          GError **err);

static bool change(struct context *context, change_fn to, const char *by, const char *name,
                   GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    return context_open(context, err) && to(arena, context->db, by, name, err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *role = NULL, *email = NULL, *path = NULL;
    gboolean no_password = FALSE;
    const GOptionEntry own[] = {
        {"role", 0, 0, G_OPTION_ARG_STRING, &role, "csm, lead, analyst (default), admin or auditor",
         "ROLE"},
        {"staff", 0, 0, G_OPTION_ARG_STRING, &email, "Whose accounts a csm sees", "MAIL"},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &path,
         "Read the password from the first line (asked for, or standard input)", "FILE"},
        {"no-password", 0, 0, G_OPTION_ARG_NONE, &no_password, "Comes through a trusted proxy only",
         NULL},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_user, own, &argc, &argv, err))
        return false;
    const char *verb = argc > 1 ? argv[1] : "list", *name = argc == 3 ? argv[2] : NULL;
    g_autofree char *by = g_strdup_printf("cli:%s", g_get_user_name());
    struct user_request request = {
        .name = name, .role = role ? role : "analyst", .staff_email = email, .by = by};
    if (strcmp(verb, "list") == 0 && argc <= 2)
        return context_open(context, err) && list(context, err);
    if (name && strcmp(verb, "add") == 0)
        return add(context, &request, path, no_password, err);
    if (name && strcmp(verb, "password") == 0)
        return set_password(context, by, name, path, err);
    if (name && strcmp(verb, "disable") == 0)
        return change(context, user_disable, by, name, err);
    if (name && strcmp(verb, "enable") == 0)
        return change(context, user_enable, by, name, err);
    if (name && strcmp(verb, "remove") == 0)
        return change(context, user_remove, by, name, err);
    return err_set(err, KENKO_ERROR_USAGE,
                   "want kenko user list | add NAME | password NAME | disable NAME | enable NAME | "
                   "remove NAME");
}

const struct command cmd_user = {
    "user", "list | add NAME | password NAME | disable NAME | enable NAME | remove NAME",
    "People who sign in at a browser",
    "Examples:\n  kenko user add m.rossi --role lead\n  kenko user add a.sato --role csm --staff "
    "a.sato@example.com --password-file /run/secrets/a.sato\n  kenko user password m.rossi\n  "
    "kenko user disable m.rossi\n\nThe password is asked for, or read from a file or standard "
    "input. Whatever changes here ends the person's sessions within a second.\n",
    run};
