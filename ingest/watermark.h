/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Watermarks: how far each source that is not a file was read. */
#pragma once

#include "core/job.h"

/* Where a source stopped in a stream ("" where one position serves all streams): a text in the
 * arena, NULL when it was never read. One round trip. */
MUST_USE bool watermark_load(struct arena *arena, struct db *db, const char *source,
                             const char *stream, const char **position, GError **err);

/* Move it, inside a delivery's transaction; load_id 0 when the delivery has no load. */
MUST_USE bool watermark_save(struct db *db, const struct job *job, const char *source,
                             const char *stream, const char *position, int64_t load_id,
                             GError **err);
