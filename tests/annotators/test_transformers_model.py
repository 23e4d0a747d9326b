"""A transformer's proposals, by tiny random models made here; without torch only what needs none is tested."""

import json

import pytest

from builder.annotators import model_folder, transformers_model
from builder.annotators.transformers_model import cut_up
from builder.errors import UsageError

TAGS = {"0": "O", "1": "B-PER", "2": "I-PER"}
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"李明在北京说话。 ab", *(f"##{c}" for c in "ab")]


class Fixed:
    """Stands for the engine: tags every 李 B-PER and every 明 I-PER, in windows of four characters."""

    def read(self, texts):
        return [[self._window(text, start) for start in range(0, len(text), 2)] for text in texts]

    def _window(self, text, start):
        rows = {"李": [0.1, 0.8, 0.1], "明": [0.2, 0.2, 0.6]}
        places = [(n, n + 1) for n in range(start, min(start + 4, len(text)))]
        return places, [rows.get(text[n], [1.0, 0.0, 0.0]) for n, _ in places]


def configured(folder, **other):
    said = {"architectures": ["BertForTokenClassification"], "id2label": TAGS, "model_type": "bert", **other}
    (folder / "config.json").write_text(json.dumps(said))
    return folder


@pytest.fixture
def pretended(monkeypatch):
    """Build as if the packages were installed."""
    monkeypatch.setattr(model_folder, "find_spec", lambda package: True)
    return transformers_model.build


def test_tags_of_windows_become_spans_under_our_labels(news, make_sentence, pretended, tmp_path):
    annotator = pretended({"model": str(configured(tmp_path)), "labels": "PERSON=PER"}, news)
    annotator._engine = Fixed()
    made = annotator.propose([make_sentence("在北京李明说话。"), make_sentence("说话。")])

    assert [[(3, 5, "PERSON", 0.7)], []] == [
        [(e.span.start, e.span.end, e.span.label, e.score) for e in one.entities] for one in made
    ]


def test_it_abstains_where_no_tag_fits(news, make_sentence, pretended, tmp_path):
    annotator = pretended({"model": str(configured(tmp_path))}, news)

    assert annotator.propose([make_sentence("李明")])[0].entities is None


@pytest.mark.parametrize("other", [{"architectures": ["BertModel"]}, {"id2label": {"5": "O"}}, {"architectures": 5}])
def test_a_model_for_something_else_is_refused(news, pretended, tmp_path, other):
    with pytest.raises(UsageError, match="token or sequence classification"):
        pretended({"model": str(configured(tmp_path, **other))}, news)


def test_weights_that_run_code_are_refused(news, pretended, tmp_path):
    (configured(tmp_path) / "pytorch_model.bin").write_bytes(b"")

    with pytest.raises(UsageError, match="may run code"):
        pretended({"model": str(tmp_path)}, news)


@pytest.fixture
def tokenizer(tmp_path):
    """A fast tokenizer of few words."""
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    made = Tokenizer(models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    )
    fast.save_pretrained(tmp_path)
    return fast


def test_windows_cover_every_character_and_overlap(tokenizer):
    text = "李明在北京说话。" * 5
    cut = cut_up(tokenizer, [text, "李"], 12)
    of_first = [n for n, owner in enumerate(cut["overflow_to_sample_mapping"]) if owner == 0]
    places = [tuple(place) for n in of_first for place in cut["offset_mapping"][n] if place[0] < place[1]]

    assert {(n, n + 1) for n in range(len(text))} <= set(places)
    assert len(set(places)) < len(places)
    assert all(len(cut["input_ids"][n]) <= 12 for n in of_first)


@pytest.mark.parametrize("task", ["Token", "Sequence"])
def test_a_random_model_is_read_and_asked(news, make_sentence, tokenizer, tmp_path, task):
    pytest.importorskip("torch", exc_type=ImportError)
    import transformers

    labels = TAGS.values() if task == "Token" else ["event", "statement"]
    config = transformers.BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=32, id2label=dict(enumerate(labels)),
    )  # fmt: skip
    getattr(transformers, f"BertFor{task}Classification")(config).save_pretrained(tmp_path)
    annotator = transformers_model.build({"model": str(tmp_path), "labels": "PERSON=PER"}, news)
    texts = ["李明在北京说话。" * 20, "李明", "ab"]
    together = annotator.propose([make_sentence(text) for text in texts])
    alone = [annotator.propose([make_sentence(text)])[0] for text in texts]

    assert [one.entities and [e.span for e in one.entities] for one in together] == [
        one.entities and [e.span for e in one.entities] for one in alone
    ]
    assert task == "Token" or all(one.label.name in labels for one in together)
