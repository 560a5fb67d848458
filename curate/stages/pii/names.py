"""Rules for names of persons: after a label, beside an honorific or title, in a header."""

from curate.stages.pii.checks import words
from curate.stages.pii.rule import Rule

HAN = "[\u4e00-\u9fff]"
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁沈任姚卢傅钟姜崔谭"
    "廖范汪陆金石戴贾韦夏邱侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严赖覃洪武莫孔汤常温康施文牛樊葛邢安齐易乔伍庞颜"
    "倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻"
    "祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾"
    "隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海"
)
COMPOUND = (
    "欧阳|上官|司马|诸葛|夏侯|皇甫|尉迟|公孙|令狐|慕容|司徒|端木|东方|南宫|独孤|长孙|宇文|轩辕|百里|呼延|闻人|澹台"
)
COMMON = SURNAMES[:108]
"""The most frequent surnames: enough where only an honorific tells a name from a word."""

NAME_LABELS = (
    "姓名|联系人|法定代表人|法人代表|负责人|患者|病人|申请人|被申请人|签字人|收件人|收货人|寄件人|经办人|原告|被告|投保人|被保险人|"
    "受益人|户主|委托代理人|主治医师|主治医生|报告人|客户|持卡人|开户人|户名|监护人|担保人|借款人|出租人|承租人|当事人|员工|操作员"
)
NAME_FOLLOWS = "先生|女士|性别|年龄|电话|联系|手机|身份|住[址院]|出生|民族|[，,。；;、（(\\s男女]|\\Z"
ORGANISATION = "公司|银行|集团|中心|医院|大学|学校|委员会|[厂局院部所店社]"
ZH_NAME = (
    f"(?:(?:{COMPOUND})|[{SURNAMES}])"
    f"(?:{HAN}{{1,2}}?(?={NAME_FOLLOWS})|{HAN}{{1,2}}(?!{HAN}{{0,12}}(?:{ORGANISATION})))"
)
"""A name that ends where the next field begins; else surname and two more signs, unless that begins an organisation."""
EN_LABELS = "From|To|Cc|Reply-To|Sender|(?:Full|Customer|Contact) [Nn]ame|Patient(?: [Nn]ame)?"
EN_NAME = "(?:[A-Z]['’])?[A-Z][a-z]+(?:['’\\-][A-Z]?[a-z]+)*"
EN_FULL = f"{EN_NAME}(?: [A-Z]\\.)*(?: {EN_NAME}){{0,3}}"

NOBODY = words(
    "Sir Sirs Madam Customer Customers Client All Team Colleague Colleagues Friend Friends Editor Editors "
    "Members Member User Users Reader Readers Everyone Folks Chairman President Secretary Senator Governor "
    "Applicant Candidate Parent Parents Student Students Valued Hiring Investor Investors Shareholder "
    "Shareholders Ladies Gentlemen God Lord"
)


def is_addressee(value: str) -> bool:
    """Tell whether what follows `Dear` is a name and not a role."""
    return value.split(" ", 1)[0] not in NOBODY


NAME_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name after a label",
        (ZH_NAME,),
        0.7,
        label=f"(?:{NAME_LABELS})(?:姓名|名称)?[ ]?[:：][ ]?",
        gate=f"(?:{NAME_LABELS})(?:姓名|名称)?[ \u3000]?[:：][ \u3000]?[{SURNAMES}]",
    ),
    Rule(
        "PERSON",
        "Chinese name before an honorific",
        (f"(?:(?:{COMPOUND})|[{COMMON}]){HAN}{{0,2}}(?=先生|女士|小姐(?!姐))",),
        0.6,
        gate="先生|女士|小姐",
    ),
    Rule(
        "PERSON",
        "English name after a salutation or title",
        (EN_FULL,),
        0.6,
        check=is_addressee,
        certain=False,
        label="(?<![A-Za-z])(?:Dear (?:(?:Mr|Mrs|Ms|Dr|Prof)\\.? )?|(?:Mr|Mrs|Ms|Miss|Dr|Prof)\\.? )",
        gate="(?:Dear|Mr|Mrs|Ms|Miss|Dr|Prof)\\.? [A-Z][a-z]",
    ),
    Rule(
        "PERSON",
        "English name in a header or a form",
        (f'{EN_FULL}(?="? ?<[^>\\n]{{1,80}}>)', f"{EN_FULL}(?=[ ]?(?:[\\n,;(]|\\Z))"),
        0.7,
        label=f'(?<![A-Za-z])(?:{EN_LABELS}):[ ]?"?',
        gate='(?:From|To|Cc|Sender|ame|Patient):[ ]?"?[A-Z][a-z]',
    ),
)
