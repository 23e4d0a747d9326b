"""Which language a text is in, told by the scripts of its characters. Pure.

A script names a language only where one writes most of its news; letters that this one does not have make it `und`.
Which of the languages in Latin script it is, scripts cannot tell: a reader of words may be handed in.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from builder.text.scripts import HAN

_HAN = re.compile(f"[{HAN}]+")
_KANA = re.compile("[\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\uff66-\uff9d]+")
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e]+")
_LATIN = re.compile("[A-Za-zÀ-ɏ\u1e00-\u1eff]+")
# Letters as a class, the language that writes most news with them, and letters that only others have.
_OTHERS = tuple(
    (language, re.compile(f"[{letters}]+"), re.compile(f"[{foreign}]") if foreign else None)
    for language, letters, foreign in (
        ("ru", "\u0400-\u052f", "іїєґўјљњћџђѓќѕәғқңөұүһ"),
        ("ar", "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff\u0750-\u077f", "پچژگکیٹڈڑےہ"),
        ("el", "\u0370-\u03ff\u1f00-\u1fff", ""),
        ("he", "\u05d0-\u05ea", ""),
        ("hi", "\u0900-\u097f", ""),
        ("th", "\u0e01-\u0e5b", ""),
        ("ka", "\u10a0-\u10ff", ""),
        ("hy", "\u0531-\u058f", ""),
        ("bn", "\u0980-\u09ff", ""),
        ("ta", "\u0b80-\u0bff", ""),
        ("te", "\u0c00-\u0c7f", ""),
        ("km", "\u1780-\u17ff", ""),
        ("lo", "\u0e80-\u0eff", ""),
        ("my", "\u1000-\u109f", ""),
    )
)
_ELSE = re.compile("[" + "".join(letters.pattern[1:-2] for _, letters, _ in _OTHERS) + "]")
# These are written without spaces between words: a word is about so many characters.
_UNSPACED, _WORD = frozenset("th km lo my".split()), 4
# Japanese has at least so large a share of kana, Korean so large a one of Hangul.
_KANA_SHARE, _HANGUL_SHARE = 0.15, 0.3


def language_of(text: str, latin: Callable[[str], str] | None = None) -> str:
    """Name the language (ISO 639-1), or `und` when no script speaks or none says which.

    One ideograph, kana or Hangul syllable weighs as much as one word. What is in Latin script is `en`, or what `latin`
    says of it.
    """
    if text.isascii():
        return _latin(text, latin) if _LATIN.search(text) else "und"
    han, kana, hangul = _length(_HAN, text), _length(_KANA, text), _length(_HANGUL, text)
    weights = {"cjk": han + kana + hangul, "latin": len(_LATIN.findall(text))}
    if _ELSE.search(text):
        weights |= {language: _weight(language, letters, text) for language, letters, _ in _OTHERS}
    script = max(weights, key=lambda name: weights[name])
    if not weights[script]:
        return "und"
    if script == "cjk":
        return _cjk(han, kana, hangul)
    if script == "latin":
        return _latin(text, latin)
    return _one_of_others(script, text)


def _latin(text: str, reader: Callable[[str], str] | None) -> str:
    return reader(text) if reader else "en"


def _cjk(han: int, kana: int, hangul: int) -> str:
    """Tell Chinese, Japanese and Korean apart by how many ideographs, kana and syllables a text has."""
    total = han + kana + hangul
    if _HANGUL_SHARE * total <= hangul and kana <= hangul:
        return "ko"
    return "ja" if _KANA_SHARE * total <= kana else "zh"


def _one_of_others(language: str, text: str) -> str:
    foreign = next(foreign for name, _, foreign in _OTHERS if name == language)
    return "und" if foreign and foreign.search(text.lower()) else language


def _weight(language: str, letters: re.Pattern[str], text: str) -> int:
    if language in _UNSPACED:
        return -(-_length(letters, text) // _WORD)
    return len(letters.findall(text))


def _length(letters: re.Pattern[str], text: str) -> int:
    return sum(map(len, letters.findall(text)))
