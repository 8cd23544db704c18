/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kinds of failure, and the one table that maps a kind to exit code, HTTP status and retry. */
#pragma once

#include <glib.h>
#include <stdbool.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

enum kenko_error {
    KENKO_ERROR_USAGE,       /* the command line is wrong */
    KENKO_ERROR_CONFIG,      /* a configuration file is wrong; message has file, line, column */
    KENKO_ERROR_INPUT,       /* data from outside is wrong */
    KENKO_ERROR_NOT_FOUND,   /* a named thing does not exist */
    KENKO_ERROR_CONFLICT,    /* the state does not allow it (already there, already undone) */
    KENKO_ERROR_BUSY,        /* another run of the same job holds the lock */
    KENKO_ERROR_UNAVAILABLE, /* warehouse or peer cannot be reached; may pass */
    KENKO_ERROR_TIMEOUT,     /* a deadline passed */
    KENKO_ERROR_DENIED,      /* not authenticated or not allowed */
    KENKO_ERROR_DISK_FULL,   /* no room for data or files */
    KENKO_ERROR_INTERRUPTED, /* SIGTERM or SIGINT; the batch was finished */
    KENKO_ERROR_CHECK,       /* an invariant or a declared limit does not hold */
    KENKO_ERROR_TOO_LARGE,   /* a size limit was passed */
    KENKO_ERROR_REFUSED,     /* not enough evidence to answer (too few events) */
    KENKO_ERROR_IO,          /* a file cannot be read or written */
    KENKO_ERROR_BUG,         /* a broken promise inside the program or an unforeseen SQLSTATE */
    KENKO_ERROR_COUNT
};

/* What the outside sees of a kind. */
struct error_kind {
    const char *name; /* stable, lower case, e.g. "unavailable" */
    int exit_code;    /* of the command line; documented in the manual */
    int http_status;
    bool retry; /* the same call may succeed later */
};

GQuark error_domain(void);

/* The row of the table for `kind`; a kind outside the enum is KENKO_ERROR_BUG. */
const struct error_kind *error_kind(int kind);

/* The row for an error of any domain; foreign domains are KENKO_ERROR_BUG. `err` not NULL. */
const struct error_kind *error_kind_of(const GError *err);

/* The kind a program of ours meant by its exit code; codes that are none of ours are
 * KENKO_ERROR_BUG. */
enum kenko_error error_kind_of_exit(int exit_code);

/* KENKO_ERROR_DISK_FULL or KENKO_ERROR_IO, for the errno of a failed write. */
enum kenko_error error_kind_of_errno(int number);

/* Fill `*err` (if err is not NULL) with a message. Returns false, for `return err_set(...)`. */
bool err_set(GError **err, enum kenko_error kind, const char *format, ...) PRINTF_LIKE(3, 4);

/* Put "context: " before the message of `*err`. Returns false. No-op when nothing is set. */
bool err_context(GError **err, const char *format, ...) PRINTF_LIKE(2, 3);

/* Is `err` of this kind? False for NULL. */
bool err_is(const GError *err, enum kenko_error kind);

/* A promise inside the program is broken: print where and abort. Transactions make that safe. */
#define BUG(...) error_bug(__FILE__, __LINE__, __VA_ARGS__)
_Noreturn void error_bug(const char *file, int line, const char *format, ...) PRINTF_LIKE(3, 4);
