/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/signed_in.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/user.h"

const char signed_in_password[] = "a quiet evening at 7";

void signed_in_add(struct db *db, const char *name, const char *role, const char *email)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const struct user_request request = {name, role, email, signed_in_password, "cli:test"};
    if (!user_add(arena, db, &request, &err))
        fail_msg("%s", err->message);
}

struct raw_http_answer *signed_in_try(int port, const char *name, const char *password,
                                      const char *headers)
{
    g_autofree char *body =
        g_strdup_printf("{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    g_autofree char *all = g_strconcat("Content-Type: application/json\r\n", headers, NULL);
    return raw_http_send(port, "POST", "/api/v1/session", all, body, strlen(body));
}

static char *headers_of(int port, const char *name, bool page)
{
    g_autoptr(raw_http_answer_t) answer = signed_in_try(port, name, signed_in_password, "");
    if (answer->status != 201)
        fail_msg("%s: %d: %.300s", name, answer->status, answer->body);
    g_autofree char *cookie = raw_http_header(answer, "Set-Cookie");
    cookie[strcspn(cookie, ";")] = '\0';
    json_t *json = served_json_of(answer);
    const char *csrf = served_text(json_object_get(json, "data"), "csrf_token");
    char *headers = g_strdup_printf("Cookie: %s\r\n%s%s%s", cookie, page ? "X-CSRF-Token: " : "",
                                    page ? csrf : "", page ? "\r\n" : "");
    json_decref(json);
    return headers;
}

char *signed_in_cookie(int port, const char *name)
{
    return headers_of(port, name, false);
}

char *signed_in_page(int port, const char *name)
{
    return headers_of(port, name, true);
}

int signed_in_status(int port, const char *headers, int wanted)
{
    int status = 0;
    for (int i = 0; i < 50 && status != wanted; i++) {
        g_autoptr(raw_http_answer_t) answer = raw_http_get(port, "/api/v1/me", headers);
        status = answer->status;
        if (status != wanted)
            g_usleep(20000);
    }
    return status;
}
