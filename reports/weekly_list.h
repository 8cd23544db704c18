/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The weekly report's lists of accounts. */
#pragma once

#include "reports/report.h"

/* Largest losses, who fell most, who is no longer known, who left, who renews: each with why. */
MUST_USE bool weekly_list_add(const struct report *report, struct document *document, GError **err);
