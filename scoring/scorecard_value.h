/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is known of one input of one account. */
#pragma once

#include "scoring/scorecard.h"

struct scorecard_value {
    enum metric_quality quality; /* number or text only when METRIC_OK */
    struct rational number;
    const char *text; /* a text, or a list of numbers with blanks between them */
};

static inline bool scorecard_value_known(const struct scorecard_value *value)
{
    return value->quality == METRIC_OK;
}
