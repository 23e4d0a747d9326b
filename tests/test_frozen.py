"""What is made swiftly is made as before."""

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from builder.errors import Rejected
from builder.frozen import maker, swift
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.reading import Kind

SPAN = Span(0, 2, "ORG")
NOUNS = [
    SPAN,
    Entity(SPAN, 0.5, ("a@1",)),
    Label("event", 1, ("a@1",)),
    Prediction("s", "a@1"),
    Prediction("s", "a@1", (Entity(SPAN, 0.5, ("a@1",)),), Label("event", 0.5, ("a@1",))),
    Sentence("s", "d", 0, 3, 5, Kind.BODY, "zh", "上海"),
]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_survives_copying_pickling_and_replacing(noun):
    assert [noun] * 3 == [copy.deepcopy(noun), pickle.loads(pickle.dumps(noun)), replace(noun)]


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_is_what_dataclass_alone_would_make(noun):
    names = [field.name for field in fields(noun)]
    plain = dataclass(frozen=True, slots=True)(type(type(noun).__name__, (), _body(type(noun))))
    known = plain(*[getattr(noun, name) for name in names])

    assert (repr(known), hash(known)) == (repr(noun), hash(noun))
    assert _shape(plain) == _shape(type(noun))


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_from_its_maker_is_one_that_was_called_by_name(noun):
    made = maker(type(noun))(*[getattr(noun, field.name) for field in fields(noun)])

    assert (type(noun), noun, hash(noun)) == (type(made), made, hash(made))
    assert [made] * 2 == [copy.deepcopy(made), pickle.loads(pickle.dumps(made))]
    with pytest.raises(FrozenInstanceError):
        setattr(made, fields(made)[0].name, "x")


def test_a_maker_knows_the_defaults():
    assert Prediction("s", "a@1") == maker(Prediction)("s", "a@1")


@pytest.mark.parametrize("noun", NOUNS)
def test_a_noun_stays_as_it_is(noun):
    with pytest.raises(FrozenInstanceError):
        setattr(noun, fields(noun)[0].name, "x")


@pytest.mark.parametrize(
    ("noun", "parts"),
    [
        (Span, (2, 2, "ORG")),
        (Span, (-1, 2, "ORG")),
        (Entity, (SPAN, 1.1, ())),
        (Entity, (SPAN, float("nan"), ())),
        (Label, ("event", -0.1, ())),
        (Sentence, ("s", "d", 0, 3, 4, Kind.BODY, "zh", "上海")),
    ],
)
def test_what_is_wrong_is_still_refused(noun, parts):
    for make in (noun, maker(noun)):
        with pytest.raises(Rejected):
            make(*parts)


def test_what_nothing_checks_needs_no_check():
    @swift
    @dataclass(frozen=True, slots=True)
    class Plain:
        one: int
        other: int = 2

    assert (1, 2) == (Plain(1).one, Plain(one=1).other)


@pytest.mark.parametrize("about", [{"default_factory": list}, {"kw_only": True}, {"init": False, "default": 1}])
@pytest.mark.parametrize("make", [swift, maker])
def test_a_field_that_is_not_plain_is_refused(make, about):
    @dataclass(frozen=True, slots=True)
    class Odd:
        one: int
        other: object = field(**about)

    with pytest.raises(TypeError, match="other is no plain field"):
        make(Odd)


def _body(noun):
    """Give the annotations and defaults of a noun, as a class statement holds them."""
    parameters = inspect.signature(noun).parameters
    defaults = {name: one.default for name, one in parameters.items() if one.default is not one.empty}
    return {"__annotations__": dict(noun.__annotations__), "__qualname__": noun.__qualname__, **defaults}


def _shape(noun):
    return [(name, one.default, one.kind) for name, one in inspect.signature(noun).parameters.items()]
