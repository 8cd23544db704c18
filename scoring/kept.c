/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/kept.h"

#include <string.h>

#include "scoring/indicator.h"
#include "scoring/score_config.h"
#include "scoring/slo.h"
#include "sql/scoring.h"

#define KENKO_FILE "kenko.yaml"
#define METRIC_FILE "metrics.yaml"

enum { FILES_MAX = 8 };

struct keeping {
    struct arena *arena;
    struct db *db;
    int64_t known_no;
    int64_t id[FILES_MAX];
    size_t n;
    GChecksum *sum;
};

static bool put(struct keeping *k, const char *kind, const char *name, const char *body,
                GError **err)
{
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, body, -1);
    struct q_config_find_row row;
    if (!q_config_put(k->db, kind, name, sha, body, k->known_no, NULL, err) ||
        !q_config_find(k->arena, k->db, kind, name, sha, &row, err))
        return false;
    g_checksum_update(k->sum, (const guchar *)name, (gssize)strlen(name) + 1);
    g_checksum_update(k->sum, (const guchar *)sha, -1);
    k->id[k->n++] = row.config_id;
    return true;
}

/* What scoring reads beside kenko.yaml and scorecards. */
static const char *const files[][2] = {
    {"metrics", METRIC_FILE}, {"slo", SLO_FILE}, {"indicators", INDICATOR_FILE}};

bool kept_pin(struct config *config, GError **err)
{
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (!config_has_file(config, files[i][1]))
            continue;
        const char *text = config_file_text(config, files[i][1], err);
        if (!text)
            return false;
        config_replace_text(config, files[i][1], text);
    }
    return true;
}

/* What metrics, scorecards, service levels and the band's history read of kenko.yaml. */
static const char *const keys[] = {"organisation", "time_zone", "currency", "churn",
                                   "score",        "calendar",  NULL};

static bool put_files(struct keeping *k, struct config *config, GError **err)
{
    g_autofree char *kenko = config_extract(config, keys);
    if (!put(k, "kenko", KENKO_FILE, kenko, err))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (!config_has_file(config, files[i][1]))
            continue;
        const char *text = config_file_text(config, files[i][1], err);
        if (!text || !put(k, files[i][0], files[i][1], text, err))
            return false;
    }
    return true;
}

bool kept_put(struct arena *arena, struct db *db, struct config *config,
              const struct kept_card *cards, size_t n_cards, int64_t known_no,
              struct db_bigints *ids, char sha256[65], GError **err)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    struct keeping k = {.arena = arena, .db = db, .known_no = known_no, .sum = sum};
    if (!put_files(&k, config, err))
        return false;
    for (size_t i = 0; i < n_cards; i++) {
        g_autofree char *name = g_strdup_printf("scorecards/%s.yaml", cards[i].name);
        if (!put(&k, "scorecard", name, cards[i].text, err))
            return false;
    }
    int64_t *id = arena_many(arena, k.n, int64_t);
    *ids = (struct db_bigints){k.n, memcpy(id, k.id, k.n * sizeof *id), NULL};
    g_strlcpy(sha256, g_checksum_get_string(sum), 65);
    return true;
}

static bool same_file(struct config *x, struct config *y, const char *name)
{
    const char *a = config_has_file(x, name) ? config_file_text(x, name, NULL) : NULL;
    const char *b = config_has_file(y, name) ? config_file_text(y, name, NULL) : NULL;
    return g_strcmp0(a, b) == 0;
}

bool kept_equals(struct config *then, struct config *now, const char *card)
{
    struct score_config settings;
    g_autofree char *kenko = config_extract(now, keys), *kept = config_extract(then, keys);
    g_autofree char *file = g_strdup_printf("scorecards/%s.yaml", card);
    if (strcmp(kenko, kept) != 0 || !score_config_load(now, &settings, NULL) ||
        strcmp(settings.scorecard, card) != 0 || !same_file(then, now, file))
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        if (!same_file(then, now, files[i][1]))
            return false;
    }
    return true;
}

static const char *text_of(const struct q_config_of_run_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->row[i].name, name) == 0)
            return rows->row[i].body;
    }
    return NULL;
}

struct config *kept_open(struct db *db, int64_t run_id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_config_of_run_rows rows;
    if (!q_config_of_run(arena, db, run_id, &rows, err))
        return NULL;
    const char *kenko = text_of(&rows, KENKO_FILE);
    if (!kenko) {
        err_set(err, KENKO_ERROR_CONFLICT,
                "run %" G_GINT64_FORMAT " is from before its configuration was kept", run_id);
        return NULL;
    }
    struct config *config = config_open_text(kenko, err);
    for (size_t i = 0; config && i < rows.n; i++)
        config_replace_text(config, rows.row[i].name, rows.row[i].body);
    return config;
}
