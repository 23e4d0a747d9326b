"""An annotator that fails abstains where it failed, is told of, and stops nobody."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import pytest

from builder.annotators import cues
from builder.annotators.combine import Combiner
from builder.annotators.isolation import Isolated, close, isolated
from builder.model import Sentence
from builder.reading import Kind
from builder.schema import read_schema
from tests.annotators import plug_ins
from tests.annotators.plug_ins import BY, FATAL, FAULTS, Stranger, sound

NEWS = read_schema("news", Path())


def sentence(number: int, text: str = "Plain words.") -> Sentence:
    return Sentence(f"s{number}", "d", number, 0, len(text), Kind.BODY, "en", text)


def poisoned(*numbers: int, count: int = 5) -> list[Sentence]:
    return [sentence(n, "some poison here" if n in numbers else "Plain words.") for n in range(count)]


def here(fault, **options) -> Isolated:
    return Isolated(Stranger(fault), NEWS, apart=False, **options)


def subjects(one: Isolated) -> list[tuple[str, str]]:
    return [(reject.subject, reject.code) for reject in one.take_rejects()]


@pytest.mark.parametrize(("fault", "code"), FAULTS.items(), ids=lambda f: getattr(f, "__name__", f))
def test_only_the_sentence_it_fails_on_is_refused(fault, code):
    one = here(fault)
    batch = poisoned(2)

    made = one.propose(batch)

    assert [sound(s) for s in batch if s.id != "s2"] == [p for p in made if p.sentence != "s2"]
    assert [("s2", None, None)] == [(p.sentence, p.entities, p.label) for p in made if p.sentence == "s2"]
    assert [("s2#stranger", code)] == subjects(one)


@pytest.mark.parametrize(("fault", "code"), FATAL.items(), ids=lambda f: getattr(f, "__name__", f))
def test_hanging_and_dying_take_only_a_process_of_its_own(fault, code):
    one = Isolated(Stranger(fault), NEWS, seconds=8)
    batch = poisoned(1, count=3)

    made = one.propose(batch)
    one.close()

    assert [sound(batch[0]), sound(batch[2])] == [made[0], made[2]]
    assert [("s1#stranger", code)] == subjects(one)


def test_what_failed_says_who_and_why_in_one_line_that_can_be_stored():
    one = here(plug_ins.raises)
    one.propose(poisoned(0, count=1))
    (reject,) = one.take_rejects()

    assert ("annotate", BY, "ValueError: bad word \\ud800") == (reject.stage, reject.place, reject.reason)


def test_a_stranger_is_asked_in_another_process():
    one = Isolated(Stranger(plug_ins.prints), NEWS)
    annotator = one._worker._annotator
    one.propose(poisoned())
    one.close()

    assert [] == annotator.asked


def test_what_is_built_in_is_asked_here():
    assert Isolated(cues.build({}, NEWS), NEWS)._worker is None


def test_what_cannot_travel_is_told_and_not_tried_sentence_by_sentence():
    one = Isolated(Stranger(lambda sentence: []), NEWS)
    one.propose(poisoned())

    assert {"E_START"} == {code for _, code in subjects(one)}


def test_after_three_batches_on_end_it_is_asked_no_more():
    one = here(plug_ins.raises)
    stranger = one._ask._annotator
    for _ in range(3):
        one.propose(poisoned(0, 1, count=2))
    asked = len(stranger.asked)
    one.take_rejects()

    one.propose([sentence(9)])

    assert (asked, [("s9#stranger", "E_SWITCHED_OFF")]) == (len(stranger.asked), subjects(one))


def test_a_batch_that_partly_went_well_begins_the_count_anew():
    one = here(plug_ins.raises)
    for numbers in ((0, 1), (0, 1), (0,), (0, 1), (0, 1)):
        one.propose(poisoned(*numbers, count=2))

    assert not one.is_off


def test_after_three_deaths_on_end_the_rest_of_the_batch_is_not_asked():
    one = Isolated(Stranger(plug_ins.dies), NEWS)
    one.propose(poisoned(0, 1, 2, 3, 4))
    one.close()

    assert ["E_DIED"] * 3 + ["E_NOT_ASKED"] * 2 == [code for _, code in subjects(one)]


def test_an_empty_batch_asks_nobody():
    one = here(plug_ins.raises)

    assert ([], []) == (one.propose([]), one._ask._annotator.asked)


def test_a_travelled_copy_asks_a_process_of_its_own():
    one = Isolated(Stranger(plug_ins.dies), NEWS)
    one.propose(poisoned(count=2))
    copy = pickle.loads(pickle.dumps(one))

    assert [sound(s) for s in poisoned(count=2)] == copy.propose(poisoned(count=2))
    copy.close()
    one.close()


def test_a_closed_one_leaves_no_process():
    one = Isolated(Stranger(plug_ins.dies), NEWS)
    one.propose(poisoned(count=2))
    pid = one._worker._process.pid
    one.close()

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_the_others_are_heard_and_combined():
    combiner = isolated(Combiner([cues.build({}, NEWS), Stranger(plug_ins.raises)], NEWS))
    alone = Combiner([cues.build({}, NEWS)], NEWS)
    batch = [sentence(0, "He said there was poison.")]

    made, (both,) = combiner.propose_each(batch)
    close(combiner)

    assert alone.propose(batch)[0].label == both.label
    assert alone.propose_each(batch)[0][0] == made[0]


def test_isolation_does_not_change_the_name_of_the_combination():
    combiner = Combiner([cues.build({}, NEWS), Stranger(plug_ins.raises)], NEWS)

    assert combiner.fingerprint == isolated(combiner).fingerprint
