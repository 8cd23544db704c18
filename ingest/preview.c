/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/preview.h"

#include "core/currency.h"
#include "ingest/instant.h"
#include "ingest/number.h"

struct preview_sink {
    struct arena *arena, *scratch;
    const struct mapping_set *set;
    const struct mapping *mapping;
    const struct stream *stream;
    struct mapping_reader *reader;
    bool is_mapped[STREAM_FIELDS_MAX];
    size_t max;
    struct preview *out;
};

static const char *show_scaled(struct arena *arena, int64_t v, int decimals)
{
    if (decimals == 0)
        return arena_printf(arena, "%" G_GINT64_FORMAT, v);
    uint64_t unit = 1, size = v < 0 ? -(uint64_t)v : (uint64_t)v;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    return arena_printf(arena, "%s%" G_GUINT64_FORMAT ".%0*" G_GUINT64_FORMAT, v < 0 ? "-" : "",
                        size / unit, decimals, size % unit);
}

static int money_decimals(const struct preview_sink *view, const struct stream_record *record)
{
    int f = stream_field_index(view->stream, "currency");
    if (f >= 0 && !record->cell[f].is_null)
        return currency_decimals(record->cell[f].as.text);
    return currency_decimals(slice_of(mapping_currency(view->mapping)));
}

static const char *show_cell(const struct preview_sink *view, size_t f,
                             const struct stream_record *record)
{
    const struct stream_cell *cell = &record->cell[f];
    char day[DAY_TEXT_SIZE];
    if (cell->is_null)
        return NULL;
    switch (view->stream->field[f].type) {
    case STREAM_TEXT:
        return arena_strndup(view->arena, cell->as.text.p, cell->as.text.n);
    case STREAM_DAY:
        return arena_strdup(view->arena, day_format(cell->as.day, day));
    case STREAM_INSTANT:
        return instant_show(view->arena, cell->as.n);
    case STREAM_BOOL:
        return cell->as.n ? "true" : "false";
    case STREAM_MONEY:
        return show_scaled(view->arena, cell->as.n, money_decimals(view, record));
    case STREAM_RATE:
        return show_scaled(view->arena, cell->as.n, 9);
    default:
        return show_scaled(view->arena, cell->as.n, 0);
    }
}

static void take_mapped(const struct preview_sink *view, const struct stream_record *record,
                        struct preview_row *row)
{
    size_t n = 0;
    row->cell = arena_many(view->arena, view->out->n_columns + 1, const char *);
    for (size_t f = 0; f < stream_field_count(view->stream); f++) {
        if (view->is_mapped[f])
            row->cell[n++] = show_cell(view, f, record);
    }
    for (size_t i = 0; i < record->n_values; i++) {
        const struct stream_value *value = &record->value[i];
        int usage = mapping_value_usage(view->mapping, value->index);
        row->cell[n + value->index] =
            show_scaled(view->arena, value->v, view->set->usage[usage].decimals);
    }
}

static void take_record(const struct preview_sink *view, const struct input_record *raw,
                        struct preview_row *row)
{
    struct stream_record record;
    struct mapping_reject reject;
    size_t rule;
    row->line = raw->line;
    row->outcome = mapping_apply_input(view->reader, view->scratch, raw, &record, &rule, &reject);
    switch (row->outcome) {
    case MAPPED:
        take_mapped(view, &record, row);
        view->out->mapped++;
        break;
    case MAPPING_IGNORED:
        row->rule = mapping_rule(view->mapping, rule);
        view->out->ignored++;
        break;
    default:
        row->reject =
            (struct mapping_reject){reject.column, arena_strdup(view->arena, reject.field),
                                    reject.reason, arena_strdup(view->arena, reject.message)};
        view->out->rejected++;
    }
}

static void name_columns(struct preview_sink *view)
{
    struct preview *out = view->out;
    int usage;
    out->column = arena_many(view->arena, STREAM_FIELDS_MAX + STREAM_VALUES_MAX, const char *);
    for (size_t f = 0; f < stream_field_count(view->stream); f++) {
        view->is_mapped[f] = mapping_has_field(view->mapping, f);
        if (view->is_mapped[f])
            out->column[out->n_columns++] = view->stream->field[f].name;
    }
    for (size_t i = 0; (usage = mapping_value_usage(view->mapping, i)) >= 0; i++)
        out->column[out->n_columns++] = view->set->usage[usage].name;
}

void preview_take(struct preview_sink *sink, const struct input_record *raw)
{
    if (sink->out->n == sink->max)
        return;
    arena_reset(sink->scratch);
    take_record(sink, raw, &sink->out->row[sink->out->n++]);
}

static bool read_rows(struct preview_sink *view, struct input *input, GError **err)
{
    bool found = true;
    while (view->out->n < view->max) {
        struct input_record raw;
        if (!input_next(input, &raw, &found, err))
            return false;
        if (!found)
            break;
        preview_take(view, &raw);
    }
    return true;
}

static struct preview_sink begin(struct arena *arena, const struct mapping_set *set,
                                 const struct mapping *mapping, size_t max, struct preview *out)
{
    *out = (struct preview){.row = arena_many(arena, max, struct preview_row)};
    return (struct preview_sink){.arena = arena,
                                 .set = set,
                                 .mapping = mapping,
                                 .stream = mapping_stream(mapping),
                                 .max = max,
                                 .out = out};
}

bool preview_file(struct arena *arena, const struct mapping_set *set, const struct mapping *mapping,
                  const char *path, const char *name, size_t max, struct preview *out, GError **err)
{
    const struct input_how how = mapping_how(mapping, path);
    struct preview_sink view = begin(arena, set, mapping, max, out);
    const char *header = "";
    g_autoptr(arena_t) scratch = arena_new();
    g_autoptr(input_t) input = input_open(path, &how, err);
    if (!input || (mapping_has_header(mapping, path) &&
                   !mapping_read_header(arena, input, name, &header, err)))
        return false;
    view.scratch = scratch;
    view.reader =
        mapping_bind(arena, mapping, mapping_format(mapping, path), slice_of(header), name, err);
    if (!view.reader)
        return false;
    name_columns(&view);
    return read_rows(&view, input, err);
}

bool preview_records(struct arena *arena, const struct mapping_set *set,
                     const struct mapping *mapping, const char *name, size_t max,
                     preview_read_fn read, void *context, struct preview *out, GError **err)
{
    struct preview_sink view = begin(arena, set, mapping, max, out);
    g_autoptr(arena_t) scratch = arena_new();
    view.scratch = scratch;
    view.reader = mapping_bind(arena, mapping, FORMAT_NDJSON, SLICE(""), name, err);
    if (!view.reader)
        return false;
    name_columns(&view);
    return read(context, &view, err);
}
