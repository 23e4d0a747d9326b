import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.errors import BrokenError
from builder.store.journal import Journal, broken_lines

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.lists(st.dictionaries(st.text(), JSON, max_size=3), max_size=6)


def bodies(journal, after=0):
    return [entry.body for entry in journal.entries(after)]


@settings(max_examples=60, deadline=None)
@given(BODIES)
def test_what_is_appended_is_read_back_by_another_process(tmp_path_factory, facts):
    folder = tmp_path_factory.mktemp("journal")
    Journal(folder).append([("annotation", fact) for fact in facts])

    again = Journal(folder)

    assert facts == bodies(again)
    assert len(facts) == again.length
    assert [] == [*broken_lines(folder)]


def test_a_lone_surrogate_is_kept(tmp_path):
    Journal(tmp_path).append([("annotation", {"text": "\ud800"})])

    assert [{"text": "\ud800"}] == bodies(Journal(tmp_path))


def test_every_torn_tail_is_cut_and_every_whole_line_kept(tmp_path):
    journal = Journal(tmp_path)
    journal.append([("annotation", {"n": n}) for n in range(3)])
    (path,) = tmp_path.glob("*.jsonl")
    whole = path.read_bytes()

    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        again = Journal(tmp_path)
        assert [{"n": n} for n in range(whole[:length].count(b"\n"))] == bodies(again)
        again.append([("annotation", {"n": "next"})])
        assert [] == [*broken_lines(tmp_path)]


@pytest.mark.parametrize(
    ("was", "made"), [('"n":', '"m":'), ('"hash":', '"hasp":'), ('"n":1', '"n":"1"'), ('{"at', '["at')]
)
def test_a_damaged_last_line_is_named_with_its_file(tmp_path, was, made):
    Journal(tmp_path).append([("annotation", {"who": "ann"})])
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(path.read_text().replace(was, made, 1))

    with pytest.raises(BrokenError, match=path.name):
        Journal(tmp_path)


def test_a_changed_line_breaks_the_chain(tmp_path):
    Journal(tmp_path).append([("annotation", {"who": "ann"}), ("annotation", {"who": "bob"})])
    (path,) = tmp_path.glob("*.jsonl")
    path.write_text(path.read_text().replace("ann", "eve", 2).replace("evenotation", "annotation"))

    assert [f"{path.name} line 1"] == [*broken_lines(tmp_path)]


def test_a_lost_line_breaks_the_chain(tmp_path):
    Journal(tmp_path).append([("annotation", {"n": n}) for n in range(3)])
    (path,) = tmp_path.glob("*.jsonl")
    lines = path.read_text().splitlines(keepends=True)
    path.write_text(lines[0] + lines[2])

    assert [f"{path.name} line 2"] == [*broken_lines(tmp_path)]


def test_a_clock_that_goes_back_never_writes_into_an_older_month(tmp_path):
    times = iter([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)])
    journal = Journal(tmp_path, clock=lambda: next(times))
    journal.append([("annotation", {"n": 1})])
    journal.append([("annotation", {"n": 2})])

    assert ["2026-03.jsonl"] == [path.name for path in tmp_path.iterdir()]
    assert [] == [*broken_lines(tmp_path)]


def test_each_line_says_when_it_was_written(tmp_path):
    Journal(tmp_path, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC)).append([("annotation", {})])
    (path,) = tmp_path.glob("*.jsonl")

    assert "2026-03-01T00:00:00+00:00" == json.loads(path.read_text())["at"]


def test_any_changed_byte_is_named_at_its_line(tmp_path):
    Journal(tmp_path).append([("annotation", {"who": "安 \ud800", "n": [n, 1.5, None]}) for n in range(3)])
    (path,) = tmp_path.glob("*.jsonl")
    whole = path.read_bytes()

    for place in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            assert f"{path.name} line {whole[:place].count(10) + 1}" in [*broken_lines(tmp_path)]


def test_a_whole_last_line_whose_newline_was_changed_is_not_cut_off(tmp_path):
    Journal(tmp_path).append([("annotation", {"who": "ann"})])
    (path,) = tmp_path.glob("*.jsonl")
    path.write_bytes(path.read_bytes()[:-1] + b"\x0b")

    with pytest.raises(BrokenError, match="put a newline there"):
        Journal(tmp_path)
    assert path.read_bytes().endswith(b"}\x0b")
