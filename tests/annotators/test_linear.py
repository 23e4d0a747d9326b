"""Sentence labels learnt from approved ones."""

import io
import json
import pickle
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.annotators import linear, linear_files, linear_training
from builder.errors import UsageError

WORDS = {
    "event": ["代表团出席开幕式", "会见外宾", "论坛在沪举行"],
    "statement": ["部长指出这很重要", "他表示满意", "发言人强调立场"],
    "proposal": ["我们要加强合作", "应当推动对话", "呼吁各方克制"],
}
PLACES = ["上海", "北京", "日内瓦", "开罗", "巴黎"]


def approved(count, seed=1):
    draw = random.Random(seed)
    labels = [draw.choice(sorted(WORDS)) for _ in range(count)]
    return [f"{draw.choice(PLACES)}，{draw.choice(WORDS[label])}{draw.randrange(99)}。" for label in labels], labels


@pytest.fixture(scope="module")
def model():
    return linear_training.learn(*approved(90), seed=3)


@pytest.fixture
def folder(model, tmp_path):
    linear_files.write(model, tmp_path)
    return tmp_path


def test_what_was_learnt_is_found_in_sentences_not_seen(model):
    texts, labels = approved(60, seed=2)
    best = model.probabilities(texts).argmax(axis=1)

    assert 0.95 <= np.mean([model.labels[n] == label for n, label in zip(best, labels, strict=True)])


def test_noise_is_not_learnt_and_said_to_be_unsure():
    texts, labels = approved(200)
    random.Random(5).shuffle(labels)
    model = linear_training.learn(texts, labels, seed=3)
    chances = model.probabilities(approved(100, seed=2)[0])

    assert float(chances.max(axis=1).mean()) < 0.6


def test_calibration_does_not_make_it_worse_where_data_are_few():
    texts, labels = approved(120)
    draw = random.Random(4)
    labels = [draw.choice(sorted(WORDS)) if draw.random() < 0.3 else label for label in labels]
    figures = linear_training.learn(texts, labels, seed=3).figures

    assert figures["ece"] <= max(0.1, figures["ece_uncalibrated"])


def test_learning_again_gives_the_same_model(model):
    assert model.digest == linear_training.learn(*approved(90), seed=3).digest


def test_documents_are_never_on_both_sides_of_a_fold():
    fold = linear_training._folds([n // 7 for n in range(70)], seed=1)

    assert all(1 == len(set(fold[n : n + 7])) for n in range(0, 70, 7))


@given(st.lists(st.text(), max_size=6), st.text())
def test_a_sentence_does_not_change_another(others, text):
    model = linear_training.learn(*approved(40), seed=3) if not _MODELS else _MODELS[0]
    _MODELS[:] = [model]

    assert model.logits([text]).tolist()[0] == model.logits([*others, text, *others]).tolist()[len(others)]


_MODELS = []


def test_two_labels_are_learnt_as_well():
    texts, labels = approved(80)
    model = linear_training.learn(texts, ["event" if label == "event" else "statement" for label in labels], seed=1)
    found = model.labels[model.probabilities(["开罗，会见外宾7。"]).argmax()]

    assert ("event", 2) == (found, len(model.labels))


@pytest.mark.parametrize(("count", "labels"), [(10, None), (40, "event")])
def test_too_little_to_learn_from_is_refused(count, labels):
    texts, found = approved(count)

    with pytest.raises(UsageError, match="20 sentences"):
        linear_training.learn(texts, [labels] * count if labels else found, seed=1)


def test_the_annotator_gives_the_models_label_and_chance(news, make_sentence, folder, model):
    (made,) = linear.build({"model": str(folder)}, news).propose([make_sentence("上海，呼吁各方克制7。")])

    assert ("proposal", None) == (made.label.name, made.entities)
    assert pytest.approx(made.label.score, abs=1e-4) == model.probabilities(["上海，呼吁各方克制7。"]).max()


def test_nothing_asked_is_nothing_answered(news, folder):
    assert [] == linear.build({"model": str(folder)}, news).propose([])


def test_it_abstains_without_a_model(news, make_sentence):
    assert linear.build({}, news).propose([make_sentence("会议开幕。")])[0].label is None


def test_it_abstains_where_the_schema_lacks_a_label(news, make_sentence, tmp_path):
    texts, labels = approved(40)
    linear_files.write(linear_training.learn(texts, [f"x{label}" for label in labels], seed=1), tmp_path)

    assert linear.build({"model": str(tmp_path)}, news).propose([make_sentence("会议开幕。")])[0].label is None


def test_it_proposes_the_same_after_a_journey_to_another_process(news, make_sentence, folder):
    annotator = linear.build({"model": str(folder)}, news)
    sentence = make_sentence("巴黎，部长指出这很重要3。")

    assert annotator.propose([sentence]) == pickle.loads(pickle.dumps(annotator)).propose([sentence])


def test_writing_what_was_read_gives_the_same_bytes(folder, tmp_path_factory):
    again = tmp_path_factory.mktemp("again")
    linear_files.write(linear_files.read(folder), again)

    assert [(folder / n).read_bytes() for n in ("linear.npz", "linear.json")] == [
        (again / n).read_bytes() for n in ("linear.npz", "linear.json")
    ]


def _npz(**arrays):
    packed = io.BytesIO()
    np.savez(packed, **arrays)
    return packed.getvalue()


def _sound(**other):
    kept = {"slots": np.array([3], np.int32), "rarity": np.ones(1, np.float32)}
    return {**kept, "weights": np.ones((1, 3), np.float32), "bias": np.ones(3, np.float32), **other}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"PK\x03\x04 nothing",
        pickle.dumps({"weights": 1}),
        _npz(**_sound(weights=np.array([[{}]], dtype=object))),
        _npz(**_sound(weights=np.ones((1, 2), np.float32))),
        _npz(**_sound(bias=np.ones(3, np.float64))),
        _npz(**_sound(slots=np.array([1 << 20], np.int32))),
        _npz(**_sound(slots=np.array([-1], np.int32))),
        _npz(**_sound(bias=np.array([1, np.nan, 1], np.float32))),
        _npz(slots=np.array([3], np.int32)),
    ],
)
def test_arrays_that_are_no_model_are_refused_although_the_manifest_names_them(news, folder, body):
    import hashlib

    (folder / "linear.npz").write_bytes(body)
    manifest = json.loads((folder / "linear.json").read_text())
    (folder / "linear.json").write_text(json.dumps({**manifest, "sha256": hashlib.sha256(body).hexdigest()}))

    with pytest.raises(UsageError, match="no sound model"):
        linear.build({"model": str(folder)}, news)


def test_another_file_than_was_written_is_refused(news, folder):
    body = bytearray((folder / "linear.npz").read_bytes())
    body[len(body) // 2] ^= 1
    (folder / "linear.npz").write_bytes(body)

    with pytest.raises(UsageError, match="not the file that was written"):
        linear.build({"model": str(folder)}, news)


@pytest.mark.parametrize(
    "change", [{"form": "linear/9"}, {"labels": "ab"}, {"labels": []}, {"temperature": 0.0}, {"longest": 99}]
)
def test_a_manifest_that_is_not_sound_is_refused(news, folder, change):
    manifest = json.loads((folder / "linear.json").read_text())
    (folder / "linear.json").write_text(json.dumps({**manifest, **change}))

    with pytest.raises(UsageError, match="no sound model"):
        linear.build({"model": str(folder)}, news)


def test_a_folder_that_is_not_there_is_refused(news, tmp_path):
    with pytest.raises(UsageError, match="no sound model"):
        linear.build({"model": str(tmp_path / "nowhere")}, news)
