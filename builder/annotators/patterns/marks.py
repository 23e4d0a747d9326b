"""Quotation and book-title marks enter; the names inside them leave, and documents and meetings by their last word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from builder.annotators.openings import Joined, Openings
from builder.annotators.proposal import Found, has_han

_BOOK = re.compile("《([^《》]{1,60})》|〈([^〈〉]{1,60})〉")
_QUOTED = re.compile('“([^“”]{1,48})”|‘([^‘’]{1,48})’|「([^「」]{1,24})」|『([^『』]{1,24})』|"([^"\n]{1,48})"')
_SENTENCE_MARK = re.compile("[。！？；;!?:：…，]|\\. |--")
_LONGEST_ZH, _LONGEST_EN = 12, 6

_MEETING = re.compile(
    '[一-鿿A-Za-z0-9·“”"]{2,40}?(?:第[一二三四五六七八九十百0-9]{1,5}(?:次|届)(?:[一-鿿]{0,6})(?:会议|峰会|论坛|大会)'
    "|(?:会议|峰会|论坛(?!第)|大会(?!第)|博览会|运动会|研讨会|世界杯|奥运会|亚运会|进博会|座谈会|电影节|锦标赛))"
)
_BOOKS_BEGIN, _QUOTATIONS_BEGIN = Openings({"": [("《〈",)]}), Openings({"": [('“‘「『"',)]})
# Without one of these in it, a text is not searched: each search goes on from every character.
_MEETING_WORDS = Openings(
    {"": "会议 峰会 论坛 大会 博览会 运动会 研讨会 奥运会 亚运会 进博会 座谈会 世界杯 电影节 锦标赛".split()}
)
_DOCUMENT_WORDS = Openings({"": "宣言 公约 倡议 条约 协定 议定书 宪章 愿景 行动计划 白皮书".split()})
# Verbs that only before a meeting's number are surely no part of its name: 决定第六届中欧论坛, but 国家决定论坛.
_DECIDES = (
    "决定|确定|商定|议定|约定|同意|批准|核准|审议|宣布|公布|宣告|通报|提出|发起|申办|争办|协办|筹办|合办|接办|承接|"
    "期待|期盼|盼望|祝贺|预祝|庆祝|回顾|重申|强调|指出|表示|希望|争取|获得|取得|赢得|夺得|拿下|摘得|亮相|走进|聚焦|"
    "围绕|助力|备战|迎战|迎接|征战|观看|观摩|旁听|列席|缺席|应邀|受邀|邀请|推迟|取消|暂停|结束|开始|启动|完成|进行|"
    "落实|传达|见证|产生|担任|出任|就任|成为|属于|包括|涉及|根据|按照|依据|经过|随着|自从"
)
# What stands before a meeting's name but is no part of it; the name starts after the last of these.
_BEFORE = re.compile(
    "出席|参加|召开|举行|举办|主持|迎来|承办|主办|闭幕|开幕|参与|通过|关于|作为|以及|欢迎|推动|筹备|支持|期间|"
    "首届|本届|本次|此次|这次|该次|上届|下届|今天|昨天|昨日|今日|日前|为期|"
    "[在于向与和及暨是为的了将对等同把被从由到到着过]|"
    f"(?:{_DECIDES})(?=第[一二三四五六七八九十百0-9]{{1,5}}[次届])"
)
# A document without its marks: what was signed, passed or put forward, up to the word that says what it is.
_DOCUMENT = re.compile(
    "(?:通过|发表|发布|签署|落实|提出的?|批准|践行|共建|加入|缔结)(?:了|好)?"
    "(?!联合|共同|一[项份个系]|这|该|本|有关|相关|关于|重要)"
    "([一-鿿0-9A-Za-z·]{2,16}?(?:宣言|公约|倡议|条约|协定|议定书|宪章|愿景|行动计划|白皮书))(?![一-鿿]{0,1}[者人])"
)
# A treaty called after where it was made, not after who made it: the Oslo accords, but the Russian treaty.
_AFTER_A_WORD = "s .,;:?!)'’”\"\n"  # or its plural begins; not: according
_TREATY_WORDS = Openings({"": [(*word, _AFTER_A_WORD) for word in (" accord", " treaty", " protocol")]})
_TREATY = re.compile(
    r"\b[Tt]he ([A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20})?(?<!an|sh|se|ch|ic|ek|ss|ot)(?<!i)(?: peace)? "
    r"(?:accords?|treaty|protocols?))(?![\w-])"
)
_NOT_INSIDE = re.compile("[的和与及了在等]|我们|各方|双方")
_PROPER = re.compile(
    "[0-9]|第[一二三四五六七八九十百]|^(?:世界|全球|国际|亚洲|亚太|欧洲|非洲|中国|全国|联合国|中非|中阿|中欧|博鳌|达沃斯|金砖)"
)
_MODIFIER = 6  # characters before the last word, when nothing else shows that the name is proper


def find(texts: Joined) -> Iterator[tuple[int, Found]]:
    """Find documents, coined phrases and Chinese meetings."""
    for rank, hit in _BOOKS_BEGIN.matches(_BOOK, texts):
        yield rank, Found(hit.start() + 1, hit.end() - 1, "DOCUMENT", 0.9)
    for rank, hit in _QUOTATIONS_BEGIN.matches(_QUOTED, texts):
        if _is_phrase(hit.group()[1:-1]):
            yield rank, Found(hit.start() + 1, hit.end() - 1, "CONCEPT", 0.7)
    for rank in _TREATY_WORDS.texts(texts):
        yield from ((rank, Found(*hit.span(1), "DOCUMENT", 0.7)) for hit in _TREATY.finditer(texts.texts[rank]))
    if not texts.chinese.any():
        return
    for rank in _DOCUMENT_WORDS.texts(texts):
        for hit in _DOCUMENT.finditer(texts.texts[rank]):
            if not _NOT_INSIDE.search(hit[1]):
                yield rank, Found(*hit.span(1), "DOCUMENT", 0.7)
    for rank in _MEETING_WORDS.texts(texts):
        yield from ((rank, meeting) for meeting in _meetings(texts.texts[rank]))


def _is_phrase(inner: str) -> bool:
    """Whether a quotation is a short coined name, not speech."""
    if inner != inner.strip() or _SENTENCE_MARK.search(inner) or not any(c.isalpha() for c in inner):
        return False
    if has_han(inner):
        return 2 <= len(inner) <= _LONGEST_ZH and "、" not in inner
    return len(inner.split()) <= _LONGEST_EN and not inner.endswith(",") and inner.count(",") <= 1 and len(inner) > 2


def _meetings(text: str) -> Iterator[Found]:
    """Find Chinese meetings back from their last word, without what only stands before the name."""
    for hit in _MEETING.finditer(text):
        start = max((cut.end() for cut in _BEFORE.finditer(text, hit.start(), hit.end())), default=hit.start())
        start = max((n + 1 for n in range(start, hit.end()) if text[n] in '“”"'), default=start)
        name = text[start : hit.end()]
        if _PROPER.search(name) and len(name) > 3:
            yield Found(start, hit.end(), "EVENT", 0.75)
        elif _MODIFIER + 2 <= len(name):
            yield Found(start, hit.end(), "EVENT", 0.6)
