/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of companies as they are compared. */
#pragma once

#include <glib.h>

/*
 * The name without what says nothing about who somebody is: case, width, punctuation, spaces and
 * the legal form (Inc, GmbH, K.K., 株式会社, ㈱ …). Two names that are one then are taken for the
 * same company, so nothing else is removed. NULL when hardly anything is left. Caller frees.
 */
char *identity_name_plain(const char *name);

/*
 * The same for looking alike: accents, hiragana and katakana, and old forms of characters (髙, 澤)
 * make no difference either. Of a mail address or a host only the name below the public suffix is
 * left. NULL when hardly anything is. Caller frees.
 */
char *identity_name_loose(const char *name);

/* The registrable domain of a host ("eu.alpha.co.uk" → "alpha.co.uk"); NULL when it has none or
 * gives mail to everybody. Caller frees. */
char *identity_name_domain(const char *host);
