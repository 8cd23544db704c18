/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Currencies that amounts are in. */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

/* A code of ISO 4217 that money is in today. */
bool currency_is_known(const char *code);

/* Decimals of a currency's minor unit by ISO 4217: 0 for JPY, KRW and the like, 3 for the dinars of
 * BHD, KWD and the like, else 2. */
int currency_decimals(struct slice code);

/* Minor units in one unit: 1, 100 or 1000. */
int currency_minor(struct slice code);
