"""Good text beside the junk that looks most like it: one is kept, the other rejected."""

import base64
import binascii
import hashlib
import json
import random
import zlib
from urllib.parse import quote

import pytest

from curate.stages.quality.stage import Quality
from tests.conftest import records
from tests.stages.quality.test_stage import ENGLISH, INDUSTRIES, rejected

PARTS = ["阀门", "轴承", "电机", "联轴器", "油泵", "冷却器", "压力表", "密封件", "控制柜", "滤网", "齿轮箱", "风机"]
CLAUSES = "".join(
    f"第{n}条 乙方应当按照约定的时间、地点和方式向甲方交付第{n}批货物，甲方应当在收到之日起十五日内验收并付款。"
    for n in range(1, 26)
)
INSTALMENTS = "\n".join(
    f"{n}. On 5 {month} the Borrower shall pay to the Lender instalment no. {n} of {n * 37 + 900} dollars."
    for n, month in enumerate(
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October"] * 3, 1
    )
)
CHECKLIST = "\n".join(f"{n}、{part}外观完好、固定牢靠、无渗漏、无异响。" for n, part in enumerate(PARTS * 2, 1))
ROOMS = "".join(f"{n}号机房{n * 3}号柜：门锁完好，接地可靠，指示灯正常，已由巡检人员确认并签字。" for n in range(1, 25))
COUNTING = "".join(f"{n}. 当事人对自己提出的主张有责任提供证据。" for n in range(1, 40))
CUT_OFF = CLAUSES + "第26条 乙方应当按照约定的时间、地点和方式向甲方交"

UKRAINIAN = (
    "Насос слід вимкнути перед обслуговуванням, а тиск мастила перевірити за журналом зміни. "
    "Ключі: XZGREP LZMQRT vbxqjw zrtghk plmwsx qzwsxk dcrfvt gbyhnj mkolpq wsxdcr fvtgbh hnujmk mkolpz xcvbnq. "
)
WELSH = (
    "Mae'r peiriannydd yn gwirio lefel yr olew bob bore cyn i'r gwaith ddechrau. Os yw'r tymheredd yn rhy uchel, rhaid "
    "diffodd y pwmp ar unwaith a rhoi gwybod i'r rheolwr. Cedwir y cofnodion yn y swyddfa am bum mlynedd, ac mae hawl "
    "gan bob gweithiwr i'w darllen. Ni ddylai neb fynd i mewn i'r gweithdy heb esgidiau diogelwch ac ymbarél llygaid."
)
ORDERS = "\n".join(
    f"{drug} {dose} mg PO {often} x{days}d, recheck Cr/K+ q{days % 5 + 1}d, hold if HR<55"
    for drug, dose, often, days in [
        ("Metoprolol", 25, "BID", 14),
        ("Furosemide", 40, "QD", 7),
        ("Lisinopril", 10, "QHS", 30),
        ("Warfarin", 5, "PRN", 21),
    ]
    * 3
)
NOISE = ENGLISH.translate(str.maketrans("aeoi", "xq7j"))

RUSSIAN = "Насос следует остановить перед осмотром, а давление масла проверить по журналу смены. "
SURNAMES = """赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗
凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧
计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘
"""
FISH = """鲢鱼、鳙鱼、鲫鱼、鳊鱼、鲂鱼、鳜鱼、鲶鱼、鳗鲡、黄鳝、泥鳅、鲷鱼、鲳鱼、鲭鱼、鲱鱼、鳀鱼
鲻鱼、鲽鱼、鳎鱼、鲟鱼、鳇鱼、鲑鱼、鳟鱼、鲮鱼"""
ELEMENTS = """氢氦锂铍硼碳氮氧氟氖钠镁铝硅磷硫氯氩钾钙钪钛钒铬锰铁钴镍铜锌镓锗砷硒溴氪
铷锶钇锆铌钼锝钌铑钯银镉铟锡锑碲碘氙铯钡镧铈镨钕钷钐铕钆铽镝钬铒铥镱镥"""
COMPOUNDS = """该批溶剂含吡啶、吲哚、嘧啶、嘌呤、噻唑、咪唑、哌嗪、呋喃、喹啉、蒽醌、菲、芘、苊、芴、荧蒽
羟基、羧基、羰基、烯烃、炔烃、醚、酯、酮、肟、肼、脲、胍、脒、膦、砜、腙"""
ROUNDS = "设备运行期间，值班人员应当按照规程每小时巡视一次，记录压力、温度、液位等参数，发现异常及时处理并向班长报告。"
TRADITIONAL = "檢修人員應當在停機後檢查主軸承的溫度，並將結果記入設備臺帳，對異常情況立即報告值班長。"
PLAIN = "检修人员应当在停机后检查主轴承温度，并将结果记入设备台账，异常情况立即报告值班长。"

CERTIFICATE = "-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----".format(
    base64.encodebytes(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(36))).decode()
)
INDICATORS = "Indicators of the campaign (SHA-256):\n" + "\n".join(
    hashlib.sha256(f"sample {n}".encode()).hexdigest() for n in range(30)
)
BLOB = base64.encodebytes(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(36))).decode()
ALARMS = "Alarm codes: " + " ".join(f"E{n:03d}" for n in range(120))

TERMS = [
    "pressure",
    "valve",
    "bearing",
    "actuator",
    "torque",
    "manifold",
    "gasket",
    "impeller",
    "voltage",
    "transformer",
    "insulation",
    "breaker",
    "relay",
    "conductor",
    "harness",
    "flange",
    "bushing",
    "coupling",
    "governor",
    "turbine",
    "condenser",
    "economizer",
    "deaerator",
    "superheater",
    "damper",
    "louver",
    "precipitator",
    "scrubber",
    "conveyor",
    "crusher",
    "pulverizer",
    "classifier",
    "burner",
    "igniter",
    "windbox",
    "stack",
    "flue",
    "hopper",
    "silo",
]
GLOSSARY = "\n".join(
    f"{one} {TERMS[n * 7 % 39]} {TERMS[n * 11 % 39]} {TERMS[n * 5 % 39]}" for n, one in enumerate(TERMS * 2)
)
SHORT_SHUFFLED = " ".join(random.Random(3).sample(ENGLISH.split()[:180], 180))
_DEVICE = "Home Search Help About Contact Login Settings Display Volume Brightness Network Language Privacy Terms Reset"
DEVICE_MENU = "\n".join([*_DEVICE.split(), "Update", "Menu", "Back", "Next"])
_SITE = "Home|Products|About us|Contact us|News|Careers|Log in|Sitemap"
SITE_MENU = _SITE.replace("|", "\n")
ZH_MENU = "首页\n新闻\n产品\n关于我们\n联系我们\n登录\n注册\n帮助\n搜索\n下载"

_CALLS = [f"{verb}{one.title()}" for verb in ("get", "set", "find", "put", "clear", "check") for one in TERMS]
REFERENCE = "\n".join(
    f"{one}()\nReturns: an error where the attribute is not in the data set, else the status of the item.\n"
    f"See also: {_CALLS[n * 7 % len(_CALLS)]}, {_CALLS[n * 11 % len(_CALLS)]}\n"
    for n, one in enumerate(random.Random(1).sample(_CALLS, len(_CALLS)))
)

TURNS = [f"{n:02}:00 Unit steady, no alarms, rounds made." for n in range(24)]
DAYS = [f"6月{n}日：设备运行正常，无异响，无渗漏，交接清楚。" for n in range(1, 31)]
PAYLOAD = base64.b64encode(b"".join(hashlib.sha256(bytes([n])).digest() for n in range(36))).decode()
SHORTHAND = """
rmvd & rplcd hyd pmp drv cplg\nrckr arm bshngs wrn, rplcd all\ntstd prk brk, hldng ok\ndsl lk at inj 3, tghtnd nt
lwr whl brng noisy, rgrsd\ntrnsmn ovrhtng, chngd oil & fltr\nbttry trmnls crrdd, clnd\nstk cyl lkng, rsld w/ nw kt
slw mtr brk nt rlsng, adjstd\nengn lck of pwr, chngd ar fltr\ngrs ln brkn to bm pn, rprd\ncbn htr nt wrkng, vlv stck
"""
ENTRIES = "首页\n关于我们\n新闻中心\n产品中心\n联系我们\n人才招聘\n网站地图\n友情链接\n在线留言\n下载中心\n法律声明\n"
PAGES = ENTRIES * 2
KEPT = {
    "a log of hours": "\n".join(TURNS),
    "a log of days": "\n".join(DAYS),
    "a list of valves": "\n".join(f"Valve V-{n} closed and tagged by the operator." for n in range(100, 140)),
    "a reference of functions": REFERENCE,
    "a reference that ends with a name": f"{REFERENCE}See also: {_CALLS[3]}, {_CALLS[4]}",
    "an access list": "\n".join(f"permit tcp any host 10.0.{n}.10 eq 443" for n in range(60)),
    "alarms whose clock moves": "\n".join(f"2024-03-05 08:{n:02}:03 PT-1021 LOW UNACK" for n in range(60)),
    "an alarm that stands": "2024-03-05 08:14:03 PT-1021 LOW UNACK\n" * 60,
    "an alarm that stands in Chinese": "2024-03-05 08:14:03 [ERROR] 3号泵压力过低，请检查入口阀门\n" * 60,
    "accounts": "\n".join(
        f"DE{n * 37 % 90 + 10} {n * 7919 % 9000 + 1000} {n * 104729 % 9000 + 1000} {n + 1000} 0532 {n:02}"
        for n in range(40)
    ),
    "accounts without blanks": "\n".join(f"DE{n % 90 + 10}{n * 7919 + 37040044053201300:018}" for n in range(40)),
    "registers and their values": "\n".join(f"{4 * n:04X} {n * 2654435761 & 0xFFFFFFFF:08X}" for n in range(60)),
    "check sums": "\n".join(f"{zlib.crc32(bytes([n])):08x}" for n in range(60)),
    "files of a folder": "\n\n".join(
        f"{TERMS[n * 7 % 39]}-of-{TERMS[n * 11 % 39]}.{'h' if n % 2 else 'cc'}" for n in range(120)
    ),
    "an index of variables": "\n\n".join(f"wxNl{one[:5].title()}Hkrf : {one[:3]}.h" for one in TERMS),
    "versions and a title": "Help\n\nThis function is there from version 3.3 on.\n\n"
    + "".join(f"This function is there from version {n // 4}.{n % 4} of the program on.\n\n" for n in range(14, 46))
    + "Title: There from version",
    "a trace of Java": "Error: overflow\n" + "\tat a.b.Node.visit(Node.java:41)\n" * 60,
    "a trace of Python": "Traceback:\n"
    + '  File "/a/tree.py", line 14, in walk\n    walk(node.left)\n' * 40
    + "RecursionError",
    "a sheet of ticks": "".join(f"{part} " + " ".join(["正常"] * 31) + "\n" for part in PARTS[:6]),
    "ticks of Wingdings": "".join(f"{part} \uf0a8是 \uf0a8否 \uf0a8不适用\n" for part in PARTS[:6]),
    "shorthand": SHORTHAND,
    "frames with a word": (
        "Request of the master:\n01 03 00 6B 00 03 74 17\nResponse:\n01 03 06 02 2B 00 00 00 64 05 7A\n"
        "Write one register:\n01 06 00 01 00 03 9A 9B\nError:\n01 83 02 C0 F1\nMany registers:\n"
        "01 10 00 01 00 02 04 00 0A 01 02 92 30\n01 10 00 01 00 02 10 08\nCoils:\n01 01 00 13 00 25 0E 84\n"
        "01 01 05 CD 6B B2 0E 1B 45 E6\n"
    ),
    "a payload within a report": f"The dropper ran:\npowershell -enc {PAYLOAD}\nBlock the hash and reset the accounts.",
    "digests": INDICATORS,
    "tags of goods": "Tags issued\n" + "\n".join(hashlib.sha256(bytes([n])).hexdigest()[:24] for n in range(30)),
    "a clause about cookies": "We use cookies to keep you logged in. The controller shall keep records of consent.",
    "a question about a page": "Q: What does 404 Not Found mean?\nA: 404 Not Found.",
    "pages to be built": f"门户改造需求\n{ENTRIES}上述栏目由业主确认",
}
_UU = "".join(binascii.b2a_uu(hashlib.sha256(bytes([n])).digest() + bytes(13)).decode() for n in range(30))
LOST = {
    "uuencode": (f"begin 644 pump.bin\n{_UU}`\nend\n", "encoded"),
    "one row of a table over and over": ("| 1 | 合格 | 完成 |\n" * 200, "stuck"),
    "words of few articles out of order": (
        " ".join(
            random.Random(5).sample([one for one in ENGLISH.split() if one not in {"the", "of", "and", "is"}], 185)
        ),
        "shuffled",
    ),
    "a menu": (PAGES, "menu"),
    "Chinese in KOI8-R": ((PLAIN * 2).encode("gbk").decode("koi8-r"), "misread"),
    "Russian in another Cyrillic": ((RUSSIAN * 2).encode("cp1251").decode("cp866"), "misread"),
    "Chinese read as Cyrillic": ((ROUNDS * 2).encode("gbk").decode("cp1251", "replace"), "misread"),
    "Chinese read as Japanese": ((PLAIN * 2).encode("gbk").decode("cp932", "replace"), "misread"),
    "Big5 read as Japanese": ((TRADITIONAL * 2).encode("big5").decode("cp932", "replace"), "misread"),
    "Chinese read as Korean": ((ROUNDS * 3).encode("gbk").decode("cp949", "replace"), "misread"),
    "Russian in UTF-8 read as Chinese": ((RUSSIAN * 3).encode().decode("gbk", "ignore"), "garbled_han"),
    "letters read two at a time": (ENGLISH[:300].encode().decode("utf-16-le"), "garbled_han"),
    "letters with their bytes exchanged": (ENGLISH[:300].encode("utf-16-be").decode("utf-16-le"), "garbled_han"),
    "Chinese read for boxes": ((PLAIN * 2).encode().decode("cp437"), "misread"),
    "escapes of an address": (quote(PLAIN), "escaped"),
    "words joined by escapes": (quote(ENGLISH[:300]), "escaped"),
    "references": ("".join(f"&#{ord(one)};" for one in PLAIN), "escaped"),
    "base32": (base64.b32encode(base64.b64decode(PAYLOAD)).decode(), "encoded"),
    "a host in a notice": ("Checking your browser before accessing pumps.example.com.", "notice"),
    "a wall": ("Subscribe to continue reading… Already a subscriber? Sign in.", "notice"),
    "a code to follow": ("长按识别二维码关注我们，点赞、在看！点击阅读原文，更多内容请关注公众号。", "notice"),
    "what must be logged in for": ("请先登录后查看全部内容。立即登录 免费注册 忘记密码 扫码登录", "notice"),
    "placeholders": ("这里是占位文字这里是占位文字，请在此处输入内容，请在此处输入内容。", "filler"),
    "placeholders in English": ("Your text goes here. Click here to add your text.", "filler"),
    "a short filler": ("Lorem ipsum dolor sit amet, consectetur adipiscing elit.", "filler"),
    "a packed program": (
        "".join(f"function f{n}(e,t){{return null==e&&(t=!0),t?e.a{n}:void 0}}" for n in range(12)),
        "styles",
    ),
    "items that count on": ("\n".join(f"{n}. 原告应当承担举证责任。" for n in range(1, 60)), "loop"),
    "two items in turn": ("\n".join(f"{n}. {'可以' if n % 2 else '不可以'}要求赔偿。" for n in range(1, 80)), "loop"),
    "one cell on one line": ("OK " * 80, "stutter"),
    "a captcha": ("请完成验证\n请拖动滑块完成拼图\n正在验证您的浏览器，请稍候...", "notice"),
    "a captcha in English": ("Verify you are human by completing the action below.", "notice"),
    "bytes without a word": (" ".join(f"{n * 89 & 0xFF:02x}" for n in range(300)), "bytes"),
    "a drawing": (
        '<path d="' + "".join(f"M{n} {n + 3}L{n * 2} {n}C1 2 3 4 5 {n}Z" for n in range(30)) + '"/>',
        "styles",
    ),
    "Cicero without a head": (
        "Sed ut perspiciatis unde omnis iste natus error sit voluptatem accusantium doloremque laudantium, totam rem.\n"
        * 2,
        "filler",
    ),
}
GOOD = {
    "Russian": RUSSIAN * 3,
    "Russian in capitals": RUSSIAN.upper() * 3,
    "Mongolian": "Ажилтан засагдсан хэсгийг шалгаж, хяналтын самбарын заалтыг дэвтэрт тэмдэглэнэ. " * 3,
    "German": "Die Dichtungen müssen vor der Prüfung geölt und die Schläuche über Nacht gekühlt werden. " * 3,
    "Korean": "점검하기 전에 펌프를 정지하고 유압을 일지에 기록해야 한다. 온도가 높으면 즉시 보고한다. " * 3,
    "rare names": "经理王䶮与赵堃、钱翀、孙彧、周烜、吴祎、郑昉、冯赟、陈昶、褚曌共同审核了检修方案。",
    "surnames": SURNAMES,
    "addresses of pages": "\n".join(f"https://pumps.example.org/{quote(part)}" for part in PARTS),
    "how escapes are read": "百分号编码把汉字写成字节，例如“中文”写作%E4%B8%AD%E6%96%87，服务器收到后按UTF-8还原。",
    "part numbers": "\n".join(f"BRG{6200 + n}-2RS-C3/ABEC{n % 7}-XKL{n * 7919}" for n in range(20)),
    "residues of a protein": ">sp|P68871|HBB_HUMAN\n"
    + "VKAHGKKVLGAFSDGLAHLDNLKGTFATLSELHCDKLHVDPENFRLLGNVLVCVLAHHFG\n" * 2,
    "a page about 403": "A 403 Forbidden answer says that the server refuses. Check the owner of the folder first. "
    "You don't have permission to access /admin on this server is what Apache writes then.",
    "a page about codes": "二维码可以纠正一部分错误。巡检人员扫描设备二维码后，系统会调出台账并添加点检记录。",
    "a step with a code": "微信扫描设备二维码添加维修记录，并关注网址是否可信。",
    "a step behind a door": "Sign in to view the pump status.",
    "a note on a wall": "Readers meet a line that says subscribe to continue reading. Revenue rose by a third.",
    "a saying": "Sint ut sunt aut non sint.",
    "a form": "请输入您的姓名：\n请填写设备编号：\n故障描述：",
    "data on one line": "[" + ",".join(f'{{"id":{n},"tags":["a{n}","b"],"v":{n * 1.5}}}' for n in range(40)) + "]",
    "generated domains": "\n".join(
        "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz", k=12)) + ".com" for n in range(60)
    ),
    "a guess at the door": "Jan 10 12:34:56 host sshd[1023]: Failed password for root from 10.0.0.5 port 22\n" * 8,
    "clauses that differ by two numbers": CLAUSES,
    "instalments that differ by number, date and amount": INSTALMENTS,
    "a checklist of parts": CHECKLIST,
    "rooms and cabinets": ROOMS,
    "Cyrillic with keys in Latin letters": UKRAINIAN * 3,
    "Welsh": WELSH,
    "orders of medication": ORDERS,
    "fish": FISH,
    "elements": ELEMENTS,
    "compounds": COMPOUNDS,
    "alarm codes": ALARMS,
    "a glossary": GLOSSARY,
    "the menu of a device": DEVICE_MENU,
    "a note on a broken page": "Customer gets 404 Not Found since Monday; cleared the cache of the proxy, solved.",
    "advice on cookies": "Set the HttpOnly flag so that scripts cannot read the session cookie. Rotate it at login.",
    "advice on pages": "如果用户访问的页面不存在，服务器应当返回状态码404，并在日志中注明来源，由运维人员每周核对。",
    "a routine that names itself": "zkqrdmx\n\nzkqrdmx(m, n) = <fortran function zkqrdmx>\nWrapper for zkqrdmx.\n\n"
    "Parameters:\n\nminput int\nninput int\n\nReturns:\n\nworkcomplex\ninfoint\n\n"
    "previous\nblas.ckqrdmx\n\nnext\nblas.kqrdmx\nsee also blas.zkqrdmx",
    "words about lost characters": "把UTF-8误当作GBK读两次，就会看到“锟斤拷”这样的乱码；应先核对编码，再重新导入。",
    "a buffer filled": "python -c \"print('run')\" sends this to the device and it must not crash: " + "A" * 600,
}
JUNK = {
    "one sentence, counted": (COUNTING, "loop"),
    "clauses that break off": (CUT_OFF, "loop"),
    "a short loop": ("The answer is that the seal must be kept dry. " * 5, "stutter"),
    "a short loop in Chinese": ("答案是：密封件应当保持干燥。" * 6, "stutter"),
    "letters misread": (NOISE, "noisy_latin"),
    "UTF-8 read as GBK": (PLAIN.encode().decode("gbk", "ignore"), "garbled_han"),
    "GBK read as Big5": ((PLAIN * 2).encode("gbk").decode("big5", "ignore"), "garbled_han"),
    "lost, then misread": ("锟斤拷" * 20, "garbled_han"),
    "base64 without a name": (BLOB, "encoded"),
    "words out of order": (SHORT_SHUFFLED, "misplaced"),
    "the menu of a site": (SITE_MENU, "small_menu"),
    "the menu of a site in Chinese": (
        "首页\n新闻\n产品\n关于我们\n联系我们\n登录\n注册\n帮助\n搜索\n下载",
        "small_menu",
    ),
    "an error of the server": (
        "404 Not Found\nThe requested URL was not found on this server.\nApache/2.4.1",
        "notice",
    ),
    "an error in Chinese": ("抱歉，您访问的页面不存在！\n返回首页", "notice"),
    "a banner": ("This website uses cookies. By continuing you accept our policy. Accept Decline.", "notice"),
    "a banner in Chinese": ("本网站使用Cookie来改善您的体验。\n接受\n拒绝\n了解更多", "notice"),
}


@pytest.mark.parametrize("preset", INDUSTRIES)
def test_logs_lists_sheets_and_quotations_are_kept_by_every_industry(preset):
    assert {name for name, text in KEPT.items() if rejected(text, preset=preset)} == set()


@pytest.mark.parametrize("name", LOST)
def test_junk_beside_logs_lists_sheets_and_quotations_is_rejected(name):
    text, rule = LOST[name]
    assert rule in rejected(text)


@pytest.mark.parametrize("name", GOOD)
def test_good_text_that_looks_like_junk_is_kept(name):
    assert rejected(GOOD[name]) == set()


@pytest.mark.parametrize("name", JUNK)
def test_junk_beside_it_is_rejected(name):
    text, rule = JUNK[name]
    assert rule in rejected(text)


@pytest.mark.parametrize("text", [CERTIFICATE, INDICATORS], ids=["certificate", "digests"])
@pytest.mark.parametrize("preset", ["base", "cybersecurity"])
def test_certificates_and_lists_of_digests_are_kept(text, preset):
    assert rejected(text, preset=preset) == set()
    assert "encoded" in rejected(BLOB, preset=preset)


POLES = "巡线记录。" + "".join(f"{n}号杆塔基础完好，绝缘子无破损，接地良好，无异物。" for n in range(1, 61))
DUMPED = "\n".join(
    f"{16 * n:08x}  {hashlib.md5(bytes([n])).digest().hex(' ')}  |{'.' * 16}|"  # noqa: S324 - bytes of chance
    for n in range(12)
)


def test_entries_of_one_paragraph_that_begin_with_a_number_of_a_thing_are_kept():
    assert rejected(POLES) == set()
    assert "loop" in rejected("3号杆塔基础完好，绝缘子无破损，接地良好。" * 60)
    assert "loop" in rejected("".join(f"第{n}号证据证明被告人构成犯罪，应当处罚。" for n in range(1, 60)))


def test_rows_of_numbers_that_commas_part_are_a_table_however_few():
    rows = "\n".join(f"{n},{n * 37 % 101}.{n % 10},-{n * 7 % 13}.5" for n in range(40))
    for text in (rows, rows.replace(",-", ", -"), "\n".join(f"2024-05-{n % 28 + 1:02},{n}.75" for n in range(40))):
        lines = Quality(**{"as": "quality"}).open()(records(text))
        assert lines.batch["quality_content_type"].to_pylist() == ["table"]
        assert lines.found is None


def test_a_log_that_stands_still_is_tagged():
    found = Quality(**{"as": "quality"}).open()(records("2024-03-05 08:14:03 PT-1021 LOW UNACK\n" * 60)).found
    assert [(line["rule"], line["action"]) for line in found.to_pylist()] == [("quality:stuck_log", "tag")]


def test_a_report_around_a_dump_keeps_it():
    report = f"The dropped file begins as follows:\n{DUMPED}\nThe header shows an MZ image. It was packed by UPX."
    assert "dump" not in rejected(report)
    assert "dump" in rejected(DUMPED)


HEADER = """
/* Valve control for the feed line.
 *
 * The caller holds the lock of the unit. A value below zero closes the valve,
 * and the position that was reached is returned in tenths of a percent.
 */
#ifndef VALVE_H
#define VALVE_H

/* Open it; returns the time that it took, or minus one. */
int valve_open(struct valve *unit, int position);

/*
 * Close it at once. Nothing is returned, since the position cannot be read
 * while the motor runs; ask again after the delay of the unit.
 */
void valve_close(struct valve *unit);

#endif
"""
SCRIPT = '''
"""Read the pressure of a unit, and warn above a limit.

The limit stands in the settings of the plant. It is read once, since nobody
changes it while the unit runs.
"""

import time

# Seconds between two readings. The gauge needs two.
PAUSE = 5


def watch(gauge, limit):
    """Wait until the pressure is above the limit."""
    while True:
        value = gauge.read()
        if value > limit:
            return value
        # The gauge is asked again.
        # It has no memory.
        time.sleep(PAUSE)
'''
SETTINGS = "[Unit]\nDescription=Pump guard\nAfter=network.target\n\n[Service]\nUser=pump\nExecStart=/usr/bin/guard\n"
QUERY = "-- Readings by day.\n-- Only those above the limit.\nSELECT day, max(value)\nFROM readings\nWHERE value > 5;\n"
README = """
# Pump guard

It watches the pressure of a feed pump and closes the valve before the seal runs dry.

## How to start it

Stop the pump, put the key on the hook, and start the guard on the machine in the control room:

    guard --unit 7

It writes a line into the book at every change. Ask the shift leader for the key, and give it back afterwards.

# Who may use it

Everyone who was shown how. The list hangs beside the door.
"""
MINUTES = "Present: the shift leader, two fitters.\n# 1 was stopped at ten.\nThe seal had run dry.\n"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (HEADER, "code"),
        (SCRIPT, "code"),
        (SETTINGS, "code"),
        (QUERY, "code"),
        ("G21\nG90 G54\nN10 G0 X0 Y0\nN20 G1 Z-1.5 F100\nN30 G2 X10. Y10. I5. J0.\nM30", "code"),
        ("permit tcp any host 10.0.1.10 eq 443\naccess-list 101 deny ip any any\n rule 5 permit ip source any", "code"),
        ("* filter\nR1 in n1 1k\nC1 n1 0 100n\nL2 n1 out 4.7u 3\n.end", "code"),
        ("┌────┬────┐\n│ 名称 │ 数量 │\n├────┼────┤\n│ 阀门 │ 12 │\n└────┴────┘", "table"),
        ("+------+---+\n| pump | 1 |\n+------+---+", "table"),
        ("R1 N001 12 10\n1.5 2.25 7\n3 4.75 12", "table"),
        (
            "Permit any person to enter.\nDeny access to any visitor.\nRule 5 applies to any driver\nM3 bolt broken",
            "prose",
        ),
        ("project\n├── src\n│   └── pump.c\n└── README", "prose"),
        (README, "prose"),
        (MINUTES, "prose"),
        ("For the pump:\nReturn it to the store.\nImport duties are paid by the buyer.\nPass the key on.", "prose"),
    ],
    ids=[
        *(
            "header",
            "script",
            "settings",
            "query",
            "machine tool",
            "access",
            "circuit",
            "frame",
            "plain frame",
            "figures",
        ),
        *("rules in words", "tree", "readme", "minutes", "orders"),
    ],
)
def test_programs_with_comments_are_code_and_pages_about_programs_are_not(text, kind):
    batch = Quality(**{"as": "quality"}).open()(records(text)).batch
    assert batch["quality_content_type"].to_pylist() == [kind]


@pytest.mark.parametrize("preset", ["base", "healthcare", "manufacturing"])
def test_data_in_which_each_entry_has_values_of_its_own_is_not_stuck(preset):
    entries = [
        {
            "resourceType": "Observation",
            "status": "final",
            "code": {"system": "http://loinc.org", "code": "8867-4"},
            "effectiveDateTime": f"2024-05-{n % 28 + 1:02}T0{n % 9}:15:00Z",
            "valueQuantity": {"value": 50 + n * n % 67},
        }
        for n in range(80)
    ]
    assert rejected(json.dumps(entries, indent=2), preset=preset) == set()
    assert "stuck" in rejected(json.dumps(entries[:1] * 80, indent=2), preset=preset)
