/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/handle.h"

static const char *const no_params[] = {NULL};

static void answer(const struct site *site, struct request *request, struct response *response,
                   bool explain)
{
    if (!handle_params(request, no_params, response))
        return;
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    const struct snapshot_account *account = handle_find(snapshot, request, response);
    if (account) {
        struct writer writer = response_json(response);
        writer_object(&writer, "data");
        handle_write_account(&writer, snapshot, account);
        handle_write_contributions(&writer, snapshot, account, explain);
        if (explain)
            handle_write_risk(&writer, snapshot, account);
        writer_object_end(&writer);
        response_end(response, &writer, snapshot, store_is_stale(site->store, request->now_us),
                     NULL);
        response_tag(response, request, snapshot->run_id);
    }
    snapshot_unref(snapshot);
}

void handle_account(const struct site *site, struct request *request, struct response *response)
{
    answer(site, request, response, false);
}

void handle_explain(const struct site *site, struct request *request, struct response *response)
{
    answer(site, request, response, true);
}
