/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "api/event.h"
#include "api/gunzip.h"

static const struct event_how any = {.shape = EVENT_ANY}, batch = {.shape = EVENT_BATCH};

static struct event_list read_how(struct arena *arena, const char *body,
                                  const struct event_how *how)
{
    struct event_list list;
    struct scan_error error;
    if (!event_parse(arena, slice_of(body), how, &list, &error))
        fail_msg("%s: %s", body, error.message);
    return list;
}

/* Why the body as a whole is refused. */
static const char *refusal(struct arena *arena, const char *body, const struct event_how *how)
{
    struct event_list list;
    struct scan_error error;
    return event_parse(arena, slice_of(body), how, &list, &error) ? "" : error.reason;
}

static void each_event_of_a_batch_has_its_own_verdict(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static const char body[] =
        "{\"writeKey\":\"k\",\"sentAt\":\"2026-11-24T09:30:00Z\",\"batch\":["
        "{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"Job Run\",\"messageId\":\"m1\"},"
        "{\"type\":\"track\",\"userId\":\"u1\"},"
        "{\"type\":\"identify\",\"anonymousId\":\"a1\",\"sentAt\":\"own\"},"
        "{\"type\":\"group\",\"userId\":7,\"groupId\":12345678901234567890,\"messageId\":null},"
        "{\"type\":\"group\",\"userId\":\"u1\"},"
        "{\"type\":\"page\"},"
        "{\"type\":\"alias\",\"userId\":\"u1\"},"
        "{\"type\":\"alias\",\"userId\":\"u1\",\"previousId\":\"a1\"},"
        "{\"type\":\"purchase\",\"userId\":\"u1\"},"
        "{\"userId\":\"u1\",\"event\":\"x\"},"
        "{\"type\":\"screen\",\"userId\":{\"a\":1}},"
        "{\"type\":\"screen\",\"userId\":\"u1\",\"messageId\":5},"
        "{\"type\":\"screen\",\"userId\":\"u1\",\"userId\":\"u2\"},"
        "7, \"text\", null]}";
    static const struct {
        size_t index;
        const char *reason;
    } wanted[] = {{1, "missing_field"},  {4, "missing_field"},   {5, "bad_user"},
                  {6, "missing_field"},  {8, "bad_type"},        {9, "bad_type"},
                  {10, "bad_user"},      {11, "bad_message_id"}, {12, "duplicate_key"},
                  {13, "not_an_object"}, {14, "not_an_object"},  {15, "not_an_object"}};
    struct event_list list = read_how(arena, body, &batch);
    assert_int_equal(list.n, 4);
    assert_int_equal(list.without_id, 3);
    assert_int_equal(list.n_rejects, G_N_ELEMENTS(wanted));
    for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
        assert_int_equal(list.reject[i].index, wanted[i].index);
        assert_string_equal(list.reject[i].reason, wanted[i].reason);
    }
    assert_int_equal(list.event[0].kind, EVENT_TRACK);
    assert_string_equal(list.event[0].message_id, "m1");
    assert_string_equal(list.event[0].sent_at, "2026-11-24T09:30:00Z");
    assert_true(slice_is(list.event[0].user, "u1"));
    assert_null(list.event[0].anonymous.p);
    assert_string_equal(list.event[1].sent_at, "own");
    assert_true(slice_is(list.event[1].anonymous, "a1"));
    assert_true(slice_is(list.event[2].user, "7"));
    assert_true(slice_is(list.event[2].body,
                         "{\"type\":\"group\",\"userId\":7,\"groupId\":12345678901234567890,"
                         "\"messageId\":null}"));
}

static void our_endpoint_takes_one_an_array_or_a_batch(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct event_list one = read_how(arena, " {\"userId\":\"u\",\"event\":\"e\"} ", &any);
    struct event_list array = read_how(
        arena, " [{\"userId\":\"u\",\"event\":\"e\"},{\"userId\":\"u\",\"type\":\"page\"}]", &any);
    struct event_list many =
        read_how(arena, "{\"batch\":[{\"userId\":\"u\",\"event\":\"e\"}]}", &any);
    struct event_list none = read_how(arena, "{\"batch\":[]}", &any);
    assert_int_equal(one.n, 1);
    assert_int_equal(array.n, 2);
    assert_int_equal(array.event[1].kind, EVENT_PAGE);
    assert_int_equal(many.n, 1);
    assert_int_equal(none.n + none.n_rejects, 0);
}

static void a_body_of_another_shape_is_refused_whole(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct event_how track = {.shape = EVENT_ONE, .kind = EVENT_TRACK};
    assert_string_equal(refusal(arena, "", &any), "bad_json");
    assert_string_equal(refusal(arena, "[", &any), "bad_json");
    assert_string_equal(refusal(arena, "[{\"userId\":\"u\",\"event\":\"e\"}", &any), "bad_json");
    assert_string_equal(refusal(arena, "{\"batch\":{}}", &batch), "not_an_array");
    assert_string_equal(refusal(arena, "{\"batch\":null}", &any), "not_an_array");
    assert_string_equal(refusal(arena, "{\"userId\":\"u\"}", &batch), "no_batch");
    assert_string_equal(refusal(arena, "[]", &batch), "not_an_object");
    assert_string_equal(refusal(arena, "{\"userId\":\"u\",}", &track), "bad_json");
    assert_string_equal(refusal(arena, "{\"batch\":[],\"batch\":[]}", &any), "duplicate_key");
    assert_string_equal(refusal(arena, "{\"userId\":\"\xff\"}", &track), "bad_utf8");
    g_autoptr(GString) many = g_string_new("[0");
    for (int i = 0; i < EVENT_BATCH_MAX; i++)
        g_string_append(many, ",0");
    g_string_append_c(many, ']');
    assert_string_equal(refusal(arena, many->str, &any), "too_many");
}

static void an_event_has_at_most_32_kib_and_an_id_100_characters(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    for (int over = 0; over < 2; over++) {
        const char head[] = "[{\"userId\":\"u\",\"event\":\"", tail[] = "\"}]";
        size_t n = EVENT_MAX - strlen(head) - strlen(tail) + 2 + (size_t)over;
        g_autofree char *name = g_strnfill(n, 'x');
        g_autofree char *body = g_strconcat(head, name, tail, NULL);
        struct event_list list = read_how(arena, body, &any);
        assert_int_equal(list.n_rejects, over);
        if (over)
            assert_string_equal(list.reject[0].reason, "too_large");
        g_autoptr(GString) id = g_string_new(NULL);
        for (int i = 0; i < EVENT_MESSAGE_ID_MAX + over; i++)
            g_string_append(id, "é");
        g_autofree char *event =
            g_strdup_printf("{\"userId\":\"u\",\"event\":\"e\",\"messageId\":\"%s\"}", id->str);
        list = read_how(arena, event, &any);
        assert_int_equal(list.n_rejects, over);
    }
}

static void ids_that_cannot_be_told_apart_are_refused(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static const char *const ids[] = {"\\ud800", "\\udfff", "\\u0000"};
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"userId\":\"u\",\"event\":\"e\",\"messageId\":\"m%s\"}", ids[i]);
        struct event_list list = read_how(arena, body, &any);
        assert_string_equal(list.reject[0].reason, "bad_message_id");
    }
    struct event_list list =
        read_how(arena, "{\"userId\":\"\\ud800\",\"event\":\"\\u0000\",\"messageId\":\"m\"}", &any);
    assert_string_equal(list.event[0].message_id, "m");
}

static void a_sender_may_ask_for_the_hash_of_the_bytes_as_id(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct event_how hashed = {.shape = EVENT_ANY, .hash_ids = true};
    struct event_list list =
        read_how(arena,
                 "[{\"userId\":\"u\",\"event\":\"e\"}, {\"userId\":\"u\",\"event\":\"e\"},"
                 "{\"event\":\"e\",\"userId\":\"u\"},"
                 "{\"userId\":\"u\",\"event\":\"e\",\"messageId\":\"own\"}]",
                 &hashed);
    assert_int_equal(list.without_id, 0);
    assert_true(g_str_has_prefix(list.event[0].message_id, "hash-"));
    assert_int_equal(strlen(list.event[0].message_id), 37);
    assert_string_equal(list.event[0].message_id, list.event[1].message_id);
    assert_string_not_equal(list.event[0].message_id, list.event[2].message_id);
    assert_string_equal(list.event[3].message_id, "own");
}

static void a_key_in_a_body_is_found_and_never_kept(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const char *body = "{\"writeKey\":\"knk_secret\",\"userId\":\"u\",\"event\":\"e\"}";
    assert_string_equal(event_write_key(arena, slice_of(body)), "knk_secret");
    assert_null(event_write_key(arena, SLICE("{\"writeKey\":5}")));
    assert_null(event_write_key(arena, SLICE("{\"a\":{\"writeKey\":\"k\"}}")));
    assert_null(event_write_key(arena, SLICE("[\"writeKey\"]")));
    assert_null(event_write_key(arena, SLICE("{\"writeKey\":\"k\"")));
    struct event_list list = read_how(arena, body, &any);
    assert_true(slice_is(list.event[0].body,
                         "{\"writeKey\":\"**********\",\"userId\":\"u\",\"event\":\"e\"}"));
    list = read_how(arena,
                    "{\"batch\":[{\"userId\":\"u\",\"event\":\"e\",\"write\\u004bey\" : "
                    "\"k\\\"\\u0041\"}]}",
                    &any);
    assert_true(slice_is(list.event[0].body,
                         "{\"userId\":\"u\",\"event\":\"e\",\"write\\u004bey\" : \"*********\"}"));
}

static GByteArray *pack(const char *text, size_t n)
{
    GByteArray *out = g_byte_array_new();
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY),
                     Z_OK);
    g_byte_array_set_size(out, (guint)deflateBound(&stream, n));
    stream.next_in = (Bytef *)(uintptr_t)text;
    stream.avail_in = (uInt)n;
    stream.next_out = out->data;
    stream.avail_out = out->len;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    g_byte_array_set_size(out, (guint)stream.total_out);
    deflateEnd(&stream);
    return out;
}

static enum gunzip_result unpack(struct arena *arena, const GByteArray *packed, size_t n,
                                 size_t max, struct slice *out)
{
    return gunzip(arena, (struct slice){(const char *)packed->data, n}, max, out);
}

static void gzip_is_read_whole_and_within_bounds(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct slice out;
    g_autofree char *text = g_strnfill(100000, 'a');
    g_autoptr(GByteArray) packed = pack(text, 100000), empty = pack("", 0);
    assert_int_equal(unpack(arena, packed, packed->len, 100000, &out), GUNZIP_DONE);
    assert_true(slice_is(out, text));
    assert_int_equal(unpack(arena, packed, packed->len, 99999, &out), GUNZIP_TOO_LARGE);
    assert_int_equal(unpack(arena, empty, empty->len, 0, &out), GUNZIP_DONE);
    assert_int_equal(out.n, 0);
    for (guint n = 0; n < packed->len; n++)
        assert_int_equal(unpack(arena, packed, n, 100000, &out), GUNZIP_BROKEN);
    g_byte_array_append(packed, (const guint8 *)"x", 1);
    assert_int_equal(unpack(arena, packed, packed->len, 100000, &out), GUNZIP_BROKEN);
    packed->data[packed->len - 4] ^= 1; /* its check sum */
    assert_int_equal(unpack(arena, packed, packed->len - 1, 100000, &out), GUNZIP_BROKEN);
    assert_int_equal(gunzip(arena, SLICE("{\"batch\":[]}"), 1000, &out), GUNZIP_BROKEN);
    /* A bomb: 64 MiB in 64 KiB. */
    g_autofree char *zeros = g_malloc0(64 << 20);
    g_autoptr(GByteArray) bomb = pack(zeros, 64 << 20);
    size_t before = arena_used(arena);
    assert_int_equal(unpack(arena, bomb, bomb->len, EVENT_BODY_MAX, &out), GUNZIP_TOO_LARGE);
    assert_int_equal(arena_used(arena), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_event_of_a_batch_has_its_own_verdict),
        cmocka_unit_test(our_endpoint_takes_one_an_array_or_a_batch),
        cmocka_unit_test(a_body_of_another_shape_is_refused_whole),
        cmocka_unit_test(an_event_has_at_most_32_kib_and_an_id_100_characters),
        cmocka_unit_test(ids_that_cannot_be_told_apart_are_refused),
        cmocka_unit_test(a_sender_may_ask_for_the_hash_of_the_bytes_as_id),
        cmocka_unit_test(a_key_in_a_body_is_found_and_never_kept),
        cmocka_unit_test(gzip_is_read_whole_and_within_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
