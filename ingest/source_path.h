/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files a stream of type file names. */
#pragma once

#include "ingest/mapping.h"

/*
 * The files that fit the stream's `path`, in name order; caller frees the array.
 *
 * Errors  KENKO_ERROR_NOT_FOUND  none fits;  KENKO_ERROR_IO  a directory cannot be read
 */
MUST_USE GPtrArray *source_path_find(const struct config *config, const struct mapping *mapping,
                                     GError **err);

/* The directories in which such files lie or would, as far as they are there; caller frees. */
MUST_USE GPtrArray *source_path_directories(const struct config *config,
                                            const struct mapping *mapping);

/* A path as it is called in messages and in the warehouse: within the configuration's directory
 * relative to it. Points into `path`. */
const char *source_path_name(const struct config *config, const char *path);
