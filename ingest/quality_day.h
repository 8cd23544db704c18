/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What quality checks hold a day against: usage added up by metric and day. */
#pragma once

#include "core/db.h"

/*
 * Make the days from `from` on follow the loads, in the open transaction. Only days that loads
 * since the last time speak of are added up; all of them where a load was retracted, where records
 * that change count in usage, and where other metrics are asked for.
 *
 * Cost  spans that reach into those days
 */
MUST_USE bool quality_day_refresh(struct db *db, const struct db_texts *metrics, int32_t from,
                                  GError **err);
