/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/feeding.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/warehouse.h"

void feeding_init(struct feeding *f, const char *source, const char *messages)
{
    *f = (struct feeding){.source = source, .input = -1, .messages = messages};
    f->answers = g_string_new(NULL);
    f->notes = g_string_new(NULL);
}

void feeding_clear(struct feeding *f)
{
    g_string_free(f->answers, TRUE);
    g_string_free(f->notes, TRUE);
}

static bool answer(void *context, struct slice line, GError **err)
{
    (void)err;
    struct feeding *f = context;
    g_string_append_len(f->answers, line.p, (gssize)line.n);
    g_string_append_c(f->answers, '\n');
    f->answered_us = g_get_monotonic_time();
    return true;
}

static void note(void *context, const char *event, const char *detail)
{
    struct feeding *f = context;
    g_string_append_printf(f->notes, "%s %s\n", event, detail);
}

/* The text as a file that is read from its start. */
static int text_descriptor(const char *text)
{
    FILE *file = tmpfile();
    if (!file || fwrite(text, 1, strlen(text), file) != strlen(text) || fflush(file) != 0)
        fail_msg("cannot write the messages");
    int fd = dup(fileno(file));
    fclose(file);
    if (lseek(fd, 0, SEEK_SET) != 0)
        fail_msg("cannot read the messages");
    return fd;
}

bool feeding_try(struct db *db, const char *directory, struct feeding *f, GError **err)
{
    int fd = f->input >= 0 ? f->input : text_descriptor(f->messages);
    const struct source_pipe pipe = {.input = fd,
                                     .age_us = f->age_us,
                                     .context = f,
                                     .answer = answer,
                                     .note = note,
                                     .catalog = slice_of(f->catalog)};
    const struct ingest_options options = {
        .source = f->source, .batch_bytes = f->batch_bytes, .pipe = &pipe};
    g_autoptr(config_t) config = config_open(directory, err);
    bool ok = config && ingest_run(db, warehouse_dsn(), config, &options, &f->summary, err);
    if (f->input < 0)
        close(fd);
    return ok;
}

char *feeding_run(struct db *db, const char *directory, const char *source, const char *messages)
{
    g_autoptr(GError) err = NULL;
    struct feeding f;
    feeding_init(&f, source, messages);
    if (!feeding_try(db, directory, &f, &err))
        fail_msg("%s", err->message);
    g_string_free(f.notes, TRUE);
    return g_string_free(f.answers, FALSE);
}

void feeding_refused(struct db *db, const char *directory, const char *source, const char *messages,
                     enum kenko_error kind, const char *message)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *place = g_strdup_printf("source %s: ", source);
    struct feeding f;
    feeding_init(&f, source, messages);
    assert_false(feeding_try(db, directory, &f, &err));
    const char *said =
        g_str_has_prefix(err->message, place) ? err->message + strlen(place) : err->message;
    if (!err_is(err, kind) || !g_str_has_prefix(said, message))
        fail_msg("kind %d, %s; want kind %d, %s", err->code, said, kind, message);
    feeding_clear(&f);
}
