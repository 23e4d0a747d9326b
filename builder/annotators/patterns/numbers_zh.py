"""Chinese text enters; its dates and quantities leave.

A year with its number is a date (2024年), a number of years is a quantity (23年); ordinals (第24次) are neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from builder.annotators.openings import Joined, Openings, grouped
from builder.annotators.proposal import Found, longest_first

_YEAR = "(?:(?:1[5-9]|20)[0-9]{2}|[一二][〇○零０一二三四五六七八九]{3})"
_SMALL = "(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_PART = "(?:上午|下午|中午|晚上|晚间|凌晨|清晨|傍晚|早上|早晨|午夜|深夜|[晚早](?=[0-9一二三四五六七八九十]))"
_CLOCK = f"(?:[0-9]{{1,2}}[:：][0-9]{{2}}|{_SMALL}(?:时|点)(?:{_SMALL}分|半|整|许|左右)?)"
_DAY = f"{_SMALL}[日号](?:[至到—-]{_SMALL}[日号])?"
_RELATIVE_YEAR = "(?:今年|去年|明年|前年|后年|当年|同年|次年|本年度?)"
_MONTH = f"{_SMALL}月(?:份|初|底|末|中旬|上旬|下旬)?"

_DATES = [
    f"(?:{_YEAR}年|{_RELATIVE_YEAR})?{_MONTH}(?:{_DAY})?(?:{_PART})?(?:{_CLOCK})?",
    f"{_YEAR}年?[至到—–~-]{_YEAR}年(?:度|代)?",
    f"{_YEAR}年(?:度|代|初|底|末|春|夏|秋|冬)?(?:上半年|下半年|第[一二三四]季度)?",
    "(?:(?:上|本)?[0-9]{1,2}|(?:上|本)?[一二三四五六七八九十]{1,3}|上|本|"
    "下)世纪(?:[0-9一二三四五六七八九]{1,2}[0十]年代)?(?:初|末|中叶)?",
    "[0-9一二三四五六七八九]{1,2}[0十]年代(?:初|末|中期)?",
    f"{_RELATIVE_YEAR}(?:初|底|末|春天|夏天|秋天|冬天|上半年|下半年|以来)?",
    f"(?:今天|昨天|明天|前天|后天|今日|昨日|明日|当天|当日|日前|近日|今晚|昨晚|明晚|今早|"
    f"今晨)(?:{_PART})?(?:{_CLOCK})?",
    "(?:本|上|下|这|上个|下个|这个)(?:周|星期)(?:[一二三四五六日末])?|(?:周|星期)[一二三四五六日天](?![一-鿿]?围)",
    "(?:本|上|下|上个|下个|这个)月(?:初|底|末|中旬)?|上半年|下半年|第[一二三四]季度|年初|年底|岁末",
    f"(?<![0-9第]){_DAY}(?:{_PART})?(?:{_CLOCK})?",
    f"{_PART}{_CLOCK}|[0-9]{{1,2}}[:：][0-9]{{2}}(?![0-9])|[0-9]{{1,2}}时(?:[0-9]{{1,2}}分)?(?![0-9])",
    "(?:[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{4}/[0-9]{1,2}/[0-9]{1,2})(?: [0-9]{1,2}:[0-9]{2})?",
    "春节|国庆节|元旦|中秋节|五一|“五一”",
]

_DIGITS = "(?:[0-9][0-9,，]{0,12}(?:[.．][0-9]{1,6})?|[0-9０-９]{1,12})"
_HAN = "[一二三四五六七八九十百千万亿两零〇]{1,10}"
_NUMBER = f"(?:{_DIGITS}|{_HAN}|几|数)(?:多|余|来)?(?:[十百千万亿]{{1,3}})?(?:多|余)?"
_ABOUT_WORDS = "大约|约|近|将近|超过|超|逾|多达|高达|至少|不到|不足|不少于|至多|最多|平均"
_ABOUT = f"(?:{_ABOUT_WORDS})?"
_UNITS = (
    "个百分点|个多月|个月|个小时|小时|分钟|秒|年|天|周|周年|岁|个|名|位|人次|人|家|项|次|场|届|条|件|部|座|"
    "辆|艘|架|枚|份|种|户|套|张|支|只|头|棵|株|批|组|所|篇|本|册|幅|台|"
    "块|间|倍|成|亩|公顷|平方公里|平方千米|平方米|立方米|公里|千米|海里|米|厘米|毫米|英里|吨|万吨|公斤|千克|"
    "克|斤|升|摄氏度|度|千瓦时|千瓦|兆瓦|伏|赫兹|"
    "元|美元|欧元|英镑|日元|港元|港币|人民币|卢布|韩元|马克|法郎|美分|分|票|层|级|寸|英寸|字节|股|头|对|"
    "双|顶|道|例|起|处|枝|门|株|盘|局"
)
_UNIT = f"(?:{'|'.join(sorted(set(_UNITS.split('|')), key=lambda unit: (-len(unit), unit)))})"
_QUANTITIES = [
    f"(?<![第0-9.．一二三四五六七八九十百千万]){_ABOUT}{_NUMBER}{_UNIT}(?:多|左右|以上|以下)?",
    f"(?<![0-9.．]){_ABOUT}{_DIGITS}[十百千万亿]{{0,3}}[%％‰]",
    f"{_ABOUT}百分之{_HAN}(?:点{_HAN})?|{_ABOUT}百分之{_DIGITS}",
    f"(?<![0-9.．第A-Za-z]){_ABOUT}{_DIGITS}(?:多|余)?[万亿]{{1,2}}(?:多|余)?",
    f"[¥￥$€£]{_DIGITS}[万亿]{{0,2}}",
]
# As frequent as they are empty: 一个, 一种 … count nothing; 三部 in 三部曲 and the like are left to people.
_EMPTY = re.compile(
    "^(?:"
    "[一两几数]?[点些度]"  # a little
    "|一[个种项次位名条件部家场批道级起处头面对双人分天年成组套间份层张]"  # a, any
    "|[十万百千亿]?[分级成部处本对门]"  # 千分, 万处: parts of words
    "|[几数][度级]"  # 几度: time and again
    "|[三四八九五六七二十][级门处度成部分本局组]"  # ordinals without 第
    "|[千万百][人家户头年个]"  # 万人, 千年: many
    ")$"
)
_DATE = re.compile("|".join(f"(?:{shape})" for shape in _DATES))
_QUANTITY = re.compile("|".join(f"(?:{shape})" for shape in _QUANTITIES))

_FIGURES, _NUMERALS = "0123456789", "一二三四五六七八九十"
_AFTER_FIGURE = f"月世年日号:：时点{_NUMERALS}"
_ANY_FIGURES, _ANY_NUMERALS = "0123456789０１２３４５６７８９", f"{_NUMERALS}百千万亿两零〇"
_DATES_BEGIN = Openings(
    {
        "": (
            (_FIGURES, _AFTER_FIGURE),
            (_FIGURES, _FIGURES, _AFTER_FIGURE),
            (_FIGURES, _FIGURES, "0", "年"),
            (_FIGURES, _FIGURES, _FIGURES, _FIGURES),
            (_NUMERALS, f"{_FIGURES}{_NUMERALS}〇○零０月世年日号"),
            ("今", "年天日晚早晨"),
            ("昨明", "年天日晚"),
            ("去前后当同次", "年天日"),
            ("本上下", f"{_FIGURES}{_NUMERALS}世年周星个月午半"),
            ("这", "周星个"),
            ("中", "午秋"),
            ("周", f"{_NUMERALS}日天"),
            ("星", "期"),
            ("晚", f"上间{_FIGURES}{_NUMERALS}"),
            ("早", f"上晨{_FIGURES}{_NUMERALS}"),
            ("第", "一二三四", "季"),
            *"凌晨 清晨 傍晚 午夜 深夜 日前 近日 年初 年底 岁末 春节 国庆节 元旦 “五一”".split(),
        )
    }
)
_NUMBERS = f"{_ANY_FIGURES}{_ANY_NUMERALS}几数"
_UNITS_BEGIN = "".join(sorted({unit[0] for unit in _UNITS.split("|")}))
_QUANTITIES_BEGIN = Openings(
    {
        "": (
            ("¥￥$€£", _ANY_FIGURES),
            ("百", "分"),
            *((*words, _NUMBERS) for words in _ABOUT_WORDS.split("|")),
        ),
        "[0-9.．]": [(_ANY_FIGURES,)],
        "[第0-9.．一二三四五六七八九十百千万]": [(f"{_ANY_NUMERALS}几数", f"{_ANY_NUMERALS}多余来{_UNITS_BEGIN}")],
    }
)
_CALENDAR_YEAR = re.compile(f"^{_YEAR}年")


def find(texts: Joined, only: NDArray[np.bool_]) -> Iterator[tuple[int, list[Found]]]:
    """Find the dates of some of these texts, and the quantities that are no part of one."""
    hits = _DATES_BEGIN.matches(_DATE, texts, only)
    dates = grouped((n, Found(*hit.span(), "DATE", 0.85)) for n, hit in hits if _is_date(hit))
    hits = _QUANTITIES_BEGIN.matches(_QUANTITY, texts, only)
    for rank, some in grouped(
        (n, Found(*hit.span(), "QUANTITY", 0.75)) for n, hit in hits if _is_quantity(hit)
    ).items():
        days = dates.get(rank, [])
        own = [one for one in some if not any(one.overlaps(day) for day in days)]
        dates[rank] = longest_first([*days, *own]) if days else own
    yield from dates.items()


def _is_date(hit: re.Match[str]) -> bool:
    """Whether no longer number or word swallows the hit: 三个月, 100号."""
    text = hit.string
    before, after = text[hit.start() - 1 : hit.start()] if hit.start() else "", text[hit.end() : hit.end() + 1]
    if hit.group()[0].isdigit() and before and (before.isdigit() or before in ".．第"):
        return False
    return not (hit.group()[-1] == "号" and after in tuple("线楼码令文院机船"))


def _is_quantity(hit: re.Match[str]) -> bool:
    return not (_EMPTY.search(hit.group()) or _CALENDAR_YEAR.search(hit.group()))
