/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Exact numbers: fractions in lowest terms. Those of two 64-bit integers are held as such; what
 * does not fit is held by GMP in a pool. Results are the same either way. */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "core/slice.h"

struct rational_big;  /* a fraction of GMP; its pool's */
struct rational_pool; /* where results that are too large for 64 bits live */

/* n / d, d > 0, gcd 1; or `big`, when that is not NULL. Zeroed memory is not a number: use
 * rational_int(0). */
struct rational {
    int64_t n, d;
    const struct rational_big *big;
};

enum rational_rounding {
    ROUND_NONE,
    ROUND_NEAREST_AWAY, /* ties away from zero */
    ROUND_NEAREST_UP,   /* ties towards plus infinity */
    ROUND_NEAREST_EVEN, /* ties to the even multiple */
    ROUND_UP,           /* the next multiple not below */
    ROUND_DOWN
};

struct rational_pool *rational_pool_new(void);
void rational_pool_free(struct rational_pool *pool);

/* Forget every large number; small ones stay valid. */
void rational_pool_reset(struct rational_pool *pool);

static inline struct rational rational_int(int64_t n)
{
    return (struct rational){n, 1, NULL};
}

/* n / d for d not 0 and neither INT64_MIN. */
struct rational rational_of(int64_t n, int64_t d);

struct rational rational_add(struct rational_pool *pool, struct rational a, struct rational b);
struct rational rational_subtract(struct rational_pool *pool, struct rational a, struct rational b);
struct rational rational_multiply(struct rational_pool *pool, struct rational a, struct rational b);
/* b is not 0. */
struct rational rational_divide(struct rational_pool *pool, struct rational a, struct rational b);

int rational_sign(struct rational a);
/* Below, at or above 0 as a is below, at or above b. */
int rational_compare(struct rational_pool *pool, struct rational a, struct rational b);

/* The multiple of `step` (> 0) that the rule names; `a` itself for ROUND_NONE. */
struct rational rational_round(struct rational_pool *pool, struct rational a, struct rational step,
                               enum rational_rounding rule);

/* Half up to a whole number, which must fit an int. */
int rational_to_int(struct rational_pool *pool, struct rational a);

double rational_to_double(struct rational a);

/* "-12.50", "1e9", "3/7", "33 %" is no number: a decimal with or without exponent (at most 18 of
 * size), or a fraction of two integers. False for anything else. */
bool rational_parse(struct rational_pool *pool, struct slice text, struct rational *out);

/*
 * The simplest fraction (of smallest denominator) that is nearer to a finite double than to its
 * neighbours. A double that was computed as one quotient of integers below 2^26 becomes exactly
 * that quotient, one that was read from a decimal of up to 7 digits that decimal, and an integer
 * itself. What has no simple fraction of 64 bits is taken as the double that it is. Source
 * Stern-Brocot; two fractions of denominators q and s are 1/(q s) apart or more
 */
struct rational rational_of_double(struct rational_pool *pool, double value);

/* "n/d", always with its denominator. */
void rational_append(GString *out, struct rational a);

/* A number that is a multiple of 10^-digits, in decimals: "8.5", "-0.25". */
void rational_append_decimal(GString *out, struct rational_pool *pool, struct rational a,
                             int digits);

typedef struct rational_pool rational_pool_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(rational_pool_t, rational_pool_free)
