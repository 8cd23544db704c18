/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A shadow scorecard is scored beside the one that speaks, is stored like it and seen by nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/company.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char shadows[] =
    "SELECT concat_ws(' ', s.health_bp, s.band, c.name) FROM score.account_score AS s JOIN "
    "score.scorecard AS c ON c.scorecard_id = s.scorecard_id JOIN identity.account AS a ON "
    "a.account_id = s.account_id WHERE s.role = 'shadow' AND a.key = 'a' AND s.until_run_id = "
    "9223372036854775807";

static void a_shadow_stands_beside_and_leaves_what_speaks_alone(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company_directory();
    sources_ingest(db, dir, NULL);
    struct score_summary before = company_score(db, dir, "2026-06-01", -1, true);
    g_autoptr(GString) card = g_string_new(company_card);
    g_string_replace(card, "name: default", "name: harder", 1);
    g_string_replace(card, "weight: 40", "weight: 140", 1);
    sources_write(dir, "scorecards/harder.yaml", card->str);
    sources_append(dir, "kenko.yaml", "score: {shadow: harder}\n");
    struct score_summary beside = company_score(db, dir, "2026-06-01", -1, true);
    assert_string_equal(beside.output_sha256, before.output_sha256);
    /* (60 * 93.33 + 140 * 20) / 200 */
    sources_expect(db, shadows, "4200 Yellow harder");
    sources_expect(db,
                   "SELECT count(*) FROM score.account_published AS s JOIN score.scorecard AS c ON "
                   "c.scorecard_id = s.scorecard_id WHERE c.name = 'harder'",
                   "0");
    /* Again: nothing differs, so nothing is stored. */
    assert_int_equal(company_score(db, dir, "2026-06-01", -1, true).stored, 0);
    sources_expect(db, "SELECT count(*) FROM score.account_score WHERE role = 'shadow'", "3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_shadow_stands_beside_and_leaves_what_speaks_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
