"""Rules for Chinese names of persons: after a label, before an honorific, beside an age, under a letter."""

import re
from collections.abc import Iterator
from functools import lru_cache

from curate.stages.pii.divisions import DIVISIONS
from curate.stages.pii.fields import CLOSING, JOIN, label
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import COMMON, COMPOUND, NO_NAMES, SURNAMES

HAN = "[\u4e00-\u9fff]"
GIVEN = "(?![的了们是被把者等也都就还又很该此各])[\u4e00-\u9fff]"
"""A sign of a given name: those that only grammar has are none."""
FOREIGN = f"{HAN}{{1,8}}(?:[·•・‧]{HAN}{{1,10}}){{1,3}}"
"""A transcribed name, its parts joined by a middle dot."""
COMPOUND_STARTS = "".join(dict.fromkeys(name[0] for name in COMPOUND.split("|")))
FREQUENT = f"(?:(?:{COMPOUND})|[{COMMON}])"
ANY = f"(?:(?:{COMPOUND})|[{SURNAMES}])"

LABELS = (
    "姓名|名字|联系人|联络人|法定代表人|法人代表|法人|负责人|患者|病人|伤者|死者|申请人|申报人|被申请人|签字人|"
    "签名人|签收人|收件人|收货人|"
    "寄件人|发件人|发货人|经办人|经手人|承办人|审批人|审核人|复核人|制表人|填表人|填报人|记录人|检验员|检验人|质检员|"
    "操作员|操作人|操作者|值班员|"
    "值班人|维修人|验收人|采购员|销售员|业务员|客户经理|原告|被告人|被告|上诉人|被上诉人|第三人|审判长|审判员|陪审员|"
    "书记员|法官助理|公诉人|辩护人|"
    "代理人|被害人|受害人|证人|嫌疑人|当事人|投保人|被保险人|被保人|受益人|户主|主治医师|主治医生|主治大夫|主管医师|"
    "责任医师|管床医生|报告医师|"
    "审核医师|检查医生|主刀医生|主刀|麻醉师|医生|医师|大夫|责任护士|护士|家属|报告人|报案人|举报人|客户|顾客|会员|"
    "用户姓名|持卡人|持照人|参保人|曾用名|开票人|开户人|账户名|户名|"
    "收款人|付款人|汇款人|监护人|担保人|保证人|借款人|贷款人|出租人|承租人|转让人|受让人|甲方代表|乙方代表|员工|职工|"
    "学生|学员|考生|教师|班主任|导师|"
    "作者|撰稿人|发明人|设计人|译者|主编|编辑|记者|通讯员|候选人|推荐人|介绍人|紧急联系人|父亲|母亲|配偶|丈夫|妻子|"
    "本人|居民|乘客|旅客|司机|驾驶员|"
    "车主|业主|租客|租户|房东|署名|签名|签字|签章|落款|发言人|主持人|经理|总监|主任|主管|院长|校长|厂长|店长|组长|队长|所长|"
    "董事长|董事|监事|股东|教授|老师|律师|工程师|技师|技术员|实际控制人|投诉人|咨询人|预约人|入住人|"
    "出租方|承租方|出借人|承包人|发包人|出卖人|买受人|[甲乙丙]方|买方|卖方|借款方|"
    "申请执行人|被执行人|委托人|受托人|立遗嘱人|继承人|遗嘱人|赠与人|立据人|欠款人|还款人|报警人|被询问人|询问人|"
    "检验者|审核者|报告者|采样者|录入员|护士长|康复师|治疗师|药师|麻醉医师|术者|购车人|购房人|出卖方|买受方|"
    "报修人|报障人|来电人|来访人|制单人|提单人|处理人|受理人|办理人|跟进人|保管人|领用人|接收人|提货人|送货人|送检人|见证人|"
    "证明人|登记人|[发承]包人代表|抄送|密送|"
    "参会人员|出席人员|与会人员|参加人员|列席人员|到会人员|名单|成员|组员|编委"
)
PLURAL = ("人员", "名单", "成员", "组员", "编委", "作者")
"""Labels of several persons, whose names blanks and commas may part too."""
KEYS = (
    "[\"'](?i:(?:full|real|user|patient|customer|contact|client|employee|legal)?_?name|doctor|physician|patient|contact|"
    "author)(?=\\\\?[\"'])|(?<![A-Za-z])(?i:(?:full|real|patient|customer|contact|client|employee|legal|student|member)_?name)"
)
"""Keys of JSON; without quotes, in YAML and files of settings, those alone that persons have."""
SAID_TWICE = "(?i:name|contact|person|signature|applicant|patient|client|customer|recipient)"
AFTER_LABEL = (
    "(?:姓名|名称|签字|签名)?(?:[ ]?[(（][^()（）\n]{1,10}[)）]|"
    f"[ ]?/?[ ]?(?:(?i:full|contact|patient|client|customer) )?{SAID_TWICE})?"
)
"""What a label may end with: what is signed, a remark in brackets, the same in English."""
LABEL = label(f"(?:{LABELS}|{KEYS}){AFTER_LABEL}")
SPREAD = re.compile(f"(?<={HAN})[ \\t]{{1,6}}(?={HAN})")
"""What spreads the characters of a label over its column of a form."""
DONE = "复核|审核|审批|批准|核准|校核|校对|经办|制表|制单|填表"
"""What somebody does to a form, in the place of who does it: a label only where another one signs beside."""
WHO = f"(?:{DONE}|记账|出纳|会计|主管|收款人|开票人)"
SIGNER = label(f"(?:{'|'.join('[ ]{0,6}'.join(word) for word in DONE.split('|'))})")
BESIDE = re.compile(WHO)
CLOSES = "\"'”’】])）*\\ \t\u3000"
LAST_SIGNS = "".join(sorted({word[-1] for word in f"{LABELS}|{DONE}".split("|")} | set("称字名章")))
LABEL_ENDS = frozenset(f"{LAST_SIGNS}{CLOSES}eEtTnNrR")
SIGNER_ENDS = frozenset({word[-1] for word in DONE.split("|")} | {*CLOSES})
LONGEST_LABEL, FORM = 32, 60
FOLLOWS = (
    "先生|女士|性别|年龄|电话|联系|手机|身份|住[址院]|出生|民族|医[生师]|主任|教授|律师|"
    "[\\s，,。；;、（(男女|\"'”’」』】\\])）/<&!！?？:：.…\\\\-]|\\Z"
)
HOUSES_OF_TWO = (
    "公司|银行|集团|中心|医院|大学|学校|学院|有限|股份|科技|技术|实业|贸易|软件|网络|工程|制造|电子|企业|法院|政府|证券|保险|广场|百货|珠宝|地产|置业|物流|传媒|酒店|商场|超市|药业|制药|建筑|建设|投资|控股|信托|"
    "基金|汽车|食品|服饰|家居|餐饮|影视|文化|教育"
)
HOUSES_OF_ONE = "厂局院部所店社县市省区镇乡村"
ORGANISATION = f"{HOUSES_OF_TWO}|委员会|事务所|合作社|检察院|[{HOUSES_OF_ONE}]"
SPACED = f"[{SURNAMES}{COMPOUND_STARTS}](?:[ \u3000]{{1,3}}(?![男女]){HAN}(?!{HAN})){{2,3}}(?![ \u3000]{{1,3}}{HAN})"
"""A name whose characters are all parted, which nothing of the same kind follows."""
NAMED = re.compile(
    f"{FOREIGN}|{SPACED}|{ANY}(?:(?:{GIVEN}){{1,2}}?(?={FOLLOWS})|[ ]{{1,3}}{HAN}(?!{HAN})|"
    f"(?:{GIVEN}){{3}}(?<!{HOUSES_OF_TWO})(?<![{HOUSES_OF_ONE}会])(?={FOLLOWS})|"
    f"(?!{HAN}{{0,14}}(?:{ORGANISATION}))(?:{GIVEN}){{1,2}})"
)
"""A name that ends where the next field begins; else surname and two more signs, unless that begins an organisation."""
LISTED = re.compile(f"{FOREIGN}|{FREQUENT}(?:{GIVEN}){{1,2}}?(?={FOLLOWS}|[和及与])")
JOINT = re.compile("[ ]?(?:[、/;；&]|和|及|与)[ ]?")
LOOSE_JOINT = re.compile(f"{JOINT.pattern}|[ ]?[，,][ ]?|[ ]{{1,4}}")

ROLES = (
    "姓[ \u3000]{0,6}名|名字叫?|我叫|名叫|联[ \u3000]{0,6}系[ \u3000]{0,6}人|法定代表人|"
    "法人代表|负责人|患者|病人|申请人|被申请人|收件人|收货人|寄件人|经办人|"
    "签字人|原告人?|被告人?|上诉人|"
    "第三人|审[ ]{0,3}判[ ]{0,3}长|审[ ]{0,3}判[ ]{0,3}员|陪审员|书[ ]{0,3}记[ ]{0,3}员|法官助理|公诉人|辩护人|"
    "代理人|被害人|受害人|证人|嫌疑人|"
    "当事人|主治医师|主治医生|主管医师|责任医师|责任护士|管床医生|主刀医生|麻醉师|医生|投保人|被保险人|受益人|监护人|"
    "担保人|借款人|出租人|承租人|员工|司机|签收人|报警人|报案人|举报人|死者|伤者|申请执行人|被执行人|委托人|受托人|"
    "受让人|转让人|持卡人|投诉人|收款人|付款人|汇款人|"
    "户名|出借人|贷款人|保证人|发件人|家属|法人|购车人|购房人|买受人|出卖人|经手人|承办人|本人|"
    "记者|敬礼[！!。]?|签名|签字|署名"
)
CAUSES = (
    "(?:离婚|民间|买卖|合同|机动车|物业|劳[动务]|借款|租赁|侵权|交通|追索|继承|抚养|赡养|债权|股权|承揽|建设|房屋|保险|"
    "金融|信用|名誉|生命|健康|身体|医疗|产品|不当得利)"
)
"""With what a cause of action begins (案由): `纠纷` or `一案` ends it."""
GLUED_FOLLOWS = (
    "先生|女士|医[生师]|主任|律师|[为替给对][其他她我]|诉|系|[今昨][日天晚]|近日|因|于|在|自述|自诉|主诉|出现|报告|"
    "表示|入院|来院|复诊|就诊|住院|出院|既往|已|诊断|确诊|诊治|诊疗|接诊|会诊|主刀|治疗|检查|处方|建议|嘱|"
    "签字|签名|签收|"
    "开具|开出|指导|负责|认为|提出|提交|辩称|陈述|请求|主张|供述|承认|驾驶|"
    f"称|的(?:[指诊处医治]|联系|电话|手机|身份|住址|账号|卡号)|[与和及](?:被告|第三人|被上诉人|被申请人|被执行人)|"
    f"{CAUSES}[^，。；、：\\s公]{{0,10}}(?:纠纷|一案)|"
    "[\\s，,。；;、（(|\"'”’」』】\\])）/<!！?？:：]|$"
)
"""What follows a name that a role stands before: what such a person does, or the end of a phrase."""
PERSONAL_FOLLOWS = "[，,（( \u3000]{1,3}(?:[男女](?:性|[，,。；;、）)])|[0-9]{1,3}岁|身份证|证件|性别|年龄|出生|民族)"
"""What only the name of a person has behind it: there a rare surname counts too."""
GLUED = (
    f"{FREQUENT}(?!某)(?:{GIVEN}){{1,2}}?(?={GLUED_FOLLOWS})|"
    f"[{SURNAMES}](?!某)(?:{GIVEN}){{1,2}}?(?={PERSONAL_FOLLOWS})|"
    f"{HAN}{{1,8}}(?:[·•・‧]{HAN}{{1,10}}?){{1,3}}(?={GLUED_FOLLOWS})|"
    f"[{COMMON}][ ]{{1,3}}{HAN}(?!{HAN})(?=\\s|\\Z)"
)
REMARK = "(?:[(（][^()（）\\n]{1,8}[)）][ \u3000]?)?"
LINK = REMARK + "(?:[ ]?(?:是|为|系|叫|名叫)[ ]?|\\s{1,6}|,|】[ ]?)?"
GLUED_GATE = (
    f"(?:{ROLES}){REMARK}(?:[ \u3000]?(?:是|为|系|叫|名叫)[ \u3000]?|[\\s\u3000]{{1,6}}|,|】[ \u3000]?|"
    "[:：]?[ \u3000]?[\\[(（【「『][ \u3000]?)?"
    f"(?:[{COMMON}{COMPOUND_STARTS}](?:{HAN}{{1,3}}(?={GLUED_FOLLOWS})|[ \u3000])|"
    f"[{SURNAMES}]{HAN}{{1,2}}{PERSONAL_FOLLOWS.replace('[0-9]', '[0-9０-９]')}|{HAN}{{1,8}}[·•・‧])"
)

POLITE = "先生|女士|小姐(?!姐)|太太"
OFFICES = "医生|医师|大夫|护士|护士长|律师|警官|法官|检察官|经理|总监|主管|主任|教授|老师|院长|校长|博士|师傅|同志|同学"
TITLES = (
    "副教授|副主任|副经理|副总经理|副院长|总经理|主任医师|主任医生|副主任医师|主治医师|主治医生|住院医师|主任护师|"
    "主管护师|董事长|"
    f"{OFFICES}"
)
BOUNDARY = "谢由经在是为的和与及向请找被让对给叫跟同据问说从到以系即，且而并、"
"""What may stand before a name that only a profession follows."""
HOUSES = "院科室部所系队"
"""How the house is called in which somebody has a profession: before a name of two signs or more."""
DOTS = frozenset("·•・‧")
DOTTED = re.compile(
    f"(?:(?<!{HAN})|(?<=[{BOUNDARY}{HOUSES}]))(?P<name>(?:(?![{BOUNDARY}院室部系队]){HAN}){{1,8}}(?:[·•・‧]{HAN}{{1,10}}){{1,3}})\\Z"
)

YEARS = "(?:[，,（( \u3000](?:是|系|为)?(?:一?[位名个])?|是一?[位名个]|今年|现年)"
IN_CELLS = "[ ]?[|/][ ]?[男女]性?(?=[ ]?[|/，,]|[ ]{0,2}(?:\\n|\\Z))"
"""A sex in the next cell, in a line that begins with the name."""
LINE_BEGINS = re.compile("(?:\\A|\\n)[ \\t|#*-]{0,4}\\Z")
CARRIED = "[，,（(](?:公民|居民)?身份(?:证|号码)"
AGED = f"{YEARS}[0-9]{{1,3}}岁|[，,（(][男女]性?(?=[，,。；;、）)])|{CARRIED}|{IN_CELLS}"
AGED_GATE = (
    f"(?:[{SURNAMES}{COMPOUND_STARTS}]{HAN}{{1,3}}|[·•・‧]{HAN}{{1,10}})"
    f"(?:{YEARS}[0-9０-９]{{1,3}}岁|[，,（(][男女]|[ 　]?[|/｜／][ 　]?[男女]|{CARRIED})"
)
WHOLE = re.compile(
    f"(?:(?<!{HAN})|(?<=委托)|(?<=授权)|(?<=兹有)|(?<=本人)|(?<=职工)|(?<=员工)|(?<=罪犯)|(?<=我是)|(?<=我叫))"
    f"(?:{FREQUENT}(?!某)(?:{GIVEN}){{1,2}}|[{SURNAMES}](?!某)(?:{GIVEN}){{2}}|{FOREIGN})\\Z"
)
"""All that stands before an age or a sex: there a rare surname, which may be a word of its own, has two signs more."""
LONGEST_NAME = 24

QUOTES = frozenset("\"'”’")
ONLY_HAN = re.compile(f"{HAN}*")
KINDS = frozenset("省市县区州")
COMPOUNDS = frozenset(COMPOUND.split("|"))
SINGLES = frozenset(COMMON)


def is_name(value: str) -> bool:
    """Tell whether what has the shape of a name does not begin a word that is none, and is not made anonymous."""
    place = value[-1:] in KINDS and value[:-1] in DIVISIONS
    return value[:2] not in NO_NAMES and "某" not in value[1:] and not place


def is_han(text: str) -> bool:
    """Tell whether all signs are Chinese characters."""
    return ONLY_HAN.fullmatch(text) is not None


def label_before(text: str, start: int) -> str:
    """Return the label of a name that ends right before text[start:], without the blanks of a form; empty: none."""
    if text[start - 1 : start] not in LABEL_ENDS:
        return ""
    before = text[max(0, start - LONGEST_LABEL) : start]
    return said_in_line(before[before.rfind("\n") + 1 :])


@lru_cache(512)
def said_in_line(before: str) -> str:
    """Return the same of one line, over whose end no label goes: those of forms and lists are the same again."""
    said = LABEL.search(before)
    if said is None:
        whole = SPREAD.sub("", before)
        said = LABEL.search(whole) if whole != before else None
    return said["label"] if said else ""


def signs_beside(text: str, start: int, end: int) -> bool:
    """Tell whether `复核` or the like ends right before text[start:end], and another who signs the form stands near."""
    said = SIGNER.search(text, max(0, start - LONGEST_LABEL), start) if text[start - 1 : start] in SIGNER_ENDS else None
    return said is not None and bool(
        BESIDE.search(text, max(0, start - FORM), said.start()) or BESIDE.search(text, end, end + FORM)
    )


def read_labelled(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the names that follow a label: one, or several in a list."""
    said = label_before(text, start)
    if not said and not signs_beside(text, start, end):
        return
    between = LOOSE_JOINT if said.endswith(PLURAL) else JOINT
    name = NAMED.match(text, end) if said else LISTED.match(text, end)
    while name is not None and is_name(name[0]):
        yield name.span()
        joint = between.match(text, name.end())
        name = LISTED.match(text, joint.end()) if joint else None


def read_before_title(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name that an honorific or a profession follows, the longest that can be one.

    A profession needs a name of its own before it (not `高级经理`), and before that the end of a word.
    """
    polite = text[start:end] in {"先生", "女士", "小姐", "太太"}
    dotted = not DOTS.isdisjoint(text[max(0, start - LONGEST_NAME) : start])
    foreign = DOTTED.search(text, max(0, start - LONGEST_NAME), start) if dotted else None
    if foreign:
        yield foreign.span("name")
        return
    for length in (4, 3, 2, 1):
        begin = start - length
        name = text[max(0, begin) : start]
        surname = name[:2] in COMPOUNDS and length > 1
        single = length <= 3 and name[:1] in SINGLES  # noqa: PLR2004 - surname and two signs
        if begin < 0 or not (surname or single) or not is_han(name) or (length > 1 and not is_name(name)):
            continue
        before = text[begin - 1] if begin else "，"
        if (
            polite
            or before in BOUNDARY
            or not is_han(before)
            or (length > 1 and before in HOUSES)
            or text.endswith(("联系人", "兹有"), 0, begin)
        ):
            if {name + text[start : start + 1], before + name}.isdisjoint(NO_NAMES):
                yield begin, start
            return


def read_before_age(text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
    """Read the name that an age or a sex follows, where nothing but a name stands between two signs."""
    name = WHOLE.search(text, max(0, start - LONGEST_NAME), start)
    in_cells = text[start] in " |/"
    if name and is_name(name[0]) and (not in_cells or LINE_BEGINS.search(text, max(0, name.start() - 6), name.start())):
        yield name.span()


OFFICE_ENDS = "部组室处科司局社院所店厂管"


def read_before_mailbox(text: str, start: int, _end: int) -> Iterator[tuple[int, int]]:
    """Read the name before `<mailbox@host>`, a quote and a blank between them; a department is none."""
    start -= text[start - 1 : start] in {" ", "\t"}
    start -= text[start - 1 : start] in QUOTES
    name = WHOLE.search(text, max(0, start - LONGEST_NAME), start)
    if name and is_name(name[0]) and name[0][-1] not in OFFICE_ENDS:
        yield name.span()


LABEL_GATE = (
    f"(?:[{LAST_SIGNS}\"'）)]|{SAID_TWICE}){CLOSING}{JOIN}(?:[{SURNAMES}{COMPOUND_STARTS}A-Z]|{HAN}{{1,8}}[·•・‧])"
)
HONORIFIC_GATE = (
    f"[{COMMON}{COMPOUND_STARTS}]{HAN}{{0,2}}(?:先生|女士|小姐|太太)|[·•・‧]{HAN}{{1,10}}(?:{TITLES}|先生|女士|小姐|太太)|"
    f"(?:^|[^\u4e00-\u9fff]|[{BOUNDARY}{HOUSES}]|联系人|兹有)[{COMMON}{COMPOUND_STARTS}]{HAN}{{0,3}}(?:{TITLES})|"
    "[A-Za-z.][ ]?(?:先生|女士|小姐|太太|教授|博士|医生|律师|经理|老师)"
)

CHINESE_NAME_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name after a label",
        (f"{JOIN}(?=[{SURNAMES}{COMPOUND_STARTS}]|{HAN}{{1,8}}[·•・‧])",),
        0.7,
        gate=LABEL_GATE,
        read=read_labelled,
    ),
    Rule(
        "PERSON",
        "Chinese name beside a role",
        (GLUED,),
        0.6,
        check=is_name,
        certain=False,
        label=f"(?:{ROLES}){LINK}",
        gate=GLUED_GATE,
    ),
    Rule(
        "PERSON",
        "Chinese name before an honorific",
        (f"{POLITE}|(?!主管(?:部门|机关|机构|单位|人员|税务|业务|领导))(?:{TITLES})",),
        0.6,
        gate=HONORIFIC_GATE,
        read=read_before_title,
    ),
    Rule(
        "PERSON",
        "Chinese name in a certificate or the note of a debt",
        (f"(?:{FREQUENT}|[{SURNAMES}])(?!某)(?:{GIVEN}){{1,2}}?(?={PERSONAL_FOLLOWS}|系[我本]|人民币|现金)",),
        0.6,
        check=is_name,
        certain=False,
        label="(?:兹证明|今借到)",
        gate=f"(?:兹证明|今借到)[{SURNAMES}{COMPOUND_STARTS}]",
    ),
    Rule("PERSON", "Chinese name beside an age", (AGED,), 0.6, gate=AGED_GATE, read=read_before_age),
    Rule(
        "PERSON",
        "Chinese name before a mailbox",
        ("<[^<>\\s@]{1,64}@",),
        0.7,
        gate=f"{HAN}[\"'”’]?[ \t]?<[^<>\\s@]{{1,64}}@",
        read=read_before_mailbox,
    ),
)
