/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/sources.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "ingest/digest.h"
#include "support/warehouse.h"

static const char metrics[] =
    "usage:\n"
    "  - {name: runs, unit: runs, combine: sum, decimals: 0}\n"
    "  - {name: peak, unit: ms, combine: max, decimals: 1}\n"
    "  - {name: low, unit: ms, combine: min, decimals: 1}\n"
    "  - {name: level, unit: seats, combine: latest, decimals: 0}\n"
    "  - {name: by_user, unit: actions, combine: sum, decimals: 0, by: user}\n";

const char *sources_directory(const char *sources)
{
    static int count;
    g_autofree char *name = g_strdup_printf("company %d", ++count); /* paths may hold spaces */
    g_autofree char *path = g_build_filename(warehouse_scratch(), name, NULL);
    const char *directory = g_intern_string(path); /* until the end */
    g_autofree char *yaml = g_strdup_printf("organisation: Test\ntime_zone: Asia/Tokyo\n"
                                            "currency: USD\nlanguage: en\n%s",
                                            sources);
    sources_write(directory, "kenko.yaml", yaml);
    sources_write(directory, "metrics.yaml", metrics);
    return directory;
}

static void write_file(const char *directory, const char *name, const char *text, const char *mode)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0755) != 0)
        fail_msg("cannot make %s", folder);
    FILE *file = g_fopen(path, mode);
    if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fclose(file) != 0)
        fail_msg("cannot write %s", path);
}

void sources_write(const char *directory, const char *name, const char *text)
{
    write_file(directory, name, text, "w");
}

void sources_append(const char *directory, const char *name, const char *text)
{
    write_file(directory, name, text, "a");
}

void sources_remove(const char *directory, const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    if (g_unlink(path) != 0)
        fail_msg("cannot remove %s", path);
}

bool sources_try(struct db *db, const char *directory, size_t batch_bytes,
                 struct ingest_summary *summary, GError **err)
{
    struct ingest_summary unused;
    struct ingest_options options = {.batch_bytes = batch_bytes};
    g_autoptr(config_t) config = config_open(directory, err);
    return config &&
           ingest_run(db, warehouse_dsn(), config, &options, summary ? summary : &unused, err);
}

void sources_ingest(struct db *db, const char *directory, struct ingest_summary *summary)
{
    g_autoptr(GError) err = NULL;
    if (!sources_try(db, directory, 0, summary, &err))
        fail_msg("%s", err->message);
}

char *sources_digest(struct db *db)
{
    g_autoptr(GError) err = NULL;
    char *hex = NULL;
    if (!digest_content(db, DIGEST_ALL, &hex, &err))
        fail_msg("%s", err->message);
    return hex;
}

char *sources_facts(struct db *db)
{
    g_autoptr(GError) err = NULL;
    char *hex = NULL;
    if (!digest_content(db, DIGEST_FACTS, &hex, &err))
        fail_msg("%s", err->message);
    return hex;
}

void sources_expect(struct db *db, const char *query, const char *value)
{
    g_autofree char *found = warehouse_value(db, query);
    if (g_strcmp0(found, value) != 0)
        fail_msg("%s gives %s, want %s", query, found ? found : "null", value ? value : "null");
}
