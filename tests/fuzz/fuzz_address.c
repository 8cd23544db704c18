/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <arpa/inet.h>
#include <string.h>

#include "api/address.h"
#include "core/arena.h"
#include "core/target.h"

/* What a v4 address leads to is what its mapped form leads to. */
static void check_mapped(const struct address *address)
{
    char plain[INET_ADDRSTRLEN], mapped[INET6_ADDRSTRLEN];
    static const unsigned char prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (memcmp(address->b, prefix, sizeof prefix) != 0)
        return;
    inet_ntop(AF_INET, address->b + sizeof prefix, plain, sizeof plain);
    inet_ntop(AF_INET6, address->b, mapped, sizeof mapped);
    FUZZ_HOLDS(target_reach_of(plain) == target_reach_of(mapped));
}

/* An address or a net of a key's allow-list. What is taken for an address has a caller, is in the
 * net of itself, and in the net it is the base of; everything is in the net of 0 bits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct address address = {0};
    struct address_net net, all;
    g_autoptr(GError) err = NULL;
    g_autofree char *text = g_strndup((const char *)data, size);
    bool is_address = address_parse(text, &address);
    bool is_net = address_net_parse(text, &net, &err);
    FUZZ_HOLDS(is_net == (err == NULL));
    FUZZ_HOLDS(!is_address || is_net);
    if (!is_net)
        return 0;
    FUZZ_HOLDS(net.bits >= 0 && net.bits <= 128);
    FUZZ_HOLDS(address_net_has(&net, &net.address));
    FUZZ_HOLDS(address_net_parse("::/0", &all, NULL) && address_net_has(&all, &net.address));
    g_autofree char *caller = address_caller(&net.address);
    FUZZ_HOLDS(*caller);
    check_mapped(&net.address);
    return 0;
}
