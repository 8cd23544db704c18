/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run a command and write what it and its children took into a file:
 *
 *     measure FILE COMMAND …      CPU seconds, wall seconds, greatest resident KiB */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
        return 2;
    FILE *out = fopen(argv[1], "w");
    if (!out)
        return 2;
    fprintf(out, "%.3f %.3f %ld\n", seconds(usage.ru_utime) + seconds(usage.ru_stime),
            now() - start, usage.ru_maxrss);
    return fclose(out) != 0 || !WIFEXITED(status) || WEXITSTATUS(status);
}
