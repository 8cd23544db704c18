/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mapping meets the columns of one file. */
#include "ingest/mapping_internal.h"
#include "ingest/scan_csv.h"

static int source_index(struct mapping_reader *reader, const char *name)
{
    if (!name)
        return NOT_MAPPED;
    for (size_t i = 0; i < reader->n_sources; i++) {
        if (strcmp(reader->source_name[i], name) == 0)
            return (int)i;
    }
    if (reader->n_sources == SCAN_JSON_WANTED_MAX)
        BUG("more than %d source fields in a mapping", SCAN_JSON_WANTED_MAX);
    reader->source_name[reader->n_sources] = name;
    return (int)reader->n_sources++;
}

static void number_sources(struct mapping_reader *reader)
{
    const struct mapping *m = reader->mapping;
    for (size_t i = 0; i < STREAM_FIELDS_MAX; i++)
        reader->field[i] = source_index(reader, m->field[i]);
    for (size_t i = 0; i < m->n_values; i++) {
        reader->value[i] = source_index(reader, m->value[i].field);
        for (size_t j = 0; j < m->value[i].n_when; j++)
            reader->when[i][j] = source_index(reader, m->value[i].when[j].field);
    }
    for (size_t i = 0; i < m->n_rules; i++)
        reader->rule[i] = source_index(reader, m->rule[i].test.field);
    reader->id = source_index(reader, m->id);
}

static void bind_json(struct arena *arena, struct mapping_reader *reader)
{
    for (size_t i = 0; i < reader->n_sources; i++) {
        struct scan_json_path *path = &reader->path[i];
        const char *name = reader->source_name[i];
        if (*name != '/') {
            *path = (struct scan_json_path){1, {name}};
            continue;
        }
        g_auto(GStrv) parts = g_strsplit(name + 1, "/", SCAN_JSON_SEGMENTS_MAX);
        for (char **part = parts; *part; part++)
            path->segment[path->n++] = arena_strdup(arena, *part);
    }
}

static bool bind_csv(struct arena *arena, struct mapping_reader *reader, struct slice header,
                     const char *path, GError **err)
{
    struct slice *names = arena_many(arena, MAPPING_COLUMNS_MAX, struct slice);
    struct scan_error error;
    if (header.n >= 3 && memcmp(header.p, "\xef\xbb\xbf", 3) == 0)
        header = (struct slice){header.p + 3, header.n - 3};
    if (!scan_csv_split(arena, header, reader->separator, names, MAPPING_COLUMNS_MAX,
                        &reader->n_columns, &error))
        return err_set(err, KENKO_ERROR_INPUT, "%s:1:%d: header: %s", path, error.column,
                       error.message);
    for (size_t i = 0; i < reader->n_columns; i++) {
        for (size_t j = i + 1; j < reader->n_columns && reader->n_columns < 512; j++) {
            if (slice_equals(names[i], names[j]))
                return err_set(err, KENKO_ERROR_INPUT,
                               "%s:1: the column '%.*s' stands twice in the header", path,
                               SLICE_ARGS(names[i]));
        }
    }
    for (size_t s = 0; s < reader->n_sources; s++) {
        reader->column_of[s] = -1;
        for (size_t i = 0; i < reader->n_columns; i++) {
            if (slice_is(names[i], reader->source_name[s]))
                reader->column_of[s] = (int)i;
        }
        if (reader->column_of[s] < 0)
            return err_set(err, KENKO_ERROR_INPUT,
                           "%s:1: the mapped column '%s' is not in the header, which has: %.*s",
                           path, reader->source_name[s], (int)MIN(header.n, 300), header.p);
    }
    reader->columns = arena_many(arena, reader->n_columns + 1, struct slice);
    return true;
}

struct mapping_reader *mapping_bind(struct arena *arena, const struct mapping *mapping,
                                    enum mapping_format format, struct slice header,
                                    const char *path, GError **err)
{
    struct mapping_reader *reader = arena_one(arena, struct mapping_reader);
    reader->mapping = mapping;
    number_sources(reader);
    if (format == FORMAT_NDJSON) {
        bind_json(arena, reader);
        return reader;
    }
    reader->separator = format == FORMAT_TSV ? '\t' : ',';
    return bind_csv(arena, reader, header, path, err) ? reader : NULL;
}
