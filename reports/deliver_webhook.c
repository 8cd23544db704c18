/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <curl/curl.h>
#include <string.h>

#include "core/target.h"
#include "reports/outbox.h"

enum { CONNECT_MS = 5000, TOTAL_MS = 20000, ANSWER_MAX = 199 };

struct exchange {
    char *answer;
    size_t used;
    bool allow_private, is_plain; /* plain: http, which only private addresses get */
};

static size_t on_answer(char *data, size_t size, size_t n, void *context)
{
    struct exchange *e = context;
    size_t take = MIN(n * size, ANSWER_MAX - e->used);
    memcpy(e->answer + e->used, data, take);
    e->used += take;
    e->answer[e->used] = '\0';
    return n * size;
}

bool deliver_may_reach(const char *peer, bool is_plain, bool allow_private)
{
    enum target_reach reach = target_reach_of(peer);
    if (reach == TARGET_FORBIDDEN)
        return false;
    return reach == TARGET_PRIVATE ? allow_private : !is_plain;
}

/* Checked on the address that was really connected to, so that no name can be bound again. */
static int on_prerequest(void *context, char *peer, char *local, int peer_port, int local_port)
{
    const struct exchange *e = context;
    (void)local;
    (void)peer_port;
    (void)local_port;
    return deliver_may_reach(peer, e->is_plain, e->allow_private) ? CURL_PREREQFUNC_OK
                                                                  : CURL_PREREQFUNC_ABORT;
}

static CURL *prepare(struct exchange *e, const char *url, struct curl_slist *headers,
                     struct slice payload)
{
    CURL *curl = curl_easy_init();
    if (!curl)
        BUG("curl does not start");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, e->allow_private ? "http,https" : "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, payload.p);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)payload.n);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, e);
    curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_prerequest);
    curl_easy_setopt(curl, CURLOPT_PREREQDATA, e);
    return curl;
}

/* Was anything sent that the receiver may have acted on? */
static enum deliver_outcome judge(CURL *curl, CURLcode code, long status, char answer[200])
{
    curl_off_t uploaded = 0;
    long requested = 0;
    if (code == CURLE_OK) {
        if (status >= 200 && status < 300)
            return DELIVER_SENT;
        return status == 429 || status >= 500 ? DELIVER_RETRY : DELIVER_DEAD;
    }
    curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &uploaded);
    curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &requested);
    g_strlcpy(answer, curl_easy_strerror(code), 200);
    if (code == CURLE_ABORTED_BY_CALLBACK || code == CURLE_UNSUPPORTED_PROTOCOL) {
        g_strlcpy(answer, "the address is not allowed (private: set allow_private, else https)",
                  200);
        return DELIVER_DEAD;
    }
    return uploaded > 0 || requested > 0 ? DELIVER_UNKNOWN : DELIVER_RETRY;
}

static struct curl_slist *headers_of(const struct deliver_message *message)
{
    g_autofree char *type = g_strdup_printf("Content-Type: %s", message->content_type);
    g_autofree char *id = g_strdup_printf("Kenko-Delivery: %" G_GINT64_FORMAT, message->id);
    struct curl_slist *headers = curl_slist_append(NULL, type);
    headers = curl_slist_append(headers, "Expect:");
    headers = curl_slist_append(headers, id);
    if (!message->signature)
        return headers;
    g_autofree char *signature = g_strdup_printf("Kenko-Signature: %s", message->signature);
    return curl_slist_append(headers, signature);
}

enum deliver_outcome deliver_webhook(const struct report_channel *channel, const char *url,
                                     const struct deliver_message *message, char answer[200],
                                     int *retry_s)
{
    struct exchange e = {.answer = answer,
                         .allow_private = channel->allow_private,
                         .is_plain = g_ascii_strncasecmp(url, "https:", 6) != 0};
    struct curl_slist *headers = headers_of(message);
    CURL *curl = prepare(&e, url, headers, message->payload);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    curl_off_t wait = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
    *retry_s = (int)CLAMP(wait, 0, 86400);
    enum deliver_outcome outcome = judge(curl, code, status, answer);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return outcome;
}
