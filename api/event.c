/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/event.h"

#include <sodium.h>

static const char *const kind_names[EVENT_KINDS] = {"track", "identify", "group",
                                                    "page",  "screen",   "alias"};

/* Members that are looked at; the others are only validated. */
enum member {
    USER,
    ANONYMOUS,
    TYPE,
    EVENT,
    GROUP,
    PREVIOUS,
    MESSAGE_ID,
    SENT_AT,
    WRITE_KEY,
    MEMBERS
};

static const struct scan_json_path paths[MEMBERS] = {[USER] = {1, {"userId"}},
                                                     [ANONYMOUS] = {1, {"anonymousId"}},
                                                     [TYPE] = {1, {"type"}},
                                                     [EVENT] = {1, {"event"}},
                                                     [GROUP] = {1, {"groupId"}},
                                                     [PREVIOUS] = {1, {"previousId"}},
                                                     [MESSAGE_ID] = {1, {"messageId"}},
                                                     [SENT_AT] = {1, {"sentAt"}},
                                                     [WRITE_KEY] = {1, {"writeKey"}}};

struct parsing {
    struct arena *arena;
    const struct event_how *how;
    const char *sent_at; /* of the whole body */
    GArray *events, *rejects;
    size_t index, without_id;
};

const char *event_kind_name(enum event_kind kind)
{
    return kind_names[kind];
}

static bool is_missing(const struct scan_json_value *value)
{
    return value->type == SCAN_JSON_ABSENT || value->type == SCAN_JSON_NULL ||
           (value->type == SCAN_JSON_STRING && value->text.n == 0);
}

static bool is_text(const struct scan_json_value *value)
{
    return value->type == SCAN_JSON_STRING && value->text.n > 0;
}

/* Ids of people and groups are texts, or numbers as they are written. */
static bool is_id(const struct scan_json_value *value)
{
    return is_text(value) || value->type == SCAN_JSON_NUMBER;
}

static bool refuse(struct event_reject *why, const char *reason, const char *message)
{
    why->reason = reason;
    why->message = message;
    return false;
}

/* NULL when the ids are well; else what is wrong. */
static const char *check_people(const struct scan_json_value *v)
{
    if (!is_missing(&v[USER]) && !is_id(&v[USER]))
        return "userId is neither text nor number";
    if (!is_missing(&v[ANONYMOUS]) && !is_id(&v[ANONYMOUS]))
        return "anonymousId is neither text nor number";
    if (is_missing(&v[USER]) && is_missing(&v[ANONYMOUS]))
        return "want userId or anonymousId";
    return NULL;
}

/* What a kind needs beside its person; NULL when it is there. */
static const char *check_kind(enum event_kind kind, const struct scan_json_value *v)
{
    if (kind == EVENT_TRACK && !is_text(&v[EVENT]))
        return "track wants event, the name of what was done";
    if (kind == EVENT_GROUP && !is_id(&v[GROUP]))
        return "group wants groupId";
    if (kind == EVENT_ALIAS && (!is_id(&v[USER]) || !is_id(&v[PREVIOUS])))
        return "alias wants userId and previousId";
    return NULL;
}

static bool choose_kind(const struct parsing *p, const struct scan_json_value *type,
                        enum event_kind *kind)
{
    *kind = p->how->shape == EVENT_ONE ? p->how->kind : EVENT_TRACK;
    if (p->how->shape == EVENT_ONE || (p->how->shape == EVENT_ANY && is_missing(type)))
        return true;
    for (*kind = 0; type->type == SCAN_JSON_STRING && *kind < EVENT_KINDS; ++*kind) {
        if (slice_is(type->text, kind_names[*kind]))
            return true;
    }
    return false;
}

static const char *hash_of(struct arena *arena, struct slice body)
{
    unsigned char hash[16];
    char hex[sizeof hash * 2 + 1];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)body.p, body.n, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    return arena_printf(arena, "hash-%s", hex);
}

/* Two ids that became one by replaced characters would hide an event. */
static bool choose_id(struct parsing *p, const struct scan_json_value *id, uint64_t replaced,
                      struct event *event)
{
    event->message_id = NULL;
    if (is_missing(id)) {
        if (p->how->hash_ids)
            event->message_id = hash_of(p->arena, event->body);
        else
            p->without_id++;
        return true;
    }
    if (id->type != SCAN_JSON_STRING ||
        (replaced > 0 && g_strstr_len(id->text.p, (gssize)id->text.n, "\xef\xbf\xbd")))
        return false;
    event->message_id = arena_strndup(p->arena, id->text.p, id->text.n);
    return g_utf8_strlen(event->message_id, -1) <= EVENT_MESSAGE_ID_MAX;
}

static const char *sent_at_of(struct arena *arena, const struct scan_json_value *value)
{
    if (!is_text(value) || value->text.n > EVENT_SENT_AT_MAX)
        return NULL;
    return arena_strndup(arena, value->text.p, value->text.n);
}

static struct slice id_of(const struct scan_json_value *value)
{
    return is_missing(value) ? (struct slice){NULL, 0} : value->text;
}

/* A key is a secret: where it stands in an event, stars are stored. */
static struct slice mask_key(struct arena *arena, struct slice body)
{
    struct scan_json_members members;
    struct scan_json_member m;
    char *copy = arena_strndup(arena, body.p, body.n);
    scan_json_open(&members, arena, body);
    while (scan_json_next(&members, &m)) {
        if (m.value.type == SCAN_JSON_STRING && slice_is(m.key, "writeKey"))
            memset(copy + (m.raw.p - body.p) + 1, '*', m.raw.n - 2);
    }
    return (struct slice){copy, body.n};
}

static bool read_event(struct parsing *p, struct slice body, struct event *event,
                       struct event_reject *why)
{
    struct scan_json_value v[MEMBERS];
    struct scan_error error;
    uint64_t replaced = 0;
    const char *wrong;
    if (body.n > EVENT_MAX)
        return refuse(why, "too_large", "the event is larger than 32 KiB");
    if (!scan_json_record(p->arena, body, paths, MEMBERS, v, &replaced, &error))
        return refuse(why, error.reason, error.message);
    if (!choose_kind(p, &v[TYPE], &event->kind))
        return refuse(why, "bad_type", "type is not track, identify, group, page, screen or alias");
    if ((wrong = check_people(v)))
        return refuse(why, "bad_user", wrong);
    if ((wrong = check_kind(event->kind, v)))
        return refuse(why, "missing_field", wrong);
    event->body = v[WRITE_KEY].type == SCAN_JSON_ABSENT ? body : mask_key(p->arena, body);
    if (!choose_id(p, &v[MESSAGE_ID], replaced, event))
        return refuse(why, "bad_message_id", "messageId is not a text of at most 100 characters");
    const char *own = sent_at_of(p->arena, &v[SENT_AT]);
    event->sent_at = own ? own : p->sent_at;
    event->user = id_of(&v[USER]);
    event->anonymous = id_of(&v[ANONYMOUS]);
    return true;
}

static void take(struct parsing *p, struct slice body)
{
    struct event event = {0};
    struct event_reject why = {.index = p->index++};
    if (read_event(p, body, &event, &why))
        g_array_append_val(p->events, event);
    else
        g_array_append_val(p->rejects, why);
}

static bool fail(struct scan_error *error, const char *reason, const char *message)
{
    *error = (struct scan_error){1, reason, message};
    return false;
}

/* The array has been validated as a part of the body. */
static bool take_all(struct parsing *p, struct slice array, struct scan_error *error)
{
    struct scan_json_members items;
    struct scan_json_member item;
    scan_json_open_array(&items, p->arena, array);
    while (scan_json_next(&items, &item)) {
        if (p->index == EVENT_BATCH_MAX)
            return fail(error, "too_many", "the batch has more than 5,000 events");
        take(p, item.raw);
    }
    if (items.broken)
        *error = items.error;
    return !items.broken;
}

static bool take_batch(struct parsing *p, struct slice body, bool *is_batch,
                       struct scan_error *error)
{
    static const struct scan_json_path wanted[] = {{1, {"batch"}}, {1, {"sentAt"}}};
    struct scan_json_value v[G_N_ELEMENTS(wanted)];
    uint64_t replaced = 0;
    if (!scan_json_record(p->arena, body, wanted, G_N_ELEMENTS(wanted), v, &replaced, error))
        return false;
    *is_batch = v[0].type != SCAN_JSON_ABSENT;
    if (!*is_batch)
        return true;
    p->sent_at = sent_at_of(p->arena, &v[1]);
    if (v[0].type == SCAN_JSON_OTHER && v[0].text.p[0] == '[')
        return take_all(p, v[0].text, error);
    return fail(error, "not_an_array", "batch is not an array of events");
}

static bool take_body(struct parsing *p, struct slice body, struct scan_error *error)
{
    bool is_batch = false;
    size_t space = 0;
    while (space < body.n && memchr(" \t\r\n", body.p[space], 4))
        space++;
    if (p->how->shape == EVENT_ANY && space < body.n && body.p[space] == '[')
        return take_all(p, body, error);
    if (p->how->shape != EVENT_ONE && !take_batch(p, body, &is_batch, error))
        return false;
    if (is_batch)
        return true;
    if (p->how->shape == EVENT_BATCH)
        return fail(error, "no_batch", "want the member batch, an array of events");
    if (p->how->shape == EVENT_ONE && !scan_json_validate(body, error))
        return false;
    take(p, (struct slice){body.p + space, body.n - space});
    return true;
}

bool event_parse(struct arena *arena, struct slice body, const struct event_how *how,
                 struct event_list *out, struct scan_error *error)
{
    struct parsing p = {.arena = arena,
                        .how = how,
                        .events = g_array_new(FALSE, FALSE, sizeof(struct event)),
                        .rejects = g_array_new(FALSE, FALSE, sizeof(struct event_reject))};
    bool ok = take_body(&p, body, error);
    if (ok) {
        *out = (struct event_list){.n = p.events->len,
                                   .n_rejects = p.rejects->len,
                                   .without_id = p.without_id,
                                   .event = arena_many(arena, p.events->len + 1, struct event),
                                   .reject =
                                       arena_many(arena, p.rejects->len + 1, struct event_reject)};
        if (out->n > 0)
            memcpy(out->event, p.events->data, out->n * sizeof *out->event);
        if (out->n_rejects > 0)
            memcpy(out->reject, p.rejects->data, out->n_rejects * sizeof *out->reject);
    }
    g_array_free(p.events, TRUE);
    g_array_free(p.rejects, TRUE);
    return ok;
}

const char *event_write_key(struct arena *arena, struct slice body)
{
    static const struct scan_json_path wanted = {1, {"writeKey"}};
    struct scan_json_value value;
    struct scan_error error;
    uint64_t replaced = 0;
    if (!scan_json_record(arena, body, &wanted, 1, &value, &replaced, &error) ||
        value.type != SCAN_JSON_STRING)
        return NULL;
    return arena_strndup(arena, value.text.p, value.text.n);
}
