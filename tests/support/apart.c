/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/apart.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/sources.h"
#include "support/warehouse.h"

enum { TRIES = 20, LOOKS = 400, LOOK_US = 10000 };

gboolean apart_can(const char *what)
{
    if (g_getenv("KENKO_BIN"))
        return TRUE;
    printf("skipped: %s: KENKO_BIN is not set\n", what);
    return FALSE;
}

/* The shell is replaced by the program, so its process id is the server's. */
static GPid spawn(const struct apart *apart, gboolean loud)
{
    GPid pid;
    g_autoptr(GError) err = NULL;
    g_autofree char *command =
        g_strdup_printf("exec \"$0\" serve %s --listen 127.0.0.1:0 --admin 127.0.0.1:0 "
                        "--config '%s' >/dev/null 2>'%s'",
                        loud ? "" : "--quiet", apart->directory, apart->log);
    const char *const argv[] = {"sh", "-c", command, g_getenv("KENKO_BIN"), NULL};
    if (!g_spawn_async(NULL, (char **)(uintptr_t)argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH, NULL, NULL, &pid, &err))
        fail_msg("%s", err->message);
    return pid;
}

static int number_after(const char *text, const char *name)
{
    const char *at = text ? strstr(text, name) : NULL;
    return at ? (int)g_ascii_strtoll(at + strlen(name), NULL, 10) : 0;
}

/* Does it say where it listens? */
static gboolean listens(struct apart *apart)
{
    g_autofree char *text = NULL;
    g_file_get_contents(apart->log, &text, NULL, NULL);
    const char *at = text ? strstr(text, "event=serving") : NULL;
    if (!at || !strchr(at, '\n'))
        return FALSE;
    apart->port = number_after(at, " port=");
    apart->admin = number_after(at, " admin_port=");
    return apart->port > 0;
}

void apart_start_in(struct apart *apart, const char *directory, gboolean loud)
{
    apart->directory = directory;
    if (!apart->log)
        apart->log = g_build_filename(directory, "server.log", NULL);
    for (int tries = 0; tries < TRIES; tries++) {
        g_file_set_contents(apart->log, "", 0, NULL);
        apart->pid = spawn(apart, loud);
        for (int i = 0; i < LOOKS; i++) {
            g_usleep(LOOK_US);
            if (listens(apart))
                return;
            if (waitpid(apart->pid, NULL, WNOHANG) == apart->pid)
                break; /* PostgreSQL may still be starting */
        }
    }
    g_autofree char *said = NULL;
    g_file_get_contents(apart->log, &said, NULL, NULL);
    fail_msg("the server does not start: %s", said);
}

void apart_start(struct apart *apart, const char *api, gboolean loud)
{
    const char *directory = sources_directory("");
    g_autofree char *text = g_strdup_printf(
        "organisation: Test\ntime_zone: UTC\ncurrency: EUR\nwarehouse: {dsn: \"%s\"}\napi: %s\n",
        warehouse_dsn(), api);
    sources_write(directory, "kenko.yaml", text);
    apart_start_in(apart, directory, loud);
}

void apart_stop(struct apart *apart, int with)
{
    apart->port = apart->admin = 0;
    kill(apart->pid, with);
    waitpid(apart->pid, NULL, 0);
}

void apart_clear(struct apart *apart)
{
    g_clear_pointer(&apart->log, g_free);
}

static char *proc_file(const struct apart *apart, const char *name)
{
    return g_strdup_printf("/proc/%d/%s", (int)apart->pid, name);
}

int64_t apart_memory(const struct apart *apart, const char *name)
{
    g_autofree char *path = proc_file(apart, "status"), *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("the server is gone, see %s", apart->log);
    const char *at = strstr(text, name);
    assert_non_null(at);
    at += strcspn(at, "0123456789");
    return g_ascii_strtoll(at, NULL, 10);
}

void apart_forget_peak(const struct apart *apart)
{
    g_autofree char *path = proc_file(apart, "clear_refs");
    FILE *file = fopen(path, "w");
    if (!file)
        return; /* then the peak is that of its whole life, which is no smaller */
    fputs("5", file);
    fclose(file);
}

int apart_descriptors(const struct apart *apart)
{
    int n = 0;
    g_autofree char *path = proc_file(apart, "fd");
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    while (dir && g_dir_read_name(dir))
        n++;
    return n;
}
