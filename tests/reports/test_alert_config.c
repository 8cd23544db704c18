/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is wrong in alerts.yaml is said with its place and what was wanted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "reports/alert.h"
#include "scoring/change.h"
#include "support/sources.h"

static const char *const slos[] = {"transfers", NULL}, *const indicators[] = {"silent", NULL};
static const struct alert_declared declared = {slos, indicators};

/* What was read lives with *config. */
static bool load(struct arena *arena, const char *text, struct config **config,
                 struct alert_set *set, GError **err)
{
    const char *dir =
        sources_directory("reports:\n  channels:\n    - {name: cs, type: file, path: x}\n");
    struct report_config reports;
    if (text)
        sources_write(dir, "alerts.yaml", text);
    *config = config_open(dir, err);
    return *config && report_config_load(*config, change_split, &reports, err) &&
           alert_load(arena, *config, &reports, &declared, set, err);
}

static void a_rule_has_what_was_written_and_defaults(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = NULL;
    struct alert_set set;
    if (!load(
            arena,
            "storm: 3\nalerts:\n  - name: red\n    label_ja: 赤\n    when:\n      band: {to: "
            "[Red], from: [Green]}\n      health_drop: {points: 10, days: 7}\n      risk: "
            "{above: 0.3}\n      metrics: [{metric: failures, at_most: 2, clear: 5}]\n      "
            "slo: {name: transfers, burn: true}\n      indicator: silent\n      renewal: "
            "{within: 30}\n    escalate: {after: 5}\n    channel: cs\n    sentence: '{account}'\n",
            &config, &set, &err))
        fail_msg("%s", err->message);
    const struct alert_rule *r = &set.rule[0];
    assert_int_equal(set.n, 1);
    assert_int_equal(set.storm, 3);
    assert_string_equal(r->label[LANGUAGE_EN], "red");
    assert_string_equal(r->label[LANGUAGE_JA], "赤");
    assert_string_equal(r->sentence[LANGUAGE_JA], "{account}");
    assert_string_equal(r->severity, "warning");
    assert_string_equal(r->escalate_severity, "critical");
    assert_string_equal(r->escalate_channel, "cs");
    assert_true(r->for_days == 1 && r->clear_days == 1 && r->cool_days == 14 && r->tell_resolved);
    assert_true(r->when.band_days == 7 && r->when.drop_bp == 1000 && r->when.drop_clear_bp == 500);
    assert_true(r->when.risk_1e9 == 300000000 && r->when.risk_clear_1e9 == 300000000);
    assert_true(r->when.limit[0].limit.is_inclusive && !r->when.limit[0].limit.is_upper);
    assert_true(alert_find(&set, "red") == r && alert_find(&set, "green") == NULL);
}

static void without_a_file_there_are_no_rules(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = NULL;
    struct alert_set set;
    assert_true(load(arena, NULL, &config, &set, &err));
    assert_int_equal(set.n, 0);
}

/* One rule with `more` in it is refused with those words. */
static void refuse(const char *more, const char *words)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = NULL;
    struct alert_set set;
    g_autofree char *text = g_strdup_printf("alerts:\n  - name: red\n%s", more);
    if (load(arena, text, &config, &set, &err))
        fail_msg("was taken: %s", more);
    if (!strstr(err->message, words))
        fail_msg("'%s' is not said in: %s", words, err->message);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    static const char whens[] = "    sentence: x\n    when: ";
    static const struct {
        const char *when, *words;
    } conditions[] = {
        {"{bnad: {to: [Red]}}",
         "alerts.yaml:4:12: unknown key 'bnad' in alerts[0].when, did you mean 'band'?"},
        {"{}", "alerts.yaml:2:5: alert red: when is empty, want band, health_drop"},
        {"{band: {to: [Red], within: 3}}", "band has within, but no from"},
        {"{band: {to: [Red], from: [Green], within: 0}}", "band.within is 0, want 1 to 365 days"},
        {"{health_drop: {points: 10, days: 7, clear: 10}}", "want points of 0 to 100 and clear"},
        {"{risk: {above: 30}}", "above is 30 and clear 30, want shares of 0 to 1"},
        {"{risk: {above: 0.3, clear: 0.4}}", "clear not above"},
        {"{metrics: [{metric: m}]}", "metric m: want one of above, at_least, below, at_most"},
        {"{metrics: [{metric: m, above: 1, below: 2}]}", "want one of above"},
        {"{metrics: [{metric: m, above: 1, clear: 2}]}", "clear is 2, beyond the limit of 1"},
        {"{slo: {name: transfer, burn: true}}",
         "there is no service level in slo.yaml 'transfer', did you mean 'transfers'?"},
        {"{slo: {name: transfers}}", "slo transfers: want burn: true, states, or both"},
        {"{slo: {name: transfers, states: [BROKEN]}}", "there is no state 'BROKEN'"},
        {"{indicator: silnt}", "there is no indicator in indicators.yaml 'silnt', did you mean"},
        {"{renewal: {within: 400}}", "renewal.within is 400, want 1 to 365 days"}};
    for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++) {
        g_autofree char *more = g_strconcat(whens, conditions[i].when, "\n", NULL);
        refuse(more, conditions[i].words);
    }
    static const char good[] = "    when: {risk: {above: 0.3}}\n";
    static const struct {
        const char *more, *words;
    } others[] = {
        {"    sentence: '{acount} left'\n",
         "nothing fills the place {acount} of a sentence, did you mean 'account'?"},
        {"    sentence: 'x {'\n", "a sentence has a { without its }"},
        {"    sentence: x\n    sentence_ja: '{x}'\n", "nothing fills the place {x}"},
        {"    sentence: x\n    severity: grave\n", "severity is 'grave', want info, warning or"},
        {"    sentence: x\n    channel: css\n",
         "there is no channel in kenko.yaml's reports 'css', did you mean 'cs'?"},
        {"    sentence: x\n    escalate: {after: 0}\n", "escalate.after is 0, want 1 to 365"},
        {"    sentence: x\n    escalate: {after: 2, channel: nobody}\n", "'nobody'"},
        {"    sentence: x\n    cool_down: -1\n", "cool_down is -1, want 0 to 365 days"},
        {"    sentence: x\n    for: often\n", "alerts.yaml:5:10: alerts[0].for is 'often'"},
        {"    sentence: x\n  - name: red\n    sentence: x\n    when: {indicator: silent}\n",
         "alerts.yaml:5:5: alert red: the name stands twice"},
        {"    sentence: x\nstorm: 0\n", "alerts.yaml:5:8: storm is 0, want 1 to 1000"}};
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        g_autofree char *more = g_strconcat(good, others[i].more, NULL);
        refuse(more, others[i].words);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_has_what_was_written_and_defaults),
        cmocka_unit_test(without_a_file_there_are_no_rules),
        cmocka_unit_test(what_is_wrong_is_named_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
