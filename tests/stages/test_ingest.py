import os
from pathlib import Path

import pytest

from builder import flow, plugins
from builder.errors import UsageError
from builder.model import Reject
from builder.readers import jsonl, text_file
from builder.stages import ingest
from builder.store import queries
from tests.project import at_work, dump, make_sources


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
    (tmp_path / "sources" / "scan.pdf").write_bytes(b"%PDF")
    (tmp_path / "sources" / ".hidden").write_bytes(b"x")
    with at_work(tmp_path) as (bench, _):
        said = []
        bench.say = said.append
        assert 2 == bench.ingest().done

    assert ["1 files skipped, no reader takes them: scan.pdf"] == said


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


def test_retrying_leaves_a_reject_whose_file_is_gone(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "sources" / "empty.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest()
        (tmp_path / "sources" / "empty.txt").unlink()
        assert 0 == bench.retry_ingest().taken
        assert [("sources/empty.txt", "E_EMPTY")] == rejected(bench)


def test_retrying_finds_a_file_that_was_named_itself(tmp_path):
    make_sources(tmp_path)
    (tmp_path / "extra.txt").touch()
    with at_work(tmp_path) as (bench, _):
        bench.ingest([tmp_path / "extra.txt"])
        assert [("extra.txt", "E_EMPTY")] == rejected(bench)
        (tmp_path / "extra.txt").write_text("Mended.\n")
        assert 1 == bench.retry_ingest().done


def test_what_was_refused_within_an_archive_names_the_archive(tmp_path):
    with at_work(tmp_path) as (bench, _):
        bench.store.add([Reject("ingest", "a.zip!/b.csv#bytes 3-9", "E_CSV", "x"), Reject("push", "s1", "E_X", "x")])
        expected = {"a.zip", "a.zip!/b.csv", "a.zip!/b.csv#bytes 3-9"}

        assert expected == ingest.refused_paths(bench.store)
