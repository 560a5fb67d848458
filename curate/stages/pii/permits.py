"""Rules for Chinese documents beyond the resident id: permits, licences, insurance, medical records, accounts."""

from curate.stages.pii import checks, digits
from curate.stages.pii.rule import CODE_OR_DIGITS, LEFT, RIGHT, SAID, Lead, Rule
from curate.stages.pii.words import Next, Words

PERMIT = Words(
    "通行证|通行證|往来港澳|往来台湾|来往内地|来往大陆|回乡证|回鄉證|台胞证|台胞證|港澳证|证件号|證件號|签注",
    "eep|travel permit|home return",
    "permit",
)
ISLAND = Words(
    "台湾|臺灣|台灣|身份证|身分证|身分證|统一编号|統一編號|统一证号|統一證號|居留", "national id|taiwan", "arc"
)
HARBOUR = Words("身份证|身份證|香港|澳门|澳門", "hkid|hong ?kong|maca[uo]|id ?card|identity")
ALIEN = Words("永久居留|居留证|居留身份", "permanent resid|residence permit")
REGISTRATION = Words("注册号|注册登记号|营业执照|工商登记|登记证号|执照号", "business (?:registration|licen[cs]e)")
MACAO = Words("澳门身份|澳門身份|澳门居民|澳門居民|澳门永久|澳门特别行政区居民", "maca[uo] id", "bir")

SHORTEST_ACCOUNT = 9


def has_nine_digits(value: str) -> bool:
    """Tell whether a number is as long as an account's."""
    return len(checks.digits_of(value)) >= SHORTEST_ACCOUNT


PERMIT_NUMBERS = (
    Rule(
        "CN_HK_MACAO_PERMIT",
        "permit for Hong Kong and Macao by its label",
        (f"{LEFT}(?:[CW][0-9]{{8}}|C[A-HJ-NP-Z][0-9]{{7}}|[HM][0-9]{{8}}(?:[0-9]{{2}})?){RIGHT}",),
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
    "记录)?(?=号|编号|id)(?:id)?"
)
LICENCE_LABEL = "(?:驾驶证|驾照|驾驶执照|驾证|驾驶员证)(?:档案)?"
SOLDIER_LABEL = "(?:军官|士官|士兵|军人|义务兵|文职干部|警官|军队离休|军队退休)(?:身份)?证(?:件)?"
ACCOUNT_LABEL = (
    "(?:银行|收款|付款|对公|对私|结算|还款|扣款|基本|一般|开户|公积金|证券|资金|股东|客户)(?:存款)?(?:账户|帐户|"
    "账号|帐号|賬號|户头)"
)
TAX_LABEL = "(?:纳税人识别|纳税识别|税务登记证?)(?=号|码)"
CARRIED = "-?(?:[0-9]{5,20}(?:-[0-9]{1,8}){0,2}|[0-9]{4}(?:-[0-9]{1,8}){1,2})[Xx]?"
MILITARY = "[军兵士文职南北沈兰成济广海空武参政后装]"


def announced(entity: str, name: str, label: str, value: str, *, lead: Lead = "any") -> Rule:
    """Return the rule of a document that has no check digit of its own and is known by the label right before it."""
    return Rule(
        entity,
        name,
        (f"{value}{RIGHT}(?!-[0-9])",),
        1.0,
        labels=Next(label, between=SAID),
        needs_label=True,
        runs=frozenset(range(5, 31)),
        joined=frozenset({2, 3, 4}),
        lead=lead,
        profile="cn",
    )


ANNOUNCED = (
    announced(
        "CN_TAIWAN_PERMIT",
        "permit of a resident of Taiwan by its label",
        TAIWAN_LABEL,
        f"{LEFT}[0-9]{{8}}(?:[0-9]{{2}})?(?:[(（][0-9A-Z][)）])?",
    ),
    announced(
        "CN_SOCIAL_SECURITY",
        "Chinese social security number by its label",
        SOCIAL_LABEL,
        f"{LEFT}[A-Z]{{0,2}}[0-9]{{7,18}}[Xx]?",
    ),
    announced(
        "HEALTH_INSURANCE_NUMBER",
        "Chinese health insurance number by its label",
        HEALTH_LABEL,
        f"{CODE_OR_DIGITS}{CARRIED}",
        lead="code",
    ),
    announced(
        "MEDICAL_RECORD_NUMBER",
        "Chinese medical record number by its label",
        RECORD_LABEL,
        f"{CODE_OR_DIGITS}{CARRIED}",
        lead="code",
    ),
    announced(
        "CN_DRIVER_LICENSE",
        "Chinese driving licence by its label",
        LICENCE_LABEL,
        f"{LEFT}(?:[0-9]{{17}}[0-9Xx]|[0-9]{{15}}|[0-9]{{12}})",
    ),
    announced("CN_MILITARY_ID", "military identity card by its label", SOLDIER_LABEL, f"{LEFT}[0-9]{{6,8}}号?"),
    announced("CN_TAX_ID", "Chinese taxpayer number by its label", TAX_LABEL, f"{LEFT}[0-9A-HJ-NPQRTUWXY]{{15,20}}"),
    Rule(
        "CN_BANK_ACCOUNT",
        "Chinese bank account by its label",
        (f"{LEFT}[0-9]{{4,30}}(?:[ -][0-9]{{2,8}}){{0,6}}{RIGHT}(?!-[0-9])",),
        0.55,
        check=has_nine_digits,
        certain=False,
        labels=Next(ACCOUNT_LABEL, between=SAID),
        needs_label=True,
        runs=frozenset(range(9, 31)),
        joined=frozenset(range(4, 31)),
        profile="cn",
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
