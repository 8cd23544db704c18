/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section schedule of kenko.yaml. */
#include <string.h>

#include "core/schedule.h"
#include "core/text.h"

enum { RETRIES = 5, RETRIES_MAX = 100, PAUSE_S = 30 };

struct entry_config {
    char *job, *every, *on, *at, *pause;
    int *retries;
    bool serve;
};

struct section {
    struct entry_config *entry;
    uint32_t entry_count;
};

#define OPTIONAL_TEXT(key)                                                                         \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct entry_config,    \
                           key, 1, 500)

static const cyaml_schema_field_t entry_fields[] = {
    OPTIONAL_TEXT(job),
    OPTIONAL_TEXT(every),
    OPTIONAL_TEXT(on),
    OPTIONAL_TEXT(at),
    OPTIONAL_TEXT(pause),
    CYAML_FIELD_INT_PTR("retries", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct entry_config,
                        retries),
    CYAML_FIELD_BOOL("serve", CYAML_FLAG_OPTIONAL, struct entry_config, serve),
    CYAML_FIELD_END};

static const cyaml_schema_value_t entry_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct entry_config, entry_fields)};

static const cyaml_schema_field_t field =
    CYAML_FIELD_SEQUENCE("schedule", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct section,
                         entry, &entry_schema, 0, SCHEDULE_ENTRIES_MAX);

static bool parse_job(struct arena *arena, const char *job, const char *const *commands,
                      struct schedule_entry *out, GError **err)
{
    g_autoptr(GError) failure = NULL;
    g_auto(GStrv) argv = NULL;
    int n;
    if (!g_shell_parse_argv(job, &n, &argv, &failure))
        return err_set(err, KENKO_ERROR_CONFIG, "job: %s", failure->message);
    if (!g_strv_contains(commands, argv[0])) {
        g_autofree char *hint = text_hint(argv[0], commands);
        return err_set(err, KENKO_ERROR_CONFIG, "job: '%s' is no job%s", argv[0], hint);
    }
    g_autoptr(GString) lock = g_string_new(argv[0]);
    int words = 1;
    for (; words < n && argv[words][0] != '-'; words++)
        g_string_append_printf(lock, ":%s", argv[words]);
    out->line = arena_strdup(arena, job);
    out->lock = arena_strndup(arena, lock->str, lock->len);
    out->name = words == n ? out->lock : out->line;
    out->argv = arena_many(arena, (size_t)n + 1, char *);
    for (int i = 0; i < n; i++)
        out->argv[i] = arena_strdup(arena, argv[i]);
    return true;
}

static bool parse_entry(struct arena *arena, const struct entry_config *config,
                        const char *const *commands, struct schedule_entry *out, GError **err)
{
    struct schedule_rule pause = {.interval_us = INT64_C(1000000) * PAUSE_S};
    out->retries = config->retries ? *config->retries : RETRIES;
    if (!config->job)
        return err_set(err, KENKO_ERROR_CONFIG, "want job, or serve: true");
    if (!parse_job(arena, config->job, commands, out, err) ||
        !schedule_rule_parse(config->every, config->on, config->at, &out->rule, err))
        return false;
    if (config->pause &&
        (!schedule_rule_parse(config->pause, NULL, NULL, &pause, NULL) || pause.interval_us == 0))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "pause: '%s' is not understood, want a number and s, m or h, such as 30s",
                       config->pause);
    out->pause_us = pause.interval_us;
    return (out->retries >= 0 && out->retries <= RETRIES_MAX) ||
           err_set(err, KENKO_ERROR_CONFIG, "retries: %d, want 0 to %d", out->retries, RETRIES_MAX);
}

static bool check_serve(const struct entry_config *config, bool already, GError **err)
{
    if (config->job || config->every || config->on || config->at || config->pause ||
        config->retries)
        return err_set(err, KENKO_ERROR_CONFIG, "serve: true stands alone");
    return !already || err_set(err, KENKO_ERROR_CONFIG, "serve: true stands twice");
}

static bool check_once(const struct schedule_entry *entries, size_t n, GError **err)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(entries[i].name, entries[n].name) == 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "job '%s' stands twice; several times of a day go into one at, with "
                           "commas between",
                           entries[n].line);
    }
    return true;
}

bool schedule_load(struct arena *arena, struct config *config, const char *const *commands,
                   struct schedule *out, GError **err)
{
    struct section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    struct schedule_entry *entries =
        arena_many(arena, section.entry_count + 1, struct schedule_entry);
    struct schedule schedule = {0, entries, false};
    for (uint32_t i = 0; i < section.entry_count; i++) {
        const struct entry_config *one = &section.entry[i];
        bool ok = one->serve ? check_serve(one, schedule.serve, err)
                             : parse_entry(arena, one, commands, &entries[schedule.n], err) &&
                                   check_once(entries, schedule.n, err);
        if (!ok) {
            g_autofree char *place = config_place(config, "kenko.yaml", "schedule[%u]", i);
            return err_context(err, "%s: schedule", place);
        }
        schedule.n += !one->serve;
        schedule.serve = schedule.serve || one->serve;
    }
    *out = schedule;
    return true;
}
