"""Rules for Chinese names that nothing announces but the number behind them: lists of people, lines below a letter."""

import re
from collections.abc import Iterator

from curate.stages.pii.allow import is_other_number
from curate.stages.pii.checks import is_resident_id, is_union_pay, words
from curate.stages.pii.chinese_names import COMPOUNDS, FREQUENT, GIVEN, HAN, is_han, is_name
from curate.stages.pii.divisions import DIVISIONS
from curate.stages.pii.rule import Rule
from curate.stages.pii.surnames import COMMON

MOBILE = "(?<![0-9A-Za-z])(?:86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9A-Za-z])"
RESIDENT = (
    "(?<![0-9A-Za-z])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    "(?![0-9A-Za-z])"
)
"""Numbers that are hardly anything but a person's: landlines have shops and departments before them as well."""
CARD = "(?<![0-9A-Za-z])62[0-9]{2}(?P<a>[ -]?)[0-9]{4}(?P=a)[0-9]{4}(?P=a)[0-9]{4}(?:(?P=a)[0-9]{1,3})?(?![0-9A-Za-z])"

ITEM = (
    "(?:[0-9]{1,3}(?:[.、)）]|[ ](?=[ ]?[\u4e00-\u9fff]))|[(（][0-9一二三四五六七八九十]{1,3}[)）]|"
    "[一二三四五六七八九十]{1,3}、|[①-⑳]|[-*•·●○■◆▪>])?"
)
"""What may open the line of a list."""
LINE = f"[ \\t]{{0,8}}{ITEM}[ \\t]{{0,4}}"
EDGE = (
    "[\\n\\r;；|｜、，,\\t:：=(（>'\"“ 联请拨转打汇寄发交委]"
    f"(?:(?<=[\\n\\r]){LINE}|(?<=[;；|｜、，,\\t:：=(（>'\"“])[ \\t]{{0,4}}[\"']?|(?<=[ ])[ ]{{0,5}}|"
    "(?<=联)系|(?<=请)找|(?<=拨)打|(?<=转)账?给|(?<=[打汇寄发交])给|(?<=委)托)"
)
"""Where a name may begin: with the line, behind a sign or a blank, behind who is to be called.

One class of signs first: a search skips all others."""
SAID = (
    "(?:(?:联系|移动)?(?:电话|手机)(?:号码?)?[ ]?[:：]?[ ]?|(?:银行)?(?:卡|账|帐)号[ ]?[:：]?[ ]?|"
    "身份证(?:件)?(?:号码?)?[ ]?[:：]?[ ]?|[Tt](?:[Ee][Ll])?[.:：]{1,2}[ ]?)"
)
TAGS = "(?:<[^<>\\n]{1,24}>[ ]?){1,4}"
KEY = (
    "[\"'&,; \\t]{1,4}[\"']?[A-Za-z_]{0,10}(?i:phone|mobile|tel|cell|contact|id_?(?:card|no|number)|card|sfzh?)"
    "[A-Za-z_]{0,8}[\"']?[ ]?[:=][ ]?[\"']?"
)
GAP = (
    f"(?:[ \\t]{{1,8}}[:：，,、|｜/（(-]?|[:：，,、|｜/（(]|[-—–]{{1,2}}|[)）][:：]?)[ \\t]{{0,4}}{SAID}?|{SAID}|"
    f"[\"'],[ ]?[\"']|{TAGS}(?:{SAID}{TAGS})?|{KEY}"
)
"""What may stand between a name and the number behind it."""
MORE = "方解古商边乐佟项萧路"
"""Surnames that are words too, but not before a number."""
FOREIGN = f"(?!{HAN}{{0,5}}(?:联系|请找|拨打)){HAN}{{1,6}}(?:[·•・‧]{HAN}{{1,10}}){{1,3}}"
SHAPE = f"(?:(?:{FREQUENT}|[{MORE}])(?:{GIVEN}){{1,2}}|[{COMMON}{MORE}][ ]{HAN}|{FOREIGN})"
NAMED = f"(?P<name>{SHAPE})(?:[ \t，,|]{{1,3}}[男女])?(?:{GAP})(?:[+＋]|\\+86[ -]?|00)?\\Z"
BEFORE, FIRST = re.compile(f"{EDGE}{NAMED}"), re.compile(f"{LINE}{NAMED}")
ANY_HAN, UP_TO_DIGIT = re.compile(HAN), re.compile("(?s:.*)[0-9]")
BEHIND = re.compile(f"[ ]?[(（][ ]?(?P<name>{SHAPE})[ ]?[)）]")
LINE_ENDS, OPENS_NAME = frozenset({"", "\n", "\r"}), frozenset(" (（")
"""Behind a line end no name and no letter can announce a number; before these signs one may stand behind it."""
SIGNED = re.compile(
    "(?:\\A|[\\n\\r])[ ]{0,4}(?:[MTP]|[Tt][Ee][Ll]|[Mm]obile|[Cc]ell|(?:联系|移动)?电话|手机)"
    "[ ]?[.:：]{1,2}[ ]{0,3}[+＋]?\\Z"
)
"""What opens the line of a number in the block below a letter."""
ABOVE = re.compile(
    f"(?:\\A|[\\n\\r])[ ]{{0,4}}(?P<name>(?:{FREQUENT}|[{MORE}])(?:{GIVEN}){{1,2}})[ ]{{0,4}}\\r?\\n"
    "(?:[^\\n]{0,40}\\n){0,3}[^\\n]{0,12}\\Z"
)
LONGEST_KEY, LONGEST_BLOCK = 16, 140
LONGEST, CARD_DIGITS = 64, 16
LONGEST_CODE, LONGEST_ITEM = 4, 16
"""How many signs a country code has with its blank, and what opens a line, up to the last of its digits."""
BESIDE = 0.55
"""How sure a name is that a number alone announces; no other rule of names says this."""

ENDS = frozenset(
    "店厂局院部所社县市省区镇乡村处队组科室场站楼路街巷馆线费款单价率量表卡证码车房班岗柜厅库群机台号期日点段级类型品件料"
    "板管泵阀总"
)
"""Last signs of shops, offices, places and things, and of a short form of address, which is no name."""
ALONE = frozenset(
    "文一伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲丹鹏飞波斌宇浩凯健俊帆帅旭宁龙林欢阳建亮成峰晨瑞志兵雷博彬坤想"
    "岩杨利楠兰燕梅莉珍婷凤晶颖雪慧倩琴畅云洁柳淑春海荣莹琳欣香芝瑜璐辉鑫佳东屿三四五六八九二岚琪瑶蕾薇菲媛妍嫣婕珊璇"
    "萌蓉菁茜露悦怡彤晗昕晴曦霖霄翔翰轩昊昱煜煌烨炜焱炎焕焜栋梁楷桦柏森松桐枫彪虎豹钢铁锋钧铭锐锋镇镔钰铮锦鸣鸿鹤鹰鲲捷毅"
    "刘陈诚谦谨诺韵雯雅雨霏霜鹃莎萱蔓薛芸芬芮芷苒莲菊葵蕊蓓蕙娇娥婉婧嫚嫒姣姗姝妮娅娴宏宝宾寅崇嵩巍帧庆庚康廷弘彦彭彰"
    "征恒恺悠惠愉懿成昌昭晋晓晔晖智暄暖曼朋朗杉权杏来枝柯栩根梓楚榕欧正武毓永江池汶沁沐沛泉泊泓泽津洲浪浦涵淇淳渊清"
    "渝湘湛源滔滢漪潇潮澄澜濛瀚然熙爽玄玥玫珂珏珠班琛琦琨琰琼瑛瑾璋璞甜畅皓盈益睿硕磊祥祺禹秋立竹童笑策笛纯纲绮维绪羽翠"
    "耀聪胜胤能臻致舒舟艺苗若茂茵荷莫葛蒙蓝薪虹蝶衡裕西誉豪贝贤赞赫超越跃辰达迅进远迪逸逢邦郁重野银镭闯闻阔隆雁"
    "青靖音韬顺颂风飘驰骁骏骥麒麟黎默可巧乐乔义之亚亦仁仪任伊传伦佑佩依信倍傲元先光全兴其冰冲凌凡初劲励化卓南博卿厚"
    "双友发可吉君吟启咏哲嘉坚垚培堃塔壮夕太夫好如妙姿娣婵学安宗定宙宣宽容密富尧岳岸川州巡己市"
)
"""Second signs that stand alone as a given name."""
JOINED = ALONE | frozenset(
    "大柔希金长力诗言圆尔文国子小建晓少世中家德忠孝礼廉守思念怀恩惠爱心意愿慕承继绍祖先德福禄寿喜财富贵荣华盛茂旺发生根本立业功勋绩伯仲叔季"
    "孟长幼老新丰民人社会前进革命保卫向东援朝抗美跃升开放改天地山河川石土木火日月星辰雷电雨云霓霞风雪霜露花草树林果香芳芬"
    "芯蕴萝莺鸾鹂燕雀凰凤娉婷娆嫦婀媚娟姮妤妙姬姿仙女儿宝贝珍珠琳琅琉璃玛瑙翡翠珊瑚瑞璟璧璎琬琮玮珩珣珑珞珺琇璨瑄瑗"
    "以亦之乃其若如而与于也可有在何所非无一乐多双万千百十书墨诗画琴棋笔砚竹韵词赋歌舞梦语言诺谣谨识知智睿哲"
    "慧聪敏锐颖悟通达明亮昭晖曜曙旦昀昶晏晨晟景晶暄朝夕晚冬夏秋春时岁年永久恒远宁静安康泰平和睦顺祥瑞吉庆友善良仁义"
    "信诚实忠厚正直刚毅勇猛威武雄壮强健力劲骏驰骋腾飞翔鹏翼翰展宏图志远航海洋波涛浪潮汐江湖溪涧泉源清澈浩瀚淼渺沛泽润"
    "滋沐浴涓涟漪漫潼澎湃滨洪流冰凝凛冽尘岑岗峥嵘崎峻峦嵘冠冕君王帝皇臣将帅兵伍军政法理工农学士英雄豪侠杰俊彦才艺"
    "权衡枢机栋材楠梓桑榆槐柳杨松柏桐枫樱桃李杏梨棠莲荷菊兰梅桂葵蓉薇蔷茉莉莎菲蕾芊芃芙苏茗荃荔莘莹菀菡萱葭蒲蓁蓓蔚蕴薰藜"
    "依偌伶俐佳佩侃倩倾倬伟傅僖允元兆充光克兑全公兰兵典养冀凯凡凤初利制则前功加励劭勋勤化北卉卓南博占印卿厚双叙古召史"
    "号司合名向吕启周命品唐商喆喻嗣器四固圣坡垣域基堂堃塬增奇奕奥妍始姗娅娴婕婧婵媛嫄嫣孜季孺宇定宜宝实宣宪宸容宽宾寅密寒察"
    "岚川州工巧巨希帆师常平广序庚庭廷延弈弛弦张弥彤彩影征律得徽必怡恩悦情惜惟愉慈成战戎才扬承抒振捷掌揽播政敬斌斐新方旋旎旗"
    "昂昆昊昌昕映昱晔晗晰暖曦曼曾朗望朵来杉束林枝柯树校格桥桦梁棣森楷榕模欢欣正步歆民水池沁沂治沫沺河泊法泓泳洁洛津洲济浣浦"
    "海涵淇淑淞深淳渊渝温游湘湛溢溶滔滢潇澄澜濛瀛灵灿炎炜炫炳烁烨焕焱然煊煜煦照熙熠燊燕爽牧特玄率玉玥玫玲珂珉珏班球琦琨琪琰琼瑛"
    "瑜瑶瑾璇璐璞甜生用田由甲申男画界登皎皓皖盈益盛相真眉眸瞻石砚硕碧磊祎祐祖祯祺禄禹秀科秦程稳穆立章竞端笑笙策筠简籁米粤精"
    "糖素红纪纬纯纲纳绎绚统绮维绪绿缘缨网羚美群羽翀翎翠耀耘联肖育胜胤臻致舒航良色艳节芝芮芷芸苑苗苡苒若茂茜茵茹荟荣菁菱萌萍"
    "蓝虎虹蝶行衍裕西觅观言训记许证诣语谊谋谦谷豫象贞贤贺赞赛赫起超越跃路载轩轶轲辉辛达迅迎运迪迹逊逍逸道遥遨邦郁邵酉醒"
    "里重野量金鑫钊钢钦钧钰铁铃铄铎铖铠铭银铮锋锐锟锡锦键镇镜长闰闯闻阅阔队阳际陆陶隆雁雅集雨雯霁霄霆霏霖青靓靖静音韦韬项"
    "须颂颜风飒飞香馥馨驹驿骁骄骞骥高魁鲁鲲鸣鸥鸿鹃鹤鹰麒麟黎黛默鼎齐龄"
)
"""Signs of given names of two signs."""
NO_PEOPLE = words(
    "顾问 顾客 管家 祝好 万科 万达 龙湖 金科 金地 华润 万豪 安利 康佳 汤臣 方太 方正 金蝶 金山 蒙牛 苏宁 施耐 "
    "海尔 海信 江铃 江淮 路由 卫浴 花艺 车行 马场 林场 易购 易车 乐居 谢绝 祝您 祝你 时差 毛料 文案 文创 文员 "
    "金工 石工 周一 周二 周三 周四 周五 周六 高一 高二 高三 初一 初二 初三 杨梅 金银花 严明 严谨 乐园 伊利 "
    "华瑞 单兵 卫兵 卫士 成名 成化 文学 文峰 方圆 欧亚 武力 武艺 江东 焦山 燕京 甘泉 盛京 苏丹 苏格兰 莫大 "
    "顾不得 马力 高兴 高大 高程 高能 高铁 黄海 黄道 龙泉 龙舟 余万元 封建 荆江 季风 季梁 方言 华夏 关东 白云 "
    "白雪 白银 石林 金龙 金星 金峰 金鹰 金辉 高峰 高雅 安静 文静 安邦 康乐 康宁 温馨 华联 华强 万通 万全 鲍鱼 "
    "金鱼 江山 雷霆 石油 安全 黄花 黄石 黄金 黄山 华山 唐山 梁山 常青 常春 安乐 高超 温泉 鲁迅 平安 商业 成立 "
    "成果 成群 时光 阳光 高明 高升 高贵 高洁 黄莺 白菊 石英 石榴 金刚 金玉 金枝 龙虎 马路 焦炉 高炉 冷链 白名 "
    "黄页 高低 单双 常备 常驻 安防 安监 司磅 史志 章程 "
    "周全 周密 马虎 胡琴 高清 郑重 陆军 陆海 金银 金秋 白芷 雷雨 史学 陶艺 顾全 万能 万宝 温顺 康熙 葛根 安逸 安卓 "
    "易达 庄重 左岸 甘甜 包容 包涵 纪元 梅雨 季军 成全 成双 盛誉 曲艺 蓝光 蓝海 游乐 游学 华丽 华硕 华宇 路虎 古琴 "
    "商海 边远 乐华 米兰 柏林 景致 荣耀 沙龙 丛林 麻利 祖先 祖传 司仪 司南 房源 仲秋 暨南 闽南 闽江 隽永 高尔夫 "
    "路由器 白兰地 白玉兰 万年青 康乃馨 郁金香 康师傅 金骏眉 黄花梨 蓝宝石 蓝月亮 白云山 安吉尔 万寿菊 万向节 白日梦 "
    "童子军 马赛克 凌霄花 贝多芬 高山流 唐三彩 周大福 周大生 周六福 周生生 马可波 高富帅 白富美 万家乐 金利来 艾美特 "
    "卫龙 安慕希 康恩贝 康美乐 路虎揽 华晨宝 杨柳青 常绿树 古镇游 萧山人"
)
"""More words of two signs that stand before a number and begin like a name."""


def is_listed(name: str) -> bool:
    """Tell whether what stands before a number is a name: no place, no shop, no word that begins with a surname."""
    plain = name.replace(" ", "")
    if not is_name(plain) or plain in DIVISIONS or plain[-1] in ENDS or plain in NO_PEOPLE:
        return False
    given = plain[2:] if plain[:2] in COMPOUNDS and len(plain) > len("ab") else plain[1:]
    return not is_han(plain) or (ALONE if len(given) == 1 else JOINED).issuperset(given)


def is_persons(value: str) -> bool:
    """Tell whether a number is a mobile, or a resident id or a card whose check digit holds."""
    long = len(value) >= CARD_DIGITS and not value.startswith("86")
    return not long or is_resident_id(value) or is_union_pay(value)


def named_before(text: str, start: int) -> re.Match[str] | None:
    """Search for the name that stands right before a number; most numbers have another one there.

    Between the two are no digits but within tags and in a country code.
    """
    low = max(0, start - LONGEST)
    digit = None if text.find(">", low, start) >= 0 else UP_TO_DIGIT.match(text, low, max(low, start - LONGEST_CODE))
    behind = digit.end() if digit else low
    if ANY_HAN.search(text, behind, start) is None:
        return None
    first = max(low, behind - LONGEST_ITEM)
    return (None if first else FIRST.match(text, 0, start)) or BEFORE.search(text, first, start)


def read_beside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Read the name right before a number, else the one in brackets right behind it, else that above its line."""
    begins_line = text[start - 1 : start] in LINE_ENDS
    name = None if begins_line else named_before(text, start)
    if name is None and text[end : end + 1] in OPENS_NAME:
        name = BEHIND.match(text, end)
    if name is None and not begins_line and SIGNED.search(text, max(0, start - LONGEST_KEY), start):
        name = ABOVE.search(text, max(0, start - LONGEST_BLOCK), start)
    if name and is_listed(name["name"]) and is_persons(text[start:end]) and not is_other_number(text, start, end):
        yield name.span("name")


ROSTER_RULES: tuple[Rule, ...] = (
    Rule(
        "PERSON",
        "Chinese name beside a mobile, a resident id or a card",
        (MOBILE, RESIDENT, CARD),
        BESIDE,
        runs=frozenset({11, 13, *range(16, 20)}),
        joined=frozenset({2, 3, 4}),
        read=read_beside,
    ),
)
