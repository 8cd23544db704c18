/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void oracle_or_skip(void)
{
    if (g_getenv("KENKO_TEST_DATA"))
        return;
    print_message("skipped: KENKO_TEST_DATA is not set\n");
    skip();
}

void oracle_read(struct arena *arena, const char *path, struct csv_table *out)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *whole = g_build_filename(g_getenv("KENKO_TEST_DATA"), path, NULL);
    if (!csv_table_load(arena, whole, NULL, out, &err))
        fail_msg("%s", err->message);
}

static const struct dataset_column *find(const struct csv_table *table, const char *name)
{
    size_t at;
    g_autoptr(GError) err = NULL;
    if (!csv_table_find(table, "table", name, &at, &err))
        fail_msg("%s", err->message);
    return &table->column[at];
}

const double *oracle_column(const struct csv_table *table, const char *name)
{
    return find(table, name)->x;
}

double oracle_level(const struct csv_table *table, const char *name, const char *level)
{
    const struct dataset_column *column = find(table, name);
    for (size_t l = 0; l < column->n_levels; l++) {
        if (strcmp(column->level[l], level) == 0)
            return (double)l;
    }
    fail_msg("%s has no level '%s'", name, level);
    return -1;
}
