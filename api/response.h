/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One answer: status, body and headers, independent of the HTTP library. */
#pragma once

#include "api/problem.h"
#include "api/rate.h"
#include "api/request.h"
#include "api/snapshot.h"
#include "api/store.h"
#include "api/writer.h"

struct deprecation;
struct site;

struct response {
    int status;
    GString *body;
    const char *content_type;
    const char *encoding;   /* NULL, or gzip */
    const char *allow;      /* for 405 and OPTIONS */
    const char *link;       /* Link header */
    const char *location;   /* of what was made */
    const char *cookie;     /* Set-Cookie header */
    const char *etag;       /* strong, quoted */
    int32_t as_of;          /* Kenko-As-Of; INT32_MIN: none */
    int retry_after_s;      /* 0: none */
    bool csv;               /* the body is lines of CSV */
    bool zoned;             /* instants are in the zone that was asked for */
    bool replayed;          /* the answer to an earlier request with the same Idempotency-Key */
    bool html;              /* allows inline style, nothing else */
    bool script;            /* and scripts of this server that ask it */
    bool signed_out;        /* what the browser kept is for nobody any more */
    bool close;             /* end the connection */
    struct rate_state rate; /* limit 0: none */
    const struct deprecation *deprecation;
    const char *cause; /* of a failure, for the log alone; NULL: nothing failed */

    /* Not NULL: there is no answer yet; this gives it once the connection was resumed. */
    void (*then)(const struct site *site, struct request *request, struct response *response);
};

void response_init(struct response *response);
void response_clear(struct response *response);

/* Make the answer a problem document. `detail` must hold nothing secret; it is escaped. */
void response_problem(struct response *response, const struct request *request,
                      enum problem problem, const char *detail, ...) PRINTF_LIKE(4, 5);

/* The same of a failure: what it was is kept for the log, since the answer must not tell it. */
void response_failure(struct response *response, const struct request *request, const GError *err,
                      const char *detail);

/* The same with every fault, the first of which is the detail. */
void response_faults(struct response *response, const struct request *request, enum problem problem,
                     const struct field_fault *faults);

/* Begin {"data": … ; the caller writes one value (object or array) named "data". In CSV there is
 * nothing to begin. */
struct writer response_json(struct response *response, const struct request *request);

/* What every answer says of where it comes from. */
struct response_meta {
    const struct snapshot *snapshot; /* NULL: no run is published */
    struct freshness freshness;
    bool stale;
    const char *next; /* cursor; NULL: none */
};

/* Write "meta" and close the document; in CSV only the headers say it. */
void response_end(struct response *response, struct writer *writer,
                  const struct response_meta *meta);

/*
 * Give an answer that follows from memory its ETag before it is made: of the run, how far loads had
 * come, what is asked, who may see it, and staleness; never of the key or the clock. True: the
 * client has it already, the answer is 304.
 */
bool response_is_known(struct response *response, const struct request *request,
                       const struct response_meta *meta);

/* Give the answer its ETag, made of the run and the body, so that it depends neither on who asks
 * nor on the clock; and turn it into 304 when the client has it already. */
void response_tag(struct response *response, const struct request *request, int64_t run_id);

/* Compress the body where that is worth it and the client reads gzip. */
void response_encode(struct response *response, const struct request *request);

/* The headers beside Content-Length: calls `header` for each. */
void response_headers(const struct response *response, const struct request *request,
                      void (*header)(void *context, const char *name, const char *value),
                      void *context);
