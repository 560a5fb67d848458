"""Small neutral lists that come with curate: three kinds of junk trade, and the words of three honest domains."""
# ruff: noqa: E501 - Han characters count twice

from typing import Literal, NamedTuple

SeedName = Literal["gambling", "invoice_fraud", "advertising"]
DomainName = Literal["medical", "legal", "security"]


class Seed(NamedTuple):
    """A list of terms under a class of TC260-003."""

    risk: str
    terms: tuple[str, ...]
    selling: tuple[DomainName, ...] = ()
    """Domains in whose words such junk is written itself: beside a contact they say nothing against it."""


def listed(text: str) -> tuple[str, ...]:
    """Part a list at its commas and ends of lines."""
    return tuple(term for term in (part.strip() for part in text.replace("\n", ",").split(",")) if term)


SEEDS: dict[SeedName, Seed] = {
    "gambling": Seed(
        "A.1.h",
        listed("""
            时时彩, 六合彩, 百家乐, 老虎机, 真人荷官, 在线赌场, 网上赌场, 线上赌场, 线上博弈, 运彩投注, 赌场开户, 彩票计划群, 北京赛车, 体育投注, 足球投注
            注册送彩金, 送彩金, 首存, 返水, 秒提现, 稳赚不赔, 下注, 棋牌游戏, 澳门赌场, 赔率, 快三, 幸运飞艇, 带你回血
            online casino, live casino, slot machines, sports betting, free spins, deposit bonus, jackpot, baccarat
            betting odds, place your bets, bookmaker, instant withdrawal, welcome bonus, guaranteed winnings
        """),
    ),
    "invoice_fraud": Seed(
        "A.3.e",
        listed("""
            代开发票, 代开票, 开发票联系, 增值税发票代开, 普票专票, 可验真, 验后付款, 税点低, 低税点, 点数优惠, 先开票后付款
            真票, 各类发票, 正规发票, 税点优惠, 点数低, 保真可验, 可验真伪, 开票加微信, 各行业发票, 餐饮发票, 住宿发票, 全国代开, 当天出票, 保真发票, 免费送票上门
            invoices for sale, fake invoices, verifiable invoices, invoice agency, low tax point
        """),
    ),
    "advertising": Seed(
        "A.3.e",
        listed("""
            加微信, 加我微信, 微信咨询, 扫码领取, 限时优惠, 限时抢购, 点击领取, 免费领取, 名额有限, 先到先得, 日赚, 月入过万
            兼职刷单, 刷单返利, 足不出户, 轻松赚钱, 躺赚, 祖传秘方, 包治百病, 无效退款, 全国招商, 招代理, 一手货源, 厂家直销
            货到付款, 无抵押贷款, 当天放款, 黑户可贷
            limited time offer, act now, click here, order now, money back guarantee, risk free, earn money fast
            work from home, make money online, no credit check, miracle cure, while supplies last, satisfaction guaranteed
        """),
        selling=("medical",),
    ),
}
"""Terms by list, each list under the class of TC260-003 that it belongs to."""

DOMAINS: dict[DomainName, tuple[str, ...]] = {
    "medical": listed("""
        患者, 症状, 诊断, 治疗, 手术, 临床, 药物, 剂量, 医院, 检查, 病史, 感染, 妇科, 泌尿, 生殖, 阴道, 子宫, 前列腺, 月经, 妊娠, 性病
        病例, 疾病, 医生, 病因, 并发症, 入院, 随访, 病理, 成瘾
        patient, symptom, diagnosis, treatment, clinical, surgery, dose, disease, infection, cohort, therapy, hospital
    """),
    "legal": listed("""
        人民法院, 被告人, 被告, 原告, 判决, 处罚, 罚款, 有期徒刑, 刑法, 违反, 依法, 条例, 规定, 第一条, 犯罪, 证据, 公安机关, 法律责任
        经审理查明, 本院认为, 法院, 检察院, 公诉, 起诉书, 指控, 嫌疑人, 供述, 供认, 证言, 判处, 罚金, 缓刑, 拘留, 逮捕, 抓获, 查获
        扣押, 缴获, 没收, 上诉, 裁定, 辩护人, 罪, 涉案, 涉嫌, 案件, 立案, 警方, 民警, 受害人, 被害人, 诈骗, 骗局, 打击, 查处, 举报
        convicted, sentenced, prosecution, prosecutor, indictment, appellant, testified, guilty, victim, police, arrested
        seized, scam, fraud, evidence, unlawful
        statute, defendant, plaintiff, court, offence, offense, penalty, imprisonment, regulation, pursuant, liability
    """),
    "security": listed("""
        漏洞, 攻击者, 恶意软件, 钓鱼, 木马, 补丁, 渗透, 入侵, 防护, 利用代码, 安全公告
        vulnerability, attacker, malware, phishing, exploit, mitigation, patch, advisory, threat actor, payload, ransomware
    """),
}
"""Words of domains that must write of unlawful and unhealthy things: where they prevail, a lexicon is not believed."""
SMALL_PRINT = frozenset(
    listed("""
        处罚, 罚款, 违反, 依法, 条例, 规定, 第一条, 证据, 法律责任, 打击, 举报
        regulation, pursuant, liability, penalty, evidence, unlawful, patch, payload, exploit
    """)
)
"""Words that the terms and conditions of an offer hold too: beside a contact they say nothing for it."""
