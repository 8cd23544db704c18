/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every endpoint is asked with canaries in all that can hold a secret or a person: afterwards they
 * are in no log, no error, no process table, and in the warehouse only where they belong. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/routes.h"
#include "support/apart.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/sources.h"
#include "support/warehouse.h"
#include "support/worked.h"

/* What may be kept for its purpose, and what may be kept nowhere. */
#define PERSON "canary.person@example.com"
#define WORDS "canarywords"
#define PASSWORD "canarypassword"
#define GUESS "knk_canary00_canaryguess"

static struct {
    struct apart server;
    char *keys[4];         /* lead, csm, ingest, and a guess */
    const char *tokens[3]; /* of those that open */
    struct db *db;
    struct arena *arena;
    char *dsn;
    int asked, errors;
} world;

/* The warehouse's address with a password, which nobody asks for here. */
static void configure(void)
{
    static const char *const roles[] = {"lead", "csm", "ingest"};
    const char *directory = sources_directory("");
    g_autofree char *secret = g_build_filename(directory, "dsn", NULL);
    g_autofree char *dsn = g_strconcat(warehouse_dsn(), " password=" PASSWORD, NULL);
    g_autofree char *text = g_strdup_printf(
        "organisation: Test\ntime_zone: UTC\ncurrency: EUR\nwarehouse: {dsn: \"file:%s\"}\n"
        "api: {rate: 100000, burst: 1000000}\n",
        secret);
    for (size_t i = 0; i < G_N_ELEMENTS(roles); i++)
        world.keys[i] = served_key(world.arena, world.db, roles[i],
                                   strcmp(roles[i], "csm") == 0 ? PERSON : NULL, &world.tokens[i]);
    world.keys[3] = g_strdup("Authorization: Bearer " GUESS "\r\n");
    sources_write(directory, "kenko.yaml", text);
    sources_write(directory, "dsn", dsn);
    assert_int_equal(chmod(secret, 0600), 0);
    world.dsn = g_strdup(warehouse_dsn());
    apart_start_in(&world.server, directory, TRUE);
}

static int set_up(void **state)
{
    (void)state;
    if (!apart_can("canaries"))
        return 0;
    world.db = warehouse_open();
    world.arena = arena_new();
    scored_accounts(world.db, 20);
    warehouse_sql(world.db,
                  "INSERT INTO identity.staff (email, name) VALUES ('" PERSON "', '" WORDS "')");
    scored_account(world.db, "canary", "Canary Inc", PERSON);
    scored_publish(world.db, "2026-11-01");
    worked_fill(world.db);
    configure();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (world.db) {
        apart_stop(&world.server, SIGTERM);
        db_close(world.db);
        arena_free(world.arena);
    }
    apart_clear(&world.server);
    for (size_t i = 0; i < G_N_ELEMENTS(world.keys); i++)
        g_free(world.keys[i]);
    g_free(world.dsn);
    return 0;
}

/* An error says which path was asked for, and one of them is that of the password. */
static char *without_path(const char *body)
{
    g_auto(GStrv) parts = g_strsplit(body, "/api/v1/session/password", -1);
    return g_strjoinv("", parts);
}

/* Secrets stand in no answer whatever; what a person wrote stands in no error but the sender's own
 * names of members. */
static void look_at(const struct raw_http_answer *answer, const char *what)
{
    g_autofree char *body = without_path(answer->body);
    static const char *const never[] = {PASSWORD, GUESS, "password", "SELECT ", "INSERT "};
    bool secret = false;
    world.asked++;
    world.errors += answer->status >= 400;
    for (size_t i = 0; i < G_N_ELEMENTS(never) && answer->status >= 400; i++)
        secret = secret || strstr(body, never[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(world.tokens); i++)
        secret = secret || strstr(answer->body, world.tokens[i]) ||
                 strstr(answer->head, world.tokens[i]);
    secret = secret || (answer->status >= 400 && strstr(answer->body, PERSON));
    if (secret)
        fail_msg("%s: %d %s", what, answer->status, answer->body);
}

static void ask(const struct route *route, const char *path, const char *key, const char *body)
{
    g_autofree char *headers =
        g_strconcat(key, *body ? "Content-Type: application/json\r\n" : "",
                    "Cookie: session=" PASSWORD "\r\nX-Forwarded-For: " PERSON
                    "\r\nReferer: http://" PERSON "/" WORDS "\r\nUser-Agent: " WORDS "\r\n",
                    NULL);
    g_autoptr(raw_http_answer_t) answer = raw_http_send(world.server.port, route->method, path,
                                                        headers, *body ? body : NULL, strlen(body));
    look_at(answer, route->name);
}

/* Every text of a body is the canaries. */
static char *body_of(const struct route *route)
{
    if (route->body_max == 0)
        return g_strdup("");
    if (!route->endpoint->body)
        return g_strdup("{\"userId\":\"" PERSON "\",\"event\":\"" WORDS "\",\"groupId\":\"g\","
                        "\"previousId\":\"p\",\"writeKey\":\"" PASSWORD "\"}");
    g_autoptr(GString) body = g_string_new("{");
    for (const struct field *f = route->endpoint->body; f->name; f++) {
        const char *value = f->kind == FIELD_TEXT      ? "\"" PERSON " " WORDS "\""
                            : f->kind == FIELD_OBJECT  ? "{\"" WORDS "\": \"" PERSON "\"}"
                            : f->kind == FIELD_NUMBERS ? "{\"" WORDS "\": 1}"
                            : f->kind == FIELD_DAY     ? "\"2027-09-01\""
                                                       : "1";
        bool choice = f->kind == FIELD_CHOICE;
        g_string_append_printf(body, "%s\"%s\": %s%s%s", body->len > 1 ? ", " : "", f->name,
                               choice ? "\"" : "", choice ? f->choices[0] : value,
                               choice ? "\"" : "");
    }
    return g_strdup_printf("%s}", body->str);
}

/* Each endpoint with each key: as it should be asked, with canaries for parameters, with a body
 * that is cut off. */
static void ask_everything(void)
{
    for (const struct route *route = routes; route < routes + routes_count; route++) {
        g_autoptr(GString) path = g_string_new(route->pattern);
        g_string_replace(path, "{key}", "canary", 0);
        for (char *at; (at = strchr(path->str, '{'));) {
            gssize start = at - path->str;
            g_string_erase(path, start, (gssize)strcspn(at, "}") + 1);
            g_string_insert(path, start, "1");
        }
        g_autofree char *query =
            g_strconcat(path->str, "?q=" PERSON "&cursor=" WORDS "&" WORDS "=" PASSWORD, NULL);
        g_autofree char *body = body_of(route), *half = g_strndup(body, strlen(body) / 2);
        for (size_t i = 0; i < G_N_ELEMENTS(world.keys); i++) {
            ask(route, path->str, world.keys[i], body);
            ask(route, query, world.keys[i], half);
        }
    }
}

static bool is_in(const char *text, gsize n, const char *what)
{
    return n > 0 && memmem(text, n, what, strlen(what)) != NULL;
}

/* A file holds none of them. */
static void want_none(const char *path)
{
    g_autofree char *text = NULL;
    static const char *const never[] = {PERSON, WORDS, PASSWORD, GUESS};
    gsize n;
    if (!g_file_get_contents(path, &text, &n, NULL))
        return; /* of a process that went */
    for (size_t i = 0; i < G_N_ELEMENTS(never); i++) {
        if (is_in(text, n, never[i]))
            fail_msg("%s holds %s", path, never[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(world.tokens); i++) {
        if (is_in(text, n, world.tokens[i]) || is_in(text, n, world.tokens[i] + 13))
            fail_msg("%s holds a key", path);
    }
}

/* What every process shows of itself: the server, its children, the warehouse's backends. */
static int look_at_processes(void)
{
    int seen = 0;
    const char *name;
    g_autoptr(GDir) dir = g_dir_open("/proc", 0, NULL);
    while (dir && (name = g_dir_read_name(dir))) {
        if (!g_ascii_isdigit(*name) || g_ascii_strtoll(name, NULL, 10) == getpid())
            continue;
        g_autofree char *line = g_build_filename("/proc", name, "cmdline", NULL);
        g_autofree char *environment = g_build_filename("/proc", name, "environ", NULL);
        want_none(line);
        want_none(environment);
        seen++;
    }
    return seen;
}

static char *dump(void)
{
    g_autofree char *command =
        g_strdup_printf("$(ls /usr/lib/postgresql/*/bin/pg_dump | tail -1) '%s'", world.dsn);
    const char *const argv[] = {"sh", "-c", command, NULL};
    char *text = NULL;
    int status;
    assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                             &text, NULL, &status, NULL));
    assert_true(g_spawn_check_wait_status(status, NULL) && strlen(text) > 10000);
    return text;
}

/* Where words and persons that were written, or who owns an account, are kept on purpose. */
static bool belongs(const char *table)
{
    static const char *const places[] = {
        "outreach.", "identity.staff", "warehouse.account",  "score.account_owner",
        "ops.inbox", "ops.idempotent", "warehouse.override", "warehouse.sentiment"};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (g_str_has_prefix(table, places[i]))
            return true;
    }
    return false;
}

static void look_at_dump(void)
{
    int kept = 0;
    g_autofree char *all = dump(), *table = g_strdup("");
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (g_str_has_prefix(*line, "COPY ")) {
            g_free(table);
            table = g_strndup(*line + 5, strcspn(*line + 5, " "));
        }
        if (strstr(*line, PASSWORD) || strstr(*line, GUESS))
            fail_msg("%s holds a secret", table);
        for (size_t i = 0; i < G_N_ELEMENTS(world.tokens); i++) {
            if (strstr(*line, world.tokens[i] + 13))
                fail_msg("%s holds a key", table);
        }
        if (!strstr(*line, PERSON) && !strstr(*line, WORDS))
            continue;
        kept++;
        if (!belongs(table))
            fail_msg("%s holds a person: %.300s", table, *line);
    }
    assert_true(kept > 5); /* they were written, where they belong */
}

static void canaries_are_found_only_where_they_belong(void **state)
{
    (void)state;
    if (!world.db)
        skip();
    ask_everything();
    /* A warehouse that fails in the middle of it says more than one that does not. */
    warehouse_sql(world.db, "ALTER TABLE outreach.note RENAME COLUMN author TO writer; "
                            "ALTER TABLE outreach.task ADD CHECK (title = '') NOT VALID");
    ask_everything();
    printf("%d requests, %d of them refused\n", world.asked, world.errors);
    assert_true(world.errors > world.asked / 4);
    g_autofree char *log = g_build_filename(warehouse_home(), "postgresql", "server.log", NULL);
    assert_true(g_file_test(log, G_FILE_TEST_EXISTS));
    g_autofree char *said = NULL;
    assert_true(g_file_get_contents(world.server.log, &said, NULL, NULL));
    assert_non_null(strstr(said, "path=/api/v1/accounts/canary/notes"));
    assert_non_null(strstr(said, "event=internal_error"));
    want_none(world.server.log);
    want_none(log);
    assert_true(look_at_processes() > 5);
    look_at_dump();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(canaries_are_found_only_where_they_belong),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
