/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that kenko makes. */
#pragma once

#include "core/error.h"
#include "core/slice.h"

/*
 * Write a file whole, the folders above it too: after a crash or on a full disk it is the old one
 * or the new one. Links stay and their file is written; an old file's permissions are kept. What is
 * there and no regular file (a device, a FIFO) is written to, not replaced, and so is /dev/stdout
 * wherever it leads. A FIFO that nobody reads is an error.
 *
 * Errors  KENKO_ERROR_DISK_FULL, KENKO_ERROR_IO  with path and reason
 */
MUST_USE bool file_write(const char *path, struct slice content, GError **err);
