"""A release proves that it can be trained on: what is learnt from it must beat what is learnt from shuffled answers.

The release is read as a stranger would read it, and never written to. The shape of the answer is a contract (prove/1).
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

import numpy as np

from builder import __version__
from builder.annotators import tiny_transformer
from builder.annotators.crf.token_tagger import taught
from builder.annotators.linear_training import FEWEST, learn
from builder.config import Project
from builder.errors import UsageError
from builder.evaluation.controls import shuffled_labels, shuffled_tags
from builder.evaluation.intervals import DRAWS, Estimate, by_group, estimates
from builder.evaluation.report import figure
from builder.evaluation.scores import GOLD, MACRO, MEASURES, MICRO, Table, counted, counted_labels, measured
from builder.stages.proof_material import LEARN, Material, Sentence, read_material
from builder.stages.proposers import Bar, no_bar
from builder.stages.publishable import sound_release
from builder.text.tags import strict_spans

CONTRACT = "prove/1"
FOLDER = "proofs"
SHUFFLES = 3
"""How often the tags are shuffled anew; the best of these is what the real ones must beat."""
SPANS, MEASURED, DOCUMENTS = 50, 20, 5
"""What a proof needs: spans to learn from, spans (or labels) to measure on, and documents that those stand in."""
_F1 = MEASURES.index(("strict", "f1"))
_LIBRARIES = ("datasets", "pyarrow", "python-crfsuite", "scikit-learn")
_MORE = ("torch", "transformers")

Record = dict[str, Any]
Tags = list[list[str]]


def prove(project: Project, version: str, seed: int = 0, bar: Bar = no_bar) -> Record:
    """Train on a release and on shuffled copies of it, and say whether it holds.

    Raises:
        UsageError: there is no such release, it is damaged, or too little is in it.
    """
    released = sound_release(project, version)
    material = read_material(released.folder, seed, bar)
    proofs = [_of_crf(material, seed, bar), _of_transformer(material, seed, bar), _of_labels(material, seed, bar)]
    deciding = [proof["holds"] for proof in proofs if proof["decides"] and proof["holds"] is not None]
    if not deciding:
        raise UsageError(f"{version} cannot be proved: {'; '.join(proof['why'] for proof in proofs if proof['why'])}")
    amiss = material.amiss
    return {
        "contract": CONTRACT,
        "name": released.manifest["name"],
        "version": version,
        "sums": released.sums,
        "holds": all(deciding) and not amiss,
        "amiss": {"sentences": len(amiss), "first": amiss[0] if amiss else None},
        "learn": _part(LEARN, material.learn, material.held[0]),
        "measure": _part(material.split, material.measure, material.held[1]),
        "seed": seed,
        "draws": DRAWS,
        "proofs": proofs,
        "versions": {"builder": __version__, **{name: version_of(name) for name in _used()}},
    }


def keep(project: Project, report: Record) -> Path:
    """Write a proof beside the journal, not into the release, which is sealed; give its file."""
    folder = project.hidden / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{report['version']}.json"
    aside = path.with_suffix(".tmp")
    aside.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8", newline="\n")
    os.replace(aside, path)
    return path


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is measured alike for real answers and for controls: the names, the counts of each, who decides."""

    names: Sequence[str]
    groups: Sequence[str]
    decisive: str
    seed: int

    def judged(self, real: Table, shuffled: Sequence[Table], majority: Table | None) -> Record:
        """Compare F1; the groups are drawn once for all."""
        tables = [real, *shuffled, *([] if majority is None else [majority])]
        found = estimates([by_group(table, self.groups) for table in tables], measured, seed=self.seed)
        of_real, of_shuffled, plain = found[0], found[1 : 1 + len(shuffled)], found[1 + len(shuffled) :]
        rows = [*self.names, MICRO, MACRO]
        at = rows.index(self.decisive)
        beaten = max(float(one.high[at, _F1]) for one in (*of_shuffled, *plain))
        counts = real[..., GOLD].sum(axis=0)
        gold = [*counts, counts.sum(), counts.sum()]
        scores = [
            {
                "label": name,
                "gold": int(gold[n]),
                "real": _figure(of_real, n),
                "shuffled": _figure(_best(of_shuffled, n), n),
                "majority": _figure(plain[0], n) if plain else None,
            }
            for n, name in enumerate(rows)
            if gold[n]
        ]
        return {"holds": bool(beaten < of_real.low[at, _F1]), "decisive": self.decisive, "scores": scores}


def _best(found: Sequence[Estimate], place: int) -> Estimate:
    """Choose the control that comes nearest to what it must not reach."""
    return max(found, key=lambda one: float(np.nan_to_num(one.high[place, _F1], nan=-1.0)))


def _figure(found: Estimate, place: int) -> Record:
    return figure(found, (place, _F1), "neither the split nor the model has any")


def _of_crf(material: Material, seed: int, bar: Bar) -> Record:
    head = {"view": "tokens", "learner": "crf", "decides": True, "shuffles": SHUFFLES}
    if why := _too_few_spans(material):
        return _not_run(head, why)
    sentences = [one.tokens for one in material.learn]
    with bar("crf", 1 + SHUFFLES) as advance:

        def tagged(tags: Tags) -> Tags:
            found = taught(sentences, tags).tag([one.tokens for one in material.measure])
            advance(1)
            return found

        return {**head, "why": "", **_against_shuffles(material, tagged, SHUFFLES, seed)}


def _of_transformer(material: Material, seed: int, bar: Bar) -> Record:
    head = {"view": "tokens", "learner": "transformer", "decides": False, "shuffles": 1}
    if lacking := tiny_transformer.missing():
        return _not_run(head, f"not run: {lacking} is not installed")
    if why := _too_few_spans(material):
        return _not_run(head, why)
    sentences, asked = [one.tokens for one in material.learn], [one.tokens for one in material.measure]
    with bar("transformer", 2 * tiny_transformer.STEPS) as advance:

        def tagged(tags: Tags) -> Tags:
            return tiny_transformer.tagged(sentences, tags, asked, seed, advance)

        return {**head, "why": "", **_against_shuffles(material, tagged, 1, seed)}


def _against_shuffles(material: Material, tagged: Callable[[Tags], Tags], shuffles: int, seed: int) -> Record:
    """Learn from the tags as they are and as they are not; measure each on the spans that are right."""
    right = [list(one.tags) for one in material.learn]
    answers = [right, *(shuffled_tags(right, seed + number) for number in range(1, 1 + shuffles))]
    gold, names = [[*one.spans] for one in material.measure], material.entities
    tables = []
    for tags in answers:
        told = zip(material.measure, tagged(tags), strict=True)
        tables.append(counted(gold, [strict_spans(one.places, its) for one, its in told], names))
    trial = _Trial(names, [one.document for one in material.measure], MICRO, seed)
    return trial.judged(tables[0], tables[1:], None)


def _of_labels(material: Material, seed: int, bar: Bar) -> Record:
    """Do the same with the labels of sentences; the commonest label for all is a control too."""
    head = {"view": "sentences", "learner": "linear", "decides": True, "shuffles": SHUFFLES}
    if why := _too_few_labels(material):
        return _not_run(head, why)
    texts, labels = [one.text for one in material.learn], [one.label for one in material.learn]
    documents = [one.document for one in material.learn]
    asked, right = [one.text for one in material.measure], [one.right for one in material.measure]
    commonest = max(sorted(set(labels)), key=labels.count)
    tables = []
    with bar("linear", 1 + SHUFFLES) as advance:
        for its in (labels, *(shuffled_labels(labels, seed + number) for number in range(1, 1 + SHUFFLES))):
            model = learn(texts, its, seed, documents)
            told = [model.labels[place] for place in model.logits(asked).argmax(axis=1)]
            tables.append(counted_labels(right, told, material.labels))
            advance(1)
    plain = counted_labels(right, [commonest] * len(right), material.labels)
    trial = _Trial(material.labels, [one.document for one in material.measure], MACRO, seed)
    return {**head, "why": "", **trial.judged(tables[0], tables[1:], plain)}


def _too_few_spans(material: Material) -> str:
    """Say what is lacking.

    Raises:
        UsageError: there are spans, but too few for any proof.
    """
    taught_on, asked = (sum(len(one.spans) for one in part) for part in (material.learn, material.measure))
    if not taught_on + asked:
        return "not run: no sentence has a span"
    documents = len({one.document for one in material.measure if one.spans})
    if taught_on < SPANS or asked < MEASURED or documents < DOCUMENTS:
        raise UsageError(
            f"too little to prove anything: {SPANS} spans in {LEARN} are needed and {taught_on} are there; {MEASURED} "
            f"spans in {DOCUMENTS} documents of {material.split}, and {asked} in {documents} are there; approve more, "
            "and release a new version"
        )
    return ""


def _too_few_labels(material: Material) -> str:
    known, asked = {one.label for one in material.learn}, {one.right for one in material.measure}
    documents = len({one.document for one in material.measure})
    if len(known) < 2 or len(asked) < 2:
        return f"not run: {LEARN} has {len(known)} sentence labels, {material.split} {len(asked)}; 2 are needed in each"
    if len(material.learn) < FEWEST or len(material.measure) < MEASURED or documents < DOCUMENTS:
        return (
            f"not run: {FEWEST} sentences in {LEARN} are needed, {MEASURED} in {DOCUMENTS} documents of "
            f"{material.split}; {len(material.learn)}, and {len(material.measure)} in {documents} are there"
        )
    return ""


def _not_run(head: Record, why: str) -> Record:
    return {**head, "why": why, "holds": None, "decisive": None, "scores": []}


def _used() -> Sequence[str]:
    return _LIBRARIES if tiny_transformer.missing() else (*_LIBRARIES, *_MORE)


def _part(split: str, sentences: Sequence[Sentence], held: int) -> Record:
    return {
        "split": split,
        "held": held,
        "sentences": len(sentences),
        "documents": len({one.document for one in sentences}),
        "spans": sum(len(one.spans) for one in sentences),
    }
