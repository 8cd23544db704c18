/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of `kenko source`. */
#pragma once

#include "cli/context.h"
#include "ingest/mapping.h"

/* Show the first `max` records of a stream of the source, or of all when `stream` is NULL. */
MUST_USE bool cmd_source_preview(struct context *context, const struct mapping_set *set,
                                 const char *source, const char *stream, int max, GError **err);

/* What the warehouse knows of each source; the context is open. */
MUST_USE bool cmd_source_list(struct context *context, const struct mapping_set *set, GError **err);

/* What the source has that could be a stream; with `yaml` entries of kenko.yaml for what none
 * reads. */
MUST_USE bool cmd_source_discover(struct context *context, const struct mapping_set *set,
                                  const char *name, bool yaml, GError **err);
