/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A churn model's tables as charts and tables of a document. */
#pragma once

#include "reports/document.h"
#include "scoring/hazard.h"

/* What people call a column of the engine's table, in the document's language. */
const char *model_shape_label(const struct document *document, const struct metric_set *metrics,
                              const char *column);

/* The tables that move the odds most, one after the other, then what pairs add. */
void model_shape_add(struct document *document, const struct hazard_model *model,
                     const struct metric_set *metrics);
