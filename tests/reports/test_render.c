/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reports/render.h"
#include "support/warehouse.h"

static const struct document_column columns[] = {{"Account", COLUMN_WORDS},
                                                 {"Health", COLUMN_NUMBER}};

static struct document *one_account(struct arena *arena, const char *name)
{
    struct document *d = document_new(arena, name);
    document_heading(d, 1, name);
    document_text(d, "%s fell", name);
    document_tile(d, "label", name, name, TONE_BAD);
    document_table(d, name, columns, G_N_ELEMENTS(columns));
    document_cell(d, name, "/accounts/x", TONE_PLAIN);
    document_cell(d, "12", NULL, TONE_BAD);
    document_note(d, "%s", name);
    return d;
}

/* Outside of the style there is no < but our own tags, and no tag that the input could have made.
 */
static void check_html(const char *html)
{
    static const char *const ours[] = {
        "!DOCTYPE", "html", "head",  "meta",    "title", "style", "body", "main", "h1", "p", "div",
        "span",     "b",    "table", "caption", "thead", "tbody", "tr",   "th",   "td", "a", "/"};
    const char *body = strstr(html, "</style>");
    assert_non_null(body);
    for (const char *p = strchr(body, '<'); p; p = strchr(p + 1, '<')) {
        bool known = false;
        for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
            size_t n = strlen(ours[i]);
            known = known || (strncmp(p + 1, ours[i], n) == 0 &&
                              (ours[i][0] == '/' || p[1 + n] == '>' || p[1 + n] == ' '));
        }
        if (!known)
            fail_msg("foreign markup: %.60s", p);
    }
    assert_null(strstr(body, "<script"));
}

static void check_slack(const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    assert_non_null(root);
    assert_true(json_is_string(json_object_get(root, "text")));
    const json_t *blocks = json_object_get(root, "blocks");
    assert_true(json_array_size(blocks) <= 50);
    glong total = 0;
    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *block = json_array_get(blocks, i);
        const json_t *body = json_object_get(block, "text");
        if (!body)
            body = json_array_get(json_object_get(block, "elements"), 0);
        const char *shown = json_string_value(json_object_get(body, "text"));
        glong n = g_utf8_strlen(shown, -1);
        total += n;
        assert_true(n >= 1 && n <= 3000);
        if (strcmp(json_string_value(json_object_get(block, "type")), "header") == 0)
            assert_true(n <= 150);
        else
            assert_null(strstr(shown, "<!")); /* nobody is called by data */
    }
    assert_true(total <= 12000);
    json_decref(root);
}

static void naughty_names_stay_text_in_every_form(void **state)
{
    (void)state;
    const char *data = warehouse_test_data("naughty strings");
    const char *own[] = {"<!channel>",
                         "<https://evil.example|Renewal>",
                         "a\x1b[31mred",
                         "]]>",
                         "&amp;",
                         "<b>x",
                         "\" onmouseover=\"x",
                         "line\nbreak",
                         "\xe2\x80\xa8"};
    json_t *list = json_array();
    if (data) {
        g_autofree char *path = g_build_filename(data, "data/conformance/blns.json", NULL);
        json_decref(list);
        list = json_load_file(path, 0, NULL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        json_array_append_new(list, json_string(own[i]));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(document_t) d = one_account(arena, name);
        g_autoptr(GString) html = g_string_new(NULL), text = g_string_new(NULL),
                           slack = g_string_new(NULL);
        render_html(d, html);
        render_text(d, text);
        render_slack(d, "https://kenko.example/", slack);
        check_html(html->str);
        check_slack(slack->str);
        assert_null(strchr(text->str, '\x1b'));
        assert_true(g_utf8_validate(html->str, -1, NULL) && g_utf8_validate(text->str, -1, NULL));
    }
    json_decref(list);
}

static void a_huge_digest_is_cut_to_the_limits_and_says_so(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "big");
    g_autofree char *longest = g_strnfill(5000, 'x');
    document_heading(d, 1, longest);
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (int i = 0; i < 300; i++) {
        document_cell(d, i % 2 ? "サクラ&<>" : longest, "https://kenko.example/a", TONE_PLAIN);
        document_cell(d, "5", NULL, TONE_PLAIN);
    }
    g_autoptr(GString) slack = g_string_new(NULL);
    render_slack(d, "https://kenko.example/", slack);
    check_slack(slack->str);
    assert_non_null(strstr(slack->str, "more, see"));
}

static void only_http_and_own_links_are_linked(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    document_cell(d, "x", "javascript:alert(1)", TONE_PLAIN);
    document_cell(d, "y", "https://kenko.example/?a=1&b=\"2\"", TONE_PLAIN);
    g_autoptr(GString) html = g_string_new(NULL);
    render_html(d, html);
    assert_null(strstr(html->str, "javascript:"));
    assert_non_null(strstr(html->str, "href=\"https://kenko.example/?a=1&amp;b=&quot;2&quot;\""));
}

static void text_tables_align_wide_characters(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    document_cell(d, "サクラ", NULL, TONE_PLAIN);
    document_cell(d, "7", NULL, TONE_PLAIN);
    g_autoptr(GString) text = g_string_new(NULL);
    render_text(d, text);
    assert_non_null(strstr(text->str, "Account  Health"));
    assert_non_null(strstr(text->str, "サクラ        7"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naughty_names_stay_text_in_every_form),
        cmocka_unit_test(a_huge_digest_is_cut_to_the_limits_and_says_so),
        cmocka_unit_test(only_http_and_own_links_are_linked),
        cmocka_unit_test(text_tables_align_wide_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
