/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many requests a key may make, and how often an address may be refused: a bucket of tokens
 * each, filled steadily. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate;

struct rate *rate_new(int per_second, int burst);
struct rate *rate_new_slow(int per_minute); /* and as many at once */
void rate_free(struct rate *rate);

struct rate_state {
    int limit, remaining;
    int reset_s; /* until the bucket is full again, rounded up */
    int retry_s; /* until one token is there; 0: there is one */
};

/* Take a token of `who` at now_us (CLOCK_MONOTONIC). False: there is none; out says when.
 * Cost: a look-up under a lock. Memory: buckets that are full again are forgotten. */
bool rate_take(struct rate *rate, const char *who, int64_t now_us, struct rate_state *out);

/* The same without taking it: what is counted only when it went wrong asks first. */
bool rate_has(struct rate *rate, const char *who, int64_t now_us, struct rate_state *out);
