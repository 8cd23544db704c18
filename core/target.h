/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where connections to others may lead: a name in a configuration must not reach what only this
 * machine or network is meant to reach. */
#pragma once

#include "core/error.h"

enum target_reach {
    TARGET_PUBLIC,
    TARGET_PRIVATE,  /* this machine or a private network: only where it is allowed */
    TARGET_FORBIDDEN /* link-local, where clouds keep credentials; multicast; no address */
};

/* Where a numeric address leads. One that carries a v4 address inside is judged by that. */
enum target_reach target_reach_of(const char *address);

/*
 * Resolve the hosts of a libpq connection string and fix their addresses in it, so that what was
 * looked at is what is connected to. The names stay, for certificates. Unix sockets stay as they
 * are.
 *
 * out  on success the string to connect with; caller frees
 *
 * Errors  KENKO_ERROR_CONFIG       no host, or a service file would say it
 *         KENKO_ERROR_DENIED       an address is private and not allowed, or never allowed
 *         KENKO_ERROR_UNAVAILABLE  a name cannot be resolved
 * Cost    what the resolver takes
 */
MUST_USE bool target_pin(const char *dsn, bool allow_private, char **out, GError **err);
