/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/pipe.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "core/log.h"

bool pipe_say(struct slice line, GError **err)
{
    bool ok = (line.n == 0 || fwrite(line.p, 1, line.n, stdout) == line.n) &&
              putchar('\n') != EOF && fflush(stdout) == 0;
    return ok || err_set(err, error_kind_of_errno(errno), "cannot write to standard output: %s",
                         g_strerror(errno));
}

static bool answer(void *context, struct slice line, GError **err)
{
    (void)context;
    return pipe_say(line, err);
}

static bool keep_silent(void *context, struct slice line, GError **err)
{
    (void)context;
    (void)line;
    (void)err;
    return true;
}

static void note(void *context, const char *event, const char *detail)
{
    (void)context;
    log_event(LOG_WARNING, event, "what", detail, NULL);
}

struct source_pipe pipe_standard(bool silent)
{
    return (struct source_pipe){
        .input = STDIN_FILENO, .answer = silent ? keep_silent : answer, .note = note};
}
