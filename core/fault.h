/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named injection points, compiled into test builds only. KENKO_FAULT=before_commit:3:kill makes
 * the third passing of the point kill the process; stop sends SIGSTOP, fail makes fault_hit true.
 */
#pragma once

#include <stdbool.h>

#ifdef KENKO_FAULTS
/* True when the point asks the caller to fail; does not return when it kills. */
bool fault_hit(const char *name);
#else
#define fault_hit(name) ((void)(name), false)
#endif
