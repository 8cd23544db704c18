/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which incident touched which account, as dashboards read it. */
#pragma once

#include "core/db.h"
#include "scoring/metric.h"

/*
 * Make the stored exposure to incidents that began since `from` what the frame's lens says, in the
 * transaction that publishes the day: what is stored and right stays as it is, with the day that
 * said it first.
 *
 * Errors  as exposure_make
 */
MUST_USE bool exposure_store_write(struct db *db, const struct metric_frame *frame, int64_t from,
                                   GError **err);
