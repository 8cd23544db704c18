/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/account_json.h"
#include "api/handle.h"

static void write_account(const struct request *request, const struct snapshot *snapshot,
                          const struct snapshot_account *account, bool explain,
                          const struct response_meta *meta, struct response *response)
{
    struct writer writer = response_json(response, request);
    writer_object(&writer, "data");
    account_json_write(&writer, snapshot, account);
    account_json_contributions(&writer, snapshot, account, explain);
    if (explain)
        account_json_risk(&writer, snapshot, account);
    writer_object_end(&writer);
    response_end(response, &writer, meta);
}

static void answer(const struct site *site, struct request *request, struct response *response,
                   bool explain)
{
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    const struct snapshot_account *account = handle_find(snapshot, request, response);
    const struct response_meta meta = handle_meta(site, request, snapshot);
    if (account && !response_is_known(response, request, &meta))
        write_account(request, snapshot, account, explain, &meta, response);
    snapshot_unref(snapshot);
}

static void answer_account(const struct site *site, struct request *request,
                           struct response *response)
{
    answer(site, request, response, false);
}

static void answer_explain(const struct site *site, struct request *request,
                           struct response *response)
{
    answer(site, request, response, true);
}

static const struct field params[] = {HANDLE_KEY, {0}};
const struct endpoint handle_account = {
    .handler = answer_account, .params = params, .shape = &account_json_one};
const struct endpoint handle_explain = {
    .handler = answer_explain, .params = params, .shape = &account_json_why};
