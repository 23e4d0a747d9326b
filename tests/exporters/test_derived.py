"""The law of every derived format: each span comes back to the character, or is told as lost."""

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.exporters import brat, chat, conll, csv_table, gliner, huggingface, label_studio, spacy_docs
from builder.exporters.derived import characters, check_options
from builder.exporters.folder import publish
from builder.exporters.loading import load_release
from builder.model import Span
from builder.text.graphemes import snapped
from builder.text.tokens import tokenize
from tests.exporters.approved_rows import INFO, SCHEMA, plain_row, sample_rows
from tests.exporters.reading_back import READERS

MODULES = {
    "brat": brat,
    "chat": chat,
    "conll": conll,
    "csv": csv_table,
    "gliner": gliner,
    "label-studio": label_studio,
    "spacy": spacy_docs,
}
CUT = {"tokenizer": "characters"}
VARIANTS = [
    *((name, {}) for name in MODULES),
    *((name, CUT) for name in ("conll", "gliner", "spacy")),
]
CHARACTERS = "ab 中国。😀𠮷\r\n\t\u3000\x85\u2028\u200d\u0301👍🏽🇨🇳'\"=,<&-#"
WORDS = ("北京市", "海淀区", "Xi Jinping", "3M公司", "China's", "\r\n", "  ", "-DOCSTART-", "👩\u200d👧", "e\u0301")
TEXTS = st.one_of(
    st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=24),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("".join),
)


@st.composite
def texts_with_spans(draw):
    """Draw a text and any spans of it: nested, crossing, equal but for their label, inside a token, over line ends."""
    text = draw(TEXTS)
    places = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)))
    drawn = draw(st.lists(st.tuples(places, st.sampled_from(SCHEMA.entity_names)), max_size=6))
    return text, sorted({Span(start, end, name) for (start, end), name in drawn if start < end})


def as_read(text, span):
    """Make of a span what is read of a person's answer: whole characters, no white space at the edges."""
    covered = text[span.start : span.end]
    start, end = span.start + len(covered) - len(covered.lstrip()), span.end - len(covered) + len(covered.rstrip())
    return Span(*snapped(text, start, end), span.label) if start < end else None


def held_and_lost(name, options, text, spans):
    row = plain_row(text, spans)
    with TemporaryDirectory() as folder:
        losses = MODULES[name].build(options).export([row], INFO, Path(folder))
        held = READERS[name]({row.sentence.id: text})(Path(folder))
    return {
        view: sorted([*spans.get(row.sentence.id, ()), *(loss.span for loss in losses[view])])
        for view, spans in held.items()
    }


@pytest.mark.parametrize(("name", "options"), VARIANTS)
@settings(max_examples=150)
@given(texts_with_spans())
@example(("王伟在北京市海淀区报案。", [Span(0, 2, "PERSON"), Span(3, 9, "GPE"), Span(3, 6, "GPE"), Span(6, 9, "ORG")]))
@example(("𠮷野家 😀\r\n3M公司", [Span(0, 3, "ORG"), Span(4, 7, "ORG"), Span(8, 11, "ORG"), Span(7, 11, "ORG")]))
@example((" ", [Span(0, 1, "ORG")]))
def test_every_span_comes_back_or_is_told_as_lost(name, options, drawn):
    if name == "spacy":
        pytest.importorskip("spacy")
    text, spans = drawn
    if name == "label-studio":
        spans = [read for span in spans if (read := as_read(text, span))]
    for found in held_and_lost(name, options, text, spans).values():
        assert sorted(set(spans)) == found


@given(TEXTS)
def test_characters_are_whole_and_leave_out_nothing_but_white_space(text):
    tokens = characters(text)
    pairs = zip([(0, 0), *tokens], [*tokens, (len(text), len(text))], strict=True)
    rest = [text[end:start] for (_, end), (start, _) in pairs]

    assert "" == "".join(rest).strip()
    assert not [text[start:end] for start, end in tokens if not text[start:end].strip()]


def test_words_and_characters_differ_within_latin_runs_only():
    assert ["3M", "公", "司"] == ["3M公司"[start:end] for start, end in tokenize("3M公司")]
    assert ["3", "M", "公", "司"] == ["3M公司"[start:end] for start, end in characters("3M公司")]


@pytest.mark.parametrize(
    ("options", "said"),
    [({"colour": "red"}, "no option 'colour'; it has: bom"), ({"bom": "maybe"}, "takes bom = yes or no, not 'maybe'")],
)
def test_unknown_options_and_values_are_refused(options, said):
    with pytest.raises(UsageError, match=said):
        check_options("csv", options, {"bom": ("yes", "no")})


def test_what_has_no_option_says_so():
    with pytest.raises(UsageError, match="the brat exporter has no option 'x'; it has none; remove it"):
        brat.build({"x": "1"})


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Give a release in every format."""
    pytest.importorskip("spacy")
    exporters = [huggingface.build({}), *(module.build({}) for module in MODULES.values())]
    return publish(tmp_path_factory.mktemp("exports"), INFO, sample_rows(), exporters)


def test_derived_formats_do_not_disturb_load_dataset(whole, loaded):
    assert loaded == load_release(whole)


def test_every_format_lies_in_a_folder_of_its_name(whole, release):
    top = {path.name for path in whole.iterdir()} - {path.name for path in release.iterdir()}

    assert set(MODULES) == top


def test_every_view_has_its_place_in_the_loss_report(whole):
    told = json.loads((whole / "losses.json").read_text("utf-8"))["views"]

    lossy = {"conll": 2, "gliner": 1, "gliner.defaults": 0, "spacy.ents": 2, "spacy.spans": 1, "tokens": 2}
    assert {**lossy, "brat": 0, "chat": 0, "csv": 0, "label-studio": 0} == {v: r["lost"] for v, r in told.items()}


def test_the_card_tells_the_losses_of_every_format(whole):
    card = (whole / "README.md").read_text("utf-8")

    assert "| `spacy.ents` | 2 | 1 | 1 |" in card
    assert "Nothing: every span of `records` is in `brat`, `chat`, `csv`" in card


def test_splits_stay_apart(whole):
    ids = {row.sentence.id: row.split for row in sample_rows()}
    for split in ("train", "test"):
        lines = (whole / "conll" / f"{split}.ids").read_text("utf-8").split()

        assert sorted(name for name, its_split in ids.items() if its_split == split) == sorted(lines)


def test_the_sentence_label_is_where_the_format_has_a_place_for_it(tmp_path):
    row = plain_row("在北京", [], label="event")
    for name in ("brat", "chat", "csv", "label-studio"):
        MODULES[name].build({}).export([row, replace(sample_rows()[1])], INFO, tmp_path)
    answered = json.loads((tmp_path / "chat" / "train.jsonl").read_text("utf-8").split("\n")[0])

    assert {"event", "no"} == {
        json.loads(line)["label"] for line in (tmp_path / "brat" / "train.jsonl").read_text("utf-8").splitlines()
    }
    assert json.loads(answered["messages"][1]["content"])["label"] in ("event", "no")


def test_raw_pieces_are_left_out_on_request_everywhere(tmp_path):
    info = replace(INFO, pieces=False)
    publish(tmp_path, info, sample_rows(), [huggingface.build({}), csv_table.build({}), label_studio.build({})])
    texts = [path.read_text("utf-8") for path in tmp_path.rglob("*") if path.suffix in (".csv", ".json", ".md")]

    assert 9 == len(texts)
    assert not [text for text in texts if "pieces" in text]


def test_without_spacy_its_exporter_says_what_to_install(monkeypatch):
    monkeypatch.setattr("builder.exporters.spacy_docs.find_spec", lambda name: None)

    with pytest.raises(UsageError, match=r"needs spaCy: pip install 'annotation-dataset-builder\[spacy\]'"):
        spacy_docs.build({})
