/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/api_config.h"

#include <string.h>

struct top {
    struct api_config *api;
};

#define OPTIONAL_TEXT(key)                                                                         \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct api_config, key, \
                           1, 100)
#define OPTIONAL_INT(key) CYAML_FIELD_INT(#key, CYAML_FLAG_OPTIONAL, struct api_config, key)

static const cyaml_schema_field_t fields[] = {
    OPTIONAL_TEXT(listen),
    OPTIONAL_TEXT(admin),
    OPTIONAL_TEXT(pages),
    CYAML_FIELD_BOOL("remote", CYAML_FLAG_OPTIONAL, struct api_config, remote),
    OPTIONAL_INT(threads),
    OPTIONAL_INT(connections),
    OPTIONAL_INT(per_ip),
    OPTIONAL_INT(request_ms),
    OPTIONAL_INT(reply_ms),
    OPTIONAL_INT(query_ms),
    OPTIONAL_INT(workers),
    OPTIONAL_INT(queue),
    OPTIONAL_INT(queue_ms),
    OPTIONAL_INT(rate),
    OPTIONAL_INT(burst),
    OPTIONAL_INT(refusals),
    OPTIONAL_INT(guesses),
    OPTIONAL_INT(session_idle_minutes),
    OPTIONAL_INT(session_minutes),
    OPTIONAL_TEXT(proxy_socket),
    OPTIONAL_TEXT(proxy_user_header),
    OPTIONAL_INT(drain_ms),
    CYAML_FIELD_END};

static const cyaml_schema_field_t section = CYAML_FIELD_MAPPING_PTR(
    "api", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct top, api, fields);

/* An absent number is 0, which none of them may be. */
static bool bound(const char *name, int *value, int standard, int lowest, int highest, GError **err)
{
    if (*value == 0)
        *value = standard;
    if (*value >= lowest && *value <= highest)
        return true;
    return err_set(err, KENKO_ERROR_CONFIG, "kenko.yaml: api.%s is %d, want %d to %d", name, *value,
                   lowest, highest);
}

/* A header that names users is a door; what opens it for everybody is refused. */
static bool check_proxy(const struct api_config *api, GError **err)
{
    static const char *const taken[] = {"Authorization", "Cookie", "Host", NULL};
    const char *header = api->proxy_user_header;
    if (!header)
        return true;
    if (!api->proxy_socket)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "kenko.yaml: api.proxy_user_header is believed on api.proxy_socket only, "
                       "which is not set");
    for (const char *p = header; *p; p++) {
        if (!g_ascii_isalnum(*p) && *p != '-')
            return err_set(err, KENKO_ERROR_CONFIG,
                           "kenko.yaml: api.proxy_user_header is '%s', want letters, digits and -",
                           header);
    }
    for (size_t i = 0; taken[i]; i++) {
        if (g_ascii_strcasecmp(header, taken[i]) == 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "kenko.yaml: api.proxy_user_header is %s, which means something else",
                           header);
    }
    return true;
}

static bool check(struct api_config *api, GError **err)
{
    if (strcmp(api->pages, "local") != 0 && strcmp(api->pages, "key") != 0 &&
        strcmp(api->pages, "off") != 0)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "kenko.yaml: api.pages is %s, want local, key or off", api->pages);
    if (api->per_ip < 0 || api->per_ip > 10000)
        return err_set(err, KENKO_ERROR_CONFIG, "kenko.yaml: api.per_ip is %d, want 0 to 10000",
                       api->per_ip);
    if (!check_proxy(api, err))
        return false;
    return bound("threads", &api->threads, 2, 1, 64, err) &&
           bound("connections", &api->connections, 1000, 4, 10000, err) &&
           bound("request_ms", &api->request_ms, 10000, 100, 600000, err) &&
           bound("reply_ms", &api->reply_ms, 30000, 100, 600000, err) &&
           bound("query_ms", &api->query_ms, 2000, 100, 60000, err) &&
           bound("workers", &api->workers, 4, 1, 64, err) &&
           bound("queue", &api->queue, 64, 1, 10000, err) &&
           bound("queue_ms", &api->queue_ms, 2000, 10, 60000, err) &&
           bound("rate", &api->rate, 50, 1, 100000, err) &&
           bound("burst", &api->burst, 100, 1, 1000000, err) &&
           bound("refusals", &api->refusals, 60, 1, 1000000, err) &&
           bound("guesses", &api->guesses, 10, 1, 1000000, err) &&
           bound("session_idle_minutes", &api->session_idle_minutes, 30, 1, 1440, err) &&
           bound("session_minutes", &api->session_minutes, 720, 1, 43200, err) &&
           bound("drain_ms", &api->drain_ms, 5000, 1, 60000, err);
}

bool api_config_load(struct config *config, struct api_config *out, GError **err)
{
    static char listen_on[] = "127.0.0.1:8080", admin_on[] = "127.0.0.1:9464", local[] = "local";
    struct top top = {0};
    struct api_config api = {0};
    if (config && !config_section(config, &section, &top, sizeof top, err))
        return false;
    if (top.api)
        api = *top.api;
    api.listen = api.listen ? api.listen : listen_on;
    api.admin = api.admin ? api.admin : admin_on;
    api.pages = api.pages ? api.pages : local;
    if (!check(&api, err))
        return false;
    *out = api;
    return true;
}
