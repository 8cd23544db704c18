/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard held against what happened, on a page: what its bands, its number and its measures
 * were worth. */
#pragma once

#include "reports/document.h"
#include "scoring/proof.h"

struct proof_page {
    const struct proof *proof;
    const struct metric_set *metrics; /* units of the values */
    const char *currency;
    const char *measure; /* show how one measure's values did: its name, "all", NULL for none */
};

/* Fill a document. `page` must live as long as it. */
void proof_page_make(const struct proof_page *page, struct document *out);
