/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a receiver of a webhook knows its sender by: the time and an HMAC over it and the body, with
 * a secret that both know. */
#pragma once

#include <stdint.h>

#include "core/error.h"
#include "core/slice.h"

/*
 * "t=SECONDS,v1=HEX", and once more v1=HEX where there are two secrets, so that receivers change
 * over when they like. HEX is HMAC-SHA256 of "SECONDS.BODY". Caller frees.
 *
 * at_s    seconds since 1970 UTC, of the server's clock
 * before  the secret that is on its way out; NULL: there is none
 */
char *signature_format(int64_t at_s, const char *secret, const char *before, struct slice body);

/* Is it one that `secret` made at most tolerance_s from now_s? In constant time; what receivers do.
 */
bool signature_holds(const char *signature, const char *secret, struct slice body, int64_t now_s,
                     int64_t tolerance_s);
