"""Bytes become text: every encoding on slices of the samples, and the bad inputs, each by its name."""

from __future__ import annotations

import ast
import codecs
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from builder.errors import Rejected
from builder.text.byte_map import byte_map
from builder.text.encoding import Decoded, decode

SAMPLES = {
    language: "\n".join(texts)
    for language, texts in tomllib.loads((Path(__file__).parent / "samples.toml").read_text("utf-8")).items()
}
WRITTEN = (
    *(("utf-8", language) for language in SAMPLES),
    *(("utf-16-le", language) for language in SAMPLES),
    *(("utf-16-be", language) for language in SAMPLES),
    ("gb2312", "zh-Hans"),
    ("gb18030", "zh-Hans"),
    ("gb18030", "zh-Hant"),
    ("big5", "zh-Hant"),
    ("big5hkscs", "zh-HK"),
    ("shift_jis", "ja"),
    ("euc_jp", "ja"),
    ("euc_kr", "ko"),
    ("cp1252", "fr"),
    ("cp1252", "de"),
    ("cp1251", "ru"),
    ("koi8-r", "ru"),
)
CUT = "".join(map(chr, range(0xDC00, 0xDD00)))
"""What stands for the bytes of a character that was cut."""

ZH = SAMPLES["zh-Hans"]


def rejection(raw: bytes, *, code: str) -> str:
    """Give the reason that a decoding is rejected for, with this code."""
    with pytest.raises(Rejected) as caught:
        decode(raw)
    assert code == caught.value.code
    return str(caught.value)


def places(reason: str) -> list[tuple[int, int]]:
    """Find the byte ranges that a reason names."""
    return [(int(start), int(end)) for start, end in re.findall(r"\[(\d+), (\d+)\)", reason)]


@settings(max_examples=600)
@given(st.sampled_from(WRITTEN), st.data())
def test_a_slice_of_sixty_bytes_or_more_is_read_as_it_was_written(
    written: tuple[str, str], data: st.DataObject
) -> None:
    encoding, language = written
    text = SAMPLES[language].encode(encoding, "ignore").decode(encoding)
    text = text[data.draw(st.integers(0, len(text) - 100)) :]
    raw = text.encode(encoding)[: data.draw(st.integers(60, 2000))]
    found = decode(raw).text.rstrip(CUT)

    assert text.startswith(found)
    assert len(raw) - 4 < len(found.encode(encoding))


def test_a_dash_cut_at_the_end_of_english_is_no_latin_letter() -> None:
    found = decode("Two hours later the line was clear –".encode()[:-2])

    assert ("utf-8", ("bad-bytes",), "\udce2") == (found.encoding, found.flags, found.text[-1])


@pytest.mark.parametrize(("encoding", "language"), WRITTEN)
def test_a_whole_text_is_read_as_it_was_written(encoding: str, language: str) -> None:
    text = SAMPLES[language].encode(encoding, "ignore").decode(encoding)

    assert text == decode(text.encode(encoding)).text


@pytest.mark.parametrize("mark", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_byte_order_mark_decides_and_stays(mark: str) -> None:
    raw = f"\ufeff{ZH}".encode(mark)

    assert Decoded(f"\ufeff{ZH}", mark, "", ("bom",)) == decode(raw)


@settings(max_examples=1_000)
@given(
    st.one_of(st.binary(max_size=300), st.text(max_size=100).map(lambda text: text.encode("utf-16", "surrogatepass"))),
    st.sampled_from(("", "gbk", "utf-8", "utf-16", "latin-1", "rot13", "idna", "no such", "\0", "é", "tis-620")),
)
def test_whatever_the_bytes_they_are_read_or_rejected(raw: bytes, declared: str) -> None:
    try:
        decoded = decode(raw, declared)
    except Rejected as error:
        event(error.code)
        return

    assert declared == decoded.declared
    assert len(raw) == byte_map(raw, decoded.text, decoded.encoding).offsets[-1]


@given(st.sampled_from(WRITTEN), st.integers(0, 200), st.integers(60, 400), st.binary(max_size=2))
def test_every_byte_is_accounted_for_when_a_slice_is_damaged(
    written: tuple[str, str], start: int, length: int, noise: bytes
) -> None:
    encoding, language = written
    raw = SAMPLES[language].encode(encoding, "ignore")[start : start + length] + noise + b"."
    try:
        decoded = decode(raw)
    except Rejected:
        return

    assert len(raw) == byte_map(raw, decoded.text, decoded.encoding).offsets[-1]


def test_bad_input_1_an_empty_file_is_rejected() -> None:
    assert "the bytes hold no text" == rejection(b"", code="E_EMPTY")


@pytest.mark.parametrize(
    "raw", [b" \r\n\t", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, "\ufeff\u3000\n".encode("utf-16-be"), b"\0\0\0\0"]
)
def test_bad_input_2_blanks_and_a_mark_only_are_rejected(raw: bytes) -> None:
    assert "the bytes hold no text" == rejection(raw, code="E_EMPTY")


def test_bad_input_3_a_utf_8_mark_is_three_bytes_of_one_character() -> None:
    raw = codecs.BOM_UTF8 + b"a"
    decoded = decode(raw)

    assert ("\ufeffa", ("bom",)) == (decoded.text, decoded.flags)
    assert (0, 3) == byte_map(raw, decoded.text, decoded.encoding).span(0, 1)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["The line was clear.\n", "会议于7月4日开幕。\n", "😀 ok, ok, ok\n"])
def test_bad_input_4_utf_16_without_a_mark_is_known_by_its_nuls(encoding: str, text: str) -> None:
    assert Decoded(text, encoding, "", ("guessed",)) == decode(text.encode(encoding))


def test_bad_input_4_utf_16_with_half_a_pair_is_quarantined() -> None:
    raw = "The line was ".encode("utf-16-le") + b"\x00\xd8" + "clear.".encode("utf-16-le")

    assert "utf-16-le, but not at byte 26" == rejection(raw, code="E_ENCODING")


def test_bad_input_4_stray_nuls_do_not_make_utf_16() -> None:
    assert "会议开幕。\0第二天" == decode("会议开幕。\0第二天".encode()).text


@given(st.text(st.sampled_from("\0a汉;. "), max_size=40))
def test_bad_input_4_nuls_in_a_table_do_not_make_utf_16(cells: str) -> None:
    """Even where every second byte of a part is NUL: the other lines would have no NUL at all."""
    table = f"title;text\r\n{cells};a.\r\nthe;end.\r\n"

    assert (table, "utf-8") == (decode(table.encode()).text, decode(table.encode()).encoding)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["a上", "AI上海分公司成立", "He said… • well, no.\r\n" * 40, "2\t上\r\n" * 9])
def test_bad_input_4_utf_16_whose_bytes_are_mostly_ascii_is_still_known(encoding: str, text: str) -> None:
    assert text == decode(text.encode(encoding)).text


def test_bad_input_5_bad_bytes_in_utf_8_stay_as_lone_surrogates_and_are_flagged() -> None:
    raw = ZH[:40].encode() + b"\xff" + ZH[40:80].encode() + b"\xe4\xb8" + ZH[80:120].encode()
    text = f"{ZH[:40]}\udcff{ZH[40:80]}\udce4\udcb8{ZH[80:120]}"

    assert Decoded(text, "utf-8", "", ("bad-bytes",)) == decode(raw)


def test_bad_input_5_a_bad_byte_in_french_utf_8_does_not_make_it_latin() -> None:
    text = SAMPLES["fr"]

    assert f"{text}\udce9{text}" == decode(text.encode() + b"\xe9" + text.encode()).text


def test_bad_input_5_a_bad_byte_does_not_make_gb_18030_something_else() -> None:
    raw = ZH[:300].encode("gb18030") + b"\xff\n" + ZH[300:].encode("gb18030")

    assert Decoded(f"{ZH[:300]}\udcff\n{ZH[300:]}", "gb18030", "", ("guessed", "bad-bytes")) == decode(raw)


def test_bad_input_6_gbk_labelled_utf_8_is_found_out_and_both_are_recorded() -> None:
    decoded = decode(ZH.encode("gbk"), "UTF-8")

    assert Decoded(ZH, "gb18030", "UTF-8", ("guessed", "declared-overruled")) == decoded


def test_bad_input_6_utf_8_labelled_gbk_too() -> None:
    assert Decoded(ZH, "utf-8", "gbk", ("declared-overruled",)) == decode(ZH.encode(), "gbk")


@pytest.mark.parametrize("label", ["gb2312", "GBK", "x-gbk", "gb18030", "cp936"])
def test_bad_input_7_the_label_gb2312_means_gb_18030(label: str) -> None:
    text = "朱镕基在㐂屋门口说了几句话。"

    assert Decoded(text, "gb18030", label, ()) == decode(text.encode("gb18030"), label)


def test_bad_input_8_two_characters_of_one_big5_hkscs_pair_share_its_bytes() -> None:
    text = "佢話呢個字讀Ê\u0304，唔係讀第二個音，你哋聽清楚啲啦，唔好成日讀錯"
    raw = text.encode("big5hkscs")
    decoded = decode(raw)
    places = byte_map(raw, decoded.text, decoded.encoding)

    assert (text, "big5hkscs") == (decoded.text, decoded.encoding)
    assert [(12, 14)] * 2 == [places.span(6, 7), places.span(7, 8)]


@pytest.mark.parametrize("gap", ["\n", ""])
def test_bad_input_9_gbk_within_utf_8_is_quarantined_with_its_bytes(gap: str) -> None:
    before, within = f"{ZH[:100]}{gap}".encode(), ZH[100:160].encode("gbk")
    [(start, end)] = places(rejection(before + within + f"{gap}{ZH[160:]}".encode(), code="E_MIXED"))

    # Two or three characters at either edge may be valid UTF-8 by chance.
    assert len(before) <= start <= len(before) + 9
    assert len(before + within) - 9 <= end <= len(before + within)


def test_bad_input_9_utf_8_within_gbk_is_quarantined_too() -> None:
    rejection(b"\n".join((ZH.encode("gbk"), ZH[:60].encode(), ZH.encode("gbk"))), code="E_MIXED")


def test_bad_input_9_big5_after_gbk_is_quarantined_with_its_bytes() -> None:
    before, after = f"{ZH}\n{ZH}\n{ZH}\n".encode("gbk"), SAMPLES["zh-Hant"].encode("big5")
    found = places(rejection(before + after, code="E_MIXED"))

    assert all(len(before) < end for _, end in found)
    assert len(before + after) == found[-1][1]


def test_bad_input_18_rare_line_ends_are_characters_like_others() -> None:
    text = "一\u2028二\x85三\x0b四\x0c五\r六"

    assert text == decode(text.encode()).text


@pytest.mark.parametrize(
    "path", sorted(Path(decode.__code__.co_filename).parents[1].rglob("*.py")), ids=lambda p: p.name
)
def test_bad_input_18_no_code_splits_at_rare_line_ends(path: Path) -> None:
    names = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}

    assert "splitlines" not in names


def test_a_label_decides_where_the_bytes_say_little() -> None:
    assert ["ж", "Ф"] == [decode(b"\xe6", label).text for label in ("windows-1251", "koi8-r")]


def test_an_encoding_that_is_never_guessed_is_read_when_declared() -> None:
    raw = "Η βιβλιοθήκη άνοιξε χθες το απόγευμα.".encode("iso8859-7")

    assert Decoded(raw.decode("iso8859-7"), "iso8859-7", "ISO-8859-7", ()) == decode(raw, "ISO-8859-7")


def test_thai_that_nobody_declared_is_no_chinese() -> None:
    rejection("ห้องสมุดเปิดเมื่อวานนี้ตอนบ่าย".encode("tis-620"), code="E_ENCODING")


@pytest.mark.parametrize("label", ["no such thing", "rot13", "idna", "unicode_escape", "\0", "é"])
def test_a_label_that_names_no_encoding_is_flagged(label: str) -> None:
    assert Decoded("a", "utf-8", label, ("declared-unknown",)) == decode(b"a", label)


def test_plain_ascii_agrees_with_any_label() -> None:
    assert Decoded("a", "utf-8", "big5", ()) == decode(b"a", "big5")


def test_noise_is_no_text() -> None:
    noise = b"".join((at * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big") for at in range(1, 400))

    rejection(noise, code="E_ENCODING")


def test_control_characters_are_no_text() -> None:
    rejection(b"caf\xe9 \x01\x02\x03" * 20, code="E_ENCODING")
