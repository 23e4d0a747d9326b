"""Measuring from gold to report, with quick annotators: what is proposed, learnt, mapped and left out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from builder.annotators.combine import Combiner
from builder.config_tables import AnnotateTable
from builder.errors import UsageError
from builder.model import Entity, Label, Prediction, Sentence, Span
from builder.schema import read_schema
from builder.stages.evaluate import Request, approved_at, combiner_at, evaluate
from tests.learner import Learner
from tests.project import answer_all, at_work, make_sources, toml

NEWS = read_schema("news", Path())
TEXT = "Maria met Tom in Riverside."
GOLD = [[0, 5, "PERSON"], [10, 13, "PERSON"], [17, 26, "GPE"]]
THEIRS = [[0, 5, "per"], [10, 13, "per"], [17, 26, "place"]]


class Words:
    """Proposes given words under given labels; abstains on sentences in Chinese."""

    fingerprint = "1"

    def __init__(self, name: str, label: str = "event", score: float = 0.8, **words: str) -> None:
        self.name, self._label, self._score, self._words = name, label, score, words

    def propose(self, sentences: Sequence[Sentence]) -> list[Prediction]:
        return [self._predict(sentence) for sentence in sentences]

    def _predict(self, sentence: Sentence) -> Prediction:
        by = f"{self.name}@1"
        if sentence.language == "zh":
            return Prediction(sentence.id, by)
        found = [(sentence.text.find(word), word, label) for word, label in self._words.items()]
        entities = [Entity(Span(at, at + len(w), label), self._score, (by,)) for at, w, label in found if 0 <= at]
        return Prediction(sentence.id, by, tuple(sorted(entities)), Label(self._label, 0.5, (by,)))


COMBINER = Combiner([Words("one", Maria="PERSON", Riverside="GPE"), Words("two", Maria="PERSON", Tom="ORG")], NEWS)


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return path


def numbered(count: int, first: int = 0, spans: list[list[Any]] | None = None) -> list[dict[str, Any]]:
    """Make lines with different texts of which the same is right."""
    return [{"text": f"{TEXT} {first + n}", "spans": GOLD if spans is None else spans} for n in range(count)]


def row(report: dict[str, Any], proposer: str) -> dict[str, Any]:
    (found,) = [one for one in report["rows"] if one["proposer"] == proposer]
    return found


def score(report: dict[str, Any], proposer: str, label: str = "micro", language: str | None = None) -> dict[str, Any]:
    (found,) = [s for s in row(report, proposer)["scores"] if (s["label"], s["language"]) == (label, language)]
    return found


def strict(found: dict[str, Any]) -> tuple[float | None, ...]:
    return tuple(found["strict"][what]["value"] for what in ("precision", "recall", "f1"))


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> Learner:
    made = Learner()
    monkeypatch.setitem(sys.modules, "builder.annotators.stack", made.module)
    return made


def test_every_proposer_has_its_row(tmp_path: Path) -> None:
    report = evaluate(Request(write(tmp_path / "gold", *numbered(3))), COMBINER)

    assert ["one", "two", "union", "majority", "combined"] == [one["proposer"] for one in report["rows"]]
    assert (1.0, 0.666667, 0.8) == strict(score(report, "one"))
    assert (0.5, 0.333333, 0.4) == strict(score(report, "two"))
    assert (0.666667, 0.666667, 0.666667) == strict(score(report, "union"))
    assert (0.5, 1.0) == (strict(score(report, "majority", "PERSON"))[1], strict(score(report, "majority", "GPE"))[1])


def test_what_is_undefined_says_why(tmp_path: Path) -> None:
    found = score(evaluate(Request(write(tmp_path / "gold", *numbered(2))), COMBINER), "one", "DATE")

    assert {"value": None, "low": None, "high": None, "why": "nothing was proposed"} == found["strict"]["precision"]
    assert "the gold has none" == found["strict"]["recall"]["why"]


def test_figures_per_language_stand_where_there_are_several(tmp_path: Path) -> None:
    lines = [*numbered(2), {"text": "林雨说话。", "spans": [[0, 2, "PERSON"]]}]
    report = evaluate(Request(write(tmp_path / "gold", *lines)), COMBINER)

    assert {"en": 2, "zh": 1} == report["gold"]["languages"]
    assert (None, 0.0, 0.0) == strict(score(report, "one", "PERSON", "zh"))
    assert (1.0, 0.5, 0.666667) == strict(score(report, "one", "PERSON", "en"))
    assert 1 == row(report, "one")["abstained"]
    assert "an interval needs two groups or more" == score(report, "one", "PERSON", "zh")["strict"]["recall"]["why"]


def test_a_language_that_is_given_is_believed(tmp_path: Path) -> None:
    report = evaluate(Request(write(tmp_path / "gold", *({"language": "zh"} | one for one in numbered(2)))), COMBINER)

    assert (2, {"zh": 2}) == (row(report, "one")["abstained"], report["gold"]["languages"])


def test_sentences_of_a_group_are_drawn_together(tmp_path: Path) -> None:
    lines = [{"group": "page"} | one for one in numbered(3)] + numbered(1, first=9)
    report = evaluate(Request(write(tmp_path / "gold", *lines)), COMBINER)

    assert (4, 2) == (report["gold"]["sentences"], score(report, "one")["groups"])


def test_a_map_says_which_label_is_which_and_the_rest_is_left_out(tmp_path: Path) -> None:
    lines = numbered(2, spans=[*THEIRS, [6, 9, "verb"]])
    report = evaluate(Request(write(tmp_path / "gold", *lines), pairs="PERSON=per,GPE=place,LOCATION=place"), COMBINER)

    assert (1.0, 0.666667, 0.8) == strict(score(report, "one"))
    assert [("per", ["PERSON"]), ("place", ["GPE", "LOCATION"])] == [
        (one["name"], one["ours"]) for one in report["map"]["scored"]
    ]
    assert [{"label": "verb", "spans": 2}] == report["map"]["left_out"]
    assert "ORG" in report["map"]["not_proposed"]
    assert 2 == score(report, "two")["proposed"], "Tom as ORG is not proposed"


def test_a_guessed_crosswalk_is_told(tmp_path: Path) -> None:
    lines = numbered(2, spans=[[0, 5, "name"], [17, 26, "scene"]])
    report = evaluate(Request(write(tmp_path / "gold", *lines)), COMBINER)

    assert ("guess", ["cluener"]) == (report["map"]["source"], report["map"]["crosswalks"])
    assert any("cluener (guessed by their names)" in note for note in report["notes"])


def test_a_crosswalk_can_be_named(tmp_path: Path) -> None:
    lines = numbered(2, spans=[[0, 5, "PER"], [17, 26, "LOC"]])
    report = evaluate(Request(write(tmp_path / "gold", *lines), crosswalk="msra"), COMBINER)

    assert ("crosswalk", ["msra"], (1.0, 1.0, 1.0)) == (
        report["map"]["source"],
        report["map"]["crosswalks"],
        strict(score(report, "one")),
    )


def test_labels_that_nothing_is_known_of_are_an_error_with_an_example(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--map PERSON=PER"):
        evaluate(Request(write(tmp_path / "gold", *numbered(1, spans=THEIRS))), COMBINER)


def test_a_map_of_labels_that_the_gold_does_not_have_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="names no label of the gold; it has: per, place"):
        evaluate(Request(write(tmp_path / "gold", *numbered(1, spans=THEIRS)), pairs="PERSON=PER"), COMBINER)


def test_one_label_of_a_map_that_the_gold_does_not_have_is_noted(tmp_path: Path) -> None:
    request = Request(write(tmp_path / "gold", *numbered(1, spans=THEIRS)), pairs="PERSON=per,ORG=org")

    assert "no span of the gold is labelled org" in evaluate(request, COMBINER)["notes"]


def test_sentence_labels_are_scored_by_name(tmp_path: Path) -> None:
    lines = [{"label": label} | one for label, one in zip(("event", "event", "decision"), numbered(3), strict=True)]
    found = row(evaluate(Request(write(tmp_path / "gold", *lines)), COMBINER), "combined")["sentence"]

    assert (3, 0.666667, 0.4) == (found["sentences"], found["accuracy"]["value"], found["macro_f1"]["value"])
    assert {"gold": "decision", "proposed": "event", "count": 1} in found["confusion"]


def test_sentence_labels_can_be_mapped_too(tmp_path: Path) -> None:
    lines = [{"label": "happening"} | one for one in numbered(2)]
    report = evaluate(Request(write(tmp_path / "gold", *lines), pairs="event=happening"), COMBINER)

    assert 1.0 == row(report, "combined")["sentence"]["accuracy"]["value"]


def test_strange_sentence_labels_are_noted_and_not_scored(tmp_path: Path) -> None:
    report = evaluate(Request(write(tmp_path / "gold", *({"label": "odd"} | one for one in numbered(2)))), COMBINER)

    assert row(report, "combined")["sentence"] is None
    assert "sentence labels are not scored: odd are not in schema 'news'" in report["notes"]


def test_a_bad_line_is_listed_and_the_rest_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "gold"
    path.write_text(f"{json.dumps(numbered(1)[0])}\n{{}}\n", "utf-8")
    report = evaluate(Request(path), COMBINER)

    assert (1, [("line 2", "E_GOLD")]) == (
        report["gold"]["sentences"],
        [(reject["place"], reject["code"]) for reject in report["rejects"]],
    )


@pytest.mark.parametrize(("content", "why"), [("", "no line has the form"), ("[]", "line 1: not a JSON object")])
def test_a_file_without_gold_is_an_error(content: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "gold").write_text(content)

    with pytest.raises(UsageError, match=why):
        evaluate(Request(tmp_path / "gold"), COMBINER)


def test_what_is_learnt_is_scored_by_the_files_own_labels(tmp_path: Path, learner: Learner) -> None:
    gold, train = (write(tmp_path / name, *numbered(5, first, THEIRS)) for name, first in (("gold", 0), ("train", 50)))
    report = evaluate(Request(gold, train, pairs="PERSON=per,GPE=place"), COMBINER)

    assert (1.0, 1.0, 1.0) == strict(score(report, "learnt 5"))
    assert ["per", "place"] == row(report, "learnt 5")["labels"]


def test_the_learner_is_given_evidence_under_our_labels_and_gold_under_theirs(tmp_path: Path, learner: Learner) -> None:
    gold, train = (write(tmp_path / name, *numbered(1, first, THEIRS)) for name, first in (("gold", 0), ("train", 50)))
    evaluate(Request(gold, train, pairs="PERSON=per", seed=7), COMBINER)
    ((examples, seed),) = learner.calls
    (asked,) = learner.asked

    assert (7, [f"{TEXT} 50"], "en") == (seed, [one.text for one in examples], examples[0].language)
    assert (Span(0, 5, "per"), Span(10, 13, "per"), Span(17, 26, "place")) == examples[0].gold
    assert [("PERSON", "one@1"), ("GPE", "one@1"), ("PERSON", "two@1"), ("ORG", "two@1")] == [
        (entity.span.label, *entity.by) for entity in examples[0].evidence if entity.by != ("votes",)
    ]
    assert (f"{TEXT} 0", "en", examples[0].evidence) == (asked[0], asked[1], asked[2])
    assert any(entity.by == ("votes",) for entity in asked[2])


def test_labels_that_nothing_is_known_of_are_no_error_where_they_are_learnt(tmp_path: Path, learner: Learner) -> None:
    gold, train = (write(tmp_path / name, *numbered(2, first, THEIRS)) for name, first in (("gold", 0), ("train", 50)))
    report = evaluate(Request(gold, train), COMBINER)

    assert ["learnt 2"] == [one["proposer"] for one in report["rows"]]
    assert report["notes"][0].startswith("only what is learnt is scored")


def test_what_is_learnt_is_scored_by_the_map_too_where_that_differs(tmp_path: Path, learner: Learner) -> None:
    gold, train = (write(tmp_path / name, *numbered(2, first, THEIRS)) for name, first in (("gold", 0), ("train", 50)))
    report = evaluate(Request(gold, train, pairs="PERSON=per,PERSON=place"), COMBINER)
    mapped = row(report, "learnt 2, mapped")

    assert ("learnt-mapped", ["PERSON"]) == (mapped["kind"], mapped["labels"])


def test_nothing_is_learnt_from_a_sentence_of_the_gold(tmp_path: Path, learner: Learner) -> None:
    gold, train = (write(tmp_path / name, *numbered(4, first)) for name, first in (("gold", 0), ("train", 2)))
    report = evaluate(Request(gold, train), COMBINER)

    assert [{f"{TEXT} 4", f"{TEXT} 5"}] == [{one.text for one in examples} for examples, _ in learner.calls]
    assert "2 training sentences stand in the gold too; nothing is learnt from them" in report["notes"]


def test_training_on_the_gold_alone_is_an_error(tmp_path: Path, learner: Learner) -> None:
    gold = write(tmp_path / "gold", *numbered(4))

    with pytest.raises(UsageError, match="nothing is left to learn from"):
        evaluate(Request(gold, gold), COMBINER)


def test_sizes_are_learnt_one_within_the_other_and_cut_to_what_there_is(tmp_path: Path, learner: Learner) -> None:
    gold, train = write(tmp_path / "gold", *numbered(2)), write(tmp_path / "train", *numbered(9, 50))
    report = evaluate(Request(gold, train, (3, 6, 20, 30)), COMBINER)
    learnt = [{one.text for one in examples} for examples, _ in learner.calls]

    assert [3, 6, 9] == [point["sentences"] for point in report["curve"]] == [len(one) for one in learnt]
    assert learnt[0] < learnt[1] < learnt[2]


def test_no_fold_is_learnt_from_where_it_is_measured(tmp_path: Path, learner: Learner) -> None:
    """Each sentence has a name of its own: what learns by heart finds none of them in another fold."""
    lines = [{"text": f"N{n:02} spoke.", "spans": [[0, 3, "PERSON"]]} for n in range(12)]
    report = evaluate(Request(write(tmp_path / "gold", *lines), folds=4), COMBINER)

    assert [9] * 4 == [len(examples) for examples, _ in learner.calls]
    assert 12 == len(learner.asked)
    assert 0.0 == strict(score(report, "learnt 9"))[1]


def test_scores_are_mended_on_folds_that_were_not_measured(tmp_path: Path, learner: Learner) -> None:
    report = evaluate(Request(write(tmp_path / "gold", *numbered(20)), folds=5), COMBINER)
    before, after = (row(report, name)["calibration"]["ece"] for name in ("combined", "calibrated"))

    assert 0.1 < before
    assert after == pytest.approx(0, abs=0.01)
    assert 16 == row(report, "calibrated")["trained_on"]


def test_the_same_seed_gives_the_same_report(tmp_path: Path, learner: Learner) -> None:
    gold = write(tmp_path / "gold", *numbered(12))

    assert evaluate(Request(gold, folds=3, seed=4), COMBINER) == evaluate(Request(gold, folds=3, seed=4), COMBINER)


def test_mistakes_are_listed_when_asked_for(tmp_path: Path) -> None:
    found = evaluate(Request(write(tmp_path / "gold", *numbered(3)), wrong="two"), COMBINER)["mistakes"]

    assert [{"text": "Tom", "label": "ORG", "count": 3}] == found["false"]
    assert {"text": "Riverside", "label": "GPE", "count": 3} in found["missed"]


def test_mistakes_of_nobody_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--wrong three: no such proposer; there are: one, two, union"):
        evaluate(Request(write(tmp_path / "gold", *numbered(1)), wrong="three"), COMBINER)


def test_the_bar_is_moved_to_its_end(tmp_path: Path) -> None:
    moved: dict[str, list[int]] = {}

    @contextmanager
    def bar(name: str, total: int) -> Iterator[Any]:
        moved[name] = [total, 0]
        yield lambda count: moved[name].__setitem__(1, moved[name][1] + count)

    evaluate(Request(write(tmp_path / "gold", *numbered(450))), COMBINER, bar)

    assert {"propose": [450, 450]} == moved


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"pairs": "A=B", "crosswalk": "msra"}, "--map and --crosswalk"),
        ({"train": Path("t"), "folds": 2}, "--train learns from another file"),
        ({"sizes": (1,)}, "--sizes needs something to learn from"),
        ({"folds": 1}, "at least 2 are needed"),
        ({"folds": -2}, "at least 2 are needed"),
    ],
)
def test_what_does_not_go_together_is_an_error(options: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Request(Path("gold"), **options)


def test_without_a_project_the_default_annotators_propose_under_news(tmp_path: Path) -> None:
    found = combiner_at(tmp_path)

    assert "news" == found.schema.name
    assert list(AnnotateTable().annotators) == [annotator.name for annotator in found.annotators]


def test_in_a_project_its_annotators_propose(tmp_path: Path) -> None:
    (tmp_path / "builder.toml").write_text('[project]\nname = "x"\n[annotate]\nannotators = ["cues"]\n')
    (tmp_path / "deep").mkdir()

    assert ["cues"] == [one.name for one in combiner_at(tmp_path / "deep").annotators]
    assert ["pattern"] == [one.name for one in combiner_at(tmp_path, ["pattern"]).annotators]


def test_without_a_file_it_measures_on_what_people_approved(tmp_path: Path) -> None:
    make_sources(tmp_path)
    (tmp_path / "builder.toml").write_text(toml())
    with at_work(tmp_path) as (bench, studio):
        for step in (bench.ingest, bench.annotate, bench.push, lambda: answer_all(studio), bench.pull, bench.review):
            step()
    approved = approved_at(tmp_path)
    report = evaluate(Request(None), COMBINER, approved=approved)

    assert ("approved", len(approved)) == (report["gold"]["file"], report["gold"]["labelled"])
    assert 0 < report["gold"]["groups"] < len(approved)
    assert {"Maria", "Tom"} <= {one.sentence.text[s.start : s.end] for one in approved for s in one.spans}
    assert any("had seen proposals" in note for note in report["notes"])


def test_without_a_file_and_without_approvals_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "builder.toml").write_text(toml())

    with pytest.raises(UsageError, match="nothing is approved here yet"):
        approved_at(tmp_path)
