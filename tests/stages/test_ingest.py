import pytest

from builder import flow, plugins
from builder.errors import UsageError
from builder.stages.ingest import Ingest
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
            stage = Ingest([folder / "sources"], plugins.readers(), folder.resolve())
            flow.run(stage, bench.store, processes=processes)
            stores.append(dump(bench))

    assert stores[0] == stores[1]
