/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/alerted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "scoring/change.h"
#include "support/scored.h"
#include "support/sources.h"
#include "support/warehouse.h"

const char alerted_rule[] = "alerts:\n"
                            "  - name: red\n"
                            "    label: Turned red\n"
                            "    label_ja: 赤\n"
                            "    when: {band: {to: [Red]}}\n"
                            "    cool_down: 3\n"
                            "    sentence: '{account} is {band} at {health}'\n"
                            "    sentence_ja: '{account} は{band}、{health}'\n";
const char alerted_files[] = "reports:\n  base_url: https://kenko.example\n  channels:\n"
                             "    - {name: cs, type: file, path: 'out/{period}.json'}\n";

static const char *const none[] = {NULL};
const struct alert_declared alerted_nothing = {none, none};

struct db *alerted_stage(void)
{
    struct db *db = warehouse_open();
    scored_accounts(db, 12);
    warehouse_sql(db, "UPDATE ops.setting SET value = 'USD' WHERE name = 'currency'");
    return db;
}

void alerted_publish(struct db *db, const char *day, const char *reds)
{
    scored_publish(db, day);
    g_autofree char *sql = g_strdup_printf(
        "UPDATE score.account_score SET band = 'Green', effective_bp = 9000 WHERE as_of = '%s' AND "
        "band <> 'Unknown'; UPDATE score.account_score AS s SET band = 'Red', effective_bp = 2000 "
        "FROM identity.account AS a WHERE a.account_id = s.account_id AND s.as_of = '%s' AND a.key "
        "= ANY ('{%s}'::text[])",
        day, day, reds);
    warehouse_sql(db, sql);
}

const char *alerted_directory(const char *kenko, const char *alerts)
{
    const char *dir = sources_directory(kenko);
    sources_write(dir, "alerts.yaml", alerts);
    sources_write(dir, "metrics.yaml", "usage: []\nmetrics:\n  - {name: arr, kind: arr}\n");
    return dir;
}

void alerted_check(struct db *db, const char *dir, alert_item_fn each, void *context,
                   struct alert_counts *counts)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(config_t) config = config_open(dir, &err);
    struct report_config reports;
    struct alert_set set;
    struct alert_counts own;
    struct outbox_result sent;
    if (!config || !report_config_load(config, change_split, &reports, &err) ||
        !alert_load(arena, config, &reports, &alerted_nothing, &set, &err) || !db_begin(db, &err) ||
        !alert_check(db, &reports, &set, each, context, counts ? counts : &own, &err) ||
        !db_commit(db, &err) || !outbox_send(db, config, &reports, &sent, &err))
        fail_msg("%s", err->message);
}
