"""A raw page becomes a document and its sentences, each of a kind. Pure.

One page is one article for now; nothing is dropped, what is not body is typed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from builder.model import Document, Sentence, stable_id, text_digest
from builder.reading import Kind, Reading
from builder.text import cleaning, edits
from builder.text.flags import flags_of
from builder.text.scripts import is_ended, language_of, width
from builder.text.sentences import split

_PARAGRAPH = re.compile(r"\S[^\n]*")
_TIMESTAMP = re.compile(
    r"^(?:发布时间|更新时间|Last Updated|Updated|Published|Posted)?\D{0,12}\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}"
)
_CREDIT = re.compile(
    r"^[（(【]?(?:据?新华社|据|本报记者|记者|责编|编辑|来源|图源|摄影)[^。，]{0,20}(?:电|图|摄|报道|[一-鿿]{2,8})?[）)】]?$"
    r"|^[^。，,]{1,12}\s?[/／]?\s?(?:图|摄|供图)$"
    r"|^(?:By|Photo|Image|Source|Credit|Reporting|Editing|Photograph)\b[^.!?]{0,80}$",
)
_NAVIGATION = re.compile(
    r"^(?:Next Article|Previous Article|Recommended|Related|Share|Follow us|Subscribe"
    r"|Sign in|Log ?in|Home\b|Menu|Search"
    r"|Read more|Most (?:read|popular)|Advertisement|Copyright|All rights|Contact|About us|Facebook|Twitter|Comments?\b"
    r"|首页|返回|上一[篇版]|下一[篇版]|联系我们|版权|相关(?:阅读|新闻|链接)|推荐阅读|分享|扫[一码]|登录|注册|订阅|订报|热线)",
    re.IGNORECASE,
)
_SKIP = re.compile("Skip to (?:main )?content", re.IGNORECASE)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+|https?://|www\.")
_CAPTION = re.compile(r"^(?:图为|图[：:]|▲|Photo:|Pictured|File photo)")
_COMMA = re.compile("[，,；;]")

# Columns; a headline of a Chinese paper rarely passes forty characters.
_LONGEST_HEADLINE, _LONGEST_CAPTION, _SHORTEST_CAPTION, _LONGEST_MENU = 100, 90, 16, 60


def split_page(reading: Reading) -> list[tuple[Document, tuple[Sentence, ...]]]:
    """Split a reading into its articles, each with its sentences in order.

    `document.offsets` leads from the document's text back to the reading's; a sentence's range is in the document.
    """
    raw = reading.text
    text, offsets = edits.apply(raw, cleaning.edits(raw))
    ranges = [_stripped(match) for match in _PARAGRAPH.finditer(text)]
    kinds = kinds_of([text[start:end] for start, end in ranges])
    title = next((text[a:b] for (a, b), kind in zip(ranges, kinds, strict=True) if kind is Kind.HEADLINE), "")
    name = stable_id(reading.source.sha256, *filter(None, [reading.record]), 0, text_digest(text))
    document = Document(
        id=name,
        source=reading.source.sha256,
        article=0,
        language=language_of(text),
        title=reading.title or title,
        text=text,
        offsets=offsets,
        record=reading.record,
        about=reading.about,
        flags=reading.flags,
    )
    return [(document, tuple(_sentences(document, ranges, kinds)))]


def kinds_of(paragraphs: Sequence[str]) -> list[Kind]:
    """Tell what each paragraph of a page is; neighbours and repetition count."""
    seen: Counter[str] = Counter()
    kinds: list[Kind] = []
    for at, paragraph in enumerate(paragraphs):
        kind = _kind(paragraph, at, paragraphs, kinds)
        kinds.append(Kind.NAVIGATION if kind is Kind.HEADLINE and seen[paragraph] else kind)
        seen[paragraph] += 1
    return kinds


def _kind(paragraph: str, at: int, paragraphs: Sequence[str], before: Sequence[Kind]) -> Kind:
    columns = width(paragraph)
    if _TIMESTAMP.match(paragraph) and columns <= _LONGEST_MENU and not is_ended(paragraph):
        return Kind.TIMESTAMP
    if _CREDIT.match(paragraph):
        return Kind.CREDIT
    if (
        _SKIP.match(paragraph)
        or columns <= _LONGEST_MENU
        and (_CONTACT.search(paragraph) or _NAVIGATION.match(paragraph))
    ):
        return Kind.NAVIGATION
    if _is_caption(paragraph, at, paragraphs, before):
        return Kind.CAPTION
    if not is_ended(paragraph) and columns <= _LONGEST_HEADLINE and not _COMMA.search(paragraph):
        return Kind.HEADLINE
    return Kind.BODY


def _is_caption(paragraph: str, at: int, paragraphs: Sequence[str], before: Sequence[Kind]) -> bool:
    """A short line that says so, or a plain sentence inside a body sentence that it interrupts."""
    if _LONGEST_CAPTION < width(paragraph):
        return False
    if _CAPTION.match(paragraph):
        return True
    if not 0 < at < len(paragraphs) - 1 or before[-1] is not Kind.BODY or is_ended(paragraphs[at - 1]):
        return False
    return is_ended(paragraph) and _SHORTEST_CAPTION <= width(paragraph) and not _COMMA.search(paragraph)


def _sentences(document: Document, ranges: Sequence[tuple[int, int]], kinds: Sequence[Kind]) -> Iterator[Sentence]:
    number = 0
    for (start, end), kind in zip(ranges, kinds, strict=True):
        paragraph = document.text[start:end]
        parts = split(paragraph) if kind is Kind.BODY else [(0, len(paragraph))]
        for low, high in parts:
            yield _sentence(document, number, start + low, start + high, kind)
            number += 1


def _sentence(document: Document, number: int, start: int, end: int, kind: Kind) -> Sentence:
    text = document.text[start:end]
    language = language_of(text)
    return Sentence(
        id=stable_id(document.id, start, end, text),
        document=document.id,
        number=number,
        start=start,
        end=end,
        kind=kind,
        language=document.language if language == "und" else language,
        text=text,
        flags=flags_of(text) if kind is Kind.BODY else (),
    )


def _stripped(match: re.Match[str]) -> tuple[int, int]:
    return match.start(), match.start() + len(match.group().rstrip())
