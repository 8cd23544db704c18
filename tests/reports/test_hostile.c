/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Renderers over hostile and huge documents: everything is escaped, nothing passes a limit. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "reports/render.h"
#include "support/warehouse.h"

static const struct document_column columns[] = {
    {"Account", COLUMN_WORDS}, {"ARR", COLUMN_NUMBER}, {"Why", COLUMN_UNDER}};

static struct document *with_rows(struct arena *arena, const char *name, const char *why, int n)
{
    struct document *d = document_new(arena, name);
    document_heading(d, 1, name);
    document_text(d, "%s", why);
    document_tile(d, name, why, name, TONE_BAD);
    document_table(d, name, columns, G_N_ELEMENTS(columns));
    for (int i = 0; i < n; i++) {
        document_cell(d, name, "https://kenko.example/accounts/a%20b", TONE_PLAIN);
        document_cell(d, "USD 1,000", NULL, TONE_PLAIN);
        document_cell(d, why, NULL, TONE_WATCH);
    }
    document_note(d, "%s", name);
    return d;
}

/* Every byte of the page that is not ours: does a tag or an attribute come out of a name? */
static void assert_no_markup(const char *html, const char *name)
{
    static const char *const evil[] = {"<script",  "<img",   "<svg",   "<a href=\"java", "<iframe",
                                       "<style>*", "<body ", "<input", "<foo",           "<ABC"};
    const char *body = strstr(html, "<body>");
    assert_non_null(body);
    for (size_t i = 0; i < G_N_ELEMENTS(evil); i++) {
        if (strstr(body, evil[i]))
            fail_msg("%s came through from: %s", evil[i], name);
    }
}

static int count_of(const char *text, const char *part)
{
    int n = 0;
    for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
        n++;
    return n;
}

static void html_escapes_the_five_and_forbidden_controls(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d =
        with_rows(arena, "<b>\"A\" & 'B'</b>\x01", "</td><script>alert(1)</script>", 1);
    g_autoptr(GString) html = g_string_new(NULL);
    render_html(d, html);
    assert_non_null(
        strstr(html->str, "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;\xef\xbf\xbd"));
    assert_null(strchr(html->str, '\x01'));
    assert_no_markup(html->str, "fixed");
}

static void html_links_only_web_addresses(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    document_table(d, "", columns, 1);
    document_cell(d, "x", "javascript:alert(1)", TONE_PLAIN);
    document_cell(d, "y", "/accounts/y\" onclick=\"z", TONE_PLAIN);
    g_autoptr(GString) html = g_string_new(NULL);
    render_html(d, html);
    assert_null(strstr(html->str, "javascript:"));
    assert_non_null(strstr(html->str, "href=\"/accounts/y&quot; onclick=&quot;z\""));
}

static json_t *slack_of(const struct document *d)
{
    g_autoptr(GString) out = g_string_new(NULL);
    json_error_t where;
    render_slack(d, "https://kenko.example/", out);
    json_t *root = json_loads(out->str, 0, &where);
    if (!root)
        fail_msg("not JSON: %s", where.text);
    return root;
}

static glong text_length(const json_t *text, glong max)
{
    const char *value = json_string_value(json_object_get(text, "text"));
    assert_non_null(value);
    glong n = g_utf8_strlen(value, -1);
    assert_in_range(n, 1, max);
    /* Only our own links hold < and >, and each is whole. */
    bool is_mrkdwn = strcmp(json_string_value(json_object_get(text, "type")), "mrkdwn") == 0;
    if (is_mrkdwn) {
        assert_int_equal(count_of(value, "<"), count_of(value, "<https://kenko.example/"));
        assert_int_equal(count_of(value, "<"), count_of(value, ">"));
        assert_true(!json_object_get(text, "verbatim") ||
                    json_is_true(json_object_get(text, "verbatim")));
    }
    for (const char *p = value; is_mrkdwn && (p = strchr(p, '&')); p++)
        assert_true(g_str_has_prefix(p, "&amp;") || g_str_has_prefix(p, "&lt;") ||
                    g_str_has_prefix(p, "&gt;"));
    return n;
}

/* The limits of Block Kit, in code points. Returns the characters of all blocks. */
static glong assert_slack_limits(const json_t *root)
{
    const char *text = json_string_value(json_object_get(root, "text"));
    const json_t *blocks = json_object_get(root, "blocks");
    glong total = 0;
    assert_non_null(text);
    assert_in_range(g_utf8_strlen(text, -1), 1, 4000);
    assert_in_range(json_array_size(blocks), 1, 50);
    for (size_t i = 0; i < json_array_size(blocks); i++) {
        const json_t *block = json_array_get(blocks, i);
        const char *type = json_string_value(json_object_get(block, "type"));
        if (strcmp(type, "header") == 0)
            total += text_length(json_object_get(block, "text"), 150);
        else if (strcmp(type, "section") == 0)
            total += text_length(json_object_get(block, "text"), 3000);
        else
            total += text_length(json_array_get(json_object_get(block, "elements"), 0), 3000);
    }
    assert_in_range(total, 1, 12000);
    return total;
}

static char *many(const char *part, int n)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; i < n; i++)
        g_string_append(out, part);
    return g_string_free(out, FALSE);
}

static void slack_keeps_its_limits_whatever_comes(void **state)
{
    static const char *const parts[] = {"x", "&", "<", "𠮷", "é", "<!channel> ", "a&b<c>d "};
    static const int lengths[] = {1, 149, 151, 599, 601, 3001};
    static const int rows[] = {0, 1, 20, 60};
    (void)state;
    for (size_t p = 0; p < G_N_ELEMENTS(parts); p++) {
        for (size_t l = 0; l < G_N_ELEMENTS(lengths); l++) {
            for (size_t r = 0; r < G_N_ELEMENTS(rows); r++) {
                g_autoptr(arena_t) arena = arena_new();
                g_autofree char *name = many(parts[p], lengths[l]);
                g_autoptr(document_t) d = with_rows(arena, name, name, rows[r]);
                json_t *root = slack_of(d);
                assert_slack_limits(root);
                json_decref(root);
            }
        }
    }
}

static void slack_says_how_many_rows_did_not_fit(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = with_rows(arena, "Acme", "runs fell", 100);
    json_t *root = slack_of(d);
    assert_slack_limits(root);
    const json_t *blocks = json_object_get(root, "blocks");
    const json_t *more = json_array_get(blocks, json_array_size(blocks) - 1);
    const char *text = json_string_value(
        json_object_get(json_array_get(json_object_get(more, "elements"), 0), "text"));
    /* 48 blocks: header, text, tile, 45 rows; 55 rows and the note are left. */
    assert_string_equal(text, "… +56 more, see <https://kenko.example/|the whole report>");
    json_decref(root);
}

static void slack_has_a_text_even_without_a_title(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = with_rows(arena, " ", " \n", 1);
    json_t *root = slack_of(d);
    assert_slack_limits(root);
    json_decref(root);
}

static void csv_cells_cannot_be_run_as_formulas(void **state)
{
    static const struct {
        const char *in, *out;
    } cases[] = {{"=1+1", "\"'=1+1\""},
                 {"@SUM(A1)", "\"'@SUM(A1)\""},
                 {"+cmd|' /C calc'!A0", "\"'+cmd|' /C calc'!A0\""},
                 {" =1", "\"' =1\""},
                 {"-2+3", "\"'-2+3\""},
                 {"-9.1 %", "-9.1 %"},
                 {"+12", "+12"},
                 {"=1", "\"'=1\""},
                 {"a\tb", "a b"},
                 {"say \"hi\", all", "\"say \"\"hi\"\", all\""},
                 {"plain", "plain"}};
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(arena_t) arena = arena_new();
        g_autoptr(document_t) d = document_new(arena, "t");
        g_autoptr(GString) out = g_string_new(NULL);
        g_autofree char *want = g_strdup_printf("Account\r\n%s\r\n", cases[i].out);
        document_table(d, "", columns, 1);
        document_cell(d, cases[i].in, NULL, TONE_PLAIN);
        render_csv(d, out);
        assert_string_equal(out->str, want);
    }
}

static void text_columns_stand_under_each_other_with_wide_characters(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    g_autoptr(GString) out = g_string_new(NULL);
    document_table(d, "", columns, 3);
    document_cell(d, "東芝", NULL, TONE_PLAIN);
    document_cell(d, "7", NULL, TONE_PLAIN);
    document_cell(d, "runs fell", NULL, TONE_PLAIN);
    document_cell(d, "Acme Inc", NULL, TONE_PLAIN);
    document_cell(d, "1,000", NULL, TONE_PLAIN);
    document_cell(d, "\x1b[2Jboo", NULL, TONE_PLAIN);
    render_text(d, out);
    assert_string_equal(out->str, "Account     ARR\n"
                                  "東芝          7\n    runs fell\n"
                                  "Acme Inc  1,000\n    \xef\xbf\xbd[2Jboo\n\n");
}

static void text_puts_long_reasons_under_their_row(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) d = document_new(arena, "t");
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree char *why = many("why ", 40);
    document_table(d, "", columns, 3);
    document_cell(d, "Acme", NULL, TONE_PLAIN);
    document_cell(d, "7", NULL, TONE_PLAIN);
    document_cell(d, why, NULL, TONE_PLAIN);
    render_text(d, out);
    assert_true(g_str_has_prefix(out->str, "Account  ARR\nAcme       7\n    why why"));
}

/* xmllint's HTML parser complains of tags it meets and cannot place; HTML5's own names it does not
 * know are left out. */
static void assert_parses(const char *html)
{
    g_autofree char *program = g_find_program_in_path("xmllint");
    g_autofree char *path = g_build_filename(warehouse_scratch(), "naughty.html", NULL);
    g_autofree char *errors = NULL;
    int status = 0;
    if (!program)
        return;
    assert_true(g_file_set_contents(path, html, -1, NULL));
    char html_mode[] = "--html", no_output[] = "--noout";
    char *argv[] = {program, html_mode, no_output, path, NULL};
    assert_true(g_spawn_sync(NULL, argv, NULL, 0, NULL, NULL, NULL, &errors, &status, NULL));
    g_auto(GStrv) lines = g_strsplit(errors, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (strstr(*line, "error : ") && !strstr(*line, "Tag main invalid") &&
            !strstr(*line, "Tag figure invalid"))
            fail_msg("%s", *line);
    }
}

static void naughty_names_come_out_escaped_everywhere(void **state)
{
    (void)state;
    const char *root = warehouse_test_data("naughty strings");
    if (!root)
        skip();
    g_autofree char *path = g_build_filename(root, "data", "conformance", "blns.json", NULL);
    json_t *all = json_load_file(path, 0, NULL);
    assert_true(json_array_size(all) > 400);
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(document_t) together = document_new(arena, "naughty");
    document_table(together, "", columns, 1);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const char *name = json_string_value(json_array_get(all, i));
        g_autoptr(document_t) d = with_rows(arena, name, name, 2);
        g_autoptr(GString) html = g_string_new(NULL), text = g_string_new(NULL),
                           csv = g_string_new(NULL);
        document_cell(together, name, NULL, TONE_PLAIN);
        render_html(d, html);
        assert_no_markup(html->str, name);
        render_text(d, text);
        for (const char *p = text->str; *p; p = g_utf8_next_char(p))
            assert_true(*p == '\n' || !g_unichar_iscntrl(g_utf8_get_char(p)));
        render_csv(d, csv);
        assert_int_equal(count_of(csv->str, "\"") % 2, 0);
        json_t *message = slack_of(d);
        assert_slack_limits(message);
        json_decref(message);
    }
    g_autoptr(GString) page = g_string_new(NULL);
    render_html(together, page);
    assert_true(g_utf8_validate(page->str, (gssize)page->len, NULL));
    assert_int_equal(count_of(page->str, "<td "), (int)json_array_size(all));
    assert_int_equal(count_of(page->str, "</td>"), (int)json_array_size(all));
    assert_parses(page->str);
    json_decref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_escapes_the_five_and_forbidden_controls),
        cmocka_unit_test(html_links_only_web_addresses),
        cmocka_unit_test(slack_keeps_its_limits_whatever_comes),
        cmocka_unit_test(slack_says_how_many_rows_did_not_fit),
        cmocka_unit_test(slack_has_a_text_even_without_a_title),
        cmocka_unit_test(csv_cells_cannot_be_run_as_formulas),
        cmocka_unit_test(text_columns_stand_under_each_other_with_wide_characters),
        cmocka_unit_test(text_puts_long_reasons_under_their_row),
        cmocka_unit_test(naughty_names_come_out_escaped_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
