"""The entries that menus of sites have everywhere, as digests of lines."""

from functools import cache

import numpy as np
import numpy.typing as npt

HASH_START, HASH_PRIME, HASH_SHIFT = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3), np.uint64(32)
"""FNV-1a with 64 bits, its halves brought together at the end."""
SLOTS = 2048

_CHINESE = """
首页 主页 登录 注册 退出 搜索 返回 返回首页 返回顶部 上一页 下一页 上一篇 下一篇 尾页 更多 更多>> 查看更多 展开
收起 关于我们 联系我们 联系方式 加入我们 网站地图 友情链接 帮助中心 帮助 隐私政策 隐私声明 用户协议 服务条款
免责声明 法律声明 版权声明 版权所有 意见反馈 在线客服 在线留言 客户服务 新闻中心 新闻 新闻动态 公司新闻
行业新闻 行业动态 公司简介 公司概况 企业文化 人才招聘 招聘信息 诚聘英才 产品中心 产品展示 产品 解决方案
成功案例 案例展示 服务支持 技术支持 下载中心 下载 资料下载 论坛 社区 博客 视频 图片 专题 公告 通知公告 收藏
收藏本站 设为首页 分享 分享到 微信 微博 手机版 客户端 English 简体中文 繁體中文 我的账户 个人中心 会员中心
购物车 我的订单 忘记密码 导航 网站导航
"""
CHINESE = _CHINESE.split()
_ENGLISH = """Home|Login|Log in|Log out|Logout|Sign in|Sign up|Sign out|Register|Subscribe|Search|Menu|Close|Back
Back to top
Next|Previous|More|Read more|Show more|View all|See all|About|About us|Contact|Contact us|Careers|Jobs
Press
News|Newsroom|Blog|Events|Forum|Forums|Community|Support|Help|Help center|FAQ|FAQs|Sitemap|Site map
Privacy
Privacy policy|Terms|Terms of use|Terms of service|Terms & conditions|Cookie policy|Cookies
Cookie settings
Legal|Accessibility|Feedback|Newsletter|Share|Tweet|Facebook|Twitter|LinkedIn|Instagram|YouTube
Pinterest|RSS
Print|Email|Download|Downloads|Products|Services|Solutions|Resources|Partners|Pricing|Shop|Store|Cart
Checkout
Wishlist|My account|Account|Profile|Settings|Categories|Tags|Archives|Gallery|Videos|Photos|Advertise
Advertise with us|Follow us|Language|English|Skip to content|Skip to main content|Copyright
All rights reserved
Main menu"""
ENGLISH = _ENGLISH.replace("\n", "|").split("|")
"""A neutral list of ours; case is that of a word, a title, a heading."""


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
