import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from builder import flow, plugins
from builder.errors import UsageError
from builder.model import Document, Reject
from builder.readers import archive, jsonl, text_file
from builder.reading import About, Reading, Source
from builder.stages import ingest
from builder.store import queries
from builder.text.structure import split_page
from tests.project import at_work, dump, make_sources
from tests.readings import reading_of


def test_ingesting_twice_reads_nothing_new(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().done
        assert 0 == bench.ingest().taken


def test_an_unfit_file_is_listed_and_the_rest_goes_on(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "empty.txt").write_bytes(b" \n")
    (tmp_path / "sources" / "noise.txt").write_bytes(bytes(range(128, 256)) * 4)
    with at_work(tmp_path) as (bench, _):
        tally = bench.ingest()

        assert 2 == tally.done
        found = [(r.subject, r.code) for r in queries.rejects(bench.store)]
    assert [("sources/empty.txt", "E_EMPTY"), ("sources/noise.txt", "E_ENCODING")] == found


def test_a_mended_file_is_no_longer_rejected(tmp_path):
    make_sources(tmp_path)
    page = tmp_path / "sources" / "empty.txt"
    page.write_bytes(b"")
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        page.write_text("Here it is.\n")
        bench.ingest()

        assert [] == queries.rejects(bench.store)


def test_a_changed_file_supersedes_its_old_sentences(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        (tmp_path / "sources" / "b-en.txt").write_text("Only this is left.\n")
        bench.ingest()
        english = "live WHERE language = 'en' AND kind = 'body'"

        assert 1 == queries.count(bench.store, english)
        assert 4 == queries.count(bench.store, "sentence WHERE language = 'en' AND kind = 'body'")


def test_a_member_that_an_archive_no_longer_holds_is_superseded(tmp_path, monkeypatch):
    monkeypatch.setattr("builder.plugins.readers", lambda: [archive.build({}), text_file.build({})])
    pages = {"a.txt": "The hall opened.", "b.txt": "Tom left early."}
    with at_work(tmp_path) as (bench, _):
        assert ["The hall opened.", "Tom left early."] == zipped(bench, pages)
        assert ["The hall opened."] == zipped(bench, {"a.txt": pages["a.txt"]})
        assert ["The hall opened.", "Tom left early."] == zipped(bench, pages)
        assert 0 == bench.ingest().taken


def test_a_member_that_cannot_be_read_any_more_stays_as_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr("builder.plugins.readers", lambda: [archive.build({}), text_file.build({})])
    with at_work(tmp_path) as (bench, _):
        zipped(bench, {"a.txt": "The hall opened.", "b.txt": "Tom left early."})

        assert ["Tom left early."] == zipped(bench, {"a.txt": "", "b.txt": "Tom left early."}, 1)[1:]


def zipped(bench, pages, refused=0):
    """Ingest an archive of these pages, and give the texts that are live then."""
    folder = bench.project.folder / "sources"
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "pages.zip", "w") as packed:
        for name, text in pages.items():
            packed.writestr(name, text)
    assert refused == len(bench.ingest().rejected)
    return sorted(queries.document_text(bench.store, id) for id in queries.live_documents(bench.store))


def test_the_same_page_twice_is_one_document(tmp_path):
    make_sources(tmp_path)
    page = tmp_path / "sources" / "b-en.txt"
    (tmp_path / "sources" / "copy.txt").write_bytes(page.read_bytes())
    with at_work(tmp_path) as (bench, _):
        bench.ingest()

        assert 2 == len(queries.live_documents(bench.store))


def test_the_raw_bytes_are_kept(tmp_path):
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        kept = {path.read_bytes() for path in (bench.store.folder / "raw").rglob("*") if path.is_file()}

    assert {path.read_bytes() for path in (tmp_path / "sources").iterdir()} == kept


def test_a_missing_path_says_so(tmp_path):
    with at_work(tmp_path) as (bench, _), pytest.raises(UsageError, match="no such file"):
        bench.ingest([tmp_path / "nowhere.txt"])


def test_an_unknown_ending_names_the_known_ones(tmp_path):
    (tmp_path / "x.doc").write_bytes(b"x")
    with at_work(tmp_path) as (bench, _), pytest.raises(UsageError, match=r"\.txt"):
        bench.ingest([tmp_path / "x.doc"])


def test_files_of_a_folder_that_no_reader_takes_are_named(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "scan.tiff").write_bytes(b"II*")
    (tmp_path / "sources" / ".hidden").write_bytes(b"x")
    with at_work(tmp_path) as (bench, _):
        said = []
        bench.say = said.append
        assert 2 == bench.ingest().done

    assert ["1 files skipped, no reader takes them: scan.tiff"] == said


def test_other_processes_make_the_same_store(tmp_path):
    stores = []
    for name, processes in (("alone", 1), ("together", 2)):
        folder = tmp_path / name
        folder.mkdir()
        make_sources(folder)
        for number in range(45):
            (folder / "sources" / f"page{number}.txt").write_text(f"第{number}次会议今天开幕，各方发言。\n", "utf-8")
        with at_work(folder) as (bench, _):
            stage = ingest.Ingest([folder / "sources"], plugins.readers(), folder.resolve())
            flow.run(stage, bench.store, processes=processes)
            stores.append(dump(bench))

    assert stores[0] == stores[1]


def rejected(bench):
    return [(r.subject, r.code) for r in queries.rejects(bench.store)]


def test_case_35_a_loop_of_links_is_not_followed(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "loop").symlink_to(tmp_path / "sources")
    (tmp_path / "sources" / "self.txt").symlink_to("self.txt")
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().done
        assert [("sources/self.txt", "E_IO")] == rejected(bench)


def test_case_35_a_link_to_a_file_is_read_once(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "link.txt").symlink_to("a-zh.txt")
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().done
        assert 2 == queries.count(bench.store, "sighting")


def test_a_link_to_a_file_elsewhere_is_read(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "other.txt").write_text("It stands elsewhere.\n")
    (tmp_path / "sources" / "link.txt").symlink_to(tmp_path / "other.txt")
    with at_work(tmp_path) as (bench, _):
        assert 3 == bench.ingest().done


@pytest.mark.parametrize("name", ["pipe.txt", "pipe.odd", "pipe"])
def test_case_36_a_pipe_is_refused_and_not_waited_for(name, tmp_path):
    make_sources(tmp_path)
    os.mkfifo(tmp_path / "sources" / name)
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().done
        assert [(f"sources/{name}", "E_IO")] == rejected(bench)


def test_case_36_a_file_that_vanishes_is_refused(tmp_path, monkeypatch):
    """It is there when the folder is listed, and gone when it is read."""
    make_sources(tmp_path)
    with at_work(tmp_path) as (bench, _):
        found = list(ingest._walked(tmp_path / "sources"))
        monkeypatch.setattr(ingest, "_walked", lambda folder: [*found, tmp_path / "sources" / "gone.txt"])
        assert 2 == bench.ingest().done
        assert [("sources/gone.txt", "E_IO")] == rejected(bench)


def test_case_36_a_folder_that_cannot_be_looked_into_is_refused(tmp_path, monkeypatch):
    """Root may look into any folder, so the operating system's refusal is played."""
    make_sources(tmp_path)
    closed = tmp_path / "sources" / "closed"
    closed.mkdir()
    scandir = os.scandir

    def refuse(path):
        if os.fspath(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(closed))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().done
        assert [("sources/closed", "E_IO")] == rejected(bench)


def test_case_37_a_name_that_is_not_utf8_is_shown_escaped(tmp_path):
    make_sources(tmp_path)
    Path(os.fsdecode(os.fsencode(tmp_path / "sources") + b"/\xd6\xd0.txt")).write_bytes(b"")
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        assert [("sources/\\xd6\\xd0.txt", "E_EMPTY")] == rejected(bench)


def test_hidden_folders_are_left_out(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / ".git").mkdir()
    (tmp_path / "sources" / ".git" / "notes.txt").write_text("Not a source.")
    with at_work(tmp_path) as (bench, _):
        assert 2 == bench.ingest().taken


def test_retrying_reads_again_what_was_refused_and_nothing_else(tmp_path):
    make_sources(tmp_path)
    empty = tmp_path / "sources" / "empty.txt"
    empty.touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        assert 1 == bench.retry_ingest().taken
        assert [("sources/empty.txt", "E_EMPTY")] == rejected(bench)
        empty.write_text("Now it is mended.\n")
        assert (1, 0) == (bench.retry_ingest().done, bench.retry_ingest().taken)
        assert [] == rejected(bench)


def test_retrying_reads_a_file_whose_records_were_refused_though_its_bytes_are_known(tmp_path, monkeypatch):
    make_sources(tmp_path)
    (tmp_path / "sources" / "rows.jsonl").write_text('{"text": "One."}\n{"words": "Two."}\n')
    with at_work(tmp_path) as (bench, _):
        monkeypatch.setattr("builder.plugins.readers", lambda: [text_file.build({}), jsonl.build({})])
        assert (3, 1) == (bench.ingest().done, len(queries.rejects(bench.store)))
        assert 0 == bench.ingest().taken
        assert (1, 1) == (bench.retry_ingest().done, len(queries.rejects(bench.store)))


def test_a_retry_that_was_killed_loses_no_reject(tmp_path, monkeypatch):
    (tmp_path / "sources").mkdir()
    rows = [f'{{"text": "Row {number}."}}' for number in range(2 * ingest.Ingest.batch_size)]
    (tmp_path / "sources" / "rows.jsonl").write_text("\n".join([*rows, '{"words": "None."}']))
    monkeypatch.setattr("builder.plugins.readers", lambda: [jsonl.build({})])
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        expected = rejected(bench)
        bench.run = killed_after_a_batch
        with pytest.raises(KeyboardInterrupt):
            bench.retry_ingest()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()

        assert expected == rejected(bench) != []
        assert 0 == bench.ingest().taken


def test_no_attempt_is_open_when_all_was_read(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "empty.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        bench.retry_ingest()

        assert 0 == queries.count(bench.store, "attempt")


def killed_after_a_batch(stage, store, processes):
    def stop(count):
        raise KeyboardInterrupt

    return flow.run(stage, store, stop, processes)


@pytest.mark.parametrize("verb", ["ingest", "retry_ingest"])
def test_a_refused_file_that_is_gone_is_forgotten(verb, tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "empty.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        (tmp_path / "sources" / "empty.txt").unlink()
        assert 0 == getattr(bench, verb)().taken
        assert [] == rejected(bench)


def test_a_refused_file_that_is_gone_from_where_nobody_looked_stays_listed(tmp_path):
    make_sources(tmp_path)
    named = [tmp_path / "extra.txt", tmp_path / "sources" / ".hidden" / "a.txt", tmp_path / "sources" / "x#y.txt"]
    (tmp_path / "sources" / ".hidden").mkdir()
    for path in named:
        path.touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest(named)
        expected = rejected(bench)
        named[0].unlink()
        bench.ingest()

        assert expected == rejected(bench)
        assert 3 == len(expected)


def test_what_was_refused_in_a_folder_that_cannot_be_looked_into_stays_listed(tmp_path, monkeypatch):
    make_sources(tmp_path)
    closed = tmp_path / "sources" / "closed"
    closed.mkdir()
    (closed / "empty.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        (closed / "empty.txt").unlink()
        found = list(ingest._walked(tmp_path / "sources"))
        monkeypatch.setattr(ingest, "_walked", lambda folder: [*found, closed])
        bench.ingest()

        assert [("sources/closed", "E_IO"), ("sources/closed/empty.txt", "E_EMPTY")] == rejected(bench)


def test_a_file_with_a_refused_record_is_read_anew_when_it_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr("builder.plugins.readers", lambda: [text_file.build({}), jsonl.build({})])
    make_sources(tmp_path)
    table = tmp_path / "sources" / "rows.jsonl"
    table.write_text('{"text": "One."}\n{"words": "Two."}\n')
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        before, content = rejected(bench), table.read_bytes()
        table.unlink()
        assert 0 == bench.ingest().taken
        assert [] == rejected(bench)
        table.write_bytes(content)
        bench.ingest()

        assert before == rejected(bench) != []


def test_what_an_archive_held_stays_when_it_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr("builder.plugins.readers", lambda: [archive.build({}), text_file.build({})])
    with at_work(tmp_path) as (bench, _):
        zipped(bench, {"a.txt": "The hall opened.", "b.txt": "Tom left early."})
        before = zipped(bench, {"a.txt": "", "b.txt": "Tom left early."}, 1)
        (tmp_path / "sources" / "pages.zip").unlink()
        bench.ingest()

        assert [] == rejected(bench)
        assert before == sorted(queries.document_text(bench.store, id) for id in queries.live_documents(bench.store))


def test_retrying_finds_a_file_that_was_named_itself(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "extra.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest([tmp_path / "extra.txt"])
        assert [("extra.txt", "E_EMPTY")] == rejected(bench)
        (tmp_path / "extra.txt").write_text("Mended.\n")
        assert 1 == bench.retry_ingest().done


def test_retrying_a_file_that_no_reader_takes_any_more_refuses_it_and_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr("builder.plugins.readers", lambda: [archive.build({}), text_file.build({})])
    make_sources(tmp_path)
    (tmp_path / "extra.bin").write_bytes(b"\x1f\x8b\x08 and no more")
    (tmp_path / "sources" / "empty.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest([tmp_path / "extra.bin", tmp_path / "sources"])
        (tmp_path / "extra.bin").write_bytes(b"now something else")
        (tmp_path / "sources" / "empty.txt").write_text("Mended.\n")

        assert 1 == bench.retry_ingest().done
        assert [("extra.bin", "E_TYPE")] == rejected(bench)


def test_what_was_refused_within_an_archive_names_the_archive(tmp_path):
    with at_work(tmp_path) as (bench, _):
        bench.store.add([Reject("ingest", "a.zip!/b.csv#bytes 3-9", "E_CSV", "x"), Reject("push", "s1", "E_X", "x")])
        expected = {"a.zip", "a.zip!/b.csv", "a.zip!/b.csv#bytes 3-9"}

        assert expected == ingest.refused_paths(bench.store)


PRIVATE = (
    "会议今天开幕，各方代表出席。\n\n王先生说，他昨天用手机13812345678给ann@example.org发了照片。\n\n"
    "会议明天闭幕，各方将发表声明。\n"
)


def sentences_of(tmp_path, personal, text=PRIVATE):
    """Give the sentences of a page under a policy on personal data, and what was refused."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "page.txt").write_text(text, "utf-8")
    with at_work(tmp_path) as (bench, _):
        config = bench.project.config
        table = config.ingest.model_copy(update={"personal": personal})
        bench.project = replace(bench.project, config=config.model_copy(update={"ingest": table}))
        tally = bench.ingest()
        [document] = queries.live_documents(bench.store) or [None]
        if document is None:
            return [], tally.rejected
        return queries.document_sentences(bench.store, document), tally.rejected


def test_personal_data_is_flagged_at_its_place(tmp_path):
    found, _ = sentences_of(tmp_path, "allow")
    marked = {(flag.name, s.text[flag.start : flag.end]) for s in found for flag in s.flags}

    assert {("personal:phone", "13812345678"), ("personal:email", "ann@example.org")} == marked


def test_masked_personal_data_is_in_no_sentence(tmp_path):
    found, _ = sentences_of(tmp_path, "mask")

    assert "王先生说，他昨天用手机***********给***************发了照片。" in [s.text for s in found]
    assert {"personal:phone", "personal:email"} == {name for s in found for name in s.flag_names}


def test_masked_text_replays_from_the_raw_text_through_its_map(tmp_path):
    [(document, sentences)] = split_page(reading_of(PRIVATE), is_masked=True)

    assert document.text == document.offsets.replay(PRIVATE)
    assert [s.text for s in sentences] == [document.offsets.replay(PRIVATE, s.start, s.end) for s in sentences]


def test_an_article_with_personal_data_is_refused_where_that_is_the_policy(tmp_path):
    found, [reject] = sentences_of(tmp_path, "block")

    assert ([], "E_PERSONAL", "article 1") == (found, reject.code, reject.place)
    assert "personal:email, personal:phone" in reject.reason


def test_a_publishers_contact_line_blocks_nothing(tmp_path):
    page = "会议今天开幕，各方代表出席。\n\n新闻热线：010-12345678 投稿邮箱：news@example.org\n"
    found, rejected = sentences_of(tmp_path, "block", page)

    assert ["会议今天开幕，各方代表出席。"] == [s.text for s in found if s.kind == "body"]
    assert () == tuple(rejected)


TOLD = {"title": "Call 13812345678", "url": "https://example.org/?by=ann@example.org", "text": "The hall opened."}


def cleaned(rows, personal):
    """Give what a stage makes of records under a policy on personal data."""
    source = Source("0" * 64, "rows.jsonl", 1, "utf-8", "application/jsonl")
    read = [
        Reading(source, row["text"], f"row {number}", row["title"], About(url=row["url"]))
        for number, row in enumerate(rows)
    ]
    stage = ingest.Ingest([], [], Path(), cleaning=ingest.Cleaning(personal))
    return stage.work(read)


def test_masked_personal_data_is_in_no_title_or_address():
    [document] = [fact for fact in cleaned([TOLD], "mask").facts if isinstance(fact, Document)]

    assert "Call ***********" == document.title
    assert "https://example.org/?by=***************" == document.about.url


def test_personal_data_in_a_title_or_address_blocks_the_article():
    [reject] = cleaned([TOLD], "block").rejects

    assert "personal:email, personal:phone" in reject.reason


TWO = (
    "Minister opens the new hall\n\nBy Ann Lee\n\nThe hall opened on Monday. Call 13812345678 for a seat.\n\n"
    "Storm hits the northern coast\n\nBy Bob Ray\n\nA storm hit the coast. Write to bob@example.org about it.\n"
)


def test_of_two_blocked_articles_each_is_listed(tmp_path):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "page.txt").write_text(TWO, "utf-8")
    with at_work(tmp_path) as (bench, _):
        bench._cleaning = lambda: ingest.Cleaning("block")
        tally = bench.ingest()

        assert (0, 2) == (tally.done, len(tally.rejected))
        assert [("sources/page.txt#article 1", "E_PERSONAL"), ("sources/page.txt#article 2", "E_PERSONAL")] == rejected(
            bench
        )


def test_what_was_taken_is_what_went_on_and_what_was_refused():
    outcome = cleaned([TOLD, {"title": "", "url": "", "text": "The hall opened."}], "block")

    assert (1, 1) == (outcome.done, len(outcome.rejects))


def under(bench, personal):
    """Give the project under another policy on personal data."""
    config = bench.project.config
    table = config.ingest.model_copy(update={"personal": personal})
    return replace(bench.project, config=config.model_copy(update={"ingest": table}))


@pytest.mark.parametrize(("first", "then"), [("allow", "mask"), ("mask", "allow")])
def test_read_again_under_another_policy_a_file_has_no_second_documents(tmp_path, first, then):
    (tmp_path / "sources").mkdir()
    rows = [{"text": f"王先生说，他昨天把号码1381234567{n}给了记者。", "title": f"号码1381234567{n}"} for n in (1, 2)]
    lines = [json.dumps(row, ensure_ascii=False) for row in (*rows, {"words": "no text"})]
    (tmp_path / "sources" / "rows.jsonl").write_text("\n".join(lines), "utf-8")
    with at_work(tmp_path) as (bench, _):
        for personal in (first, then, then):
            bench.project = under(bench, personal)
            bench.retry_ingest() if personal is then else bench.ingest()
        documents = [queries.find_document(bench.store, id) for id in queries.live_documents(bench.store)]

    assert 2 == len(documents)
    assert [then == "mask"] * 2 == ["*" in document.text for document in documents]
    assert [then == "mask"] * 2 == ["*" in document.title for document in documents]
