/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/tables.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

void tables_open(struct tables *t, const char *streams, const char *schema)
{
    t->app = warehouse_open_empty();
    t->dsn = g_strdup(warehouse_dsn());
    t->db = warehouse_open();
    warehouse_sql(t->app, "SET search_path = public");
    warehouse_sql(t->app, schema);
    tables_configure(t, streams);
}

void tables_configure(struct tables *t, const char *streams)
{
    g_autofree char *text = g_strdup_printf("sources:\n"
                                            "  - name: app\n"
                                            "    type: postgres\n"
                                            "    dsn: \"%s\"\n"
                                            "    streams:\n%s",
                                            t->dsn, streams);
    t->directory = sources_directory(text);
}

void tables_close(struct tables *t)
{
    db_close(t->app);
    db_close(t->db);
    g_free(t->dsn);
}

void tables_ingest(struct tables *t, struct ingest_summary *summary)
{
    sources_ingest(t->db, t->directory, summary);
}
