/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "ingest/preview.h"
#include "ingest/source_file.h"
#include "ingest/source_path.h"

enum { RECORDS = 1000 };

/* The files of one stream while they are checked. */
struct checking {
    const struct source_run *run;
    const struct mapping *mapping;
    struct arena *arena;
    struct source_finding *finding;
};

static void fail(struct checking *c, const char *message, const char *next)
{
    c->finding->ok = false;
    c->finding->message = arena_strdup(c->arena, message);
    c->finding->next = next;
}

static const char *preview_command(const struct checking *c)
{
    return arena_printf(c->arena, "kenko source preview %s %s", c->finding->source,
                        c->finding->stream);
}

/* The header fits and the records map; adds to `mapped` and `ignored`. */
static bool check_file(struct checking *c, const char *path, int64_t *mapped, int64_t *ignored)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(arena_t) scratch = arena_new();
    struct preview preview;
    const char *name = source_path_name(c->run->config, path);
    size_t left = RECORDS > *mapped + *ignored ? (size_t)(RECORDS - *mapped - *ignored) : 0;
    if (!preview_file(scratch, c->run->set, c->mapping, path, name, left, &preview, &err)) {
        fail(c, err->message, arena_printf(c->arena, "kenko source guess %s", name));
        return false;
    }
    *mapped += preview.mapped;
    *ignored += preview.ignored;
    if (preview.rejected == 0)
        return true;
    size_t i = 0;
    while (preview.row[i].outcome != MAPPING_REJECTED)
        i++;
    const struct preview_row *row = &preview.row[i];
    fail(c,
         arena_printf(scratch,
                      "%" G_GINT64_FORMAT " of %zu records are rejected, first %s:%" G_GINT64_FORMAT
                      ":%d: %s%s%s",
                      preview.rejected, preview.n, name, row->line, MAX(row->reject.column, 1),
                      row->reject.field, *row->reject.field ? " " : "", row->reject.message),
         preview_command(c));
    return false;
}

static void check_stream(struct checking *c)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) paths = source_path_find(c->run->config, c->mapping, &err);
    int64_t mapped = 0, ignored = 0;
    if (!paths) {
        fail(c, err->message, "correct path in kenko.yaml, or bring the file");
        return;
    }
    for (guint i = paths->len; i-- > 0;) { /* the newest by name first */
        if (!check_file(c, paths->pdata[i], &mapped, &ignored))
            return;
    }
    g_autofree char *n_mapped = text_thousands(mapped), *n_ignored = text_thousands(ignored);
    c->finding->message =
        arena_printf(c->arena, "%u file%s; of the first records %s map, %s are ignored", paths->len,
                     paths->len == 1 ? "" : "s", n_mapped, n_ignored);
}

void source_file_check(const struct source_run *run, struct source_findings *out)
{
    for (size_t i = 0; i < run->source->n_mappings; i++) {
        const struct mapping *mapping = run->source->mapping[i];
        struct source_finding finding = {run->source->name, mapping_stream(mapping)->name, true, "",
                                         ""};
        struct checking c = {run, mapping, out->arena, &finding};
        check_stream(&c);
        g_array_append_val(out->list, finding);
    }
}

/* The newest file by name. */
bool source_file_preview(struct arena *arena, const struct source_run *run,
                         const struct mapping *mapping, size_t max, const char **name,
                         struct preview *out, GError **err)
{
    g_autoptr(GPtrArray) paths = source_path_find(run->config, mapping, err);
    if (!paths)
        return err_context(err, "stream %s", mapping_stream(mapping)->name);
    const char *path = arena_strdup(arena, paths->pdata[paths->len - 1]);
    *name = source_path_name(run->config, path);
    return preview_file(arena, run->set, mapping, path, *name, max, out, err);
}
