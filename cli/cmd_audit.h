/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of `kenko audit` that are about bundles. */
#pragma once

#include "cli/context.h"

struct cmd_audit_bundle {
    char *as_of, *output;
    gint64 known_no;
    gboolean persons;
};

/* Write one account's bundle, and that it was written into the audit log. */
MUST_USE bool cmd_audit_bundle_make(struct context *context, const char *account,
                                    const struct cmd_audit_bundle *asked, GError **err);

/* Verify a bundle without any warehouse; `seal` NULL: whatever its seal is.
 * Errors  KENKO_ERROR_CHECK  something differs, or it is another than the seal's */
MUST_USE bool cmd_audit_bundle_verify(const struct context *context, const char *file,
                                      const char *seal, GError **err);
