/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that begin with an account_id, sorted by it. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The first of `n` rows of `size` bytes that is not of an earlier account; n: there is none. */
size_t alert_rows_from(const void *rows, size_t n, size_t size, int64_t account_id);
