/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/target.h"

static void an_address_is_judged_by_where_it_leads(void **state)
{
    static const struct {
        const char *address;
        enum target_reach reach;
    } cases[] = {{"203.0.113.7", TARGET_PUBLIC},
                 {"127.0.0.1", TARGET_PRIVATE},
                 {"10.1.2.3", TARGET_PRIVATE},
                 {"172.31.0.1", TARGET_PRIVATE},
                 {"172.32.0.1", TARGET_PUBLIC},
                 {"192.168.1.1", TARGET_PRIVATE},
                 {"100.64.0.1", TARGET_PRIVATE},
                 {"169.254.169.254", TARGET_FORBIDDEN},
                 {"0.0.0.0", TARGET_FORBIDDEN},
                 {"224.0.0.1", TARGET_FORBIDDEN},
                 {"255.255.255.255", TARGET_FORBIDDEN},
                 {"::1", TARGET_PRIVATE},
                 {"fd00::1", TARGET_PRIVATE},
                 {"fe80::1", TARGET_FORBIDDEN},
                 {"ff02::1", TARGET_FORBIDDEN},
                 {"::", TARGET_FORBIDDEN},
                 {"::ffff:10.0.0.1", TARGET_PRIVATE},
                 {"::ffff:169.254.169.254", TARGET_FORBIDDEN},
                 {"64:ff9b::a9fe:a9fe", TARGET_FORBIDDEN},
                 {"2002:a9fe:a9fe::", TARGET_FORBIDDEN},
                 {"2001:db8::1", TARGET_PUBLIC},
                 {"a name", TARGET_FORBIDDEN},
                 {"", TARGET_FORBIDDEN}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (target_reach_of(cases[i].address) != cases[i].reach)
            fail_msg("%s", cases[i].address);
    }
}

static void expect_pinned(const char *dsn, bool allow_private, const char *want)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *pinned = NULL;
    if (!target_pin(dsn, allow_private, &pinned, &err))
        fail_msg("%s: %s", dsn, err->message);
    if (!strstr(pinned, want))
        assert_string_equal(pinned, want);
}

static void expect_refused(const char *dsn, bool allow_private, enum kenko_error kind,
                           const char *message)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *pinned = NULL;
    if (target_pin(dsn, allow_private, &pinned, &err))
        fail_msg("%s was taken as %s", dsn, pinned);
    assert_string_equal(err->message, message);
    assert_true(err_is(err, kind));
    assert_null(pinned);
}

static void what_was_looked_at_is_what_is_connected_to(void **state)
{
    (void)state;
    expect_pinned("host=203.0.113.7 dbname=app", false,
                  "dbname='app' host='203.0.113.7' hostaddr='203.0.113.7' port=''");
    expect_pinned("postgresql://u@203.0.113.7:5433/app", false,
                  "host='203.0.113.7' hostaddr='203.0.113.7' port='5433'");
    expect_pinned("hostaddr=203.0.113.7 host=db.example", false,
                  "host='db.example' hostaddr='203.0.113.7'");
    expect_pinned("host=/run/pg dbname=app", false, "host='/run/pg' hostaddr='' port=''");
    expect_pinned("host=/run/pg,203.0.113.7 port=1,2", false,
                  "host='/run/pg,203.0.113.7' hostaddr=',203.0.113.7' port='1,2'");
    expect_pinned("host=127.0.0.1 password='it\\'s' user='a\\'b\\\\c'", true, "user='a\\'b\\\\c'");
    /* However many addresses the name has here, each is of this machine and fixed. */
    expect_pinned("host=localhost port=5432", true, "host='localhost");
}

static void what_leads_inside_must_be_allowed(void **state)
{
    (void)state;
    expect_refused("host=127.0.0.1", false, KENKO_ERROR_DENIED,
                   "127.0.0.1 leads to the private address 127.0.0.1; say allow_private: true if "
                   "it is meant");
    expect_refused("host=db hostaddr=10.0.0.1", false, KENKO_ERROR_DENIED,
                   "db leads to the private address 10.0.0.1; say allow_private: true if it is "
                   "meant");
    expect_refused("host=203.0.113.7,169.254.169.254", true, KENKO_ERROR_DENIED,
                   "169.254.169.254 leads to 169.254.169.254, which is never connected to");
    expect_refused("host=0x7f000001 dbname=app", false, KENKO_ERROR_DENIED,
                   "0x7f000001 leads to the private address 127.0.0.1; say allow_private: true if "
                   "it is meant");
    expect_refused("dbname=app", true, KENKO_ERROR_CONFIG,
                   "want a host, by name, address or socket");
    expect_refused("host=203.0.113.7, dbname=app", true, KENKO_ERROR_CONFIG,
                   "want a host, by name, address or socket");
    expect_refused("service=app", true, KENKO_ERROR_CONFIG,
                   "service is not taken, want host and dbname");
    expect_refused("host=203.0.113.7 port=1,2,3", true, KENKO_ERROR_CONFIG,
                   "host, hostaddr and port differ in length");
    expect_refused("pasword=secret", true, KENKO_ERROR_CONFIG,
                   "not a connection string of PostgreSQL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_judged_by_where_it_leads),
        cmocka_unit_test(what_was_looked_at_is_what_is_connected_to),
        cmocka_unit_test(what_leads_inside_must_be_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
