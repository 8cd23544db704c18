/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read a small file whole, and nothing else: what is no file is refused before it can hang, what is
 * too large before it is read. */
#pragma once

#include "core/error.h"

/*
 * path  how messages call it; relative to `directory`
 * out   on success the bytes and a closing NUL, for g_free
 * size  their number
 *
 * Errors  KENKO_ERROR_CONFIG  kenko.yaml: is a FIFO, want a file
 */
MUST_USE bool config_read(const char *directory, const char *path, size_t max, char **out,
                          size_t *size, GError **err);
