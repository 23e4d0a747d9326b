"""Gold and annotators enter; an evaluate/1 report leaves. Nothing is kept; with a file of gold no project is needed.

Each annotator alone, their plain union, their majority vote and what combines them; where there is something to learn
from, also the calibrated combination and the learner.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from builder import plugins
from builder.config import FILE, read_project
from builder.config_tables import AnnotateTable
from builder.errors import UsageError
from builder.evaluation.crosswalk import LabelMap, by_crosswalk, guessed, joined, parsed, same_names
from builder.evaluation.gold import GoldSentence, read_gold
from builder.evaluation.intervals import DRAWS
from builder.evaluation.report import CONTRACT, Judge, Record, Row, listed_mistakes
from builder.model import Reject, shown_path
from builder.schema import LabelSchema, read_schema
from builder.stages.approved import approved_sentences
from builder.stages.proposers import Bar, Split, calibrated, learnt, no_bar, plain_rows, propose, splits
from builder.store import queries
from builder.store.db import Store

if TYPE_CHECKING:
    from builder.annotators.combine import Combiner

_NOTHING = LabelMap({}, {})


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be measured, and how; without a file of gold, on what people approved."""

    gold: Path | None
    train: Path | None = None
    sizes: tuple[int, ...] = ()
    pairs: str = ""
    crosswalk: str = ""
    folds: int = 0
    seed: int = 0
    wrong: str = ""

    def __post_init__(self) -> None:
        if self.pairs and self.crosswalk:
            raise UsageError("--map and --crosswalk both say which label is which; give one of them")
        if self.train and self.folds:
            raise UsageError("--train learns from another file, --folds from the gold itself; give one of them")
        if self.sizes and not self.learns:
            raise UsageError("--sizes needs something to learn from: --train FILE.jsonl or --folds K")
        if self.folds == 1 or self.folds < 0:
            raise UsageError(f"--folds {self.folds}: at least 2 are needed, to learn from some and measure on others")

    @property
    def learns(self) -> bool:
        """Whether there is something to learn from."""
        return bool(self.train or self.folds)


def combiner_at(base: Path, names: Sequence[str] = ()) -> Combiner:
    """Build the annotators of the project at `base` or above it, or the default ones with the news schema."""
    if any((folder / FILE).is_file() for folder in (base, *base.parents)):
        project = read_project(base)
        chosen = names or project.config.annotate.annotators
        return plugins.combiner(chosen, project.annotator_options, project.schema)
    return plugins.combiner(names or AnnotateTable().annotators, {}, read_schema("news", base))


def approved_at(base: Path) -> list[GoldSentence]:
    """Read what people approved in the project at `base` or above it; a document is a group.

    Raises:
        UsageError: there is no project, or nothing is approved.
    """
    with Store(read_project(base).hidden) as store:
        found = list(approved_sentences(store, queries.golds(store)))
    if not found:
        raise UsageError("nothing is approved here yet (builder review decides it); or give a file: --gold FILE.jsonl")
    return found


def evaluate(request: Request, combiner: Combiner, bar: Bar = no_bar, approved: Sequence[GoldSentence] = ()) -> Record:
    """Propose for every gold sentence, and measure.

    Raises:
        UsageError: a file holds nothing to measure, or what is asked does not fit it.
    """
    gold, rejects = _read(request.gold) if request.gold else (list(approved), [])
    train, refused = _read(request.train) if request.train else ([], [])
    known = {one.sentence.text for one in gold}
    fresh = [one for one in train if one.sentence.text not in known]
    judge, notes = _judge(request, combiner.schema, gold, fresh)
    if shared := len(train) - len(fresh):
        notes.append(f"{shared} training sentences stand in the gold too; nothing is learnt from them")
    if not request.gold:
        notes.append("the people who approved this had seen proposals, so its figures lean towards those")
    rows, learnt_rows = _rows(request, judge, fresh, combiner, bar)
    labels = _written([*gold, *fresh])
    judged = [(judge, row) for row in rows] + [pair for row in learnt_rows for pair in _both_ways(judge, row, labels)]
    records = [of.judged(row) for of, row in judged]
    return {
        "contract": CONTRACT,
        "gold": _described(request.gold, gold),
        "train": _described(request.train, fresh) if request.train else None,
        "schema": combiner.schema.name,
        "folds": request.folds,
        "seed": request.seed,
        "draws": DRAWS,
        "map": _map_record(judge, combiner.schema),
        "rows": records,
        "curve": [_curve_point(record) for record in records if record["kind"] == "learnt"],
        "mistakes": _mistakes(request.wrong, judged) if request.wrong else None,
        "notes": notes,
        "rejects": [
            {"file": r.subject, "place": r.place, "code": r.code, "reason": r.reason} for r in rejects + refused
        ],
    }


def _read(path: Path) -> tuple[list[GoldSentence], list[Reject]]:
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    with path.open("rb") as lines:
        gold, rejects = read_gold(lines, shown_path(path))
    if not gold:
        first = f"; {rejects[0].place}: {rejects[0].reason}" if rejects else ""
        raise UsageError(f'{path}: no line has the form {{"text", "spans": [[start, end, label], …]}}{first}')
    return gold, rejects


def _rows(
    request: Request, judge: Judge, train: Sequence[GoldSentence], combiner: Combiner, bar: Bar
) -> tuple[list[Row], list[Row]]:
    """Give the rows scored by the map, and those scored by the file's own labels."""
    proposed = propose(judge.gold, combiner, bar)
    rows = [*plain_rows(proposed, combiner)] if judge.entity_map.names else []
    trained = propose(train, combiner, bar) if request.train else None
    parts = splits(proposed, trained, request.folds, request.seed)
    if not parts:
        return rows, []
    if rows and (mended := calibrated(judge, proposed, parts)):
        rows.append(mended)
    sizes = _possible(request.sizes, parts)
    return rows, [learnt(proposed, parts, size, request.seed, bar) for size in sizes]


def _possible(sizes: Sequence[int], parts: Sequence[Split]) -> list[int]:
    """Cut sizes to what there is to learn from; without any, learn from all."""
    most = max(len(part.learn) for part in parts)
    if not most:
        raise UsageError("nothing is left to learn from: every training sentence stands in the gold too")
    return sorted({min(size, most) for size in sizes}) or [most]


def _judge(
    request: Request, schema: LabelSchema, gold: Sequence[GoldSentence], train: Sequence[GoldSentence]
) -> tuple[Judge, list[str]]:
    """Settle under which names everything is scored, and note what a reader of the figures should know."""
    written = _written([*gold, *train])
    pairs = parsed(request.pairs, (*schema.entity_names, *schema.sentence_names)) if request.pairs else []
    ours = [pair for pair in pairs if pair[0] in schema.entity_names]
    notes = [f"no span of the gold is labelled {label}" for label in {t: 0 for _, t in ours} if label not in written]
    if ours and len(notes) == len({theirs for _, theirs in ours}) and written:
        raise UsageError(f"--map names no label of the gold; it has: {', '.join(written)}")
    try:
        entity_map = _entity_map(request, schema, written, joined(ours) if ours else None)
    except UsageError as error:
        if not request.learns:
            raise
        entity_map = _NOTHING
        notes.append(f"only what is learnt is scored: {error}")
    sentence_pairs = [pair for pair in pairs if pair[0] in schema.sentence_names]
    label_map, more = _label_map(schema, sentence_pairs, {one.label for one in gold if one.label})
    judge = Judge(gold, entity_map, label_map, request.seed)
    return judge, [*notes, *more, *_left_out(judge, schema)]


def _entity_map(request: Request, schema: LabelSchema, written: Collection[str], given: LabelMap | None) -> LabelMap:
    if given:
        return given
    return by_crosswalk(request.crosswalk, schema, written) if request.crosswalk else guessed(schema, written)


def _label_map(
    schema: LabelSchema, pairs: Sequence[tuple[str, str]], written: Collection[str]
) -> tuple[LabelMap, list[str]]:
    """Map sentence labels: by the pairs given, else by name."""
    if pairs:
        return joined(pairs), []
    strange = sorted(set(written) - set(schema.sentence_names))
    if not strange:
        return same_names(schema.sentence_names), []
    return _NOTHING, [f"sentence labels are not scored: {', '.join(strange)} are not in schema {schema.name!r}"]


def _left_out(judge: Judge, schema: LabelSchema) -> Iterator[str]:
    found = judge.entity_map
    if found.source == "guess":
        yield (
            f"the labels of the gold are those of {' and '.join(found.crosswalks)} (guessed by their names); "
            "say otherwise with --crosswalk or --map"
        )
    if ours := [name for name in schema.entity_names if name not in found.ours]:
        yield f"not proposed, since nothing is mapped to them: {', '.join(ours)}"
    counts = Counter(span.label for one in judge.gold for span in one.spans if span.label not in found.theirs)
    if counts:
        yield f"gold left out: {', '.join(f'{label} ({n} spans)' for label, n in sorted(counts.items()))}"
    present = {span.label for spans in judge.spans for span in spans}
    if found.source == "names" and (absent := [name for name in found.names if name not in present]):
        yield f"the gold has no {', '.join(absent)}: whatever is proposed under them counts as wrong"


def _both_ways(judge: Judge, row: Row, labels: Sequence[str]) -> Iterator[tuple[Judge, Row]]:
    """Judge what is learnt by the file's own labels and, where the map joins or leaves out some, by the map too."""
    yield replace(judge, entity_map=same_names(labels)), row
    theirs = judge.entity_map.theirs
    if theirs and any(theirs.get(label) != label for label in labels):
        mapped = replace(judge, entity_map=LabelMap(theirs, theirs))
        yield mapped, replace(row, proposer=f"{row.proposer}, mapped", kind="learnt-mapped")


def _mistakes(name: str, judged: Sequence[tuple[Judge, Row]]) -> Record:
    for judge, row in judged:
        if row.proposer == name:
            return listed_mistakes(judge, row)
    raise UsageError(f"--wrong {name}: no such proposer; there are: {', '.join(row.proposer for _, row in judged)}")


def _map_record(judge: Judge, schema: LabelSchema) -> Record:
    found = judge.entity_map
    counts = Counter(span.label for one in judge.gold for span in one.spans if span.label not in found.theirs)
    return {
        "source": found.source,
        "crosswalks": list(found.crosswalks),
        "scored": [
            {
                "name": name,
                "ours": [ours for ours, under in found.ours.items() if under == name],
                "theirs": [theirs for theirs, under in found.theirs.items() if under == name],
            }
            for name in found.names
        ],
        "not_proposed": [name for name in schema.entity_names if name not in found.ours],
        "left_out": [{"label": label, "spans": n} for label, n in sorted(counts.items())],
    }


def _described(path: Path | None, gold: Sequence[GoldSentence]) -> Record:
    languages = Counter(one.sentence.language for one in gold)
    return {
        "file": shown_path(path) if path else "approved",
        "sentences": len(gold),
        "groups": len({one.group for one in gold}),
        "spans": sum(len(one.spans) for one in gold),
        "labelled": sum(one.label is not None for one in gold),
        "languages": dict(sorted(languages.items())),
    }


def _curve_point(record: Record) -> Record:
    micro = next(score for score in record["scores"] if score["label"] == "micro" and score["language"] is None)
    return {
        "sentences": record["trained_on"],
        "strict_f1": micro["strict"]["f1"],
        "partial_f1": micro["partial"]["f1"],
        "ece": record["calibration"]["ece"],
    }


def _written(gold: Sequence[GoldSentence]) -> tuple[str, ...]:
    """Name every label that the spans have."""
    return tuple(sorted({span.label for one in gold for span in one.spans}))
