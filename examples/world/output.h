/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Output files: plain, or gzip when the name ends in .gz. Errors end the program: it is a
 * generator. */
#pragma once

#include <glib.h>
#include <stdint.h>

struct output;

struct output *output_open(const char *directory, const char *name);
void output_line(struct output *output, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Returns the lines written. */
int64_t output_close(struct output *output);
