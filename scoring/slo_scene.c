/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo_scene.h"

#include <string.h>

#include "scoring/known.h"
#include "scoring/slo_internal.h"
#include "sql/scoring.h"

/* Usage before the kept is gone: a window over it would count it as nothing. */
static bool check_kept(const struct slo_scene *scene, struct db *db, int32_t first, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_usage_kept_row row;
    bool found;
    char day[DAY_TEXT_SIZE];
    if (scene->set->n_usage == 0)
        return true;
    if (!q_usage_kept(arena, db, &row, &found, err))
        return false;
    return !found || first >= zone_day(scene->zone, row.kept_from) ||
           err_set(
               err, KENKO_ERROR_CONFLICT,
               "usage before %s was dropped by retention, and a window of slo.yaml reaches back "
               "to it",
               day_format(zone_day(scene->zone, row.kept_from), day));
}

static bool read_facts(struct slo_scene *scene, struct db *db, int64_t from, int64_t t,
                       GError **err)
{
    const struct slo_set *set = scene->set;
    int64_t first = MIN(from, t - set->reach_days * DAY_US);
    struct facts_wish *wish = arena_one(scene->arena, struct facts_wish);
    *wish = (struct facts_wish){.n_usage = set->n_usage,
                                .usage = set->usage,
                                .by_subject = arena_many(scene->arena, set->n_usage + 1, bool),
                                .from_day = zone_day(scene->zone, first),
                                .to_day = zone_day(scene->zone, t - 1) + 1,
                                .currency = scene->currency,
                                .runs = true};
    wish->runs_from_day = wish->from_day;
    if (!check_kept(scene, db, zone_day(scene->zone, from), err) ||
        !(scene->facts = facts_load(db, scene->zone, wish, scene->known_no, err)))
        return false;
    scene->lens =
        slo_lens_new(scene->arena, set, scene->facts, scene->zone, set->usage, set->n_usage, err);
    if (!scene->lens)
        return false;
    slo_lens_at(scene->lens, first, t);
    return true;
}

static bool open_scene(struct slo_scene *scene, struct db *db, struct config *config,
                       int64_t known_no, int64_t from, int64_t t, GError **err)
{
    struct known known;
    scene->set = slo_set_load(scene->arena, config, err);
    if (!scene->set)
        return false;
    if (scene->set->n == 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "no service level is declared: write slo.yaml beside kenko.yaml");
    scene->currency = config_currency(config);
    scene->zone = zone_open(config_time_zone(config), err);
    if (!scene->zone || !known_ask(db, known_no, &known, err))
        return false;
    scene->known_no = known.commit_no;
    if (!db_begin_snapshot(db, err))
        return false;
    bool ok = read_facts(scene, db, from, t, err);
    db_rollback(db);
    return ok;
}

bool slo_scene_open(struct slo_scene *scene, struct db *db, struct config *config, int64_t known_no,
                    int64_t from, int64_t t, GError **err)
{
    *scene = (struct slo_scene){.arena = arena_new()};
    if (open_scene(scene, db, config, known_no, from, t, err))
        return true;
    slo_scene_close(scene);
    return false;
}

void slo_scene_close(struct slo_scene *scene)
{
    facts_free(scene->facts);
    if (scene->zone)
        zone_close(scene->zone);
    arena_free(scene->arena);
    *scene = (struct slo_scene){0};
}

bool slo_scene_account(const struct slo_scene *scene, const char *key, size_t *out, GError **err)
{
    const char *const *keys = facts_account_keys(scene->facts);
    for (size_t a = 0; a < facts_accounts(scene->facts); a++) {
        if (strcmp(keys[a], key) == 0) {
            *out = a;
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_NOT_FOUND, "there is no account '%s'", key);
}
