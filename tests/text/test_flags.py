"""Signs of damage: each is found where it is, and good text has none."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.text.damage.names import NearNames
from builder.text.flags import damage_of
from tests.page_words import EN, ZH, Words
from tests.strategies import ANY_TEXT, PAGES

NAMES = NearNames(
    ["吉尔吉斯斯坦", "吉尔吉斯", "哈萨克斯坦", "巴基斯坦", "澳大利亚", "意大利", "利比里亚", "利比亚", "中国人民银行"]
    + ["Kyrgyzstan", "Kazakhstan", "Philippines", "Serbia", "Serbian", "Addis Ababa"]
)
DICTIONARY = (
    "未来",
    "期末",
    "天天",
    "天才",
    "轮值",
    "主席国",
    "主席",
    "统一",
    "上海",
    "合作",
    "组织",
    "中国",
    "接任",
    "担任",
    "期间",
    "会议",
    "由",
)


def words(text: str) -> list[str]:
    """Split by a small dictionary, longest word first."""
    return re.findall("|".join((*sorted(DICTIONARY, key=len, reverse=True), "(?s:.)")), text)


def found(*texts: str) -> list[list[tuple[str, str]]]:
    """Name the damage of a paragraph, and the characters it is at."""
    flags = damage_of([texts], NAMES, words)[0]
    return [
        [(flag.name, text[flag.start : flag.end]) for flag in mine] for text, mine in zip(texts, flags, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("会议开幕。", ()),
        ("“会议开幕。”", ()),
        ("会议开幕", ("unterminated",)),
        ("“会议开幕。", ("unbalanced",)),
        ("《宣言。", ("unbalanced",)),
        ("（图。", ("unbalanced",)),
        ('He said "yes.', ("unbalanced",)),
        ("会议\ufffd开幕。", ("replacement",)),
        ("“会\ufffd议", ("unterminated", "unbalanced", "replacement")),
    ],
)
def test_damage_is_named(text: str, flags: tuple[str, ...]) -> None:
    assert set(flags) == {flag.name for flag in damage_of([[text]])[0][0]}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        (
            "断突破、新业态持续涌现、新水断突破、新业态持续涌现、新断次拓展。",
            [("repeat", "断突破、新业态持续涌现、新"), ("enumeration-loop", "新业态持续涌现")],
        ),
        ("他们共商发展合作大计他们共商发展合作大计。", [("repeat", "他们共商发展合作大计")]),
        ("中国文化扶贫委员会主任代表中国文化扶贫委员会发言。", []),
        ("哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈哈。", []),
        ("推动贸易合作、能源合作、交通合作。", []),
        (
            "The council approved the new plan and the council approved the new plan for the city.",
            [("repeat", "the council approved the new plan")],
        ),
        ("He came, he saw, he won, and he went home again.", []),
    ],
)
def test_a_passage_that_loops_is_flagged_where_it_comes_again(text: str, flags: list[tuple[str, str]]) -> None:
    assert flags == [(name, part) for name, part in found(text)[0] if name != "single-run"]


def test_a_phrase_that_other_sentences_have_too_does_not_loop() -> None:
    term = "全面与进步跨太平洋伙伴关系协定委员会"

    assert [[(), ()]] == damage_of([[f"{term}说，{term}同意。", f"{term}开会。"]])


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("俄罗斯总统普京、伊朗总统莱希、印度总理莫迪等参加。", []),
        ("俄罗斯总统普京、伊朗总统莱希、印度总统莱希等、别人参加。", []),
        ("俄罗斯总统普京、伊朗总统莱希、印度总统莱希、别人参加。", ["印度总统莱希"]),
        ("北山县、东湖区、南岭镇、东湖区、老城。", ["东湖区"]),
        ("Talks covered clean energy, trade, clean energy and farming.", ["clean energy"]),
        ("Talks covered clean energy, trade, green energy and farming.", []),
        ("Iranian President Ebrahim Raisi, Indian President Ebrahim Raisi, and others came.", ["Indian President"]),
    ],
)
def test_an_enumeration_that_repeats_is_flagged(text: str, flags: list[str]) -> None:
    assert flags == [part[: len("Indian President")] for name, part in found(text)[0] if name == "enumeration-loop"]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("吉尔吉斯坦总统参加。", ["吉尔吉斯坦"]),
        ("吉尔吉斯斯坦总统参加。", []),
        ("他到了哈萨克期坦。", ["哈萨克期坦"]),
        ("他到了哈萨克斯斯坦。", ["哈萨克斯斯坦"]),
        ("利比亚和利比里亚。", []),
        ("意大利亚军。", []),
        ("中国人民很行。", []),
        ("He flew to Kazakstan.", ["Kazakstan"]),
        ("He flew to Phillippines.", ["Phillippines"]),
        ("Serbian and Serbians.", []),
        ("kazakstan in lower case.", []),
    ],
)
def test_what_is_nearly_a_name_is_flagged(text: str, near: list[str]) -> None:
    assert near == [part for name, part in found(text)[0] if name == "near-miss"]


def test_a_right_name_inside_another_is_left_alone() -> None:
    text = "他到了哈萨克森坦。"

    assert [(3, 8)] == NearNames(["哈萨克斯坦"]).near(text)
    assert [] == NearNames(["哈萨克斯坦", "萨克森"]).near(text)


def test_a_word_that_differs_in_one_character_from_one_of_the_document_is_a_variant() -> None:
    told = found("上海合作组织轮值主席国。", "担任轮值主席国期间。", "由中国接任统值主席国。")

    assert [[], [], [("variant", "统值")]] == told


def test_a_word_that_stands_once_has_no_variants() -> None:
    assert [[], []] == found("上海合作组织轮值主席国。", "由中国接任统值主席国。")


def test_another_good_word_is_no_variant() -> None:
    assert [[], [], []] == found("上海合作组织轮值主席国。", "担任轮值主席国期间。", "由中国接任统一主席国。")


@pytest.mark.parametrize(
    ("text", "runs"), [("会议勃勾彗噬瓮期间。", ["勃勾彗噬瓮"]), ("会议勃勾的彗噬期间。", []), ("会议尔斯克特坦。", [])]
)
def test_a_run_of_characters_that_make_no_words_is_flagged(text: str, runs: list[str]) -> None:
    assert runs == [part for name, part in found(text)[0] if name == "single-run"]


def test_without_words_neither_variants_nor_runs_are_looked_for() -> None:
    assert [[()]] == damage_of([["会议勃勾彗噬瓮期间。"]])


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("致力干以和平方式解决。", ["干"]),
        ("位干练的律师。", []),
        ("位干该市的总部。", ["干"]),
        ("由干部负责。", []),
        ("他大干一场。", []),
        ("美好的末来，属于青年。", ["末"]),
        ("期末来临。", []),
        ("他己经到了。", ["己"]),
        ("知己经过这里。", []),
        ("他自已的书。", ["已"]),
        ("2O24年l8日开幕。", ["O", "l"]),
        ("见 http://t.co/7Q6p1Oo2lhn9E 。", []),
        ("The w0rld met.", ["0"]),
        ("Tbe the frorn from.", ["frorn"]),
        ("The G20 met in the H1N1 year.", []),
    ],
)
def test_a_misread_character_is_flagged(text: str, places: list[str]) -> None:
    assert places == [part for name, part in found(text)[0] if name == "confusion"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("在末来的会议。", ["末"]),
        ("在未来的会议。", []),
        ("夭才担任。", ["夭"]),
        ("末，来。", []),
        ("末末来。", ["末"]),
        ("桃之夭夭。", []),
    ],
)
def test_a_character_that_parts_a_word_is_flagged(text: str, places: list[str]) -> None:
    assert places == [part for name, part in found(text)[0] if name == "confusion"]


@pytest.mark.parametrize(
    ("paragraph", "marks"),
    [
        (["他说：“会议开幕。", "各方发言。”"], []),
        (["他说：“会议开幕。", "各方发言。"], [(0, 3)]),
        (["他说会议开幕。”", "各方“发言”。"], [(0, 7)]),
        (["（一）会议（二）开幕。", "1)会议；2)开幕。"], []),
        (["Well :) she said.", "Fine :( he said."], []),
        (['He said: "We met.', 'We spoke."'], []),
        (['Its theme --Governing AI for All."'], [(0, 33)]),
        (['He is 6\'2" tall, 7\'1" at most, 8" more.'], []),
        (['He said "yes. Then he said "no" and left.'], [(0, 8)]),
        (["It’s James’ book, isn't it?"], []),
        (["会议（图)开幕。"], []),
        (["《宣言（草案》）。"], [(0, 3), (0, 7)]),
    ],
)
def test_a_mark_without_a_partner_in_its_paragraph_is_flagged(
    paragraph: list[str], marks: list[tuple[int, int]]
) -> None:
    flags = damage_of([paragraph])[0]

    assert marks == [(n, flag.start) for n, mine in enumerate(flags) for flag in mine if flag.name == "unbalanced"]


def test_a_quotation_may_run_over_paragraphs_that_each_open_it() -> None:
    paragraphs = [["He said: “We met.", "We spoke."], ["“We voted."], ["“We left.”"]]

    assert [[(), ()], [()], [()]] == damage_of(paragraphs)


def test_a_quotation_that_the_next_paragraph_does_not_open_again_is_flagged() -> None:
    assert [[1], [0]] == [[len(mine) for mine in one] for one in damage_of([["“We met."], ["We left."]])]


@pytest.mark.parametrize("language", [ZH, EN], ids=["zh", "en"])
def test_generated_news_has_no_damage(language: Words) -> None:
    rng = random.Random(1)
    paragraphs = [[language.sentence(rng) for _ in range(4)] for _ in range(250)]
    flagged = [text for one in zip(paragraphs, damage_of(paragraphs, NAMES), strict=True) for text in _flagged(*one)]

    assert [] == flagged


def _flagged(paragraph: list[str], flags: list[tuple[object, ...]]) -> list[str]:
    return [text for text, mine in zip(paragraph, flags, strict=True) if mine]


def looped(rng: random.Random, text: str) -> str:
    """Write a passage of a Chinese sentence twice, a character between."""
    start = rng.randrange(len(text) - 14)
    passage = text[start : start + rng.randint(12, 14)]
    return text[:start] + passage + rng.choice(("", "水")) + text[start:]


def looped_words(rng: random.Random, text: str) -> str:
    """Write seven words of an English sentence twice."""
    parts = text.split(" ")
    start = rng.randrange(len(parts) - 8)
    return " ".join([*parts[: start + 7], *parts[start:]])


def replaced(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text))
    return f"{text[:at]}\ufffd{text[at + 1 :]}"


def misnamed(rng: random.Random, text: str) -> str:
    name = rng.choice(("吉尔吉斯斯坦", "哈萨克斯坦"))
    at = rng.randrange(1, len(name) - 1)
    return f"在{name[:at]}{rng.choice(('', '期', '士'))}{name[at + 1 :]}，{text}"


@pytest.mark.parametrize(
    ("language", "damage", "name", "floor"),
    [
        (ZH, looped, "repeat", 0.95),
        (EN, looped_words, "repeat", 0.9),
        (ZH, replaced, "replacement", 1),
        (EN, replaced, "replacement", 1),
        (ZH, misnamed, "near-miss", 0.95),
    ],
)
def test_damage_that_was_done_is_found(
    language: Words, damage: Callable[[random.Random, str], str], name: str, floor: float
) -> None:
    rng = random.Random(2)
    texts = [text for text in (language.sentence(rng) for _ in range(900)) if 20 < len(text) and 9 < _size(text)][:300]
    flags = [damage_of([[damage(rng, text)]], NAMES)[0][0] for text in texts]
    told = sum(name in {flag.name for flag in mine} for mine in flags)

    assert floor * len(texts) <= told


def _size(text: str) -> int:
    return len(text.split()) if text.isascii() else len(text)


@given(st.lists(st.lists(st.one_of(ANY_TEXT, PAGES), max_size=4), max_size=4))
def test_flags_lie_inside_their_sentence(paragraphs: list[list[str]]) -> None:
    flags = damage_of(paragraphs, NAMES, words)
    sizes = [[max([flag.end for flag in mine], default=0) <= len(text) for text, mine in zip(*one, strict=True)]
             for one in zip(paragraphs, flags, strict=True)]  # fmt: skip

    assert [[True] * len(paragraph) for paragraph in paragraphs] == sizes


@pytest.mark.parametrize(
    "unit",
    [
        "甲乙丙丁戊己庚辛壬癸、",
        "吉尔吉斯坦",
        "（",
        "“《",
        "》",
        '"a ',
        "1",
        "a0",
        ", ",
        " ",
        "one two three, ",
        "哈",
        "干l1",
    ],
)
def test_a_very_long_sentence_is_looked_at_in_one_pass(unit: str) -> None:
    """A quadratic search would take hours here."""
    text = unit * (100_000 // len(unit))

    assert 1 == len(damage_of([[text + "》" * 1000]], NAMES, words)[0])


@pytest.mark.parametrize(
    ("text", "places"),
    [("各方将定期期会商商调度度方案案。", [(4, 15)]), ("他常常慢慢走。", []), ("研究研究，讨论讨论。", [])],
)
def test_ideographs_that_stand_twice_one_after_the_other_are_a_repeat(text: str, places: list[tuple[int, int]]) -> None:
    assert places == [(flag.start, flag.end) for flag in damage_of([[text]])[0][0] if flag.name == "repeat"]
