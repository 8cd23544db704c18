/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/watermark.h"

#include "sql/ingest.h"

bool watermark_load(struct arena *arena, struct db *db, const char *source, const char *stream,
                    const char **position, GError **err)
{
    struct q_watermark_get_row row;
    bool found;
    if (!q_watermark_get(arena, db, source, stream, &row, &found, err))
        return false;
    *position = found ? row.position : NULL;
    return true;
}

bool watermark_save(struct db *db, const struct job *job, const char *source, const char *stream,
                    const char *position, int64_t load_id, GError **err)
{
    return q_load_watermark(db, source, stream, position, job_run_id(job),
                            load_id ? &load_id : NULL, NULL, err);
}
