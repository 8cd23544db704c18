/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A piece of somebody else's text: not NUL-terminated, not owned. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *p; /* NULL means "no value", which is not the same as empty */
    size_t n;
};

#define SLICE(text) ((struct slice){(text), sizeof(text) - 1})
/* For "%.*s"; only for text known to be shorter than INT_MAX. */
#define SLICE_ARGS(s) (int)(s).n, (s).p

static inline struct slice slice_of(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equals(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool slice_is(struct slice a, const char *text)
{
    return slice_equals(a, slice_of(text));
}
