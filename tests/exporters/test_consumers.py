"""Each format is read by the program it is made for. Nothing is downloaded: models are tiny, random and made here.

What is not installed is skipped; `docs/formats.md` says what the others were run with.
"""

import json
from collections import Counter
from dataclasses import replace

import pytest

from builder.exporters import brat, chat, conll, csv_table, gliner, huggingface, label_studio, spacy_docs
from builder.exporters.folder import publish
from builder.model import Span
from builder.text.tokens import tokenize
from tests.exporters.approved_rows import INFO, SCHEMA, plain_row
from tests.exporters.reading_back import conll_blocks

PEOPLE = ("王伟", "李娜", "Ana Lopez", "𠮷田")
PLACES = ("北京市", "上海", "Astana", "海淀区")
TEMPLATES = ("{}在{}报案。", "{}今天访问了{}😀", "{} flew to {}.")
JUST, LONG = Span(3, 15, "ORG"), Span(2, 15, "ORG")
"""As wide as GLiNER's default of 12 tokens, and wider by one."""


def corpus():
    """Make rows of all people and places, one with a nested span and one with a long one."""
    rows = [
        row_of(template, person, place) for template in TEMPLATES for person in PEOPLE for place in PLACES
    ]  # 48 of them
    nested = plain_row("北京市海淀区法院开庭。", [Span(0, 8, "ORG"), Span(0, 3, "GPE"), Span(0, 6, "GPE")])
    text = "他在上海合作组织成员国元首理事会讲话。"
    return [*rows, nested, plain_row(text, [LONG]), plain_row(f"{text}好", [JUST])]


def row_of(template, person, place):
    text = template.format(person, place)
    at = text.index(place, len(person))
    spans = [Span(0, len(person), "PERSON"), Span(at, at + len(place), "GPE")]
    return plain_row(text, spans, label="event" if "报案" in text else "no")


ROWS = corpus()
BY_ID = {row.sentence.id: row for row in ROWS}


def flat(row):
    """Count the spans that tags hold: all but the inner ones of the nested row."""
    spans = {gold.span for gold in row.gold.entities}
    return {span for span in spans if not any(o != span and o.start <= span.start and span.end <= o.end for o in spans)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    modules = [brat, chat, conll, csv_table, gliner, label_studio]
    return publish(
        tmp_path_factory.mktemp("exports"),
        replace(INFO, name="news"),
        ROWS,
        [huggingface.build({}), *(module.build({}) for module in modules)],
    )


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    pytest.importorskip("spacy")
    home = tmp_path_factory.mktemp("docs")
    spacy_docs.build({}).export(ROWS, INFO, home)
    return home / "spacy" / "train.spacy"


@pytest.fixture(scope="module")
def alphabet(tmp_path_factory):
    """Make a tokenizer of single characters, as a folder that `AutoTokenizer` loads."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, processors

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "<|im_start|>", "<|im_end|>"]
    known = sorted({character for row in ROWS for character in row.sentence.text} | set('{}":, \n'))
    vocabulary = {token: number for number, token in enumerate([*special, *known])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    home = tmp_path_factory.mktemp("alphabet")
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token"), special, strict=False))
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=256, **names).save_pretrained(
        home
    )
    return home


def tiny_bert(home, **more):
    from transformers import AutoTokenizer, BertConfig

    size = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
    return BertConfig(vocab_size=len(AutoTokenizer.from_pretrained(home)), max_position_embeddings=512, **size, **more)


def test_datasets_reads_conll_as_conll_2003(folder, tmp_path):
    import datasets

    columns = ["tokens", "pos_tags", "chunk_tags", "ner_tags"]
    where = {"data_files": str(folder / "conll" / "train.conll"), "cache_dir": str(tmp_path)}
    rows = datasets.load_dataset("conll", column_names=columns, split="train", **where)
    ids = (folder / "conll" / "train.ids").read_text("utf-8").split()

    assert len(ROWS) == len(rows)
    for identity, row in zip(ids, rows, strict=True):
        text = BY_ID[identity].sentence.text
        assert [text[start:end] for start, end in tokenize(text)] == row["tokens"]
        assert len(flat(BY_ID[identity])) == sum(tag.startswith("B-") for tag in row["ner_tags"])


def test_seqeval_finds_the_entities_of_conll_in_strict_iob2(folder):
    pytest.importorskip("seqeval")
    from seqeval.metrics.sequence_labeling import get_entities
    from seqeval.scheme import IOB2, Entities

    blocks = conll_blocks(folder / "conll" / "train.conll")
    tags = [[columns[3] for columns in block] for block in blocks]
    found = Entities(tags, scheme=IOB2).entities

    assert sum(len(flat(row)) for row in ROWS) == sum(map(len, found))
    assert sum(map(len, found)) == sum(len(get_entities(sentence)) for sentence in tags)


def rows_of_conll(folder, cache):
    """Read tokens and tags as `datasets` does from column files, and name the tags as `run_ner.py` then does."""
    blocks = conll_blocks(folder / "conll" / "train.conll")
    names = sorted({columns[3] for block in blocks for columns in block})
    return [([line[0] for line in block], [names.index(line[3]) for line in block]) for block in blocks], names


def rows_of_tokens(folder, cache):
    """Read the view as `run_ner.py` does: the names of the tags stand in the features."""
    import datasets

    loaded = datasets.load_dataset(str(folder), "tokens", cache_dir=str(cache))["train"]
    names = loaded.features["ner_tags"].feature.names
    return list(zip(loaded["tokens"][:], loaded["ner_tags"][:], strict=True)), names


@pytest.mark.parametrize("read", [rows_of_tokens, rows_of_conll], ids=["tokens", "conll"])
def test_transformers_learns_from_the_release_as_run_ner_does(read, folder, alphabet, tmp_path, monkeypatch):
    for package in ("accelerate", "seqeval"):
        pytest.importorskip(package)
    import datasets
    import torch
    from seqeval.metrics import f1_score
    from seqeval.scheme import IOB2
    from transformers import (
        AutoTokenizer,
        BertForTokenClassification,
        DataCollatorForTokenClassification,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(1)
    set_seed(0)
    sentences, names = read(folder, tmp_path)
    tokenizer = AutoTokenizer.from_pretrained(alphabet)

    def encoded(tokens, tags):
        made = tokenizer(tokens, is_split_into_words=True)
        words = made.word_ids()
        first = [word if word is not None and word not in words[:at] else None for at, word in enumerate(words)]
        return {**made, "labels": [-100 if word is None else tags[word] for word in first]}

    rows = datasets.Dataset.from_list([encoded(*sentence) for sentence in sentences])
    model = BertForTokenClassification(tiny_bert(alphabet, num_labels=len(names)))
    settings = {"num_train_epochs": 40, "per_device_train_batch_size": 10, "learning_rate": 2e-3}
    quiet = {"report_to": [], "disable_tqdm": True, "save_strategy": "no", "use_cpu": True}
    trainer = Trainer(
        model=model,
        args=TrainingArguments(str(tmp_path), **settings, **quiet),
        train_dataset=rows,
        data_collator=DataCollatorForTokenClassification(tokenizer),
    )

    def score():
        told = trainer.predict(rows)
        pairs = [[(p, t) for p, t in zip(*row, strict=True) if t != -100]
                 for row in zip(told.predictions.argmax(-1), told.label_ids, strict=True)]  # fmt: skip
        said, true = ([[names[pair[side]] for pair in row] for row in pairs] for side in (0, 1))
        return f1_score(true, said, mode="strict", scheme=IOB2)

    untrained = score()
    trainer.train()

    assert untrained < 0.2
    assert 0.9 < score()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_spacys_corpus_reads_the_docs_and_aligns_every_entity(docs, language):
    import spacy
    from spacy.training import Corpus

    nlp = spacy.blank(language)
    examples = list(Corpus(docs)(nlp))

    assert len(ROWS) == len(examples)
    for example in examples:
        row = next(row for row in ROWS if row.sentence.text == example.text)
        assert {
            "event": float(row.gold.label == "event"),
            "no": float(row.gold.label == "no"),
        } == example.reference.cats
        assert flat(row) == {Span(e.start_char, e.end_char, e.label_) for e in example.reference.ents}
        if language == "zh":  # its tokens are characters, so that every entity of ours falls on them
            aligned = example.get_aligned_spans_y2x(example.reference.ents)
            assert flat(row) == {Span(e.start_char, e.end_char, e.label_) for e in aligned}


def test_spacy_trains_a_recogniser_and_a_span_categoriser(docs):
    import spacy
    from spacy.training import Corpus
    from spacy.util import fix_random_seed, minibatch

    fix_random_seed(0)
    nlp = spacy.blank("zh")
    nlp.add_pipe("ner")
    nlp.add_pipe("spancat", config={"spans_key": "sc"})
    nlp.add_pipe("textcat")
    examples = list(Corpus(docs)(nlp))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(12):
        for batch in minibatch(examples, 8):
            nlp.update(batch, sgd=optimizer)

    assert {"PERSON", "GPE", "ORG"} == set(nlp.get_pipe("ner").labels) == set(nlp.get_pipe("spancat").labels)
    assert {"event", "no"} == set(nlp.get_pipe("textcat").labels)
    assert 0.9 < nlp.evaluate(examples)["ents_f"]


def test_gliners_processor_sees_every_span_but_those_told_as_truncated(folder, alphabet):
    pytest.importorskip("gliner")
    from gliner.config import GLiNERConfig
    from gliner.data_processing import UniEncoderSpanProcessor, WordsSplitter
    from transformers import AutoTokenizer

    examples = json.loads((folder / "gliner" / "train.json").read_text("utf-8"))
    told = json.loads((folder / "losses.json").read_text("utf-8"))["views"]
    config = GLiNERConfig()
    processor = UniEncoderSpanProcessor(config, AutoTokenizer.from_pretrained(alphabet), WordsSplitter("whitespace"))
    batch = processor.collate_raw_batch(examples, entity_types=list(SCHEMA.entity_names))
    if not isinstance(batch["classes_to_id"], list):
        batch["classes_to_id"] = [batch["classes_to_id"]] * len(examples)
    seen = int(processor.create_labels(batch).sum())

    assert sum(len(example["ner"]) for example in examples) - 1 == seen
    assert [LONG.end] == [loss["end"] for loss in told["gliner.defaults"]["spans"]]
    assert (12, 384) == (config.max_width, config.max_len) == (gliner.MAX_WIDTH, gliner.MAX_LENGTH)


def test_span_marker_normalises_the_tokens_view_to_our_spans(folder, tmp_path):
    pytest.importorskip("span_marker")
    import datasets
    from span_marker.configuration import SpanMarkerConfig
    from span_marker.label_normalizer import AutoLabelNormalizer

    rows = datasets.load_dataset(str(folder), "tokens", split="train", cache_dir=str(tmp_path))
    names = rows.features["ner_tags"].feature.names
    numbers = {name: number for number, name in enumerate(names)}
    config = SpanMarkerConfig(encoder_config={"id2label": dict(enumerate(names)), "label2id": numbers})
    normalised = AutoLabelNormalizer.from_config(config)(rows["tokens"][:], rows["ner_tags"][:])

    for row, entities in zip(rows, normalised["ner_tags"], strict=True):
        assert len(flat(BY_ID[row["id"]])) == len(entities)
        for _, start, end in entities:
            place = (row["token_starts"][start], row["token_ends"][end - 1])
            assert place in {(span.start, span.end) for span in flat(BY_ID[row["id"]])}


def chat_rows(folder, cache):
    import datasets

    return datasets.load_dataset(
        "json", data_files=str(folder / "chat" / "train.jsonl"), split="train", cache_dir=str(cache)
    )


TEMPLATE = "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"


def test_trl_trains_on_the_conversations(folder, alphabet, tmp_path):
    pytest.importorskip("trl")
    import trl
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM
    from trl.data_utils import is_conversational

    rows = chat_rows(folder, tmp_path)
    assert is_conversational(rows[0])
    tokenizer = AutoTokenizer.from_pretrained(alphabet)
    tokenizer.chat_template, tokenizer.eos_token = TEMPLATE, "<|im_end|>"
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
    model = LlamaForCausalLM(LlamaConfig(vocab_size=len(tokenizer), **size))
    quiet = {"report_to": [], "disable_tqdm": True, "save_strategy": "no", "use_cpu": True, "bf16": False}
    settings = trl.SFTConfig(str(tmp_path), max_steps=2, per_device_train_batch_size=4, max_length=512, **quiet)
    trainer = trl.SFTTrainer(model, settings, train_dataset=rows, processing_class=tokenizer)

    assert 0 < trainer.train().training_loss
    assert len(ROWS) == len(trainer.train_dataset)


def test_the_conversations_are_what_llama_factorys_parser_asks_for(folder):
    """It is not installed here: these are the rules of its `parser.py` and `converter.py`, written down."""
    told = json.loads((folder / "chat" / "dataset_info.json").read_text("utf-8"))
    (name, entry), *rest = told.items()
    tags = entry["tags"]
    rows = [json.loads(line) for line in (folder / "chat" / entry["file_name"]).read_text("utf-8").split("\n")[:-1]]

    assert ("news_train", []) == (name, rest)
    assert {"file_name", "formatting", "columns", "tags"} == set(entry)
    assert ("sharegpt", {"messages": "messages"}) == (entry["formatting"], entry["columns"])
    for row in rows:
        turns = row[entry["columns"]["messages"]]
        assert [tags["user_tag"], tags["assistant_tag"]] == [turn[tags["role_tag"]] for turn in turns]
        assert all(turn[tags["content_tag"]] for turn in turns)


def test_pandas_reads_the_tables(folder):
    import pandas

    sentences, spans = (pandas.read_csv(folder / "csv" / f"{name}.csv") for name in ("sentences", "spans"))
    texts = dict(zip(sentences["id"], sentences["text"], strict=True))

    assert {identity: row.sentence.text for identity, row in BY_ID.items()} == texts
    assert Counter(gold.span for row in ROWS for gold in row.gold.entities) == Counter(
        Span(int(s.start), int(s.end), s.label) for s in spans.itertuples()
    )
    assert all(texts[s.id][s.start : s.end] == s.text for s in spans.itertuples())


def test_label_studios_own_sdk_takes_the_tasks_for_sound(folder, tmp_path):
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    interface = (folder / "label-studio" / "label_config.xml").read_text("utf-8")
    tasks = json.loads((folder / "label-studio" / "train.json").read_text("utf-8"))
    sound = LabelInterface(interface)
    sound.validate()
    regions = [region for task in tasks for one in task["annotations"] for region in one["result"]]
    assert all(sound.validate_region(region) for region in regions)

    for number, task in enumerate(tasks):
        task["id"] = task["annotations"][0]["id"] = number
    (tmp_path / "tasks.json").write_text(json.dumps(tasks), "utf-8")
    Converter(interface, str(tmp_path)).convert_to_json_min(str(tmp_path / "tasks.json"), str(tmp_path), is_dir=False)
    told = json.loads((tmp_path / "result.json").read_text("utf-8"))
    assert len(ROWS) == len(told)
    assert {row.sentence.text: row.gold.label for row in ROWS} == {task["text"]: task["label"] for task in told}
