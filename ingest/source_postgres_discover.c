/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which tables somebody else's database has, and how each could be read: by what they and their
 * columns are called and typed; no row is looked at. */
#include "ingest/guess.h"
#include "ingest/source_postgres_internal.h"

/* One table while it is offered. */
struct offering {
    const struct source_run *run;
    struct arena *arena;
    const struct q_foreign_tables_row *row;
    struct guess guess;
    struct source_offer offer;
    GString *note;
};

static const char *kind_name(char kind)
{
    switch (kind) {
    case 'v':
        return "view";
    case 'm':
        return "materialised view";
    case 'p':
        return "partitioned table";
    case 'f':
        return "foreign table";
    default:
        return "table";
    }
}

/* Views know no versions of rows: they are read whole. */
static bool has_versions(const struct offering *o)
{
    return strchr("rpm", *o->row->kind) != NULL;
}

static void PRINTF_LIKE(2, 3) note(struct offering *o, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append(o->note, o->note->len > 0 ? "; " : "");
    g_string_append_vprintf(o->note, format, args);
    va_end(args);
}

static void take_columns(struct offering *o)
{
    static const struct {
        const char *name;
        enum guess_type type;
    } types[] = {{"boolean", GUESS_BOOLEAN}, {"integer", GUESS_INTEGER}, {"decimal", GUESS_DECIMAL},
                 {"day", GUESS_DAY},         {"time", GUESS_TIME},       {"text", GUESS_TEXT}};
    const struct db_texts *columns = &o->row->columns;
    o->guess = (struct guess){.path = o->row->name, .n_columns = columns->n};
    o->guess.column = arena_many(o->arena, columns->n + 1, struct guess_column);
    for (size_t i = 0; i < columns->n; i++) {
        struct guess_column *c = &o->guess.column[i];
        *c = (struct guess_column){.name = columns->v[i], .type = GUESS_TEXT, .note = ""};
        c->content = GUESS_ARRAY; /* what is none of the types fits no field */
        for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
            if (strcmp(types[t].name, o->row->types.v[i]) != 0)
                continue;
            c->type = types[t].type;
            c->content = GUESS_PLAIN;
        }
    }
    guess_choose(&o->guess, -1);
    o->guess.id = -1; /* rows are known by their key */
}

static const struct guess_column *column_of(const struct offering *o, const char *name)
{
    for (size_t i = 0; i < o->guess.n_columns; i++) {
        if (strcmp(o->guess.column[i].name, name) == 0)
            return &o->guess.column[i];
    }
    return NULL;
}

/* The column a record is known by: its external id, else its party. NULL: none is mapped to it. */
static const char *known_by(const struct offering *o)
{
    const struct stream *stream = stream_get(o->guess.kind);
    int field = stream_field_index(stream, "external_id");
    if (field < 0)
        field = stream_field_index(stream, "party");
    int column = field < 0 ? -1 : o->guess.field[field];
    return column < 0 ? NULL : o->guess.column[column].name;
}

static void choose_key(struct offering *o)
{
    const struct db_texts *key = &o->row->key;
    if (key->n == 1) {
        o->offer.key = key->v[0];
        return;
    }
    if (key->n > 1) {
        g_autofree char *list = source_postgres_list(key);
        note(o, "its key is of several columns (%s), and one is wanted: a view may join them",
             list);
        return;
    }
    note(o, "it has no key: name the column that tells its rows apart");
    if (!stream_get(o->guess.kind)->is_usage)
        o->offer.key = known_by(o);
}

/* A column that grows with every change; of rows that are only added their number does. */
static void choose_cursor(struct offering *o)
{
    int best = 0;
    if (!has_versions(o)) {
        note(o, stream_get(o->guess.kind)->is_usage
                    ? "its rows have no versions, so usage is not read from it: name its table"
                    : "its rows have no versions: it is read whole");
        return;
    }
    for (size_t i = 0; i < o->guess.n_columns; i++) {
        const struct guess_column *c = &o->guess.column[i];
        int score = guess_name_score(STREAM_ACCOUNT, "changed_at", c->name);
        if ((c->type != GUESS_TIME && c->type != GUESS_DAY) || score <= best)
            continue;
        best = score;
        o->offer.cursor = c->name;
    }
    if (o->offer.cursor || !stream_get(o->guess.kind)->is_usage)
        return;
    const struct guess_column *key = o->offer.key ? column_of(o, o->offer.key) : NULL;
    int at = o->guess.field[stream_field_index(stream_get(o->guess.kind), "at")];
    if (key && key->type == GUESS_INTEGER)
        o->offer.cursor = key->name;
    else if (at >= 0)
        o->offer.cursor = o->guess.column[at].name;
}

static bool is_indexed(const struct offering *o, const char *column)
{
    for (size_t i = 0; i < o->row->indexed.n; i++) {
        if (strcmp(o->row->indexed.v[i], column) == 0)
            return true;
    }
    return false;
}

static void put_column(GString *out, const char *option, const char *column)
{
    g_string_append_printf(out, "        %s: ", option);
    guess_write_text(out, column);
    g_string_append_c(out, '\n');
}

static const char *write_entry(const struct offering *o)
{
    g_autoptr(GString) how = g_string_new(NULL), out = g_string_new(NULL);
    put_column(how, "table", o->offer.name);
    if (o->offer.key)
        put_column(how, "key", o->offer.key);
    else
        g_string_append(how, "        key: COLUMN   # tells rows apart\n");
    if (o->offer.cursor)
        put_column(how, "cursor", o->offer.cursor);
    else if (stream_get(o->guess.kind)->is_usage)
        g_string_append(how, "        cursor: COLUMN   # grows with every row\n");
    else
        g_string_append(how, "        mode: full\n");
    if (*o->offer.note)
        g_string_append_printf(out, "      # %s\n", o->offer.note);
    guess_write_entry(&o->guess, how->str, out);
    return arena_strdup(o->arena, out->str);
}

static void offer(struct offering *o, bool wants_entry)
{
    const struct q_foreign_tables_row *row = o->row;
    o->offer = (struct source_offer){.name = row->name,
                                     .what = kind_name(*row->kind),
                                     .rows = row->estimated_is_null ? -1 : row->estimated,
                                     .bytes = -1};
    take_columns(o);
    if (!row->place_is_null)
        o->offer.stream = mapping_stream(o->run->source->mapping[row->place - 1])->name;
    if (!row->may_read)
        note(o, "it may not be read: grant USAGE on its schema and SELECT on its columns");
    choose_key(o);
    choose_cursor(o);
    if (o->offer.cursor && !is_indexed(o, o->offer.cursor))
        note(o, "no index begins with %s: each run looks at the whole table", o->offer.cursor);
    o->offer.note = arena_strdup(o->arena, o->note->str);
    if (wants_entry && row->may_read)
        o->offer.entry = write_entry(o);
}

/* The tables that streams name, in their order. */
static struct db_texts configured(struct arena *arena, const struct mapping_source *source)
{
    const char **name = arena_many(arena, source->n_mappings + 1, const char *);
    for (size_t i = 0; i < source->n_mappings; i++)
        name[i] = source_postgres_name(arena, source->mapping[i]);
    return (struct db_texts){source->n_mappings, name, NULL};
}

bool source_postgres_discover(const struct source_run *run, struct source_offers *out, GError **err)
{
    struct source_postgres_table table = {0};
    struct q_foreign_tables_rows rows;
    const struct db_texts names = configured(out->arena, run->source);
    if (!source_postgres_reach(out->arena, run, &table, err))
        return false;
    struct db *foreign = source_postgres_open(&table, err);
    bool ok = foreign && q_foreign_tables(out->arena, foreign, &names, &rows, err);
    db_close(foreign);
    for (size_t i = 0; ok && i < rows.n; i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        struct offering o = {.run = run, .arena = out->arena, .row = &rows.row[i], .note = text};
        offer(&o, out->wants_entries);
        g_array_append_val(out->list, o.offer);
    }
    return ok;
}
