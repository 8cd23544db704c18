/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/tables_csv.h"

#include <string.h>

#include "core/file.h"
#include "scoring/additive_table.h"

static void add_field(GString *out, const char *text)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        g_string_append(out, text);
        return;
    }
    g_string_append_c(out, '"');
    for (const char *p = text; *p; p++)
        g_string_append(out, *p == '"' ? "\"\"" : (const char[]){*p, '\0'});
    g_string_append_c(out, '"');
}

static void add_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, g_ascii_formatd(text, sizeof text, "%.9g", value));
}

static void add_cell(GString *out, struct arena *arena, const struct additive_table *t, size_t i,
                     size_t j)
{
    double share = t->share[0][i] * (t->n > 1 ? t->share[1][j] : 1);
    add_field(out, t->covariate[0]->bins->name);
    g_string_append_c(out, ',');
    add_field(out, additive_table_label(arena, t, 0, i));
    g_string_append_c(out, ',');
    if (t->n > 1)
        add_field(out, t->covariate[1]->bins->name);
    g_string_append_c(out, ',');
    if (t->n > 1)
        add_field(out, additive_table_label(arena, t, 1, j));
    g_string_append_c(out, ',');
    add_number(out, share);
    g_string_append_c(out, ',');
    add_number(out, t->value[i * t->size[1] + j]);
    g_string_append_c(out, '\n');
}

bool tables_csv_write(const struct additive *model, const char *path, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct additive_tables *tables = additive_table_all(arena, model);
    g_autoptr(GString) out =
        g_string_new("covariate_1,value_1,covariate_2,value_2,share,log_odds\nconstant,,,,1,");
    add_number(out, tables->constant);
    g_string_append_c(out, '\n');
    for (size_t t = 0; t < tables->n; t++) {
        const struct additive_table *table = &tables->table[t];
        for (size_t i = 0; i < table->size[0]; i++) {
            for (size_t j = 0; j < table->size[1]; j++)
                add_cell(out, arena, table, i, j);
        }
    }
    return file_write(path, (struct slice){out->str, out->len}, err);
}
