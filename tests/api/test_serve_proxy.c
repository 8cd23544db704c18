/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The socket of a trusted proxy: whom it names is believed there, and nowhere else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "api/proxy_socket.h"
#include "api/user.h"
#include "support/signed_in.h"
#include "support/warehouse.h"

static struct {
    struct server *server;
    char *folder, *path;
} at;

static int set_up(void **state)
{
    static char header[] = "X-Remote-User";
    int failed = served_set_up(state);
    const struct served *f = *state;
    at.folder = g_dir_make_tmp("kenko-proxy-XXXXXX", NULL);
    at.path = g_build_filename(at.folder, "socket", NULL);
    signed_in_add(f->db, "lead", "lead", NULL);
    signed_in_add(f->db, "a.sato", "csm", "a.sato@example.com");
    at.server = served_start((struct server_options){
        .poll_ms = 200,
        .pages = &served_pages,
        .api = {.proxy_socket = at.path, .proxy_user_header = header, .guesses = 3}});
    return failed;
}

static int tear_down(void **state)
{
    server_stop(at.server);
    bool gone = g_access(at.path, F_OK) != 0;
    g_rmdir(at.folder);
    g_free(at.folder);
    g_free(at.path);
    return served_tear_down(state) || !gone;
}

/* What the server says at the socket. */
static GString *ask(const char *method, const char *target, const char *headers, const char *body)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    g_autofree char *text = g_strdup_printf(
        "%s %s HTTP/1.1\r\nHost: k.example\r\nConnection: close\r\nContent-Type: application/json"
        "\r\nContent-Length: %zu\r\n%s\r\n%s",
        method, target, strlen(body), headers, body);
    char part[4096];
    ssize_t n;
    g_strlcpy(to.sun_path, at.path, sizeof to.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const void *)&to, sizeof to), 0);
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    GString *all = g_string_new(NULL);
    while ((n = read(fd, part, sizeof part)) > 0)
        g_string_append_len(all, part, n);
    close(fd);
    return all;
}

static int status_of(const char *method, const char *target, const char *headers, const char *body)
{
    GString *all = ask(method, target, headers, body);
    int status = raw_http_status(all);
    g_string_free(all, TRUE);
    return status;
}

static void whom_the_proxy_names_is_who_asks(void **state)
{
    (void)state;
    static const char csm[] = "X-Remote-User: A.Sato\r\n";
    assert_int_equal(status_of("GET", "/api/v1/accounts/sakura", csm, ""), 200);
    assert_int_equal(status_of("GET", "/api/v1/accounts/script", csm, ""), 404);
    assert_int_equal(status_of("GET", "/api/v1/me", "X-Remote-User: nobody\r\n", ""), 401);
    assert_int_equal(status_of("GET", "/api/v1/me", "X-Remote-User: \r\n", ""), 401);
    assert_int_equal(status_of("GET", "/api/v1/me", "", ""), 401);
    assert_int_equal(
        status_of("GET", "/api/v1/me", "X-Remote-User: lead\r\nX-Remote-User: a.sato\r\n", ""),
        400);
}

static void a_named_user_writes_with_the_token_only(void **state)
{
    const struct served *f = *state;
    static const char named[] = "X-Remote-User: lead\r\n", path[] = "/api/v1/accounts/a0000/notes";
    static const char body[] = "{\"body\":\"hello\"}";
    GString *all = ask("GET", "/api/v1/session", named, "");
    const char *from = strstr(all->str, "\"csrf_token\":\"");
    assert_non_null(from);
    g_autofree char *page =
        g_strdup_printf("%sX-CSRF-Token: %.43s\r\n", named, from + strlen("\"csrf_token\":\""));
    g_autofree char *stranger =
        g_strdup_printf("X-Remote-User: a.sato\r\n%s", strstr(page, "X-CSRF"));
    g_string_free(all, TRUE);
    assert_int_equal(status_of("POST", path, named, body), 403);
    assert_int_equal(status_of("POST", path, stranger, body), 403);
    assert_int_equal(status_of("POST", path, page, body), 201);
    assert_true(user_disable(f->arena, f->db, "cli:test", "lead", NULL));
    int status = 200;
    for (int i = 0; i < 50 && status != 401; i++) {
        status = status_of("GET", "/api/v1/me", named, "");
        g_usleep(20000);
    }
    assert_int_equal(status, 401);
    assert_true(user_enable(f->arena, f->db, "cli:test", "lead", NULL));
}

static void the_header_is_refused_at_every_other_socket(void **state)
{
    const struct served *f = *state;
    g_autofree char *keyed = g_strconcat(f->lead, "X-Remote-User: lead\r\n", NULL);
    g_autoptr(raw_http_answer_t) named =
        raw_http_get(server_port(at.server), "/api/v1/me", "X-Remote-User: lead\r\n");
    g_autoptr(raw_http_answer_t) both = raw_http_get(server_port(at.server), "/api/v1/me", keyed);
    g_autoptr(raw_http_answer_t) cased =
        raw_http_get(server_port(at.server), "/api/v1/me", "x-remote-USER: lead\r\n");
    /* Without the option it is a header like any other. */
    g_autoptr(raw_http_answer_t) off =
        raw_http_get(f->port, "/api/v1/me", "X-Remote-User: lead\r\n");
    assert_int_equal(named->status, 400);
    assert_int_equal(both->status, 400);
    assert_int_equal(cased->status, 400);
    assert_int_equal(off->status, 401);
}

static void keys_and_passwords_work_there_too(void **state)
{
    const struct served *f = *state;
    static const char body[] = "{\"name\":\"lead\",\"password\":\"a quiet evening at 7\"}";
    assert_int_equal(status_of("GET", "/api/v1/me", f->lead, ""), 200);
    assert_int_equal(status_of("POST", "/api/v1/session", "X-Forwarded-Proto: https\r\n", body),
                     201);
    assert_int_equal(status_of("POST", "/api/v1/session", "", body), 403);
}

/* Who came without a cookie is told of none. */
static void a_named_user_changes_the_password_without_a_cookie(void **state)
{
    (void)state;
    static const char *const password[] = {"a quiet evening at 7", "a loud morning at 8"};
    static const char named[] = "X-Remote-User: lead\r\n";
    GString *all = ask("GET", "/api/v1/session", named, "");
    const char *from = strstr(all->str, "\"csrf_token\":\"");
    assert_non_null(from);
    g_autofree char *page =
        g_strdup_printf("%sX-CSRF-Token: %.43s\r\n", named, from + strlen("\"csrf_token\":\""));
    g_string_free(all, TRUE);
    for (int turn = 0; turn < 2; turn++) { /* there and back */
        g_autofree char *body = g_strdup_printf("{\"password\":\"%s\",\"new_password\":\"%s\"}",
                                                password[turn], password[1 - turn]);
        all = ask("PUT", "/api/v1/session/password", page, body);
        assert_int_equal(raw_http_status(all), 204);
        assert_null(strstr(all->str, "Set-Cookie"));
        g_string_free(all, TRUE);
    }
}

/* The address that the proxy writes is whom guesses are counted for, not what the client claims. */
static void guesses_are_slowed_by_the_address_that_the_proxy_says(void **state)
{
    (void)state;
    static const char body[] = "{\"name\":\"nobody%d\",\"password\":\"wrong\"}";
    static const char form[] = "X-Forwarded-Proto: https\r\nX-Forwarded-For: %s\r\n";
    g_autofree char *one = g_strdup_printf(form, "198.51.100.7, 192.0.2.1");
    g_autofree char *same = g_strdup_printf(form, "198.51.100.8, 192.0.2.1");
    g_autofree char *other = g_strdup_printf(form, "192.0.2.1, 192.0.2.2");
    for (int i = 0; i < 3; i++) {
        g_autofree char *guess = g_strdup_printf(body, i);
        assert_int_equal(status_of("POST", "/api/v1/session", i % 2 ? one : same, guess), 401);
    }
    g_autofree char *more = g_strdup_printf(body, 8);
    assert_int_equal(status_of("POST", "/api/v1/session", one, more), 429);
    assert_int_equal(status_of("POST", "/api/v1/session", other, more), 401);
}

static void the_socket_is_for_its_group_and_belongs_to_one_server(void **state)
{
    (void)state;
    int fd = -1;
    struct stat is;
    g_autoptr(GError) err = NULL;
    g_autofree char *plain = g_build_filename(at.folder, "plain", NULL);
    assert_int_equal(stat(at.path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0660);
    assert_false(proxy_socket_open(at.path, &fd, &err));
    assert_true(err_is(err, KENKO_ERROR_BUSY));
    g_clear_error(&err);
    assert_true(g_file_set_contents(plain, "x", 1, NULL));
    assert_false(proxy_socket_open(plain, &fd, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    g_clear_error(&err);
    assert_false(proxy_socket_open("relative", &fd, &err));
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
    g_unlink(plain);
    /* What a server that died left is taken over. */
    assert_true(proxy_socket_open(plain, &fd, NULL));
    close(fd);
    assert_true(proxy_socket_open(plain, &fd, NULL));
    close(fd);
    g_unlink(plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whom_the_proxy_names_is_who_asks),
        cmocka_unit_test(a_named_user_writes_with_the_token_only),
        cmocka_unit_test(the_header_is_refused_at_every_other_socket),
        cmocka_unit_test(keys_and_passwords_work_there_too),
        cmocka_unit_test(a_named_user_changes_the_password_without_a_cookie),
        cmocka_unit_test(guesses_are_slowed_by_the_address_that_the_proxy_says),
        cmocka_unit_test(the_socket_is_for_its_group_and_belongs_to_one_server),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
