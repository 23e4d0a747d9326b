"""The one door to lingua: a text in Latin script enters, its language leaves. Optional; loaded when first asked.

Few words say little: what has fewer than four is `en`, as everywhere where nobody looks at words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_WORDS = re.compile(r"[^\W\d_]+")
_FEWEST = 4
_LANGUAGES = (
    "ENGLISH FRENCH GERMAN SPANISH PORTUGUESE ITALIAN DUTCH INDONESIAN VIETNAMESE TURKISH POLISH SWEDISH CZECH ROMANIAN"
).split()


def latin_reader() -> Callable[[str], str]:
    """Make what `language_of` asks about texts in Latin script.

    Raises:
        ImportError: lingua is not installed.

    """
    from lingua import Language, LanguageDetectorBuilder

    known = [getattr(Language, name) for name in _LANGUAGES]
    detector = LanguageDetectorBuilder.from_languages(*known).build()

    def read(text: str) -> str:
        if len(_WORDS.findall(text)) < _FEWEST:
            return "en"
        language = detector.detect_language_of(text)
        return language.iso_code_639_1.name.lower() if language else "und"

    return read
