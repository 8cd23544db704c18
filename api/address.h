/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Network addresses of callers, v4 and v6 alike, and nets of them. */
#pragma once

#include <sys/socket.h>

#include "core/error.h"

/* As a v6 address; one of v4 is mapped into ::ffff:0:0/96. All zeros: not known. */
struct address {
    unsigned char b[16];
};

struct address_net {
    struct address address;
    int bits; /* of 128 */
};

struct address address_of(const struct sockaddr *address);

/* "192.0.2.1" or "2001:db8::1". False: neither. */
MUST_USE bool address_parse(const char *text, struct address *out);

/*
 * "192.0.2.0/24", "2001:db8::/32", or one address.
 *
 * Errors  KENKO_ERROR_USAGE  not of that form, or bits are set that the net leaves open
 */
MUST_USE bool address_net_parse(const char *text, struct address_net *out, GError **err);

bool address_net_has(const struct address_net *net, const struct address *address);

/* What is counted as one caller: a v4 address, or the /64 a v6 address is in. Caller frees. */
char *address_caller(const struct address *address);
