/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events pushed in. An answer is given when they are committed to the inbox, or not at all. */
#include "api/event.h"
#include "api/handle.h"
#include "api/inbox.h"

/* What is kept of a request while it waits for the COMMIT. */
struct waiting {
    struct event_list list;
    struct inbox_ticket ticket;
};

/* The shape is in the path: /v1/KIND is one event, /v1/batch a batch, ours takes both. */
static struct event_how how_of(const struct request *request)
{
    const char *name = request->route->name;
    const char *id = request_param(request, "id");
    struct event_how how = {.shape = EVENT_ANY, .hash_ids = id != NULL};
    if (strcmp(name, "batch") == 0)
        how.shape = EVENT_BATCH;
    for (enum event_kind kind = 0; kind < EVENT_KINDS; kind++) {
        if (strcmp(name, event_kind_name(kind)) == 0)
            how = (struct event_how){EVENT_ONE, kind, id != NULL};
    }
    return how;
}

static void write_answer(struct response *response, const struct event_list *list)
{
    struct writer writer = {.out = response->body};
    writer_object(&writer, NULL);
    writer_integer(&writer, "accepted", (int64_t)list->n);
    writer_array(&writer, "rejected");
    for (size_t i = 0; i < list->n_rejects; i++) {
        writer_object(&writer, NULL);
        writer_integer(&writer, "index", (int64_t)list->reject[i].index);
        writer_text(&writer, "reason", list->reject[i].reason);
        writer_text(&writer, "message", list->reject[i].message);
        writer_object_end(&writer);
    }
    writer_array_end(&writer);
    writer_integer(&writer, "without_id", (int64_t)list->without_id);
    if (list->without_id > 0)
        writer_text(&writer, "note",
                    "Events without messageId are not de-duplicated when they are sent again: send "
                    "messageId, or ask for ?id=hash.");
    writer_object_end(&writer);
    g_string_append_c(response->body, '\n');
}

static void answer(const struct site *site, struct request *request, struct response *response)
{
    (void)site;
    const struct waiting *waiting = request->waiting;
    switch (waiting->ticket.fate) {
    case INBOX_COMMITTED:
        write_answer(response, &waiting->list);
        return;
    case INBOX_SHED:
        response_problem(response, request, PROBLEM_BUSY,
                         "more events wait than can be taken in; none of these was");
        return;
    default:
        response_problem(response, request, PROBLEM_UNAVAILABLE,
                         "the events could not be committed; send them again");
    }
}

/* Alone an event is either taken or an error; in a batch each has its own verdict. */
static bool refuse_alone(const struct event_list *list, struct request *request,
                         struct response *response)
{
    if (how_of(request).shape != EVENT_ONE || list->n_rejects == 0)
        return false;
    response_problem(response, request, PROBLEM_BAD_EVENT, "%s: %s", list->reject[0].reason,
                     list->reject[0].message);
    return true;
}

static void take_events(const struct site *site, struct request *request, struct response *response)
{
    struct scan_error error;
    struct event_how how = how_of(request);
    struct waiting *waiting = arena_one(request->arena, struct waiting);
    if (!event_parse(request->arena, request->body, &how, &waiting->list, &error)) {
        response_problem(response, request, PROBLEM_BAD_BODY, "%s at byte %d: %s", error.reason,
                         error.column, error.message);
        return;
    }
    if (refuse_alone(&waiting->list, request, response))
        return;
    if (waiting->list.n == 0) {
        write_answer(response, &waiting->list);
        return;
    }
    waiting->ticket = (struct inbox_ticket){.n = waiting->list.n,
                                            .event = waiting->list.event,
                                            .done = request->resume,
                                            .context = request->connection};
    memcpy(waiting->ticket.key_id, request->principal.key_id, sizeof waiting->ticket.key_id);
    request->waiting = waiting;
    response->then = answer;
    request->suspend(request->connection);
    inbox_submit(site->inbox, &waiting->ticket);
}

static const struct shape_member reject_members[] = {
    {"index", SHAPE_INTEGER, .what = "Of the event in the body, from 0."},
    {"reason", SHAPE_TEXT, .what = "Stable code."},
    {"message", SHAPE_TEXT, .what = "What is wrong and what was wanted."},
    {0}};
static const struct shape reject = {"RejectedEvent", reject_members, NULL};
static const struct shape_member members[] = {
    {"accepted", SHAPE_INTEGER, .what = "Events that are on the warehouse's disk."},
    {"rejected", SHAPE_OBJECTS, .of = &reject, .what = "The others."},
    {"without_id", SHAPE_INTEGER, .what = "Accepted ones that a repetition cannot be told from."},
    {"note", SHAPE_TEXT, .optional = true, .what = "What to do about those."},
    {0}};
static const struct shape shape = {"EventsTaken", members, NULL};
static const char *const ids[] = {"hash", NULL};
static const struct field params[] = {
    {.name = "id",
     .kind = FIELD_CHOICE,
     .choices = ids,
     .what = "hash: an event without messageId gets the hash of its bytes as id."},
    {0}};
const struct endpoint handle_events = {
    .handler = take_events, .params = params, .answer = ROUTE_BARE, .shape = &shape};
