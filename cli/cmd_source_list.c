/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko source list: the configured sources and what was loaded of them. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_source.h"
#include "core/text.h"
#include "ingest/instant.h"
#include "sql/ingest.h"

static const struct q_source_status_row *find(const struct q_source_status_rows *rows,
                                              const char *source, const char *stream)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (strcmp(rows->row[i].source, source) == 0 && strcmp(rows->row[i].stream, stream) == 0)
            return &rows->row[i];
    }
    return NULL;
}

/* "5 minutes ago", "3 days ago" */
static char *age(int64_t at_us)
{
    int64_t seconds = MAX((g_get_real_time() - at_us) / 1000000, 0);
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(units) && seconds < 2 * units[i].seconds)
        i++;
    int64_t n = seconds / units[i].seconds;
    return g_strdup_printf("%" G_GINT64_FORMAT " %s%s ago", n, units[i].name, n == 1 ? "" : "s");
}

static void print_line(const struct mapping_source *source, const char *stream,
                       const struct q_source_status_row *row)
{
    if (!row) {
        printf("%-14s %-9s %-16s never loaded\n", source->name, source->type, stream);
        return;
    }
    g_autofree char *loaded = text_thousands(row->loaded),
                    *rejected = text_thousands(row->rejected);
    g_autofree char *last = text_thousands(row->last_rejected), *when = age(row->last_load_at);
    printf("%-14s %-9s %-16s %8" G_GINT64_FORMAT " %15s %14s %9s %8s  ", source->name, source->type,
           stream, row->last_load_id, when, loaded, rejected, last);
    if (row->files > 0)
        printf("%" G_GINT64_FORMAT " file%s", row->files, row->files == 1 ? "" : "s");
    if (row->unfinished > 0)
        printf(", %" G_GINT64_FORMAT " not read to the end", row->unfinished);
    printf("%s\n", row->position_is_null ? "" : row->position);
}

static void print_object(const struct mapping_source *source, const char *stream,
                         const struct q_source_status_row *row, bool first)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GString) out = g_string_new(first ? "" : ",\n ");
    g_string_append_printf(out, "{\"type\": \"%s\"", source->type);
    text_json_member(out, "source", source->name);
    text_json_member(out, "stream", stream);
    if (row) {
        text_json_member(out, "last_load_at", instant_show(arena, row->last_load_at));
        text_json_member(out, "position", row->position_is_null ? NULL : row->position);
        g_string_append_printf(
            out,
            ", \"last_load_id\": %" G_GINT64_FORMAT ", \"loads\": %" G_GINT64_FORMAT
            ", \"loaded\": %" G_GINT64_FORMAT ", \"rejected\": %" G_GINT64_FORMAT
            ", \"last_rejected\": %" G_GINT64_FORMAT ", \"files\": %" G_GINT64_FORMAT
            ", \"unfinished\": %" G_GINT64_FORMAT,
            row->last_load_id, row->loads, row->loaded, row->rejected, row->last_rejected,
            row->files, row->unfinished);
    }
    g_string_append_c(out, '}');
    fputs(out->str, stdout);
}

/* Several files of a source may be mapped to one stream: the warehouse knows them as one. */
static bool is_repeated(const struct mapping_source *source, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (mapping_kind(source->mapping[i]) == mapping_kind(source->mapping[at]))
            return true;
    }
    return false;
}

bool cmd_source_list(struct context *context, const struct mapping_set *set, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_source_status_rows rows;
    bool first = true;
    if (!q_source_status(arena, context->db, &rows, err))
        return false;
    if (context->json)
        printf("[");
    else
        printf("%-14s %-9s %-16s %8s %15s %14s %9s %8s\n", "source", "type", "stream", "load",
               "loaded last", "records", "rejected", "last run");
    for (size_t i = 0; i < set->n_sources; i++) {
        const struct mapping_source *source = &set->source[i];
        for (size_t j = 0; j < source->n_mappings; j++) {
            const char *stream = mapping_stream(source->mapping[j])->name;
            const struct q_source_status_row *row = find(&rows, source->name, stream);
            if (is_repeated(source, j))
                continue;
            if (context->json)
                print_object(source, stream, row, first);
            else
                print_line(source, stream, row);
            first = false;
        }
    }
    if (context->json)
        printf("]\n");
    return true;
}
