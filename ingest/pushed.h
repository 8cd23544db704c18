/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event of the inbox as mappings see it: what its sender wrote, and what is known of how it
 * came, under the names that Segment's own destinations use. */
#pragma once

#include "core/zone.h"
#include "ingest/mapping.h"

struct pushed {
    int64_t seq;
    int64_t received_at; /* µs since 1970 UTC, the server's clock */
    const char *kind;
    const char *message_id; /* NULL: none */
    const char *sent_at;    /* as the sender wrote it; NULL: not said */
    struct slice body;      /* a JSON object */
};

/*
 * The body with these members in place of its own, those first:
 *
 *   type               the kind
 *   messageId          its id; of an event without one a text that no other event has
 *   receivedAt         the server's clock
 *   sentAt             as the sender wrote it, if it did
 *   originalTimestamp  when it happened by the sender's clock: as it wrote it, if it did
 *   timestamp          when it happened: receivedAt − (sentAt − originalTimestamp), by which a
 * wrong clock of the sender does not count; originalTimestamp as it stands when either of the two
 * is not a time; receivedAt without originalTimestamp
 *
 * zone  of times that say none
 * out   in the arena
 *
 * False: the body is not an object, or has timestamp twice; *reject says so. The rest of the body
 * is not looked at.
 */
bool pushed_format(struct arena *arena, const struct pushed *event, const struct zone *zone,
                   struct slice *out, struct mapping_reject *reject);
