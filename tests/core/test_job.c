/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/job.h"
#include "support/warehouse.h"

/* End the job and give back what it logged; caller frees. */
static char *log_of_end(struct job *job)
{
    g_autofree char *path = g_build_filename(warehouse_scratch(), "log", NULL);
    char *text = NULL;
    int old = dup(STDERR_FILENO), file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fflush(stderr);
    dup2(file, STDERR_FILENO);
    job_end(job, NULL, NULL);
    fflush(stderr);
    dup2(old, STDERR_FILENO);
    close(old);
    close(file);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void a_run_ends_with_its_row_and_one_line(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct job *job = job_begin(db, warehouse_dsn(), "ingest", &err);
    assert_non_null(job);
    g_autofree char *line = log_of_end(job);
    g_autofree char *row = warehouse_value(db, "SELECT state FROM ops.job_run");
    assert_string_equal(row, "done");
    assert_non_null(strstr(line, "event=job_end job=ingest run=1 state=done"));
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

static void a_run_that_was_given_up_is_not_logged_as_done(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    struct job *job = job_begin(db, warehouse_dsn(), "ingest", &err);
    assert_non_null(job);
    warehouse_sql(db, "UPDATE ops.job_run SET state = 'lost'");
    g_autofree char *line = log_of_end(job);
    g_autofree char *row = warehouse_value(db, "SELECT state FROM ops.job_run");
    assert_string_equal(row, "lost");
    assert_non_null(strstr(line, "state=lost"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_with_its_row_and_one_line),
        cmocka_unit_test(a_run_that_was_given_up_is_not_logged_as_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
