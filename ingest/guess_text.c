/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kind of text a file is, before its columns are looked at. */
#include "core/scan_json.h"
#include "ingest/encoding_evidence.h"
#include "ingest/guess_internal.h"

enum { PIECE = 256 * 1024, RECORDS_TRIED = 1000, FIELDS_MAX = 512 };

/* Files that are no text at all, by how they begin. */
static bool check_magic(const char *path, struct slice start, GError **err)
{
    static const struct {
        const char *bytes, *what;
    } known[] = {
        {"PK\x03\x04", "a workbook or an archive: save the sheet as CSV UTF-8"},
        {"\xd0\xcf\x11\xe0", "an old workbook: save the sheet as CSV UTF-8"},
        {"PAR1", "Parquet: export it as CSV or as JSON, one object a line"},
        {"SQLite format 3", "a SQLite database: export a table as CSV"},
        {"%PDF", "a PDF: there are no records in it"},
        {"\x1f\x8b", "compressed, so its name should end in .gz"},
        {"\x28\xb5\x2f\xfd", "compressed, so its name should end in .zst"},
        {"BZh", "bzip2: pack it as .gz or .zst"},
        {"<", "HTML or XML: export it as CSV or as JSON, one object a line"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        size_t n = strlen(known[i].bytes);
        if (start.n >= n && memcmp(start.p, known[i].bytes, n) == 0)
            return err_set(err, KENKO_ERROR_INPUT, "%s: this is %s", path, known[i].what);
    }
    return start.n > 0 || err_set(err, KENKO_ERROR_INPUT, "%s: the file is empty", path);
}

static bool find_encoding(const char *path, enum encoding *out, GError **err)
{
    const struct input_how how = {.max_line = PIECE};
    g_autoptr(input_t) input = input_open(path, &how, err);
    g_autofree char *piece = g_malloc(PIECE);
    struct encoding_evidence evidence = {0};
    size_t got = 1;
    for (bool first = true; input && got > 0; first = false) {
        if (!input_bytes(input, piece, PIECE, &got, err))
            return false;
        if (first && !check_magic(path, (struct slice){piece, got}, err))
            return false;
        encoding_evidence_add(&evidence, (struct slice){piece, got});
    }
    *out = encoding_evidence_verdict(&evidence);
    if (*out == ENCODING_AUTO)
        *out = ENCODING_UTF8; /* the records that are not will be counted */
    return input != NULL;
}

static bool find_json(const char *path, struct guess *out, GError **err)
{
    const struct input_how how = {.max_line = 16 << 20, .encoding = out->encoding};
    g_autoptr(input_t) input = input_open(path, &how, err);
    struct input_record record;
    bool found;
    if (!input || !input_next(input, &record, &found, err))
        return false;
    struct slice text = found ? record.text : SLICE("");
    while (text.n > 0 && g_ascii_isspace(text.p[0]))
        text = (struct slice){text.p + 1, text.n - 1};
    struct scan_error unused;
    out->is_json = text.n > 0 && text.p[0] == '{' && scan_json_validate(text, &unused);
    if (text.n > 0 && text.p[0] == '[' && (record.too_long || text.n == 1 || text.p[1] == '{'))
        return err_set(err, KENKO_ERROR_INPUT,
                       "%s: one JSON array, want one object a line: jq -c '.[]' FILE makes them",
                       path);
    if (text.n > 0 && text.p[0] == '{' && !out->is_json && text.n <= 2)
        return err_set(err, KENKO_ERROR_INPUT,
                       "%s: JSON over several lines, want one object a line: jq -c . FILE makes "
                       "them",
                       path);
    return true;
}

/* How well the first records are cut by a separator. */
struct cut {
    char separator;
    size_t fields; /* that most records have */
    uint64_t fit;  /* records that have so many */
    uint64_t tried;
    bool comma_numbers; /* fields such as 12,5 */
};

static bool is_comma_number(struct slice text)
{
    const char *comma = memchr(text.p, ',', text.n);
    if (!comma || comma == text.p)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        if (!g_ascii_isdigit(text.p[i]) && text.p + i != comma && text.p[i] != '-')
            return false;
    }
    return true;
}

static bool try_separator(const char *path, enum encoding encoding, struct cut *cut, GError **err)
{
    const struct input_how how = {cut->separator, 1 << 20, encoding};
    g_autoptr(input_t) input = input_open(path, &how, err);
    g_autoptr(arena_t) arena = arena_new();
    uint64_t *records_of = arena_many(arena, FIELDS_MAX + 1, uint64_t);
    g_autoptr(arena_t) scratch = arena_new();
    bool found = true;
    while (input && cut->tried < RECORDS_TRIED) {
        struct input_record record;
        struct slice fields[FIELDS_MAX];
        struct scan_error unused;
        size_t n;
        if (!input_next(input, &record, &found, err))
            return false;
        if (!found)
            break;
        arena_reset(scratch);
        cut->tried++;
        if (!scan_csv_split(scratch, record.text, cut->separator, fields, FIELDS_MAX, &n, &unused))
            continue;
        records_of[n]++;
        for (size_t i = 0; i < n; i++)
            cut->comma_numbers = cut->comma_numbers || is_comma_number(fields[i]);
    }
    for (size_t n = 2; n <= FIELDS_MAX; n++) {
        if (records_of[n] > cut->fit) {
            cut->fit = records_of[n];
            cut->fields = n;
        }
    }
    return input != NULL;
}

/* More records that agree are better; among equals more fields, unless commas are in numbers. */
static bool is_better(const struct cut *a, const struct cut *b)
{
    if (a->fit != b->fit)
        return a->fit > b->fit;
    if (a->separator == ';' && b->separator == ',')
        return a->comma_numbers || a->fields > b->fields;
    return a->fields > b->fields;
}

bool guess_text(const char *path, struct guess *out, GError **err)
{
    if (!find_encoding(path, &out->encoding, err) || !find_json(path, out, err))
        return false;
    if (out->is_json)
        return true;
    struct cut cuts[] = {
        {.separator = ','}, {.separator = '\t'}, {.separator = ';'}, {.separator = '|'}};
    const struct cut *best = &cuts[0];
    for (size_t i = 0; i < G_N_ELEMENTS(cuts); i++) {
        if (!try_separator(path, out->encoding, &cuts[i], err))
            return false;
        if (is_better(&cuts[i], best))
            best = &cuts[i];
    }
    out->separator = best->separator;
    return true;
}
