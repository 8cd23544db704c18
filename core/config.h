/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration directory. kenko.yaml is read once; each stage takes its own top-level section
 * with a libcyaml schema. Unknown keys are errors with file, line, column and the nearest valid
 * key. Secrets are ${ENV} or file: references only. */
#pragma once

#include <cyaml/cyaml.h>

#include "core/arena.h"
#include "core/error.h"

struct config;
struct zone;

/* Read DIR/kenko.yaml (a file of at most 4 MiB), check its top-level keys and what core reads of
 * it. */
MUST_USE struct config *config_open(const char *directory, GError **err);
void config_close(struct config *config);

/* A configuration of texts alone: `text` is its kenko.yaml, other files are those that
 * config_replace_text gives it. Nothing is read from a disk, secrets are refused. */
MUST_USE struct config *config_open_text(const char *text, GError **err);

/* A directory of files without a kenko.yaml: only config_file and config_place may be asked of it.
 */
MUST_USE struct config *config_bare(const char *directory);

/*
 * "FILE:LINE:COLUMN" of what stands at a path of a file that was read, for err_context:
 * config_place( config, "metrics.yaml", "metrics[%zu]", i). What is not there is placed at what
 * encloses it. Caller frees.
 */
char *config_place(const struct config *config, const char *file, const char *path, ...)
    PRINTF_LIKE(3, 4);

/* Refuse what stands at a path of kenko.yaml, e.g. "reports.top": the message begins with its
 * place. Returns false, for `return config_refuse(...)`. */
bool config_refuse(const struct config *config, GError **err, const char *path, const char *format,
                   ...) PRINTF_LIKE(4, 5);

const char *config_directory(const struct config *config); /* NULL: texts alone */
const char *config_organisation(const struct config *config);
const char *config_time_zone(const struct config *config);
/* A zone of the tz database; it lives as long as `config`. */
MUST_USE const struct zone *config_zone(struct config *config, const char *name, GError **err);
const char *config_currency(const struct config *config); /* ISO 4217 */
const char *config_language(const struct config *config); /* en or ja */
const char *config_dsn(const struct config *config);      /* NULL: private cluster */
/* For how many days compaction keeps what was known then apart; 0: for ever. */
int config_known_floor_days(const struct config *config);

/*
 * Load one section, e.g. "sources". `field` describes that key of the top level (its data offset
 * relative to `data`); all other top-level keys are skipped here. A section that is absent leaves
 * `data` untouched when the field is optional. The loaded tree lives as long as `config`.
 *
 * Errors  KENKO_ERROR_CONFIG  kenko.yaml:12:7: unknown key 'strem' in sources[0].streams[1], did
 * you mean 'stream'?
 */
MUST_USE bool config_section(struct config *config, const cyaml_schema_field_t *field, void *data,
                             size_t data_size, GError **err);

/* Load a whole other file of the directory (metrics.yaml, scorecards/default.yaml) by a schema. The
 * tree lives as long as `config`. `text`, when not NULL, gets the file's text (same lifetime). */
MUST_USE bool config_file(struct config *config, const char *path,
                          const cyaml_schema_value_t *schema, void **data, const char **text,
                          GError **err);

/* Is a file of the directory there, or given? */
bool config_has_file(const struct config *config, const char *path);

/* A file's text, whatever it says; it lives as long as `config`. */
MUST_USE const char *config_file_text(struct config *config, const char *path, GError **err);

/* These top-level keys of kenko.yaml as a kenko.yaml of their own, one a line, in its order and
 * without comments: equal values give equal texts. Caller frees. */
char *config_extract(const struct config *config, const char *const *keys);

/* From now on read FILE, of the current directory, where a file of the directory is asked for. */
void config_replace(struct config *config, const char *path, const char *file);

/* From now on a file of the directory has this text, whether it is there or not. */
void config_replace_text(struct config *config, const char *path, const char *text);

/* Resolve "${NAME}" or "file:PATH"; any other text that should be a secret is refused. */
MUST_USE bool config_secret(const struct config *config, const char *reference, char **out,
                            GError **err);

/* A libpq connection string: a reference as above, or the string itself when it holds no password.
 * Caller frees `out`. */
MUST_USE bool config_connection(const struct config *config, const char *text, char **out,
                                GError **err);

/* kenko.yaml's text, for its hash in ops.config. */
const char *config_text(const struct config *config);

typedef struct config config_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(config_t, config_close)
