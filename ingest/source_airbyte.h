/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Airbyte destination protocol: a configured catalog, then RECORD, STATE and TRACE messages on
 * standard input; states come back with counts once what stood before them is committed. */
#pragma once

#include "ingest/source.h"

/*
 * type: airbyte. The pipe's catalog says what is sent: modes, keys, generations. A truncating
 * refresh stays out of sight until its stream is COMPLETE; the generation before it counts until
 * then.
 *
 * Errors  KENKO_ERROR_CONFIG       a mode, key or generation of the catalog that cannot be
 *         KENKO_ERROR_INPUT        a message is wrong, a source's count differs from ours, a stream
 * did not end COMPLETE KENKO_ERROR_INTERRUPTED  after a stop, delivery and answers
 */
extern const struct source_kind source_airbyte;
