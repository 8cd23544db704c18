/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A document as HTML, plain text, CSV or Slack blocks. All escaping is here and nowhere else. */
#pragma once

#include "reports/document.h"

/* One self-contained page: inline style for light, dark, phone and print; no script, no network. */
void render_html(const struct document *document, GString *out);

/* For a terminal or a text mail; tables are aligned by display width. */
void render_text(const struct document *document, GString *out);

/*
 * A Slack message as JSON with `text` and Block Kit `blocks`, within the limits: 50 blocks, header
 * 150, section 3,000 and 12,000 characters in all; what does not fit becomes one line "… N more".
 */
void render_slack(const struct document *document, const char *link, GString *out);

/* The tables alone, RFC 4180, an empty line between them; no cell can be run as a formula. */
void render_csv(const struct document *document, GString *out);
