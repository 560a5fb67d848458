"""Rules for Chinese documents beyond the resident id: permits, licences, insurance, medical records, accounts."""

import re
from collections.abc import Callable
from dataclasses import replace

from curate.stages.pii import checks, digits, groups
from curate.stages.pii.allow import is_first_cell
from curate.stages.pii.numbers import CARD_WORDS, COMPANY_ZH, PASSPORT_SHAPE, PASSPORT_ZH, RESIDENT_ZH
from curate.stages.pii.rule import LEFT, RIGHT, SAID, Rule
from curate.stages.pii.words import Next, Words

PERMIT_ZH = "通行证|通行證|往来港澳|往来台湾|来往内地|来往大陆|回乡证|回鄉證|台胞证|台胞證|港澳证|证件号|證件號|签注"
PERMIT = Words(
    PERMIT_ZH,
    "eep|travel permit|home return",
    "permit",
)
ISLAND = Words(
    "台湾|臺灣|台灣|身份证|身分证|身分證|统一编号|統一編號|统一证号|統一證號|居留", "national id|taiwan", "arc"
)
HARBOUR = Words("身份证|身份證|香港|澳门|澳門", "hkid|hong ?kong|maca[uo]|id ?card|identity")
ALIEN = Words("永久居留|居留证|居留身份", "permanent resid|residence permit")
REGISTRATION_ZH = "注册号|注册登记号|营业执照|工商登记|登记证号|执照号"
REGISTRATION = Words(REGISTRATION_ZH, "business (?:registration|licen[cs]e)")
MACAO = Words("澳门身份|澳門身份|澳门居民|澳門居民|澳门永久|澳门特别行政区居民", "maca[uo] id", "bir")

LOOSELY = r"[^0-9，。；\n]{0,14}?(?:\r?\n[ \t]{0,4})?"
"""What may stand between a label and a number that its check makes all but certain."""
FIRST_SIGNS = f"{LEFT}(?:[A-Z]{{1,2}}(?:[ -]|{groups.BREAK})?)?[0-9]"
PASSPORT_SAID = f"{PASSPORT_ZH}|[Pp]assport|PASSPORT"
PERMIT_SHAPE = "[CW][0-9]{8}|C[A-HJ-NP-Z][0-9]{7}|[HM][0-9]{8}(?:[0-9]{2})?"


def of_shape(shape: str) -> Callable[[str], bool]:
    """Return a check that holds where the whole number matches."""
    pattern = re.compile(shape)
    return lambda number: pattern.fullmatch(number) is not None


PERMIT_NUMBERS = (
    Rule(
        "CN_HK_MACAO_PERMIT",
        "permit for Hong Kong and Macao by its label",
        (f"{LEFT}(?:{PERMIT_SHAPE}){RIGHT}",),
        0.8,
        labels=PERMIT,
        needs_label=True,
        runs=frozenset({7, 8, 10}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "CN_TAIWAN_PERMIT",
        "permit for Taiwan by its label",
        (f"{LEFT}[TL][0-9]{{8}}{RIGHT}",),
        0.8,
        labels=PERMIT,
        needs_label=True,
        runs=frozenset({8}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "TW_NATIONAL_ID",
        "identity number of Taiwan by its label",
        (f"{LEFT}[A-Z][1289][0-9]{{8}}{RIGHT}", f"{LEFT}[A-Z][A-D][0-9]{{8}}{RIGHT}"),
        0.6,
        check=digits.is_taiwan_id,
        labels=ISLAND,
        needs_label=True,
        runs=frozenset({8, 9}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "HK_ID",
        "identity card of Hong Kong",
        (f"{LEFT}[A-Z]{{1,2}}[0-9]{{6}}[ ]?[(（][0-9A][)）]{RIGHT}",),
        0.6,
        check=digits.is_hong_kong_id,
        labels=HARBOUR,
        runs=frozenset({6}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "HK_ID",
        "identity card of Hong Kong without parentheses by its label",
        (f"{LEFT}[A-Z]{{1,2}}[0-9]{{6}}[0-9A]{RIGHT}",),
        0.6,
        check=digits.is_hong_kong_id,
        labels=HARBOUR,
        needs_label=True,
        runs=frozenset({6, 7}),
        lead="letter",
        profile="cn",
    ),
    Rule(
        "MO_ID",
        "identity card of Macao by its label",
        (f"{LEFT}[157][0-9]{{6}}[ ]?(?:[(（][0-9][)）]|[0-9]{RIGHT})",),
        0.6,
        labels=MACAO,
        needs_label=True,
        runs=frozenset({7, 8}),
        profile="cn",
    ),
    Rule(
        "CN_FOREIGNER_ID",
        "permanent residence card by its label",
        (f"{LEFT}(?:[A-Z]{{3}}[0-9]{{12}}|9[0-9]{{16}}[0-9Xx]){RIGHT}",),
        0.8,
        labels=ALIEN,
        needs_label=True,
        runs=frozenset({12, 17, 18}),
        lead="code",
        profile="cn",
    ),
    Rule(
        "CN_BUSINESS_REGISTRATION",
        "business registration number by its label",
        (f"{LEFT}[1-9][0-9]{{14}}{RIGHT}",),
        0.6,
        check=digits.is_business_registration,
        labels=REGISTRATION,
        needs_label=True,
        runs=frozenset({15}),
        profile="cn",
    ),
)

TAIWAN_LABEL = "台胞证|台胞證|(?:台湾|台灣|臺灣)居民来往大陆通行证|(?:台湾|往来台湾|大陆居民往来台湾)通行证"
SOCIAL_LABEL = (
    "社保(?:账|电脑|个人编?)(?=号)|社保卡?(?=号|编号|个人)|社会保障卡?(?=号|编号)|社会保险(?=号|编号|个人|登记)|"
    "养老保险(?=号|编号|个人)|"
    "(?:社保|社会保险|养老保险)个人(?=编号)"
)
HEALTH_LABEL = (
    "(?:医保|医疗保险|医疗保障|健康(?=卡)|新农合|合作医疗)(?:卡|账|证|个人|电脑)?(?=号|编号|证号|卡号)|"
    "医疗证(?=号)|参保人?(?=号|编号)|保险?单(?=号)"
)
RECORD_LABEL = (
    "(?:病历|病案|住院|门诊|就诊|急诊|体检|病人|患者|病例|诊疗|检查|检验|影像|医技)(?:病历|登记)?(?:卡|档案|流水|"
    "记录)?(?=号|编号|[Ii][Dd])(?:id|ID|Id)?"
)
LICENCE_LABEL = "(?:驾驶证|驾照|驾驶执照|驾证|驾驶员证)(?:档案)?"
SOLDIER_LABEL = "(?:军官|士官|士兵|军人|义务兵|文职干部|警官|军队离休|军队退休)(?:身份)?证(?:件)?"
ACCOUNT_LABEL = (
    "(?:银行|收款|付款|对公|对私|结算|还款|扣款|基本|一般|开户|公积金|证券|资金|股东|客户)(?:存款)?(?:账户|帐户|"
    "账号|帐号|賬號|户头)|股东代码|股东卡(?=号)"
)
SECURITIES_LABEL = "(?:证券|股东)(?:账户|帐户|账号|帐号|户头)|股东代码|股东卡(?=号)"
"""Of these accounts a letter may be the first sign: the market that they are for."""
BANKED_LABEL = (
    "(?:开户行|开户银行|户名)[^0-9。；]{2,30}?(?:账号|帐号|賬號)|"
    "开户(?:行|银行)[及、和/][账帐](?:号|户)[:：][ ]?[\u4e00-\u9fff（）()]{2,30}"
)
"""Accounts of companies have no check digit: with the bank, or the holder, before it `账号` alone is enough."""
TAX_LABEL = "(?:纳税人识别|纳税识别|税务登记证?)(?=号|码)"
MILITARY = "[军兵士文职南北沈兰成济广海空武参政后装]"
WITH_LETTERS = re.compile(f"(?:[A-Z]{{1,2}}(?:[ -]|{groups.BREAK})?)?")
RECORDS = groups.Reader(range(5, 21), groups.CODE_HEAD, groups.CODE, re.compile("[A-Z]?"))


def announced(entity: str, name: str, label: str, reader: groups.Reader, score: float = 1.0) -> Rule:
    """Return the rule of a document that has no check digit of its own and is known by the label right before it."""
    return Rule(
        entity,
        name,
        (groups.SIGN,),
        score,
        label=f"(?:{label}){SAID}",
        labels=Next(label, between=SAID),
        spared=is_first_cell,
        gate=gate_of(label),
        read=reader,
        profile="cn",
    )


def gate_of(label: str) -> str:
    """Return what matches wherever a label does, without looking around."""
    return f"(?:{label.replace('(?=', '(?:')})"


def in_groups(entity: str, name: str, label: str, reader: groups.Reader, score: float = 1.0) -> Rule:
    """Return the rule of a number of which its check and a label not far before it leave no doubt, in groups too."""
    return Rule(
        entity,
        name,
        (FIRST_SIGNS,),
        score,
        label=f"(?:{label}){LOOSELY}",
        labels=Words(label),
        gate=f"(?:{label})",
        read=reader,
        profile="cn",
    )


ANNOUNCED = (
    announced(
        "CN_TAIWAN_PERMIT",
        "permit of a resident of Taiwan by its label",
        TAIWAN_LABEL,
        groups.Reader((8, 10), tail=re.compile("(?:[(（][0-9A-Z][)）])?")),
    ),
    announced(
        "CN_SOCIAL_SECURITY",
        "Chinese social security number by its label",
        SOCIAL_LABEL,
        groups.Reader(range(7, 19), WITH_LETTERS, groups.DIGITS_X),
    ),
    announced("HEALTH_INSURANCE_NUMBER", "Chinese health insurance number by its label", HEALTH_LABEL, RECORDS),
    announced("MEDICAL_RECORD_NUMBER", "Chinese medical record number by its label", RECORD_LABEL, RECORDS),
    announced(
        "CN_DRIVER_LICENSE",
        "Chinese driving licence by its label",
        LICENCE_LABEL,
        groups.Reader((12, 15, 18), sign=groups.DIGITS_X),
    ),
    announced(
        "CN_MILITARY_ID",
        "military identity card by its label",
        SOLDIER_LABEL,
        groups.Reader((6, 7, 8), tail=re.compile("号?")),
    ),
    announced(
        "CN_TAX_ID",
        "Chinese taxpayer number by its label",
        TAX_LABEL,
        groups.Reader(range(15, 21), sign=re.compile("[0-9A-HJ-NPQRTUWXY]+")),
    ),
    announced("CN_BANK_ACCOUNT", "Chinese bank account by its label", ACCOUNT_LABEL, groups.Reader(range(9, 31)), 0.55),
    replace(
        announced(
            "CN_BANK_ACCOUNT",
            "Chinese securities account by its label",
            SECURITIES_LABEL,
            groups.Reader((9, 10), re.compile("[A-Z]")),
            0.55,
        ),
        gate=gate_of(ACCOUNT_LABEL),
    ),
    announced(
        "CN_BANK_ACCOUNT",
        "long Chinese bank account by the plain label",
        "(?<!用户)(?<!登录)(?<!登陆)(?<!游戏)(?<!会员)(?:账号|帐号|账户|帐户)",
        groups.Reader(range(16, 22)),
        0.5,
    ),
    replace(
        announced(
            "CN_BANK_ACCOUNT",
            "Chinese bank account behind the name of its bank",
            BANKED_LABEL,
            groups.Reader(range(9, 31)),
            0.55,
        ),
        labels=Next(ACCOUNT_LABEL, between=SAID),
    ),
    in_groups(
        "CN_RESIDENT_ID",
        "resident id in groups",
        RESIDENT_ZH,
        groups.Reader((15, 18), sign=groups.DIGITS_X, check=checks.is_any_resident_id),
    ),
    in_groups(
        "CN_USCC",
        "unified social credit code in groups",
        COMPANY_ZH,
        groups.Reader((18,), sign=re.compile("[0-9A-HJ-NPQRTUWXY]+"), check=checks.is_uscc),
    ),
    in_groups(
        "CN_BANK_CARD", "bank card in groups", CARD_WORDS, groups.Reader(range(16, 20), check=checks.is_bank_card), 0.5
    ),
    in_groups(
        "CN_BUSINESS_REGISTRATION",
        "business registration number in groups",
        REGISTRATION_ZH,
        groups.Reader((15,), check=digits.is_business_registration),
    ),
    in_groups(
        "CN_PASSPORT",
        "Chinese passport in groups",
        PASSPORT_SAID,
        groups.Reader((7, 8), WITH_LETTERS, check=of_shape(PASSPORT_SHAPE)),
    ),
    in_groups(
        "CN_HK_MACAO_PERMIT",
        "permit for Hong Kong and Macao in groups",
        PERMIT_ZH,
        groups.Reader((7, 8, 10), WITH_LETTERS, check=of_shape(PERMIT_SHAPE)),
    ),
    in_groups(
        "CN_TAIWAN_PERMIT",
        "permit for Taiwan in groups",
        PERMIT_ZH,
        groups.Reader((8,), WITH_LETTERS, check=of_shape("[TL][0-9]{8}")),
    ),
    Rule(
        "CN_MILITARY_ID",
        "military identity card in its own words",
        (f"{MILITARY}{{1,2}}字第[0-9]{{6,8}}号?",),
        1.0,
        gate="字第[0-9]{6}",
        profile="cn",
    ),
)

PERMIT_RULES: tuple[Rule, ...] = (*PERMIT_NUMBERS, *ANNOUNCED)
