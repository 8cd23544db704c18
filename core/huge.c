/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/huge.h"

#include <glib.h>
#include <stdint.h>
#include <sys/mman.h>

#include "core/error.h"

enum { PAGE = 2 << 20 };

static size_t bytes_of(size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2)
        BUG("a table of more bytes than there can be");
    return bytes;
}

static size_t pages_of(size_t bytes)
{
    return (bytes + PAGE - 1) & ~(size_t)(PAGE - 1);
}

/* Huge pages begin where their size divides the address: what is too much at both ends goes back.
 */
static char *map(size_t bytes)
{
    size_t whole = bytes + PAGE;
    char *p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        g_error("no memory for %zu bytes", whole);
    size_t before = (size_t)(-(uintptr_t)p & (PAGE - 1));
    if (before)
        munmap(p, before);
    munmap(p + before + bytes, PAGE - before);
    madvise(p + before, bytes, MADV_HUGEPAGE); /* advice: without them it works as well */
    return p + before;
}

void *huge_new0(size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);
    return bytes < PAGE ? g_malloc0(bytes) : map(pages_of(bytes));
}

void huge_free(void *memory, size_t n, size_t size)
{
    size_t bytes = bytes_of(n, size);
    if (bytes < PAGE)
        g_free(memory);
    else if (memory)
        munmap(memory, pages_of(bytes));
}
