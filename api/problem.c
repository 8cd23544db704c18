/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/problem.h"

#include <string.h>

static const struct problem_kind kinds[PROBLEM_COUNT] = {
    [PROBLEM_BAD_REQUEST] = {"bad_request", 400, "The request is not well formed",
                             "Send one Host header, one body length, and a percent-encoded path.",
                             "The request line or a header breaks RFC 9110 or RFC 9112 in a way "
                             "that proxies read differently. It was not run, and the connection is "
                             "closed."},
    [PROBLEM_BAD_PARAMETER] = {"bad_parameter", 400, "A query parameter is wrong",
                               "Correct the parameter named in detail.",
                               "A parameter is unknown, given twice, or its value is not one of "
                               "those allowed. Nothing is guessed."},
    [PROBLEM_BAD_CURSOR] = {"bad_cursor", 400, "The cursor is not valid",
                            "Use next_cursor as it was given, with the same filters and sort.",
                            "A cursor is signed and belongs to the query that returned it."},
    [PROBLEM_BAD_BODY] =
        {"bad_body", 400, "The body cannot be read",
         "Correct the body at the place named in detail.",
         "The body is not JSON, or not of the shape that events have, or not whole "
         "gzip. None of its events was taken in, nothing was written."},
    [PROBLEM_BAD_EVENT] = {"bad_event", 400, "The event is not complete",
                           "Correct what detail names and send the event again.",
                           "An event that comes alone is either taken in or refused. In a batch "
                           "each event has its own verdict in the answer."},
    [PROBLEM_BATCH_TOO_LARGE] = {"batch_too_large", 400, "The batch is too large",
                                 "Send at most 500 KiB, counted before compression.",
                                 "A batch is limited to 500 KiB and each of its events to 32 KiB. "
                                 "None of its events was taken in."},
    [PROBLEM_UNAUTHENTICATED] = {"unauthenticated", 401, "No valid API key was given",
                                 "Send Authorization: Bearer knk_… ; make a key with kenko key "
                                 "create. People sign in at /sign-in.",
                                 "The key is missing, malformed, unknown, revoked or expired. "
                                 "Which of these is not said."},
    [PROBLEM_SIGN_IN_REFUSED] = {"sign_in_refused", 401, "Name and password do not fit",
                                 "Try again, or have the password set with kenko user password.",
                                 "The name is unknown, the password wrong, or the person may sign "
                                 "in no more. Which of these is not said."},
    [PROBLEM_FORBIDDEN] = {"forbidden", 403, "The key's role may not do this",
                           "Use a key with a role that has the scope named in detail.",
                           "The key is valid, but its role does not include the scope of this "
                           "endpoint."},
    [PROBLEM_CROSS_SITE] = {"cross_site", 403, "The write does not come from a page of this server",
                            "Send csrf_token of GET /api/v1/session as X-CSRF-Token, from a page "
                            "of the same origin.",
                            "Browsers send cookies along by themselves, so a write by a session "
                            "says twice where it comes from: in X-CSRF-Token, and in "
                            "Sec-Fetch-Site and Origin. Keys need neither."},
    [PROBLEM_CLEAR_TEXT] = {"clear_text", 403, "Nobody signs in over a line that others can read",
                            "Put a TLS proxy in front that says X-Forwarded-Proto: https.",
                            "Passwords are taken over TLS, or from this machine's own browser."},
    [PROBLEM_NOT_FOUND] = {"not_found", 404, "There is nothing here",
                           "Check the path and the account key.",
                           "The path is unknown, or the account does not exist or is not "
                           "visible to this key. These cases cannot be told apart."},
    [PROBLEM_METHOD_NOT_ALLOWED] = {"method_not_allowed", 405, "The method is not allowed here",
                                    "Use a method of the Allow header.",
                                    "The path exists, but not for this method."},
    [PROBLEM_CONFLICT] = {"conflict", 409, "The state does not allow it",
                          "Read the thing again, then decide.",
                          "What was asked for does not fit what is there by now, for instance a "
                          "task that was closed already."},
    [PROBLEM_KEY_IN_USE] = {"idempotency_key_in_use", 409,
                            "A request with this Idempotency-Key is under way",
                            "Wait for its answer, or send it again a moment later.",
                            "The first request with the key has not been answered yet."},
    [PROBLEM_CURSOR_EXPIRED] = {"cursor_expired", 410, "The cursor's run is no longer served",
                                "Start again without a cursor.",
                                "A page walk stays on the scoring run it began with. The newest "
                                "three runs are kept; this walk took longer."},
    [PROBLEM_BODY_TOO_LARGE] = {"body_too_large", 413, "The body is too large",
                                "Send at most 64 KiB; events have a limit of their own.",
                                "Past 1 MiB it is refused before or while it is read."},
    [PROBLEM_TARGET_TOO_LONG] = {"target_too_long", 414, "The request target is too long",
                                 "Send at most 4 KiB of path and query.",
                                 "Path and query together "
                                 "are limited to 4 KiB."},
    [PROBLEM_ENCODING_REFUSED] = {"encoding_refused", 415, "The body is encoded",
                                  "Send the body without Content-Encoding; gzip is read where "
                                  "events are taken in.",
                                  "Endpoints read the encodings that are named with them, and no "
                                  "others."},
    [PROBLEM_MEDIA_TYPE] = {"media_type_refused", 415, "The body is of another media type",
                            "Send Content-Type: application/json.",
                            "Writes take JSON and say so, so that no form of another site can make "
                            "them."},
    [PROBLEM_INVALID] = {"invalid", 422, "The body does not say what is needed",
                         "Correct the members that errors point to.",
                         "The body is read whole; errors holds a JSON pointer (RFC 6901) and what "
                         "was wanted for each member that is wrong. Nothing was written."},
    [PROBLEM_KEY_REUSED] = {"idempotency_key_reused", 422,
                            "The Idempotency-Key belongs to another request",
                            "Use a new key for a new request.",
                            "The key was used within the last day with another path or body."},
    [PROBLEM_RATE_LIMITED] = {"rate_limited", 429, "The key makes too many requests",
                              "Try again after the seconds in Retry-After.",
                              "Each key has a bucket of requests that is filled steadily; "
                              "X-RateLimit-* headers say how it stands."},
    [PROBLEM_HEADERS_TOO_LARGE] = {"headers_too_large", 431, "There are too many headers",
                                   "Send at most 64 headers and 16 KiB.",
                                   "Headers are limited in number and size."},
    [PROBLEM_INTERNAL] = {"internal", 500, "The server made a mistake",
                          "Report the request_id; the log has the cause.",
                          "A broken promise inside the program. The answer carries no details on "
                          "purpose."},
    [PROBLEM_NO_RUN] = {"no_run", 503, "No scoring run is published yet",
                        "Run kenko score, then try again.",
                        "The warehouse has no published run to show."},
    [PROBLEM_UNAVAILABLE] = {"unavailable", 503, "The warehouse cannot be reached now",
                             "Try again after the seconds in Retry-After.",
                             "Lists and scores come from memory and go on; this endpoint needs "
                             "the warehouse."},
    [PROBLEM_BUSY] = {"busy", 503, "The server has too much to do now",
                      "Try again after the seconds in Retry-After.",
                      "What waits is bounded in memory; what comes beyond that is refused whole."},
    [PROBLEM_TIMEOUT] = {"timeout", 504, "The warehouse took too long", "Ask for a shorter range.",
                         "The query passed its deadline and was "
                         "cancelled."},
    [PROBLEM_VERSION_REFUSED] = {"version_refused", 505, "The HTTP version is not supported",
                                 "Use HTTP/1.1.", "Only HTTP/1.0 and HTTP/1.1 are spoken."},
};

const struct problem_kind *problem_kind(enum problem problem)
{
    if ((int)problem < 0 || problem >= PROBLEM_COUNT)
        return &kinds[PROBLEM_INTERNAL];
    return &kinds[problem];
}

const struct problem_kind *problem_find(const char *code)
{
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        if (strcmp(kinds[i].code, code) == 0)
            return &kinds[i];
    }
    return NULL;
}

enum problem problem_of(const GError *err)
{
    if (err_is(err, KENKO_ERROR_UNAVAILABLE) || err_is(err, KENKO_ERROR_BUSY))
        return PROBLEM_UNAVAILABLE;
    if (err_is(err, KENKO_ERROR_TIMEOUT))
        return PROBLEM_TIMEOUT;
    if (err_is(err, KENKO_ERROR_NOT_FOUND))
        return PROBLEM_NOT_FOUND;
    if (err_is(err, KENKO_ERROR_INPUT))
        return PROBLEM_BAD_PARAMETER;
    if (err_is(err, KENKO_ERROR_CONFLICT))
        return PROBLEM_CONFLICT;
    return PROBLEM_INTERNAL;
}

void problem_page(GString *html)
{
    g_string_append(html, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                          "<title>kenko: errors of the API</title><style>body{font:16px/1.5 "
                          "system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
                          "code{background:#f2f2f2;padding:0 .2rem}</style></head><body>"
                          "<h1>Errors of the API</h1><p>Each error is an "
                          "<code>application/problem+json</code> document (RFC 9457) whose "
                          "<code>code</code> is stable.</p>\n");
    for (size_t i = 0; i < PROBLEM_COUNT; i++) {
        const struct problem_kind *kind = &kinds[i];
        g_autofree char *part = g_markup_printf_escaped(
            "<h2 id=\"%s\"><code>%s</code> %d</h2><p><strong>%s.</strong> "
            "%s</p><p>%s</p>\n",
            kind->code, kind->code, kind->status, kind->title, kind->meaning, kind->hint);
        g_string_append(html, part);
    }
    g_string_append(html, "</body></html>\n");
}
