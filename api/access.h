/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks, and whether they may: by a key, by the cookie of a session, by the name that a trusted
 * proxy gives, or as the person at this machine. */
#pragma once

#include "api/routes.h"

/* Is the header that names a user where it may be? False after answering: it came to another
 * socket, or twice. */
MUST_USE bool access_takes_names(const struct site *site, struct request *request,
                                 struct response *response);

/* May the caller ask for request->route? Fills request->principal; false after answering. */
MUST_USE bool access_allows(const struct site *site, struct request *request,
                            struct response *response);

/* Is this a write that a browser might have been talked into by another site? False after
 * answering. */
MUST_USE bool access_is_own_page(const struct request *request, struct response *response);

/* Will the caller be known, as far as the head of the request says? Then the body is worth keeping.
 */
bool access_may_send(const struct site *site, struct request *request);

/* Count what the audit log says by the minute: refusals, exports, events. */
void access_count(const struct site *site, const struct request *request,
                  const struct response *response);
