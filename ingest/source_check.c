/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Would the sources load? Said without loading. */
#include "ingest/source.h"

static void check_one(const struct source_run *run, struct source_findings *out)
{
    const struct source_kind *kind = source_kind_of(run->source);
    if (kind->check) {
        kind->check(run, out);
        return;
    }
    struct source_finding finding = {run->source->name, "", true,
                                     kind->read ? "nothing can be said before it is read"
                                                : "records come from standard input",
                                     ""};
    g_array_append_val(out->list, finding);
}

bool source_check(struct source_run *run, const char *only, struct source_findings *out,
                  GError **err)
{
    bool any = false;
    for (size_t i = 0; i < run->set->n_sources; i++) {
        run->source = &run->set->source[i];
        if (only && strcmp(only, run->source->name) != 0)
            continue;
        any = true;
        check_one(run, out);
    }
    return any || err_set(err, KENKO_ERROR_USAGE, "kenko.yaml has no source%s%s", only ? " " : "",
                          only ? only : "");
}
