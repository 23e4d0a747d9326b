"""Which language a text is in."""

from __future__ import annotations

import pytest

from builder.text.language import language_of
from builder.text.latin import latin_reader


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("会议开幕。", "zh"),
        ("會議開幕。", "zh"),
        ("The meeting opened.", "en"),
        ("SCO 峰会", "zh"),
        ("习 met the president of Kazakhstan", "en"),
        ("𠮷𠮷", "zh"),
        ("12:30 😀 …", "und"),
        ("", "und"),
        ("Café Zürich", "en"),
        ("首相は東京で記者会見を開いた。", "ja"),
        ("トヨタ、新型車を発表", "ja"),
        ("品牌优の良品在上海开设新店。", "zh"),
        ("대통령은 서울에서 기자회견을 열었다.", "ko"),
        ("韓國 대통령 訪中", "ko"),
        ("Президент прибыл в Москву.", "ru"),
        ("Президент прибув до Києва.", "und"),
        ("وصل الرئيس إلى القاهرة.", "ar"),
        ("رئیس جمهور به تهران رسید.", "und"),
        ("ประธานาธิบดีเดินทางถึงกรุงเทพฯ", "th"),
        ("Ο πρόεδρος έφτασε στην Αθήνα.", "el"),
        ("הנשיא הגיע לירושלים.", "he"),
        ("राष्ट्रपति दिल्ली पहुंचे।", "hi"),
        ("Путин met the president of China on Thursday", "en"),
    ],
)
def test_the_script_names_the_language(text: str, language: str) -> None:
    assert language == language_of(text)


def test_what_reads_words_is_asked_about_latin_script_only() -> None:
    asked: list[str] = []

    def latin(text: str) -> str:
        asked.append(text)
        return "fr"

    assert ["zh", "fr", "und"] == [language_of(text, latin) for text in ("会议开幕。", "La réunion.", "12")]
    assert ["La réunion."] == asked


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The meeting opened in Paris on Thursday.", "en"),
        ("Le président est arrivé à Paris jeudi matin.", "fr"),
        ("Der Präsident ist am Donnerstag in Berlin angekommen.", "de"),
        ("El presidente llegó a Madrid el jueves por la mañana.", "es"),
        ("Paris Match", "en"),
    ],
)
def test_words_tell_the_languages_of_latin_script(text: str, language: str) -> None:

    assert language == language_of(text, latin_reader())
