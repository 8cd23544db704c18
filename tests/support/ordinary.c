/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "support/ordinary.h"

#include <grp.h>
#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

static bool drop(void)
{
    if (geteuid() != 0)
        return true;
    const struct passwd *user = getpwnam("nobody");
    return user && setgroups(0, NULL) == 0 && setgid(user->pw_gid) == 0 &&
           setuid(user->pw_uid) == 0;
}

bool ordinary_try(bool (*act)(void *data), void *data)
{
    pid_t child = fork();
    if (child == 0)
        _exit(drop() && act(data) ? 0 : 1);
    int status = -1;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}
