/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spans of usage of one party, metric, subject and month, each value with its load, and how
 * compaction packs them. No warehouse in here. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "core/usage_pack.h"
#include "ingest/mapping.h"

enum { SPAN_DAYS = USAGE_PACK_DAYS };

/* What may become of a load's values. */
enum span_fate {
    SPAN_KEEP,  /* they can still be retracted, or asked about before they came: nothing is lost */
    SPAN_MERGE, /* they count for whoever may still ask: values of one day become one */
    SPAN_DROP   /* they count for nobody who may still ask */
};

typedef enum span_fate (*span_fate_fn)(const void *context, int64_t load_id);

/*
 * Pack the rows of a group into fewer: values to merge come together by the metric's rule in one
 * row under the smallest of their loads, and every other row goes whole into the first row whose
 * days it does not touch. Packing what was packed gives it again.
 *
 * rows    struct usage_span, ascending by load_id; no two rows share a load
 * packed  emptied, then struct usage_span, ascending by load_id; no two have the same
 *
 * A sum that leaves 64 bits stays in rows of its own. Cost: rows times packed rows.
 */
void span_pack(const GArray *rows, enum mapping_combine combine, span_fate_fn fate,
               const void *context, GArray *packed);

/* The combine rule of a metric's row; a rule the schema does not know is a bug. */
enum mapping_combine span_combine(const char *rule);

/* Have all values the load of the row? */
bool span_is_plain(const struct usage_span *span);
