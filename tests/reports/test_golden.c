/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Documents compared byte for byte with tests/golden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/publish.h"
#include "scoring/change.h"
#include "support/golden.h"
#include "support/scored.h"
#include "support/warehouse.h"

static struct db *db;

/* Charts are left out: they are gnuplot's, and have tests of their own. */
static int open_fixture(void **state)
{
    g_autofree char *path = golden_path("fixture.sql"), *sql = NULL;
    (void)state;
    db = warehouse_open();
    scored_accounts(db, 12);
    scored_publish(db, "2026-11-16");
    scored_publish(db, "2026-11-23");
    if (!g_file_get_contents(path, &sql, NULL, NULL))
        fail_msg("%s cannot be read", path);
    warehouse_sql(db, sql);
    g_setenv("PATH", "/nonexistent", TRUE);
    return 0;
}

static int close_fixture(void **state)
{
    (void)state;
    db_close(db);
    return 0;
}

static void compare(const char *report, const char *key, const char *suffix,
                    enum publish_format format, enum language language)
{
    const struct report_config config = {.top = 20,
                                         .base_url = "https://kenko.example",
                                         .currency = "USD",
                                         .organisation = "Kumo",
                                         .directory = "/nonexistent",
                                         .language = language,
                                         .split = change_split};
    g_autofree char *name = g_strdup_printf("%s%s%s.%s%s", report, key ? "-" : "", key ? key : "",
                                            language == LANGUAGE_JA ? "ja." : "", suffix);
    g_autoptr(GString) made = g_string_new(NULL);
    g_autoptr(GError) err = NULL;
    if (!publish_render(db, &config, report, key, REPORT_NEWEST, format, made, &err))
        fail_msg("%s: %s", name, err->message);
    golden_is(name, made->str);
}

static void the_weekly_report_is_as_kept(void **state)
{
    (void)state;
    compare("weekly", NULL, "html", PUBLISH_HTML, LANGUAGE_EN);
    compare("weekly", NULL, "txt", PUBLISH_TEXT, LANGUAGE_EN);
    compare("weekly", NULL, "csv", PUBLISH_CSV, LANGUAGE_EN);
    compare("weekly", NULL, "txt", PUBLISH_TEXT, LANGUAGE_JA);
}

static void the_digest_is_as_kept(void **state)
{
    (void)state;
    compare("digest", NULL, "txt", PUBLISH_TEXT, LANGUAGE_EN);
    compare("digest", NULL, "json", PUBLISH_SLACK, LANGUAGE_EN);
    compare("digest", NULL, "txt", PUBLISH_TEXT, LANGUAGE_JA);
    /* In the owner's language, whatever the organisation's is. */
    compare("digest", "a.sato@example.com", "json", PUBLISH_SLACK, LANGUAGE_EN);
    compare("digest", "b.lind@example.com", "txt", PUBLISH_TEXT, LANGUAGE_EN);
}

static void accounts_pages_are_as_kept(void **state)
{
    static const char *const keys[] = {"a0001", "a0002", "a0003", "a0008"};
    (void)state;
    compare("brief", "a0006", "html", PUBLISH_HTML, LANGUAGE_EN);
    compare("brief", "a0006", "txt", PUBLISH_TEXT, LANGUAGE_JA);
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
        compare("brief", keys[i], "txt", PUBLISH_TEXT, LANGUAGE_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_weekly_report_is_as_kept),
        cmocka_unit_test(the_digest_is_as_kept),
        cmocka_unit_test(accounts_pages_are_as_kept),
    };
    return cmocka_run_group_tests(tests, open_fixture, close_fixture);
}
