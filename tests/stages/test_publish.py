"""A release on a hub is there whole, tagged when every byte was seen to arrive, and never replaced."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from itertools import count

import pytest

from builder.errors import Unavailable, UsageError
from builder.stages.publish import hub_at
from tests.exporters.approved_rows import relabelled, sample_rows
from tests.hub.releases import NAME, Sender, contents, first, release, second, small
from tests.hub.repository import Refused
from tests.hub.server import TOKEN, Cut


@pytest.fixture(scope="session")
def releases(tmp_path_factory):
    exports = tmp_path_factory.mktemp("exports")
    return first(exports), second(exports)


@pytest.fixture
def sender(hub, tmp_path):
    return Sender(hub, tmp_path)


def changes(hub):
    """List the kinds of requests that changed something."""
    return [
        asked.path.split("/")[5] if "/api/datasets/" in asked.path else "create"
        for asked in hub.asked
        if asked.is_change
    ]


def test_a_release_becomes_one_commit_and_a_tag(hub, sender, releases):
    done = sender.send(releases[0])
    repository = hub.repositories[NAME]

    assert contents(releases[0]) == repository.files()
    assert {"v1": repository.head.oid} == repository.tags
    assert (repository.head.oid, "v1", "") == (done.commit, done.tag, done.pull_request)
    assert ["create", "commit", "tag"] == changes(hub)
    assert f"{hub.url}/datasets/{NAME}/tree/v1" == done.address


def test_every_byte_is_read_back_before_the_tag(hub, sender, releases):
    sender.send(releases[0])
    tag = next(asked.number for asked in hub.asked if "/tag/" in asked.path)
    read = {
        asked.path.split("/", 6)[6] for asked in hub.asked[:tag] if asked.method == "GET" and "/resolve/" in asked.path
    }

    assert set(releases[0].files) == read


def test_publishing_again_makes_no_commit_and_reads_back_again(hub, sender, releases):
    once = sender.send(releases[0])
    before = len(hub.asked)

    assert once == sender.send(releases[0])
    assert ["create", "commit", "tag"] == changes(hub)
    assert len(releases[0].files) == sum(a.method == "GET" and "/resolve/" in a.path for a in hub.asked[before:])
    assert ["v1 v1"] == sender.entries()


def test_a_version_without_v_gets_a_tag_with_one(hub, sender, tmp_path):
    sender.send(release(tmp_path / "exports", "1.2.0"))

    assert ["v1.2.0"] == list(hub.repositories[NAME].tags)


def test_the_next_version_takes_the_place_of_the_last_and_of_nothing_else(hub, sender, releases):
    sender.send(releases[0])
    repository = hub.repositories[NAME]
    repository.change("LICENSE", b"mine")
    sender.send(releases[1])

    assert {**contents(releases[1]), "LICENSE": b"mine"} == repository.files()
    assert contents(releases[0]) == repository.files("v1")
    assert set(releases[0].files) - set(releases[1].files)


LOAD = """
import json, sys
from datasets import load_dataset
told = {}
for revision in ("v1", "v2", "main"):
    loaded = load_dataset(sys.argv[1], revision=revision)
    label = loaded["train"].features["label"]
    told[revision] = [sum(map(len, loaded.values())), sorted({label.int2str(row["label"]) for row in loaded["train"]})]
print(json.dumps(told))
"""


def test_a_stranger_loads_each_version_by_its_tag(hub, sender, releases, tmp_path):
    for one in releases:
        sender.send(one)
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HOME": str(tmp_path), "HF_HUB_DISABLE_XET": "1"}
    environment |= {"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0"}
    told = subprocess.run(
        [sys.executable, "-c", LOAD, NAME], capture_output=True, text=True, check=True, env=environment
    )

    assert {"v1": [3, ["no"]], "v2": [2, ["event"]], "main": [2, ["event"]]} == json.loads(told.stdout)


def test_a_change_by_somebody_else_meanwhile_stops_it_with_nothing_half_done(hub, sender, releases):
    sender.send(releases[0])
    repository = hub.repositories[NAME]

    def meddle(when, asked):
        if (when, asked.path.split("/")[-2:]) == ("before", ["commit", "main"]) and "NOTES" not in repository.head.tree:
            repository.change("NOTES", b"hello")

    hub.fault = meddle
    with pytest.raises(Unavailable, match=r"changed by somebody else .* nothing of v2 is there"):
        sender.send(releases[1])

    assert {**contents(releases[0]), "NOTES": b"hello"} == repository.files()
    assert ["v1"] == list(repository.tags)
    sender.send(releases[1])
    assert {**contents(releases[1]), "NOTES": b"hello"} == repository.files("v2")


def test_a_tag_with_other_content_stays(hub, sender, releases, tmp_path):
    sender.send(releases[0])
    before = len(changes(hub))
    other = release(tmp_path / "exports", "v1", relabelled(sample_rows()))
    with pytest.raises(UsageError, match="has a tag v1 with other content, which stays; release a new version"):
        sender.send(other)

    assert before == len(changes(hub))


def test_bytes_that_come_back_otherwise_are_named_and_get_no_tag(hub, sender, releases):
    hub.corrupted = {"tokens/train-00000-of-00001.parquet", "losses.json"}
    with pytest.raises(Unavailable, match=r"other bytes than were sent.*: losses.json, tokens/train-0.*no tag was set"):
        sender.send(releases[0])
    assert {} == hub.repositories[NAME].tags
    assert [] == sender.entries()

    hub.corrupted = set()
    sender.send(releases[0])
    assert ["create", "commit", "tag"] == changes(hub)


def test_a_pull_request_proposes_and_the_tag_waits_for_the_merge(hub, sender, releases):
    sender.send(releases[0])
    repository = hub.repositories[NAME]
    proposed = [sender.send(releases[1], pull_request=True) for _ in range(2)]

    assert ("", f"{hub.url}/datasets/{NAME}/discussions/1") == (proposed[1].tag, proposed[1].address)
    assert (contents(releases[0]), ["v1"], [1]) == (repository.files(), list(repository.tags), list(repository.pulls))
    merged = repository.merge(1)
    done = sender.send(releases[1], pull_request=True)
    assert (merged.oid, "v2") == (done.commit, done.tag)
    assert contents(releases[1]) == repository.files("v2")
    assert ["v1 v1", "v2 ", "v2 v2"] == sender.entries()


def test_a_closed_pull_request_is_not_taken_for_an_open_one(hub, sender, releases):
    sender.send(releases[0], pull_request=True)
    hub.repositories[NAME].pulls[1].status = "closed"

    assert sender.send(releases[0], pull_request=True).address.endswith("/discussions/2")


def test_a_release_left_untagged_is_found_behind_later_commits(hub, sender, releases):
    hub.fault = lambda when, asked: _cut_if("/tag/" in asked.path)
    with pytest.raises(Unavailable):
        sender.send(releases[0])
    hub.fault = lambda when, asked: None
    sender.send(releases[1])
    sender.send(releases[0])

    assert contents(releases[0]) == hub.repositories[NAME].files("v1")
    assert contents(releases[1]) == hub.repositories[NAME].files("main")


def test_a_private_repository_is_made_private_and_a_public_one_is_no_place_for_it(hub, sender, releases):
    sender.send(releases[0], private=True)
    assert hub.repositories[NAME].is_private

    sender.send(releases[0], "someone/open")
    with pytest.raises(UsageError, match="is public"):
        sender.send(releases[1], "someone/open", private=True)


def test_a_repository_that_holds_something_else_is_left_alone(hub, sender, releases, tmp_path):
    sender.send(release(tmp_path / "exports", name="other"))
    with pytest.raises(UsageError, match="holds releases of other; choose another"):
        sender.send(releases[1])

    sender.send(releases[0], "someone/model")
    model = hub.repositories["someone/model"]
    for name in releases[0].files:
        model.change(name, None)
    model.change("data.csv", b"1,2\n")
    with pytest.raises(UsageError, match=r"holds files that are no release \(data.csv\)"):
        sender.send(releases[1], "someone/model")
    assert {"data.csv": b"1,2\n"} == model.files()


def test_a_card_edited_on_the_hub_is_not_replaced_without_a_word(hub, sender, releases):
    sender.send(releases[0])
    sender.send(releases[0])
    hub.repositories[NAME].change("README.md", b"# Better words\n")
    sender.send(releases[1])

    assert [f"README.md was edited on {NAME}"] == [said.split(";")[0] for said in sender.said]
    assert contents(releases[1]) == hub.repositories[NAME].files()


@pytest.mark.parametrize("name", ["news", "a/b/c", "../news", "a/", "/b", "a b/c", "-a/b", "a/b?x=1"])
def test_what_names_no_repository_is_refused_before_anything_is_sent(hub, sender, releases, name):
    with pytest.raises(UsageError, match="names no repository; write owner/name"):
        sender.send(releases[0], name)
    assert [] == hub.asked


@pytest.mark.parametrize(
    ("endpoint", "token", "reason"),
    [
        ("hub.example.org", "x", "must read like"),
        ("ftp://hub.example.org", "x", "must read like"),
        ("https://me:secret@hub.example.org", "x", "must read like"),
        ("http://hub.example.org", "x", "not encrypted"),
        ("https://hub.example.org", "", "set HF_TOKEN"),
    ],
)
def test_a_token_goes_nowhere_it_could_be_read(endpoint, token, reason):
    with pytest.raises(UsageError, match=reason) as told:
        hub_at(endpoint, token)
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (401, UsageError, "HF_TOKEN holds no token that may"),
        (403, UsageError, "HF_TOKEN holds no token that may"),
        (400, UsageError, "refuses what was asked"),
        (429, Unavailable, "run the same command again"),
    ],
)
def test_what_the_hub_refuses_is_told_by_who_can_mend_it(hub, sender, releases, status, kind, message):
    sender.send(releases[0])
    hub.echoes_token = True

    def refuse(when, asked):
        if "/commit/" in asked.path:
            raise Refused(status, "no")

    hub.fault = refuse
    with pytest.raises(kind, match=message) as told:
        sender.send(releases[1])

    assert TOKEN not in _chained(told.value)
    assert contents(releases[0]) == hub.repositories[NAME].files()


def test_a_card_that_the_hub_finds_unsound_is_told_in_its_words(hub, sender, releases):
    def refuse(when, asked):
        if "validate-yaml" in asked.path:
            raise Refused(400, "language must be lower case")

    hub.fault = refuse
    with pytest.raises(UsageError, match="language must be lower case"):
        sender.send(releases[0])


def test_a_namespace_of_others_is_refused(hub, sender, releases):
    with pytest.raises(UsageError, match="HF_TOKEN"):
        sender.send(releases[0], "forbidden/news")


@pytest.mark.parametrize("place", ["/repos/create", "/commit/", "/tag/"])
@pytest.mark.parametrize("proposes", [False, True])
def test_a_lost_answer_is_looked_up_and_nothing_is_sent_twice(hub, sender, releases, place, proposes):
    lost = []

    def cut(when, asked):
        if when == "after" and place in asked.path:
            lost.append(asked.path)
            raise Cut

    hub.fault = cut
    sender.send(releases[0], pull_request=proposes)
    repository = hub.repositories[NAME]

    assert len(lost) == (0 if proposes and place == "/tag/" else 1)
    assert (["create", "commit"] if proposes else ["create", "commit", "tag"]) == changes(hub)
    assert contents(releases[0]) == repository.files("refs/pr/1" if proposes else "v1")


def test_two_who_publish_the_same_at_once_make_one_commit(hub, sender, releases, tmp_path):
    other, begun = Sender(hub, tmp_path / "other"), []

    def overtake(when, asked):
        if (when, len(begun)) == ("before", 0) and "/commit/" in asked.path:
            begun.append(asked)
            hub.lock.release()
            try:
                other_thread = threading.Thread(target=other.send, args=(releases[0],))
                other_thread.start()
                other_thread.join()
            finally:
                hub.lock.acquire()

    hub.fault = overtake
    done = sender.send(releases[0])

    assert ["v1 v1"] == sender.entries() == other.entries()
    assert {"v1": done.commit} == hub.repositories[NAME].tags
    assert 2 == len(hub.repositories[NAME].history("main"))


@pytest.mark.parametrize("answer", [b"[]", b"{}", b"<html>", b'{"id": 1, "sha": null}'])
def test_what_is_no_hub_is_told_in_one_line(hub, sender, releases, monkeypatch, answer):
    monkeypatch.setattr("tests.hub.server.Handler._done", lambda self, path, body: (200, {}, answer))

    with pytest.raises((UsageError, Unavailable), match=hub.url):
        sender.send(releases[0])


FAULTS = {"no answer": Cut(), "an error": Refused(503, "overloaded")}


def old_or_new(hub, releases):
    """Say where the hub stands; anything in between is an error. Tags stand at whole releases only."""
    repository = hub.repositories[NAME]
    for one in releases:
        if tag := repository.tags.get(one.manifest["version"]):
            assert contents(one) == repository.files(tag)
    states = {"old": contents(releases[0]), "new": contents(releases[1])}
    (state,) = (name for name, files in states.items() if files == repository.files())
    assert "v2" not in repository.tags or state == "new"
    return state


def completed(hub, sender, releases):
    """Run it again: two commits upon the first, two tags, whatever happened before."""
    hub.fault = lambda when, asked: None
    sender.send(releases[1])

    assert "new" == old_or_new(hub, releases)
    assert 3 == len(hub.repositories[NAME].history("main"))
    assert {"v1", "v2"} == set(hub.repositories[NAME].tags)


@pytest.fixture(scope="session")
def small_releases(tmp_path_factory):
    return small(tmp_path_factory.mktemp("small"))


def each_request(hub, folder, releases):
    """Publish v1, then v2 again and again from there; give the number of a further request each time, until told."""
    Sender(hub, folder).send(releases[0])
    before = hub.snapshot()
    for number in count(1):
        hub.go_back(before)
        yield number, Sender(hub, folder / str(number))


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_fault_at_any_request_leaves_old_or_new_and_it_goes_on(hub, small_releases, tmp_path, moment, kind):
    seen = set()
    for number, sender in each_request(hub, tmp_path, small_releases):

        def fault(when, asked, number=number):
            if (when, asked.number) == (moment, number):
                raise FAULTS[kind]

        hub.fault = fault
        with contextlib.suppress(Unavailable):
            sender.send(small_releases[1])
        if len(hub.asked) < number:
            break
        seen.add(old_or_new(hub, small_releases))
        completed(hub, sender, small_releases)
    assert 20 < number
    assert {"old", "new"} == seen


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_any_request_it_leaves_old_or_new_and_goes_on(hub, small_releases, tmp_path, moment):
    seen = set()
    for number, sender in each_request(hub, tmp_path, small_releases):
        child = [0]

        def kill(when, asked, number=number, child=child):
            if (when, asked.number) == (moment, number):
                os.kill(child[0], signal.SIGKILL)
                raise Cut

        hub.fault = kill
        with hub.lock:
            child[0] = _forked(lambda sender=sender: sender.send(small_releases[1]))
        _, status = os.waitpid(child[0], 0)
        if not os.WIFSIGNALED(status):
            assert 0 == status
            break
        seen.add(old_or_new(hub, small_releases))
        completed(hub, sender, small_releases)
    assert 20 < number
    assert {"old", "new"} == seen


def _forked(work):
    """Do something in a child of its own; nothing of the test runs in it afterwards."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    finally:
        os._exit(code)


def _cut_if(condition):
    if condition:
        raise Cut


def _chained(error):
    """Write an error with all that it came from, as a trace would."""
    return "".join(traceback.format_exception(error))
