"""What may not leave this machine is refused before anything is sent, with every reason."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from jsonschema import Draft202012Validator

from builder.disk import files_in, sha256_of
from builder.errors import UsageError
from builder.exporters.folder import MANIFEST, SUMS, verify
from builder.model import text_digest
from builder.stages.publishable import publishable
from builder.store import approvals, queries
from builder.workbench import rebuilt
from tests.hub.releases import NAME
from tests.hub.server import TOKEN, Refused
from tests.project import at_work, make_release
from tests.said import CARD

ROOT = Path(__file__).parent.parent.parent


def with_config(project, **tables):
    """Give the project with other values in the tables of its configuration."""
    changed = {name: getattr(project.config, name).model_copy(update=values) for name, values in tables.items()}
    return replace(project, config=project.config.model_copy(update=changed))


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory):
    """Make a project once, with everything approved and v1 released under a licence."""
    return make_release(tmp_path_factory.mktemp("project"))


@pytest.fixture
def folder(reviewed, tmp_path):
    return Path(shutil.copytree(reviewed, tmp_path / "project"))


def refusal(folder, version="v1", **tables):
    """Give the reasons against publishing; empty if there are none."""
    with at_work(folder) as (bench, _):
        try:
            publishable(bench.store, with_config(bench.project, **tables), version)
        except UsageError as error:
            return str(error)
    return ""


def tamper(folder, **values):
    """Change columns of the first record, and the sums too, so that the release looks sound."""
    path = sorted((folder / "exports/small/v1/records").glob("*.parquet"))[0]
    table = pq.read_table(path)
    for name, value in values.items():
        place = table.schema.get_field_index(name)
        column = [value, *table[name].to_pylist()[1:]]
        table = table.set_column(place, table.schema.field(name), pa.array(column, table.schema.field(name).type))
    pq.write_table(table, path)
    sum_again(folder)


def with_text(folder, text, **values):
    """Change the text of the first record as if it had been approved so."""
    tamper(folder, text=text, text_sha256=text_digest(text), **values)
    path = sorted((folder / "exports/small/v1/records").glob("*.parquet"))[0]
    row = pq.read_table(path, columns=["id", "content_ids"]).slice(0, 1).to_pylist()[0]
    with at_work(folder) as (bench, _):
        (approval, *_) = approvals.approvals_of(bench.store, row["id"])
        bench.store.add([replace(approval, text_sha256=text_digest(text))])


def sum_again(folder):
    home = folder / "exports/small/v1"
    sums = {path.relative_to(home).as_posix(): sha256_of(path) for path in files_in(home) if path.name != SUMS}
    (home / SUMS).write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)))
    assert [] == verify(home)


def test_what_was_approved_and_licensed_may_be_published(folder):
    assert "" == refusal(folder)


def test_a_version_that_is_not_there_names_those_that_are(folder):
    assert "there is no release 'v9' (there is: v1); make it with: builder release v9" == refusal(folder, "v9")


@pytest.mark.parametrize("version", ["..", "../small/v1", ".", ""])
def test_a_version_leads_nowhere_else(folder, version):
    assert "there is no release" in refusal(folder, version)


def test_a_damaged_release_is_named_with_its_damage(folder):
    with (folder / "exports/small/v1/README.md").open("a") as card:
        card.write(" ")

    assert "is damaged (README.md: changed)" in refusal(folder)


def test_a_release_keeps_the_version_it_was_made_with(folder):
    (folder / "exports/small/v1").rename(folder / "exports/small/v2")

    assert "was released as v1" in refusal(folder, "v2")


@pytest.mark.parametrize(
    ("licence", "reason"),
    [
        ("", "it names no licence: set `license` in [release]"),
        ("cc-by-4", "the hub knows no licence 'cc-by-4'; did you mean 'cc-by-4.0'?"),
        ("other", '`license = "other"` needs `license_name` and `license_link`'),
    ],
)
def test_without_a_licence_that_the_hub_knows_nothing_is_published(folder, licence, reason):
    manifest = folder / "exports/small/v1" / MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"license": licence}))
    sum_again(folder)

    assert f"{reason}" in refusal(folder)
    assert "then release a new version" in refusal(folder)


def test_what_only_a_person_can_say_is_asked_for_by_every_missing_key(folder):
    with at_work(folder) as (bench, _):
        said = {**CARD, "uses": "", "biases": "[More Information Needed]", "funding": ""}
        bench.project = with_config(bench.project, release={"license": "cc-by-4.0"}, card=said)
        bench.release("v2")

    assert "may not be published: its card lacks what only you can say: write card.uses, card.biases in" in refusal(
        folder, "v2"
    )


def test_a_card_that_the_hub_would_refuse_is_refused(folder):
    card = folder / "exports/small/v1/README.md"
    card.write_text(card.read_text().replace("- zh\n", "- zh-CN\n", 1))
    sum_again(folder)

    assert "the hub would refuse its card: language 'zh-CN' is no code of ISO 639" in refusal(folder)


def test_a_release_without_a_card_is_refused(folder):
    (folder / "exports/small/v1/README.md").unlink()
    sum_again(folder)

    assert "it has no card: let `huggingface` be among `exporters`" in refusal(folder)


def test_another_card_needs_another_version(folder):
    with at_work(folder) as (bench, _):
        bench.project = with_config(bench.project, release={"license": "cc-by-4.0"}, card={**CARD, "uses": "other"})
        with pytest.raises(UsageError, match="another card_sha256; choose a new version"):
            bench.release("v1")


def test_what_was_measured_to_leak_is_refused(folder):
    manifest = folder / "exports/small/v1" / MANIFEST
    leakage = {"groups": 2, "clusters": 0, "texts": 1}
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"leakage": leakage}))
    sum_again(folder)

    assert "in two splits stand 2 groups and 1 texts" in refusal(folder)


@pytest.mark.parametrize("column", ["approvers", "rule", "approved_at", "content_ids"])
def test_a_row_without_a_whole_approval_is_refused(folder, column):
    tamper(folder, **{column: [] if column in ("approvers", "content_ids") else ""})

    assert "1 rows without a whole approval" in refusal(folder)


def test_a_row_whose_answers_nobody_gave_is_refused(folder):
    tamper(folder, content_ids=["0" * 24])

    assert "1 rows of which the journal holds no approval" in refusal(folder)


def test_a_row_with_the_approval_of_another_sentence_is_refused(folder):
    (path, *_) = sorted((folder / "exports/small/v1/records").glob("*.parquet"))
    other = pq.read_table(path, columns=["content_ids"]).slice(1, 1).to_pylist()[0]["content_ids"]
    tamper(folder, content_ids=other)

    assert "1 rows of which the journal holds no approval" in refusal(folder)


def test_a_row_with_another_text_than_was_approved_is_refused(folder):
    tamper(folder, text="Something else.")
    assert "1 rows with another text than its `text_sha256` names" in refusal(folder)
    tamper(folder, text_sha256=text_digest("Something else."))

    assert "1 rows of which the journal holds no approval" in refusal(folder)


def test_a_row_with_a_flag_that_is_left_out_now_is_refused(folder):
    tamper(folder, flags=["capped"])

    assert "" == refusal(folder)
    told = refusal(folder, release={"without_flags": ("replacement", "capped")})
    assert "1 rows with a flag of `[release] without_flags` (capped, replacement)" in told


@pytest.mark.parametrize("place", ["text", "url"])
def test_personal_data_are_held_against_the_policy_of_now(folder, place):
    change = with_text if place == "text" else tamper
    change(folder, **{place: "https://example.org/?to=li.wei@example.org"})

    assert "" == refusal(folder)
    for policy in ("mask", "block"):
        assert f'1 rows with personal data, which `[ingest] personal = "{policy}"` forbids' in refusal(
            folder, ingest={"personal": policy}
        )


def test_what_is_masked_may_be_published_under_mask(folder):
    with_text(folder, text="Write to *******************, please.", flags=["personal:email"])

    assert "" == refusal(folder, ingest={"personal": "mask"})


def test_a_release_without_records_is_refused(folder):
    shutil.rmtree(folder / "exports/small/v1/records")
    sum_again(folder)

    assert "it holds no records" in refusal(folder)


def test_all_reasons_are_told_at_once(folder):
    tamper(folder, rule="", flags=["capped"], content_ids=["x"])
    told = refusal(folder, release={"without_flags": ("capped",)})

    assert 3 == told.count("1 rows ")


def test_nothing_is_asked_of_the_hub_for_what_may_not_be_published(folder, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    tamper(folder, rule="")
    with at_work(folder) as (bench, _), pytest.raises(UsageError, match="may not be published"):
        bench.publish("v1", NAME, hub.url)

    assert [] == hub.asked


def test_the_journal_knows_where_a_version_stands_and_the_status_says_it(folder, hub, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    schema = json.loads((ROOT / "schemas" / "status.schema.json").read_text("utf-8"))
    with at_work(folder) as (bench, _):
        told = [bench.publish("v1", NAME, hub.url, pull_request=True)]
        hub.repositories[NAME].merge(1)
        told += [bench.publish("v1", NAME, hub.url), bench.publish("v1", "someone/else", hub.url)]
        status = bench.status(published=True)
        assert "published" not in bench.status()["release"]
        known = queries.published(bench.store)

    names = ("version", "endpoint", "repository", "commit", "tag", "pull_request")
    assert [{name: one[name] for name in names} for one in told[1:]] == status["release"]["published"]
    assert (None, hub.repositories[NAME].tags["v1"]) == (told[0]["tag"], told[1]["commit"])
    Draft202012Validator(schema).validate(status)
    (folder / "builder.toml").write_text('[project]\nname = "small"\n')
    with at_work(folder) as (bench, _):
        project = bench.project
    rebuilt(project, lambda message: None)
    with at_work(folder) as (bench, _):
        assert known == queries.published(bench.store)


def verb(folder, hub, *arguments, **environment):
    """Run the verb as a person does, in a home of its own."""
    (folder / "home").mkdir(exist_ok=True)
    names = {"HOME": str(folder / "home"), "HF_HOME": str(folder / "home/hf"), "HF_HUB_DISABLE_XET": "1"}
    clean = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    environment = clean | names | {"PYTHONPATH": str(ROOT), "HF_ENDPOINT": hub.url} | environment
    command = [sys.executable, "-m", "builder", "-C", str(folder), "publish", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def project(folder):
    (folder / "builder.toml").write_text('[project]\nname = "small"\n[release]\nlicense = "cc-by-4.0"\n')
    return folder


def holding(folder, word):
    return [path for path in files_in(folder) if word.encode() in path.read_bytes()]


def test_the_token_is_found_nowhere_afterwards(project, hub):
    hub.echoes_token = True
    attempts = [verb(project, hub, "v1", NAME, HF_TOKEN=TOKEN, HF_DEBUG="1", HF_HUB_VERBOSITY="debug")]
    hub.repositories[NAME].tags.clear()

    def refuse(when, asked):
        if "/tag/" in asked.path:
            raise Refused(500, "trouble with")

    hub.fault = refuse
    attempts.append(verb(project, hub, "v1", NAME, "--json", HF_TOKEN=TOKEN))

    assert [0, 3] == [attempt.returncode for attempt in attempts]
    assert "v1 on someone/news, tag v1" in attempts[0].stdout
    assert "***" in attempts[1].stderr
    assert not any(TOKEN in attempt.stdout + attempt.stderr for attempt in attempts)
    assert [] == holding(project, TOKEN)
    large = [asked.authorization for asked in hub.asked if asked.method == "PUT"]
    assert {""} == set(large)
    assert any(TOKEN in asked.authorization for asked in hub.asked)


def test_the_answer_for_programs_is_one_document(project, hub):
    told = verb(project, hub, "v1", NAME, "--json", HF_TOKEN=TOKEN)
    head = hub.repositories[NAME].head.oid

    assert {
        "contract": "publish/1",
        "version": "v1",
        "endpoint": hub.url,
        "repository": NAME,
        "commit": head,
        "tag": "v1",
        "pull_request": None,
        "url": f"{hub.url}/datasets/{NAME}/tree/v1",
    } == json.loads(told.stdout)
    assert "" == told.stderr


def test_a_token_that_somebody_logged_in_with_is_not_used(project, hub):
    (project / "home/hf").mkdir(parents=True)
    (project / "home/hf/token").write_text(TOKEN)
    told = verb(project, hub, "v1", NAME)

    assert (2, []) == (told.returncode, hub.asked)
    assert "set HF_TOKEN" in told.stderr
