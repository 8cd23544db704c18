/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Does a tree fit a libcyaml schema? Asked before libcyaml loads it, whose own faults name no path,
 * the wrong line, and are silent about a bool of 'flase' or a number of '010'. */
#pragma once

#include <cyaml/cyaml.h>

#include "core/config_tree.h"

/*
 * Errors  KENKO_ERROR_CONFIG  kenko.yaml:12:7: unknown key 'strem' in sources[0].streams[1], did
 *                             you mean 'stream'?
 *                             kenko.yaml:9:13: sources[0].name is empty, want 1 to 64 bytes
 */
MUST_USE bool config_check(const char *file, const struct config_node *root,
                           const cyaml_schema_value_t *schema, GError **err);
