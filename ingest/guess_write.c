/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guess as an entry of kenko.yaml. */
#include "core/text.h"
#include "ingest/guess_internal.h"
#include "ingest/instant.h"
#include "ingest/mapping.h"

const char *guess_type_name(enum guess_type type)
{
    static const char *const names[] = {"empty", "boolean", "integer", "decimal",
                                        "day",   "time",    "text"};
    return names[type];
}

const char *guess_content_name(enum guess_content content)
{
    static const char *const names[] = {"",     "mail",          "domain",   "url",
                                        "uuid", "salesforce id", "currency", "array or object"};
    return names[content];
}

static bool is_plain(const char *text)
{
    for (const char *c = text; *c; c++) {
        if (!g_ascii_isalnum(*c) && !strchr("_-/.", *c) && (unsigned char)*c < 0x80)
            return false;
    }
    static const char *const words[] = {"true", "false", "yes", "no", "on",
                                        "off",  "null",  "y",   "n",  NULL};
    g_autofree char *lower = g_ascii_strdown(text, -1);
    return *text && !g_ascii_isdigit(*text) && !strchr("-.", *text) &&
           !g_strv_contains(words, lower);
}

void guess_write_text(GString *out, const char *text)
{
    if (is_plain(text)) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(out, "\\%c", *c);
        else if (*c < 0x20 || *c == 0x7f)
            g_string_append_printf(out, "\\x%02x", *c);
        else
            g_string_append_c(out, (char)*c);
    }
    g_string_append_c(out, '"');
}

/* Text of the file within a comment. */
static void put_shown(GString *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        g_string_append_c(out, *c < 0x20 || *c == 0x7f ? ' ' : (char)*c);
}

static void pad(GString *out, const char *text, int width)
{
    put_shown(out, text);
    for (int i = text_width(text); i < width; i++)
        g_string_append_c(out, ' ');
}

static const char *separator_name(char separator)
{
    return separator == '\t'  ? "tab"
           : separator == ';' ? "semicolon"
           : separator == '|' ? "pipe"
                              : "comma";
}

static void put_summary(const struct guess *g, GString *out)
{
    g_autofree char *records = text_thousands((int64_t)g->records);
    g_string_append(out, "# ");
    put_shown(out, g->path);
    g_string_append_printf(out, ": %s records of %s in %s", records, g->is_json ? "JSON" : "CSV",
                           encoding_name(g->encoding));
    if (!g->is_json)
        g_string_append_printf(out, ", separator %s, %s", separator_name(g->separator),
                               g->has_header ? "with a header line" : "without a header line");
    g_string_append_c(out, '\n');
    if (g->header_note && *g->header_note)
        g_string_append_printf(out, "# %s\n", g->header_note);
    if (g->broken > 0) {
        g_autofree char *broken = text_thousands((int64_t)g->broken);
        g_string_append_printf(out, "# %s lines cannot be read, first line %" G_GINT64_FORMAT ": ",
                               broken, g->broken_line);
        put_shown(out, g->broken_message);
        g_string_append_c(out, '\n');
    }
    if (g->left_out > 0)
        g_string_append_printf(out, "# more than %d columns: the others are left out\n",
                               GUESS_COLUMNS_MAX);
}

static void put_column(const struct guess_column *c, int width, GString *out)
{
    g_autofree char *distinct = text_thousands((int64_t)c->distinct);
    uint64_t all = c->n + c->empty;
    g_string_append(out, "#   ");
    pad(out, c->name, width);
    g_string_append_printf(out, "  %-7s %5.1f %%  %5.1f %%  %s%9s  ", guess_type_name(c->type),
                           c->confidence * 100, all ? (double)c->empty * 100 / (double)all : 0.0,
                           c->counted_all ? " " : "≥", distinct);
    if (c->min) {
        g_string_append_printf(out, "%s … %s", c->min, c->max);
    } else {
        for (int i = 0; i < GUESS_EXAMPLES && c->example[i]; i++) {
            g_string_append(out, i ? ", " : "");
            put_shown(out, c->example[i]);
        }
    }
    if (c->content != GUESS_PLAIN)
        g_string_append_printf(out, " (%s)", guess_content_name(c->content));
    if (*c->note) {
        g_string_append(out, " - ");
        put_shown(out, c->note);
    }
    g_string_append_c(out, '\n');
}

static void put_columns(const struct guess *g, GString *out)
{
    int width = 6;
    for (size_t i = 0; i < g->n_columns; i++)
        width = MAX(width, MIN(30, text_width(g->column[i].name)));
    g_string_append(out, "#   ");
    pad(out, "column", width);
    g_string_append(out, "  type       sure    empty   distinct  least … most, or examples\n");
    for (size_t i = 0; i < g->n_columns; i++)
        put_column(&g->column[i], width, out);
}

static void add_dates(GString *all, const char *dates)
{
    g_auto(GStrv) parts = g_strsplit(all->str, " | ", -1);
    if (!g_strv_contains((const char *const *)parts, dates))
        g_string_append_printf(all, "%s%s", all->len ? " | " : "", dates);
}

/* What `dates` must say for the mapped columns; empty when nothing. */
static void find_dates(const struct guess *g, GString *dates, bool *ambiguous)
{
    const struct stream *stream = stream_get(g->kind);
    bool needed = false;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t f = 0; f < stream_field_count(stream); f++) {
            bool time =
                stream->field[f].type == STREAM_DAY || stream->field[f].type == STREAM_INSTANT;
            if (!time || g->field[f] < 0)
                continue;
            const struct guess_column *c = &g->column[g->field[f]];
            *ambiguous = *ambiguous || c->ambiguous;
            needed = needed || c->dates;
            if (pass == 1 && needed && !c->ambiguous && c->type != GUESS_EMPTY)
                add_dates(dates, c->dates ? c->dates : c->maybe_time ? "epoch" : "iso");
        }
    }
}

static void put_dates(const struct guess *g, GString *out)
{
    g_autoptr(GString) dates = g_string_new(NULL);
    g_autoptr(arena_t) arena = arena_new();
    bool ambiguous = false;
    find_dates(g, dates, &ambiguous);
    if (ambiguous)
        g_string_append(out,
                        "        # dates: eu   # or us: every day and month could be either; say "
                        "which, nothing loads before\n");
    if (dates->len == 0)
        return;
    g_autoptr(GError) conflict = NULL;
    if (!instant_format_compile(arena, dates->str, &conflict))
        g_string_append(out, "        # the mapped columns write dates in ways that exclude each "
                             "other: ");
    else
        g_string_append(out, "        ");
    g_string_append(out, "dates: ");
    guess_write_text(out, dates->str);
    g_string_append_c(out, '\n');
}

static void put_file(const struct guess *g, GString *out)
{
    enum mapping_format named = mapping_format_by_name(g->path);
    char usual = named == FORMAT_TSV ? '\t' : ',';
    g_string_append(out, "        path: ");
    guess_write_text(out, g->path);
    g_string_append_c(out, '\n');
    if (g->is_json != (named == FORMAT_NDJSON))
        g_string_append_printf(out, "        format: %s\n", g->is_json ? "ndjson" : "csv");
    if (g->encoding != ENCODING_UTF8)
        g_string_append_printf(out, "        encoding: %s\n", encoding_name(g->encoding));
    if (!g->is_json && g->separator != usual)
        g_string_append_printf(out, "        separator: %s\n", separator_name(g->separator));
    g_string_append(out,
                    "        # on_change: append   # or replace, when the file will be written "
                    "anew\n");
    if (g->is_json || g->has_header)
        return;
    g_string_append(out, "        header: false\n        columns: [");
    for (size_t i = 0; i < g->n_columns; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "", g->column[i].name);
    g_string_append(out, "]\n");
}

static void put_fields(const struct guess *g, GString *out)
{
    const struct stream *stream = stream_get(g->kind);
    const char *transform = NULL, *transformed = NULL, *constant = NULL;
    g_string_append(out, "        fields:\n");
    for (size_t f = 0; f < stream_field_count(stream); f++) {
        const struct stream_field *field = &stream->field[f];
        if (g->field[f] < 0) {
            constant = constant ? constant : guess_constant(g, g->kind, field->name);
            if (field->required && !guess_constant(g, g->kind, field->name))
                g_string_append_printf(
                    out, "          %s: COLUMN   # no column looks like it%s\n", field->name,
                    strcmp(field->name, "arr") == 0 ? "; arr is a year's amount, 12 times a month's"
                                                    : "");
            continue;
        }
        const struct guess_column *c = &g->column[g->field[f]];
        g_string_append_printf(out, "          %s: ", field->name);
        guess_write_text(out, c->name);
        g_string_append_c(out, '\n');
        bool is_host = c->content == GUESS_DOMAIN || c->content == GUESS_URL;
        if (strcmp(field->name, "domain") == 0 && is_host) {
            transform = "registrable_domain";
            transformed = field->name;
        }
        if (strcmp(field->name, "party") == 0 && c->content == GUESS_MAIL) {
            transform = "mail_domain";
            transformed = field->name;
        }
    }
    if (constant)
        g_string_append_printf(out, "        constants: {kind: %s}   # by the file's name\n",
                               constant);
    if (transform)
        g_string_append_printf(out, "        transform: {%s: %s}\n", transformed, transform);
}

/* A name for a metric out of a column's. */
static char *metric_name(const char *column)
{
    const char *last = *column == '/' ? strrchr(column, '/') + 1 : column;
    char *name = g_utf8_strdown(last, -1);
    for (char *c = name; *c; c++) {
        if ((unsigned char)*c < 0x80 && !g_ascii_isalnum(*c))
            *c = '_';
    }
    return name;
}

static void put_values(const struct guess *g, GString *out)
{
    if (!stream_get(g->kind)->is_usage)
        return;
    g_string_append(out, "        values:\n");
    for (size_t i = 0; i < g->n_values; i++) {
        g_autofree char *metric = metric_name(g->column[g->value[i]].name);
        g_string_append(out, "          - {metric: ");
        guess_write_text(out, metric);
        g_string_append(out, ", field: ");
        guess_write_text(out, g->column[g->value[i]].name);
        g_string_append(out, "}\n");
    }
    if (g->n_values == 0)
        g_string_append(out, "          - {metric: events} # 1 for each record\n");
    g_string_append(out, "# metrics.yaml wants these under usage; combine is sum, max, min or "
                         "latest:\n");
    for (size_t i = 0; i < MAX(g->n_values, 1); i++) {
        g_autofree char *metric = g_strdup(g->n_values ? g->column[g->value[i]].name : "events");
        g_autofree char *name = metric_name(metric);
        g_string_append(out, "#   - {name: ");
        guess_write_text(out, name);
        g_string_append_printf(out, ", combine: sum, decimals: %d}\n",
                               g->n_values ? MIN(9, g->column[g->value[i]].decimals) : 0);
    }
}

static void put_id(const struct guess *g, GString *out)
{
    if (g->id < 0)
        return;
    const struct guess_column *c = &g->column[g->id];
    g_string_append(out, "        id: ");
    guess_write_text(out, c->name);
    if (c->repeated > 0) {
        g_autofree char *repeated = text_thousands((int64_t)c->repeated);
        g_string_append_printf(out, "   # %s records repeat one and will count as duplicates",
                               repeated);
    }
    g_string_append_c(out, '\n');
}

static void put_unmapped(const struct guess *g, GString *out)
{
    bool any = false;
    for (size_t c = 0; c < g->n_columns; c++) {
        bool used = g->id == (int)c;
        for (size_t f = 0; f < STREAM_FIELDS_MAX; f++)
            used = used || g->field[f] == (int)c;
        for (size_t v = 0; v < g->n_values; v++)
            used = used || g->value[v] == (int)c;
        if (used)
            continue;
        g_string_append(out, any ? ", " : "        # not mapped: ");
        put_shown(out, g->column[c].name);
        any = true;
    }
    if (any)
        g_string_append_c(out, '\n');
}

void guess_write_entry(const struct guess *g, const char *how, GString *out)
{
    if (!g->kind_found)
        g_string_append(out, "      # no stream's needs are met; this is the nearest\n");
    g_string_append_printf(out, "      - stream: %s\n", stream_get(g->kind)->name);
    if (how)
        g_string_append(out, how);
    else
        put_file(g, out);
    put_dates(g, out);
    put_id(g, out);
    put_fields(g, out);
    put_unmapped(g, out);
    put_values(g, out);
}

void guess_write_yaml(const struct guess *g, const char *source, GString *out)
{
    put_summary(g, out);
    put_columns(g, out);
    g_string_append(out, "sources:\n  - name: ");
    guess_write_text(out, source);
    g_string_append(out, "\n    type: file\n    streams:\n");
    guess_write_entry(g, NULL, out);
}
