/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Currencies that amounts are in. */
#pragma once

#include <stdbool.h>

/* A code of ISO 4217 that money is in today. */
bool currency_is_known(const char *code);
