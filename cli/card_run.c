/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/card_run.h"

#include <stdio.h>
#include <string.h>

#include "scoring/scorecard_input.h"

/* The column of each input, -1 when it has none; notes of those that nothing asks for. */
static void match_columns(const struct card_table *table, const struct scorecard *card, int *column)
{
    for (size_t i = 0; i < card->n_inputs; i++)
        column[i] = -1;
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *name = table->column[c] + (*table->column[c] == '@');
        bool asked = c == table->key;
        for (size_t i = 0; i < card->n_inputs; i++) {
            if (card->input[i].derive != DERIVE_NONE || strcmp(card->input[i].name, name) != 0)
                continue;
            column[i] = (int)c;
            asked = true;
        }
        if (!asked)
            fprintf(stderr,
                    "kenko: note: the column '%s' is ignored: scorecard %s does not ask for it\n",
                    table->column[c], card->name);
    }
}

static bool take_cell(const struct scorecard_input *input, struct rational_pool *pool,
                      const char *text, struct scorecard_value *out)
{
    if (!text)
        return true;
    out->quality = METRIC_OK;
    if (input->type == TYPE_NUMBER)
        return rational_parse(pool, slice_of(text), &out->number);
    out->text = text;
    return input->type == TYPE_TEXT || scorecard_input_is_list(pool, text);
}

static bool fill_row(struct health_engine *engine, const struct scorecard *card,
                     const struct card_table *table, const int *column, size_t row,
                     const char *path, GError **err)
{
    struct scorecard_value *value = health_engine_begin(engine);
    const char *key = table->cell[row][table->key];
    for (size_t i = 0; i < card->n_inputs; i++) {
        const struct scorecard_input *input = &card->input[i];
        const char *text = column[i] < 0 ? NULL : table->cell[row][column[i]];
        if (!take_cell(input, health_engine_pool(engine), text, &value[i]))
            return err_set(err, KENKO_ERROR_INPUT, "%s: row %zu (%s): %s is '%s', want %s", path,
                           row + 1, key ? key : "", input->name, text,
                           input->type == TYPE_LIST ? "numbers with blanks between them"
                                                    : "a number");
    }
    return true;
}

bool card_run(struct arena *arena, const char *file, const struct card_table *table,
              const char *path, card_run_fn fn, void *context, GError **err)
{
    g_autofree char *dir = g_path_get_dirname(file), *name = g_path_get_basename(file);
    g_autoptr(config_t) config = config_bare(dir);
    const struct scorecard *card = scorecard_load_table(arena, config, name, table->column, err);
    if (!card)
        return false;
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    g_autofree int *column = g_new(int, card->n_inputs + 1);
    match_columns(table, card, column);
    for (size_t i = 0; i < table->n; i++) {
        struct health h;
        const char *key = table->cell[i][table->key];
        const struct card_run_row row = {engine, card, key ? key : "", &h};
        if (!fill_row(engine, card, table, column, i, path, err))
            return false;
        health_engine_run(engine, &h);
        if (!fn(context, &row, err))
            return false;
    }
    return true;
}
