/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Service levels, verdicts and exposure as dashboards read them. */
#pragma once

#include "core/db.h"
#include "scoring/metric.h"

/*
 * Store what the frame's lens sees, in the transaction that publishes the day: service levels of
 * the day, writing only what differs; of the newest day also whose fault failures of the 35 days
 * before were, and exposure to incidents of the 92 days before. Nothing to do without a lens.
 */
MUST_USE bool slo_store_write(struct db *db, const struct metric_frame *frame, bool is_newest,
                              GError **err);
