/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weekly report as a browser shows and prints it; skipped without chromium. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/publish.h"
#include "scoring/change.h"
#include "support/scored.h"
#include "support/warehouse.h"

static const struct report_config config = {.top = 200,
                                            .base_url = "https://kenko.example",
                                            .currency = "USD",
                                            .organisation = "Kumo",
                                            .directory = "/nonexistent",
                                            .split = change_split};

/* The program's standard output, or NULL after saying why the test is skipped. */
static char *chromium(const char *option, const char *page)
{
    g_autofree char *program = g_find_program_in_path("chromium");
    g_autofree char *profile = g_strdup_printf("--user-data-dir=%s/profile", warehouse_scratch());
    g_autofree char *address = g_strdup_printf("file://%s", page);
    if (!program) {
        print_message("skipped: chromium is not installed\n");
        return NULL;
    }
    const char *argv[] = {"timeout",
                          "90",
                          program,
                          "--headless",
                          "--no-sandbox",
                          "--disable-gpu",
                          "--hide-scrollbars",
                          "--no-pdf-header-footer",
                          "--virtual-time-budget=2000",
                          profile,
                          option,
                          address,
                          NULL};
    char *out = NULL;
    int status = -1;
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, &out, NULL,
                      &status, NULL) ||
        status != 0)
        fail_msg("chromium %s ended with %d", option, status);
    return out;
}

static char *write_page(const char *name, const char *html)
{
    char *path = g_build_filename(warehouse_scratch(), name, NULL);
    assert_true(g_file_set_contents(path, html, -1, NULL));
    return path;
}

/* Three hundred customers, two weeks, names that no line can break at a space. */
static GString *weekly(void)
{
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    GString *out = g_string_new(NULL);
    scored_accounts(db, 300);
    scored_account(db, "long",
                   "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter"
                   "beamtengesellschaftsvorstandsvorsitzender",
                   NULL);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    if (!publish_render(db, &config, "weekly", NULL, REPORT_NEWEST, PUBLISH_HTML, out, &err))
        fail_msg("%s", err->message);
    return out;
}

static void six_hundred_rows_print_on_a_handful_of_pages(void **state)
{
    (void)state;
    g_autoptr(GString) html = weekly();
    assert_non_null(strstr(html->str, "188 more rows are not printed: https://kenko.example"));
    g_autofree char *page = write_page("weekly.html", html->str);
    g_autofree char *pdf = g_build_filename(warehouse_scratch(), "weekly.pdf", NULL);
    g_autofree char *option = g_strdup_printf("--print-to-pdf=%s", pdf);
    g_autofree char *out = chromium(option, page), *bytes = NULL;
    if (!out)
        skip();
    size_t n = 0;
    int pages = 0;
    assert_true(g_file_get_contents(pdf, &bytes, &n, NULL));
    for (const char *p = bytes; (p = memmem(p, n - (size_t)(p - bytes), "/Type /Page\n", 12)); p++)
        pages++;
    assert_in_range(pages, 2, 7);
}

/* Names what sticks out, so that a failure says where to look. */
static const char probe[] =
    "<script>addEventListener('load',()=>{const w=document.documentElement.clientWidth,o=[];"
    "for(const e of document.querySelectorAll('body *'))"
    "if(!e.closest('thead,svg')&&e.getBoundingClientRect().right>w+1)o.push(e.tagName+' '+"
    "e.className);parent.postMessage(document.documentElement.scrollWidth+' of '+w+' '+o,'*')})"
    "</script>";

static void no_page_scrolls_sideways_on_a_phone(void **state)
{
    static const char frame[] =
        "<body><p id=said></p><script>onmessage=e=>{said.textContent='width '+e.data}</script>"
        "<iframe src='probed.html' width='390' height='844' style='border:0'></iframe>";
    (void)state;
    g_autoptr(GString) html = weekly();
    g_string_append(html, probe);
    g_free(write_page("probed.html", html->str));
    g_autofree char *page = write_page("frame.html", frame);
    g_autofree char *dom = chromium("--dump-dom", page);
    if (!dom)
        skip();
    if (!strstr(dom, ">width 390 of 390 </p>"))
        fail_msg("%.300s", dom);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(six_hundred_rows_print_on_a_handful_of_pages),
        cmocka_unit_test(no_page_scrolls_sideways_on_a_phone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
