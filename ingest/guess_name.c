/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How people call their columns. */
#include "ingest/guess_internal.h"

#define ANY STREAM_COUNT

/* Names of a field in a stream (or ANY), plain and the surest first. */
static const struct meaning {
    int kind;
    const char *field, *names;
} meanings[] = {
    {ANY, "party",
     "accountid account customerid customer companyid orgid organizationid organisationid tenantid "
     "workspaceid clientid groupid partyid company org organization organisation tenant workspace "
     "client accountnumber customernumber customercode 顧客id 顧客コード 顧客番号 取引先id "
     "取引先コード 得意先コード 会社id 会社コード 企業id 企業コード アカウントid テナントid 組織id "
     "お客様番号 契約者id 顧客 取引先 domain companydomain ドメイン"},
    {STREAM_ACCOUNT, "party", "id code コード"},
    {ANY, "changed_at",
     "changedat updatedat modifiedat lastmodifieddate lastmodifiedat lastmodified systemmodstamp "
     "updated modified updatedon modifieddate updateddate 更新日時 最終更新日時 更新日 最終更新日 "
     "変更日時 変更日"},
    {ANY, "deleted", "deleted isdeleted archived isarchived 削除 削除フラグ"},
    {ANY, "external_id", "externalid id recordid 管理番号 番号"},
    {STREAM_SUBSCRIPTION, "external_id",
     "subscriptionid contractid contractnumber opportunityid 契約id 契約番号 契約コード"},
    {STREAM_CONTACT, "external_id", "contactid personid userid 担当者id 連絡先id"},
    {STREAM_TICKET, "external_id",
     "ticketid caseid casenumber issueid チケットid 問い合わせ番号 問合せ番号"},
    {STREAM_JOB, "external_id", "jobid runid executionid ジョブid"},
    {STREAM_INCIDENT, "external_id", "incidentid 障害id インシデントid"},
    {STREAM_INCIDENT_ACCOUNT, "external_id", "incidentid 障害id インシデントid"},
    {STREAM_TOUCHPOINT, "external_id", "touchpointid activityid meetingid callid eventid 活動id"},
    {STREAM_SURVEY_RESPONSE, "external_id", "responseid answerid 回答id"},
    {STREAM_MILESTONE, "external_id", "milestone milestonename マイルストーン"},
    {ANY, "name",
     "name accountname customername companyname organizationname displayname fullname contactname "
     "company 会社名 企業名 顧客名 取引先名 得意先名 法人名 社名 氏名 名前 お名前 担当者名 名称"},
    {ANY, "domain",
     "domain companydomain maildomain emaildomain website homepage url ドメイン ウェブサイト"},
    {ANY, "owner_email",
     "owneremail ownermail csmemail accountmanageremail owner csm 担当者メール 営業担当メール"},
    {ANY, "plan", "plan planname tier edition プラン 契約プラン プラン名"},
    {ANY, "segment", "segment customersegment セグメント 顧客区分 企業規模 区分"},
    {ANY, "industry", "industry sector 業種 業界"},
    {ANY, "region", "region country area prefecture 地域 都道府県 国 エリア"},
    {ANY, "parent_id", "parentid parentaccountid 親会社id 親取引先id 親アカウントid"},
    {ANY, "created_on",
     "createdon createddate createdat created signupdate registeredat 作成日 登録日 作成日時 "
     "登録日時"},
    {ANY, "product", "product productname sku 商品名 商品 製品名 製品 サービス名"},
    {ANY, "start_on",
     "starton startdate contractstartdate contractstart subscriptionstart validfrom begindate "
     "start "
     "契約開始日 利用開始日 開始日"},
    {ANY, "end_on",
     "endon enddate contractenddate contractend expirydate expirationdate expireson validuntil "
     "validto renewaldate end 契約終了日 契約満了日 満了日 終了日"},
    {ANY, "cancelled_on",
     "cancelledon canceledon cancelleddate canceleddate cancelledat canceledat churndate churnedat "
     "解約日 解約日時"},
    {ANY, "arr",
     "arr annualrecurringrevenue acv annualvalue annualamount 年間契約額 年額 年間金額"},
    {ANY, "currency", "currency currencycode currencyisocode 通貨コード 通貨"},
    {ANY, "billing_months", "billingmonths billingperiodmonths billperiodmonths 請求月数"},
    {ANY, "auto_renew", "autorenew autorenewal 自動更新 自動更新フラグ"},
    {ANY, "quantity", "quantity seats licenses licences units qty 数量 席数 ライセンス数"},
    {ANY, "churn_reason", "churnreason cancelreason cancellationreason reason 解約理由 失注理由"},
    {ANY, "competitor", "competitor 競合他社 競合"},
    {ANY, "email", "email emailaddress mail mailaddress メールアドレス メール eメール"},
    {ANY, "role", "role jobtitle title position 役職 役割 部署"},
    {ANY, "left_on", "lefton leftdate leftat 退職日"},
    {ANY, "definition",
     "definition definitionid jobname pipeline pipelinename transfername 定義 ジョブ名 転送設定名"},
    {ANY, "connector", "connector connectorname connectortype コネクタ コネクタ名 コネクター"},
    {ANY, "executor", "executor executedby runby 実行者"},
    {ANY, "status", "status state ステータス 状態 状況"},
    {ANY, "created_at", "createdat created createddate 作成日時 作成日"},
    {ANY, "started_at", "startedat started starttime startat start 開始日時 開始時刻 発生日時"},
    {ANY, "finished_at",
     "finishedat finished completedat endedat endtime end 終了日時 終了時刻 完了日時"},
    {ANY, "row_count", "rowcount rows recordcount records 行数 件数 レコード数"},
    {ANY, "byte_count", "bytecount bytes size データ量 バイト数 サイズ"},
    {ANY, "skipped_count", "skippedcount skipped スキップ件数"},
    {ANY, "title", "title summary subject name 件名 タイトル 名称"},
    {ANY, "severity", "severity priority 重大度 優先度 緊急度 深刻度"},
    {ANY, "cause", "cause rootcause 原因"},
    {ANY, "component", "component service コンポーネント 影響範囲"},
    {ANY, "resolved_at", "resolvedat resolved endedat endtime 復旧日時 解決日時 終了日時"},
    {ANY, "occurred_at",
     "occurredat happenedat activitydate meetingdate timestamp datetime date time at 発生日時 "
     "発生日 "
     "実施日 活動日 日時"},
    {ANY, "minutes", "minutes durationminutes duration 影響時間 所要時間"},
    {ANY, "subject", "subject title summary 件名 タイトル"},
    {STREAM_USAGE_EVENT, "subject",
     "userid user useremail userkey definition connector feature ユーザーid ユーザー 利用者 機能"},
    {STREAM_USAGE_METRIC, "subject",
     "userid user useremail userkey definition connector feature ユーザーid ユーザー 利用者 機能"},
    {ANY, "opened_at",
     "openedat opendate createdat createddate created 受付日時 起票日時 作成日時 問い合わせ日時 "
     "受付日"},
    {ANY, "first_reply_at",
     "firstreplyat firstresponseat firstrepliedat 初回返信日時 初回回答日時"},
    {ANY, "solved_at", "solvedat resolvedat closedat closeddate 解決日時 完了日時 クローズ日時"},
    {ANY, "reopened", "reopened isreopened 再オープン"},
    {ANY, "kind", "kind type surveytype activitytype survey channel 種別 種類 活動種別"},
    {ANY, "note", "note notes memo body comment description メモ 備考 内容 議事録"},
    {ANY, "answered_at",
     "answeredat submittedat respondedat responsedate createdat timestamp date 回答日時 回答日"},
    {ANY, "value", "value score rating nps csat スコア 評価 点数 得点"},
    {ANY, "contact_id", "contactid respondentid userid 回答者id"},
    {ANY, "comment", "comment comments feedback コメント 自由記述 ご意見"},
    {ANY, "author_email", "authoremail author csmemail createdby 記入者メール 担当者メール"},
    {ANY, "reason", "reason why 理由"},
    {ANY, "set_at", "setat createdat date 設定日時 記入日"},
    {ANY, "expires_on", "expireson expiresat expirydate 有効期限"},
    {ANY, "reached_at", "reachedat achievedat completedat date 達成日時 達成日"},
    {ANY, "day", "day date ratedate 日付 日"},
    {ANY, "rate", "rate fxrate exchangerate 為替レート レート"},
    {ANY, "at",
     "timestamp at eventtime eventat datetime occurredat time date day eventdate metricdate "
     "usagedate "
     "usedat loggedat ts receivedat createdat created 利用日時 発生日時 日時 利用日 集計日 計測日 "
     "日付 時刻 年月日"},
    /* Columns that are none of the fields but are names all the same. */
    {ANY, "",
     "eventid messageid uuid transactionid insertid event eventname eventtype action label "
     "amount price total count phone address city zip firstname lastname age gender tenure "
     "mrr churn 住所 電話番号 金額 合計 数 年齢 性別 フリガナ カナ 郵便番号"},
};

char *guess_plain_name(struct slice name)
{
    g_autofree char *wide = g_utf8_normalize(name.p, (gssize)name.n, G_NORMALIZE_ALL_COMPOSE);
    g_autofree char *folded = wide ? g_utf8_casefold(wide, -1) : g_strdup("");
    GString *out = g_string_new(NULL);
    for (const char *c = folded; *c; c++) {
        if (!strchr(" _-.#:()[]", *c))
            g_string_append_c(out, *c);
    }
    return g_string_free(out, FALSE);
}

/* The place of `word` among words, 0 the first; -1 when it is not there. */
static int place_of(const char *words, const char *word)
{
    size_t n = strlen(word);
    int place = 0;
    for (const char *at = words; *at; place++) {
        size_t length = strcspn(at, " ");
        if (length == n && memcmp(at, word, n) == 0)
            return place;
        at += length + (at[length] == ' ');
    }
    return -1;
}

int guess_name_score(enum stream_kind kind, const char *field, const char *name)
{
    const char *last = *name == '/' ? strrchr(name, '/') + 1 : name;
    g_autofree char *plain = guess_plain_name(slice_of(last));
    int best = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(meanings) && *plain; i++) {
        if ((meanings[i].kind != ANY && meanings[i].kind != (int)kind) ||
            strcmp(meanings[i].field, field) != 0)
            continue;
        int place = place_of(meanings[i].names, plain);
        if (place >= 0)
            best =
                MAX(best, 100 - place - 10 * (last != name) + 20 * (meanings[i].kind == (int)kind));
    }
    return best;
}

/* customer_id, customerId, Customer Name, 契約コード */
static bool is_built_like_a_name(struct slice name)
{
    static const char *const endings[] = {"ID",   "Id", "id", "コード", "番号", "名",    "日",
                                          "日時", "数", "額", "率",     "区分", "フラグ"};
    for (size_t i = 1; i + 1 < name.n; i++) {
        bool before = g_ascii_isalpha(name.p[i - 1]), after = g_ascii_isalnum(name.p[i + 1]);
        if (name.p[i] == '_' && (before || g_ascii_isdigit(name.p[i - 1])) && after)
            return true;
        if (g_ascii_islower(name.p[i - 1]) && g_ascii_isupper(name.p[i]) &&
            g_ascii_islower(name.p[i + 1]))
            return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++) {
        size_t n = strlen(endings[i]);
        if (name.n > n && memcmp(name.p + name.n - n, endings[i], n) == 0 &&
            (i > 0 || !g_ascii_isupper(name.p[name.n - n - 1])))
            return true;
    }
    return false;
}

bool guess_is_name(struct slice name)
{
    g_autofree char *plain = guess_plain_name(name);
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++) {
        if (place_of(meanings[i].names, plain) >= 0)
            return true;
    }
    return is_built_like_a_name(name);
}

int guess_file_score(enum stream_kind kind, const char *path)
{
    static const char *const words[STREAM_COUNT] = {
        [STREAM_ACCOUNT] = "account customer compan organi 顧客 取引先 会社 企業",
        [STREAM_SUBSCRIPTION] = "subscription contract 契約",
        [STREAM_CONTACT] = "contact people person 担当者 連絡先",
        [STREAM_USAGE_EVENT] = "event activit log イベント ログ",
        [STREAM_USAGE_METRIC] = "usage metric transfer daily 利用 実績",
        [STREAM_JOB] = "job run execution ジョブ",
        [STREAM_INCIDENT] = "incident outage 障害",
        [STREAM_INCIDENT_ACCOUNT] = "affected impact",
        [STREAM_TICKET] = "ticket case inquir 問い合わせ 問合せ チケット",
        [STREAM_TOUCHPOINT] = "touchpoint meeting call 活動 商談",
        [STREAM_SURVEY_RESPONSE] = "survey nps csat アンケート",
        [STREAM_SENTIMENT] = "sentiment pulse",
        [STREAM_MILESTONE] = "milestone onboarding",
        [STREAM_FX_RATE] = "fx rate 為替",
    };
    g_autofree char *base = g_path_get_basename(path), *lower = g_utf8_strdown(base, -1);
    g_auto(GStrv) each = g_strsplit(words[kind], " ", -1);
    for (char **word = each; *word; word++) {
        if (strstr(lower, *word))
            return 150;
    }
    return 0;
}
