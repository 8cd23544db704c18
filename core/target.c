/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/target.h"

#include <arpa/inet.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <string.h>

enum { ADDRESSES_MAX = 32 };

static enum target_reach reach_of_v4(uint32_t a)
{
    if ((a >> 16) == 0xa9fe || (a >> 28) >= 0xe || (a >> 24) == 0)
        return TARGET_FORBIDDEN;
    bool is_private = (a >> 24) == 10 || (a >> 24) == 127 || (a >> 20) == 0xac1 ||
                      (a >> 16) == 0xc0a8 || (a >> 22) == 0x191;
    return is_private ? TARGET_PRIVATE : TARGET_PUBLIC;
}

enum target_reach target_reach_of(const char *address)
{
    static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};
    struct in_addr v4;
    struct in6_addr v6;
    if (inet_pton(AF_INET, address, &v4) == 1)
        return reach_of_v4(ntohl(v4.s_addr));
    if (inet_pton(AF_INET6, address, &v6) != 1)
        return TARGET_FORBIDDEN;
    const uint8_t *b = v6.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6) || memcmp(b, nat64, sizeof nat64) == 0)
        return reach_of_v4((uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 | (uint32_t)b[14] << 8 |
                           b[15]);
    if (b[0] == 0x20 && b[1] == 0x02)
        return reach_of_v4((uint32_t)b[2] << 24 | (uint32_t)b[3] << 16 | (uint32_t)b[4] << 8 |
                           b[5]);
    if (IN6_IS_ADDR_LINKLOCAL(&v6) || IN6_IS_ADDR_MULTICAST(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6))
        return TARGET_FORBIDDEN;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (b[0] & 0xfe) == 0xfc ? TARGET_PRIVATE : TARGET_PUBLIC;
}

/* The lists that libpq takes side by side. */
struct hosts {
    bool allow_private;
    GString *host, *address, *port;
    int n;
};

static bool add(struct hosts *h, const char *host, const char *address, const char *port,
                GError **err)
{
    enum target_reach reach = *address ? target_reach_of(address) : TARGET_PUBLIC;
    if (reach == TARGET_FORBIDDEN)
        return err_set(err, KENKO_ERROR_DENIED, "%s leads to %s, which is never connected to", host,
                       address);
    if (reach == TARGET_PRIVATE && !h->allow_private)
        return err_set(err, KENKO_ERROR_DENIED,
                       "%s leads to the private address %s; say allow_private: true if it is meant",
                       host, address);
    if (h->n == ADDRESSES_MAX)
        return err_set(err, KENKO_ERROR_CONFIG, "more than %d addresses", ADDRESSES_MAX);
    const char *comma = h->n++ ? "," : "";
    g_string_append_printf(h->host, "%s%s", comma, host);
    g_string_append_printf(h->address, "%s%s", comma, address);
    g_string_append_printf(h->port, "%s%s", comma, port);
    return true;
}

static bool resolve(struct hosts *h, const char *host, const char *port, GError **err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int status = getaddrinfo(host, NULL, &hints, &found);
    if (status != 0)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "%s cannot be resolved: %s", host,
                       gai_strerror(status));
    bool ok = true;
    for (const struct addrinfo *a = found; a && ok; a = a->ai_next) {
        char text[NI_MAXHOST];
        ok = getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0
                 ? add(h, host, text, port, err)
                 : err_set(err, KENKO_ERROR_UNAVAILABLE, "%s cannot be resolved", host);
    }
    freeaddrinfo(found);
    return ok;
}

static bool take(struct hosts *h, const char *host, const char *address, const char *port,
                 GError **err)
{
    if (address && *address)
        return add(h, host && *host ? host : address, address, port, err);
    if (!host || !*host)
        return err_set(err, KENKO_ERROR_CONFIG, "want a host, by name, address or socket");
    return *host == '/' || *host == '@' ? add(h, host, "", port, err) : resolve(h, host, port, err);
}

static const char *item(char **list, guint n, guint i)
{
    return n == 0 ? "" : n == 1 ? list[0] : list[i];
}

static bool take_all(struct hosts *h, const char *host, const char *address, const char *port,
                     GError **err)
{
    g_auto(GStrv) hosts = g_strsplit(host ? host : "", ",", -1);
    g_auto(GStrv) addresses = g_strsplit(address ? address : "", ",", -1);
    g_auto(GStrv) ports = g_strsplit(port ? port : "", ",", -1);
    guint n_hosts = g_strv_length(hosts), n_addresses = g_strv_length(addresses);
    guint n_ports = g_strv_length(ports), n = MAX(MAX(n_hosts, n_addresses), 1);
    if ((n_hosts && n_hosts != n) || (n_addresses && n_addresses != n) ||
        (n_ports > 1 && n_ports != n))
        return err_set(err, KENKO_ERROR_CONFIG, "host, hostaddr and port differ in length");
    for (guint i = 0; i < n; i++) {
        if (!take(h, item(hosts, n_hosts, i), item(addresses, n_addresses, i),
                  item(ports, n_ports, i), err))
            return false;
    }
    return true;
}

static const char *option(const PQconninfoOption *options, const char *name)
{
    for (; options->keyword; options++) {
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    }
    return NULL;
}

static void put(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "%s%s='", out->len ? " " : "", name);
    for (; *value; value++)
        g_string_append_printf(out, "%s%c", *value == '\'' || *value == '\\' ? "\\" : "", *value);
    g_string_append_c(out, '\'');
}

static char *join(const PQconninfoOption *options, const struct hosts *h)
{
    GString *out = g_string_new(NULL);
    for (; options->keyword; options++) {
        bool placed = strcmp(options->keyword, "host") == 0 ||
                      strcmp(options->keyword, "hostaddr") == 0 ||
                      strcmp(options->keyword, "port") == 0;
        if (options->val && !placed)
            put(out, options->keyword, options->val);
    }
    put(out, "host", h->host->str);
    put(out, "hostaddr", h->address->str);
    put(out, "port", h->port->str);
    return g_string_free(out, FALSE);
}

bool target_pin(const char *dsn, bool allow_private, char **out, GError **err)
{
    char *message = NULL;
    PQconninfoOption *options = PQconninfoParse(dsn, &message);
    if (!options) {
        PQfreemem(message); /* it may show a piece of the string, and so a password */
        return err_set(err, KENKO_ERROR_CONFIG, "not a connection string of PostgreSQL");
    }
    struct hosts h = {.allow_private = allow_private,
                      .host = g_string_new(NULL),
                      .address = g_string_new(NULL),
                      .port = g_string_new(NULL)};
    bool ok = option(options, "service")
                  ? err_set(err, KENKO_ERROR_CONFIG, "service is not taken, want host and dbname")
                  : take_all(&h, option(options, "host"), option(options, "hostaddr"),
                             option(options, "port"), err);
    if (ok)
        *out = join(options, &h);
    g_string_free(h.host, TRUE);
    g_string_free(h.address, TRUE);
    g_string_free(h.port, TRUE);
    PQconninfoFree(options);
    return ok;
}
