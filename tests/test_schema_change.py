"""What becomes of an answer when the labels change: mapped, carried, or to be reviewed again; never kept silently."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.errors import UsageError
from builder.model import Entity, Label, Prediction, Span
from builder.reviewing import Answer
from builder.schema import LabelSchema
from builder.schema_change import SchemaChange, Wishes, change_of, layer_of, names, plain_change, suggestions, title_of
from builder.schema_differences import Kind, differences
from builder.schema_history import History, carried, renamed

TEXT = "0123456789"
POOL = tuple("ABCDEFGH")
LABELS = tuple("uvwxyz")
KEYS = "1234567890abcdefghijklmnopqrstuvwxyz"


def schema(entities="AB", labels="xy", *, version="1.0.0", overlap="flat", titles=(), keys=(), name="s") -> LabelSchema:
    """Make a schema of these labels; titles and hotkeys follow the names unless given."""
    told = {name: KEYS[(ord(name)) % 26 + 10] for name in (*POOL, *LABELS)}
    taken = [*entities, *labels]
    free = {label: KEYS[place] for place, label in enumerate(taken)}

    def spec(label: str) -> dict[str, object]:
        key = dict(keys).get(label) or (told[label] if len(taken) == len({told.get(n) for n in taken}) else free[label])
        title = dict(titles).get(label, f"the {label}")
        return {"name": label, "title": {"en": title}, "color": "#112233", "hotkey": key, "guideline": {"en": label}}

    return LabelSchema.model_validate(
        {
            "name": name,
            "version": version,
            "title": {"en": name},
            "instruction": {"en": "read"},
            "overlap": overlap,
            "entity": [spec(label) for label in entities],
            "sentence": [spec(label) for label in labels],
        }
    )


def answer(*spans: tuple[int, int, str], label: str | None = "x") -> Answer:
    return Answer(tuple(sorted(Span(*span) for span in spans)), label)


# Laws


@st.composite
def schemas_(draw: st.DrawFn) -> LabelSchema:
    entities = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=5, unique=True))
    labels = draw(st.lists(st.sampled_from(LABELS), min_size=2, max_size=4, unique=True))
    version = draw(st.sampled_from(("1.0.0", "1.1.0", "2.0.0")))
    return schema(entities, labels, version=version, overlap=draw(st.sampled_from(("flat", "nested"))))


@st.composite
def answers_to(draw: st.DrawFn, asked: LabelSchema) -> Answer:
    """Draw an answer that fits a schema; nested spans where they may be."""
    label = draw(st.sampled_from(asked.sentence_names))
    bounds = st.tuples(st.integers(0, 9), st.integers(1, 4)).map(lambda b: (b[0], min(10, b[0] + b[1])))
    spans = draw(st.lists(st.tuples(bounds, st.sampled_from(asked.entity_names)), max_size=4))
    made = Answer(tuple(sorted({Span(*place, name) for place, name in spans})), label)
    return made if asked.problem(made, TEXT) is None else Answer((), label)


@st.composite
def changes_from(draw: st.DrawFn, old: LabelSchema) -> SchemaChange:
    """Draw a new schema, and for each old label none, one or two new ones."""
    new = draw(schemas_())
    moves = {}
    for layer in ("entity", "sentence"):
        for name in names(old, layer):
            one = st.sampled_from(names(new, layer))
            targets = draw(st.one_of(one.map(lambda name: [name]), one.map(lambda name: [name]),
                                     st.lists(one, max_size=2, unique=True)))  # fmt: skip
            if (name,) != tuple(targets):
                moves[name] = tuple(targets)
    rereview = draw(st.lists(st.sampled_from(names(old)), max_size=1))
    return SchemaChange(old, new, moves, tuple(rereview))


@given(st.data())
def test_a_carried_answer_always_fits_the_new_schema(data):
    old = data.draw(schemas_())
    change = data.draw(changes_from(old))
    moved = change.carry(data.draw(answers_to(old)))

    assert isinstance(moved, str) or change.new.problem(moved, TEXT) is None


@given(st.data())
def test_an_answer_is_carried_whole_or_not_at_all(data):
    old = data.draw(schemas_())
    change = data.draw(changes_from(old))
    given_ = data.draw(answers_to(old))
    moved = change.carry(given_)

    if not isinstance(moved, str):
        assert {(s.start, s.end) for s in given_.entities} == {(s.start, s.end) for s in moved.entities}
        assert all(len(change.targets(s.label)) == 1 for s in given_.entities)


@given(st.data())
def test_carrying_along_a_chain_is_mapping_by_all_its_maps(data):
    old = data.draw(schemas_())
    first = data.draw(changes_from(old))
    second = data.draw(changes_from(first.new))
    given_ = data.draw(answers_to(old))
    moved = carried((first, second), given_)

    if isinstance(moved, str):
        step = first.carry(given_)
        assert moved == (step if isinstance(step, str) else second.carry(step))
    else:
        both = {
            name: second.targets(first.targets(name)[0])[0] for name in names(old) if _is_single(first, second, name)
        }
        spans = {Span(s.start, s.end, both[s.label]) for s in given_.entities}
        assert Answer(tuple(sorted(spans)), both[given_.label]) == moved


def _is_single(first: SchemaChange, second: SchemaChange, name: str) -> bool:
    return len(first.targets(name)) == 1 and len(second.targets(first.targets(name)[0])) == 1


@given(st.data())
def test_renaming_and_back_is_the_answer_itself(data):
    old = data.draw(schemas_())
    fresh = dict(zip(old.entity_names, data.draw(st.permutations(POOL)), strict=False))
    new = schema([fresh[name] for name in old.entity_names], old.sentence_names, overlap=old.overlap, version="9.0.0")
    there = SchemaChange(old, new, {name: (target,) for name, target in fresh.items()})
    back = SchemaChange(new, old, {target: (name,) for name, target in fresh.items()})
    given_ = data.draw(answers_to(old))

    assert given_ == carried((there, back), given_)


@given(st.data())
def test_a_change_comes_back_from_json_as_it_was(data):
    change = data.draw(changes_from(data.draw(schemas_())))
    said = json.dumps(change.to_json(), sort_keys=True)

    again = SchemaChange.from_json(json.loads(said))

    assert (change, change.old.digest, change.new.digest) == (again, again.old.digest, again.new.digest)
    assert dict(change.moves) == dict(again.moves)


# Cases


def test_a_rename_maps_spans_and_the_sentence_label():
    change = change_of(schema(), schema("CB", "zy"), Wishes(renames=("A=C", "x=z")))

    assert answer((0, 2, "C"), (3, 5, "B"), label="z") == change.carry(answer((0, 2, "A"), (3, 5, "B")))


def test_a_merge_puts_two_labels_into_one():
    change = change_of(schema("ABC"), schema("BC"), Wishes(merges=("A,B=B",)))

    assert answer((0, 2, "B"), (3, 5, "B")) == change.carry(answer((0, 2, "A"), (3, 5, "B")))


def test_spans_that_a_merge_makes_equal_are_one():
    old, new = schema("AB", overlap="nested"), schema("C", overlap="nested")

    merged = change_of(old, new, Wishes(merges=("A,B=C",))).carry(answer((0, 2, "A"), (0, 2, "B")))

    assert answer((0, 2, "C")) == merged


def test_a_split_is_reviewed_again_and_what_has_none_of_it_is_carried():
    change = change_of(schema(), schema("ABC", version="1.1.0"), Wishes(splits=("A=A,C",)))

    reason = "to be reviewed again: label 'A' was split into A, C (s 1.0.0 → 1.1.0)"
    assert reason == change.carry(answer((0, 2, "A")))
    assert answer((0, 2, "B")) == change.carry(answer((0, 2, "B")))


def test_a_removed_label_is_reviewed_again():
    change = change_of(schema(), schema("B", version="1.1.0"), Wishes(removes=("A",)))

    assert "to be reviewed again: label 'A' was removed (s 1.0.0 → 1.1.0)" == change.carry(answer((0, 2, "A")))


def test_an_added_label_carries_unless_all_are_to_be_reviewed_again():
    old, new = schema(), schema("ABC", version="1.1.0")

    assert answer() == change_of(old, new, Wishes()).carry(answer())
    again = change_of(old, new, Wishes(rereview=("C",))).carry(answer())
    assert "to be reviewed again: label 'C' was added (s 1.0.0 → 1.1.0)" == again


@pytest.mark.parametrize(("asked", "renames"), [("A", ()), ("C", ("A=C",)), ("A", ("A=C",))])
def test_a_label_to_be_looked_at_again_is_known_by_its_old_and_its_new_name(asked, renames):
    new = schema("CB" if renames else "AB", version="1.1.0")
    change = change_of(schema(), new, Wishes(renames=renames, rereview=(asked,)))

    told = change.carry(answer((0, 2, "A")))
    assert "to be reviewed again: label 'A' is to be looked at again (s 1.0.0 → 1.1.0)" == told
    assert answer((0, 2, "B")) == change.carry(answer((0, 2, "B")))


def test_overlaps_are_reviewed_again_where_they_may_be_no_more():
    nested, flat = schema(overlap="nested"), schema(overlap="flat", version="1.1.0")
    overlapping = answer((0, 5, "A"), (0, 2, "B"))

    told = change_of(nested, flat, Wishes()).carry(overlapping)
    assert "to be reviewed again: spans overlap, and may no more (s 1.0.0 → 1.1.0)" == told
    assert overlapping == change_of(flat, nested, Wishes()).carry(overlapping)


def test_a_label_that_the_old_schema_never_had_is_not_carried():
    told = change_of(schema(), schema("CB"), Wishes(renames=("A=C",))).carry(answer((0, 2, "C")))

    assert isinstance(told, str)
    assert "label 'C' was chosen, which s 1.0.0 does not have" in told


@pytest.mark.parametrize(
    ("new", "wishes", "reason"),
    [
        ("CB", Wishes(), "label 'A' is not in the new schema: say --rename, --merge, --split or --remove A"),
        ("CB", Wishes(renames=("A",)), "'A' does not fit: --rename OLD=NEW"),
        ("CB", Wishes(renames=("A,B=C",)), "'A,B=C' does not fit: --rename OLD=NEW"),
        ("CB", Wishes(renames=("=C",)), "'=C' does not fit: --rename OLD=NEW"),
        ("CB", Wishes(merges=("A=C,B",)), "'A=C,B' does not fit: --merge A,B=NEW"),
        ("CB", Wishes(splits=("A=C",)), "--split A=C: a label is split into several"),
        ("CB", Wishes(splits=("A=C,C",)), "--split A=C,C: a label is split into several"),
        ("CB", Wishes(renames=("A=C",), removes=("A",)), "label 'A' is spoken of twice"),
        ("CB", Wishes(renames=("Z=C",)), "label 'Z' is not in s 1.0.0; known: A, B, x, y"),
        ("CB", Wishes(renames=("A=D",)), "label 'D' is not in s 1.1.0; known: C, B, x, y"),
        ("CB", Wishes(renames=("A=x",)), "A is no sentence label, so it cannot become x"),
        ("CB", Wishes(renames=("A=C",), rereview=("Z",)), "label 'Z' is in neither schema"),
        ("BC", Wishes(renames=("A=B",)), "'B' was a label before: to put both together, say --merge A=B"),
    ],
    ids=range(13),
)
def test_wishes_that_do_not_fit_are_refused(new, wishes, reason):
    with pytest.raises(UsageError) as error:
        change_of(schema(), schema(new, version="1.1.0"), wishes)

    assert reason == str(error.value)


def test_two_labels_may_swap_their_names():
    swapped = change_of(schema(), schema(), Wishes(renames=("A=B", "B=A"))).carry(answer((0, 2, "A"), (3, 5, "B")))

    assert answer((0, 2, "B"), (3, 5, "A")) == swapped


def test_an_equal_title_or_hotkey_is_suggested_and_never_taken():
    old, new = schema(titles=[("A", "Law")], keys=[("B", "!")]), schema("CD", titles=[("C", "Law")], keys=[("D", "!")])

    assert [("--rename A=C", "the same title"), ("--rename B=D", "the same hotkey")] == suggestions(old, new)
    assert ((), ()) == (plain_change(old, new).targets("A"), plain_change(old, new).targets("B"))
    with pytest.raises(UsageError, match="--remove A; --rename A=C"):
        change_of(old, new, Wishes())


def test_every_kind_of_difference_is_told_once():
    old = schema("ABCDE", "xy", overlap="flat")
    new = schema("FGHEA", "xyz", overlap="nested", version="1.1.0", titles=[("E", "another")])
    wishes = Wishes(renames=("A=F",), merges=("B,C=G",), splits=("D=H,A",))
    told = [(one.kind, one.old, one.new) for one in differences(change_of(old, new, wishes))]

    assert (Kind.RENAMED, ("A",), ("F",)) in told
    assert (Kind.MERGED, ("B", "C"), ("G",)) in told
    assert (Kind.SPLIT, ("D",), ("H", "A")) in told
    assert (Kind.REWORDED, ("E",), ("E",)) in told
    assert (Kind.ADDED, (), ("z",)) in told
    assert (Kind.OVERLAP, ("flat",), ("nested",)) in told
    assert (Kind.TEXTS, ("s 1.0.0",), ("s 1.1.0",)) in told
    assert (Kind.RENUMBERED, ("C", "E"), ("G", "E")) in told
    assert len(set(told)) == len(told)


def test_a_schema_does_not_differ_from_itself():
    assert [] == differences(plain_change(schema(), schema()))


def test_a_change_without_a_new_version_is_titled_by_digests():
    old, new = schema(), schema(titles=[("A", "other")])

    assert f"s 1.0.0 {old.digest[:8]} → {new.digest[:8]}" == title_of(old, new)
    assert "s 1.0.0 → t 1.0.0" == title_of(old, schema(name="t"))


def test_a_layer_is_told():
    assert ("entity", "sentence") == (layer_of(schema(), "A"), layer_of(schema(), "x"))


# Histories


def known(*schemas: LabelSchema, changes: tuple[SchemaChange, ...] = ()) -> History:
    return History({one.digest: one for one in schemas}, changes)


def test_other_wording_needs_no_record():
    old, new = schema(), schema(titles=[("A", "other")])

    (step,) = known(old, new).route(old.digest, new.digest)
    assert (old, new, True) == (step.old, step.new, step.is_wording)


@pytest.mark.parametrize(
    "new", [schema("ABC"), schema("A"), schema(labels="xz"), schema(overlap="nested")], ids=range(4)
)
def test_other_labels_need_a_record(new):
    old = schema()
    without = known(old, new)
    change = plain_change(old, new)

    assert None is without.route(old.digest, new.digest)
    assert (change,) == known(old, new, changes=(change,)).route(old.digest, new.digest)
    assert None is known(old, new, changes=(change,)).route(new.digest, old.digest)


def test_a_route_goes_over_other_wording_and_records():
    old, reworded, new = schema(), schema(titles=[("A", "other")]), schema("CB")
    change = change_of(reworded, new, Wishes(renames=("A=C",)))
    route = known(old, reworded, new, changes=(change,)).route(old.digest, new.digest)

    assert answer((0, 2, "C")) == carried(route, answer((0, 2, "A")))


def test_the_last_record_of_a_pair_counts():
    old, new = schema(), schema("CB")
    wrong, right = plain_change(old, new), change_of(old, new, Wishes(renames=("A=C",)))

    assert (right,) == known(old, new, changes=(wrong, right)).route(old.digest, new.digest)


def test_no_way_of_other_wording_leads_around_a_recorded_change():
    first, old, new, later = (schema(version=f"1.{n}.0") for n in range(4))
    swap = change_of(old, new, Wishes(renames=("A=B", "B=A")))
    found = known(first, old, new, later, changes=(swap,))

    assert (swap,) == found.route(old.digest, new.digest)
    assert [None, None, None] == [found.route(one.digest, new.digest) for one in (first, later)] + [
        found.route(old.digest, later.digest)
    ]


def test_what_is_not_known_leads_nowhere_but_to_itself():
    assert () == known().route("a", "a")
    assert None is known(schema()).route("a", schema().digest)


def test_a_proposal_keeps_the_last_name_of_a_label_that_is_no_more():
    old, new = schema("ABD"), schema("CEF", "zy")
    change = change_of(old, new, Wishes(renames=("A=C", "x=z"), splits=("B=E,F",), removes=("D",)))
    proposed = Prediction(
        "s",
        "a@1",
        tuple(Entity(Span(n, n + 1, name), 0.5, ("a@1",)) for n, name in enumerate("ABD")),
        Label("x", 0.5, ()),
    )
    told = renamed((change,), proposed)

    assert ["C", "B", "D"] == [entity.span.label for entity in told.entities]
    assert "z" == told.label.name
    assert Prediction("s", "a@1") == renamed((change,), Prediction("s", "a@1"))
