/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/config.h"
#include "scoring/health.h"

enum { ACCOUNTS = 6, FULL = 10000 };

static const char *const columns[] = {"x0", "x1", "x2", "plan", NULL};

/* Some numbers, some texts, some nothing. */
static void fill(const struct scorecard *card, int account, struct scorecard_value *value)
{
    for (size_t i = 0; i < card->n_inputs; i++) {
        const struct scorecard_input *input = &card->input[i];
        int n = account * 7 + (int)i * 3;
        if (input->derive != DERIVE_NONE || n % 4 == 3)
            continue;
        value[i].quality = METRIC_OK;
        value[i].number = rational_int(n % 50 - 5);
        value[i].text = input->type == TYPE_TEXT   ? (n % 2 ? "A" : "B|C")
                        : input->type == TYPE_LIST ? "1 0 -  2.5"
                                                   : NULL;
    }
}

/* Whatever a card is made of: parts add up to the number, which lies on the scale, within its
 * bounds. */
static void judge(const struct scorecard *card)
{
    g_autoptr(health_engine_t) engine = health_engine_new(card);
    for (int a = 0; a < ACCOUNTS; a++) {
        struct health h;
        fill(card, a, health_engine_begin(engine));
        health_engine_run(engine, &h);
        if (!h.is_scored || !h.is_known)
            continue;
        int sum = h.start_bp + h.limits_bp + h.rounding_bp, lost = h.lost_rest_bp;
        for (size_t i = 0; i < card->n_measures; i++) {
            sum += h.contribution_bp[i];
            lost += h.lost_bp[i];
        }
        FUZZ_HOLDS(sum == h.health_bp && lost == FULL - h.health_bp);
        FUZZ_HOLDS(h.health_bp >= 0 && h.health_bp <= FULL);
        FUZZ_HOLDS(h.effective_bp >= 0 && h.effective_bp <= FULL);
        FUZZ_HOLDS(h.lower_bp <= h.health_bp && h.health_bp <= h.upper_bp);
        FUZZ_HOLDS(h.coverage_bp >= 0 && h.coverage_bp <= FULL);
    }
}

/* What is refused says where; what is taken judges anybody. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_bare("/");
    int fd = memfd_create("card", MFD_CLOEXEC);
    FUZZ_HOLDS(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    g_autofree char *file = g_strdup_printf("/proc/self/fd/%d", fd);
    const struct scorecard *card = scorecard_load_table(arena, config, file, columns, &err);
    if (card)
        judge(card);
    else
        FUZZ_HOLDS(err_is(err, KENKO_ERROR_CONFIG) && g_str_has_prefix(err->message, file));
    close(fd);
    return 0;
}
