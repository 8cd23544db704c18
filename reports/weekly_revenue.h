/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ARR did in the last month and quarter, a section of the weekly report. */
#pragma once

#include "reports/report.h"

/* Nothing where nobody pays, or where the revenue stored is of another day than the run. */
MUST_USE bool weekly_revenue_add(const struct report *report, struct document *document,
                                 GError **err);
