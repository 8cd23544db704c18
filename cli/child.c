/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/child.h"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static void become(pid_t parent, char *const *argv)
{
    sigset_t none;
    sigemptyset(&none);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (getppid() != parent || setpgid(0, 0) != 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        sigprocmask(SIG_SETMASK, &none, NULL) != 0)
        _exit(126);
    execv("/proc/self/exe", argv);
    _exit(127);
}

pid_t child_start(const char *directory, char *const *argv)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    const char *const first[] = {"kenko", "-C", directory};
    for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
        g_ptr_array_add(all, (gpointer)(uintptr_t)first[i]);
    for (; *argv; argv++)
        g_ptr_array_add(all, *argv);
    g_ptr_array_add(all, (gpointer)(uintptr_t) "-q");
    g_ptr_array_add(all, NULL);
    pid_t parent = getpid(), pid = fork();
    if (pid == 0)
        become(parent, (char *const *)all->pdata);
    return pid;
}

int child_exit(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}
