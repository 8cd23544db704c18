/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions of scoring and ingest that the API is handed. */
#pragma once

#include "core/engine.h"

/* For a configuration directory and a warehouse; both texts outlive it. */
struct engine *engine_new(const char *directory, const char *dsn);
void engine_free(struct engine *engine);

typedef struct engine engine_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(engine_t, engine_free)
