/* SPDX-License-Identifier: GPL-3.0-or-later */
/* YAML text as a tree that knows where everything stands. libcyaml loads the values; this is read
 * before it, because only here a fault has its exact place and its path. */
#pragma once

#include "core/arena.h"
#include "core/error.h"

enum config_kind { CONFIG_TEXT, CONFIG_LIST, CONFIG_MAP };

struct config_node;

struct config_entry {
    const char *key;  /* of a map, else NULL */
    int line, column; /* of the key, from 1; the column in characters */
    const struct config_node *value;
};

struct config_node {
    enum config_kind kind;
    int line, column;
    const char *text;                 /* of CONFIG_TEXT */
    size_t n;                         /* entries */
    const struct config_entry *entry; /* of a list or map */
};

/*
 * Parse one document.
 *
 * file  how messages call it
 * text  valid UTF-8
 * out   on success, in arena; NULL when the text holds nothing but comments
 *
 * Errors  KENKO_ERROR_CONFIG  kenko.yaml:12:7: … in sources[0].streams[1]: no YAML, a key that
 *                             stands twice, a second document, a tag, aliases that expand beyond
 *                             1,000,000 values, deeper than 32
 * Cost    linear in the text
 */
MUST_USE bool config_tree_parse(struct arena *arena, const char *file, const char *text,
                                const struct config_node **out, GError **err);

/* The place of "sources[0].streams[1].at", or of what encloses it as far as that is there. */
void config_tree_place(const struct config_node *root, const char *path, int *line, int *column);

/* Append a value in one line of flow style, every scalar in quotes. */
void config_tree_write(GString *out, const struct config_node *node);
