/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rendered pages: the weekly report is made once for each run, when it is published, so that nobody
 * waits for it; an account's page is made when it is asked for. */
#pragma once

#include "core/db.h"
#include "core/page.h"

struct pages;

struct pages *pages_new(const struct page_renderer *renderer);
void pages_free(struct pages *pages);

/* Render the weekly page. Errors are kept and answered later. */
void pages_refresh(struct pages *pages, struct db *db);

/* A copy of the weekly page appended to html. */
MUST_USE bool pages_weekly(struct pages *pages, GString *html, GError **err);

/* One account's page. */
MUST_USE bool pages_brief(struct pages *pages, struct db *db, const char *account_key,
                          GString *html, GError **err);
