/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which stream the columns could be mapped to, and which column to which field. */
#include "ingest/guess_internal.h"

enum { SCORE_MIN = 40, SCORE_MISSING = 120 };

/* Can a column's values become the field's? */
static bool fits(const struct guess_column *c, enum stream_type type)
{
    bool number = c->type == GUESS_INTEGER || c->type == GUESS_DECIMAL;
    bool flag = c->type == GUESS_INTEGER && c->min && c->max &&
                (strcmp(c->min, "0") == 0 || strcmp(c->min, "1") == 0) &&
                (strcmp(c->max, "0") == 0 || strcmp(c->max, "1") == 0);
    if (c->type == GUESS_EMPTY)
        return true;
    switch (type) {
    case STREAM_DAY:
    case STREAM_INSTANT:
        return c->type == GUESS_DAY || c->type == GUESS_TIME || c->maybe_time || c->ambiguous;
    case STREAM_INTEGER:
        return c->type == GUESS_INTEGER;
    case STREAM_MONEY:
    case STREAM_RATE:
        return number;
    case STREAM_BOOL:
        return c->type == GUESS_BOOLEAN || flag;
    default:
        return c->content != GUESS_ARRAY;
    }
}

/* What the values say, when the name does not. */
static int content_score(const struct guess_column *c, const char *field)
{
    static const struct {
        const char *field;
        enum guess_content content;
        int score;
    } known[] = {{"currency", GUESS_CURRENCY, 70}, {"domain", GUESS_DOMAIN, 50},
                 {"domain", GUESS_URL, 45},        {"email", GUESS_MAIL, 60},
                 {"owner_email", GUESS_MAIL, 40},  {"party", GUESS_SALESFORCE_ID, 45},
                 {"party", GUESS_DOMAIN, 44},      {"party", GUESS_MAIL, 40}};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (c->content == known[i].content && strcmp(field, known[i].field) == 0)
            return known[i].score;
    }
    bool time = c->type == GUESS_DAY || c->type == GUESS_TIME;
    return time && strcmp(field, "at") == 0 ? SCORE_MIN : 0;
}

static int score_of(const struct guess_column *c, enum stream_kind kind,
                    const struct stream_field *field)
{
    if (!fits(c, field->type))
        return 0;
    int score = MAX(guess_name_score(kind, field->name, c->name), content_score(c, field->name));
    return c->type == GUESS_EMPTY ? score / 2 : score;
}

/* A way to map the columns to one stream. */
struct choice {
    int field[STREAM_FIELDS_MAX];
    int score;
    size_t missing;
};

const char *guess_constant(const struct guess *guess, enum stream_kind kind, const char *field)
{
    if (kind != STREAM_SURVEY_RESPONSE || strcmp(field, "kind") != 0)
        return NULL;
    g_autofree char *lower = g_utf8_strdown(guess->path, -1);
    return strstr(lower, "nps") ? "nps" : strstr(lower, "csat") ? "csat" : NULL;
}

/* The best pair first, then the best of what is left. */
static void assign(const struct guess *guess, enum stream_kind kind, struct choice *out)
{
    const struct stream *stream = stream_get(kind);
    size_t n_fields = stream_field_count(stream);
    g_autofree int *score = g_new0(int, n_fields *(guess->n_columns + 1));
    g_autofree bool *used = g_new0(bool, guess->n_columns + 1);
    *out = (struct choice){0};
    for (size_t f = 0; f < n_fields; f++) {
        out->field[f] = -1;
        for (size_t c = 0; c < guess->n_columns; c++)
            score[f * guess->n_columns + c] = score_of(&guess->column[c], kind, &stream->field[f]);
    }
    for (;;) {
        int best = SCORE_MIN - 1;
        size_t at_f = 0, at_c = 0;
        for (size_t f = 0; f < n_fields; f++) {
            for (size_t c = 0; out->field[f] < 0 && c < guess->n_columns; c++) {
                int s = score[f * guess->n_columns + c] + 2 * stream->field[f].required;
                if (!used[c] && s > best) {
                    best = s;
                    at_f = f;
                    at_c = c;
                }
            }
        }
        if (best < SCORE_MIN)
            break;
        out->field[at_f] = (int)at_c;
        used[at_c] = true;
        out->score += best;
    }
    for (size_t f = 0; f < n_fields; f++)
        out->missing += stream->field[f].required && out->field[f] < 0 &&
                        !guess_constant(guess, kind, stream->field[f].name);
    out->score -= SCORE_MISSING * (int)out->missing;
}

static bool is_used(const struct guess *guess, size_t column)
{
    for (size_t f = 0; f < STREAM_FIELDS_MAX; f++) {
        if (guess->field[f] == (int)column)
            return true;
    }
    return guess->id == (int)column;
}

static bool is_id_name(const char *name)
{
    static const char *const names[] = {
        "id", "eventid", "messageid", "recordid", "uuid", "transactionid", "insertid", "_id", NULL};
    const char *last = *name == '/' ? strrchr(name, '/') + 1 : name;
    g_autofree char *plain = guess_plain_name(slice_of(last));
    return g_strv_contains(names, plain);
}

/* Ids of events: by name, or what is a UUID and never repeats. */
static void choose_id(struct guess *guess)
{
    for (size_t c = 0; c < guess->n_columns; c++) {
        const struct guess_column *column = &guess->column[c];
        bool complete = column->n > 0 && column->empty == 0;
        if (complete && !is_used(guess, c) &&
            (is_id_name(column->name) || (column->content == GUESS_UUID && !column->repeated))) {
            guess->id = (int)c;
            return;
        }
    }
}

static void choose_values(struct guess *guess)
{
    for (size_t c = 0; c < guess->n_columns && guess->n_values < STREAM_VALUES_MAX; c++) {
        const struct guess_column *column = &guess->column[c];
        g_autofree char *plain = guess_plain_name(slice_of(column->name));
        bool number = column->type == GUESS_INTEGER || column->type == GUESS_DECIMAL;
        if (number && !is_used(guess, c) && !g_str_has_suffix(plain, "id"))
            guess->value[guess->n_values++] = (int)c;
    }
}

static void take(struct guess *guess, enum stream_kind kind, const struct choice *choice)
{
    guess->kind = kind;
    guess->kind_found = choice->missing == 0;
    guess->id = -1;
    guess->n_values = 0;
    for (size_t f = 0; f < STREAM_FIELDS_MAX; f++)
        guess->field[f] = f < stream_field_count(stream_get(kind)) ? choice->field[f] : -1;
    if (stream_get(kind)->is_usage) {
        choose_id(guess);
        choose_values(guess);
    }
}

/* Records with numbers are metrics, records with ids or without numbers are events. */
static enum stream_kind usage_kind(const struct guess *guess)
{
    return guess->id >= 0 || guess->n_values == 0 ? STREAM_USAGE_EVENT : STREAM_USAGE_METRIC;
}

void guess_choose(struct guess *guess, int kind)
{
    struct choice best = {.score = INT_MIN}, choice;
    enum stream_kind best_kind = STREAM_USAGE_METRIC;
    for (int k = 0; k < STREAM_COUNT; k++) {
        if (kind >= 0 && k != kind)
            continue;
        assign(guess, (enum stream_kind)k, &choice);
        choice.score += guess_file_score((enum stream_kind)k, guess->path);
        if (choice.score > best.score) {
            best = choice;
            best_kind = (enum stream_kind)k;
        }
    }
    take(guess, best_kind, &best);
    enum stream_kind usage = usage_kind(guess);
    if (kind < 0 && stream_get(best_kind)->is_usage && usage != best_kind) {
        assign(guess, usage, &choice);
        take(guess, usage, &choice);
    }
}
