"""A project's own patterns: what they find, what is refused, and that no text makes them slow."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import pattern
from builder.annotators.user_patterns import MOST_MATCHES, read_patterns
from builder.errors import Rejected, UsageError
from builder.model import Sentence
from builder.reading import Kind
from builder.schema import read_schema

NEWS = read_schema("news", Path())
TWO = """\
# ours
[[pattern]]
pattern = '第(\\p{Nd}+)号令'
label = "DOCUMENT"
score = 0.9

[[pattern]]
pattern = 'case (?P<number>[A-Z]-\\d+)'
label = "CONCEPT"
group = "number"
"""


def written(folder: Path, text: str) -> str:
    (folder / "patterns.toml").write_text(text, "utf-8")
    return str(folder / "patterns.toml")


def one(expression: str, more: str = "") -> str:
    return f"[[pattern]]\nlabel = 'ORG'\npattern = '''{expression}'''\n{more}\n"


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UsageError) as caught:
        read_patterns(written(folder, text), NEWS)
    return str(caught.value)


def found(folder: Path, text: str, expression: str) -> list[tuple[int, int]]:
    return [place[:2] for place in read_patterns(written(folder, one(expression)), NEWS).find(text)]


def test_what_matches_is_proposed_under_its_label_and_score(tmp_path):
    annotator = pattern.build({"file": written(tmp_path, TWO)}, NEWS)
    text = "😀依据第17号令，case B-52已结。"
    (made,) = annotator.propose([Sentence("s", "d", 0, 0, len(text), Kind.BODY, "zh", text)])

    shown = [(text[e.span.start : e.span.end], e.span.label, e.score) for e in made.entities]
    assert ("第17号令", "DOCUMENT", 0.9) in shown
    assert ("B-52", "CONCEPT", 0.8) in shown


def test_the_fingerprint_follows_the_file(tmp_path):
    built = [pattern.build(options, NEWS) for options in ({}, {"file": written(tmp_path, TWO)})]
    built.append(pattern.build({"file": written(tmp_path, TWO.replace("0.9", "0.7"))}, NEWS))

    assert 3 == len({annotator.fingerprint for annotator in built})


def test_the_fingerprint_does_not_follow_the_place_of_the_file(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    places = (written(tmp_path, TWO), written(tmp_path / "elsewhere", TWO))

    assert 1 == len({pattern.build({"file": place}, NEWS).fingerprint for place in places})


def test_a_pickled_copy_finds_the_same(tmp_path):
    patterns = read_patterns(written(tmp_path, TWO), NEWS)

    assert list(patterns.find("第1号令")) == list(pickle.loads(pickle.dumps(patterns)).find("第1号令"))


@pytest.mark.parametrize("expression", [r"(a)\1", "a(?=b)", "a(?!b)", "(?<=a)b", "(?<!a)b"])
def test_what_the_engine_cannot_do_is_refused_with_its_line(tmp_path, expression, capfd):
    said = refusal(tmp_path, TWO + one(expression))

    assert f"patterns.toml: line 13: {expression!r}: " in said
    assert r"the engine knows no \1, (?=…), (?!…), (?<=…), (?<!…)" in said
    assert "" == capfd.readouterr().err


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (one("(a"), "line 3: '(a': missing )"),
        (one("a{1,2000}"), "invalid repetition size"),
        (one("a", "group = 1"), "has no group 1; it has 0"),
        (one("a", "group = 'x'"), "has no group 'x'"),
        (one("a", "score = 2.0"), "pattern.0.score: "),
        (one("a", "colour = 'red'"), "pattern.0.colour: "),
        (one("a").replace("ORG", "Gene"), "line 3: the schema has no entity type 'Gene'; it has PERSON, "),
        ("[[pattern]]\nlabel = 'ORG'", "pattern.0.pattern: "),
        ("[pattern", "not TOML: "),
        ("", "pattern: "),
        ("pattern = [{label = 'ORG', pattern = '(a'}]", "line 1: '(a': "),
        (one("(a", "# \n").replace("'''", "'").replace("pattern =", "pattern\t="), "line 3: '(a': "),
        (one("a\npattern = b") + one("(c"), "pattern 2: '(c': "),
    ],
)
def test_an_unsound_file_is_refused_with_its_place(tmp_path, text, reason):
    assert reason in refusal(tmp_path, text)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match="none.toml: cannot be read: No such file"):
        read_patterns(str(tmp_path / "none.toml"), NEWS)


def test_a_file_that_is_not_utf8_is_refused_with_the_byte(tmp_path):
    (tmp_path / "patterns.toml").write_bytes(b"# \xff")

    with pytest.raises(UsageError, match="not UTF-8 at byte 2"):
        read_patterns(str(tmp_path / "patterns.toml"), NEWS)


def test_nested_repeats_on_a_million_characters_end(tmp_path):
    assert [] == found(tmp_path, "a" * 1_000_000 + "b", "(a+)+$")


def test_a_pattern_that_matches_without_end_is_refused_for_that_sentence(tmp_path):
    patterns = read_patterns(written(tmp_path, one("a.*b|a")), NEWS)

    assert MOST_MATCHES == len(list(patterns.find("a" * MOST_MATCHES)))
    with pytest.raises(Rejected, match=r"'a.\*b|a' matches over 1000 times here"):
        list(patterns.find("a" * 1_000_000))


def test_an_empty_match_is_no_proposal(tmp_path):
    assert [(1, 2)] == found(tmp_path, "ba", "a*")


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_a_place_is_counted_in_characters_whatever_stands_before_it(tmp_path_factory, before, after):
    folder = tmp_path_factory.getbasetemp()
    text = f"{before}\x01名\x02{after}"

    assert (len(before) + 1, len(before) + 2) in found(folder, text, "名")


@pytest.mark.parametrize("before", ["\ud800", "\udfff\ud800", "\x00", "👩‍👩‍👧", "\r\n"])
def test_a_strange_character_moves_no_place(tmp_path, before):
    assert [(len(before), len(before) + 1)] == found(tmp_path, before + "名", "名")
