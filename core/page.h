/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that reports/ renders and api/ serves: cli/ hands the functions over, so that neither stage
 * includes the other. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct db;

/*
 * Each function appends one whole, self-contained HTML page (inline style, no scripts).
 *
 * weekly  the weekly report of the run that is current now
 * brief   one account; KENKO_ERROR_NOT_FOUND when there is no such account
 *
 * Called from one thread at a time.
 */
struct page_renderer {
    void *context;
    bool (*weekly)(void *context, struct db *db, GString *html, GError **err);
    bool (*brief)(void *context, struct db *db, const char *account_key, GString *html,
                  GError **err);
};
