/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The examples of proxies as they are shipped, but for addresses and files: each is checked,
 * started before a server, asked over TLS, and given the raw requests. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "api/listener_socket.h"
#include "support/apart.h"
#include "support/raw_cases.h"
#include "support/scored.h"
#include "support/served.h"
#include "support/warehouse.h"

enum { WAIT_MS = 5000, CROWD = 60 };

struct front {
    const char *name;
    int tls, plain; /* where it listens; the raw requests come without TLS */
    GPid pid;
};

static struct {
    struct apart server;
    char *key;
    const char *scratch;
} world;

static int free_port(void)
{
    int fd, port;
    bool loopback;
    assert_true(listener_socket_open("127.0.0.1:0", false, &fd, &port, &loopback, NULL));
    close(fd);
    return port;
}

static void run(const char *command)
{
    g_autofree char *said = NULL;
    int status;
    const char *const argv[] = {"sh", "-c", command, NULL};
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                      &said, &status, NULL) ||
        !g_spawn_check_wait_status(status, NULL))
        fail_msg("%s: %s", command, said);
}

static int set_up(void **state)
{
    (void)state;
    if (!apart_can("the examples of proxies"))
        return 0;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(arena_t) arena = arena_new();
    world.scratch = warehouse_scratch();
    scored_accounts(db, 20);
    scored_publish(db, "2026-11-01");
    world.key = served_key(arena, db, "lead", NULL, NULL);
    g_strchomp(world.key);
    apart_start(&world.server, "{rate: 1000, burst: 1000}", TRUE);
    g_autofree char *make = g_strdup_printf(
        "cd '%s' && openssl req -x509 -newkey rsa:2048 -nodes -keyout kenko.key -out kenko.crt "
        "-subj /CN=kenko -addext subjectAltName=IP:127.0.0.1 -days 2 && cat kenko.crt kenko.key "
        ">kenko.pem",
        world.scratch);
    run(make);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    if (world.key)
        apart_stop(&world.server, SIGTERM);
    apart_clear(&world.server);
    g_free(world.key);
    return 0;
}

/* An example with some of its texts replaced, each of which has to be in it once. */
static void write_example(const char *example, const char *name, const char *const *replaced)
{
    g_autofree char *path = g_build_filename(g_getenv("KENKO_SOURCE"), "packaging", example, NULL);
    g_autofree char *to = g_build_filename(world.scratch, name, NULL), *read = NULL;
    assert_true(g_file_get_contents(path, &read, NULL, NULL));
    g_autoptr(GString) text = g_string_new(read);
    for (; *replaced; replaced += 2) {
        if (g_string_replace(text, replaced[0], replaced[1], 0) != 1)
            fail_msg("%s: '%s' is not there once", example, replaced[0]);
    }
    assert_true(g_file_set_contents(to, text->str, -1, NULL));
}

static GPid start(const char *const *argv)
{
    GPid pid;
    g_autoptr(GError) err = NULL;
    if (!g_spawn_async(world.scratch, (char **)(uintptr_t)argv, NULL,
                       G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_SEARCH_PATH |
                           G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, &pid, &err))
        fail_msg("%s", err->message);
    return pid;
}

static void await(const struct front *front)
{
    static const char ask[] =
        "GET /api/v1/problems HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    for (int ms = 0; ms < WAIT_MS; ms += 20) {
        if (raw_http_try(front->plain, ask, strlen(ask)) == 200)
            return;
        g_usleep(20000);
    }
    fail_msg("%s does not answer", front->name);
}

static void start_haproxy(struct front *front)
{
    g_autofree char *bind = g_strdup_printf("bind 127.0.0.1:%d\n    bind 127.0.0.1:%d ssl crt %s/",
                                            front->plain, front->tls, world.scratch);
    g_autofree char *server = g_strdup_printf("127.0.0.1:%d", world.server.port);
    const char *const replaced[] = {"bind :443 ssl crt /etc/haproxy/", bind, "127.0.0.1:8080",
                                    server, NULL};
    write_example("haproxy/kenko.cfg", "haproxy.cfg", replaced);
    g_autofree char *check = g_strdup_printf("haproxy -c -f '%s/haproxy.cfg'", world.scratch);
    run(check);
    const char *const argv[] = {"haproxy", "-db", "-f", "haproxy.cfg", NULL};
    front->pid = start(argv);
}

static void start_nginx(struct front *front)
{
    g_autofree char *tls = g_strdup_printf("listen 127.0.0.1:%d ssl;", front->tls);
    g_autofree char *plain = g_strdup_printf("listen 127.0.0.1:%d;", front->plain);
    g_autofree char *server = g_strdup_printf("127.0.0.1:%d", world.server.port);
    g_autofree char *crt = g_strdup_printf("%s/kenko.crt", world.scratch);
    g_autofree char *key = g_strdup_printf("%s/kenko.key", world.scratch);
    const char *const replaced[] = {"listen 443 ssl;",
                                    tls,
                                    "listen [::]:443 ssl;",
                                    plain,
                                    "127.0.0.1:8080",
                                    server,
                                    "/etc/nginx/kenko.crt",
                                    crt,
                                    "/etc/nginx/kenko.key",
                                    key,
                                    NULL};
    write_example("nginx/kenko.conf", "kenko.conf", replaced);
    g_autofree char *all = g_strdup_printf(
        "daemon off; master_process off; pid %s/nginx.pid; events {}\n"
        "http { access_log off; client_body_temp_path %s/body; proxy_temp_path %s/proxy;\n"
        "fastcgi_temp_path %s/f; uwsgi_temp_path %s/u; scgi_temp_path %s/s;\n"
        "include %s/kenko.conf; }\n",
        world.scratch, world.scratch, world.scratch, world.scratch, world.scratch, world.scratch,
        world.scratch);
    g_autofree char *conf = g_build_filename(world.scratch, "nginx.conf", NULL);
    g_autofree char *log = g_build_filename(world.scratch, "nginx.log", NULL);
    assert_true(g_file_set_contents(conf, all, -1, NULL));
    g_autofree char *check = g_strdup_printf("nginx -t -c '%s' -e '%s'", conf, log);
    run(check);
    const char *const argv[] = {"nginx", "-c", conf, "-e", log, NULL};
    front->pid = start(argv);
}

/* Start one of them, or skip the test. */
static struct front front_of(const char *name)
{
    g_autofree char *path = g_find_program_in_path(name);
    if (!world.key)
        skip();
    if (!path) {
        printf("skipped: the example of %s: it is not installed\n", name);
        skip();
    }
    struct front front = {.name = name, .tls = free_port(), .plain = free_port()};
    if (strcmp(name, "haproxy") == 0)
        start_haproxy(&front);
    else
        start_nginx(&front);
    await(&front);
    return front;
}

static void stop(const struct front *front)
{
    kill(front->pid, SIGTERM);
    waitpid(front->pid, NULL, 0);
}

static size_t keep(char *part, size_t size, size_t n, void *text)
{
    g_string_append_len(text, part, (gssize)(size * n));
    return size * n;
}

/* The status of a GET over TLS, what came with it, and whether TLS up to `version` alone is spoken:
 * 0 when it is not. */
static long ask(const struct front *front, const char *path, const char *header, long version,
                GString *head)
{
    long status = 0;
    g_autofree char *url = g_strdup_printf("https://127.0.0.1:%d%s", front->tls, path);
    g_autofree char *trusted = g_build_filename(world.scratch, "kenko.crt", NULL);
    CURL *curl = curl_easy_init();
    g_autoptr(GString) body = g_string_new(NULL);
    struct curl_slist *headers = header ? curl_slist_append(NULL, header) : NULL;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CAINFO, trusted);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, version);
    if (version == CURL_SSLVERSION_MAX_TLSv1_1)
        curl_easy_setopt(curl, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, head);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return status;
}

/* Is there a request in the access log that only a second reading of the bytes could be? */
static bool was_smuggled(void)
{
    g_autofree char *log = NULL;
    assert_true(g_file_get_contents(world.server.log, &log, NULL, NULL));
    assert_non_null(strstr(log, "path=/a"));
    return strstr(log, "path=/smuggled") != NULL;
}

static void hold(const char *name)
{
    struct front front = front_of(name);
    g_autoptr(GString) head = g_string_new(NULL), other = g_string_new(NULL);
    assert_int_equal(
        ask(&front, "/api/v1/accounts?limit=1", world.key, CURL_SSLVERSION_TLSv1_2, head), 200);
    assert_non_null(strcasestr(head->str, "strict-transport-security: max-age=31536000"));
    assert_int_equal(ask(&front, "/api/v1/me", NULL, CURL_SSLVERSION_TLSv1_3, other), 401);
    assert_int_equal(ask(&front, "/api/v1/problems", NULL, CURL_SSLVERSION_MAX_TLSv1_1, other), 0);
    /* Pages that this machine's browser needs no key for are not this proxy's to show. */
    assert_int_equal(ask(&front, "/", "Host: localhost", CURL_SSLVERSION_TLSv1_2, other), 401);
    assert_int_equal(ask(&front, "/", "X-Forwarded-For: 127.0.0.1", CURL_SSLVERSION_TLSv1_2, other),
                     401);
    g_autoptr(raw_http_answer_t) large = raw_http_send(front.plain, "POST", "/api/v1/events",
                                                       "Content-Length: 1073741824\r\n", NULL, 0);
    assert_int_equal(large->status, 413);
    if (raw_cases_run(front.plain, name) > 0)
        assert_false(was_smuggled());
    stop(&front);
}

static void haproxy_speaks_tls_and_hands_on_one_request_for_one(void **state)
{
    (void)state;
    hold("haproxy");
}

static void nginx_speaks_tls_and_hands_on_one_request_for_one(void **state)
{
    (void)state;
    hold("nginx");
}

static void haproxy_takes_fifty_connections_of_an_address(void **state)
{
    (void)state;
    int crowd[CROWD], refused = 0;
    struct front front = front_of("haproxy");
    static const char ask_once[] = "GET /api/v1/problems HTTP/1.1\r\nHost: a\r\n\r\n";
    for (int i = 0; i < CROWD; i++)
        crowd[i] = raw_http_connect(front.plain);
    g_usleep(100000);
    refused = raw_http_try(front.plain, ask_once, strlen(ask_once)) == 0;
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
    assert_int_equal(refused, 1);
    await(&front);
    stop(&front);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(haproxy_speaks_tls_and_hands_on_one_request_for_one),
        cmocka_unit_test(nginx_speaks_tls_and_hands_on_one_request_for_one),
        cmocka_unit_test(haproxy_takes_fifty_connections_of_an_address),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
