/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Unix socket that a trusted proxy asks. Who may open it is decided by its file's mode and
 * group, so that what the proxy says of its callers can be believed. */
#pragma once

#include "api/request.h"

/*
 * Listen at an absolute path, for owner and group (0660). A socket that nobody listens at any more
 * is taken over; the caller removes the file in the end.
 *
 * Errors  KENKO_ERROR_CONFIG  no absolute path, too long, or something else is there
 *         KENKO_ERROR_BUSY    another server listens there
 *         KENKO_ERROR_IO      cannot listen
 */
MUST_USE bool proxy_socket_open(const char *path, int *fd, GError **err);

/* Whom the proxy asks for, by the last address of X-Forwarded-For, which is the one it wrote
 * itself; all zeros when there is none. */
struct address proxy_socket_caller(const struct request *request);
