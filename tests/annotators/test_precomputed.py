"""Predictions made elsewhere."""

import json
import pickle

import pytest

from builder.annotators import precomputed
from builder.contracts import check_annotator
from builder.errors import UsageError
from builder.model import text_digest

TEXT = "习近平在北京会见托卡耶夫。"
PERSON = [0, 3, "PERSON"]


@pytest.fixture
def asked(news, make_sentence, tmp_path):
    """Write rows, ask about one sentence, and give the prediction and what was refused."""

    def ask(*rows, labels="", text=TEXT):
        path = tmp_path / "made.jsonl"
        path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), "utf-8")
        annotator = precomputed.build({"file": str(path), "labels": labels}, news)
        (made,) = annotator.propose([make_sentence(text)])
        return made, annotator.take_rejects()

    return ask


def spans_of(made):
    return [[e.span.start, e.span.end, e.span.label] for e in made.entities]


@pytest.mark.parametrize("key", [{"sentence": "s"}, {"text": TEXT}, {"text_sha256": text_digest(TEXT)}])
def test_a_row_is_found_by_the_sentence_or_its_text(asked, key):
    made, _ = asked({"sentence": "other", "spans": []}, {**key, "spans": [PERSON]})

    assert [PERSON] == spans_of(made)


def test_a_sentence_without_a_row_is_abstained_for(asked):
    made, rejects = asked({"sentence": "other", "spans": [PERSON], "label": "event"})

    assert (None, None, []) == (made.entities, made.label, rejects)


def test_found_nothing_differs_from_abstaining(asked):
    assert () == asked({"sentence": "s", "spans": []})[0].entities


def test_a_row_may_hold_a_label_only(asked):
    made, _ = asked({"sentence": "s", "label": "event", "label_score": 0.75})

    assert (None, "event", 0.75) == (made.entities, made.label.name, made.label.score)


def test_who_made_a_row_is_recorded(asked):
    made, _ = asked({"sentence": "s", "spans": [PERSON], "by": "big-model@v2"})

    assert [made.annotator, "big-model@v2"] == list(made.entities[0].by)


def test_their_labels_become_ours(asked):
    made, rejects = asked(
        {"sentence": "s", "spans": [[0, 3, "PER"], [4, 6, "MISC"]], "label": "EVT"},
        labels="PERSON=PER, event=EVT, =MISC",
    )

    assert ([PERSON], "event", []) == (spans_of(made), made.label.name, rejects)


@pytest.mark.parametrize(
    ("span", "code"),
    [
        ([3, 99, "GPE"], "E_SPAN"),
        ([3, 3, "GPE"], "E_SPAN"),
        ([-1, 3, "GPE"], "E_SPAN"),
        ([0.0, 3, "GPE"], "E_SPAN"),
        ([True, 3, "GPE"], "E_SPAN"),
        ([12, 13, "GPE"], "E_SPAN"),
        ("GPE", "E_SPAN"),
        ([4, 6], "E_SPAN"),
        ([4, 6, "PLACE"], "E_LABEL"),
        ([4, 6, 7], "E_LABEL"),
        ([4, 6, "GPE", 1.5], "E_SCORE"),
        ([4, 6, "GPE", "high"], "E_SCORE"),
    ],
)
def test_a_span_that_does_not_fit_is_told_and_the_rest_is_kept(asked, span, code):
    made, rejects = asked("", {"sentence": "s", "spans": [PERSON, span]})

    assert ([PERSON], [("s", code, "made.jsonl line 2, span 1")]) == (
        spans_of(made), [(r.subject, r.code, r.place) for r in rejects],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"sentence": "s", "text": "另一句。", "spans": [PERSON]}, "E_TEXT"),
        ({"sentence": "s", "spans": {"0": 1}}, "E_ROW"),
        ({"sentence": "s", "spans": [], "by": "a\nb"}, "E_AUTHOR"),
        ("{broken", "E_JSON"),
        ("[1]", "E_ROW"),
        ({"spans": []}, "E_ROW"),
        ({"sentence": 5, "text": TEXT}, "E_ROW"),
        ("[" * 100_000, "E_JSON"),
    ],
)
def test_a_row_that_does_not_fit_is_told_and_not_used(asked, row, code):
    made, rejects = asked(row)

    assert (None, [code]) == (made.entities, [reject.code for reject in rejects])


def test_of_two_rows_the_first_counts_and_the_second_is_told(asked):
    made, rejects = asked({"sentence": "s", "spans": [PERSON]}, {"text": TEXT, "spans": []})

    assert ([PERSON], ["E_TWICE"]) == (spans_of(made), [reject.code for reject in rejects])


def test_what_was_refused_is_told_once(news, make_sentence, tmp_path):
    (tmp_path / "a.jsonl").write_text("broken\n", "utf-8")
    annotator = precomputed.build({"file": str(tmp_path / "a.jsonl")}, news)
    annotator.propose([make_sentence(TEXT)])
    annotator.take_rejects()
    annotator.propose([make_sentence(TEXT)])

    assert [] == annotator.take_rejects()


@pytest.mark.parametrize("shape", [lambda s: {"start": s[0], "end": s[1], "label": s[2], "score": 0.25}])
def test_parquet_is_read_as_json_lines_are(news, make_sentence, tmp_path, shape):
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"text": f"第{n}句", "spans": []} for n in range(600)] + [{"text": TEXT, "spans": [shape(PERSON)]}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "made.parquet")
    annotator = pickle.loads(pickle.dumps(precomputed.build({"file": str(tmp_path / "made.parquet")}, news)))
    (made,) = annotator.propose([make_sentence(TEXT)])

    assert ([PERSON], 0.25, []) == (spans_of(made), made.entities[0].score, annotator.take_rejects())


def test_another_file_or_map_gives_another_fingerprint(news, tmp_path):
    (tmp_path / "a.jsonl").write_text("{}\n")
    (tmp_path / "b.jsonl").write_text("{} \n")
    asked = [("a", ""), ("b", ""), ("a", "PERSON=PER")]
    made = [precomputed.build({"file": str(tmp_path / f"{n}.jsonl"), "labels": m}, news) for n, m in asked]

    assert 3 == len({one.fingerprint for one in made})


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"file": "nowhere.jsonl"},
        {"file": "x.csv"},
        {"file": __file__.replace(".py", ".py"), "other": "1"},
        {"file": "x.jsonl", "labels": "PERSN=PER"},
        {"file": "x.jsonl", "labels": "PERSON"},
        {"file": "x.jsonl", "labels": "PERSON=PER,ORG=PER"},
    ],
)
def test_options_that_are_not_sound_are_refused(news, options):
    with pytest.raises(UsageError, match="precomputed"):
        precomputed.build(options, news)


def test_a_file_that_is_no_parquet_is_refused(news, make_sentence, tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1 nothing PAR1")

    with pytest.raises(UsageError, match="not a sound Parquet file"):
        precomputed.build({"file": str(tmp_path / "a.parquet")}, news).propose([make_sentence(TEXT)])


def test_it_keeps_the_contract_of_annotators(news, tmp_path):
    path = tmp_path / "made.jsonl"
    path.write_text(json.dumps({"text": TEXT, "spans": [PERSON], "label": "event"}) + "\n", "utf-8")

    check_annotator(
        precomputed.build, {"file": str(path)}, news, other_options=[{"file": str(path), "labels": "GPE=X"}]
    )
