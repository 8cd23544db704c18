/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/currency.h"

#include <string.h>

/* Of ISO 4217's list one what people pay with: no metals, funds, test codes or units of account. */
static const char codes[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND "
    "BOB BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB "
    "EUR FJD FKP GBP GEL GHS GIP "
    "GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY "
    "KES KGS KHR KMF KPW KRW KWD "
    "KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR "
    "MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF "
    "SAR SBD SCR SDG SEK SGD SHP "
    "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND "
    "VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

bool currency_is_known(const char *code)
{
    const char *at = strlen(code) == 3 && !strchr(code, ' ') ? strstr(codes, code) : NULL;
    return at && (at - codes) % 4 == 0;
}

static bool is_among(struct slice code, const char *const *codes_of, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (slice_is(code, codes_of[i]))
            return true;
    }
    return false;
}

int currency_decimals(struct slice code)
{
    static const char *const without[] = {"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF", "XPF",
                                          "PYG", "UGX", "RWF", "KMF", "GNF", "DJF", "BIF", "VUV"};
    static const char *const three[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    if (is_among(code, without, sizeof without / sizeof *without))
        return 0;
    return is_among(code, three, sizeof three / sizeof *three) ? 3 : 2;
}

int currency_minor(struct slice code)
{
    int minor = 1;
    for (int i = currency_decimals(code); i > 0; i--)
        minor *= 10;
    return minor;
}
