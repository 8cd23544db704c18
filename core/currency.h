/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Currencies that amounts are in. */
#pragma once

#include <stdbool.h>

#include "core/slice.h"

/* A code of ISO 4217 that money is in today. */
bool currency_is_known(const char *code);

/* Decimals of a currency's minor unit: 0 for JPY, KRW and the like, else 2. */
int currency_decimals(struct slice code);
