/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/mapping.h"

#include "core/utf8.h"
#include "ingest/encoding_evidence.h"
#include "ingest/mapping_reader.h"
#include "ingest/number.h"
#include "ingest/scan_csv.h"

enum stream_kind mapping_kind(const struct mapping *mapping)
{
    return mapping->kind;
}

const struct stream *mapping_stream(const struct mapping *mapping)
{
    return stream_get(mapping->kind);
}

const char *mapping_party_source(const struct mapping *mapping)
{
    return mapping->party_source;
}

enum mapping_on_change mapping_on_change(const struct mapping *mapping)
{
    return mapping->on_change;
}

bool mapping_keeps(const struct mapping *mapping)
{
    return mapping->keeps;
}

bool mapping_has_id(const struct mapping *mapping)
{
    return mapping->id != NULL;
}

bool mapping_has_field(const struct mapping *mapping, size_t field)
{
    return mapping->field[field] || mapping->constant[field];
}

const char *mapping_rule(const struct mapping *mapping, size_t index)
{
    return mapping->rule[index].name;
}

int mapping_value_usage(const struct mapping *mapping, size_t n)
{
    return n < mapping->n_values ? mapping->value[n].usage : -1;
}

const struct mapping_contract *mapping_contract(const struct mapping *mapping)
{
    return &mapping->contract;
}

const struct zone *mapping_zone(const struct mapping *mapping)
{
    return mapping->zone;
}

const char *mapping_currency(const struct mapping *mapping)
{
    return mapping->currency;
}

static enum mapping_outcome refuse(struct mapping_reject *out, int column, const char *field,
                                   const char *reason, const char *message)
{
    *out = (struct mapping_reject){column, field ? field : "", reason, message};
    return MAPPING_REJECTED;
}

/* Bytes that are not text, with what they may be instead. */
static void refuse_bytes(struct arena *arena, struct slice record, int column,
                         struct mapping_reject *reject)
{
    if (encoding_is_undecodable(record, (size_t)column - 1))
        refuse(reject, column, "", "bad_encoding",
               "bytes that do not decode from the file's encoding");
    else
        refuse(reject, column, "", "bad_utf8",
               arena_printf(arena, "a byte sequence that is not UTF-8%s",
                            encoding_evidence_hint(record)));
}

static bool scan_json(struct mapping_reader *reader, struct arena *arena, struct slice record,
                      uint64_t *replaced, struct mapping_reject *reject)
{
    struct scan_error error;
    if (scan_json_shaped(arena, &reader->shape, record, reader->got, replaced, &error))
        return true;
    if (strcmp(error.reason, "bad_utf8") == 0)
        refuse_bytes(arena, record, error.column, reject);
    else
        refuse(reject, error.column, "", error.reason, error.message);
    return false;
}

/* UTF-8, and is U+0000 in it? */
static bool check_bytes(struct mapping_reader *reader, struct arena *arena, struct slice record,
                        struct mapping_reject *reject)
{
    size_t wrong;
    enum utf8_result utf8 = utf8_check(record, &wrong);
    reader->has_nul = utf8 == UTF8_HAS_NUL;
    if (utf8 == UTF8_BROKEN)
        refuse_bytes(arena, record, (int)wrong + 1, reject);
    return utf8 != UTF8_BROKEN;
}

static void got_text(struct mapping_reader *reader, size_t source, struct slice text)
{
    reader->got[source] =
        (struct scan_json_value){text.n == 0 ? SCAN_JSON_NULL : SCAN_JSON_STRING, text};
}

static bool scan_csv(struct mapping_reader *reader, struct arena *arena, struct slice record,
                     struct mapping_reject *reject)
{
    struct scan_error error;
    size_t n;
    if (!scan_csv_split_wanted(arena, record, reader->separator, reader->wanted, reader->columns,
                               reader->n_columns, &n, &error)) {
        refuse(reject, error.column, "", error.reason, error.message);
        return false;
    }
    if (n != reader->n_columns) {
        refuse(reject, (int)record.n, "", "ragged_row",
               arena_printf(arena, "%zu fields, want %zu as in %s", n, reader->n_columns,
                            reader->mapping->n_columns ? "columns" : "the header"));
        return false;
    }
    for (size_t i = 0; i < reader->n_sources; i++)
        got_text(reader, i, reader->columns[reader->column_of[i]]);
    return true;
}

/* Fill reader->got with the record's source values. */
static bool scan(struct mapping_reader *reader, struct arena *arena, const struct input_record *raw,
                 uint64_t *replaced, struct mapping_reject *reject)
{
    const struct csv_marks *marks = raw->is_marked ? &raw->marks : NULL;
    reader->has_nul = false;
    if (reader->separator == 0)
        return scan_json(reader, arena, raw->text, replaced, reject);
    if (!(marks && marks->is_plain) && !check_bytes(reader, arena, raw->text, reject))
        return false;
    if (!marks || marks->n != reader->n_columns)
        return scan_csv(reader, arena, raw->text, reject);
    const char *end = raw->text.p + raw->text.n;
    for (size_t i = 0; i < reader->n_sources; i++)
        got_text(reader, i, csv_marks_field(marks, arena, (size_t)reader->column_of[i], end));
    return true;
}

/* The record's time must lie within the mapping's stated bounds. */
static enum mapping_outcome check_time(const struct mapping_reader *reader, struct arena *arena,
                                       const struct stream_record *record,
                                       struct mapping_reject *reject)
{
    const struct mapping *m = reader->mapping;
    int64_t at = record->cell[reader->at].as.n;
    if (at >= reader->surely_from && at < reader->surely_to)
        return MAPPED;
    int32_t day = zone_day(m->zone, at);
    char shown[DAY_TEXT_SIZE], limit[DAY_TEXT_SIZE];
    day_format(day, shown);
    if (m->has_earliest && day < m->earliest)
        return refuse(reject, 0, m->field[reader->at], "too_early",
                      arena_printf(arena, "is of %s, before earliest: %s", shown,
                                   day_format(m->earliest, limit)));
    if (m->has_latest && day >= m->latest)
        return refuse(reject, 0, m->field[reader->at], "too_late",
                      arena_printf(arena, "is of %s, not before latest: %s", shown,
                                   day_format(m->latest, limit)));
    return MAPPED;
}

/* One value of the record into out->value; none where its field is empty. */
static enum mapping_outcome fill_value(const struct mapping_reader *reader, struct arena *arena,
                                       size_t i, struct stream_record *out,
                                       struct mapping_reject *reject)
{
    const struct mapping_value *value = &reader->mapping->value[i];
    const struct mapping_usage *usage = &reader->mapping->usage[value->usage];
    struct slice text = {"1", 1};
    int64_t v = reader->one[i];
    enum number_result result = NUMBER_OK;
    if (reader->value[i] != NOT_MAPPED) {
        text = mapping_source_text(reader, reader->value[i]);
        if (text.n == 0)
            return MAPPED; /* no value is no fact, not zero */
        result = number_parse(text, usage->decimals, &v);
    }
    if (result == NUMBER_MALFORMED)
        return refuse(reject, 0, value->field, "bad_number", mapping_say(arena, text, "a number"));
    if (result == NUMBER_OUT_OF_RANGE)
        return refuse(reject, 0, value->field, "out_of_range",
                      mapping_say(arena, text, "a number within 64 bits in the metric's scale"));
    if (v < usage->min || v > usage->max)
        return refuse(reject, 0, value->field, "out_of_contract",
                      mapping_say(arena, text, usage->promise));
    out->rounded += result == NUMBER_ROUNDED;
    out->value[out->n_values++] = (struct stream_value){(uint32_t)i, v};
    return MAPPED;
}

static enum mapping_outcome fill_values(const struct mapping_reader *reader, struct arena *arena,
                                        struct stream_record *out, struct mapping_reject *reject)
{
    for (uint64_t left = mapping_choice_values(reader); left; left &= left - 1) {
        if (fill_value(reader, arena, (size_t)__builtin_ctzll(left), out, reject) != MAPPED)
            return MAPPING_REJECTED;
    }
    return MAPPED;
}

static enum mapping_outcome apply(struct mapping_reader *reader, struct arena *arena,
                                  const struct input_record *raw, struct stream_record *out,
                                  size_t *rule, struct mapping_reject *reject)
{
    const struct mapping *m = reader->mapping;
    out->n_values = 0;
    out->rounded = out->replaced = 0;
    out->raw = raw->text;
    out->id = (struct slice){NULL, 0};
    if (!scan(reader, arena, raw, &out->replaced, reject))
        return MAPPING_REJECTED;
    for (size_t i = 0; i < m->n_rules; i++) {
        if (mapping_choice_passes(&m->rule[i].test, mapping_source_text(reader, reader->rule[i]))) {
            *rule = i;
            return MAPPING_IGNORED;
        }
    }
    if (!mapping_field_fill(reader, arena, out, reject))
        return MAPPING_REJECTED;
    if (reader->id != NOT_MAPPED) {
        out->id = mapping_source_text(reader, reader->id);
        if (out->id.n == 0)
            return refuse(reject, 0, m->id, "missing_id", "is empty, want the record's id");
    }
    if (reader->at >= 0 && check_time(reader, arena, out, reject) != MAPPED)
        return MAPPING_REJECTED;
    return fill_values(reader, arena, out, reject);
}

/* The byte at which the refused field stands in the record, when its text is there as it is. */
static int column_of(const struct mapping_reader *reader, struct slice record, const char *field)
{
    for (size_t i = 0; i < reader->n_sources; i++) {
        const char *at = reader->got[i].text.p;
        if (strcmp(reader->source_name[i], field) == 0 && at && at >= record.p &&
            at <= record.p + record.n)
            return (int)(at - record.p) + 1;
    }
    return 0;
}

enum mapping_outcome mapping_apply_input(struct mapping_reader *reader, struct arena *arena,
                                         const struct input_record *raw, struct stream_record *out,
                                         size_t *rule, struct mapping_reject *reject)
{
    if (raw->too_long || raw->text.n > reader->mapping->max_line) {
        *reject = (struct mapping_reject){0, "", "too_long",
                                          "the record is longer than max_line_kib allows"};
        return MAPPING_REJECTED;
    }
    enum mapping_outcome outcome = apply(reader, arena, raw, out, rule, reject);
    if (outcome == MAPPING_REJECTED && reject->column == 0)
        reject->column = column_of(reader, raw->text, reject->field);
    return outcome;
}

enum mapping_outcome mapping_apply(struct mapping_reader *reader, struct arena *arena,
                                   struct slice record, struct stream_record *out, size_t *rule,
                                   struct mapping_reject *reject)
{
    const struct input_record raw = {.text = record};
    return mapping_apply_input(reader, arena, &raw, out, rule, reject);
}
