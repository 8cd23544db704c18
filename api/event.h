/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events pushed to the API: a body cut into its events, each checked. Shapes and names are
 * Segment's; numbers and texts stay the bytes that came. */
#pragma once

#include "core/scan_json.h"

enum event_kind {
    EVENT_TRACK,
    EVENT_IDENTIFY,
    EVENT_GROUP,
    EVENT_PAGE,
    EVENT_SCREEN,
    EVENT_ALIAS,
    EVENT_KINDS
};

enum {
    EVENT_BODY_MAX = 500 << 10, /* a batch */
    EVENT_MAX = 32 << 10,       /* one event */
    EVENT_BATCH_MAX = 5000,     /* events of a batch */
    EVENT_MESSAGE_ID_MAX = 100, /* characters */
    EVENT_SENT_AT_MAX = 64
};

struct event {
    enum event_kind kind;
    struct slice body;            /* its JSON as it came */
    const char *message_id;       /* NULL: none */
    const char *sent_at;          /* as written; NULL: not said */
    struct slice user, anonymous; /* ids as texts; p NULL: none */
};

struct event_reject {
    size_t index;       /* of the event in the body, from 0 */
    const char *reason; /* stable code */
    const char *message;
};

struct event_list {
    size_t n, n_rejects, without_id;
    struct event *event;
    struct event_reject *reject;
};

enum event_shape {
    EVENT_ONE,   /* the body is one event, of a kind that the caller knows */
    EVENT_BATCH, /* {"batch": [ … ]}, each with its type */
    EVENT_ANY    /* a batch, an array of events, or one; without type it is a track */
};

struct event_how {
    enum event_shape shape;
    enum event_kind kind; /* for EVENT_ONE */
    bool hash_ids;        /* an event without id gets the hash of its bytes as id */
};

/* "track" … */
const char *event_kind_name(enum event_kind kind);

/*
 * Cut a body into events. Each is either in the list or among its rejects, in order.
 *
 * Texts of `out` lie in the body or the arena. Cost: two passes over the body.
 * False: the body is not JSON of the shape, or holds too many; *error says where and why
 */
MUST_USE bool event_parse(struct arena *arena, struct slice body, const struct event_how *how,
                          struct event_list *out, struct scan_error *error);

/* The member writeKey of a body; NULL when there is none. */
const char *event_write_key(struct arena *arena, struct slice body);
