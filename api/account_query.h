/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a list of accounts is asked for: filters, sort and page, parsed from the query string. */
#pragma once

#include "api/response.h"

enum { ACCOUNT_QUERY_LIMIT = 100, ACCOUNT_QUERY_LIMIT_MAX = 1000 };

struct account_query {
    const char *const *bands; /* NULL-terminated; NULL: all */
    const char *owner, *segment;
    const char *search;     /* folded */
    int32_t min_bp, max_bp; /* -1: no bound */
    int32_t renewal_before; /* INT32_MIN: none; excluded itself */
    enum snapshot_sort sort;
    bool descending;
    size_t limit;
    const char *cursor; /* as given; NULL: first page */
};

/* Names of the parameters, NULL-terminated. */
extern const char *const account_query_names[];

/* False: *wrong names the parameter and says what was wanted. */
MUST_USE bool account_query_parse(const struct request *request, struct account_query *query,
                                  const char **wrong);

/* Does the account pass the filters? */
bool account_query_matches(const struct account_query *query,
                           const struct snapshot_account *account);

/* A hash of filters, sort and scope, for the cursor. */
uint64_t account_query_hash(const struct account_query *query, const struct principal *principal);
