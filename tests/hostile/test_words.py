"""Hostile words where they would be commands: at the terminal, on the dataset card, in names, in configurations."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from builder import console
from builder.cli import main
from builder.config import parse_config
from builder.errors import UsageError
from builder.exporters.card import card
from builder.exporters.features import views
from builder.exporters.folder import publish
from builder.exporters.front_matter import SplitFile, ViewFiles
from builder.exporters.order import pseudonyms
from builder.exporters.summary import summarise
from builder.model import Span
from builder.ports import LostSpan
from builder.project_files import create
from builder.rendering import harmless, packed
from builder.schema import LabelSchema, read_schema
from builder.studio.bodies import fitting
from builder.studio.codec import shown
from builder.studio.label_config import instruction
from tests.exporters.approved_rows import INFO, SCHEMA, sample_rows
from tests.hostile.payloads import PAYLOADS

COMMANDS = "\x1b\x07\x08\x0b\x0c\x9b\x9d\x90\x7f\u061c\u200e\u200f\u202a\u202e\u2066\u2069\ud800\udfff"
NAMES = [
    "../up",
    "/etc",
    "C:\\x",
    "a/b",
    "a\\b",
    "..",
    ".",
    "",
    "a" * 300,
    "v1\n",
    "v1\x00",
    "v\u0661",
    "v" + "1" * 97,
    "é",
]
each_payload = pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)


def hostile_card(payload: str) -> str:
    """Put a payload wherever a card shows what came from elsewhere."""
    first, *others = sample_rows()
    approval = replace(first.gold.approval, at=payload)
    row = replace(
        first,
        sentence=replace(first.sentence, language=payload.replace("\x00", "")),
        gold=replace(first.gold, approval=approval),
    )
    labels = [
        label.model_copy(update={"title": {"zh": payload, "en": payload}, "guideline": {"zh": payload, "en": payload}})
        for label in SCHEMA.entity
    ]
    info = replace(INFO, pretty_name=payload, license=payload, schema=SCHEMA.model_copy(update={"entity": (*labels,)}))
    files = (SplitFile("train", "records/train-00000-of-00001.parquet", 1, 10, 20),)
    lost = {"tokens": [LostSpan("s1", Span(0, 1, "ORG"), payload, "misaligned")]}
    written = [ViewFiles(view, "0" * 64, files) for view in views(SCHEMA)]
    return card(info, summarise([row, *others], pseudonyms([row, *others])), written, lost).text


@each_payload
def test_a_card_holds_no_element_link_picture_or_tag(payload: str) -> None:
    _, head, prose = hostile_card(payload).split("---\n", 2)
    ours = re.sub(r"^!\[[^\]\n]*\]\(plots/[a-z-]+\.svg\)$", "", prose, flags=re.MULTILINE)
    plain = re.sub(r"```.*?```|`[^`\n]*`", "", ours, flags=re.DOTALL)

    assert payload == yaml.safe_load(head)["pretty_name"]
    assert "!!python" not in head
    assert [] == re.findall(r"<[a-zA-Z/!]", prose)
    assert [] == re.findall(r"(?<!\\)!?\[[^\]]*\]\(", plain)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "&a [*a]", "--- x", "x: y", "null", "%YAML 9"])
def test_yaml_in_a_title_stays_a_title(tag: str) -> None:
    assert tag == yaml.safe_load(hostile_card(tag).split("---\n", 2)[1])["pretty_name"]


@given(st.text(st.one_of(st.characters(), st.sampled_from(COMMANDS))))
def test_no_text_is_a_command_to_the_terminal(text: str) -> None:
    told, value = harmless(text), json.loads(packed(text))

    assert (len(text), set(), text) == (len(told), set(COMMANDS) & set(told), value)
    assert set() == set(COMMANDS) & set(packed(text).decode())
    assert told == "".join(b if a in "\n\t" else b for a, b in zip(text, told, strict=True))


def test_whatever_is_said_commands_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    for tell in (console.say, console.fail, console.answer, console.as_json):
        tell(f"a{COMMANDS}b")
    console.show_table(COMMANDS, [(COMMANDS, 1)])
    console.show_status({"project": COMMANDS, "rejects": [], "release": {"versions": [COMMANDS]}, **dict.fromkeys(
        ("ingest", "annotate", "push", "pull", "review"), Counter({COMMANDS: 1}))})  # fmt: skip
    try:
        raise RuntimeError(COMMANDS)
    except RuntimeError:
        console.show_trace()
    told = capfd.readouterr()

    assert set() == set(COMMANDS) & set(told.out + told.err)
    assert "RuntimeError: ␛" in told.err


def test_the_name_of_a_file_is_no_command(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a\x1b]0;pwned\x07\u202e.jsonl").write_text('{"text": 7}\n')
    CliRunner().invoke(main, ["-C", str(tmp_path), "init"])
    told = [CliRunner().invoke(main, ["-C", str(tmp_path), *verb]) for verb in (("ingest",), ("status",))]

    assert [1, 0] == [result.exit_code for result in told]
    assert all("␛]0;pwned␇" in result.output for result in told)
    assert set() == {"\x1b", "\x07", "\u202e"} & set("".join(result.output + result.stderr for result in told))


@pytest.mark.parametrize("name", NAMES)
def test_a_release_is_never_named_so_that_it_lies_elsewhere(name: str, tmp_path: Path) -> None:
    for info in (replace(INFO, version=name), replace(INFO, name=name)):
        with pytest.raises(UsageError):
            publish(tmp_path / "exports", info, sample_rows(), [])
    assert [] == [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", [*NAMES, *list(PAYLOADS.values())[:10], "con", "nul.txt", "-rf", "$(id)"])
def test_a_project_is_named_by_letters_only(name: str, tmp_path: Path) -> None:
    made = create(tmp_path / "p", name, "news", ("sources",))

    assert re.fullmatch("[a-z0-9][a-z0-9_-]{0,40}", parse_config(made.read_text("utf-8")).project.name)
    with pytest.raises(UsageError):
        parse_config(f"[project]\nname = {json.dumps('../' + name)}")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "http://evil.test/s.toml", "news\x00"])
def test_a_schema_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_schema(name, tmp_path)


@pytest.mark.parametrize("text", ["a = " + "[" * 50_000, "a = " + "9" * 5_000, "a = 1e999999", "\x00", "a.b" * 5_000])
def test_a_configuration_without_end_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(UsageError):
        parse_config(text)
    with pytest.raises(UsageError):
        read_schema("s.toml", tmp_path)


@each_payload
def test_an_instruction_and_a_title_are_text(payload: str) -> None:
    whole = SCHEMA.model_dump(mode="json") | {"instruction": {"en": re.sub(r"[\x00-\x1f]", "", payload)}}
    said = instruction(LabelSchema.model_validate(whole))

    assert ["<p>", "</p>"] == re.findall(r"<[^>]*>", said)
    assert fitting(payload).isprintable()
    assert set() == set(shown(payload)) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00")
