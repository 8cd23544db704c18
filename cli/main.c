/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

int main(void)
{
    printf("kenko " KENKO_VERSION "\n");
    return 0;
}
