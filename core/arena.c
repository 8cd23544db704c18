/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum { BLOCK_SIZE = 64 * 1024, ALIGN = 16 };

struct block {
    struct block *next;
    size_t size;
    size_t used;
    _Alignas(ALIGN) unsigned char data[];
};

struct arena {
    struct block *first; /* the newest block */
    size_t used;
};

static struct block *block_new(size_t size, struct block *next)
{
    struct block *block = g_malloc(sizeof *block + size);
    *block = (struct block){.next = next, .size = size};
    return block;
}

struct arena *arena_new(void)
{
    struct arena *arena = g_new0(struct arena, 1);
    arena->first = block_new(BLOCK_SIZE, NULL);
    return arena;
}

static void blocks_free(struct block *block)
{
    while (block) {
        struct block *next = block->next;
        g_free(block);
        block = next;
    }
}

void arena_free(struct arena *arena)
{
    if (!arena)
        return;
    blocks_free(arena->first);
    g_free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *keep = NULL;
    struct block *block = arena->first;
    while (block) {
        struct block *next = block->next;
        if (!keep && block->size == BLOCK_SIZE)
            keep = block;
        else
            g_free(block);
        block = next;
    }
    if (!keep)
        keep = block_new(BLOCK_SIZE, NULL);
    keep->next = NULL;
    keep->used = 0;
    arena->first = keep;
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        BUG("arena asked for %zu bytes", size);
    size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *block = arena->first;
    if (block->size - block->used < need) {
        /* A large request gets a block of its own behind the current one, which stays in use. */
        if (need > BLOCK_SIZE / 4) {
            block->next = block_new(need, block->next);
            block = block->next;
        } else {
            block = arena->first = block_new(BLOCK_SIZE, block);
        }
    }
    void *start = block->data + block->used;
    block->used += need;
    arena->used += need;
    return memset(start, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        BUG("arena array of %zu × %zu bytes", count, size);
    return arena_alloc(arena, total);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length > 0)
        memcpy(copy, text, length);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    return text ? arena_strndup(arena, text, strlen(text)) : NULL;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    return arena_strdup(arena, text);
}

size_t arena_used(const struct arena *arena)
{
    return arena->used;
}
