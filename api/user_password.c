/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/user_password.h"

#include <sodium.h>
#include <string.h>

/* Above the least of OWASP (19 MiB twice); one more pass than libsodium's least, since people sign
 * in once a day. */
enum { PASSES = 3, MEMORY = 64 << 20 };

G_STATIC_ASSERT(USER_PASSWORD_HASH_SIZE >= crypto_pwhash_STRBYTES);

/* Long enough, and in every list that is tried first. Compared without what is no letter or digit.
 */
static const char *const known[] = {"passwordpassword", "password1234",
                                    "password12345",    "password123456",
                                    "passw0rd1234",     "iloveyou1234",
                                    "qwertyuiopas",     "qwertyqwerty",
                                    "qwerty123456",     "qwertyuiop12",
                                    "1q2w3e4r5t6y",     "1qaz2wsx3edc",
                                    "zaq12wsxcde3",     "qazwsxedcrfv",
                                    "asdfghjklqwe",     "administrator",
                                    "administrator1",   "adminadminadmin",
                                    "welcome12345",     "welcometokenko",
                                    "changemechangeme", "changeme1234",
                                    "letmeinletmein",   "letmein12345",
                                    "unknownunknown",   "correcthorsebatterystaple",
                                    "footballfootball", "dragondragon12",
                                    "monkeymonkey1",    "trustno1trustno1",
                                    "sunshine1234",     "princess1234",
                                    "kenkokenko12",     "customersuccess",
                                    "healthscore1",     "healthscore12",
                                    "abc123abc123",     "secretsecret12",
                                    "masterpassword"};

static bool refuse(GError **err, const char *why)
{
    return err_set(err, KENKO_ERROR_INPUT, "the password %s", why);
}

/* In lower case, letters and digits only. */
static char *bare(const char *text)
{
    GString *out = g_string_new(NULL);
    g_autofree char *folded = g_utf8_casefold(text, -1);
    for (const char *p = folded; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (g_unichar_isalnum(c))
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

/* Is it one part of less than half its length over and over? */
static bool repeats(const char *text)
{
    size_t n = strlen(text);
    for (size_t part = 1; part * 2 <= n; part++) {
        if (memcmp(text, text + part, n - part) == 0)
            return true;
    }
    return false;
}

/* Is each byte the next or the one before of the byte before it, but for a few? */
static bool is_in_order(const char *text)
{
    size_t steps = 0, n = strlen(text);
    for (size_t i = 1; i < n; i++) {
        int step = text[i] - text[i - 1];
        steps += step == 1 || step == -1 || step == 0;
    }
    return steps + 3 >= n;
}

static bool is_known(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (strcmp(text, known[i]) == 0)
            return true;
    }
    return false;
}

/* A name of four characters and more with fewer than eight others around it. */
static bool is_around(const char *text, const char *name)
{
    g_autofree char *whole = bare(name), *local = g_strndup(name, strcspn(name, "@"));
    g_autofree char *part = bare(local);
    const char *const names[] = {whole, part};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        size_t n = strlen(names[i]);
        if (n >= 4 && strstr(text, names[i]) && strlen(text) < n + 8)
            return true;
    }
    return false;
}

bool user_password_check(const char *name, const char *password, GError **err)
{
    if (!g_utf8_validate(password, -1, NULL))
        return refuse(err, "is not UTF-8");
    glong n = g_utf8_strlen(password, -1);
    if (n < USER_PASSWORD_LEAST || n > USER_PASSWORD_MOST)
        return err_set(err, KENKO_ERROR_INPUT, "the password has %ld characters, want %d to %d", n,
                       USER_PASSWORD_LEAST, USER_PASSWORD_MOST);
    g_autofree char *text = bare(password);
    if (repeats(text) || is_in_order(text))
        return refuse(err, "repeats or counts, want something that is harder to guess");
    if (is_known(text))
        return refuse(err, "is one of those that are tried first");
    if (is_around(text, name))
        return refuse(err, "is little more than the name");
    return true;
}

bool user_password_hash(const char *password, char out[USER_PASSWORD_HASH_SIZE], GError **err)
{
    memset(out, 0, USER_PASSWORD_HASH_SIZE);
    if (crypto_pwhash_str_alg(out, password, strlen(password), PASSES, MEMORY,
                              crypto_pwhash_ALG_ARGON2ID13) == 0)
        return true;
    return err_set(err, KENKO_ERROR_UNAVAILABLE, "there is no memory to hash a password");
}

bool user_password_fits(const char *hash, const char *password)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES] = {0};
    unsigned char out[crypto_pwhash_STRBYTES];
    if (hash)
        return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
    int done = crypto_pwhash(out, crypto_hash_sha256_BYTES, password, strlen(password), salt,
                             PASSES, MEMORY, crypto_pwhash_ALG_ARGON2ID13);
    (void)done;
    return false;
}
