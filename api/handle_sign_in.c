/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page where people sign in and out, in English and Japanese. */
#include <string.h>

#include "api/handle.h"

struct words {
    const char *language, *title, *name, *password, *sign_in, *signed_in_as, *sign_out, *other;
    const char *next_password, *set, *refused, *waits, *failed, *script_off;
};

static const struct words english = {.language = "en",
                                     .title = "Sign in",
                                     .name = "Name",
                                     .password = "Password",
                                     .sign_in = "Sign in",
                                     .signed_in_as = "Signed in as",
                                     .sign_out = "Sign out",
                                     .other = "Set another password",
                                     .next_password = "New password, 12 characters or more",
                                     .set = "Set it and sign out everywhere",
                                     .refused = "Name and password do not fit.",
                                     .waits = "Too many attempts. Please wait a minute.",
                                     .failed = "That did not work. Please try again.",
                                     .script_off = "Signing in needs JavaScript."};
static const struct words japanese = {.language = "ja",
                                      .title = "サインイン",
                                      .name = "ユーザー名",
                                      .password = "パスワード",
                                      .sign_in = "サインイン",
                                      .signed_in_as = "サインイン中：",
                                      .sign_out = "サインアウト",
                                      .other = "パスワードを変更する",
                                      .next_password = "新しいパスワード（12文字以上）",
                                      .set = "変更してすべての端末からサインアウト",
                                      .refused = "ユーザー名またはパスワードが違います。",
                                      .waits = "試行回数が多すぎます。1分ほどお待ちください。",
                                      .failed = "処理できませんでした。もう一度お試しください。",
                                      .script_off = "サインインには JavaScript が必要です。"};

static const char style[] =
    ":root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1b1f24;--soft:#5b6570;"
    "--line:#868f99;--go:#0f5c6e;--on:#fff;--bad:#a3222b}@media(prefers-color-scheme:dark){:root{"
    "--bg:#14171a;--card:#1e2328;--ink:#e8ebee;--soft:#a5afb9;--line:#6f7983;--go:#7fd0e2;--on:"
    "#10262c;--bad:#ff9d9d}}*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;"
    "place-items:center;background:var(--bg);color:var(--ink);font:16px/1.6 system-ui,'Noto Sans "
    "CJK JP',sans-serif}main{width:min(24rem,100vw);padding:2rem;background:var(--card);"
    "border-radius:12px}@media(max-width:480px){body{place-items:start stretch;background:"
    "var(--card)}main{width:100%;border-radius:0}}h1{font-size:1.3rem;margin:0 0 1rem}label{"
    "display:block;margin:0 0 1rem;color:var(--soft)}input{display:block;width:100%;margin-top:"
    ".2rem;padding:.6rem .7rem;font:inherit;color:var(--ink);background:var(--bg);border:1px solid "
    "var(--line);border-radius:8px}button{width:100%;padding:.65rem;font:inherit;font-weight:600;"
    "color:var(--on);background:var(--go);border:0;border-radius:8px;cursor:pointer}button:disabled"
    "{opacity:.6}:focus-visible{outline:3px solid var(--go);outline-offset:2px}#said{min-height:"
    "1.6em;margin:.8rem 0 0;color:var(--bad)}details{margin-top:1.5rem}summary{cursor:pointer;"
    "margin-bottom:1rem}[hidden]{display:none}";

/* Words of the answers stand in the page, so that the script has no language. */
static const char script[] =
    "'use strict';\n"
    "const at = id => document.getElementById(id), said = at('said');\n"
    "let token = '';\n"
    "const ask = (method, path, body) => fetch(path, {method, credentials: 'same-origin',\n"
    "  headers: {'Content-Type': 'application/json', 'X-CSRF-Token': token},\n"
    "  body: body && JSON.stringify(body)});\n"
    "const next = () => {\n"
    "  const to = new URLSearchParams(location.search).get('next') || '/';\n"
    "  const url = new URL(to, location.origin);\n"
    "  return url.origin === location.origin && to.startsWith('/') ? url.href : '/';\n"
    "};\n"
    "const tell = status => { said.textContent = said.dataset[\n"
    "  status === 401 ? 'refused' : status === 429 ? 'waits' : 'failed']; };\n"
    "const show = session => {\n"
    "  at('out').hidden = !!session;\n"
    "  at('in').hidden = !session;\n"
    "  token = session ? session.csrf_token : '';\n"
    "  if (session) at('who').textContent = session.user;\n"
    "  else at('name').focus();\n"
    "};\n"
    "const on = (id, event, run) => at(id).addEventListener(event, async e => {\n"
    "  e.preventDefault();\n"
    "  said.textContent = '';\n"
    "  const buttons = document.querySelectorAll('button');\n"
    "  buttons.forEach(b => { b.disabled = true; });\n"
    "  try { await run(); } catch (e) { tell(0); }\n"
    "  buttons.forEach(b => { b.disabled = false; });\n"
    "});\n"
    "on('out', 'submit', async () => {\n"
    "  const answer = await ask('POST', '/api/v1/session',\n"
    "    {name: at('name').value, password: at('password').value});\n"
    "  if (answer.ok) location.assign(next());\n"
    "  else tell(answer.status);\n"
    "});\n"
    "on('leave', 'click', async () => {\n"
    "  const answer = await ask('DELETE', '/api/v1/session');\n"
    "  if (answer.ok || answer.status === 401) location.reload();\n"
    "  else tell(answer.status);\n"
    "});\n"
    "on('change', 'submit', async () => {\n"
    "  const answer = await ask('PUT', '/api/v1/session/password',\n"
    "    {password: at('old').value, new_password: at('new').value});\n"
    "  if (answer.ok) location.reload();\n"
    "  else if (answer.status === 422) said.textContent = (await answer.json()).detail;\n"
    "  else tell(answer.status);\n"
    "});\n"
    "ask('GET', '/api/v1/session').then(async answer =>\n"
    "  show(answer.ok ? (await answer.json()).data : null)).catch(() => show(null));\n";

/* The first of the two that Accept-Language names. */
static const struct words *words_of(const struct request *request)
{
    const char *wanted = request_header(request, "Accept-Language");
    const char *ja = wanted ? strstr(wanted, "ja") : NULL;
    const char *en = wanted ? strstr(wanted, "en") : NULL;
    return ja && (!en || ja < en) ? &japanese : &english;
}

static void put_form(GString *out, const struct words *w)
{
    g_string_append_printf(
        out,
        "<form id=\"out\"><h1>%s</h1><label>%s<input id=\"name\" name=\"name\" required maxlength="
        "\"100\" autocomplete=\"username\" autocapitalize=\"none\" spellcheck=\"false\" autofocus>"
        "</label><label>%s<input id=\"password\" name=\"password\" type=\"password\" required "
        "maxlength=\"128\" autocomplete=\"current-password\"></label><button>%s</button></form>\n",
        w->title, w->name, w->password, w->sign_in);
    g_string_append_printf(
        out,
        "<section id=\"in\" hidden><h1>%s <span id=\"who\"></span></h1><button type=\"button\" "
        "id=\"leave\">%s</button><details><summary>%s</summary><form id=\"change\"><label>%s<input "
        "id=\"old\" type=\"password\" required maxlength=\"128\" autocomplete=\"current-password\">"
        "</label><label>%s<input id=\"new\" type=\"password\" required minlength=\"12\" maxlength="
        "\"128\" autocomplete=\"new-password\"></label><button>%s</button></form></details>"
        "</section>\n",
        w->signed_in_as, w->sign_out, w->other, w->password, w->next_password, w->set);
}

static void answer_sign_in(const struct site *site, struct request *request,
                           struct response *response)
{
    (void)site;
    const struct words *w = words_of(request);
    g_string_append_printf(
        response->body,
        "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width,initial-scale=1\"><title>kenko: %s</title><style>%s</style>"
        "<script src=\"/sign-in.js\" defer></script></head><body><main>\n",
        w->language, w->title, style);
    put_form(response->body, w);
    g_string_append_printf(response->body,
                           "<p id=\"said\" role=\"alert\" data-refused=\"%s\" data-waits=\"%s\" "
                           "data-failed=\"%s\"></p><noscript><p>%s</p></noscript>\n</main></body>"
                           "</html>\n",
                           w->refused, w->waits, w->failed, w->script_off);
    response->content_type = "text/html; charset=utf-8";
    response->script = true;
}

static void answer_script(const struct site *site, struct request *request,
                          struct response *response)
{
    (void)site;
    g_string_append(response->body, script);
    response->content_type = "text/javascript; charset=utf-8";
    response_tag(response, request, 0);
}

static const struct field sign_in_params[] = {
    {.name = "next", .kind = FIELD_TEXT, .most = 4096, .what = "Path to go on to."}, {0}};
const struct endpoint handle_sign_in = {
    .handler = answer_sign_in, .params = sign_in_params, .media = "text/html; charset=utf-8"};
const struct endpoint handle_sign_in_script = {.handler = answer_script,
                                               .media = "text/javascript; charset=utf-8"};
