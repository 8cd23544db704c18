/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time zones that clients asked for, opened once. */
#pragma once

struct zone;
struct zones;

struct zones *zones_new(void);
void zones_free(struct zones *zones);

/* The zone of the tz database with this name; NULL when there is none. It lives as long as `zones`.
 */
const struct zone *zones_get(struct zones *zones, const char *name);
