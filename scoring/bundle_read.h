/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An audit bundle as it was read: nothing in it is believed but its form. */
#pragma once

#include "scoring/bundle_case.h"
#include "scoring/bundle_rows.h"

struct bundle_read {
    struct arena *arena;
    struct bundle_rows *rows;
    struct config *config; /* of its files; NULL until kenko.yaml came */
    json_t *head, *common, *model, *result, *end;
    GPtrArray *files, *metrics; /* json_t */
    char seal[65];
};

/*
 * Read the whole of it. What is read lives until bundle_read_clear.
 *
 * Errors  KENKO_ERROR_CHECK  a line is not as it was written, or lines are missing
 *         KENKO_ERROR_INPUT  it is no bundle
 */
MUST_USE bool bundle_read_all(struct bundle_read *read, struct arena *arena, struct slice text,
                              GError **err);
void bundle_read_clear(struct bundle_read *read);

/* Members of a part, of the kind and within the limits that are wanted; errors name part and
 * member. The text lives as long as the object. */
MUST_USE bool bundle_read_text(const json_t *part, const char *name, const char **out,
                               GError **err);
MUST_USE bool bundle_read_number(const json_t *part, const char *name, int64_t low, int64_t high,
                                 int64_t *out, GError **err);
/* null is INT32_MIN. */
MUST_USE bool bundle_read_day(const json_t *part, const char *name, bool may_be_null, int32_t *out,
                              GError **err);

/* A "metrics" part, by the names of a set. */
MUST_USE bool bundle_read_metrics(const struct bundle_read *read, const struct metric_set *set,
                                  int32_t as_of, struct bundle_day *out, GError **err);
