/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of an answer from the warehouse. */
#pragma once

#include "api/ask.h"

/* Answer with the rows, or with not_found where one was wanted. */
void ask_show(const struct site *site, const struct ask *ask, const struct ask_rows *rows,
              struct response *response);

/* Answer with what an error means to the caller. */
void ask_refuse(const struct request *request, struct response *response, const GError *err);

/* Run a write in a transaction, once for an Idempotency-Key, and answer. */
void ask_write(const struct site *site, struct ask *ask, struct response *response);

/* Read the cursor. False after answering. */
MUST_USE bool ask_page_follow(const struct site *site, struct request *request,
                              struct response *response, struct ask *ask);

/* The cursor after a row. */
const char *ask_page_next(const struct site *site, const struct ask *ask,
                          const struct db_table *table, const void *row);
