/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an ordinary user may not do, tried as one: root may do everything. */
#pragma once

#include <stdbool.h>

/* Run `act(data)` in a child, which root makes the user nobody; what it answered. A child that
 * dies answers false. */
bool ordinary_try(bool (*act)(void *data), void *data);
