/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/rational.h"

#include <gmp.h>
#include <math.h>
#include <string.h>

#include "core/error.h"

enum { EXPONENT_MAX = 18, DIGITS_MAX = 400, MANTISSA = 53, SHIFT_MAX = 110 };

struct rational_big {
    mpq_t q;
};

struct rational_pool {
    GPtrArray *big;
    guint used;
    mpq_t a, b, c; /* scratch */
};

struct rational_pool *rational_pool_new(void)
{
    struct rational_pool *pool = g_new0(struct rational_pool, 1);
    pool->big = g_ptr_array_new();
    mpq_inits(pool->a, pool->b, pool->c, NULL);
    return pool;
}

void rational_pool_free(struct rational_pool *pool)
{
    if (!pool)
        return;
    for (guint i = 0; i < pool->big->len; i++) {
        struct rational_big *big = pool->big->pdata[i];
        mpq_clear(big->q);
        g_free(big);
    }
    g_ptr_array_free(pool->big, TRUE);
    mpq_clears(pool->a, pool->b, pool->c, NULL);
    g_free(pool);
}

void rational_pool_reset(struct rational_pool *pool)
{
    pool->used = 0;
}

static int64_t gcd(int64_t a, int64_t b)
{
    uint64_t x = a < 0 ? -(uint64_t)a : (uint64_t)a, y = b < 0 ? -(uint64_t)b : (uint64_t)b;
    if (x == 0 || y == 0)
        return (int64_t)(x | y);
    /* Stein's: shifts and subtractions are several times cheaper here than divisions. */
    int shared = __builtin_ctzll(x | y);
    x >>= __builtin_ctzll(x);
    while (y) {
        y >>= __builtin_ctzll(y);
        uint64_t low = x < y ? x : y;
        y = x < y ? y - x : x - y;
        x = low;
    }
    return (int64_t)(x << shared);
}

struct rational rational_of(int64_t n, int64_t d)
{
    int64_t by = d == 1 ? 1 : gcd(n, d);
    if (d < 0)
        by = -by;
    return (struct rational){n / by, d / by, NULL};
}

/* ── by way of GMP ──────────────────────────────────────────────────────────────────────────────
 */

static void to_mpq(mpq_t out, struct rational a)
{
    if (a.big) {
        mpq_set(out, a.big->q);
        return;
    }
    mpz_set_si(mpq_numref(out), a.n);
    mpz_set_si(mpq_denref(out), a.d);
}

/* INT64_MIN stays large, so that every small number has a small negative. */
static bool is_small(const mpz_t z)
{
    return mpz_fits_slong_p(z) && mpz_cmp_si(z, INT64_MIN) != 0;
}

static struct rational from_mpq(struct rational_pool *pool, mpq_srcptr q)
{
    if (is_small(mpq_numref(q)) && is_small(mpq_denref(q)))
        return (struct rational){mpz_get_si(mpq_numref(q)), mpz_get_si(mpq_denref(q)), NULL};
    if (pool->used == pool->big->len) {
        struct rational_big *big = g_new(struct rational_big, 1);
        mpq_init(big->q);
        g_ptr_array_add(pool->big, big);
    }
    struct rational_big *big = pool->big->pdata[pool->used++];
    mpq_set(big->q, q);
    return (struct rational){0, 0, big};
}

static struct rational by_gmp(struct rational_pool *pool, struct rational a, struct rational b,
                              void (*operation)(mpq_t, const mpq_t, const mpq_t))
{
    to_mpq(pool->a, a);
    to_mpq(pool->b, b);
    operation(pool->c, pool->a, pool->b);
    return from_mpq(pool, pool->c);
}

/* ── in 64 bits where that is enough ────────────────────────────────────────────────────────────
 */

static bool fits(__int128 n, __int128 d)
{
    return n <= INT64_MAX && n >= -INT64_MAX && d <= INT64_MAX;
}

/* Knuth, The Art of Computer Programming, vol. 2, 4.5.1: one gcd when the denominators share
 * nothing. */
static bool small_sum(struct rational a, struct rational b, struct rational *out)
{
    if (a.big || b.big)
        return false;
    if (a.n == 0 || b.n == 0) {
        *out = a.n == 0 ? b : a;
        return true;
    }
    int64_t shared = a.d == b.d ? a.d : a.d == 1 || b.d == 1 ? 1 : gcd(a.d, b.d);
    __int128 n = (__int128)a.n * (b.d / shared), more = (__int128)b.n * (a.d / shared);
    /* Each is below 2^126. */
    n += more;
    __int128 d = (__int128)(a.d / shared) * b.d;
    if (shared > 1) {
        int64_t by = gcd((int64_t)(n % shared), shared);
        n /= by;
        d /= by;
    }
    *out = (struct rational){(int64_t)n, n == 0 ? 1 : (int64_t)d, NULL};
    return fits(n, d) || n == 0;
}

static bool small_product(struct rational a, struct rational b, struct rational *out)
{
    if (a.big || b.big)
        return false;
    if (a.n == 0 || b.n == 0) {
        *out = rational_int(0);
        return true;
    }
    int64_t left = b.d == 1 ? 1 : gcd(a.n, b.d), right = a.d == 1 ? 1 : gcd(b.n, a.d);
    __int128 n = (__int128)(a.n / left) * (b.n / right), d = (__int128)(a.d / right) * (b.d / left);
    *out = (struct rational){(int64_t)n, (int64_t)d, NULL};
    return fits(n, d);
}

static struct rational negative(struct rational_pool *pool, struct rational a)
{
    if (!a.big)
        return (struct rational){-a.n, a.d, NULL};
    mpq_neg(pool->c, a.big->q);
    return from_mpq(pool, pool->c);
}

struct rational rational_add(struct rational_pool *pool, struct rational a, struct rational b)
{
    struct rational sum;
    return small_sum(a, b, &sum) ? sum : by_gmp(pool, a, b, mpq_add);
}

struct rational rational_subtract(struct rational_pool *pool, struct rational a, struct rational b)
{
    return rational_add(pool, a, negative(pool, b));
}

struct rational rational_multiply(struct rational_pool *pool, struct rational a, struct rational b)
{
    struct rational product;
    return small_product(a, b, &product) ? product : by_gmp(pool, a, b, mpq_mul);
}

struct rational rational_divide(struct rational_pool *pool, struct rational a, struct rational b)
{
    if (rational_sign(b) == 0)
        BUG("a division by 0");
    if (b.big)
        return by_gmp(pool, a, b, mpq_div);
    struct rational inverse =
        b.n < 0 ? (struct rational){-b.d, -b.n, NULL} : (struct rational){b.d, b.n, NULL};
    return rational_multiply(pool, a, inverse);
}

int rational_sign(struct rational a)
{
    return a.big ? mpq_sgn(a.big->q) : (a.n > 0) - (a.n < 0);
}

int rational_compare(struct rational_pool *pool, struct rational a, struct rational b)
{
    if (a.big || b.big) {
        to_mpq(pool->a, a);
        to_mpq(pool->b, b);
        return mpq_cmp(pool->a, pool->b);
    }
    __int128 left = (__int128)a.n * b.d, right = (__int128)b.n * a.d;
    return (left > right) - (left < right);
}

/* The largest integer not above. */
static struct rational floor_of(struct rational_pool *pool, struct rational a)
{
    if (!a.big)
        return rational_int(a.n / a.d - (a.n % a.d < 0));
    mpz_fdiv_q(mpq_numref(pool->c), mpq_numref(a.big->q), mpq_denref(a.big->q));
    mpz_set_ui(mpq_denref(pool->c), 1);
    return from_mpq(pool, pool->c);
}

static bool is_odd(struct rational whole)
{
    return whole.big ? mpz_odd_p(mpq_numref(whole.big->q)) : (whole.n & 1) != 0;
}

struct rational rational_round(struct rational_pool *pool, struct rational a, struct rational step,
                               enum rational_rounding rule)
{
    bool by_one = !step.big && step.n == 1 && step.d == 1;
    if (rule == ROUND_NONE || (by_one && !a.big && a.d == 1))
        return a;
    struct rational steps = by_one ? a : rational_divide(pool, a, step),
                    whole = floor_of(pool, steps);
    if (by_one && rule == ROUND_DOWN)
        return whole;
    struct rational rest = rational_subtract(pool, steps, whole);
    int half = rational_compare(pool, rest, rational_of(1, 2));
    bool up = half > 0;
    if (half == 0)
        up = rule == ROUND_NEAREST_UP || (rule == ROUND_NEAREST_AWAY && rational_sign(a) > 0) ||
             (rule == ROUND_NEAREST_EVEN && is_odd(whole));
    if (rule == ROUND_UP)
        up = rational_sign(rest) > 0;
    if (rule == ROUND_DOWN)
        up = false;
    if (up)
        whole = rational_add(pool, whole, rational_int(1));
    return by_one ? whole : rational_multiply(pool, whole, step);
}

int rational_to_int(struct rational_pool *pool, struct rational a)
{
    struct rational whole = rational_round(pool, a, rational_int(1), ROUND_NEAREST_UP);
    if (whole.big || whole.n > INT32_MAX || whole.n < INT32_MIN)
        BUG("a number does not fit an int");
    return (int)whole.n;
}

double rational_to_double(struct rational a)
{
    return a.big ? mpq_get_d(a.big->q) : (double)a.n / (double)a.d;
}

/* ── text ───────────────────────────────────────────────────────────────────────────────────────
 */

static size_t digits_of(struct slice text, size_t from)
{
    size_t n = 0;
    while (from + n < text.n && g_ascii_isdigit(text.p[from + n]))
        n++;
    return n;
}

/* "[-]digits[.digits][e[+-]digits]": its digits without the point, and the power of ten. */
static bool parse_decimal(struct slice text, GString *digits, int *power)
{
    size_t at = text.n > 0 && (text.p[0] == '-' || text.p[0] == '+');
    if (at && text.p[0] == '-')
        g_string_append_c(digits, '-');
    size_t whole = digits_of(text, at), part = 0;
    g_string_append_len(digits, text.p + at, (gssize)whole);
    at += whole;
    if (at < text.n && text.p[at] == '.') {
        part = digits_of(text, at + 1);
        g_string_append_len(digits, text.p + at + 1, (gssize)part);
        at += part + 1;
    }
    if (whole + part == 0)
        return false;
    int exponent = 0;
    if (at < text.n && (text.p[at] == 'e' || text.p[at] == 'E')) {
        bool minus = at + 1 < text.n && text.p[at + 1] == '-';
        at += 1 + (minus || (at + 1 < text.n && text.p[at + 1] == '+'));
        size_t n = digits_of(text, at);
        for (size_t i = 0; i < n && exponent <= EXPONENT_MAX; i++)
            exponent = exponent * 10 + (text.p[at + i] - '0');
        if (n == 0 || exponent > EXPONENT_MAX)
            return false;
        at += n;
        exponent = minus ? -exponent : exponent;
    }
    *power = exponent - (int)part;
    return at == text.n;
}

static bool parse_fraction(struct rational_pool *pool, struct slice text, size_t slash,
                           struct rational *out)
{
    struct slice above = {text.p, slash}, below = {text.p + slash + 1, text.n - slash - 1};
    size_t sign = above.n > 0 && above.p[0] == '-';
    if (digits_of(above, sign) + sign != above.n || above.n == sign || below.n == 0 ||
        digits_of(below, 0) != below.n)
        return false;
    g_autofree char *whole = g_strndup(text.p, text.n);
    if (mpq_set_str(pool->a, whole, 10) != 0 || mpz_sgn(mpq_denref(pool->a)) == 0)
        return false;
    mpq_canonicalize(pool->a);
    *out = from_mpq(pool, pool->a);
    return true;
}

bool rational_parse(struct rational_pool *pool, struct slice text, struct rational *out)
{
    if (text.n == 0 || text.n > DIGITS_MAX)
        return false;
    const char *slash = memchr(text.p, '/', text.n);
    if (slash)
        return parse_fraction(pool, text, (size_t)(slash - text.p), out);
    g_autoptr(GString) digits = g_string_new(NULL);
    int power;
    if (!parse_decimal(text, digits, &power))
        return false;
    if (mpz_set_str(mpq_numref(pool->a), digits->str, 10) != 0)
        return false;
    mpz_set_ui(mpq_denref(pool->a), 1);
    mpz_ui_pow_ui(mpq_numref(pool->b), 10, (unsigned long)(power < 0 ? -power : power));
    mpz_set_ui(mpq_denref(pool->b), 1);
    (power < 0 ? mpq_div : mpq_mul)(pool->c, pool->a, pool->b);
    *out = from_mpq(pool, pool->c);
    return true;
}

/* The simplest fraction strictly between low / d and high / d, all above 0: continued fractions of
 * both ends as long as they agree. False when 64 bits do not hold it. */
static bool simplest(unsigned __int128 low, unsigned __int128 high, unsigned __int128 d,
                     struct rational *out)
{
    unsigned __int128 low_d = d, high_d = d;
    __int128 n0 = 0, d0 = 1, n1 = 1, d1 = 0;
    for (;;) {
        unsigned __int128 whole = low / low_d;
        unsigned __int128 low_rest = low - whole * low_d, high_rest = high - whole * high_d;
        /* The next integer lies between them? */
        bool last = high_d < high_rest;
        __int128 term = (__int128)(last ? whole + 1 : whole);
        __int128 n = term * n1 + n0, m = term * d1 + d0;
        if (!last && low_rest == 0) {
            /* 1 / 0: any integer above the other end's inverse will do. */
            __int128 more = (__int128)(high_d / high_rest + 1), n2 = more * n + n1;
            m = more * m + d1;
            n = n2;
            last = true;
        }
        if (last || n > INT64_MAX || m > INT64_MAX) {
            *out = (struct rational){(int64_t)n, (int64_t)m, NULL};
            return fits(n, m);
        }
        n0 = n1;
        d0 = d1;
        n1 = n;
        d1 = m;
        low = high_d;
        high = low_d;
        low_d = high_rest;
        high_d = low_rest;
    }
}

struct rational rational_of_double(struct rational_pool *pool, double value)
{
    int exponent;
    struct rational found;
    if (value == trunc(value) && fabs(value) < 0x1p62)
        return rational_int((int64_t)value);
    uint64_t mantissa = (uint64_t)ldexp(frexp(fabs(value), &exponent), MANTISSA);
    int shift = MANTISSA + 2 - exponent; /* |value| = 4 mantissa / 2^shift */
    /* Half of the last place to both sides, a quarter where it halves: at powers of two. */
    uint64_t below = mantissa == UINT64_C(1) << (MANTISSA - 1) ? 1 : 2;
    if (shift > 2 && shift <= SHIFT_MAX &&
        simplest((unsigned __int128)4 * mantissa - below, (unsigned __int128)4 * mantissa + 2,
                 (unsigned __int128)1 << shift, &found))
        return value < 0 ? (struct rational){-found.n, found.d, NULL} : found;
    mpq_set_d(pool->a, value);
    return from_mpq(pool, pool->a);
}

void rational_append(GString *out, struct rational a)
{
    if (!a.big) {
        g_string_append_printf(out, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, a.n, a.d);
        return;
    }
    size_t n = mpz_sizeinbase(mpq_numref(a.big->q), 10) + 2;
    size_t d = mpz_sizeinbase(mpq_denref(a.big->q), 10) + 2;
    g_autofree char *text = g_malloc(MAX(n, d));
    g_string_append(out, mpz_get_str(text, 10, mpq_numref(a.big->q)));
    g_string_append_c(out, '/');
    g_string_append(out, mpz_get_str(text, 10, mpq_denref(a.big->q)));
}

void rational_append_decimal(GString *out, struct rational_pool *pool, struct rational a,
                             int digits)
{
    struct rational scaled = a;
    for (int i = 0; i < digits; i++)
        scaled = rational_multiply(pool, scaled, rational_int(10));
    to_mpq(pool->a, scaled);
    g_autofree char *text = g_malloc(mpz_sizeinbase(mpq_numref(pool->a), 10) + 2);
    mpz_get_str(text, 10, mpq_numref(pool->a));
    const char *plain = text + (*text == '-');
    int n = (int)strlen(plain);
    g_string_append(out, *text == '-' ? "-" : "");
    for (int i = MIN(0, n - digits - 1); i < n; i++) {
        if (digits > 0 && i == n - digits)
            g_string_append_c(out, '.');
        g_string_append_c(out, i < 0 ? '0' : plain[i]);
    }
}
