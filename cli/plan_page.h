/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an edit would change, for people and for programs. */
#pragma once

#include <jansson.h>

#include "cli/proof_page.h"
#include "scoring/plan.h"

struct plan_page {
    const char *card; /* label of the one that is edited */
    const struct plan *plan;
    const struct proof *before, *after; /* NULL: not asked, or too little history */
    const char *no_proof;               /* why not, or NULL */
    const char *currency;
    size_t top; /* accounts shown */
};

void plan_page_make(const struct plan_page *page, struct document *out);

/* The caller owns it. */
json_t *plan_page_json(const struct plan_page *page);
