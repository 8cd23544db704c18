/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/blas.h"

#include <dlfcn.h>
#include <gsl/gsl_errno.h>
#include <string.h>

const char *blas_name(void)
{
    /* The function that OpenBLAS alone has, looked up at run time: the link order decides. */
    const char *(*config)(void);
    void *found = dlsym(RTLD_DEFAULT, "openblas_get_config");
    if (!found)
        return "gslcblas";
    memcpy(&config, &found, sizeof config);
    return config();
}

void blas_prepare(FILE *out)
{
    gsl_set_error_handler_off();
    void *found = dlsym(RTLD_DEFAULT, "openblas_set_num_threads");
    if (found) {
        void (*set_threads)(int);
        memcpy(&set_threads, &found, sizeof set_threads);
        set_threads(1);
        return;
    }
    fprintf(out, "kenko: warning: linked with %s, which is many times slower than OpenBLAS\n",
            blas_name());
}

void blas_rest(void)
{
    void *found = dlsym(RTLD_DEFAULT, "blas_thread_shutdown_");
    if (!found)
        return;
    int (*shut_down)(void);
    memcpy(&shut_down, &found, sizeof shut_down);
    (void)shut_down();
}
