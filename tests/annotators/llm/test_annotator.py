"""A language model's proposals: grounded, kept, paid for within bounds."""

import pickle

import pytest

from builder.annotators import llm
from builder.contracts import annotator_breaches
from builder.errors import Unavailable, UsageError
from tests.annotators.llm.conftest import KEY

TEXT = "上海和上海的习近平。"
SHANGHAI = {"quote": "上海", "occurrence": 2, "label": "GPE", "score": 0.75}


def spans_of(made):
    return [(e.span.start, e.span.end, e.span.label, e.score) for e in made.entities]


def test_a_span_stands_where_its_quote_and_occurrence_say(server, asker, make_sentence):
    server.says = lambda text: {"entities": [SHANGHAI], "label": "event", "label_score": 0.5}
    (made,) = asker().propose([make_sentence(TEXT)])

    assert ([(3, 5, "GPE", 0.75)], "event", 0.5) == (spans_of(made), made.label.name, made.label.score)


@pytest.mark.parametrize(
    ("entity", "code"),
    [
        ({**SHANGHAI, "quote": "北京"}, "E_QUOTE"),
        ({**SHANGHAI, "quote": " "}, "E_QUOTE"),
        ({**SHANGHAI, "quote": 5}, "E_QUOTE"),
        ({**SHANGHAI, "occurrence": 3}, "E_OCCURRENCE"),
        ({**SHANGHAI, "occurrence": 0}, "E_OCCURRENCE"),
        ({**SHANGHAI, "occurrence": True}, "E_OCCURRENCE"),
        ({**SHANGHAI, "label": "CITY"}, "E_LABEL"),
        ({**SHANGHAI, "label": ["GPE"]}, "E_LABEL"),
        ({**SHANGHAI, "score": 7}, "E_SCORE"),
        ("上海", "E_ENTITY"),
    ],
)
def test_what_is_not_grounded_is_told_and_the_rest_is_kept(server, asker, make_sentence, entity, code):
    person = {"quote": "习近平", "label": "PERSON"}
    server.says = lambda text: {"entities": [entity, person], "label": "event"}
    annotator = asker()
    (made,) = annotator.propose([make_sentence(TEXT)])

    assert ([(6, 9, "PERSON", 0.6)], [("s", code)]) == (
        spans_of(made),
        [(reject.subject, reject.code) for reject in annotator.take_rejects()],
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("I cannot help with that.", "E_REPLY"),
        ("{" * 100_000, "E_REPLY"),
        ('{"entities": 5}', "E_REPLY"),
        ("[1, 2]", "E_REPLY"),
        ("x" * 300_000, "E_REPLY"),
        (b"<html>", "E_ANSWER"),
        (b'{"choices": []}', "E_ANSWER"),
        (b'{"choices": [{"message": {"content": null}}]}', "E_ANSWER"),
        (b"x" * 3_000_000, "E_ANSWER"),
    ],
)
def test_a_reply_that_cannot_be_read_makes_it_abstain_and_say_why(server, asker, make_sentence, said, code):
    server.says = lambda text: said
    annotator = asker()
    (made,) = annotator.propose([make_sentence(TEXT)])

    assert (None, None, [("s#llm", code)]) == (
        made.entities, made.label, [(reject.subject, reject.code) for reject in annotator.take_rejects()],
    )  # fmt: skip


def test_json_among_other_words_is_found_where_the_server_has_no_schemas(server, asker, make_sentence):
    server.has_schemas = False
    server.says = lambda text: 'Sure!\n```json\n{"entities": [], "label": "event"}\n```'
    annotator = asker(concurrency="1")
    made = annotator.propose([make_sentence(TEXT), make_sentence("另一句。")])

    assert ["event", "event"] == [one.label.name for one in made]
    assert [True, False, False] == ["response_format" in body for body in server.requests]


def test_what_was_answered_is_not_asked_again(server, asker, make_sentence):
    first = asker().propose([make_sentence(TEXT)])
    server.says = lambda text: {"entities": [SHANGHAI], "label": "event"}
    again = pickle.loads(pickle.dumps(asker())).propose([make_sentence(TEXT)])

    assert (first, 1) == (again, len(server.requests))


def test_equal_sentences_are_asked_once(server, asker, make_sentence):
    asker().propose([make_sentence(TEXT)] * 5)

    assert 1 == len(server.requests)


@pytest.mark.parametrize("damage", [b"", b"[]", b'{"reply": 5}', b"\xff"])
def test_a_damaged_kept_reply_is_asked_for_again(server, asker, make_sentence, tmp_path, damage):
    first = asker().propose([make_sentence(TEXT)])
    (path,) = (tmp_path / "kept").glob("??/*.json")
    path.write_bytes(damage)

    assert (first, 2) == (asker().propose([make_sentence(TEXT)]), len(server.requests))


def test_a_busy_server_is_asked_again_after_ever_longer_waits(server, asker, make_sentence, waits):
    server.first = [503, 429, 500]
    (made,) = asker().propose([make_sentence(TEXT)])

    assert ("background", [1.0, 7.0, 4.0]) == (made.label.name, waits)


def test_a_server_that_stays_away_stops_the_run_and_is_left_alone_a_while(server, asker, make_sentence):
    server.first = [503] * 99
    annotator = asker(concurrency="1")
    for _ in range(2):
        with pytest.raises(Unavailable, match="running the same command resumes"):
            annotator.propose([make_sentence(TEXT)])

    assert 5 == len(server.requests)


def test_nobody_there_is_said_without_a_trace_of_the_key(news, make_sentence, tmp_path, monkeypatch):
    monkeypatch.setenv("BUILDER_LLM_KEY", KEY)
    made = llm.build({"url": "http://127.0.0.1:9/v1", "model": "m", "cache": str(tmp_path)}, news)
    made.endpoint._pause = lambda seconds: None

    with pytest.raises(Unavailable, match="ConnectError") as caught:
        made.propose([make_sentence(TEXT)])
    assert KEY not in repr(caught.value) + repr(caught.value.__cause__)


def test_a_request_that_is_refused_is_its_sentences_own_trouble(server, asker, make_sentence):
    server.first = [413]
    annotator = asker(concurrency="1")
    made = annotator.propose([make_sentence(TEXT), make_sentence("另一句。")])

    assert ([None, "background"], ["E_REFUSED"]) == (
        [one.label and one.label.name for one in made],
        [reject.code for reject in annotator.take_rejects()],
    )


@pytest.mark.parametrize(("status", "said"), [(401, "refuses the key"), (404, "no such model"), (307, None)])
def test_refusals_are_told_apart_and_no_redirect_is_followed(server, asker, make_sentence, status, said):
    server.first = [status]
    annotator = asker()
    if said:
        with pytest.raises(UsageError, match=said) as caught:
            annotator.propose([make_sentence(TEXT)])
        assert KEY not in str(caught.value)
    else:
        annotator.propose([make_sentence(TEXT)])
        assert ["E_REFUSED"] == [reject.code for reject in annotator.take_rejects()]


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({"max_requests": "3"}, 3),
        ({"max_tokens": "330"}, 3),
        ({"max_cost": "0.00025", "price_in": "1", "price_out": "2"}, 3),
    ],
)
def test_a_spent_budget_stops_the_run_and_allowing_more_resumes_it(server, asker, make_sentence, options, asked):
    sentences = [make_sentence(f"第{n}句。") for n in range(8)]
    for _ in range(2):
        with pytest.raises(Unavailable, match=f"{next(iter(options))}.*run the same command again"):
            asker(concurrency="1", **options).propose(sentences)
        assert asked == len(server.requests)
    made = asker(concurrency="1").propose(sentences)

    assert (8, 8) == (len(server.requests), len([one for one in made if one.label]))


def test_several_at_a_time_do_not_overspend(server, asker, make_sentence):
    with pytest.raises(Unavailable):
        asker(concurrency="8", max_requests="5").propose([make_sentence(f"第{n}句。") for n in range(30)])

    assert len(server.requests) <= 5


def test_the_key_is_sent_and_stands_nowhere_else(server, asker, make_sentence, tmp_path):
    annotator = asker()
    annotator.propose([make_sentence(TEXT)])
    files = b"".join(path.read_bytes() for path in (tmp_path / "kept").rglob("*") if path.is_file())

    assert f"Bearer {KEY}" == server.headers[0]["Authorization"]
    assert KEY.encode() not in files + pickle.dumps(annotator)


def test_another_model_or_server_gives_another_fingerprint(asker):
    made = [asker(), asker(model="other"), asker(url="http://127.0.0.1:2/v1"), asker(max_requests="5")]

    assert [3, True] == [len({one.fingerprint for one in made}), made[0].fingerprint == made[3].fingerprint]


@pytest.mark.parametrize(
    "options",
    [
        {"url": ""},
        {"model": ""},
        {"cache": ""},
        {"url": "ftp://x"},
        {"url": f"http://me:{KEY}@127.0.0.1/v1"},
        {"url": f"http://127.0.0.1/v1?key={KEY}"},
        {"key_variable": KEY},
        {"api_key": KEY},
        {"max_requests": "many"},
        {"max_tokens": "-1"},
        {"max_cost": "nan"},
        {"max_cost": "1"},
    ],
)
def test_options_that_are_not_sound_are_refused_without_showing_a_key(asker, options):
    with pytest.raises(UsageError, match="'llm'") as caught:
        asker(**options)
    assert KEY not in str(caught.value)


def test_it_keeps_the_contract_of_annotators_under_whatever_schema_it_reads(server, tmp_path, news, monkeypatch):
    server.says = lambda text: {"entities": [SHANGHAI], "label": "event"}
    monkeypatch.setenv("BUILDER_LLM_KEY", KEY)
    options = {"url": server.url, "model": "tiny", "cache": str(tmp_path / "kept")}

    broken = annotator_breaches(llm.build, options, news, other_options=[{**options, "model": "other"}])

    assert ["abstains under a foreign schema"] == [breach.clause for breach in broken]
