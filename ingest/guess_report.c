/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guess as JSON. */
#include "core/text.h"
#include "ingest/guess_internal.h"

static void put_column(const struct guess_column *c, GString *out)
{
    g_string_append_printf(out, "{\"type\": \"%s\"", guess_type_name(c->type));
    text_json_member(out, "name", c->name);
    text_json_member(out, "content", guess_content_name(c->content));
    g_string_append_printf(
        out,
        ", \"confidence\": %.4f, \"values\": %" G_GUINT64_FORMAT ", \"empty\": %" G_GUINT64_FORMAT
        ", \"distinct\": %" G_GUINT64_FORMAT ", \"repeated\": %" G_GUINT64_FORMAT
        ", \"counted_all\": %s, \"decimals\": %d, \"ambiguous\": %s",
        c->confidence, c->n, c->empty, c->distinct, c->repeated, c->counted_all ? "true" : "false",
        c->decimals, c->ambiguous ? "true" : "false");
    text_json_member(out, "least", c->min);
    text_json_member(out, "most", c->max);
    text_json_member(out, "dates", c->dates);
    text_json_member(out, "note", c->note);
    g_string_append(out, ", \"examples\": [");
    for (int i = 0; i < GUESS_EXAMPLES && c->example[i]; i++) {
        g_string_append(out, i ? ", \"" : "\"");
        text_json(out, c->example[i]);
        g_string_append_c(out, '"');
    }
    g_string_append(out, "]}");
}

static void put_mapping(const struct guess *g, GString *out)
{
    const struct stream *stream = stream_get(g->kind);
    g_string_append_printf(out, ", \"stream\": \"%s\", \"stream_found\": %s, \"fields\": {",
                           stream->name, g->kind_found ? "true" : "false");
    const char *comma = "";
    for (size_t f = 0; f < stream_field_count(stream); f++) {
        if (g->field[f] < 0)
            continue;
        g_string_append_printf(out, "%s\"%s\": \"", comma, stream->field[f].name);
        text_json(out, g->column[g->field[f]].name);
        g_string_append_c(out, '"');
        comma = ", ";
    }
    g_string_append_c(out, '}');
    text_json_member(out, "id", g->id >= 0 ? g->column[g->id].name : NULL);
    g_string_append(out, ", \"values\": [");
    for (size_t i = 0; i < g->n_values; i++) {
        g_string_append(out, i ? ", \"" : "\"");
        text_json(out, g->column[g->value[i]].name);
        g_string_append_c(out, '"');
    }
    g_string_append_c(out, ']');
}

void guess_write_json(const struct guess *g, const char *source, GString *out)
{
    const char separator[] = {g->separator, '\0'};
    g_autoptr(GString) yaml = g_string_new(NULL);
    guess_write_yaml(g, source, yaml);
    g_string_append_printf(out, "{\"format\": \"%s\"", g->is_json ? "ndjson" : "csv");
    text_json_member(out, "file", g->path);
    text_json_member(out, "source", source);
    text_json_member(out, "encoding", encoding_name(g->encoding));
    text_json_member(out, "separator", g->is_json ? NULL : separator);
    g_string_append_printf(out,
                           ", \"header\": %s, \"records\": %" G_GUINT64_FORMAT
                           ", \"broken\": %" G_GUINT64_FORMAT
                           ", \"broken_line\": %" G_GINT64_FORMAT,
                           g->has_header ? "true" : "false", g->records, g->broken, g->broken_line);
    text_json_member(out, "broken_message", g->broken_message);
    text_json_member(out, "header_note", g->header_note);
    put_mapping(g, out);
    g_string_append(out, ", \"columns\": [");
    for (size_t i = 0; i < g->n_columns; i++) {
        g_string_append(out, i ? ",\n " : "");
        put_column(&g->column[i], out);
    }
    g_string_append_c(out, ']');
    text_json_member(out, "yaml", yaml->str);
    g_string_append(out, "}\n");
}
