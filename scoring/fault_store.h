/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whose fault failed runs were, as dashboards read it. */
#pragma once

#include "core/db.h"
#include "scoring/metric.h"

/*
 * Make the stored verdicts on failures since `from` what the frame's lens says, in the transaction
 * that publishes the day: what is stored and right stays as it is, with the day that said it first.
 */
MUST_USE bool fault_store_write(struct db *db, const struct metric_frame *frame, int64_t from,
                                GError **err);
