/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One answer: status, body and headers, independent of the HTTP library. */
#pragma once

#include "api/problem.h"
#include "api/request.h"
#include "api/snapshot.h"
#include "api/writer.h"

struct site;

struct response {
    int status;
    GString *body;
    const char *content_type;
    const char *allow; /* for 405 and OPTIONS */
    const char *link;  /* Link header */
    const char *etag;  /* strong, quoted */
    int32_t as_of;     /* Kenko-As-Of; INT32_MIN: none */
    int retry_after_s; /* 0: none */
    bool html;         /* allows inline style, nothing else */
    bool close;        /* end the connection */

    /* Not NULL: there is no answer yet; this gives it once the connection was resumed. */
    void (*then)(const struct site *site, struct request *request, struct response *response);
};

void response_init(struct response *response);
void response_clear(struct response *response);

/* Make the answer a problem document. `detail` must hold nothing secret; it is escaped. */
void response_problem(struct response *response, const struct request *request,
                      enum problem problem, const char *detail, ...) PRINTF_LIKE(4, 5);

/* Begin {"data": … ; the caller writes one value (object or array) named "data". */
struct writer response_json(struct response *response);

/* Write "meta" with what every answer says of its run, and close the document. `next` is the next
 * cursor or NULL. */
void response_end(struct response *response, struct writer *writer, const struct snapshot *snapshot,
                  bool stale, const char *next);

/* Give the answer its ETag, made of the run and the body, so that it depends neither on who asks
 * nor on the clock; and turn it into 304 when the client has it already. */
void response_tag(struct response *response, const struct request *request, int64_t run_id);

/* The headers beside Content-Length: calls `header` for each. */
void response_headers(const struct response *response, const struct request *request,
                      void (*header)(void *context, const char *name, const char *value),
                      void *context);
