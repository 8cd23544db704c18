/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_v4(const struct address *address)
{
    return memcmp(address->b, mapped, sizeof mapped) == 0;
}

static struct address of_v4(const struct in_addr *v4)
{
    struct address address;
    memcpy(address.b, mapped, sizeof mapped);
    memcpy(address.b + sizeof mapped, v4, 4);
    return address;
}

struct address address_of(const struct sockaddr *address)
{
    const void *raw = address;
    struct address out = {0};
    if (address->sa_family == AF_INET)
        return of_v4(&((const struct sockaddr_in *)raw)->sin_addr);
    if (address->sa_family == AF_INET6)
        memcpy(out.b, &((const struct sockaddr_in6 *)raw)->sin6_addr, sizeof out.b);
    return out;
}

bool address_parse(const char *text, struct address *out)
{
    struct in_addr v4;
    struct address v6;
    if (inet_pton(AF_INET, text, &v4) == 1) {
        *out = of_v4(&v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, v6.b) != 1)
        return false;
    *out = v6;
    return true;
}

static bool has_bit(const struct address *address, int bit)
{
    return address->b[bit / 8] & (0x80 >> bit % 8);
}

bool address_net_parse(const char *text, struct address_net *out, GError **err)
{
    guint64 bits = 0;
    const char *slash = strchr(text, '/');
    g_autofree char *host = slash ? g_strndup(text, (size_t)(slash - text)) : g_strdup(text);
    struct address_net net;
    if (!address_parse(host, &net.address))
        return err_set(err, KENKO_ERROR_USAGE, "%s: want an address or a net, e.g. 192.0.2.0/24",
                       text);
    guint64 most = strchr(host, ':') ? 128 : 32;
    if (slash && !g_ascii_string_to_unsigned(slash + 1, 10, 0, most, &bits, NULL))
        return err_set(err, KENKO_ERROR_USAGE, "%s: want 0 to %d bits after the slash", text,
                       (int)most);
    net.bits = slash ? (int)bits + (most == 32 ? 96 : 0) : 128;
    for (int i = net.bits; i < 128; i++) {
        if (has_bit(&net.address, i))
            return err_set(err, KENKO_ERROR_USAGE, "%s: bits are set behind the net's %d", text,
                           (int)bits);
    }
    *out = net;
    return true;
}

bool address_net_has(const struct address_net *net, const struct address *address)
{
    for (int i = 0; i < net->bits; i++) {
        if (has_bit(&net->address, i) != has_bit(address, i))
            return false;
    }
    return true;
}

char *address_caller(const struct address *address)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct address of = *address;
    if (is_v4(address)) {
        inet_ntop(AF_INET, of.b + sizeof mapped, text, sizeof text);
    } else {
        memset(of.b + 8, 0, 8);
        inet_ntop(AF_INET6, of.b, text, sizeof text);
    }
    return g_strdup(text);
}
