/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arenas: memory with one lifetime (a batch, a request, a run), freed at once. Not thread-safe. */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "core/error.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Forget everything, keep the first block for reuse. Cost: the number of extra blocks. */
void arena_reset(struct arena *arena);

/* `size` zeroed bytes, aligned for any type. Aborts when memory is out. */
void *arena_alloc(struct arena *arena, size_t size) MUST_USE;

/* `count` zeroed elements; aborts when count · size overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size) MUST_USE;

/* A copy with a closing NUL. `arena_strdup(arena, NULL)` is NULL. */
char *arena_strdup(struct arena *arena, const char *text) MUST_USE;
char *arena_strndup(struct arena *arena, const char *text, size_t length) MUST_USE;
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3) MUST_USE;

/* Bytes handed out since the last reset, for limits by size. */
size_t arena_used(const struct arena *arena);

#define arena_one(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define arena_many(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

typedef struct arena arena_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(arena_t, arena_free)
