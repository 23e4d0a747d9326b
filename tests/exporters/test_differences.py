"""What differs between two releases: counted whole, each change in one class, the same read backwards."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from builder.errors import UsageError
from builder.exporters.order import PublishedRows
from builder.exporters.span_changes import span_changes
from tests.exporters.compared_rows import SCHEMA, SCHEMAS, TEXTS, diff_of, pages, row
from tests.test_json_schemas import schema

PAIRS = pages()
CONTRACT = Draft202012Validator(schema("diff"))


def spans_of(one):
    return [(gold.span.start, gold.span.end, gold.span.label) for gold in one.gold.entities]


def sentence_cells(rows):
    return Counter((one.gold.label, one.sentence.language, one.split) for one in rows)


def span_cells(rows):
    return Counter((span[2], one.sentence.language, one.split) for one in rows for span in spans_of(one))


def place(cell):
    return cell["label"], cell["language"], cell["split"]


def key(told):
    return told["start"], told["end"], told["label"]


def counted(diff, layer):
    counts = diff[layer]["counts"]
    return {kind: counts[kind] for kind in counts if kind not in ("before", "after")}


@settings(deadline=None)
@given(PAIRS, st.sampled_from(SCHEMAS))
def test_a_release_differs_in_nothing_from_itself(pair, labels):
    diff = diff_of(pair[0], pair[0][::-1], (labels, labels))

    assert {0} == {*counted(diff, "sentences").values(), *counted(diff, "spans").values()}
    assert ("none", []) == (diff["change"], diff["reasons"])
    assert [] == [
        one
        for part in (diff, diff["sentences"], diff["spans"])
        for name in ("labels", "columns", "formats", "facts", "cells", "relabellings", "reviewers")
        for one in part.get(name, ())
    ]


@settings(deadline=None)
@given(PAIRS, st.sampled_from(SCHEMAS))
def test_what_is_counted_leads_from_one_release_to_the_other(pair, labels):
    old, new = pair
    diff = diff_of(old, new, (SCHEMA, labels))

    CONTRACT.validate(diff)
    for layer, cells_of in (("sentences", sentence_cells), ("spans", span_cells)):
        before, after = cells_of(old), cells_of(new)
        for cell in diff[layer]["cells"]:
            assert (cell["before"], cell["after"]) == (before[place(cell)], after[place(cell)])
            before[place(cell)] += cell["added"] - cell["removed"] + cell["arrived"] - cell["left"]
        assert +after == +before
        assert {"before": cells_of(old).total(), "after": after.total()}.items() <= diff[layer]["counts"].items()
        for kind in {*counted(diff, layer)} & {*diff[layer]["listed"]}:
            assert diff[layer]["counts"][kind] == sum(cell[kind] for cell in diff[layer]["cells"])


@settings(deadline=None)
@given(PAIRS)
def test_what_is_listed_makes_the_new_answers_from_the_old(pair):
    """Every changed span is in one class: taking the old ones out and putting the new ones in gives the release."""
    old, new = pair
    diff = diff_of(old, new)
    listed = diff["sentences"]["listed"]
    was = {entry["id"]: entry["old_id"] for kind in listed.values() for entry in kind if entry["old_id"]}
    before, after = ({one.sentence.id: one for one in rows} for rows in (old, new))
    kept = {id: was.get(id, id) for id in after if id not in {entry["id"] for entry in listed["added"]}}

    assert {*before} == {*kept.values(), *(entry["id"] for entry in listed["removed"])}
    made = {id: Counter(spans_of(before[old_id])) for id, old_id in kept.items()}
    for kind, entries in diff["spans"]["listed"].items():
        for entry in entries:
            for side, row_of, sign in (("old", before, -1), ("new", after, 1)):
                if span := entry[side]:
                    id = (entry["old_id"] or entry["id"]) if side == "old" else entry["id"]
                    assert row_of[id].sentence.text[span["start"] : span["end"]] == span["text"]
                    made[entry["id"]][key(span)] += sign
            check_kind(kind, entry)
    assert {id: Counter(spans_of(after[id])) for id in kept} == {id: +spans for id, spans in made.items()}
    assert all(count >= 0 for spans in made.values() for count in spans.values())
    for id, old_id in kept.items():
        facts = {"moved": lambda one: one.split, "relabelled": lambda one: one.gold.label}
        for kind, fact in facts.items():
            is_listed = id in {entry["id"] for entry in listed[kind]}
            assert is_listed == (fact(before[old_id]) != fact(after[id]))
        is_reworded = before[old_id].sentence.text != after[id].sentence.text
        assert is_reworded == (id in {entry["id"] for entry in listed["reworded"]})


def check_kind(kind, entry):
    old, new = entry["old"], entry["new"]
    assert (kind != "added", kind != "removed") == (old is not None, new is not None)
    if kind == "moved":
        assert old["label"] == new["label"]
        assert max(old["start"], new["start"]) < min(old["end"], new["end"])
        assert key(old) != key(new)
    if kind == "relabelled":
        assert (key(old)[:2], True) == (key(new)[:2], old["label"] != new["label"])


@settings(deadline=None)
@given(PAIRS)
def test_read_backwards_it_is_the_same(pair):
    there, back = diff_of(*pair), diff_of(*pair[::-1])
    turned = {"added": "removed", "removed": "added", "arrived": "left", "left": "arrived", "before": "after"}
    turned |= {"after": "before", "added_with_sentences": "removed_with_sentences"}
    turned["removed_with_sentences"] = "added_with_sentences"

    for layer in ("sentences", "spans"):
        counts = {turned.get(name, name): count for name, count in back[layer]["counts"].items()}
        assert counts == there[layer]["counts"]
        flows = ("before", "after", "added", "removed", "arrived", "left")
        cells = {place(cell): [cell[turned.get(flow, flow)] for flow in flows] for cell in back[layer]["cells"]}
        changed = {at: counts for at, counts in cells.items() if any(counts[2:])}
        assert changed == {
            place(cell): figures
            for cell in there[layer]["cells"]
            if any((figures := [cell[flow] for flow in flows])[2:])
        }
        swapped = {(one["new"], one["old"]): one["count"] for one in back[layer]["relabellings"]}
        assert swapped == {(one["old"], one["new"]): one["count"] for one in there[layer]["relabellings"]}
    for kind, entries in there["spans"]["listed"].items():
        others = back["spans"]["listed"][turned.get(kind, kind)]
        assert sorted(named(entry, "old", "new") for entry in entries) == sorted(
            named(entry, "new", "old") for entry in others
        )
    assert (there["change"], len(there["facts"])) == (back["change"], len(back["facts"]))


def named(entry, one, other):
    ids = (
        (entry["old_id"] or entry["id"], entry["id"]) if one == "old" else (entry["id"], entry["old_id"] or entry["id"])
    )
    return json.dumps([*ids, entry[one], entry[other]], ensure_ascii=False)


def changed(before, after):
    number = [0]

    def span(told):
        number[0] += 1
        return (*told, number[0])

    found = span_changes([span(told) for told in before], [span(told) for told in after])
    return [(kind, old and old[:3], new and new[:3]) for kind, old, new in found]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([(0, 2, "A")], [(0, 2, "B")], ["relabelled"]),
        ([(0, 2, "A")], [(0, 3, "A")], ["moved"]),
        ([(0, 2, "A")], [(2, 3, "A")], ["removed", "added"]),
        ([(0, 2, "A")], [(0, 3, "B")], ["removed", "added"]),
        ([(0, 2, "A"), (0, 4, "B")], [(0, 4, "A")], ["removed", "relabelled"]),
        ([(0, 4, "A")], [(0, 1, "A"), (1, 4, "A")], ["added", "moved"]),
        ([(0, 2, "A"), (0, 2, "B")], [(0, 2, "B"), (0, 2, "C")], ["relabelled"]),
        ([(0, 2, "A"), (5, 6, "A")], [(5, 6, "A"), (0, 2, "A")], []),
    ],
)
def test_a_changed_span_is_in_one_class(before, after, expected):
    assert expected == [kind for kind, *_ in changed(before, after)]


BOUNDS = st.tuples(st.integers(0, 4), st.integers(1, 5)).filter(lambda pair: pair[0] < pair[1])
FEW_SPANS = st.lists(
    st.builds(lambda pair, name: (*pair, name), BOUNDS, st.sampled_from("AB")), max_size=5, unique=True
)


@given(FEW_SPANS, FEW_SPANS)
def test_spans_that_share_characters_change_the_same_way_read_backwards(before, after):
    turned = {"added": "removed", "removed": "added"}
    back = [(turned.get(kind, kind), new, old) for kind, old, new in changed(after, before)]

    assert sorted(back, key=str) == sorted(changed(before, after), key=str)


def test_who_approved_the_new_rows_is_counted():
    old = [row(0, 0, TEXTS[0], [(0, 2, "PERSON")]), row(0, 1, TEXTS[3]), row(0, 2, TEXTS[2])]
    new = [
        row(0, 0, TEXTS[0], [(0, 2, "ORG"), (3, 6, "GPE")], people=("amy", "bob")),
        row(0, 1, TEXTS[3], name="event", people=("bob",)),
        row(0, 3, TEXTS[1], [(0, 2, "PERSON")], people=("bob",)),
    ]
    told = {
        one.pop("reviewer"): {name: count for name, count in one.items() if count}
        for one in diff_of(old, new)["reviewers"]
    }

    amy = {"spans_added": 1, "spans_relabelled": 1}
    assert {"reviewer-1": amy, "reviewer-2": {**amy, "sentences_added": 1, "sentences_relabelled": 1}} == told


def test_no_more_than_the_limit_is_listed_and_all_is_counted():
    new = [row(0, number, TEXTS[0], [(0, 2, "PERSON")]) for number in range(9)]
    diff = diff_of([row(0, number, TEXTS[0]) for number in range(5)], new, limit=3)

    assert (4, 9, 4) == (*(diff[layer]["counts"]["added"] for layer in ("sentences", "spans")), len(new) - 5)
    assert (3, 3) == tuple(len(diff[layer]["listed"]["added"]) for layer in ("sentences", "spans"))
    assert [one.sentence.id for one in new[5:8]] == [one["id"] for one in diff["sentences"]["listed"]["added"]]


def test_an_id_that_stands_twice_is_refused():
    pair = [row(0, 0, TEXTS[0]), row(0, 0, TEXTS[0], split="test")]
    twice = PublishedRows(lambda: iter(pair), len(pair))
    with pytest.raises(UsageError, match="holds sentence .* twice"):
        diff_of(twice, twice)


def kinds(old, new):
    diff = diff_of(old, new)
    return {kind: count for kind, count in counted(diff, "sentences").items() if count}


A, B, C, D = TEXTS


def page(*texts, edition=0, at=0, without=()):
    return [row(0, at + n, text, edition=edition) for n, text in enumerate(texts) if n not in without]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (page(A, B, C), page(A, B, C, edition=1), {"renamed": 3}),
        (page(A, B, C), page(A, D, C, edition=1), {"renamed": 2, "reworded": 1}),
        (page(A, B, C), page(A, D, B, C, edition=1), {"renamed": 3, "added": 1}),
        (page(A, B, C), page(A, C, edition=1), {"renamed": 2, "removed": 1}),
        (page(A), page(B, edition=1), {"reworded": 1}),
        (page(A, B, B, C, D, without=(2,)), page(A, A, B, C, D, edition=1, without=(1,)), {"renamed": 4}),
        (
            page(A, B, "甲", "乙", C, without=(2,)),
            page(A, "丙", "丁", C, edition=1),
            {"renamed": 2, "removed": 2, "added": 2},
        ),
        (page(A, "甲", "乙", C, without=(2,)), page(A, "甲", "乙", C, without=(1,)), {"added": 1, "removed": 1}),
        (page(A, A), page(A, A, A), {"added": 1}),
        ([row(0, 0, A)], [row(1, 0, A)], {"renamed": 1}),
        ([row(0, 0, A)], [row(1, 0, B)], {"added": 1, "removed": 1}),
        ([row(0, 0, A)], [row(0, 0, B)], {"reworded": 1}),
        ([row(0, 0, A), row(0, 0, B, edition=1)], [row(0, 0, C, edition=2)], {"removed": 2, "added": 1}),
        ([row(0, 0, C, edition=2)], [row(0, 0, A), row(0, 0, B, edition=1)], {"added": 2, "removed": 1}),
    ],
    ids=range(14),
)
def test_a_sentence_is_known_again_by_id_then_text_then_place(old, new, expected):
    assert expected == kinds(old, new)
