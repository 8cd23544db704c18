/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A mapping meets the columns of one file. */
#include "core/text.h"
#include "ingest/encoding_evidence.h"
#include "ingest/mapping_reader.h"
#include "ingest/number.h"
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
        (void)number_parse(SLICE("1"), m->usage[m->value[i].usage].decimals, &reader->one[i]);
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
    reader->shape = json_shape_of(reader->path, reader->n_sources);
}

bool mapping_read_header(struct arena *arena, struct input *input, const char *name,
                         const char **out, GError **err)
{
    struct input_record header;
    bool found;
    if (!input_next(input, &header, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_INPUT, "%s: the file is empty, want a header line", name);
    if (header.too_long)
        return err_set(err, KENKO_ERROR_INPUT, "%s:1: the header is longer than a record may be",
                       name);
    if (!g_utf8_validate_len(header.text.p, header.text.n, NULL))
        return err_set(err, KENKO_ERROR_INPUT, "%s:1: the header is not UTF-8 text%s", name,
                       encoding_evidence_hint(header.text));
    *out = arena_strndup(arena, header.text.p, header.text.n);
    return true;
}

/* The names that kenko.yaml gives the columns. */
static void take_columns(struct mapping_reader *reader, struct slice *names)
{
    const struct mapping *m = reader->mapping;
    reader->n_columns = m->n_columns;
    for (size_t i = 0; i < m->n_columns; i++)
        names[i] = slice_of(m->column[i]);
}

static bool split_header(struct arena *arena, struct mapping_reader *reader, struct slice header,
                         struct slice *names, const char *path, GError **err)
{
    struct scan_error error;
    return scan_csv_split(arena, header, reader->separator, names, MAPPING_COLUMNS_MAX,
                          &reader->n_columns, &error) ||
           err_set(err, KENKO_ERROR_INPUT, "%s:1:%d: header: %s", path, error.column,
                   error.message);
}

static bool check_once(const struct mapping_reader *reader, const struct slice *names,
                       const char *path, GError **err)
{
    for (size_t i = 0; i < reader->n_columns; i++) {
        for (size_t j = i + 1; j < reader->n_columns && reader->n_columns < 512; j++) {
            if (slice_equals(names[i], names[j]))
                return err_set(err, KENKO_ERROR_INPUT,
                               "%s:1: the column '%.*s' stands twice in the header", path,
                               SLICE_ARGS(names[i]));
        }
    }
    return true;
}

/* A header that is one column may be cut by another character. */
static const char *other_separator(const struct mapping_reader *reader, struct slice header)
{
    static const struct {
        char separator;
        const char *hint;
    } others[] = {{';', "; say separator: semicolon"},
                  {'\t', "; say separator: tab"},
                  {'|', "; say separator: pipe"},
                  {',', "; say separator: comma"}};
    for (size_t i = 0; i < G_N_ELEMENTS(others) && reader->n_columns == 1; i++) {
        if (memchr(header.p, others[i].separator, header.n))
            return others[i].hint;
    }
    return "";
}

static bool bind_csv(struct arena *arena, struct mapping_reader *reader, struct slice header,
                     const char *path, GError **err)
{
    struct slice *names = arena_many(arena, MAPPING_COLUMNS_MAX, struct slice);
    if (reader->mapping->n_columns > 0)
        take_columns(reader, names);
    else if (!split_header(arena, reader, header, names, path, err) ||
             !check_once(reader, names, path, err))
        return false;
    const struct slice shown = text_cut(header, 300);
    for (size_t s = 0; s < reader->n_sources; s++) {
        reader->column_of[s] = -1;
        for (size_t i = 0; i < reader->n_columns; i++) {
            if (slice_is(names[i], reader->source_name[s]))
                reader->column_of[s] = (int)i;
        }
        if (reader->column_of[s] < 0 && reader->mapping->n_columns > 0)
            return err_set(err, KENKO_ERROR_CONFIG, "the mapped column '%s' is not among columns",
                           reader->source_name[s]);
        if (reader->column_of[s] < 0)
            return err_set(err, KENKO_ERROR_INPUT,
                           "%s:1: the mapped column '%s' is not in the header, which has: %.*s%s",
                           path, reader->source_name[s], SLICE_ARGS(shown),
                           other_separator(reader, header));
    }
    reader->columns = arena_many(arena, reader->n_columns + 1, struct slice);
    reader->wanted = arena_many(arena, reader->n_columns + 1, bool);
    for (size_t s = 0; s < reader->n_sources; s++)
        reader->wanted[reader->column_of[s]] = true;
    return true;
}

/* A day more on each side than any zone can be off: between them no calendar has to be asked. */
static void bound_times(struct mapping_reader *reader)
{
    const struct mapping *m = reader->mapping;
    reader->surely_from = m->has_earliest ? ((int64_t)m->earliest + 2) * DAY_US : INT64_MIN;
    reader->surely_to = m->has_latest ? ((int64_t)m->latest - 2) * DAY_US : INT64_MAX;
}

struct mapping_reader *mapping_bind(struct arena *arena, const struct mapping *mapping,
                                    enum mapping_format format, struct slice header,
                                    const char *path, GError **err)
{
    struct mapping_reader *reader = arena_one(arena, struct mapping_reader);
    reader->mapping = mapping;
    number_sources(reader);
    mapping_field_compile(reader);
    mapping_choice_compile(arena, reader);
    bound_times(reader);
    if (format == FORMAT_NDJSON) {
        bind_json(arena, reader);
        return reader;
    }
    reader->separator = mapping_separator(mapping, format);
    return bind_csv(arena, reader, header, path, err) ? reader : NULL;
}

const char *const *mapping_sources(const struct mapping_reader *reader, size_t *n)
{
    *n = reader->n_sources;
    return reader->source_name;
}

const struct mapping *mapping_with_id(struct arena *arena, const struct mapping *mapping,
                                      const char *field)
{
    struct mapping *copy = arena_one(arena, struct mapping);
    *copy = *mapping;
    copy->id = arena_strdup(arena, field);
    return copy;
}
