/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that take messages on standard input and answer on standard output: nothing else may be
 * said there. */
#pragma once

#include "ingest/source.h"

/* Standard input and output; what the source notes goes to the log. `silent`: nothing is answered,
 * for nothing is kept. */
struct source_pipe pipe_standard(bool silent);

/* One line to standard output, at once.
 * Errors  KENKO_ERROR_IO  nobody reads it any more;  KENKO_ERROR_DISK_FULL */
MUST_USE bool pipe_say(struct slice line, GError **err);
