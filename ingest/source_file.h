/* SPDX-License-Identifier: GPL-3.0-or-later */
/* File sources: which files a mapping names, which are new, grown, changed or known, and their
 * records into batches. */
#pragma once

#include "ingest/source.h"

/*
 * type: file. Reads what is new in all files of each mapping, in name order.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  no file fits the path
 *         KENKO_ERROR_CONFLICT   a file changed and the mapping says reject; other files are read
 *         KENKO_ERROR_INPUT      a header or compression is broken; records before it are kept
 */
extern const struct source_kind source_file;

/* Its files are there, their headers fit, and the first 1,000 records of each stream map. */
void source_file_check(const struct source_run *run, struct source_findings *out);

/* Files that no stream of any source names, in the directories of those that streams do. */
bool source_file_discover(const struct source_run *run, struct source_offers *out, GError **err);

/* The first records of the newest file. */
bool source_file_preview(struct arena *arena, const struct source_run *run,
                         const struct mapping *mapping, size_t max, const char **name,
                         struct preview *out, GError **err);
