/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are not UTF-8: decoded when declared or marked, named when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "ingest/encoding_evidence.h"
#include "support/sources.h"
#include "support/warehouse.h"

#define STREAM(path, more)                                                                         \
    "sources:\n"                                                                                   \
    "  - name: crm\n"                                                                              \
    "    type: file\n"                                                                             \
    "    streams:\n"                                                                               \
    "      - stream: account\n"                                                                    \
    "        path: " path "\n"                                                                     \
    "        fields: {party: 顧客ID, name: 会社名}\n" more

/* `text` as it stands in a file of another encoding. */
static GString *encode(const char *text, const char *table)
{
    gsize n;
    g_autoptr(GError) err = NULL;
    g_autofree char *bytes = g_convert(text, -1, table, "UTF-8", NULL, &n, &err);
    if (!bytes)
        fail_msg("%s: %s", table, err->message);
    return g_string_new_len(bytes, (gssize)n);
}

static void write_bytes(const char *dir, const char *name, const GString *bytes)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    if (!g_file_set_contents(path, bytes->str, (gssize)bytes->len, NULL))
        fail_msg("cannot write %s", path);
}

static void expect_names(struct db *db, const char *want)
{
    sources_expect(db,
                   "SELECT string_agg(p.external_id || '=' || v.name, '|' ORDER BY p.external_id) "
                   "FROM warehouse.account_version_now AS v JOIN identity.party AS p USING "
                   "(party_id)",
                   want);
}

static void expect_failure(struct db *db, const char *dir, int kind, const char *part)
{
    g_autoptr(GError) err = NULL;
    if (sources_try(db, dir, 0, NULL, &err))
        fail_msg("no error, want '%s'", part);
    if (!err_is(err, kind) || !strstr(err->message, part))
        fail_msg("%s (kind %d), want '%s'", err->message, err->code, part);
}

/* 表 ends in a backslash's byte, ポ in that of |, and ①, ㈱, ～, ‐, －, 髙 are where Windows has
 * them. */
static const unsigned char cp932[] = "\x8c\xda\x8b\x71\x49\x44,\x89\xef\x8e\xd0\x96\xbc\r\n"
                                     "a,\"\x95\x5c,\x83\x7c\"\r\n"
                                     "b,\x87\x40\x87\x8a\x81\x60\x81\x5d\x81\x7c\xfb\xfc\r\n"
                                     "c,\xb1\xb2\\~\r\n";

static void cp932_is_read_as_windows_reads_it(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", "        encoding: cp932\n"));
    g_autoptr(GString) bytes = g_string_new_len((const char *)cp932, sizeof cp932 - 1);
    write_bytes(dir, "a.csv", bytes);
    sources_ingest(db, dir, NULL);
    expect_names(db, "a=表,ポ|b=①㈱～‐－髙|c=ｱｲ\\~");
}

static void shift_jis_names_the_same_and_may_be_packed(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv.gz", "        encoding: shift_jis\n"));
    g_autofree char *path = g_build_filename(dir, "a.csv.gz", NULL);
    gzFile out = gzopen(path, "wb");
    assert_int_equal(gzwrite(out, cp932, sizeof cp932 - 1), sizeof cp932 - 1);
    gzclose(out);
    sources_ingest(db, dir, NULL);
    expect_names(db, "a=表,ポ|b=①㈱～‐－髙|c=ｱｲ\\~");
}

static void a_byte_that_does_not_decode_costs_its_record_only(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", "        encoding: cp932\n"));
    /* A lead byte before the line end must not swallow it; 0xff is no character. */
    static const char text[] = "\x8c\xda\x8b\x71\x49\x44,\x89\xef\x8e\xd0\x96\xbc\n"
                               "a,x\x81\n"
                               "b,\x95\x5c\n"
                               "\x95\x5c,\x83\xa0\xff\n"
                               "d,y\n";
    g_autoptr(GString) bytes = g_string_new_len(text, sizeof text - 1);
    write_bytes(dir, "a.csv", bytes);
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 2);
    assert_int_equal(s.count.rejected, 2);
    expect_names(db, "b=表|d=y");
    sources_expect(db,
                   "SELECT string_agg(line || ':' || at_column || ' ' || reason, '|' ORDER BY "
                   "line) FROM ops.reject",
                   "2:4 bad_encoding|4:7 bad_encoding");
}

static void utf16_is_known_by_its_mark_or_declared(void **state)
{
    (void)state;
    static const struct {
        const char *table, *mark, *encoding;
    } cases[] = {{"UTF-16LE", "\xff\xfe", ""},
                 {"UTF-16BE", "\xfe\xff", ""},
                 {"UTF-16LE", "", "        encoding: utf-16le\n"},
                 {"UTF-16BE", "", "        encoding: utf-16be\n"},
                 {"UTF-16LE", "", "        encoding: utf-16\n"},
                 {"UTF-16BE", "\xfe\xff", "        encoding: utf-16\n"},
                 {"UTF-16BE", "\xfe\xff", "        encoding: cp932\n"},
                 {"UTF-8", "\xef\xbb\xbf", "        encoding: cp932\n"},
                 {"UTF-8", "\xef\xbb\xbf", ""}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(db_t) db = warehouse_open();
        g_autofree char *yaml = g_strconcat(STREAM("a.csv", ""), cases[i].encoding, NULL);
        const char *dir = sources_directory(yaml);
        g_autoptr(GString) bytes =
            encode("\"顧客ID\",会社名\r\na,\"表\n\"\"𠮷\"\"\"\r\nĊ,Ċ\r\n", cases[i].table);
        g_string_prepend(bytes, cases[i].mark);
        write_bytes(dir, "a.csv", bytes);
        sources_ingest(db, dir, NULL);
        expect_names(db, "a=表\n\"𠮷\"|Ċ=Ċ");
    }
}

static void a_lone_surrogate_and_half_a_unit_cost_their_records(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", ""));
    g_autoptr(GString) bytes = encode("\xef\xbb\xbf顧客ID,会社名\na,1\nb,", "UTF-16LE");
    g_string_append_len(bytes, "\x00\xd8", 2);
    g_autoptr(GString) rest = encode("\nc,3\nd,4", "UTF-16LE");
    g_string_append_len(bytes, rest->str, (gssize)rest->len);
    g_string_append_len(bytes, "\x00", 1);
    write_bytes(dir, "a.csv", bytes);
    sources_ingest(db, dir, NULL);
    expect_names(db, "a=1|c=3");
    sources_expect(db,
                   "SELECT string_agg(line || ' ' || reason, '|' ORDER BY line) FROM ops.reject",
                   "3 bad_encoding|5 bad_encoding");
}

static void a_grown_file_of_another_encoding_is_read_on(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", "        encoding: euc-jp\n"));
    g_autoptr(GString) bytes = encode("顧客ID,会社名\na,表\n", "EUC-JP");
    write_bytes(dir, "a.csv", bytes);
    sources_ingest(db, dir, NULL);
    g_autoptr(GString) more = encode("b,能\n", "EUC-JP");
    g_string_append_len(bytes, more->str, (gssize)more->len);
    write_bytes(dir, "a.csv", bytes);
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.read, 1);
    expect_names(db, "a=表|b=能");
    /* The same text in another encoding is the same content: positions are those of the text. */
    g_autoptr(GString) other = encode("\xef\xbb\xbf顧客ID,会社名\na,表\nb,能\n", "UTF-16LE");
    write_bytes(dir, "a.csv", other);
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, &s, &err)); /* its mark is not */
    assert_true(err_is(err, KENKO_ERROR_CONFLICT));
}

static void the_declaration_alone_makes_rejected_records_readable(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *yaml = STREAM("a.csv", "        on_change: replace\n");
    const char *dir = sources_directory(yaml);
    g_autoptr(GString) bytes = g_string_new_len((const char *)cp932, sizeof cp932 - 1);
    write_bytes(dir, "a.csv", bytes);
    expect_failure(
        db, dir, KENKO_ERROR_INPUT,
        "a.csv:1: the header is not UTF-8 text; it looks like Shift_JIS: say encoding: cp932");
    g_autofree char *path = g_build_filename(dir, "kenko.yaml", NULL), *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_autofree char *declared = g_strconcat(text, "        encoding: cp932\n", NULL);
    assert_true(g_file_set_contents(path, declared, -1, NULL));
    sources_ingest(db, dir, NULL);
    expect_names(db, "a=表,ポ|b=①㈱～‐－髙|c=ｱｲ\\~");
}

static void undeclared_text_is_rejected_with_what_it_looks_like(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - name: crm\n"
                                        "    type: file\n"
                                        "    streams:\n"
                                        "      - stream: account\n"
                                        "        path: \"*.*\"\n"
                                        "        fields: {party: id, name: name}\n");
    g_autoptr(GString) euc = encode("id,name\na,かぶしきがいしゃ東京\n", "EUC-JP");
    write_bytes(dir, "a.csv", euc);
    g_autoptr(GString) sjis =
        encode("{\"id\": \"b\", \"name\": \"株式会社サンプル商事\"}\n", "CP932");
    write_bytes(dir, "b.ndjson", sjis);
    g_autoptr(GString) latin = encode("id,name\nc,Müller & Söhne\n", "ISO-8859-1");
    write_bytes(dir, "c.csv", latin);
    g_autoptr(GString) wide = encode("id,name\nd,x\n", "UTF-16LE");
    write_bytes(dir, "d.csv", wide);
    g_autoptr(GError) err = NULL;
    assert_false(sources_try(db, dir, 0, NULL, &err));
    sources_expect(db,
                   "SELECT string_agg(l.file || ' ' || r.reason || substr(r.message, "
                   "position(';' IN r.message)), '|' ORDER BY l.file) FROM ops.reject AS r JOIN "
                   "ops.load AS l USING (load_id) WHERE l.file ~ '^[a-c][.]'",
                   "a.csv bad_utf8; it looks like EUC-JP: say encoding: euc-jp for the stream|"
                   "b.ndjson bad_utf8; it looks like Shift_JIS: say encoding: cp932 for the stream|"
                   "c.csv bad_utf8; it looks like Latin-1: say encoding: windows-1252 or latin1 "
                   "for the stream");
}

static void a_nul_in_the_header_says_utf16(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", ""));
    g_autoptr(GString) bytes = encode("顧客ID,会社名\na,1\n", "UTF-16BE");
    write_bytes(dir, "a.csv", bytes);
    expect_failure(db, dir, KENKO_ERROR_INPUT, "say encoding: utf-16be");
}

static void western_encodings_keep_their_letters(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory("sources:\n"
                                        "  - name: crm\n"
                                        "    type: file\n"
                                        "    streams:\n"
                                        "      - stream: account\n"
                                        "        path: w.csv\n"
                                        "        encoding: windows-1252\n"
                                        "        fields: {party: id, name: name}\n"
                                        "      - stream: account\n"
                                        "        path: l.csv\n"
                                        "        encoding: latin1\n"
                                        "        fields: {party: id, name: name}\n");
    g_autoptr(GString) w = g_string_new("id,name\na,\x80\x93\xe9\nb,\x81\n");
    write_bytes(dir, "w.csv", w);
    g_autoptr(GString) l = g_string_new("id,name\nc,\xe9\n");
    write_bytes(dir, "l.csv", l);
    sources_ingest(db, dir, NULL);
    expect_names(db, "a=€“é|c=é");
    sources_expect(db, "SELECT line || ' ' || reason FROM ops.reject", "3 bad_encoding");
}

static void files_without_a_header_are_read_by_columns(void **state)
{
    (void)state;
    g_autoptr(db_t) db = warehouse_open();
    const char *dir =
        sources_directory(STREAM("a.txt", "        separator: semicolon\n"
                                          "        header: false\n"
                                          "        columns: [顧客ID, \"-\", 会社名]\n"));
    sources_write(dir, "a.txt", "a;1;\"x;y\"\nb;2;z\nc;3\n");
    struct ingest_summary s;
    sources_ingest(db, dir, &s);
    expect_names(db, "a=x;y|b=z");
    assert_int_equal(s.count.read, 3);
    sources_expect(db, "SELECT line || ' ' || reason || ' ' || message FROM ops.reject",
                   "3 ragged_row 2 fields, want 3 as in columns");
    sources_append(dir, "a.txt", "d;4;w\n");
    sources_ingest(db, dir, &s);
    assert_int_equal(s.count.loaded, 1);
}

static void what_contradicts_itself_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *more, *part;
    } cases[] = {{"        header: false\n", "header: false wants columns"},
                 {"        columns: [顧客ID, 会社名]\n", "it wants header: false"},
                 {"        header: false\n        columns: [顧客ID, 顧客ID]\n",
                  "columns names '顧客ID' twice"},
                 {"        header: no\n", "header is 'no', want true or false"},
                 {"        encoding: sjis\n", "encoding is 'sjis', want one of auto, utf-8"},
                 {"        separator: x\n", "separator is 'x', want one of comma"},
                 {"        header: false\n        columns: [a, 会社名]\n",
                  "the mapped column '顧客ID' is not among columns"}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(db_t) db = warehouse_open();
        g_autofree char *yaml = g_strconcat(STREAM("a.csv", ""), cases[i].more, NULL);
        const char *dir = sources_directory(yaml);
        sources_write(dir, "a.csv", "a,1\n");
        expect_failure(db, dir, KENKO_ERROR_CONFIG, cases[i].part);
    }
    g_autoptr(db_t) db = warehouse_open();
    const char *dir = sources_directory(STREAM("a.csv", ""));
    sources_write(dir, "a.csv", "顧客ID;会社名\n");
    expect_failure(db, dir, KENKO_ERROR_INPUT, "; say separator: semicolon");
}

struct pieces {
    const GString *bytes;
    size_t at, step;
};

static bool give(void *context, char *to, size_t room, size_t *got, GError **err)
{
    (void)err;
    struct pieces *p = context;
    *got = MIN(MIN(room, p->step), p->bytes->len - p->at);
    memcpy(to, p->bytes->str + p->at, *got);
    p->at += *got;
    return true;
}

static char *decode_by(const GString *bytes, enum encoding encoding, size_t step, size_t room)
{
    struct pieces pieces = {bytes, 0, step};
    struct encoding_decoder *decoder = encoding_decoder_open(encoding);
    GString *out = g_string_new(NULL);
    char text[64];
    size_t got = 1;
    while (got > 0) {
        assert_true(encoding_decode(decoder, give, &pieces, text, room, &got, NULL));
        g_string_append_len(out, text, (gssize)got);
    }
    encoding_decoder_close(decoder);
    return g_string_free(out, FALSE);
}

static void the_text_does_not_depend_on_how_the_bytes_arrive(void **state)
{
    (void)state;
    static const char *const tables[][2] = {{"cp932", "CP932"},       {"euc-jp", "EUC-JP-MS"},
                                            {"utf-16le", "UTF-16LE"}, {"utf-16be", "UTF-16BE"},
                                            {"latin1", "ISO-8859-1"}, {"utf-8", "UTF-8"}};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        const char *text = i == 4 ? "größer als §1" : "表示ポ①a,ｱ\n次";
        enum encoding encoding;
        assert_true(encoding_by_name(tables[i][0], &encoding, NULL));
        g_autoptr(GString) bytes = encode(text, tables[i][1]);
        for (size_t step = 1; step < 8; step++) {
            for (size_t room = ENCODING_ROOM_MIN; room <= 64; room += 7) {
                g_autofree char *got = decode_by(bytes, encoding, step, room);
                assert_string_equal(got, text);
            }
        }
    }
}

static void evidence_names_what_text_is_written_in(void **state)
{
    (void)state;
    static const char japanese[] =
        "顧客コード,会社名,住所\n1001,株式会社サンプル商事,東京都千代田区\n"
        "1002,有限会社ヤマダ,大阪府大阪市北区\n";
    static const char german[] = "Name;Straße\nMüller & Söhne;Königsallee 12\nBäcker;Hauptstraße\n";
    static const char french[] = "société;ville\nCafé de l’Étoile;Besançon\nHôtel – Élysée;Évian\n";
    static const struct {
        const char *text, *table;
        enum encoding want;
    } cases[] = {{japanese, "CP932", ENCODING_CP932},
                 {japanese, "EUC-JP", ENCODING_EUC_JP},
                 {japanese, "UTF-8", ENCODING_UTF8},
                 {japanese, "UTF-16LE", ENCODING_UTF16LE},
                 {japanese, "UTF-16BE", ENCODING_UTF16BE},
                 {"id,name\n1,ﾃｽﾄ\n2,ｶﾌﾞｼｷｶﾞｲｼｬ\n", "CP932", ENCODING_CP932},
                 {"東京都", "CP932", ENCODING_CP932},
                 {"東京都", "EUC-JP", ENCODING_EUC_JP},
                 {german, "ISO-8859-1", ENCODING_LATIN1},
                 {french, "CP1252", ENCODING_WINDOWS_1252},
                 {french, "UTF-8", ENCODING_UTF8},
                 {"plain,text\n", "UTF-8", ENCODING_UTF8}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) bytes = encode(cases[i].text, cases[i].table);
        struct encoding_evidence evidence = {0};
        for (size_t at = 0; at < bytes->len; at += 3) /* in pieces */
            encoding_evidence_add(&evidence,
                                  (struct slice){bytes->str + at, MIN(3, bytes->len - at)});
        enum encoding got = encoding_evidence_verdict(&evidence);
        if (got != cases[i].want)
            fail_msg("case %zu (%s) looks like %s", i, cases[i].table, encoding_name(got));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cp932_is_read_as_windows_reads_it),
        cmocka_unit_test(shift_jis_names_the_same_and_may_be_packed),
        cmocka_unit_test(a_byte_that_does_not_decode_costs_its_record_only),
        cmocka_unit_test(utf16_is_known_by_its_mark_or_declared),
        cmocka_unit_test(a_lone_surrogate_and_half_a_unit_cost_their_records),
        cmocka_unit_test(a_grown_file_of_another_encoding_is_read_on),
        cmocka_unit_test(the_declaration_alone_makes_rejected_records_readable),
        cmocka_unit_test(undeclared_text_is_rejected_with_what_it_looks_like),
        cmocka_unit_test(a_nul_in_the_header_says_utf16),
        cmocka_unit_test(western_encodings_keep_their_letters),
        cmocka_unit_test(files_without_a_header_are_read_by_columns),
        cmocka_unit_test(what_contradicts_itself_is_refused),
        cmocka_unit_test(the_text_does_not_depend_on_how_the_bytes_arrive),
        cmocka_unit_test(evidence_names_what_text_is_written_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
