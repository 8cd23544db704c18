/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ingest job fed with messages, as a tap or a platform does it, and what it answers. */
#pragma once

#include "ingest/ingest.h"
#include "ingest/source.h"

/* One run. */
struct feeding {
    const char *source;  /* of kenko.yaml */
    const char *catalog; /* NULL: none */
    size_t batch_bytes;  /* 0: the default */
    int64_t age_us;      /* 0: the default */
    int input;           /* descriptor, or -1: `messages` */
    const char *messages;
    GString *answers, *notes; /* a line each, made by feeding_init */
    int64_t answered_us;      /* monotonic time of the last answer */
    struct ingest_summary summary;
};

void feeding_init(struct feeding *f, const char *source, const char *messages);
void feeding_clear(struct feeding *f);

/* Run; answers and notes are added to. */
MUST_USE bool feeding_try(struct db *db, const char *directory, struct feeding *f, GError **err);

/* Feed messages once and fail the test when it fails; the answers, caller frees. */
char *feeding_run(struct db *db, const char *directory, const char *source, const char *messages);

/* Feed messages that must be refused; asserts kind and the message's beginning after the place. */
void feeding_refused(struct db *db, const char *directory, const char *source, const char *messages,
                     enum kenko_error kind, const char *message);
