/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which names are one, which are alike, and how fast that is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <glib.h>

#include "ingest/identity_name.h"
#include "ingest/identity_near.h"

static void legal_forms_width_and_punctuation_make_no_difference(void **state)
{
    (void)state;
    static const char *const same[][2] = {{"Alpha Inc.", "ALPHA"},
                                          {"Alpha, Incorporated", "alpha"},
                                          {"Alpha Co., Ltd.", "Alpha"},
                                          {"Alpha K.K.", "Alpha"},
                                          {"Alpha Kabushiki Kaisha", "alpha"},
                                          {"Müller GmbH & Co. KG", "MÜLLER"},
                                          {"Acme S.A.", "Acme"},
                                          {"Acme Sp. z o.o.", "Acme"},
                                          {"The Acme Company", "acme"},
                                          {"Smith & Sons Ltd", "Smith and Sons"},
                                          {"McDonald's", "McDonalds"},
                                          {"株式会社サクラ", "サクラ"},
                                          {"サクラ株式会社", "サクラ"},
                                          {"㈱サクラ", "株式会社 サクラ"},
                                          {"サクラK.K.", "サクラ"},
                                          {"サクラ(株)", "サクラ（株）"},
                                          {"ｻｸﾗ", "サクラ"},
                                          {"カ）サクラ", "サクラ"},
                                          {"サクラ（カ", "サクラ"},
                                          {"有限会社ヤマダ", "ヤマダ㈲"},
                                          {"合同会社ＡＢＣ", "abc"},
                                          {"一般社団法人 日本協会", "日本協会"},
                                          {"㍿ガンマ", "ｶﾞﾝﾏ"},
                                          {"Ａｌｐｈａ　Ｉｎｃ．", "Alpha"}};
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        g_autofree char *a = identity_name_plain(same[i][0]), *b = identity_name_plain(same[i][1]);
        if (!a || g_strcmp0(a, b) != 0)
            fail_msg("'%s' is %s, '%s' is %s", same[i][0], a, same[i][1], b);
    }
    static const char *const different[][2] = {{"Alpha Japan", "Alpha"}, {"SE Ranking", "Ranking"},
                                               {"やまだ", "ヤマダ"}, /* may be two companies */
                                               {"澤田", "沢田"},         {"Alpha 1", "Alpha 2"},
                                               {"サーバ", "サーバー"}};
    for (size_t i = 0; i < G_N_ELEMENTS(different); i++) {
        g_autofree char *a = identity_name_plain(different[i][0]);
        g_autofree char *b = identity_name_plain(different[i][1]);
        if (g_strcmp0(a, b) == 0)
            fail_msg("'%s' and '%s' are both %s", different[i][0], different[i][1], a);
    }
    static const char *const nothing[] = {"", "Inc.", "株式会社", "--", "Co., Ltd.", "a"};
    for (size_t i = 0; i < G_N_ELEMENTS(nothing); i++)
        assert_null(identity_name_plain(nothing[i]));
}

static double alike(const char *a, const char *b)
{
    struct identity_near_index *index = identity_near_new();
    struct identity_near_match best[IDENTITY_NEAR];
    identity_near_add(index, 7, "Something Else Entirely");
    identity_near_add(index, 8, a);
    identity_near_build(index);
    identity_near_find(index, &b, 1, best);
    identity_near_free(index);
    return best[0].similarity > 0 && best[0].owner == 8 ? best[0].similarity : 0;
}

static void names_are_alike_when_people_would_say_so(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        double least, most;
    } cases[] = {{"Alpha Inc", "alpha", 1, 1},
                 {"やまだ商店", "ヤマダ商店㈱", 1, 1},
                 {"株式会社澤田", "沢田", 1, 1},
                 {"Café Noir", "Cafe Noir GmbH", 1, 1},
                 {"info@www.alpha.co.uk", "Alpha Ltd", 1, 1},
                 {"サーバー工業", "サーバ工業", 0.8, 0.9},
                 {"Acme Logistics", "Acme Logsitics", 0.9, 0.95},
                 {"Tokyo Sample Trading", "Trading Sample Tokyo", 0.5, 0.9},
                 {"Acme", "Zenith", 0, 0},
                 {"Customer 17", "Customer 18", 0, 0},
                 {"acc-00017", "acc-00018", 0, 0},
                 {"abc.co.jp", "xyz.co.jp", 0, 0},
                 {"user@gmail.com", "user1@gmail.com", 0, 0}};
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        double got = alike(cases[i].a, cases[i].b);
        if (got < cases[i].least || got > cases[i].most)
            fail_msg("'%s' and '%s': %.3f, want %.2f to %.2f", cases[i].a, cases[i].b, got,
                     cases[i].least, cases[i].most);
    }
}

static void owners_stand_once_and_the_likest_first(void **state)
{
    (void)state;
    struct identity_near_index *index = identity_near_new();
    const char *const words[] = {NULL, "Sample Company", ""};
    struct identity_near_match best[IDENTITY_NEAR];
    identity_near_add(index, 1, "Sampel");
    identity_near_add(index, 1, "Sample");
    identity_near_add(index, 2, "Sampler");
    identity_near_add(index, 3, NULL);
    identity_near_build(index);
    identity_near_find(index, words, 3, best);
    assert_int_equal(best[0].owner, 1);
    assert_true(best[0].similarity == 1);
    assert_int_equal(best[1].owner, 2);
    assert_true(best[2].similarity == 0);
    identity_near_free(index);
}

static char *made_name(GRand *rand)
{
    static const char *const parts[] = {"ka", "ri",   "no", "sen", "tor", "al",   "be", "dex",
                                        "mi", "quan", "va", "lo",  "pra", "tech", "so", "lu"};
    static const char *const kanji[] = {"東", "京", "山", "田", "高", "橋", "商", "事",
                                        "工", "業", "日", "本", "大", "阪", "電", "機"};
    GString *out = g_string_new(NULL);
    bool japanese = g_rand_int_range(rand, 0, 3) == 0;
    int n = g_rand_int_range(rand, 3, 7);
    for (int i = 0; i < n; i++)
        g_string_append(out, japanese ? kanji[g_rand_int_range(rand, 0, 16)]
                                      : parts[g_rand_int_range(rand, 0, 16)]);
    return g_string_free(out, FALSE);
}

/* Two letters change places, or one is lost. */
static char *slip(GRand *rand, const char *name)
{
    glong n = g_utf8_strlen(name, -1);
    glong at = g_rand_int_range(rand, 1, (gint32)n);
    g_autofree char *head = g_utf8_substring(name, 0, at);
    g_autofree char *tail = g_utf8_substring(name, at + (at + 1 < n), n);
    return g_strconcat(head, tail, NULL);
}

static void two_thousand_are_found_among_a_hundred_thousand(void **state)
{
    (void)state;
    enum { ACCOUNTS = 100000, PARTIES = 2000 };
    GRand *rand = g_rand_new_with_seed(7);
    g_auto(GStrv) names = g_new0(char *, ACCOUNTS + 1);
    struct identity_near_index *index = identity_near_new();
    gint64 began = g_get_monotonic_time();
    for (int i = 0; i < ACCOUNTS; i++) {
        names[i] = made_name(rand);
        g_autofree char *key = g_strdup_printf("acc-%05d", i);
        g_autofree char *domain = g_strdup_printf("%s%d.example", names[i], i);
        identity_near_add(index, (uint32_t)i, key);
        identity_near_add(index, (uint32_t)i, names[i]);
        identity_near_add(index, (uint32_t)i, domain);
    }
    identity_near_build(index);
    gint64 built = g_get_monotonic_time();
    int found = 0;
    gint64 searched = 0;
    for (int i = 0; i < PARTIES; i++) {
        int owner = i * (ACCOUNTS / PARTIES);
        g_autofree char *name = slip(rand, names[owner]);
        const char *words[] = {name};
        struct identity_near_match best[IDENTITY_NEAR];
        gint64 asked = g_get_monotonic_time();
        identity_near_find(index, words, 1, best);
        searched += g_get_monotonic_time() - asked;
        bool here = false;
        for (int k = 0; k < IDENTITY_NEAR; k++)
            here =
                here || (best[k].similarity > 0 && strcmp(names[best[k].owner], names[owner]) == 0);
        /* Or as many others are as like. */
        found += here || best[IDENTITY_NEAR - 1].similarity >= alike(names[owner], name);
    }
    print_message("%d of %d found; index %.2f s, search %.2f s\n", found, PARTIES,
                  (double)(built - began) / 1e6, (double)searched / 1e6);
    assert_true(found >= PARTIES * 99 / 100);
    identity_near_free(index);
    g_rand_free(rand);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(legal_forms_width_and_punctuation_make_no_difference),
        cmocka_unit_test(names_are_alike_when_people_would_say_so),
        cmocka_unit_test(owners_stand_once_and_the_likest_first),
        cmocka_unit_test(two_thousand_are_found_among_a_hundred_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
