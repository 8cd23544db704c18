/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of somebody else's PostgreSQL as a source. A table is read by a cursor, a column that
 * grows with every change, or whole. Each run sees one snapshot; how far it came is a mark in
 * ops.watermark, which knows rows by their versions, so that one committed late is not missed. */
#pragma once

#include "ingest/source.h"

extern const struct source_kind source_postgres;
