"""What would be proposed for a file: the contract's meaning, not only its shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builder.config_tables import AnnotateTable
from builder.errors import UsageError
from builder.preview import preview_files
from builder.readers import text_file
from builder.text.parts import Part

EXAMPLES = sorted((Path(__file__).parent.parent / "examples" / "news").glob("*.txt"))


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.name)
def page(request: pytest.FixtureRequest) -> tuple[Path, str, list[dict[str, Any]]]:
    """Give a page of the sample: its path, its raw text, and what is said of it."""
    path: Path = request.param
    return path, path.read_bytes().decode(), list(preview_files([path], "news")[0])


def written(folder: Path, text: str, name: str = "page.txt") -> Path:
    (folder / name).write_bytes(text.encode())
    return folder / name


def said(path: Path) -> list[dict[str, Any]]:
    return list(preview_files([path], "news")[0])


def test_every_line_names_its_contract_and_file(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    path, _, lines = page

    assert {("preview/1", str(path))} == {(line["contract"], line["document"]) for line in lines}


def test_pieces_replay_to_the_text_but_for_joined_lines(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    _, raw, lines = page
    replayed = ["".join(raw[start:end] for start, end in line["pieces"]) for line in lines]

    assert ["".join(line["text"].split()) for line in lines] == ["".join(text.split()) for text in replayed]


def test_pieces_are_apart(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    bounds = [bound for piece in sorted(piece for line in page[2] for piece in line["pieces"]) for bound in piece]

    assert sorted(bounds) == bounds


def test_every_entity_covers_its_text(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    pairs = [
        (entity["text"], line["text"][entity["start"] : entity["end"]])
        for line in page[2]
        for entity in line["entities"]
    ]

    assert pairs
    assert [] == [pair for pair in pairs if pair[0] != pair[1]]


def test_entities_of_a_flat_schema_are_in_order_and_apart(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    for line in page[2]:
        bounds = [bound for entity in line["entities"] for bound in (entity["start"], entity["end"])]

        assert sorted(bounds) == bounds


def test_every_body_sentence_has_a_label_and_no_other_has(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    assert [] == [line for line in page[2] if (line["kind"] == "body") != (line["label"] is not None)]


def test_every_proposal_names_a_configured_annotator(page: tuple[Path, str, list[dict[str, Any]]]) -> None:
    proposals = [one for line in page[2] for one in (*line["entities"], *([line["label"]] if line["label"] else []))]

    assert {name.split("@")[0] for one in proposals for name in one["by"]} <= {*AnnotateTable().annotators}


def test_offsets_of_an_entity_count_code_points(tmp_path: Path) -> None:
    (line,) = said(written(tmp_path, "\ufeff😀𠮷：哈萨克斯坦总统今天出席了会议。\r\n"))

    assert ("哈萨克斯坦", 3) in {(entity["text"], entity["start"]) for entity in line["entities"]}
    assert [[1, 19]] == line["pieces"]


def test_changes_of_a_later_stretch_stand_at_their_raw_characters(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(text_file, "parts_of", lambda text: [Part(0, 12, False), Part(12, len(text), False)])
    path = written(tmp_path, "会议今天开幕。\n\n\n\n\n各方 代表出席了会议。\n")
    lines = list(preview_files([path], "news", structure=True)[0])
    [change] = [change for line in lines for change in line["structure"]["changes"]]

    assert (14, 15, " ") == (change["raw_start"], change["raw_end"], change["was"])


def test_a_damaged_sentence_is_flagged(tmp_path: Path) -> None:
    (line,) = said(written(tmp_path, "会议今天开幕，他说：“好。\n"))

    assert ["unbalanced"] == line["flags"]


def test_an_unfit_file_is_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    empty, sound = written(tmp_path, "", "empty.txt"), written(tmp_path, "会议今天开幕，各方发言。")
    lines, _, rejected = preview_files([empty, sound], "news")

    assert [str(sound)] == [line["document"] for line in lines]
    assert [(str(empty), "E_EMPTY")] == [(reject.subject, reject.code) for reject in rejected]


def test_a_file_that_is_not_there_stops_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder: .*gone.txt"):
        said(tmp_path / "gone.txt")


def test_a_file_no_reader_takes_stops_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no reader takes 'page.odt'; known endings: .*\.txt"):
        said(written(tmp_path, "x", "page.odt"))
