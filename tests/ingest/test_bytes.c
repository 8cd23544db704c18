/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done many bytes at a time gives what is done one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <glib.h>

#include "core/bytes.h"
#include "core/scan_json.h"
#include "core/utf8.h"
#include "ingest/content_hash.h"
#include "ingest/scan_csv.h"

/* The text alone in its memory, so that a byte read behind it is found. */
static struct slice alone(const char *p, size_t n)
{
    return (struct slice){g_memdup2(n ? p : "", MAX(n, 1)), n};
}

static void check_utf8(const char *p, size_t n)
{
    struct slice text = alone(p, n);
    const char *wrong = text.p, *end = text.p + n;
    bool has_nul = false, fine;
    while (!(fine = g_utf8_validate_len(wrong, (gsize)(end - wrong), &wrong)) && *wrong == '\0') {
        has_nul = true;
        wrong++;
    }
    size_t at = 0;
    enum utf8_result got = utf8_check(text, &at);
    enum utf8_result want = !fine ? UTF8_BROKEN : has_nul ? UTF8_HAS_NUL : UTF8_FINE;
    if (got != want || (got == UTF8_BROKEN && at != (size_t)(wrong - text.p)))
        fail_msg("%zu bytes, %02x %02x %02x %02x …: got %d at %zu, want %d at %td", n,
                 (unsigned char)p[0], (unsigned char)p[n > 1], n > 2 ? (unsigned char)p[2] : 0,
                 n > 3 ? (unsigned char)p[3] : 0, (int)got, at, (int)want, wrong - text.p);
    g_free((char *)(uintptr_t)text.p);
}

static void utf8_is_what_glib_says_it_is(void **state)
{
    (void)state;
    /* Every edge of what a byte may be, in all places of four, before and behind text. */
    static const unsigned char edges[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                          0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
                                          0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    enum { N = G_N_ELEMENTS(edges) };
    char text[48];
    for (int i = 0; i < N * N * N * N; i++) {
        const char four[4] = {(char)edges[i % N], (char)edges[i / N % N],
                              (char)edges[i / N / N % N], (char)edges[i / N / N / N]};
        check_utf8(four, (size_t)i % 4 + 1);
        size_t before = (size_t)i % 20;
        memset(text, 'a', sizeof text);
        memcpy(text + before, four, 4);
        check_utf8(text, before + 4 + (size_t)i % 23);
    }
    for (gunichar c = 1; c < 0x110000; c++) {
        char one[8];
        if (g_unichar_validate(c))
            check_utf8(one, (size_t)g_unichar_to_utf8(c, one));
    }
    check_utf8("", 0);
}

/* The reader of one byte at a time that the scanner must agree with. */
static bool end_by_bytes(struct slice text, char separator, bool at_eof, size_t *end,
                         size_t *inside)
{
    bool quoted = false, at_start = true, closed = false;
    *inside = 0;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (quoted) {
            *inside += c == '\n';
            closed = c == '"';
            quoted = !closed;
            continue;
        }
        if (c == '"' && (at_start || closed)) {
            quoted = true;
        } else if (c == '\n') {
            *end = i;
            return true;
        }
        at_start = c == separator;
        closed = false;
    }
    *end = text.n;
    return at_eof;
}

static void a_csv_record_ends_where_reading_byte_by_byte_ends_it(void **state)
{
    (void)state;
    static const char letters[] = "ab,;\"\"\"\n\r,";
    GRand *rand = g_rand_new_with_seed(7);
    for (int turn = 0; turn < 200000; turn++) {
        char buffer[200];
        size_t n = (size_t)g_rand_int_range(rand, 0, turn % 10 ? 24 : 200);
        for (size_t i = 0; i < n; i++)
            buffer[i] = turn % 3 && g_rand_int_range(rand, 0, 4)
                            ? 'x'
                            : letters[g_rand_int_range(rand, 0, sizeof letters - 1)];
        struct slice text = alone(buffer, n);
        size_t end, inside, want_end, want_inside;
        bool at_eof = turn % 2;
        bool got = scan_csv_end(text, ',', at_eof, &end, &inside);
        bool want = end_by_bytes(text, ',', at_eof, &want_end, &want_inside);
        if (got != want || (got && (end != want_end || inside != want_inside)))
            fail_msg("'%.*s' ends at %zu, want %zu", (int)n, buffer, end, want_end);
        g_free((char *)(uintptr_t)text.p);
    }
    g_rand_free(rand);
}

/* Split without an index: what RFC 4180 says, in the plainest words. */
static bool split_by_bytes(struct slice record, GPtrArray *fields)
{
    size_t i = 0;
    for (;;) {
        GString *field = g_string_new(NULL);
        g_ptr_array_add(fields, field);
        if (i < record.n && record.p[i] == '"') {
            for (i++;; i++) {
                if (i >= record.n)
                    return false;
                if (record.p[i] == '"' && (i + 1 >= record.n || record.p[i + 1] != '"'))
                    break;
                i += record.p[i] == '"';
                g_string_append_c(field, record.p[i]);
            }
            i++;
            if (i < record.n && record.p[i] != ',')
                return false;
        } else {
            while (i < record.n && record.p[i] != ',')
                g_string_append_c(field, record.p[i++]);
        }
        if (i >= record.n)
            return true;
        i++;
    }
}

static void free_field(gpointer field)
{
    g_string_free(field, TRUE);
}

static void a_csv_record_splits_as_byte_by_byte(void **state)
{
    (void)state;
    static const char letters[] = "a,\"\",b\n";
    GRand *rand = g_rand_new_with_seed(11);
    g_autoptr(arena_t) arena = arena_new();
    for (int turn = 0; turn < 200000; turn++) {
        char buffer[160];
        size_t n = (size_t)g_rand_int_range(rand, 0, turn % 10 ? 16 : 160), count;
        for (size_t i = 0; i < n; i++)
            buffer[i] = letters[g_rand_int_range(rand, 0, sizeof letters - 1)];
        struct slice record = alone(buffer, n), field[200];
        struct scan_error error;
        g_autoptr(GPtrArray) want = g_ptr_array_new_with_free_func(free_field);
        bool fine = split_by_bytes(record, want);
        arena_reset(arena);
        assert_int_equal(scan_csv_split(arena, record, ',', field, 200, &count, &error), fine);
        if (fine)
            assert_int_equal(count, want->len);
        for (guint i = 0; fine && i < want->len; i++) {
            const GString *text = want->pdata[i];
            assert_true(slice_equals(field[i], (struct slice){text->str, text->len}));
        }
        g_free((char *)(uintptr_t)record.p);
    }
    g_rand_free(rand);
}

/* A string of RFC 8259 and white space, byte by byte. */
static bool is_json_string(const char *p, const char *end)
{
    if (p == end || *p++ != '"')
        return false;
    for (; p < end && *p != '"'; p++) {
        if ((unsigned char)*p < 0x20)
            return false;
        if (*p != '\\')
            continue;
        if (++p == end || !strchr("\"\\/bfnrtu", *p))
            return false;
        for (int i = 0; *p == 'u' && i < 4; i++) {
            if (end - p < 5 || !g_ascii_isxdigit(p[i + 1]))
                return false;
        }
    }
    if (p++ == end)
        return false;
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\t'))
        p++;
    return p == end;
}

static void a_json_string_is_one_wherever_its_bytes_stand(void **state)
{
    (void)state;
    static const char letters[] = "abcdefghijklm0123456789 /u\\\\\"\n\t\x1f\x7f";
    GRand *rand = g_rand_new_with_seed(17);
    for (int turn = 0; turn < 300000; turn++) {
        char buffer[80] = "\"";
        size_t n = 1 + (size_t)g_rand_int_range(rand, 0, 70);
        for (size_t i = 1; i < n; i++)
            buffer[i] = turn % 2 || g_rand_int_range(rand, 0, 20) == 0
                            ? letters[g_rand_int_range(rand, 0, sizeof letters - 1)]
                            : 'x';
        if (turn % 5)
            buffer[n++] = '"';
        struct slice text = alone(buffer, n);
        struct scan_error error;
        if (scan_json_validate(text, &error) != is_json_string(text.p, text.p + n))
            fail_msg("%.*s", (int)n, buffer);
        g_free((char *)(uintptr_t)text.p);
    }
    g_rand_free(rand);
}

static void content_has_one_hash_however_it_is_cut(void **state)
{
    (void)state;
    uint8_t key[CONTENT_HASH_KEY_SIZE] = {1, 2, 3}, other[CONTENT_HASH_KEY_SIZE] = {1, 2, 4};
    uint8_t whole[CONTENT_HASH_SIZE], parts[CONTENT_HASH_SIZE], middle[CONTENT_HASH_SIZE];
    char text[1000];
    memset(text, 'x', sizeof text);
    struct content_hash *one = content_hash_new(key), *two = content_hash_new(key);
    content_hash_add(one, text, sizeof text);
    content_hash_value(one, whole);
    for (size_t at = 0; at < sizeof text; at += 100) {
        content_hash_add(two, text + at, 100);
        content_hash_value(two, middle);
    }
    content_hash_value(two, parts);
    assert_memory_equal(whole, parts, sizeof whole);
    assert_memory_equal(middle, parts, sizeof whole);
    content_hash_add(two, "", 0);
    content_hash_value(two, parts);
    assert_memory_equal(whole, parts, sizeof whole);
    content_hash_add(two, "\0", 1);
    content_hash_value(two, parts);
    assert_memory_not_equal(whole, parts, sizeof whole);
    struct content_hash *three = content_hash_new(other);
    content_hash_add(three, text, sizeof text);
    content_hash_value(three, parts);
    assert_memory_not_equal(whole, parts, sizeof whole);
    content_hash_free(one);
    content_hash_free(two);
    content_hash_free(three);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8_is_what_glib_says_it_is),
        cmocka_unit_test(a_csv_record_ends_where_reading_byte_by_byte_ends_it),
        cmocka_unit_test(a_csv_record_splits_as_byte_by_byte),
        cmocka_unit_test(a_json_string_is_one_wherever_its_bytes_stand),
        cmocka_unit_test(content_has_one_hash_however_it_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
