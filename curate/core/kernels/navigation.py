"""The entries that menus of sites have everywhere, as digests of lines."""

from functools import cache

import numpy as np
import numpy.typing as npt

HASH_START, HASH_PRIME, HASH_SHIFT = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(32)
"""FNV-1a with 64 bits, its halves brought together at the end."""
SLOTS = 2048

_CHINESE = """
返回首页 返回顶部 上一篇 下一篇 更多>> 查看更多 关于我们 联系我们 联系方式 加入我们 网站地图 友情链接 帮助中心 隐私政策
隐私声明 用户协议 服务条款 免责声明 法律声明 版权声明 版权所有 意见反馈 在线客服 在线留言 客户服务 新闻中心 新闻
新闻动态 公司新闻 行业新闻 行业动态 公司简介 公司概况 企业文化 人才招聘 招聘信息 诚聘英才 产品中心 产品展示 产品
解决方案 成功案例 案例展示 服务支持 下载中心 资料下载 论坛 社区 博客 专题 通知公告 收藏本站 设为首页 分享到 微信 微博
手机版 客户端 我的账户 个人中心 会员中心 购物车 我的订单 忘记密码 网站导航 注册
"""
CHINESE = _CHINESE.split()
_ENGLISH = """Sign up|Subscribe|Back to top|Read more|Show more|View all|See all|About us|Contact us|Careers|Jobs
Press|News|Newsroom|Blog|Forum|Forums|Community|Help center|FAQ|FAQs|Sitemap|Site map|Privacy policy
Terms of use|Terms of service|Terms & conditions|Cookie policy|Cookies|Cookie settings|Newsletter|Tweet
Facebook|Twitter|LinkedIn|Instagram|YouTube|Pinterest|RSS|Products|Solutions|Partners|Pricing|Shop|Cart
Checkout|Wishlist|My account|Archives|Advertise|Advertise with us|Follow us|Skip to content
Skip to main content|All rights reserved"""
ENGLISH = _ENGLISH.replace("\n", "|").split("|")
"""A neutral list of ours; case is that of a word, a title, a heading.

What menus of devices and programs have too is not in it: Home, Search, Settings, Help, Back; 首页, 返回, 设置, 登录."""


@cache
def navigation() -> npt.NDArray[np.uint64]:
    """Return a hash table of the digests of all entries in every case; 0 is an empty slot. Treat it as read-only."""
    table = np.zeros(SLOTS, np.uint64)
    cased = {form for word in ENGLISH if word for form in (word, word.lower(), word.upper(), word.title())}
    for word in sorted({*CHINESE, *cased}):
        value = digest(word.encode())
        slot = value % SLOTS
        while table[slot]:
            slot = (slot + 1) % SLOTS
        table[slot] = value
    return table


def digest(line: bytes) -> int:
    """Return what the kernel of lines makes of a line."""
    value = int(HASH_START)
    for byte in line:
        value = (value ^ byte) * int(HASH_PRIME) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 32)
