/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/config.h"
#include "core/currency.h"

static char *directory;

static int make_directory(void **state)
{
    (void)state;
    directory = g_dir_make_tmp("kenko-config-XXXXXX", NULL);
    return directory ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    const char *name;
    GDir *files = g_dir_open(directory, 0, NULL);
    while (files && (name = g_dir_read_name(files))) {
        g_autofree char *path = g_build_filename(directory, name, NULL);
        g_remove(path);
    }
    if (files)
        g_dir_close(files);
    return g_rmdir(directory);
}

static char *place(const char *name)
{
    g_autofree char *path = g_build_filename(directory, name, NULL);
    g_remove(path);
    return g_steal_pointer(&path);
}

static void write_file(const char *name, const char *text, gssize size)
{
    g_autofree char *path = place(name);
    assert_true(g_file_set_contents(path, text, size, NULL));
}

/* What opening it says, after the name of the directory. */
static void expect_open(const char *text, const char *message)
{
    if (text)
        write_file("kenko.yaml", text, -1);
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(directory, &err);
    g_autofree char *whole = g_strdup_printf("%s: %s", directory, message);
    if (config || strcmp(err->message, whole) != 0)
        fail_msg("%s\nsays   %s\nwanted %s", text ? text : "", config ? "nothing" : err->message,
                 whole);
    assert_true(err_is(err, KENKO_ERROR_CONFIG));
}

static void what_is_no_yaml_is_refused_where_it_goes_wrong(void **state)
{
    (void)state;
    const char *cases[][2] = {
        {"organisation: T\nsources:\n  - name: a\n    streams:\n      - fields: {a: b\n",
         "kenko.yaml:6:1: not YAML: did not find expected ',' or '}' while parsing a flow mapping "
         "that begins at 5:17 in sources[0].streams[0].fields"},
        {"organisation: \"T\nsources: 5\n",
         "kenko.yaml:3:1: not YAML: found unexpected end of stream while scanning a quoted scalar "
         "that begins at 1:15"},
        {"organisation: T\nwarehouse:\n\tdsn: x\n",
         "kenko.yaml:3:1: not YAML: found character that cannot start any token (a tab; want "
         "spaces)"},
        {"organisation: T\nsources: a: b\n",
         "kenko.yaml:2:11: not YAML: mapping values are not allowed in this context"},
        {"organisation: T\nsources:\n  - name: a\n    streams:\n      - stream: b\n     path: c\n",
         "kenko.yaml:6:6: not YAML: did not find expected key while parsing a block mapping that "
         "begins at 3:5 in sources[0]"},
        {"organisation: 日本\nlanguage: en\1\n",
         "kenko.yaml:2:13: the character U+0001 is not allowed"},
        {"organisation: T\n---\norganisation: U\n",
         "kenko.yaml:2:1: a second document begins here, want one"},
        {"organisation: !secret T\n",
         "kenko.yaml:1:15: the tag !secret is not understood in organisation"},
        {"organisation: \"a\\0b\"\n", "kenko.yaml:1:15: a text holds NUL in organisation"},
        {"organisation: *x\n",
         "kenko.yaml:1:15: the alias *x has no anchor &x before it in organisation"},
        {"a: &x [*x]\n", "kenko.yaml:1:8: the alias *x has no anchor &x before it in a[0]"},
        {"? [a]\n: b\n", "kenko.yaml:1:3: a key is not a word"},
        {"", "kenko.yaml: the file is empty"},
        {" \n\n", "kenko.yaml: the file is empty"},
        {"# only\n# comments\n", "kenko.yaml:1:1: the file holds no value"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_open(cases[i][0], cases[i][1]);
}

static void a_key_that_stands_twice_is_refused_at_its_second_place(void **state)
{
    (void)state;
    expect_open("organisation: T\nlanguage: en\norganisation: U\n",
                "kenko.yaml:3:1: the key 'organisation' stands twice (first at 1:1)");
    expect_open("organisation: T\nwarehouse: {dsn: x, \"dsn\": y}\n",
                "kenko.yaml:2:21: the key 'dsn' stands twice (first at 2:13) in warehouse");
    /* Also in what another stage reads. */
    expect_open("organisation: T\nsources:\n  - name: a\n  - name: b\n    streams:\n"
                "      - {path: a, stream: b, path: c}\n",
                "kenko.yaml:6:30: the key 'path' stands twice (first at 6:10) in "
                "sources[1].streams[0]");
}

static void what_expands_or_nests_without_end_is_refused(void **state)
{
    (void)state;
    g_autoptr(GString) bomb = g_string_new("organisation: T\nsources:\n  - &a0 [x, x]\n");
    for (int i = 1; i < 40; i++)
        g_string_append_printf(bomb, "  - &a%d [*a%d, *a%d]\n", i, i - 1, i - 1);
    expect_open(bomb->str, "kenko.yaml:20:17: more than 1000000 values, aliases followed in "
                           "sources[17][1]");
    g_autoptr(GString) deep = g_string_new("organisation: T\nsources: ");
    for (int i = 0; i < 100000; i++)
        g_string_append_c(deep, '[');
    g_autoptr(GString) path = g_string_new("kenko.yaml:2:41: nested deeper than 32 in sources");
    for (int i = 0; i < 31; i++)
        g_string_append(path, "[0]");
    expect_open(deep->str, path->str);
}

static void an_unknown_key_comes_with_the_nearest_valid_one(void **state)
{
    (void)state;
    expect_open("organisation: T\n# note\nsuorces: []\n",
                "kenko.yaml:3:1: unknown key 'suorces', did you mean 'sources'?");
    expect_open("organisation: T\nwarehouse: {known_floor_day: 10}\n",
                "kenko.yaml:2:13: unknown key 'known_floor_day' in warehouse, did you mean "
                "'known_floor_days'?");
    expect_open("organisation: T\nwarehouse:\n  schema: x\n",
                "kenko.yaml:3:3: unknown key 'schema' in warehouse, want one of dsn, "
                "known_floor_days");
    expect_open("organisation: T\ndsn: x\n",
                "kenko.yaml:2:1: unknown key 'dsn'; it belongs in warehouse");
    expect_open("language: en\n", "kenko.yaml:1:1: the key 'organisation' is missing");
}

static void core_values_are_checked_when_they_are_read(void **state)
{
    (void)state;
    const char *cases[][2] = {
        {"organisation:\n", "kenko.yaml:1:14: organisation is empty, want 1 to 200 bytes"},
        {"organisation: [T]\n", "kenko.yaml:1:15: organisation is a list, want a text"},
        {"organisation: {a: b}\n", "kenko.yaml:1:15: organisation is a mapping, want a text"},
        {"just text\n", "kenko.yaml:1:1: the file is 'just text', want a mapping"},
        {"- organisation: T\n", "kenko.yaml:1:1: the file is a list, want a mapping"},
        {"organisation: T\nlanguage: de\n", "kenko.yaml:2:11: language is 'de', want en or ja"},
        {"organisation: T\nlanguage: EN\n", "kenko.yaml:2:11: language is 'EN', want en or ja"},
        {"organisation: T\ncurrency: Euro\n",
         "kenko.yaml:2:11: currency is 'Euro', want a code of ISO 4217, e.g. USD"},
        {"organisation: T\ncurrency: usd\n",
         "kenko.yaml:2:11: currency is 'usd', want a code of ISO 4217, e.g. USD"},
        {"organisation: T\ntime_zone: Asia/Tokio\n",
         "kenko.yaml:2:12: time_zone: 'Asia/Tokio' is not a time zone, want a name of the tz "
         "database such as Asia/Tokyo"},
        {"organisation: T\nwarehouse: {known_floor_days: -1}\n",
         "kenko.yaml:2:31: warehouse.known_floor_days is -1, want 1 or more, or 0 for never"},
        {"organisation: T\nwarehouse: {known_floor_days: many}\n",
         "kenko.yaml:2:31: warehouse.known_floor_days is 'many', want a whole number of "
         "-2147483648 to 2147483647"},
        {"organisation: T\nwarehouse: {dsn: \"host=db password=x\"}\n",
         "kenko.yaml:2:18: warehouse.dsn: it holds a password, want ${ENV} or file:PATH"},
        {"organisation: T\nwarehouse: {dsn: \"postgresql://u:x@host/db\"}\n",
         "kenko.yaml:2:18: warehouse.dsn: it holds a password, want ${ENV} or file:PATH"},
        {"organisation: T\nwarehouse: {dsn: \"${KENKO_NO_SUCH}\"}\n",
         "kenko.yaml:2:18: warehouse.dsn: the environment variable KENKO_NO_SUCH is not set"},
        {"organisation: T\nwarehouse: {dsn: \"file:no such\"}\n",
         "kenko.yaml:2:18: warehouse.dsn: no such: cannot be read: No such file or directory"},
        {"organisation: T\nwarehouse: {dsn: \"file:/dev/zero\"}\n",
         "kenko.yaml:2:18: warehouse.dsn: /dev/zero: is a device, want a file"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        expect_open(cases[i][0], cases[i][1]);
}

static void defaults_hold_where_nothing_is_said(void **state)
{
    (void)state;
    write_file("kenko.yaml", "\xef\xbb\xbforganisation: \xe5\x81\xa5\xe5\xba\xb7\r\n", -1);
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(directory, &err);
    assert_non_null(config);
    assert_string_equal(config_organisation(config), "健康");
    assert_string_equal(config_time_zone(config), "UTC");
    assert_string_equal(config_currency(config), "USD");
    assert_string_equal(config_language(config), "en");
    assert_null(config_dsn(config));
    assert_int_equal(config_known_floor_days(config), 400);
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
    (void)state;
    alarm(20); /* a FIFO that is opened plainly waits for ever */
    g_autofree char *path = place("kenko.yaml");
    assert_int_equal(mkfifo(path, 0600), 0);
    expect_open(NULL, "kenko.yaml: is a FIFO, want a file");
    g_autofree char *dir = place("kenko.yaml");
    assert_int_equal(g_mkdir(dir, 0700), 0);
    expect_open(NULL, "kenko.yaml: is a directory, want a file");
    g_autofree char *device = place("kenko.yaml");
    assert_int_equal(symlink("/dev/zero", device), 0);
    expect_open(NULL, "kenko.yaml: is a device, want a file");
    g_autofree char *name = place("kenko.yaml");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    assert_true(strlen(name) < sizeof address.sun_path);
    memcpy(address.sun_path, name, strlen(name));
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    expect_open(NULL, "kenko.yaml: is a socket, want a file");
    close(fd);
    g_free(place("kenko.yaml"));
    expect_open(NULL, "kenko.yaml: cannot be read: No such file or directory");
    alarm(0);
}

static void a_file_beyond_the_limit_is_refused_before_it_is_read(void **state)
{
    (void)state;
    g_autofree char *path = place("kenko.yaml");
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, INT64_C(1) << 40), 0); /* no memory holds it */
    close(fd);
    expect_open(NULL, "kenko.yaml: is larger than the limit of 4 MiB");
    /* At the limit it is still taken; a file that hides its size is cut off there. */
    g_autofree char *text = g_strnfill(4 << 20, '\n');
    memcpy(text, "organisation: T", 15);
    write_file("kenko.yaml", text, 4 << 20);
    g_autoptr(config_t) config = config_open(directory, NULL);
    assert_non_null(config);
}

static void bytes_that_are_no_text_are_refused_with_their_place(void **state)
{
    (void)state;
    write_file("kenko.yaml", "organisation: T\0x\n", 18);
    expect_open(NULL, "kenko.yaml: holds NUL at byte 15, want text");
    expect_open("organisation: \xff\n", "kenko.yaml: is not UTF-8 at byte 14");
}

struct item {
    char *name;
    int8_t small;
    unsigned limit;
    bool on;
    double share;
};

struct probe {
    struct item *items;
    unsigned n;
};

static const cyaml_schema_field_t item_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct item, name, 2, 4),
    CYAML_FIELD_INT("small", CYAML_FLAG_OPTIONAL, struct item, small),
    CYAML_FIELD_UINT("limit", CYAML_FLAG_OPTIONAL, struct item, limit),
    CYAML_FIELD_BOOL("on", CYAML_FLAG_OPTIONAL, struct item, on),
    CYAML_FIELD_FLOAT("share", CYAML_FLAG_OPTIONAL, struct item, share),
    CYAML_FIELD_END};

static const cyaml_schema_value_t item_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct item, item_fields)};

static const cyaml_schema_field_t probe_field = {
    .key = "sources",
    .value = {.type = CYAML_SEQUENCE,
              .flags = CYAML_FLAG_POINTER,
              .data_size = sizeof(struct item),
              .sequence = {.entry = &item_schema, .min = 1, .max = 2}},
    .data_offset = offsetof(struct probe, items),
    .count_offset = offsetof(struct probe, n),
    .count_size = sizeof(unsigned)};

static bool load(const char *sources, struct probe *probe, config_t **config, GError **err)
{
    g_autofree char *text = g_strdup_printf("organisation: T\nsources: %s\n", sources);
    write_file("kenko.yaml", text, -1);
    *config = config_open(directory, err);
    assert_non_null(*config);
    return config_section(*config, &probe_field, probe, sizeof *probe, err);
}

static void a_section_is_held_to_its_schema(void **state)
{
    (void)state;
    const char *cases[][2] = {
        {"[{name: ab, small: 128}]",
         "kenko.yaml:2:29: sources[0].small is '128', want a whole number of -128 to 127"},
        {"[{name: ab, small: 010}]",
         "kenko.yaml:2:29: sources[0].small is '010', want a whole number of -128 to 127"},
        {"[{name: ab, small: 0x1}]",
         "kenko.yaml:2:29: sources[0].small is '0x1', want a whole number of -128 to 127"},
        {"[{name: ab, small: 1.5}]",
         "kenko.yaml:2:29: sources[0].small is '1.5', want a whole number of -128 to 127"},
        {"[{name: ab, limit: -1}]",
         "kenko.yaml:2:29: sources[0].limit is '-1', want a whole number of 0 to 4294967295"},
        {"[{name: ab, limit: }]",
         "kenko.yaml:2:29: sources[0].limit is empty, want a whole number of 0 to 4294967295"},
        {"[{name: ab, limit: [1]}]", "kenko.yaml:2:29: sources[0].limit is a list, want a number"},
        {"[{name: ab}, {name: cd, on: flase}]",
         "kenko.yaml:2:38: sources[1].on is 'flase', want true or false"},
        {"[{name: ab, share: half}]", "kenko.yaml:2:29: sources[0].share is 'half', want a number"},
        {"[{name: ab, share: nan}]", "kenko.yaml:2:29: sources[0].share is 'nan', want a number"},
        {"[{name: ab, share: 1e999}]",
         "kenko.yaml:2:29: sources[0].share is '1e999', want a number"},
        {"[{name: ab, share: 0,5}]", "kenko.yaml:2:31: unknown key '5' in sources[0], want one of "
                                     "name, small, limit, on, share"},
        {"[{name: a}]", "kenko.yaml:2:18: sources[0].name is 'a', want 2 to 4 bytes"},
        {"[{name: abcde}]", "kenko.yaml:2:18: sources[0].name is 'abcde', want 2 to 4 bytes"},
        {"[{name: ab}, {}]", "kenko.yaml:2:23: the key 'name' is missing in sources[1]"},
        {"[{nmae: ab}]", "kenko.yaml:2:12: unknown key 'nmae' in sources[0], did you mean 'name'?"},
        {"[ab]", "kenko.yaml:2:11: sources[0] is 'ab', want a mapping"},
        {"ab", "kenko.yaml:2:10: sources is 'ab', want a list"},
        {"{name: ab}", "kenko.yaml:2:10: sources is a mapping, want a list"},
        {"[]", "kenko.yaml:2:10: sources has 0 entries, want 1 to 2"},
        {"[{name: ab}, {name: cd}, {name: ef}]",
         "kenko.yaml:2:10: sources has 3 entries, want 1 to 2"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_autoptr(config_t) config = NULL;
        struct probe probe;
        if (load(cases[i][0], &probe, &config, &err))
            fail_msg("%s is taken", cases[i][0]);
        assert_string_equal(err->message, cases[i][1]);
        assert_true(err_is(err, KENKO_ERROR_CONFIG));
    }
}

static void a_file_may_have_another_text_without_being_written(void **state)
{
    (void)state;
    static const cyaml_schema_value_t any = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 99)};
    g_autoptr(config_t) config = config_bare(directory);
    g_autoptr(GError) err = NULL;
    char *said = NULL;
    config_replace_text(config, "not_there.yaml", "first");
    config_replace_text(config, "not_there.yaml", "second");
    assert_true(config_file(config, "not_there.yaml", &any, (void **)&said, NULL, &err));
    assert_string_equal(said, "second");
    config_replace_text(config, "blank.yaml", " ");
    assert_false(config_file(config, "blank.yaml", &any, (void **)&said, NULL, &err));
    assert_string_equal(err->message, "blank.yaml: the file is empty");
}

static void a_section_that_fits_is_loaded_aliases_followed(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = NULL;
    struct probe probe = {0};
    if (!load("[&a {name: ab, small: -128, limit: 4294967295, on: true, share: -1.5e2}, *a]",
              &probe, &config, &err))
        fail_msg("%s", err->message);
    assert_int_equal(probe.n, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(probe.items[i].name, "ab");
        assert_int_equal(probe.items[i].small, -128);
        assert_true(probe.items[i].limit == 4294967295);
        assert_true(probe.items[i].on);
        assert_true(probe.items[i].share == -150);
    }
}

static void a_refusal_of_a_stage_names_the_place(void **state)
{
    (void)state;
    const struct {
        const char *path, *place;
    } cases[] = {{"sources[1].share", "kenko.yaml:2:41: no"},
                 {"sources[1]", "kenko.yaml:2:23: no"},
                 {"sources[1].limit", "kenko.yaml:2:23: no"}, /* not there: what encloses it */
                 {"sources[7].name", "kenko.yaml:2:10: no"},
                 {"reports.top", "kenko.yaml:1:1: no"}};
    g_autoptr(config_t) config = NULL;
    struct probe probe;
    assert_true(load("[{name: ab}, {name: cd, share: 2}]", &probe, &config, NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        assert_false(config_refuse(config, &err, cases[i].path, "%s", "no"));
        assert_string_equal(err->message, cases[i].place);
        g_autofree char *place = config_place(config, "kenko.yaml", "%s", cases[i].path);
        assert_true(g_str_has_prefix(cases[i].place, place));
    }
}

static void secrets_come_from_the_environment_or_a_file(void **state)
{
    (void)state;
    write_file("kenko.yaml", "organisation: T\n", -1);
    g_autoptr(config_t) config = config_open(directory, NULL);
    assert_non_null(config);
    g_setenv("KENKO_TEST_SECRET", "from outside", TRUE);
    g_autofree char *one = NULL, *two = NULL, *none = NULL;
    assert_true(config_secret(config, "${KENKO_TEST_SECRET}", &one, NULL));
    assert_string_equal(one, "from outside");
    write_file("secret", "in a file \n", -1);
    assert_true(config_secret(config, "file:secret", &two, NULL));
    assert_string_equal(two, "in a file");
    g_autoptr(GError) err = NULL;
    assert_false(config_secret(config, "plain", &none, &err));
    assert_string_equal(err->message, "a secret must be given as ${ENV} or file:PATH");
    assert_null(strstr(err->message, "plain"));
}

static void a_configuration_of_texts_alone_reads_nothing_else(void **state)
{
    (void)state;
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open_text("organisation: T\ntime_zone: Asia/Tokyo\n", &err);
    assert_non_null(config);
    assert_string_equal(config_time_zone(config), "Asia/Tokyo");
    write_file("slo.yaml", "slos: []\n", -1);
    assert_false(config_has_file(config, "slo.yaml"));
    assert_null(config_file_text(config, "slo.yaml", &err));
    assert_string_equal(err->message, "slo.yaml: is not among what was kept");
    config_replace_text(config, "slo.yaml", "slos: []\n");
    assert_true(config_has_file(config, "slo.yaml"));
    g_clear_error(&err);
    assert_null(config_open_text("organisation: T\nwarehouse: {dsn: 'file:secret'}\n", &err));
    assert_non_null(strstr(err->message, "has no secrets"));
}

static void keys_are_extracted_as_a_file_that_says_the_same(void **state)
{
    (void)state;
    static const char *const keys[] = {"organisation", "calendar", "score", "churn", NULL};
    write_file(
        "kenko.yaml",
        "organisation: &o \"T \\\"x\\\" <é>\"\nsources: []\n"
        "calendar:\n  holidays: [2026-01-01, 2026-05-03]\nscore: {band_days: 3, scorecard: *o}\n",
        -1);
    g_autoptr(config_t) config = config_open(directory, NULL);
    assert_non_null(config);
    g_autofree char *text = config_extract(config, keys);
    assert_null(strstr(text, "sources"));
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) again = config_open_text(text, &err);
    if (!again)
        fail_msg("%s", err->message);
    assert_string_equal(config_organisation(again), "T \"x\" <é>");
    g_autofree char *twice = config_extract(again, keys);
    assert_string_equal(text, twice);
}

static void currencies_are_codes_of_the_list(void **state)
{
    (void)state;
    const char *known[] = {"AED", "JPY", "USD", "EUR", "ZWG"};
    const char *unknown[] = {"", "US", "USDX", "XXX", "SDE", "D E", "usd", "ED "};
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        assert_true(currency_is_known(known[i]));
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
        assert_false(currency_is_known(unknown[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_yaml_is_refused_where_it_goes_wrong),
        cmocka_unit_test(a_key_that_stands_twice_is_refused_at_its_second_place),
        cmocka_unit_test(what_expands_or_nests_without_end_is_refused),
        cmocka_unit_test(an_unknown_key_comes_with_the_nearest_valid_one),
        cmocka_unit_test(core_values_are_checked_when_they_are_read),
        cmocka_unit_test(defaults_hold_where_nothing_is_said),
        cmocka_unit_test(what_is_no_file_is_refused_without_waiting),
        cmocka_unit_test(a_file_beyond_the_limit_is_refused_before_it_is_read),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_place),
        cmocka_unit_test(a_section_is_held_to_its_schema),
        cmocka_unit_test(a_file_may_have_another_text_without_being_written),
        cmocka_unit_test(a_section_that_fits_is_loaded_aliases_followed),
        cmocka_unit_test(a_refusal_of_a_stage_names_the_place),
        cmocka_unit_test(secrets_come_from_the_environment_or_a_file),
        cmocka_unit_test(a_configuration_of_texts_alone_reads_nothing_else),
        cmocka_unit_test(keys_are_extracted_as_a_file_that_says_the_same),
        cmocka_unit_test(currencies_are_codes_of_the_list),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
