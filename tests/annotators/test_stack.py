"""What the stack learns: it beats its evidence, stores safely, and is the same each time."""

import json
import pickle
import random
from dataclasses import fields

import pytest

from builder.annotators.crf.units import split
from builder.annotators.crf.vectors import span_vectors
from builder.annotators.stack import Example, Learnt, learn
from builder.errors import UsageError
from builder.model import Entity, Span

PEOPLE = [a + b + c for a in "王李张刘陈" for b in "建国明志海" for c in "华军平"]
FIRMS = [a + b + "公司" for a in "东西南北中" for b in "方海山江星天"]
FRAMES = [
    "记者{p}昨天到{f}采访",
    "{f}的{p}表示同意",
    "{p}说天气很好",
    "大家参观了{f}",
    "今天没有新闻",
    "Yesterday {p} left {f}.",
]


def example(chance):
    """A sentence with a person and a firm; a poor annotator calls half of the names NAME, and some word too."""
    text, gold = chance.choice(FRAMES), []
    for mark, names, label in (("{p}", PEOPLE, "person"), ("{f}", FIRMS, "firm")):
        at = text.find(mark)
        if 0 <= at:
            name = chance.choice(names)
            text = text.replace(mark, name)
            shift = len(name) - len(mark)
            gold = [Span(s.start + shift, s.end + shift, s.label) if at < s.start else s for s in gold]
            gold.append(Span(at, at + len(name), label))
    spans = [span for span in gold if chance.random() < 0.5] + ([Span(0, 2, "x")] if chance.random() < 0.2 else [])
    evidence = tuple(Entity(Span(s.start, s.end, "NAME"), 0.7, ("poor@1",)) for s in spans)
    return Example(text, "zh", evidence, tuple(sorted(gold)))


def examples(count, seed):
    chance = random.Random(seed)
    return [example(chance) for _ in range(count)]


@pytest.fixture(scope="module")
def learnt():
    return learn(examples(120, 1))


def batch_of(some):
    return [(one.text, one.language, one.evidence) for one in some]


def f1(found, gold):
    right = sum(len(set(a) & set(b)) for a, b in zip(found, gold, strict=True))
    return 2 * right / (sum(map(len, found)) + sum(map(len, gold)))


def test_it_learns_the_labels_and_beats_the_boundaries_of_its_evidence(learnt):
    held_out = examples(80, 2)
    found = [[entity.span for entity in entities] for entities in learnt.propose(batch_of(held_out))]
    evidence = [[(e.span.start, e.span.end) for e in one.evidence] for one in held_out]
    places = [[(span.start, span.end) for span in one.gold] for one in held_out]

    assert f1(evidence, places) + 0.15 < f1(found, [one.gold for one in held_out])


def test_a_score_lies_between_zero_and_one_and_proposers_are_named(learnt):
    held_out = examples(40, 3)
    found = [
        (entity, one)
        for entities, one in zip(learnt.propose(batch_of(held_out)), held_out, strict=True)
        for entity in entities
    ]

    assert found
    for entity, one in found:
        same = [e for e in one.evidence if (e.span.start, e.span.end) == (entity.span.start, entity.span.end)]
        assert 0 <= entity.score <= 1
        assert (f"stack@{learnt.fingerprint[:8]}", *(["poor@1"] if same else [])) == entity.by


def test_a_sentence_is_proposed_the_same_alone_and_among_others(learnt):
    batch = [*batch_of(examples(30, 4)), ("", "zh", ()), ("\0 \n", "en", ())]

    assert learnt.propose(batch) == [learnt.propose([one])[0] for one in batch]


def test_characters_of_like_words_have_like_vectors():
    units = split(["鱼", "鸡", "县"])
    rows = units.first
    fish, fowl, county = span_vectors(units, rows, rows)

    assert fish @ county + 1 < fish @ fowl


def test_nothing_is_proposed_for_nothing(learnt):
    assert [] == learnt.propose([])
    assert [()] == learnt.propose([("", "zh", ())])


def test_the_same_examples_and_seed_give_the_same_bytes(learnt):
    assert learnt.files == learn(examples(120, 1)).files


def test_a_saved_model_is_read_back_byte_for_byte(learnt, tmp_path):
    learnt.save(tmp_path / "model")
    again = Learnt.load(tmp_path / "model")
    batch = batch_of(examples(20, 5))

    assert learnt.files == again.files
    assert learnt.fingerprint == again.fingerprint
    assert learnt.propose(batch) == again.propose(batch)


def test_a_model_that_was_used_is_sent_as_it_was_learnt_and_named(learnt):
    batch = batch_of(examples(20, 5))
    fresh = Learnt(*[getattr(learnt, field.name) for field in fields(learnt)])
    proposed, name = learnt.propose(batch), learnt.fingerprint
    sent = pickle.loads(pickle.dumps(learnt))

    assert {*vars(fresh), "fingerprint"} == set(vars(sent))
    assert (proposed, name, learnt.files) == (sent.propose(batch), sent.fingerprint, sent.files)


@pytest.mark.parametrize("name", ["finder_states.npy", "words.json"])
def test_a_changed_file_is_refused(learnt, tmp_path, name):
    learnt.save(tmp_path)
    body = bytearray((tmp_path / name).read_bytes())
    body[-1] ^= 1
    (tmp_path / name).write_bytes(bytes(body))

    with pytest.raises(UsageError, match=f"{name} is not the file that was saved"):
        Learnt.load(tmp_path)


def test_a_pickled_array_is_refused_even_when_the_manifest_lists_it(learnt, tmp_path):
    import hashlib

    learnt.save(tmp_path)
    body = pickle.dumps({"a": 1})
    (tmp_path / "scores.npy").write_bytes(body)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["files"]["scores.npy"] = hashlib.sha256(body).hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    with pytest.raises(UsageError, match="cannot be read"):
        Learnt.load(tmp_path)


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "[]",
        "{}",
        '{"format": "other", "version": 1, "files": {}}',
        '{"format": "builder-crf", "version": 1, "files": {"../x": "0"}}',
    ],
)
def test_a_folder_that_is_no_model_is_refused(tmp_path, manifest):
    (tmp_path / "manifest.json").write_text(manifest)

    with pytest.raises(UsageError, match="model"):
        Learnt.load(tmp_path)


def test_learning_from_nothing_is_refused():
    with pytest.raises(UsageError, match="learning needs"):
        learn([])


def test_what_nothing_tells_is_not_trusted_though_every_sentence_was_approved_twice():
    chance = random.Random(5)
    once = [
        Example(
            "".join(chance.choices("的一是不了在人有我他这中大来上个国到说们", k=14)),
            "zh",
            (),
            (Span(at, at + 2, "x"),),
        )
        for at in chance.choices(range(12), k=60)
    ]

    assert learn(once + once).settled.calibration.chances.max() < 0.5


def test_sentences_with_hardly_an_entity_can_be_learnt_from():
    some = [Example(f"今天没有新闻{n}", "zh", (), ()) for n in range(30)]
    some[7] = Example("王建国说天气很好", "zh", (), (Span(0, 3, "person"),))

    assert ("person",) == learn(some).labels
