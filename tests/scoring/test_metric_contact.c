/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Champions and admins: who is there, who left, who is active, as it was known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/zone.h"
#include "scoring/metric.h"
#include "support/sources.h"
#include "support/warehouse.h"

static const char sources[] =
    "sources:\n"
    "  - name: crm\n"
    "    streams:\n"
    "      - {stream: account, path: accounts.csv, fields: {party: id}}\n"
    "      - stream: contact\n"
    "        path: contacts*.csv\n"
    "        on_change: append\n"
    "        fields: {external_id: id, party: account, email: email, role: role, left_on: left,\n"
    "          changed_at: changed, deleted: deleted}\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: usage_metric\n"
    "        path: usage.csv\n"
    "        party_source: crm\n"
    "        fields: {party: account, at: day, subject: user}\n"
    "        values: [{metric: by_user, field: actions}]\n";

static const char metrics[] =
    "usage:\n"
    "  - {name: by_user, combine: sum, by: user}\n"
    "metrics:\n"
    "  - {name: admins, kind: contacts, role: admin}\n"
    "  - {name: admins_left, kind: contacts_left, role: admin, days: 14}\n"
    "  - {name: admins_active, kind: contacts_active, role: admin, usage: by_user, days: 14}\n"
    "  - {name: silent, kind: contact_silent_days, role: champion, usage: by_user, days: 30}\n"
    "  - {name: people, kind: contacts}\n"
    "  - {name: top, kind: top_subject_share, usage: by_user, days: 14}\n";

#define CONTACTS "id,account,email,role,left,changed,deleted\n"

/* a: two admins, of whom u2 leaves on the 20th, and a champion that usage knows by mail, silent
 * since the 10th; b: a champion who left; c: a user without a role that is asked for; d: nobody. */
static const char *company(void)
{
    const char *dir = sources_directory(sources);
    sources_write(dir, "metrics.yaml", metrics);
    sources_write(dir, "accounts.csv", "id\na\nb\nc\nd\n");
    sources_write(dir, "contacts.csv",
                  CONTACTS "u1,a,,admin,,2026-01-01,\nu2,a,,admin,,2026-01-01,\n"
                           "k9,a,mori@example.com,champion,,2026-01-01,\n"
                           "u5,b,,champion,2026-05-02,2026-05-02,\nu6,c,,user,,2026-01-01,\n"
                           "u2,a,,admin,2026-05-20,2026-05-20T03:00:00Z,\n");
    g_autoptr(GString) text = g_string_new("account,day,user,actions\n");
    for (int d = 1; d <= 31; d++) {
        g_string_append_printf(text, "a,2026-05-%02d,u1,6\n", d);
        g_string_append_printf(text, "a,2026-05-%02d,mori@example.com,%d\n", d, d <= 10 ? 2 : 0);
        if (d < 20)
            g_string_append_printf(text, "a,2026-05-%02d,u2,2\n", d);
        g_string_append_printf(text, "b,2026-05-%02d,u7,1\nc,2026-05-%02d,u6,1\n", d, d);
    }
    sources_write(dir, "usage.csv", text->str);
    return dir;
}

struct wanted {
    const char *account, *metric, *shown;
};

static bool on_frame(void *context, const struct metric_frame *f, GError **err)
{
    struct wanted *w = context;
    size_t a = 0;
    (void)err;
    while (a < f->n_accounts && strcmp(f->account_key[a], w->account) != 0)
        a++;
    assert_true(a < f->n_accounts);
    size_t at = (size_t)(uintptr_t)w->shown * f->n_accounts + a;
    w->shown = f->quality[at] == METRIC_OK
                   ? g_strdup_printf("%g", f->value[at])
                   : g_strdup(metric_quality_name((enum metric_quality)f->quality[at]));
    return true;
}

static void expect(struct db *db, const char *dir, const char *day, const char *account,
                   const char *metric, const char *want)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(zone_t) zone = zone_open("Asia/Tokyo", &err);
    g_autoptr(config_t) config = config_open(dir, &err);
    const struct metric_set *set = config ? metric_set_load(arena, config, &err) : NULL;
    int32_t as_of;
    assert_true(day_parse(slice_of(day), &as_of, NULL));
    if (!set)
        fail_msg("%s", err->message);
    struct wanted w = {account, metric, (const char *)(uintptr_t)metric_index(set, metric)};
    if (!db_begin_snapshot(db, &err) ||
        !metric_compute(db, set, zone, &as_of, 1, INT64_MAX, on_frame, &w, &err))
        fail_msg("%s", err->message);
    db_rollback(db);
    g_autofree char *have = (char *)(uintptr_t)w.shown;
    if (strcmp(have, want) != 0)
        fail_msg("%s of %s on %s is %s, want %s", metric, account, day, have, want);
}

static void who_left_is_no_longer_there(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    expect(db, dir, "2026-05-20", "a", "admins", "2");
    expect(db, dir, "2026-05-20", "a", "admins_left", "0");
    expect(db, dir, "2026-05-21", "a", "admins", "1");
    expect(db, dir, "2026-05-21", "a", "admins_left", "1");
    expect(db, dir, "2026-05-31", "a", "admins_left", "1");
    expect(db, dir, "2026-06-04", "a", "admins_left", "0"); /* two weeks are over */
    expect(db, dir, "2026-05-31", "a", "people", "2");
    expect(db, dir, "2026-05-31", "d", "people", "0");
}

static void admins_are_active_by_what_their_user_did(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    expect(db, dir, "2026-05-20", "a", "admins_active", "2");
    expect(db, dir, "2026-05-31", "a", "admins_active", "1");
    expect(db, dir, "2026-06-20", "a", "admins_active", "0");
    expect(db, dir, "2026-05-31", "b", "admins_active", "no_data"); /* never had one */
    expect(db, dir, "2026-05-31", "a", "top", "0.933333");          /* u1: 84 of 90 */
}

static void a_champion_is_silent_since_the_last_day_or_gone_for_the_whole_window(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_ingest(db, dir, NULL);
    expect(db, dir, "2026-05-11", "a", "silent", "1");
    expect(db, dir, "2026-05-31", "a", "silent", "21");
    expect(db, dir, "2026-06-20", "a", "silent", "30"); /* longer is not looked at */
    expect(db, dir, "2026-05-31", "b", "silent", "30"); /* gone */
    expect(db, dir, "2026-05-31", "c", "silent", "no_data");
    expect(db, dir, "2026-05-31", "d", "silent", "no_data");
    sources_write(dir, "contacts-2.csv",
                  CONTACTS "k9,a,,champion,,2026-05-29,true\n"
                           "u1,a,,champion,,2026-05-29,\n");
    sources_ingest(db, dir, NULL);
    expect(db, dir, "2026-05-31", "a", "silent", "1"); /* another took over */
    expect(db, dir, "2026-05-29", "a", "silent", "19");
}

static void contacts_that_usage_does_not_know_say_nothing(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = company();
    sources_write(dir, "contacts.csv", CONTACTS "p1,a,,admin,,2026-01-01,\n");
    sources_ingest(db, dir, NULL);
    expect(db, dir, "2026-05-31", "a", "admins", "1");
    expect(db, dir, "2026-05-31", "a", "admins_active", "no_data");
}

static void refuse(const char *entry, const char *want)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    const char *dir = company();
    g_autofree char *text = g_strdup_printf("metrics:\n  - {name: x, %s}\n", entry);
    sources_write(dir, "metrics.yaml", text);
    g_autoptr(config_t) config = config_open(dir, &err);
    assert_non_null(config);
    assert_null(metric_set_load(arena, config, &err));
    if (!strstr(err->message, want))
        fail_msg("%s", err->message);
}

static void keys_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    refuse("kind: contacts_active, role: admin", "want usage");
    refuse("kind: contacts, usage: by_user", "contacts and contacts_left read no usage");
    refuse("kind: arr, role: admin", "role belongs to kinds over contacts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_left_is_no_longer_there),
        cmocka_unit_test(admins_are_active_by_what_their_user_did),
        cmocka_unit_test(a_champion_is_silent_since_the_last_day_or_gone_for_the_whole_window),
        cmocka_unit_test(contacts_that_usage_does_not_know_say_nothing),
        cmocka_unit_test(keys_that_mean_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
