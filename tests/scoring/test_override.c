/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's word binds the effective health while it holds and is known, and never the computed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/day.h"
#include "ingest/load.h"
#include "ingest/override.h"
#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static int64_t say(struct db *db, const char *kind, int value_bp, const char *from,
                   const char *until)
{
    g_autoptr(GError) err = NULL;
    struct override o = {.account_key = "a",
                         .kind = kind,
                         .value_bp = value_bp,
                         .reason = "notice given",
                         .author = "mori"};
    int64_t load_id = 0;
    if (!day_parse(slice_of(from), &o.valid_from, &err) ||
        !day_parse(slice_of(until), &o.expires_on, &err) || !override_put(db, &o, &load_id, &err))
        fail_msg("%s", err->message);
    return load_id;
}

static const char shown[] =
    "SELECT concat_ws(' ', s.health_bp, s.effective_bp, s.raw_band, s.override_note) FROM "
    "score.account_published AS s JOIN identity.account AS a ON a.account_id = s.account_id WHERE "
    "a.key = 'a' ORDER BY s.as_of DESC LIMIT 1";

static void the_last_word_binds_until_it_expires_or_is_taken_back(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, shown, "6400 6400 Yellow");
    say(db, "floor", 9000, "2026-06-01", "2026-06-10");
    int64_t load = say(db, "set", 2000, "2026-06-01", "2026-06-03");
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, shown, "6400 2000 Red set: 20.00 by mori until 2026-06-03: notice given");
    /* Known then, nobody had said anything. */
    struct score_summary then = company_score(db, dir, "2026-06-01", before.known_no, true);
    assert_string_equal(then.output_sha256, before.output_sha256);
    assert_string_equal(then.input_sha256, before.input_sha256);
    assert_true(load_undo(db, load, "test", &err));
    company_score(db, dir, "2026-06-01", -1, true);
    sources_expect(db, shown,
                   "6400 9000 Green floor: 90.00 by mori until 2026-06-10: notice given");
    say(db, "cap", 3000, "2026-06-01", "2026-06-02");
    company_score(db, dir, "2026-06-02", -1, true);
    sources_expect(db,
                   "SELECT effective_bp > 3000 FROM score.account_published AS s JOIN "
                   "identity.account AS a ON a.account_id = s.account_id WHERE a.key = 'a' AND "
                   "s.as_of = '2026-06-02'",
                   "t");
}

static void a_word_wants_a_reason_and_an_end(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    int64_t load;
    struct override o = {"a", "set", 10, "", "mori", 10, 20};
    assert_false(override_put(db, &o, &load, &err));
    assert_non_null(strstr(err->message, "wants a reason"));
    g_clear_error(&err);
    o.reason = "why";
    o.expires_on = 10;
    assert_false(override_put(db, &o, &load, &err));
    assert_non_null(strstr(err->message, "want a day after"));
    g_clear_error(&err);
    o.expires_on = 20;
    assert_false(override_put(db, &o, &load, &err));
    assert_true(err_is(err, KENKO_ERROR_NOT_FOUND));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_word_binds_until_it_expires_or_is_taken_back),
        cmocka_unit_test(a_word_wants_a_reason_and_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
