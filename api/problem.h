/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every error the API can answer with: one table of stable codes, which is also served at
 * /api/v1/problems and as the page /docs/errors. */
#pragma once

#include "core/error.h"

enum problem {
    PROBLEM_BAD_REQUEST,
    PROBLEM_BAD_PARAMETER,
    PROBLEM_BAD_CURSOR,
    PROBLEM_BAD_BODY,
    PROBLEM_BAD_EVENT,
    PROBLEM_BATCH_TOO_LARGE,
    PROBLEM_UNAUTHENTICATED,
    PROBLEM_SIGN_IN_REFUSED,
    PROBLEM_FORBIDDEN,
    PROBLEM_CROSS_SITE,
    PROBLEM_CLEAR_TEXT,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD_NOT_ALLOWED,
    PROBLEM_CONFLICT,
    PROBLEM_KEY_IN_USE,
    PROBLEM_CURSOR_EXPIRED,
    PROBLEM_BODY_TOO_LARGE,
    PROBLEM_TARGET_TOO_LONG,
    PROBLEM_ENCODING_REFUSED,
    PROBLEM_MEDIA_TYPE,
    PROBLEM_INVALID,
    PROBLEM_KEY_REUSED,
    PROBLEM_RATE_LIMITED,
    PROBLEM_HEADERS_TOO_LARGE,
    PROBLEM_INTERNAL,
    PROBLEM_NO_RUN,
    PROBLEM_UNAVAILABLE,
    PROBLEM_BUSY,
    PROBLEM_TIMEOUT,
    PROBLEM_VERSION_REFUSED,
    PROBLEM_COUNT
};

struct problem_kind {
    const char *code; /* stable; clients may compare it */
    int status;
    const char *title;
    const char *hint;    /* what to do, in one sentence */
    const char *meaning; /* for the page */
};

const struct problem_kind *problem_kind(enum problem problem);

/* The kind with this code; NULL when there is none. */
const struct problem_kind *problem_find(const char *code);

/* The answer for an error from below. Foreign kinds are PROBLEM_INTERNAL. */
enum problem problem_of(const GError *err);

/* Append the page that documents every code. */
void problem_page(GString *html);
