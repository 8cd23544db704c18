/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How likely accounts are lost by their renewals, as a published run's model says it. */
#pragma once

#include "scoring/metric.h"
#include "scoring/renewal.h"

/*
 * Give each renewal the probability that its account is lost by its day, from the run of the newest
 * day published in [oldest, newest]. A renewal of somebody that run did not score, or
 * further than a year after it keeps RENEWAL_NO_RISK, as all do where no model spoke.
 *
 * as_of  the run's day, INT32_MIN when there is none or its model does not speak any more
 */
MUST_USE bool renewal_risk(struct arena *arena, struct db *db, const struct metric_set *set,
                           const struct ledger *ledger, int32_t oldest, int32_t newest,
                           struct renewal *renewal, size_t n, int32_t *as_of, GError **err);
