"""Rules for values that begin with digits: resident ids, telephones, cards, company codes, passports, IPv4."""

import re
from collections.abc import Iterator

from curate.stages.pii import checks
from curate.stages.pii.allow import (
    is_called,
    is_no_labelled_phone,
    is_no_mobile,
    is_no_phone,
    is_no_western,
    is_other_number,
    is_version_or_own,
)
from curate.stages.pii.rule import LEFT, RIGHT, Rule
from curate.stages.pii.words import BEFORE, Words

MONTH_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
YEAR_APART = "[ -]?(?:1[ -]?9|2[ -]?0)(?:[ -]?[0-9]){2}"
MONTH_DAY_APART = "[ -]?(?:0[ -]?[1-9]|1[ -]?[0-2])[ -]?(?:0[ -]?[1-9]|[12][ -]?[0-9]|3[ -]?[01])"
LAST_FOUR = "(?:[ -]?[0-9]){3}[ -]?[0-9Xx]"
OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
EXTENSION_ZH = (
    "(?:[ ]?[(（](?:转|轉|(?:[转轉][ ]?)?分机号?)[:： ]?[0-9]{1,6}[)）]|"
    "(?:[ ]?(?:(?:[转轉][ ]?)?分机号?|转|轉|[Ee][Xx][Tt]\\.?)[:：]?[ ]?|[-#*])[0-9]{1,6})?"
)
EXTENSION = "(?:[ ]?(?:x|ext\\.?|extension|#)[ ]?[0-9]{1,6})?"
AREA = "0(?:10|2[0-9]|[3-9][0-9]{2})"
EIGHT = "(?:[2-9][0-9]{2,3}[ -]?[0-9]{4}|[2-9][0-9]{3}[ -][0-9]{3})"
BEHIND = f"(?=[ ]?[(（转轉分Ee])(?:{EXTENSION_ZH[:-1]})"
"""An extension in words, which makes a number certain that has no joint before it."""
LEFT_OR_PAREN = f"(?:{LEFT}|(?<=[A-Za-z])(?=[(（]))"
"""Where a number may begin: a parenthesis opens it also right behind a word (`Call(920) ...`)."""
NORTH_AMERICAN = (
    "(?:(?<![0-9A-Za-z+])(?<![0-9][-.])(?:1[ .-])?|(?<=[A-Za-z])(?=[(（]))"
    "(?:[(（][2-9][0-9]{2}[)）][ -]?|[2-9][0-9]{2}[ .-])"
    f"[2-9][0-9]{{2}}[ .-][0-9]{{4}}{EXTENSION}(?![0-9A-Za-z]|[-.][0-9])"
)
ANY_NUMBER = (
    f"{LEFT_OR_PAREN}(?:[(（][0-9]{{2,5}}[)）][ -]?)?[0-9]{{2,12}}(?:[ .-][0-9]{{2,8}}){{0,5}}"
    f"(?:{BEHIND}|{EXTENSION}|{EXTENSION_ZH})(?![0-9A-Za-z]|[-.][0-9])"
)
ALONE = "(?<![0-9A-Za-z+])(?<![0-9][ -])"
CHINA_AREA = f"(?:(?:(?:00)?86[ -]?)(?:10|2[0-9]|[3-9][0-9]{{2}})|{AREA})"
WORD_BEHIND = f"(?:{RIGHT}|(?=(?:[wWvV][xX]|[qQ]{{2}}|[wW]e[cC]hat|[tT]el|TEL|[eE]xt)(?![a-z])|[xX](?![0-9A-Za-z])))"
"""Where a mobile may end beside RIGHT: at the word for another account, or the `x` of an extension; at no other."""
NO_DIGIT = "(?![0-9])"
"""Where a number may end that its check digit makes certain: also at letters."""
NOT_IN_FOURS = "(?! [0-9]{4}(?![0-9]))"
NOT_A_DATE = "(?!(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-)"

RESIDENT_ZH = "身份证|身分证|身份證|身分證|居民证|证件号|公民身份|身份号码|社会保障号"
RESIDENT = Words(
    RESIDENT_ZH,
    "id[ _]?card|id[ _]no|id num|identity|identification|national id|resident",
)
CARD_WORDS = "银行卡|卡号|储蓄卡|借记卡|账号|帐号|账户|帐户|银联|銀行|帳號|卡號"
CARD_ZH = Words(CARD_WORDS, "union ?pay|bank[ _]?card|card[ _]?no")
CARD = Words("信用卡|银行卡|卡号|卡號", "card|credit|debit|visa|mastercard|amex|maestro", "cc")
COMPANY_ZH = "信用代码|社会代码|税号|纳税人|机构代码"
COMPANY = Words(COMPANY_ZH, "uscc|credit code")
PASSPORT_SHAPE = "[EGDSPK][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E[0-9]{7}|M[A-Z][0-9]{7}"
PASSPORT_ZH = "护照|護照"
PASSPORT = Words(PASSPORT_ZH, "passport")
SSN = Words("社会安全号", "ssn|social[ _]security|ss#")
PHONE = Words(
    "电话|手机|座机|固话|总机|传真|联系方式|致电|拨打|来电|短信|電話|手機|傳真|聯絡",
    "phone|telephone|mobile|cell|fax|call|text me|reach (?:me|us|him|her|them)|reached (?:at|on|by|via)|dial|"
    "answering at|messages? to|registered|contact (?:me|us|no|num|at)|contacted (?:at|on|by|via)|telefono|téléphone",
    "tel|desk|office|whatsapp",
)
CALLED_WORDS = "(?:(?:电话|手机|電話|手機)(?:号码?)?|联系方式|致电|拨打|(?i:phone|mobile|call|tel))"
CALLED_JOINT = "[ ]?[.:：]{0,2}[ ]{0,2}"
CALLED = f"(?<![A-Za-z]){CALLED_WORDS}{CALLED_JOINT}"
"""What stands right before a mobile with letters behind it."""

OF_NEXT_REACH = 40
OF_NEXT = re.compile(
    f"[\"'”’]?[ \t]?[,，;；|&、。\r\n\t ][^0-9a-z:：=(（\u4e00-\u9fff]{{0,8}}"
    f"(?:{PHONE.said})(?:号码?|[ _]?(?:numbers?|nos?|num))?"
    "[\"'”’]?[ \t]{0,3}(?:[:：=]|[|,，\t]?[ ]{0,2}[\"'“‘]?[+(（]?[0-9])"
)
"""A label right behind a number, in the next field of a line, of a log, of JSON, with a value; in lower case."""
NEXT_BEGINS = frozenset("\"'”’ \t\r\n,，;；|&、。")
"""With what the next field begins."""

FEW_KINDS = 2
"""Different digits of a telephone number that only a label right before it tells from a round figure."""


def read_by_label(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a number that a label speaks for: one of two different digits only where it stands right before it.

    A label behind the number that has a value of its own, with none before it, is that of the next field.
    """
    if (
        text[end : end + 1] in NEXT_BEGINS
        and OF_NEXT.match(text[end : end + OF_NEXT_REACH].lower())
        and PHONE.last(text[max(0, start - BEFORE) : start].lower()) < 0
    ):
        return
    if len({sign for sign in text[start:end] if sign.isdigit()}) > FEW_KINDS or is_called(text, start):
        yield start, end


RESIDENT_ID = (
    Rule(
        "CN_RESIDENT_ID",
        "resident id of 18 signs",
        (f"{LEFT}[1-9](?:[ -]?[0-9]){{5}}{YEAR_APART}{MONTH_DAY_APART}{LAST_FOUR}{NO_DIGIT}",),
        0.6,
        check=checks.is_resident_id,
        labels=RESIDENT,
        runs=frozenset({17, 18}),
        joined=frozenset(range(1, 17)),
        profile="cn",
    ),
    Rule(
        "CN_RESIDENT_ID",
        "resident id of 15 digits",
        (f"{LEFT}[1-9][0-9]{{7}}{MONTH_DAY}[0-9]{{3}}{RIGHT}",),
        0.6,
        check=checks.has_birth_date,
        certain=False,
        labels=RESIDENT,
        needs_label=True,
        runs=frozenset({15}),
        profile="cn",
    ),
)

PHONES = (
    Rule(
        "PHONE_NUMBER",
        "Chinese mobile",
        (
            f"(?<![0-9A-Za-z+])(?:(?:00)?86[)）]?[ -]?|0)?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{WORD_BEHIND}",
            f"(?<![0-9A-Za-z+])(?:00)?86[)）]?[ -]?1[3-9][0-9]{{2}}(?P<c>[ -])[0-9]{{3}}(?P=c)[0-9]{{4}}{RIGHT}",
            f"{ALONE}1[3-9][0-9](?P<a>[ -])[0-9]{{3}}(?P=a)[0-9]{{5}}{RIGHT}(?![ -][0-9])",
            f"{ALONE}1[3-9][0-9]{{2}}(?P<b>[ -])[0-9]{{3}}(?P=b)[0-9]{{4}}{RIGHT}(?![ -][0-9])",
            f"{ALONE}1[3-8][0-9]{{2}}(?P<d>[ -])[0-9]{{4}}(?P=d)[0-9]{{3}}{RIGHT}(?![ -][0-9])",
        ),
        0.75,
        labels=PHONE,
        spared=is_no_mobile,
        runs=frozenset({11, 12, 13, 15}),
        joined=frozenset({2, 3, 4, 5, 6, 7, 8, 9}),
        joints=" -)）",
        profile="cn",
    ),
    Rule(
        "PHONE_NUMBER",
        "Chinese mobile between its label and letters",
        ("1[3-9][0-9]{9}(?=[A-Za-z])",),
        0.6,
        label=CALLED,
        gate=f"{CALLED_WORDS}{CALLED_JOINT}1[3-9][0-9]{{9}}[A-Za-z]",
        profile="cn",
    ),
    Rule(
        "PHONE_NUMBER",
        "Chinese mobile with country code",
        (
            f"(?:[(（]\\+86[)）]|\\+86)[ -]?1[3-9][0-9][ -]?[0-9]{{4}}[ -]?[0-9]{{4}}{WORD_BEHIND}",
            f"(?:[(（]\\+86[)）]|\\+86)[ -]?1[3-9][0-9]{{2}}(?P<a>[ -])[0-9]{{3}}(?P=a)[0-9]{{4}}{RIGHT}",
        ),
        0.85,
        labels=PHONE,
        runs=frozenset({13}),
        joined=frozenset({2, 5, 9}),
        joints=" -)）",
        lead="plus",
        profile="cn",
    ),
    Rule(
        "PHONE_NUMBER",
        "Chinese landline",
        (
            f"(?<![0-9A-Za-z+]){NOT_A_DATE}{CHINA_AREA}[)）]?[ -]{EIGHT}{NOT_IN_FOURS}{EXTENSION_ZH}{RIGHT}",
            f"(?<![0-9A-Za-z+]){AREA}[2-9][0-9]{{6,7}}{BEHIND}{RIGHT}",
        ),
        0.6,
        labels=PHONE,
        spared=is_no_phone,
        runs=frozenset({4, 5, 6, 7, 10, 11, 12}),
        joined=frozenset({2, 3, 4}),
        joints=" -)）",
        profile="cn",
    ),
    Rule(
        "PHONE_NUMBER",
        "Chinese landline with area code in parentheses",
        (f"[(（]{AREA}[)）][ -]?{EIGHT}{EXTENSION_ZH}{RIGHT}",),
        0.7,
        labels=PHONE,
        spared=is_no_phone,
        joined=frozenset({3, 4}),
        joints=" -)）",
        lead="paren",
        profile="cn",
    ),
    Rule(
        "PHONE_NUMBER",
        "North American telephone",
        (NORTH_AMERICAN,),
        0.6,
        labels=PHONE,
        spared=is_no_phone,
        joined=frozenset({1, 3}),
        joints=" -.)）",
        lead="any",
        profile="us",
    ),
    Rule(
        "PHONE_NUMBER",
        "international telephone",
        (
            f"{LEFT}\\+1[ .-]?\\(?[2-9][0-9]{{2}}\\)?[ .-]?[2-9][0-9]{{2}}[ .-]?[0-9]{{4}}{EXTENSION}{RIGHT}",
            f"{LEFT}\\+86[ -]?0?(?:10|2[0-9]|[3-9][0-9]{{2}})[ -]?{EIGHT}{EXTENSION_ZH}{RIGHT}",
            f"{LEFT}\\+[1-9](?:[ .-]?[0-9]|[ .-]?\\([0-9]{{1,4}}\\)[ .-]?){{6,14}}(?<=[0-9]){EXTENSION}{RIGHT}",
        ),
        0.65,
        check=checks.is_international,
        certain=False,
        labels=PHONE,
        spared=is_no_phone,
        runs=frozenset(range(8, 16)),
        joined=frozenset(range(1, 16)),
        joints=" -.()）",
        lead="plus",
    ),
    Rule(
        "PHONE_NUMBER",
        "telephone by its label",
        (ANY_NUMBER, f"{LEFT}{AREA}[2-9][0-9]{{6,7}}[-*#][0-9]{{1,6}}{RIGHT}"),
        0.4,
        check=checks.is_labelled_phone,
        certain=False,
        labels=PHONE,
        digits=checks.FEWEST_OF_PHONE,
        needs_label=True,
        spared=is_no_labelled_phone,
        runs=frozenset(range(7, 13)),
        joined=frozenset(range(2, 13)),
        joints=" -.)）",
        lead="any",
        read=read_by_label,
        whole=True,
    ),
)

CARD_SHAPES = (
    f"{LEFT}[1-69][0-9]{{11,18}}{RIGHT}",
    f"{LEFT}[2-69][0-9]{{3}}(?P<a>[ -])[0-9]{{4}}(?P=a)[0-9]{{4}}(?P=a)[0-9]{{4}}{RIGHT}",
    f"{LEFT}[2-69][0-9]{{3}}(?P<b>[ -])(?:[0-9]{{4}}(?P=b)){{3}}[0-9]{{1,3}}{RIGHT}",
    f"{LEFT}3[0-9]{{3}}(?P<c>[ -])[0-9]{{6}}(?P=c)[0-9]{{4,5}}{RIGHT}",
    f"{LEFT}[2-69][0-9]{{5}}(?P<d>[ -])[0-9]{{10,13}}{RIGHT}",
)
CARD_RUNS = frozenset(range(12, 20))
GROUPED = frozenset(CARD_SHAPES[1:3])
"""Groups of four digits, of which tables are full."""

CARDS = (
    Rule(
        "CN_BANK_CARD",
        "UnionPay card",
        CARD_SHAPES,
        0.6,
        check=checks.is_union_pay,
        labels=CARD_ZH,
        spared=is_other_number,
        sifted=GROUPED,
        sift=checks.is_grouped_card,
        runs=CARD_RUNS,
        joined=frozenset({4, 6}),
        profile="cn",
    ),
    Rule(
        "CN_BANK_CARD",
        "Chinese bank card by its label",
        CARD_SHAPES,
        0.55,
        check=checks.is_bank_card,
        certain=False,
        labels=CARD_ZH,
        needs_label=True,
        spared=is_other_number,
        sifted=GROUPED,
        sift=checks.is_grouped_card,
        runs=CARD_RUNS,
        joined=frozenset({4, 6}),
        profile="cn",
    ),
    Rule(
        "CREDIT_CARD",
        "card of an international scheme",
        CARD_SHAPES,
        0.6,
        check=checks.is_long_credit_card,
        labels=CARD,
        spared=is_other_number,
        sifted=GROUPED,
        sift=checks.is_grouped_card,
        runs=CARD_RUNS,
        joined=frozenset({4, 6}),
    ),
    Rule(
        "CREDIT_CARD",
        "card by its label",
        CARD_SHAPES,
        0.6,
        check=checks.is_any_card,
        labels=CARD,
        needs_label=True,
        spared=is_other_number,
        sifted=GROUPED,
        sift=checks.is_grouped_card,
        runs=CARD_RUNS,
        joined=frozenset({4, 6}),
    ),
)

USCC_SIGN = "[0-9A-HJ-NPQRTUWXY]"
CODES = (
    Rule(
        "CN_USCC",
        "unified social credit code",
        (
            f"{LEFT}[0-9a-hj-npqrtuwxy]{{2}}[0-9]{{6}}[0-9a-hj-npqrtuwxy]{{10}}{RIGHT}",
            f"{LEFT}(?:[0-9]{{2}}[ -]?|[0-9A-Y]{{2}})[0-9]{{2}}(?:[ -]?[0-9]){{4}}(?:[ -]?{USCC_SIGN}){{10}}{RIGHT}",
        ),
        0.6,
        check=checks.is_uscc,
        labels=COMPANY,
        runs=frozenset(range(6, 19)),
        joined=frozenset({2, 4}),
        lead="any",
        profile="cn",
    ),
    Rule(
        "CN_PASSPORT",
        "Chinese passport by its label",
        (f"{LEFT}(?:{PASSPORT_SHAPE}|{PASSPORT_SHAPE.lower()}){RIGHT}",),
        0.7,
        labels=PASSPORT,
        needs_label=True,
        runs=frozenset({7, 8}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "CN_PASSPORT",
        "older Chinese passport by its label",
        (f"{LEFT}1[45][0-9]{{7}}{RIGHT}",),
        0.6,
        labels=PASSPORT,
        needs_label=True,
        runs=frozenset({9}),
        profile="cn",
    ),
    Rule(
        "US_SSN",
        "social security number with hyphens",
        (f"{LEFT}(?<![0-9]-)[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}(?![0-9A-Za-z]|-[0-9])",),
        0.7,
        check=checks.is_ssn,
        certain=False,
        labels=SSN,
        spared=is_no_western,
        joined=frozenset({3}),
        joints="-",
        profile="us",
    ),
    Rule(
        "US_SSN",
        "social security number by its label",
        (f"{LEFT}[0-9]{{3}}[ .-]?[0-9]{{2}}[ .-]?[0-9]{{4}}{RIGHT}",),
        0.8,
        check=checks.is_ssn,
        labels=SSN,
        needs_label=True,
        profile="us",
        runs=frozenset({9}),
        joined=frozenset({3, 5}),
        joints=" -.",
    ),
    Rule(
        "IP_ADDRESS",
        "IPv4 address",
        (f"(?<![0-9A-Za-z])(?<![0-9]\\.){OCTET}(?:\\.{OCTET}){{3}}(?![0-9A-Za-z]|\\.[0-9])",),
        0.9,
        spared=is_version_or_own,
        joined=frozenset({1, 2, 3}),
        joints=".",
    ),
)
