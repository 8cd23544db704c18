/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/source.h"

#include <stdarg.h>

#include "core/stop.h"
#include "ingest/contract.h"
#include "ingest/raw_config.h"
#include "ingest/source_airbyte.h"
#include "ingest/source_file.h"
#include "ingest/source_inbox.h"
#include "ingest/source_postgres.h"
#include "ingest/source_singer.h"

static const struct source_kind *const kinds[] = {&source_file, &source_inbox, &source_singer,
                                                  &source_airbyte, &source_postgres};

const struct source_kind *source_kind_of(const struct mapping_source *source)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i]->name, source->type) == 0)
            return kinds[i];
    }
    return NULL;
}

/* A source that is checked, and the streams below it where one is. */
struct checking {
    const struct config *config;
    const struct mapping_source *source;
    const char *path;  /* "sources[0].streams[1]" */
    const char *where; /* ", stream 2 (account)" */
};

/* Refuse the key `name` of what is checked, or what it is missing from. */
static bool PRINTF_LIKE(4, 5)
    refuse(const struct checking *c, GError **err, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *why = g_strdup_vprintf(format, args);
    va_end(args);
    g_autofree char *path = g_strconcat(c->path, ".", name, NULL);
    return config_refuse(c->config, err, path, "source %s%s: %s", c->source->name, c->where, why);
}

static bool unknown_kind(const struct checking *c, GError **err)
{
    const char *name[G_N_ELEMENTS(kinds) + 1] = {NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        name[i] = kinds[i]->name;
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)name);
    return refuse(c, err, "type", "type is '%s', want one of %s", c->source->type, list);
}

/* Is `name` among the options, and must it be there? */
static bool takes(const char *const *options, const char *name, bool *required)
{
    for (; options && *options; options++) {
        *required = (*options)[0] == '!';
        if (strcmp(*options + *required, name) == 0)
            return true;
    }
    return *required = false;
}

typedef const char *(*option_fn)(const void *owner, const char *name);

static bool check_options(const struct checking *c, const char *const *known,
                          const char *const *options, option_fn get, const void *owner,
                          GError **err)
{
    for (; *known; known++) {
        bool required;
        bool taken = takes(options, *known, &required);
        if (get(owner, *known) && !taken)
            return refuse(c, err, *known, "'%s' does not belong to type %s", *known,
                          c->source->type);
        if (!get(owner, *known) && required)
            return refuse(c, err, *known, "type %s wants '%s'", c->source->type, *known);
    }
    return true;
}

static const char *source_get(const void *owner, const char *name)
{
    return mapping_source_option(owner, name);
}

static const char *stream_get_option(const void *owner, const char *name)
{
    return mapping_option(owner, name);
}

/* Streams, mapped or in tables of their own, as the kind has them. */
static bool check_streams(const struct checking *c, const struct source_kind *kind, GError **err)
{
    const struct mapping_source *source = c->source;
    if (!kind->has_raw && source->n_raw > 0)
        return refuse(c, err, "raw", "'raw' does not belong to type %s", source->type);
    for (size_t i = 0; i < source->n_raw; i++) {
        g_autoptr(GError) why = NULL;
        g_autofree char *name = g_strdup_printf("raw[%zu]", i);
        if (!raw_config_check(&source->raw[i], &why))
            return refuse(c, err, name, "%s", why->message);
    }
    for (size_t i = 0; i < source->n_mappings; i++) {
        const struct mapping *mapping = source->mapping[i];
        g_autofree char *where =
            g_strdup_printf(", stream %zu (%s)", i + 1, mapping_stream(mapping)->name);
        g_autofree char *path = g_strdup_printf("%s.streams[%zu]", c->path, i);
        const struct checking stream = {c->config, source, path, where};
        if (!check_options(&stream, mapping_options(), kind->stream_options, stream_get_option,
                           mapping, err))
            return false;
    }
    return true;
}

/* All but that it has streams. */
static bool check_source(const struct checking *c, GError **err)
{
    const struct source_kind *kind = source_kind_of(c->source);
    if (!kind)
        return unknown_kind(c, err);
    return check_options(c, mapping_source_options(), kind->source_options, source_get, c->source,
                         err) &&
           check_streams(c, kind, err);
}

bool source_validate(const struct config *config, const struct mapping_set *set, GError **err)
{
    for (size_t i = 0; i < set->n_sources; i++) {
        const struct mapping_source *source = &set->source[i];
        g_autofree char *path = g_strdup_printf("sources[%zu]", i);
        const struct checking c = {config, source, path, ""};
        if (!check_source(&c, err))
            return false;
        if (!source_kind_of(source)->has_raw && source->n_mappings == 0)
            return refuse(&c, err, "streams", "type %s wants 'streams'", source->type);
    }
    return true;
}

bool source_find(const struct config *config, const struct mapping_set *set, const char *name,
                 const struct mapping_source **out, GError **err)
{
    for (size_t i = 0; i < set->n_sources; i++) {
        g_autofree char *path = g_strdup_printf("sources[%zu]", i);
        const struct checking c = {config, &set->source[i], path, ""};
        if (strcmp(c.source->name, name) != 0)
            continue;
        if (!check_source(&c, err))
            return false;
        *out = c.source;
        return true;
    }
    return err_set(err, KENKO_ERROR_USAGE, "kenko.yaml has no source %s", name);
}

struct batch *source_batch(const struct source_run *run, const struct mapping *mapping,
                           GError **err)
{
    return batch_new(run->db, run->job, run->set, mapping, run->source->name, run->zone, err);
}

bool source_goes_on(const struct source_run *run, GError **failure, GError **first)
{
    bool ends = err_is(*failure, KENKO_ERROR_INTERRUPTED) || !db_is_alive(run->db) ||
                err_is(*failure, KENKO_ERROR_DISK_FULL) || err_is(*failure, KENKO_ERROR_BUG);
    if (!*first)
        *first = g_steal_pointer(failure);
    return !ends;
}

bool source_each_mapping(const struct source_run *run, source_mapping_fn read, GError **err)
{
    g_autoptr(GError) first = NULL;
    for (size_t i = 0; i < run->source->n_mappings && !stop_requested(); i++) {
        g_autoptr(GError) failure = NULL;
        const struct batch_counters before = *run->total;
        if (read(run, run->source->mapping[i], &failure) &&
            contract_check_rejects(run->source->mapping[i], run->total->read - before.read,
                                   run->total->rejected - before.rejected, &failure))
            continue;
        if (!source_goes_on(run, &failure, &first))
            break;
    }
    bool ok = !first;
    if (first)
        g_propagate_error(err, g_steal_pointer(&first));
    return ok;
}
