/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the interface says about itself, and about who asks. */
#include "api/handle.h"

static void write_kind(struct writer *writer, const struct problem_kind *kind)
{
    writer_text(writer, "code", kind->code);
    writer_integer(writer, "status", kind->status);
    writer_text(writer, "title", kind->title);
    writer_text(writer, "meaning", kind->meaning);
    writer_text(writer, "hint", kind->hint);
}

static void answer_problems(const struct site *site, struct request *request,
                            struct response *response)
{
    (void)site;
    struct writer writer = {.out = response->body};
    writer_array(&writer, NULL);
    for (int i = 0; i < PROBLEM_COUNT; i++) {
        writer_object(&writer, NULL);
        write_kind(&writer, problem_kind((enum problem)i));
        writer_object_end(&writer);
    }
    writer_array_end(&writer);
    g_string_append_c(response->body, '\n');
    response_tag(response, request, 0);
}

static void answer_problem(const struct site *site, struct request *request,
                           struct response *response)
{
    (void)site;
    const struct problem_kind *kind = problem_find(field_text(&request->asked, "code"));
    if (!kind) {
        response_problem(response, request, PROBLEM_NOT_FOUND, "there is no such code");
        return;
    }
    struct writer writer = {.out = response->body};
    writer_object(&writer, NULL);
    write_kind(&writer, kind);
    writer_object_end(&writer);
    g_string_append_c(response->body, '\n');
    response_tag(response, request, 0);
}

static void answer_openapi(const struct site *site, struct request *request,
                           struct response *response)
{
    g_string_append_len(response->body, site->openapi->str, (gssize)site->openapi->len);
    response_tag(response, request, 0);
}

void handle_scopes(struct writer *writer, unsigned scopes)
{
    writer_array(writer, "scopes");
    for (unsigned scope = 1; scope <= AUTH_SESSION; scope <<= 1) {
        if (scopes & scope)
            writer_text(writer, NULL, auth_scope_name((enum auth_scope)scope));
    }
    writer_array_end(writer);
}

static void answer_me(const struct site *site, struct request *request, struct response *response)
{
    const struct principal *who = &request->principal;
    const struct snapshot *snapshot = store_current(site->store);
    const struct response_meta meta = handle_meta(site, request, snapshot);
    struct writer writer = response_json(response, request);
    writer_object(&writer, "data");
    writer_text(&writer, "key_id", who->key_id);
    writer_text(&writer, "role", who->role ? who->role->name : NULL);
    writer_bool(&writer, "own_accounts_only", who->own_only);
    handle_scopes(&writer, who->scopes);
    writer_object_end(&writer);
    response_end(response, &writer, &meta);
    response_tag(response, request, snapshot ? snapshot->run_id : 0);
    snapshot_unref(snapshot);
}

static const struct shape_member kind_members[] = {
    {"code", SHAPE_TEXT, .what = "Stable; clients may compare it."},
    {"status", SHAPE_INTEGER, .what = "HTTP status."},
    {"title", SHAPE_TEXT, .what = "In a few words."},
    {"meaning", SHAPE_TEXT, .what = "When it is answered."},
    {"hint", SHAPE_TEXT, .what = "What to do."},
    {0}};
static const struct shape kind_shape = {"ProblemKind", kind_members, NULL};
static const struct field problem_params[] = {
    {.name = "code", .kind = FIELD_TEXT, .in_path = true, .most = 60, .what = "The code."}, {0}};
const struct endpoint handle_problems = {
    .handler = answer_problems, .answer = ROUTE_BARE_LIST, .shape = &kind_shape};
const struct endpoint handle_problem = {.handler = answer_problem,
                                        .params = problem_params,
                                        .answer = ROUTE_BARE,
                                        .shape = &kind_shape};
const struct endpoint handle_openapi = {.handler = answer_openapi, .media = "application/json"};

static const struct shape_member me_members[] = {
    {"key_id", SHAPE_TEXT, .what = "Public part of the key."},
    {"role", SHAPE_TEXT, true, .what = "Its role."},
    {"own_accounts_only", SHAPE_BOOL, .what = "Does it see the accounts of its person only?"},
    {"scopes", SHAPE_TEXTS, .what = "What its role may do."},
    {0}};
static const struct shape me_shape = {"Me", me_members, NULL};
const struct endpoint handle_me = {.handler = answer_me, .shape = &me_shape};
