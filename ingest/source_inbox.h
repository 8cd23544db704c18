/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inbox as a source: events that were pushed to the API, from ops.inbox into batches. */
#pragma once

#include "ingest/source.h"

/*
 * type: inbox. Reads the events of its keys that are new, all its streams in one delivery.
 *
 * An event is new while its seq is above its key's position in ops.watermark. Numbers are given
 * before COMMIT, so one that is seen says nothing of smaller ones; therefore a run reads up to the
 * greatest seq it finds while nobody writes: it takes ops.inbox's SHARE lock for that one question,
 * which waits for every transaction that may hold a smaller number, and lets go.
 *
 * Errors  KENKO_ERROR_CONFIG  no key, a key itself instead of its id, a kind in two streams
 *         KENKO_ERROR_BUSY    somebody has been writing into the inbox for seconds; nothing was
 * read
 */
extern const struct source_kind source_inbox;
