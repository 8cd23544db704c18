/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which accounts are meant, and in which order: filters that lists, sums and files share. */
#pragma once

#include "api/request.h"
#include "api/snapshot.h"

struct account_query {
    const char *const *bands; /* NULL-terminated; NULL: all */
    const char *owner, *segment, *plan, *region, *industry, *stage;
    const char *search;                   /* folded */
    int32_t min_bp, max_bp;               /* -1: no bound */
    int32_t renewal_from, renewal_before; /* INT32_MIN: none; before is excluded itself */
    enum snapshot_sort sort;
    bool descending;
};

extern const char *const account_query_sorts[];

/* The filters as parameters of an endpoint. */
#define ACCOUNT_QUERY_FIELDS                                                                       \
    {.name = "band", .kind = FIELD_WORDS, .most = 20, .what = "Bands, whatever their case."},      \
        {.name = "owner", .kind = FIELD_TEXT, .what = "Address of who looks after it."},           \
        {.name = "segment", .kind = FIELD_TEXT, .what = "Segment."},                               \
        {.name = "plan", .kind = FIELD_TEXT, .what = "Plan."},                                     \
        {.name = "region", .kind = FIELD_TEXT, .what = "Region."},                                 \
        {.name = "industry", .kind = FIELD_TEXT, .what = "Industry."},                             \
        {.name = "stage", .kind = FIELD_TEXT, .what = "Lifecycle stage."},                         \
        {.name = "q",                                                                              \
         .kind = FIELD_TEXT,                                                                       \
         .what = "A part of name, key or domain, whatever its case, width or kana."},              \
        {.name = "min_health", .kind = FIELD_POINTS, .what = "At least this health."},             \
        {.name = "max_health", .kind = FIELD_POINTS, .what = "At most this health."},              \
        {.name = "renewal_from", .kind = FIELD_DAY, .what = "Renews on this day or later."},       \
    {                                                                                              \
        .name = "renewal_before", .kind = FIELD_DAY, .what = "Renews before this day."             \
    }
#define ACCOUNT_QUERY_SORT                                                                         \
    {                                                                                              \
        .name = "sort", .kind = FIELD_SORT, .choices = account_query_sorts, .fallback = "health",  \
        .what = "Order; what has no value comes last."                                             \
    }

/* Read the filters, and the sort where the endpoint has one. */
void account_query_read(const struct request *request, bool has_sort, struct account_query *query);

/* Does the account pass the filters? */
bool account_query_matches(const struct account_query *query,
                           const struct snapshot_account *account);

/* A hash of filters, sort and scope, for the cursor. */
uint64_t account_query_hash(const struct account_query *query, const struct principal *principal);
