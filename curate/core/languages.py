"""The codes by which languages go, and the code that is meant by another name of a language."""

from difflib import get_close_matches

_LATIN = """
af als an ast az bar bcl br bs ca cbk ceb co cs cy da de diq dsb eml en eo es et eu fi fr frr fy ga gd gl gn gv hif hr
hsb ht hu ia id ie ilo io is it jbo jv ku kw la lb li lmo lt lv mg min ms mt mwl nah nap nds nl nn no oc pam pfl pl pms
pt qu rm ro sc scn sco sh sk sl so sq su sv sw tk tl tr uz vec vep vi vls vo wa war yo
"""
_OTHER = """
am ar arz as av azb ba be bg bh bn bo bpy bxr ce ckb cv dty dv el fa gu he hi hy ja ka kk km kn ko krc kv ky lez lo lrc
mai mhr mk ml mn mr mrj my myv mzn ne new or os pa pnb ps ru rue sa sah sd si ta te tg th tt tyv ug uk ur xal xmf yi
"""
_EITHER = "gom sr"
NOT_LATIN = frozenset(_OTHER.split()) | {"zh", "wuu", "yue"}
"""Languages of the model that are not written in the Latin alphabet: text in it is in none of them."""
CODES = frozenset(f"{_LATIN} {_OTHER} {_EITHER}".split()) | {"zh", "zh-en", "und"}
"""What `language` may say: the codes of lid.176 (ISO 639-1, or -3 where there is none), `zh-en` and `und`; Wu and
Cantonese are written as Chinese is."""
USUAL = ("zh", "en", "zh-en", "ja", "ko", "de", "fr", "es", "ru", "ar", "und")
_NAMES = {
    "zh": "chinese mandarin cn chs cht chi zho cmn han hans hant 中文 汉语 漢語 普通话 华语 中国",
    "en": "english eng gb us uk-en 英文 英语 英語",
    "ja": "japanese jp jpn 日文 日语 日語",
    "ko": "korean kr kor 韩文 韩语 韓語",
    "de": "german deutsch ger deu 德文 德语",
    "fr": "french francais français fre fra 法文 法语",
    "es": "spanish español espanol spa 西班牙文 西班牙语",
    "ru": "russian rus 俄文 俄语",
    "pt": "portuguese por 葡萄牙语",
    "it": "italian ita 意大利语",
    "ar": "arabic ara 阿拉伯语",
    "vi": "vietnamese vie vn 越南语",
    "zh-en": "mixed mix zh_en en-zh en_zh zhen bilingual 中英 中英混合",
    "und": "unknown unk none other undetermined 未知",
}
_CALLED = {name: code for code, names in _NAMES.items() for name in names.split()}


def meant(said: str) -> str:
    """Return a hint at the code that is meant by what is none.

    >>> meant("chinese")
    "did you mean 'zh'? languages go by their codes of ISO 639-1"
    """
    low = said.strip().lower()
    head = low.replace("_", "-").partition("-")[0]
    near = get_close_matches(low, _CALLED, 1, 0.75)
    close = [low, _CALLED.get(low), head, _CALLED.get(head), _CALLED[near[0]] if near else None]
    code = next((code for code in close if code in CODES), None)
    if code is not None:
        return f"did you mean {code!r}? languages go by their codes of ISO 639-1"
    return f"languages go by their codes of ISO 639-1: {', '.join(USUAL)} and others; Chinese is 'zh'"
