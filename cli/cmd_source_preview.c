/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko source preview: the first records as their mapping reads them. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_source.h"
#include "core/text.h"
#include "ingest/source.h"

enum { CELL_WIDTH = 28 };

/* The text as it fits into a column of the terminal. */
static char *fit(const char *text, int width)
{
    g_autoptr(GString) out = g_string_new(NULL);
    bool whole = text_width(text) <= width;
    for (const char *c = text; *c; c = g_utf8_next_char(c)) {
        gunichar character = g_utf8_get_char(c);
        gsize before = out->len;
        g_string_append_unichar(out, g_unichar_iscntrl(character) ? ' ' : character);
        if (!whole && text_width(out->str) > width - 1) {
            g_string_truncate(out, before);
            g_string_append(out, "…");
            break;
        }
    }
    return g_strdup(out->str);
}

static void print_cell(const char *text, int width)
{
    g_autofree char *shown = fit(text, width);
    printf("  %s%*s", shown, width - text_width(shown), "");
}

static int width_of(const struct preview *preview, size_t column)
{
    int width = text_width(preview->column[column]);
    for (size_t i = 0; i < preview->n; i++) {
        const struct preview_row *row = &preview->row[i];
        if (row->outcome == MAPPED && row->cell[column])
            width = MAX(width, text_width(row->cell[column]));
    }
    return MIN(width, CELL_WIDTH);
}

static void print_row(const struct preview *preview, const struct preview_row *row,
                      const int *width)
{
    printf("%6" G_GINT64_FORMAT, row->line);
    if (row->outcome == MAPPED) {
        for (size_t c = 0; c < preview->n_columns; c++)
            print_cell(row->cell[c] ? row->cell[c] : "-", width[c]);
    } else if (row->outcome == MAPPING_IGNORED) {
        printf("  ignored by %s", row->rule);
    } else {
        printf("  REJECTED at byte %d: %s%s%s [%s]", MAX(row->reject.column, 1), row->reject.field,
               *row->reject.field ? " " : "", row->reject.message, row->reject.reason);
    }
    printf("\n");
}

static void print_table(const char *source, const char *stream, const char *file,
                        const struct preview *preview)
{
    g_autofree int *width = g_new0(int, preview->n_columns + 1);
    printf("%s %s: %s\n  line", source, stream, file);
    for (size_t c = 0; c < preview->n_columns; c++) {
        width[c] = width_of(preview, c);
        print_cell(preview->column[c], width[c]);
    }
    printf("\n");
    for (size_t i = 0; i < preview->n; i++)
        print_row(preview, &preview->row[i], width);
    printf("%" G_GINT64_FORMAT " mapped, %" G_GINT64_FORMAT " ignored, %" G_GINT64_FORMAT
           " rejected; nothing was written\n",
           preview->mapped, preview->ignored, preview->rejected);
}

static void put_row(const struct preview *preview, const struct preview_row *row, GString *out)
{
    static const char *const names[] = {"mapped", "ignored", "rejected"};
    g_string_append_printf(out, "{\"line\": %" G_GINT64_FORMAT ", \"outcome\": \"%s\"", row->line,
                           names[row->outcome]);
    for (size_t c = 0; row->outcome == MAPPED && c < preview->n_columns; c++)
        text_json_member(out, preview->column[c], row->cell[c]);
    if (row->outcome == MAPPING_IGNORED)
        text_json_member(out, "rule", row->rule);
    if (row->outcome == MAPPING_REJECTED) {
        g_string_append_printf(out, ", \"column\": %d", row->reject.column);
        text_json_member(out, "field", row->reject.field);
        text_json_member(out, "reason", row->reject.reason);
        text_json_member(out, "message", row->reject.message);
    }
    g_string_append_c(out, '}');
}

static void print_json(const char *source, const char *stream, const char *file,
                       const struct preview *preview, bool first)
{
    g_autoptr(GString) out = g_string_new(first ? "{" : ",\n{");
    g_string_append_printf(out,
                           "\"mapped\": %" G_GINT64_FORMAT ", \"ignored\": %" G_GINT64_FORMAT
                           ", \"rejected\": %" G_GINT64_FORMAT,
                           preview->mapped, preview->ignored, preview->rejected);
    text_json_member(out, "source", source);
    text_json_member(out, "stream", stream);
    text_json_member(out, "file", file);
    g_string_append(out, ", \"records\": [");
    for (size_t i = 0; i < preview->n; i++) {
        g_string_append(out, i ? ",\n " : "");
        put_row(preview, &preview->row[i], out);
    }
    g_string_append(out, "]}");
    fputs(out->str, stdout);
}

static bool preview_stream(struct context *context, const struct source_run *run,
                           const struct mapping *mapping, size_t max, bool first, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const char *stream = mapping_stream(mapping)->name, *name;
    struct preview preview;
    if (!source_kind_of(run->source)->preview(arena, run, mapping, max, &name, &preview, err))
        return err_context(err, "source %s", run->source->name);
    if (context->json)
        print_json(run->source->name, stream, name, &preview, first);
    else
        print_table(run->source->name, stream, name, &preview);
    return true;
}

bool cmd_source_preview(struct context *context, const struct mapping_set *set, const char *source,
                        const char *stream, int max, GError **err)
{
    bool first = true;
    if (max < 1 || max > 100000)
        return err_set(err, KENKO_ERROR_USAGE, "-n is %d, want 1 to 100000", max);
    for (size_t i = 0; i < set->n_sources; i++) {
        const struct mapping_source *s = &set->source[i];
        if (strcmp(s->name, source) != 0)
            continue;
        const struct source_run run = {
            .config = context->config, .set = set, .source = s, .zone = context->zone};
        if (!source_kind_of(s)->preview)
            return err_set(err, KENKO_ERROR_USAGE,
                           "source %s is of type %s, which shows nothing before it is loaded",
                           source, s->type);
        for (size_t j = 0; j < s->n_mappings; j++) {
            if (stream && strcmp(mapping_stream(s->mapping[j])->name, stream) != 0)
                continue;
            if (first && context->json)
                printf("[");
            if (!preview_stream(context, &run, s->mapping[j], (size_t)max, first, err))
                return false;
            first = false;
        }
    }
    if (!first && context->json)
        printf("]\n");
    return !first || err_set(err, KENKO_ERROR_USAGE, "kenko.yaml has no source %s%s%s", source,
                             stream ? " with a stream " : "", stream ? stream : "");
}
