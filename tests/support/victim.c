/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/victim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/stop.h"
#include "support/sources.h"
#include "support/warehouse.h"

enum { BATCH_BYTES = 2048 };

static const char sources[] =
    "identity:\n"
    "  aliases:\n"
    "    - {party: acc-3, account: acc-4, from: 2026-02-01}\n"
    "sources:\n"
    "  - name: crm\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: account\n"
    "        path: accounts.csv\n"
    "        on_change: append\n"
    "        fields: {party: id, name: name, domain: domain, changed_at: changed}\n"
    "      - stream: ticket\n"
    "        path: tickets.csv\n"
    "        on_change: append\n"
    "        fields: {external_id: id, party: domain, status: status, opened_at: opened}\n"
    "  - name: app\n"
    "    type: file\n"
    "    streams:\n"
    "      - stream: job\n"
    "        path: jobs.csv\n"
    "        on_change: replace\n"
    "        fields: {external_id: id, party: account, status: status, created_at: created}\n"
    "        values: [{metric: runs}]\n"
    "      - stream: usage_metric\n"
    "        path: usage-*.csv\n"
    "        on_change: replace\n"
    "        fields: {party: account, at: day}\n"
    "        values: [{metric: runs, field: runs}, {metric: level, field: seats}]\n"
    "      - stream: usage_event\n"
    "        path: events-*.ndjson\n"
    "        id: id\n"
    "        fields: {party: account, at: at, subject: user}\n"
    "        values: [{metric: by_user}]\n";

/* What the sources hold at first (step 0) and later (step 1: one usage file changed, one grew, a
 * late one and repeated events came). */
static const char *make_directory(int step)
{
    const char *dir = sources_directory(sources);
    g_autoptr(GString) text = g_string_new("id,name,domain,changed\n");
    for (int i = 0; i < 30; i++)
        g_string_append_printf(text, "acc-%d,Name %d,c%d.example,2026-01-%02dT00:00:00Z\n", i, i, i,
                               1 + i % 28);
    sources_write(dir, "accounts.csv", text->str);
    g_string_assign(text, "id,account,status,created\n");
    for (int i = 0; i < 60; i++)
        g_string_append_printf(text, "j-%d,acc-%d,%s,2026-01-%02d\n", i, i % 31,
                               i % 3 ? "success" : "error", 1 + (i + step * i % 2) % 28);
    sources_write(dir, "jobs.csv", text->str);
    g_string_assign(text, "id,domain,status,opened\n");
    for (int i = 0; i < 60 + step * 20; i++)
        g_string_append_printf(text, "t-%d,c%d.example,%s,2026-01-%02d\n", i % 50, i % 50 % 32,
                               i < 50 ? "open" : "solved", 1 + i % 50 % 28);
    sources_write(dir, "tickets.csv", text->str);
    for (int file = 1 - step; file < 3; file++) {
        g_string_assign(text, "account,day,runs,seats\n");
        for (int i = 0; i < 250 + (file == 1 ? step * 50 : 0); i++)
            g_string_append_printf(text, "acc-%d,2026-%02d-%02d,%d,%d\n", i % 31, 1 + file,
                                   1 + i % 30, i + (file == 2 ? step : 0), i % 7);
        g_autofree char *name = g_strdup_printf("usage-%d.csv", file);
        sources_write(dir, name, text->str);
    }
    for (int file = 0; file < 1 + step; file++) {
        g_string_truncate(text, 0);
        for (int i = file * 60; i < 120 + file * 60; i++)
            g_string_append_printf(text,
                                   "{\"id\": \"e%d\", \"account\": \"acc-%d\", \"at\": "
                                   "\"2026-01-%02dT10:00:00Z\", \"user\": \"u%d\"}\n",
                                   i, i % 9, 1 + i % 28, i % 5);
        g_autofree char *name = g_strdup_printf("events-%d.ndjson", file);
        sources_write(dir, name, text->str);
    }
    return dir;
}

static const char *before, *after;
static char *clean;

static void run_whole(struct db *db, const char *dir)
{
    g_autoptr(GError) err = NULL;
    /* A killed run's lock is held until the server notices that its client is gone. */
    for (int i = 0; i < 100; i++) {
        g_clear_error(&err);
        if (sources_try(db, dir, BATCH_BYTES, NULL, &err))
            return;
        if (!err_is(err, KENKO_ERROR_BUSY))
            break;
        g_usleep(100000);
    }
    fail_msg("%s", err->message);
}

int victim_prepare(void **state)
{
    (void)state;
    before = make_directory(0);
    after = make_directory(1);
    g_autoptr(db_t) db = warehouse_open();
    run_whole(db, before);
    run_whole(db, after);
    clean = sources_digest(db);
    return 0;
}

int victim_forget(void **state)
{
    (void)state;
    g_free(clean);
    return 0;
}

void victim_load_before(struct db *db)
{
    run_whole(db, before);
}

pid_t victim_start(const char *dsn, const char *fault)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    stop_install();
    if (fault)
        g_setenv("KENKO_FAULT", fault, TRUE);
    g_autoptr(GError) err = NULL;
    struct db *db = db_open(dsn, "kenko test", 30000, &err);
    if (db && sources_try(db, after, BATCH_BYTES, NULL, &err))
        _exit(0);
    _exit(VICTIM_FAILED + err->code);
}

int victim_finish(pid_t pid)
{
    int status;
    if (waitpid(pid, &status, 0) != pid)
        fail_msg("lost the process");
    return status;
}

bool victim_is_clean(struct db *db)
{
    run_whole(db, after);
    g_autofree char *digest = sources_digest(db);
    sources_expect(db,
                   "SELECT count(*) FROM ops.load WHERE commit_no IS NULL OR undone_no < 0 OR "
                   "read_count <> loaded + duplicate + ignored + rejected",
                   "0");
    return strcmp(digest, clean) == 0;
}
