/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stored churn model on one page: what it is for, how good it is, what it looks at, its limits.
 */
#pragma once

#include "reports/document.h"
#include "scoring/model.h"

/* What the newest published run says of its model. */
struct model_card_run {
    bool is_there;
    int32_t as_of;
    int64_t run_id, model_id; /* model_id 0: none spoke */
    const char *message;
};

/* Fill a document. `metrics` gives columns their labels; a refusal has a short page. */
void model_card_make(const struct model *model, const struct metric_set *metrics,
                     const struct model_card_run *run, struct document *out);
