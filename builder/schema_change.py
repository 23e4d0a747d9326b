"""How one label schema becomes another: what changed, and what becomes of an answer. Pure.

Two schemas and what is said of their labels enter, a `SchemaChange` leaves, checked at birth. An answer is carried
over whole or not at all; then a reason says why people must look again. Equal titles are suggested, never taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from builder.errors import UsageError
from builder.model import Span
from builder.reviewing import Answer
from builder.schema import LabelSchema, LabelSpec, first_overlap

LAYERS = ("entity", "sentence")
Moves = Mapping[str, tuple[str, ...]]
"""What becomes of a label: one name, several (it was split), or none (it was removed)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user says of the labels, as typed: `OLD=NEW`, `A,B=NEW`, `OLD=A,B`, `OLD`, `LABEL`."""

    renames: tuple[str, ...] = ()
    merges: tuple[str, ...] = ()
    splits: tuple[str, ...] = ()
    removes: tuple[str, ...] = ()
    rereview: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """From one schema to another; `moves` holds the labels that do not simply stay.

    `rereview` names labels that people must look at again: an old one wherever it was chosen, a new one everywhere,
    since where it would have been chosen cannot be known.

    Raises:
        UsageError: a label that is gone is not spoken of, or one is spoken of that is not there.
    """

    old: LabelSchema
    new: LabelSchema
    moves: Moves = field(default_factory=dict, hash=False)
    rereview: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, targets in self.moves.items():
            layer = layer_of(self.old, name)
            for target in targets:
                if layer_of(self.new, target) != layer:
                    raise UsageError(f"{name} is no {layer_of(self.new, target)} label, so it cannot become {target}")
        for name in self.rereview:
            if name not in (*names(self.old), *names(self.new)):
                raise UsageError(f"label {name!r} is in neither schema")
        for layer in LAYERS:
            gone = [name for name in names(self.old, layer) if name not in self.moves]
            if lost := [name for name in gone if name not in names(self.new, layer)]:
                raise UsageError(self._unspoken(lost[0]))

    @property
    def title(self) -> str:
        """Say from which version to which."""
        return title_of(self.old, self.new)

    @property
    def is_wording(self) -> bool:
        """Whether the same things can be said as before, and mean the same: only texts, colours, keys changed."""
        moved = any(targets != (name,) for name, targets in self.moves.items())
        return shape(self.old) == shape(self.new) and not moved and not self.rereview

    @property
    def added(self) -> tuple[str, ...]:
        """Name the labels that nobody was asked about."""
        known = {target for name in names(self.old) for target in self.targets(name)}
        return tuple(name for name in names(self.new) if name not in known)

    def targets(self, name: str) -> tuple[str, ...]:
        """Say what becomes of an old label."""
        return self.moves.get(name, (name,))

    def carry(self, answer: Answer) -> Answer | str:
        """Say an answer in the new labels; a string says why people must look again."""
        if news := [name for name in self.rereview if name in self.added]:
            return self._again(f"label {news[0]!r} was added")
        chosen = [span.label for span in answer.entities] + ([answer.label] if answer.label else [])
        if halts := [halt for name in dict.fromkeys(chosen) if (halt := self._halt(name))]:
            return self._again(halts[0])
        spans = {Span(span.start, span.end, self.targets(span.label)[0]) for span in answer.entities}
        carried = Answer(tuple(sorted(spans)), self.targets(answer.label)[0] if answer.label else None)
        if self.new.overlap == "flat" and first_overlap(carried.entities):
            return self._again("spans overlap, and may no more")
        return carried

    def to_json(self) -> dict[str, Any]:
        """Say it whole, both schemas included, as the journal holds it."""
        moves = {name: [*targets] for name, targets in self.moves.items()}
        old, new = self.old.model_dump(mode="json"), self.new.model_dump(mode="json")
        return {"old": old, "new": new, "moves": moves, "rereview": [*self.rereview]}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> SchemaChange:
        """Read what the journal holds."""
        old, new = LabelSchema.model_validate(said["old"]), LabelSchema.model_validate(said["new"])
        moves = {name: tuple(targets) for name, targets in said["moves"].items()}
        return cls(old, new, moves, tuple(said["rereview"]))

    def _halt(self, name: str) -> str | None:
        """Say why nobody but a person can say what becomes of a chosen label."""
        if name not in names(self.old):
            return f"label {name!r} was chosen, which {self.old.name} {self.old.version} does not have"
        targets = self.targets(name)
        if not targets:
            return f"label {name!r} was removed"
        if 1 < len(targets):
            return f"label {name!r} was split into {', '.join(targets)}"
        asked = {name, *targets}.intersection(self.rereview)
        return f"label {name!r} is to be looked at again" if asked else None

    def _again(self, why: str) -> str:
        return f"to be reviewed again: {why} ({self.title})"

    def _unspoken(self, name: str) -> str:
        near = [option for option, _ in suggestions(self.old, self.new) if option.startswith(f"--rename {name}=")]
        hint = f"; {near[0]}?" if near else ""
        return f"label {name!r} is not in the new schema: say --rename, --merge, --split or --remove {name}{hint}"


def change_of(old: LabelSchema, new: LabelSchema, wishes: Wishes) -> SchemaChange:
    """Read what the user says of the labels.

    Raises:
        UsageError: it cannot be understood, contradicts itself, or leaves a label out.
    """
    moves: dict[str, tuple[str, ...]] = {}
    for name, targets in _said(wishes):
        if name in moves:
            raise UsageError(f"label {name!r} is spoken of twice")
        moves[name] = targets
    change = SchemaChange(old, new, moves, wishes.rereview)
    for rename in wishes.renames:
        target = rename.partition("=")[2]
        if target in names(old) and target not in moves:
            raise UsageError(f"{target!r} was a label before: to put both together, say --merge {rename}")
    return change


def plain_change(old: LabelSchema, new: LabelSchema) -> SchemaChange:
    """Take every label that is gone as removed: the change as long as nobody says more."""
    kept = {layer: names(new, layer) for layer in LAYERS}
    return SchemaChange(old, new, {n: () for layer in LAYERS for n in names(old, layer) if n not in kept[layer]})


def suggestions(old: LabelSchema, new: LabelSchema) -> list[tuple[str, str]]:
    """Guess which labels were renamed, by equal titles or hotkeys: the option to give, and why."""
    found = []
    for layer in LAYERS:
        gone = [spec for spec in _specs(old, layer) if spec.name not in names(new, layer)]
        come = [spec for spec in _specs(new, layer) if spec.name not in names(old, layer)]
        pairs = [(was, now, why) for was in gone for now in come if (why := _likeness(was, now))]
        found += [(f"--rename {was.name}={now.name}", why) for was, now, why in pairs]
    return found


def title_of(old: LabelSchema, new: LabelSchema) -> str:
    """Say from which version to which; where the version stayed, the digests tell them apart."""
    if (old.name, old.version) == (new.name, new.version):
        return f"{old.name} {old.version} {old.digest[:8]} → {new.digest[:8]}"
    return f"{old.name} {old.version} → {new.version if old.name == new.name else f'{new.name} {new.version}'}"


def shape(schema: LabelSchema) -> tuple[frozenset[str], frozenset[str], str]:
    """Say what can be answered under a schema: two of one shape differ in wording only."""
    return frozenset(schema.entity_names), frozenset(schema.sentence_names), schema.overlap


def names(schema: LabelSchema, layer: str | None = None) -> tuple[str, ...]:
    """Name the labels of a schema, or of one layer of it."""
    if layer is None:
        return schema.entity_names + schema.sentence_names
    return schema.entity_names if layer == "entity" else schema.sentence_names


def layer_of(schema: LabelSchema, name: str) -> str:
    """Say of which layer a label is.

    Raises:
        UsageError: the schema has no such label.
    """
    for layer in LAYERS:
        if name in names(schema, layer):
            return layer
    near = get_close_matches(name, names(schema), n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names(schema))}"
    raise UsageError(f"label {name!r} is not in {schema.name} {schema.version}; {hint}")


def _specs(schema: LabelSchema, layer: str) -> Sequence[LabelSpec]:
    return schema.entity if layer == "entity" else schema.sentence


def _likeness(was: LabelSpec, now: LabelSpec) -> str | None:
    """Say what two labels have in common."""
    if any(text == now.title.get(language) for language, text in was.title.items()):
        return "the same title"
    return "the same hotkey" if was.hotkey == now.hotkey else None


def _said(wishes: Wishes) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Read every option: a label, and what becomes of it."""
    for said in wishes.renames:
        (name,), (target,) = _sides(said, "--rename OLD=NEW", 1, 1)
        yield name, (target,)
    for said in wishes.merges:
        sources, (target,) = _sides(said, "--merge A,B=NEW", None, 1)
        yield from ((name, (target,)) for name in sources)
    for said in wishes.splits:
        (name,), targets = _sides(said, "--split OLD=A,B", 1, None)
        if len(set(targets)) < 2:
            raise UsageError(f"--split {said}: a label is split into several")
        yield name, targets
    yield from ((name, ()) for name in wishes.removes)


def _sides(said: str, form: str, left: int | None, right: int | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    before, equals, after = said.partition("=")
    sides = tuple(before.split(",")), tuple(after.split(","))
    is_of_size = all(size in (None, len(side)) for side, size in zip(sides, (left, right), strict=True))
    if not equals or not is_of_size or not all(name for side in sides for name in side):
        raise UsageError(f"{said!r} does not fit: {form}")
    return sides
