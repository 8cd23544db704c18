/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory of tables that are read here and there: where it is much, it lies in huge pages, of which
 * the processor remembers where they are. */
#pragma once

#include <stddef.h>

/* Zeroed memory. It is given back by huge_free with the same size. */
void *huge_new0(size_t n, size_t size);
void huge_free(void *memory, size_t n, size_t size);
