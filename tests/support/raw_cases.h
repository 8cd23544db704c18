/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The raw HTTP requests of the test data, each with what has to come of it. */
#pragma once

/* Send each to a port and fail the test unless all end as they should. How many there were: 0 when
 * the test data is not there.
 *
 * proxy  NULL: the server itself. Else the name of what stands before it, which may settle a
 *        request that could be read in two ways and hand on one that cannot. */
int raw_cases_run(int port, const char *proxy);
