"""Tell pages that hold nothing but a notice of a site: an error of the server, a banner about cookies, a captcha."""

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 1_000
"""Characters; what is longer says something else too."""

_ERRORS = "not found|forbidden|bad gateway|bad request|unauthorized|service unavailable|gateway time-?out"
_SEEN, _GONE = "访问|查找|请求|浏览|打开", "不存在|无法找到|没有找到|未找到|找不到|已删除|已被删除|已过期|走丢了"
_SORRY = "(?:[很非常]*抱歉|对不起)?[,，！! ]*"
_ENTER = "(?:subscribe|log ?in|sign (?:in|up)|register)"
_KEPT = "(?:this|the (?:full|rest of (?:the|this))) (?:content|article|story|post|thread)"
_JOIN, _REST_OF = "登录|注册|订阅|开通会员", "(?:(?:全部|完整|更多|剩余|所有)(?:的)?(?:内容|文章|正文|评论|回答)|全文)"
_STRONG = (
    rf"(?:http )?(?:error )?(?:code )?[45]\d\d(?: error)?[ :–—-]*(?:the )?(?:page )?(?:{_ERRORS})",
    r"(?:error:? )?page not found",
    r"the requested (?:url|resource|page)(?: \S+)? (?:was|could) not (?:be )?found(?: on this server)?",
    r"(?:sorry,? |oops[!,]? ?)*(?:the|this) page (?:that )?you(?:'re| are| were)? (?:look|request|tried).*",
    r"(?:sorry,? |oops[!,]? ?)+(?:the|this) page (?:cannot|can't|could not|does not|doesn't|no longer).*",
    r"(?:this|our) (?:web ?)?site uses cookies.*",
    r"we (?:and our partners )?use cookies (?:and|to|on|for|in)\b.*",
    r"please enable (?:javascript|cookies).*",
    r"javascript (?:must be|is|needs to be) (?:enabled|disabled|required|turned off).*",
    r"(?:you need|please turn on|this (?:page|site|app) (?:requires|needs)) (?:to enable )?javascript.*",
    rf"{_SORRY}[您你]?所?[要想]?(?:{_SEEN})的(?:页面|网页|文件|资源|内容)[^。！!]*?(?:{_GONE})[^。！!]*",
    rf"{_SORRY}[该此]?(?:页面|网页)(?:{_GONE})[^。！!]*",
    r"(?:本|我们的?)(?:网站|站)?会?(?:使用|利用)\s*cookies?[^。！!]*",
    r"(?:继续(?:使用|浏览|访问)|点击)[^。！!]*?(?:同意|接受)[^。！!]*?cookies?[^。！!]*",
    r"(?:请|您需要|您的浏览器)[^。！!]*?(?:启用|开启|禁用了?|不支持)\s*javascript[^。！!]*",
    r"(?:please )?(?:verify|confirm|prove) (?:that )?you(?:'re| are) (?:a )?(?:human|not a robot).*",
    r"(?:please )?(?:complete|solve) (?:the|this) (?:captcha|security check).*|i(?:'m| am) not a robot",
    r"checking (?:your browser|if the site connection is secure).*",
    r"\S+ needs to review the security of your connection.*",
    r"enable javascript and cookies to continue",
    r"(?:为了?[您你]的?[^，,。]{0,6}安全[，,])?请(?:先)?(?:完成|进行|通过)(?:以下|下方|安全|人机|身份|滑块|图形)*(?:验证|校验)[^。！!]*",
    r"请?(?:按住|拖动|滑动)(?:左侧|左边|下方|下面)*滑块[^。！!]{0,12}",
    r"正在(?:验证|检查|检测)[您你]?的?(?:浏览器|访问|连接|安全|环境)[^。！!]*",
    r"请输入(?:图形|图片|下方|图中)?的?验证码",
    rf"(?:please )?{_ENTER}(?: or {_ENTER})*(?: now)? to (?:continue|keep|finish) reading.*",
    rf"(?:please )?{_ENTER}(?: or {_ENTER})*(?: now)? to (?:view|read|see|unlock|access) {_KEPT}.*",
    r"you(?:'ve| have) (?:reached|read|used) (?:your|all|the) .{0,40}articles?.*",
    rf"{_KEPT} is (?:only )?(?:for|available (?:only )?to|reserved for) (?:our |paid |premium )*(?:subscri|mem)bers.*",
    r"you (?:don't|do not) have permission to (?:access|view) .*on this server",
    rf"请?先?(?:{_JOIN})(?:账[号户])?(?:后|之后)?(?:即可|方可|才能|可|以)?(?:继续)?(?:查看|阅读|浏览|解锁){_REST_OF}[^。！!]*",
    (
        r"(?:长按|微信|扫描?|扫一扫|识别|请|上方|下方|图中|[，, ])+二维码[，, ]?(?:即可|可)?"
        r"(?:关注|加群|进群|加入我们)[^。！!]*"
    ),
    (
        r"(?:[^。！!，,]{0,16}[，,]){0,2}[^。！!，,]{0,12}(?:请|欢迎|点击|扫码|长按)关注"
        r"[^。！!]{0,12}(?:公众号|订阅号|视频号)[^。！!]{0,9}"
    ),
    r"[该此]?(?:内容|文章|帖子|视频)已?(?:经|被)*(?:发布者|作者|管理员)?(?:删除|屏蔽|隐藏)[^。！!]{0,12}",
)
_WEAK = (
    r"by (?:continuing|using|clicking|browsing)[^.!?]*?(?:accept|agree|consent)[^.!?]*",
    r"(?:accept|allow|reject|decline|refuse|manage)(?: (?:accept|decline|all|cookies|all cookies|settings))?",
    r"got it|i agree|ok(?:ay)?|learn more|more information|find out more|dismiss|close",
    r"(?:cookie|privacy) (?:policy|settings|preferences)",
    r"(?:go |return |back )?(?:back )?(?:to )?(?:the )?home ?page|go back|reload|(?:please )?try again(?: later)?",
    r"(?:apache|nginx|openresty|tengine|microsoft-iis|lighttpd)(?:/[\d.]+)?[^\n]{0,60}",
    r"(?:google )?(?:re|h)captcha|privacy ?[-–·|] ?terms|ray id\b[^\n]{0,40}",
    r"(?:just a moment|please wait)[^.!?\n]{0,20}",
    r"(?:ddos protection|performance (?:&|and) security) by [^\n]{0,60}",
    r"please allow up to \d+ seconds|already (?:a )?(?:subscri|mem)ber|don't have an account",
    rf"{_ENTER}(?: now| or {_ENTER})*|cancel (?:at )?any ?time|(?:get|enjoy) unlimited (?:\w+ )?access.*",
    r"this process is automatic|your browser will redirect[^.!?\n]{0,80}",
    r"看不清[？?]?|(?:看不清[，,]?)?换一张|请稍[候后](?:[.…]*)|正在加载[.…]*",
    r"接受(?:全部|所有)?(?:cookies?)?|拒绝(?:全部|所有)?|同意|我知道了|了解更多|更多信息|关闭|隐私政策",
    r"cookies? ?设置|管理(?:偏好|设置)|(?:点击)?(?:左下角)?阅读原文",
    r"更多精彩[^。！!]{0,20}|[^。！!]{0,12}点赞[^。！!]{0,20}",
    r"(?:(?:立即|马上|免费)?(?:登录|注册)|忘记密码[?？]?|(?:扫码|微信|手机|短信|QQ|验证码)登录|\s)+|系统繁忙[^。！!]{0,12}",
    r"(?:点击|请)?(?:这里)?返回(?:首页|上一页|主页)?|重试|刷新|请稍后(?:再试|重试)",
)
STRONG, WEAK = (re.compile("|".join(f"(?:{one})" for one in some), re.IGNORECASE) for some in (_STRONG, _WEAK))
"""Sentences that make a page a notice, as servers and banners write them; and those that stand beside them."""
GATE = (
    r"(?i)[45]\d\d|not found|cookie|javascript|the page|this page|robot|human|your browser|captcha|the site connection"
    rf"|security (?:check|of your)|页面|网页|(?:{_SEEN})的|滑块|验证码|(?:完成|进行|通过).{{0,12}}[验校]|正在[验检]"
    r"|(?:continue|keep|finish) reading|(?:this|full|rest of the) (?:content|article|story|post|thread)"
    rf"|articles?|permission to|(?:{_JOIN}).{{0,10}}(?:查看|阅读|浏览|解锁)|二维码|关注.{{0,12}}号"
    r"|(?:内容|文章|帖子|视频)已?(?:经|被)*(?:发布者|作者|管理员)?(?:删除|屏蔽|隐藏)"
)
"""What every sentence of STRONG holds."""
SENTENCES = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n")
_ROLES = "甲方|乙方|供应商|承包[人方]|投标人|处理者|管理者|运营者|用户须"
DUTY = re.compile(
    r"\bshall\b|\b(?:controller|processor|supplier|contractor|licen[cs]ee)\b|\bgdpr\b"
    rf"|\b(?:art(?:icle)?\.?|section|clause|annex) ?[\divx]+\b"
    rf"|应当|不得|必须|{_ROLES}|第[一二三四五六七八九十百\d]+[条款章]|由\S{{1,10}}(?:确认|负责|提供|审核|编制)"
    r"|(?:改造|建设|开发|业务|功能)需求|to be (?:migrated|built|provided|delivered|translated|confirmed)",
    re.IGNORECASE,
)
"""What contracts, policies and requirements say, and neither menus nor banners do."""
LABELLED = re.compile(r"(?:q|a|question|answer|faq|问|答|问题|回答)\s*\d*\s*[:：]", re.IGNORECASE)
"""How questions and answers begin."""


def notice_shares(texts: pa.StringArray) -> npt.NDArray[np.float64]:
    """Return the share of each text that is such a notice, by characters that are no white space.

    0 where a text is longer than LONGEST, no sentence of it makes it a notice, or one lays down a duty or answers a
    question: policies, contracts and requirements quote what a banner says.
    """
    shares = np.zeros(len(texts), np.float64)
    short = pc.fill_null(pc.less_equal(pc.utf8_length(texts), LONGEST), False)
    rows = np.flatnonzero(short.to_numpy(zero_copy_only=False))
    asked = pc.match_substring_regex(texts.take(pa.array(rows)), GATE).to_numpy(zero_copy_only=False)
    for row in rows[asked.astype(np.bool_)]:
        shares[row] = notice_share(texts[int(row)].as_py())
    return shares


def notice_share(text: str) -> float:
    """Return the share of one text."""
    sentences = [sentence.strip(" \t.!?…。！？") for sentence in SENTENCES.split(text)]
    strong = [sentence for sentence in sentences if STRONG.fullmatch(sentence)]
    if not strong:
        return 0.0
    rest = [sentence for sentence in sentences if not STRONG.fullmatch(sentence) and not WEAK.fullmatch(sentence)]
    if any(DUTY.search(sentence) or LABELLED.match(sentence) for sentence in rest):
        return 0.0
    weak = [sentence for sentence in sentences if WEAK.fullmatch(sentence) and not STRONG.fullmatch(sentence)]
    return solid(strong + weak) / max(solid(sentences), 1)


def solid(sentences: list[str]) -> int:
    """Count the characters that are no white space."""
    return sum(len("".join(sentence.split())) for sentence in sentences)


def duty_shares(texts: pa.StringArray, asked: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Return the share of the lines of each text that say what is to be done; 0 where it is not asked for."""
    shares = np.zeros(len(texts), np.float64)
    for row in np.flatnonzero(asked):
        lines = [line for line in texts[int(row)].as_py().split("\n") if line.strip()]
        shares[row] = sum(DUTY.search(line) is not None for line in lines) / max(len(lines), 1)
    return shares
