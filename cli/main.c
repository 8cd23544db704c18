/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "core/stop.h"
#include "core/text.h"
#include "scoring/blas.h"

static void usage(FILE *out)
{
    fprintf(out, "kenko " KENKO_VERSION
                 ": customer health scores\n\nUsage: kenko COMMAND [OPTIONS]\n\n");
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, "  %-10s %s\n", (*c)->name, (*c)->summary);
    fprintf(out, "\nkenko COMMAND --help says more. -C DIR names the configuration directory.\n");
}

static const struct command *find(const char *name)
{
    for (const struct command *const *c = commands; *c; c++) {
        if (strcmp((*c)->name, name) == 0)
            return *c;
    }
    return NULL;
}

static int unknown(const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const struct command *const *c = commands; *c; c++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)(*c)->name);
    g_ptr_array_add(names, NULL);
    g_autofree char *hint = text_hint(name, (const char *const *)names->pdata);
    fprintf(stderr, "kenko: error: unknown command '%s'%s\n", name, hint);
    return error_kind(KENKO_ERROR_USAGE)->exit_code;
}

/* A closed descriptor must not become a socket or a file, into which we would print then. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) == -1 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

/* Standard output that remembers why it failed: stdio forgets it at the next call. `cookie` is the
 * errno of the last failure. */
static ssize_t write_output(void *cookie, const char *text, size_t n)
{
    ssize_t written;
    do {
        written = write(STDOUT_FILENO, text, n);
    } while (written < 0 && errno == EINTR);
    if (written < 0)
        *(int *)cookie = errno;
    return written < 0 ? 0 : written;
}

static void open_output(int *failure)
{
    FILE *out = fopencookie(failure, "w", (cookie_io_functions_t){.write = write_output});
    if (!out || setvbuf(out, NULL, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, BUFSIZ) != 0)
        BUG("standard output cannot be set up");
    stdout = out;
}

/* Whoever ends the program with success (a command, or GLib after --help): what was printed must
 * have arrived. A reader that went away knows that it did. */
static void close_output(int status, void *failure)
{
    bool failed = ferror(stdout);
    failed = fclose(stdout) != 0 || failed;
    if (!failed || status != 0)
        return;
    int number = *(int *)failure;
    if (number != EPIPE)
        fprintf(stderr, "kenko: error: cannot write to standard output: %s\n", g_strerror(number));
    _exit(error_kind(error_kind_of_errno(number))->exit_code);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    static int failure; /* outlives main */
    open_output(&failure);
    on_exit(close_output, &failure);
    /* One BLAS thread, wherever results are published; the jobs that are started see the variable
     * before the library starts, here its threads are there already. */
    g_setenv("OPENBLAS_NUM_THREADS", "1", TRUE);
    blas_rest();
    setlocale(LC_MESSAGES, "");
    stop_install();
    const char *directory = NULL;
    int first = 1;
    while (first + 1 < argc &&
           (strcmp(argv[first], "--config") == 0 || strcmp(argv[first], "-C") == 0)) {
        directory = argv[first + 1];
        first += 2;
    }
    if (first >= argc || strcmp(argv[first], "--help") == 0 || strcmp(argv[first], "help") == 0) {
        usage(first >= argc ? stderr : stdout);
        return first >= argc ? error_kind(KENKO_ERROR_USAGE)->exit_code : 0;
    }
    if (strcmp(argv[first], "--version") == 0 || strcmp(argv[first], "version") == 0) {
        printf("kenko " KENKO_VERSION "\n");
        return 0;
    }
    const struct command *command = find(argv[first]);
    if (!command)
        return unknown(argv[first]);
    struct context context = {.config_dir = g_strdup(directory)};
    g_autoptr(GError) err = NULL;
    bool ok = command->run(&context, argc - first, argv + first, &err);
    context_close(&context);
    if (ok)
        return 0;
    fprintf(stderr, "kenko: error: %s\n", err->message);
    return error_kind_of(err)->exit_code;
}
