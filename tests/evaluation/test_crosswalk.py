"""Tag sets beside ours: the shipped ones, and maps that a person gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.evaluation.crosswalk import (
    EXAMPLE,
    Crosswalk,
    LabelMap,
    by_crosswalk,
    guessed,
    joined,
    parsed,
    same_names,
    shipped_crosswalks,
)
from builder.schema import read_schema, shipped_folder

NEWS = read_schema("news", Path())
SHIPPED = dict(shipped_crosswalks())
NEWSPAPER = {"PERSON": "PER", "GPE": "LOC", "LOCATION": "LOC", "ORG": "ORG"}

each = pytest.mark.parametrize("crosswalk", SHIPPED.values(), ids=SHIPPED)


def test_five_tag_sets_are_shipped() -> None:
    assert {"msra", "peoples-daily", "ontonotes", "cluener", "conll-2003"} == set(SHIPPED)


@each
def test_a_crosswalk_is_named_as_its_file(crosswalk: Crosswalk) -> None:
    assert crosswalk is SHIPPED[crosswalk.name]


@each
def test_every_label_of_ours_is_one_of_the_schema(crosswalk: Crosswalk) -> None:
    schema = read_schema(crosswalk.schema_, Path())

    assert set() == {ours for label in crosswalk.label for ours in label.ours} - set(schema.entity_names)


@each
def test_a_label_that_fits_exactly_goes_there_and_back(crosswalk: Crosswalk) -> None:
    for label in crosswalk.label:
        if label.fit == "exact":
            assert {label.theirs} == {back for ours in label.ours for back in crosswalk.to_theirs(ours)}


@each
def test_both_directions_say_the_same(crosswalk: Crosswalk) -> None:
    there = {(ours, label.theirs) for label in crosswalk.label for ours in crosswalk.to_ours(label.theirs)}
    back = {(ours, theirs) for ours in NEWS.entity_names for theirs in crosswalk.to_theirs(ours)}

    assert there == back == set(crosswalk.pairs(()))


@each
def test_every_way_to_write_a_label_is_understood(crosswalk: Crosswalk) -> None:
    for label in crosswalk.label:
        for name in label.names:
            assert label.ours == crosswalk.to_ours(name)
            assert all((ours, name) in crosswalk.pairs({name}) for ours in label.ours)


@each
def test_every_map_but_an_exact_one_says_how_it_differs(crosswalk: Crosswalk) -> None:
    assert [] == [label.theirs for label in crosswalk.label if label.fit in ("broader", "narrower") and not label.note]


@each
def test_its_file_tells_editors_its_json_schema(crosswalk: Crosswalk) -> None:
    path = shipped_folder() / "crosswalks" / f"{crosswalk.name}.toml"
    hint = path.read_text("utf-8").splitlines()[0].removeprefix("#:schema ")

    assert (shipped_folder() / "crosswalk.schema.json").samefile(path.parent / hint)


@pytest.mark.parametrize("name", ["msra", "peoples-daily", "conll-2003"])
def test_newspapers_have_people_places_and_organisations(name: str) -> None:
    assert (NEWSPAPER, (name,)) == ((found := by_crosswalk(name, NEWS, ())).ours, found.crosswalks)


def test_fine_types_meet_in_one_of_ours() -> None:
    found = by_crosswalk("cluener", NEWS, ())

    assert {"ORG"} == {found.theirs[label] for label in ("company", "government", "organization")} | {found.ours["ORG"]}
    assert found.ours["GPE"] == found.ours["LOCATION"] == found.theirs["scene"]
    assert set() == {"book", "movie", "game"} & set(found.theirs)


def test_labels_are_mapped_as_the_file_writes_them() -> None:
    assert {"nr": "nr", "ns": "ns", "nt": "nt"} == by_crosswalk("peoples-daily", NEWS, {"nr", "ns", "nt"}).theirs


def test_an_unknown_crosswalk_names_the_nearest() -> None:
    with pytest.raises(UsageError, match="did you mean 'conll-2003'"):
        by_crosswalk("conll-03", NEWS, ())


def test_a_crosswalk_for_another_schema_is_refused() -> None:
    other = NEWS.model_copy(update={"name": "birds", "entity": NEWS.entity[:1]})

    with pytest.raises(UsageError, match="is for the schema 'news', not for 'birds'"):
        by_crosswalk("msra", other, ())


def test_labels_of_the_schema_need_no_map() -> None:
    assert same_names(NEWS.entity_names) == guessed(NEWS, {"PERSON", "GPE"})


def test_crosswalks_that_say_the_same_of_these_labels_are_one_guess() -> None:
    found = guessed(NEWS, {"PER", "LOC", "ORG"})

    assert (NEWSPAPER, "guess") == (found.ours, found.source)
    assert ("conll-2003", "msra", "peoples-daily") == found.crosswalks


def test_a_label_of_one_crosswalk_only_tells_which_it_is() -> None:
    assert ("cluener",) == guessed(NEWS, {"name", "movie"}).crosswalks


@pytest.mark.parametrize(
    ("written", "why"), [({"bird"}, "no shipped crosswalk has them"), ({"PERSON", "LOC"}, "several crosswalks do")]
)
def test_what_cannot_be_guessed_is_an_error_with_an_example(written: set[str], why: str) -> None:
    with pytest.raises(UsageError) as told:
        guessed(NEWS, written)

    assert why in str(told.value)
    assert EXAMPLE in str(told.value)


def test_ours_stands_left_and_theirs_right() -> None:
    assert [("PERSON", "PER"), ("GPE", "LOC")] == parsed("PERSON=PER, GPE=LOC", NEWS.entity_names)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("PERSON", "is not OURS=THEIRS"),
        ("=PER", "is not OURS=THEIRS"),
        ("PERSON=PER,", "is not OURS=THEIRS"),
        ("PERSN=PER", "did you mean 'PERSON'"),
        ("PER=PERSON", "ours stands left: PERSON=PER"),
        ("bird=crow", "known: PERSON, TITLE"),
    ],
)
def test_a_wrong_map_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        parsed(text, NEWS.entity_names)


def test_what_pairs_connect_is_scored_together() -> None:
    found = joined([("ORG", "company"), ("GPE", "place"), ("ORG", "party"), ("LOCATION", "place")])

    assert (
        LabelMap(
            {"ORG": "ORG", "GPE": "place", "LOCATION": "place"},
            {"company": "ORG", "party": "ORG", "place": "place"},
            "map",
        )
        == found
    )


def test_two_clusters_never_share_a_name() -> None:
    found = joined([("PERSON", "ORG"), ("ORG", "company"), ("ORG", "party")])

    assert {"PERSON": "ORG", "ORG": "company+party"} == found.ours


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.sampled_from("ABwxyz")), min_size=1), st.randoms())
def test_a_map_connects_what_it_must_and_nothing_else(pairs: list[tuple[str, str]], random) -> None:
    found = joined(pairs)
    again = pairs[:]
    random.shuffle(again)
    shuffled = joined(again)

    assert all(found.ours[ours] == found.theirs[theirs] for ours, theirs in pairs)
    assert partition(found) == partition(shuffled) == connected(pairs)


def partition(found: LabelMap) -> set[frozenset[str]]:
    return {frozenset(theirs for theirs, name in found.theirs.items() if name == one) for one in found.theirs.values()}


def connected(pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Grow each label of theirs by what shares a label of ours, until nothing is added."""
    parts = {theirs: {theirs} for _, theirs in pairs}
    for _ in pairs:
        for ours, theirs in pairs:
            for other, their in pairs:
                if ours == other:
                    both = parts[theirs] | parts[their]
                    parts |= dict.fromkeys(both, both)
    return {frozenset(part) for part in parts.values()}


def test_a_crosswalk_with_a_label_twice_is_refused() -> None:
    label = {"theirs": "PER", "ours": ["PERSON"], "fit": "exact"}
    whole = {"name": "x", "title": "x", "schema": "news", "about": "x"}

    with pytest.raises(ValueError, match="named twice: PER"):
        Crosswalk.model_validate(whole | {"label": [label, label]})
    with pytest.raises(ValueError, match="fit is none where"):
        Crosswalk.model_validate(whole | {"label": [label | {"fit": "none"}]})
