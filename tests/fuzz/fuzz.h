/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fuzz target is a file fuzz_NOUN.c with this one function, and a small corpus/NOUN/ beside it.
 * libFuzzer drives it in the long check (clang); everywhere else each file of the corpus runs
 * through it once. */
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for any input; aborts where it does not. */
#define FUZZ_HOLDS(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fuzz_broken(__FILE__, __LINE__, #condition);                                           \
    } while (0)
_Noreturn void fuzz_broken(const char *file, int line, const char *condition);
