/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard held against what happened, for programs. */
#pragma once

#include <jansson.h>

#include "scoring/proof.h"

/* Everything there is. The caller owns it. */
json_t *proof_json(const struct proof *proof);
