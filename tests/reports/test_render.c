/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <math.h>
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

/* WCAG 2: relative luminance of #rgb or #rrggbb. */
static double luminance(const char *hex)
{
    static const double weight[] = {0.2126, 0.7152, 0.0722};
    bool is_short = !g_ascii_isxdigit(hex[4]);
    double sum = 0;
    for (int i = 0; i < 3; i++) {
        int high = g_ascii_xdigit_value(hex[is_short ? 1 + i : 1 + 2 * i]);
        int low = g_ascii_xdigit_value(hex[is_short ? 1 + i : 2 + 2 * i]);
        double c = (high * 16 + low) / 255.0;
        sum += weight[i] * (c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

/* The colour of a name in a theme's declarations. */
static double of_theme(const char *theme, const char *name)
{
    const char *at = strstr(theme, name);
    assert_non_null(at);
    assert_int_equal(at[strlen(name)], '#');
    return luminance(at + strlen(name));
}

static void words_stand_out_in_light_dark_and_print(void **state)
{
    static const char *const inks[] = {
        "--ink:", "--soft:", "--good:", "--watch:", "--bad:", "--link:"};
    static const char *const grounds[] = {"--paper:", "--tint:"};
    static const char *const themes[] = {":root{color-scheme:light dark",
                                         "(prefers-color-scheme:dark)", "@media print"};
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = one_account(arena, "x");
    g_autoptr(GString) html = g_string_new(NULL);
    render_html(d, html);
    for (size_t t = 0; t < G_N_ELEMENTS(themes); t++) {
        const char *theme = strstr(html->str, themes[t]);
        assert_non_null(theme);
        for (size_t i = 0; i < G_N_ELEMENTS(inks) * G_N_ELEMENTS(grounds); i++) {
            const char *ink = inks[i / 2], *ground = grounds[i % 2];
            double a = of_theme(theme, ink) + 0.05, b = of_theme(theme, ground) + 0.05;
            if (MAX(a, b) / MIN(a, b) < 4.5)
                fail_msg("%s on %s of %s has a contrast of %.2f", ink, ground, themes[t],
                         MAX(a, b) / MIN(a, b));
        }
    }
}

static void a_row_keeps_its_sentences_and_long_words_break_alone(void **state)
{
    static const struct document_column told[] = {{"Account", COLUMN_WORDS}, {"Why", COLUMN_UNDER}};
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    document_table(d, "", told, G_N_ELEMENTS(told));
    document_cell(d, "abcdefghijklmnopqrstuvwxyz ab", NULL, TONE_PLAIN);
    document_cell(d, "fell by 3 %", NULL, TONE_PLAIN);
    document_cell(d, "quiet", NULL, TONE_PLAIN);
    document_cell(d, "", NULL, TONE_PLAIN);
    g_autoptr(GString) html = g_string_new(NULL);
    render_html(d, html);
    assert_non_null(strstr(html->str,
                           "<tbody><tr><td class=\"\" data-head=\"Account\"><span "
                           "class=\"long\">abcdefghijklmnopqrstuvwxyz</span> ab</td></tr>"
                           "<tr><td class=\"under \" colspan=\"1\" data-head=\"Why\">fell "
                           "by 3&nbsp;%</td></tr></tbody>"));
    assert_non_null(strstr(html->str, "quiet</td></tr></tbody>"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(naughty_names_stay_text_in_every_form),
        cmocka_unit_test(a_huge_digest_is_cut_to_the_limits_and_says_so),
        cmocka_unit_test(only_http_and_own_links_are_linked),
        cmocka_unit_test(text_tables_align_wide_characters),
        cmocka_unit_test(words_stand_out_in_light_dark_and_print),
        cmocka_unit_test(a_row_keeps_its_sentences_and_long_words_break_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
