"""Made-up Chinese and English sentences in any number: pieces of text drawn by Zipf's law, strung into sentences."""

import string
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.corpora import WORDS

Ids = NDArray[np.int32]
Places = NDArray[np.int64]
Floats = NDArray[np.float64]

LANGUAGES = ("zh", "en")
WORD_COUNT = 40_000
"""Words of each language; the last are as rare as names."""
CHINESE_WORDS = """
的 了 在 和 是 对 与 为 等 或 由 将 应 并 按 从 其 该 被 不 有 中 后 前 时 及 以 上 内 可 须 已 未 如 则 个 台 次 项
年 月 日 元 我们 他们 自己 这个 那个 一个 一些 所有 任何 其他 以下 以上 之间 同时 因此 因为 所以 但是 如果 虽然 而且
或者 以及 通过 关于 由于 为了 除了 按照 根据 其中 目前 现在 已经 正在 可能 能够 需要 必须 应该 不能 没有 不是 就是
作为 成为 使用 采用 进行 实现 完成 开始 结束 继续 停止 增加 减少 提高 降低 改变 改进 保持 保证 保护 支持 帮助 影响
产生 形成 建立 建设 设计 制造 生产 加工 安装 调试 运行 维护 维修 检查 检测 检验 测试 测量 试验 监测 监控 监督 管理
控制 操作 处理 分析 研究 评价 评估 计算 统计 设置 选择 确定 确认 决定 规定 要求 标准 规范 制度 法律 法规 条例 办法
政策 措施 方案 计划 目标 任务 工作 项目 工程 技术 工艺 方法 过程 程序 步骤 阶段 环节 部门 单位 企业 公司 机构 组织
政府 国家 社会 市场 经济 金融 银行 保险 证券 基金 投资 贷款 利率 资金 资产 资本 成本 费用 收入 利润 价格 产品 商品
服务 客户 用户 消费 销售 采购 供应 运输 仓库 合同 协议 订单 发票 税收 审计 会计 财务 报告 报表 数据 信息 资料 文件
记录 档案 系统 平台 网络 软件 硬件 设备 机器 电机 电压 电流 电阻 电路 电源 电缆 变压器 发电机 断路器 开关 传感器 仪表
阀门 管道 压力 温度 湿度 流量 速度 频率 功率 能量 能源 电力 燃料 石油 煤炭 天然气 材料 金属 钢铁 塑料 橡胶 零件 部件
轴承 齿轮 螺栓 焊接 故障 缺陷 事故 风险 危险 安全 环境 污染 排放 废水 废气 质量 数量 比例 范围 条件 情况 状态 结果
原因 问题 困难 矛盾 变化 发展 趋势 患者 医生 医院 护士 疾病 症状 诊断 治疗 手术 药物 剂量 血压 血糖 心脏 肝脏 感染
炎症 疼痛 发热 检查结果 临床 病例 健康 营养 饮食 法院 法官 律师 当事人 原告 被告 证据 判决 裁定 诉讼 仲裁 执行 责任
义务 权利 利益 损失 赔偿 违约 犯罪 刑罚 公民 人民 代表 会议 漏洞 攻击 病毒 密码 加密 权限 身份 认证 日志 备份 恢复
服务器 数据库 接口 协议栈 防火墙 学校 教育 学生 教师 课程 培训 考试 知识 能力 水平 人员 职工 干部 领导 主任 专家 负责
参加 组成 包括 属于 符合 满足 达到 超过 低于 高于 位于 来自 提供 提出 提交 申请 批准 审批 审查 登记 备案 公布 公告
通知 发布 颁布 实施 施行 修改 修订 废止 生效 时间 地点 城市 农村 地区 区域 中心 道路 铁路 桥梁 建筑 土地 房屋 水利
农业 工业 商业 科学 文化 历史 世界 国际 国内 全国 地方 基层 重要 主要 基本 一般 特殊 重大 严重 明显 有效 合理 正常
"""
"""Words as they stand in any dictionary, so that a tool that looks words up finds them; the rest are compounds."""
NUMBERS = 1_500
OTHERS = {"zh": 0.035, "en": 0.002}
"""Share of words that are of the other language."""
NUMERIC = 0.04
COMMAS = {"zh": 0.1, "en": 0.06}
ZIPF, MANDELBROT = 1.05, 2.7
"""Probability of the word of rank r: 1 / (r + 2.7)**1.05 (Mandelbrot 1953)."""
LENGTH = {"zh": 10, "en": 17}
"""Median pieces of a sentence."""
MARKS = {"zh": ("，", "、", "。", "。\n", "？", "；"), "en": (",", ",", ". ", ".\n\n", "? ", "; ")}
"""Two commas, then the ends of a sentence."""
ENDS = (0.7, 0.2, 0.05, 0.05)
FORMS = ("plain", "begins", "upper", "wide", "spaced")
"""How a piece may be spelled: as it stands, at the beginning of a sentence, and in three other formats."""


class Vocabulary(NamedTuple):
    """Pieces of both languages: those of `zh` begin at 0, those of `en` at `size / 2`; words, numbers, marks."""

    spelled: pa.StringArray
    """Form f of piece i is element `f * size + i`."""
    size: int
    chances: dict[str, Floats]
    """By language: running probability of its words, by rank."""
    characters: float
    """Mean number of characters of a Chinese word in running text."""

    def first(self, language: str) -> int:
        """Return the first piece of a language: its words, then its numbers, then its marks."""
        return LANGUAGES.index(language) * (self.size // 2)

    def drawn(self, language: str, count: int, draw: np.random.Generator) -> Ids:
        """Draw words of a language by their frequency."""
        ranks = np.searchsorted(self.chances[language], draw.random(count)).astype(np.int32)
        return ranks + np.int32(self.first(language))


class Pool(NamedTuple):
    """Sentences of one language: sentence i is `pieces[bounds[i]:bounds[i + 1]]`."""

    pieces: Ids
    bounds: Places


@cache
def vocabulary() -> Vocabulary:
    """Spell out all words; they are the same for ever, whatever the seed of a corpus."""
    draw = np.random.default_rng(20_261_121)
    words = {"zh": chinese(draw), "en": english(draw)}
    pieces = [
        *(*words["zh"], *numbers(draw), *MARKS["zh"]),
        *(*(f" {word}" for word in words["en"]), *(f" {number}" for number in numbers(draw)), *MARKS["en"]),
    ]
    weights = 1 / (np.arange(WORD_COUNT) + 1 + MANDELBROT) ** ZIPF
    running = np.cumsum(weights) / weights.sum()
    running[-1] = 1.0
    lengths = np.array([len(word) for word in words["zh"]])
    characters = float(lengths @ weights / weights.sum())
    spelled = pa.array([form for name in FORMS for form in map(SPELLING[name], pieces)], pa.string())
    return Vocabulary(spelled, len(pieces), dict.fromkeys(LANGUAGES, running), characters)


def english(draw: np.random.Generator) -> list[str]:
    """Make words of syllables, the frequent ones short, below the real ones that come first of all."""
    words = dict.fromkeys(WORDS["en"].split())
    consonants, vowels = np.array(list("bcdfghlmnprstvw")), np.array(list("aeiou"))
    while len(words) < WORD_COUNT:
        rank = len(words) / WORD_COUNT
        syllables = 2 + int(draw.random() < 0.6 + rank / 3) + int(draw.random() < rank)
        begun, cores = draw.choice(consonants, syllables), draw.choice(vowels, syllables)
        end = ("", "n", "s", "r", "ed", "ing", "t", "l")[draw.integers(8)]
        words["".join(map("".join, zip(begun, cores, strict=True))) + end] = None
    return list(words)


def chinese(draw: np.random.Generator) -> list[str]:
    """Take real words first, and then make compounds of two, or of a word and a character."""
    said = CHINESE_WORDS.split()
    known = [*said[:8], *draw.permutation(said[8:]).tolist()]
    words = dict.fromkeys(known)
    known = list(words)
    ranks = (len(known) * draw.random((3 * WORD_COUNT, 2)) ** 1.5).astype(int).tolist()
    for one, two in ranks:
        words[known[one] + known[two]] = None
        if len(words) == WORD_COUNT:
            break
    return list(words)


def numbers(draw: np.random.Generator) -> list[str]:
    """Make figures: years, counts, and a decimal among three."""
    whole = draw.integers(1, 10 ** draw.integers(1, 5, NUMBERS))
    decimals = draw.integers(0, 100, NUMBERS)
    return [f"{a}.{b}" if k % 3 == 0 else f"{a}" for k, (a, b) in enumerate(zip(whole, decimals, strict=True))]


WIDE = {ord(character): ord(character) + 0xFEE0 for character in string.ascii_letters + string.digits} | {0x20: 0x3000}
SPELLING: dict[str, Callable[[str], str]] = {
    "plain": str,
    "begins": lambda piece: piece.strip(" ").capitalize() if piece.startswith(" ") else piece,
    "upper": str.upper,
    "wide": lambda piece: piece.translate(WIDE),
    "spaced": lambda piece: f"\n {piece}" if piece.isspace() or piece.startswith(" ") else f"{piece}  ",
}


def pool(language: str, count: int, seed: int) -> Pool:
    """Draw sentences: words by their frequency, here and there a figure, a comma, a word of the other language."""
    draw = np.random.default_rng([seed, LANGUAGES.index(language)])
    known = vocabulary()
    lengths = np.clip(draw.lognormal(np.log(LENGTH[language]), 0.5, count).astype(np.int64), 3, 60)
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    total = int(bounds[-1])
    pieces = known.drawn(language, total, draw)
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    foreign = np.flatnonzero(draw.random(total) < OTHERS[language])
    pieces[foreign] = known.drawn(other, len(foreign), draw)
    first = known.first(language) + WORD_COUNT
    figures = np.flatnonzero(draw.random(total) < NUMERIC)
    pieces[figures] = first + draw.integers(0, NUMBERS, len(figures))
    comma = draw.random(total) < COMMAS[language]
    comma[1:] &= ~comma[:-1]
    comma[bounds[:-1]] = comma[bounds[1:] - 2] = False
    marks = first + NUMBERS
    pieces[comma] = marks + (draw.random(int(comma.sum())) < 0.2)  # noqa: PLR2004 - one in five is the other comma
    pieces[bounds[1:] - 1] = marks + 2 + draw.choice(len(ENDS), count, p=ENDS)
    pieces[bounds[:-1]] += known.size * FORMS.index("begins")
    return Pool(pieces, bounds)
