/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An Airbyte destination: what the protocol asks of its command line. --config is the platform's
 * file, which names the configuration directory. */
#include <jansson.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/pipe.h"
#include "core/text.h"
#include "ingest/ingest.h"

/* The platform's configuration. */
struct settings {
    char *source;
    char *catalog; /* file of the configured catalog */
};

static bool spec(GError **err)
{
    static const char text[] =
        "{\"type\":\"SPEC\",\"spec\":{\"connectionSpecification\":{\"$schema\":\"http://"
        "json-schema.org/draft-07/schema#\","
        "\"title\":\"kenko\",\"type\":\"object\",\"required\":[\"source\"],"
        "\"additionalProperties\":true,\"properties\":{"
        "\"source\":{\"type\":\"string\",\"title\":\"Source\",\"description\":\"Name of a source "
        "of "
        "type airbyte in kenko.yaml\",\"order\":0},"
        "\"directory\":{\"type\":\"string\",\"title\":\"Configuration directory\",\"description\":"
        "\"Where kenko.yaml is; without it $KENKO_CONFIG says so\",\"order\":1}}},"
        "\"supportsIncremental\":true,\"supported_destination_sync_modes\":[\"append\","
        "\"overwrite\","
        "\"append_dedup\"],\"protocol_version\":\"0.18.0\"}}";
    return pipe_say(SLICE(text), err);
}

static bool read_settings(struct context *context, struct settings *out, GError **err)
{
    if (!context->config_dir)
        return err_set(err, KENKO_ERROR_USAGE, "want --config FILE");
    json_error_t where;
    json_t *root = json_load_file(context->config_dir, 0, &where);
    if (!root)
        return err_set(err, KENKO_ERROR_CONFIG, "%s:%d:%d: %s", context->config_dir, where.line,
                       where.column, where.text);
    const char *source = json_string_value(json_object_get(root, "source"));
    const char *directory = json_string_value(json_object_get(root, "directory"));
    bool ok = source != NULL;
    if (!ok)
        err_set(err, KENKO_ERROR_CONFIG, "%s: want a text as 'source'", context->config_dir);
    g_free(context->config_dir);
    context->config_dir = g_strdup(directory);
    out->source = g_strdup(source);
    json_decref(root);
    return ok;
}

/* Can the platform write here? The answer is a message, whatever it is. */
static bool check_source(struct context *context, const char *name, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct mapping_set set;
    if (!context_open(context, err) ||
        !mapping_load(arena, context->config, context->zone, &set, err) ||
        !source_validate(context->config, &set, err))
        return false;
    for (size_t i = 0; i < set.n_sources; i++) {
        if (strcmp(set.source[i].name, name) == 0)
            return strcmp(set.source[i].type, "airbyte") == 0 ||
                   err_set(err, KENKO_ERROR_CONFIG, "source %s is of type %s, want airbyte", name,
                           set.source[i].type);
    }
    return err_set(err, KENKO_ERROR_CONFIG, "kenko.yaml has no source %s", name);
}

static bool check(struct context *context, GError **err)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GString) out = g_string_new("{\"type\":\"CONNECTION_STATUS\",\"connectionStatus\":");
    struct settings settings = {0};
    if (read_settings(context, &settings, &failure) &&
        check_source(context, settings.source, &failure)) {
        g_string_append(out, "{\"status\":\"SUCCEEDED\"}}");
    } else {
        g_string_append(out, "{\"status\":\"FAILED\",\"message\":\"");
        text_json(out, failure->message);
        g_string_append(out, "\"}}");
    }
    g_free(settings.source);
    return pipe_say((struct slice){out->str, out->len}, err);
}

/* What went wrong, so that the platform can say it and knows whether to try again. */
static void say_error(const GError *failure)
{
    const struct error_kind *kind = error_kind_of(failure);
    const char *type = err_is(failure, KENKO_ERROR_CONFIG) || err_is(failure, KENKO_ERROR_USAGE)
                           ? "config_error"
                       : kind->retry ? "transient_error"
                                     : "system_error";
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(
        out,
        "{\"type\":\"TRACE\",\"trace\":{\"type\":\"ERROR\",\"emitted_at\":%" G_GINT64_FORMAT
        ".0,\"error\":{\"message\":\"",
        g_get_real_time() / 1000);
    text_json(out, failure->message);
    g_string_append_printf(out, "\",\"failure_type\":\"%s\"}}}", type);
    if (!pipe_say((struct slice){out->str, out->len}, NULL))
        return; /* nobody listens; the exit code says it too */
}

static bool write_streams(struct context *context, struct settings *settings, GError **err)
{
    if (!settings->catalog)
        return err_set(err, KENKO_ERROR_USAGE, "want --catalog FILE");
    g_autoptr(GError) io = NULL;
    g_autofree char *catalog = NULL;
    if (!g_file_get_contents(settings->catalog, &catalog, NULL, &io))
        return err_set(err, KENKO_ERROR_IO, "%s", io->message);
    if (!read_settings(context, settings, err) || !context_open(context, err))
        return false;
    struct source_pipe pipe = pipe_standard(false);
    pipe.catalog = slice_of(catalog);
    const struct ingest_options options = {.source = settings->source, .pipe = &pipe};
    struct ingest_summary summary;
    return ingest_run(context->db, context->dsn, context->config, &options, &summary, err);
}

static bool write_messages(struct context *context, struct settings *settings, GError **err)
{
    g_autoptr(GError) failure = NULL;
    if (write_streams(context, settings, &failure))
        return true;
    say_error(failure);
    g_propagate_error(err, g_steal_pointer(&failure));
    return false;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    struct settings settings = {0};
    const GOptionEntry own[] = {{"catalog", 0, 0, G_OPTION_ARG_FILENAME, &settings.catalog,
                                 "The configured catalog, with write", "FILE"},
                                G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_airbyte, own, &argc, &argv, err))
        return false;
    const char *verb = argc == 2 ? argv[1] : "";
    bool ok;
    if (strcmp(verb, "spec") == 0)
        ok = spec(err);
    else if (strcmp(verb, "check") == 0)
        ok = check(context, err);
    else if (strcmp(verb, "write") == 0)
        ok = write_messages(context, &settings, err);
    else
        ok =
            err_set(err, KENKO_ERROR_USAGE,
                    "want kenko airbyte spec | check --config FILE | write --config FILE --catalog "
                    "FILE");
    g_free(settings.source);
    g_free(settings.catalog);
    return ok;
}

const struct command cmd_airbyte = {
    "airbyte", "spec | check | write", "Be the destination of an Airbyte connection",
    "--config names the platform's file here: {\"source\": NAME, \"directory\": DIR}.\n\n"
    "Examples:\n  kenko airbyte spec\n  kenko airbyte check --config config.json\n"
    "  source | kenko airbyte write --config config.json --catalog catalog.json\n",
    run};
