"""Folders with models, and packages that may be missing."""

import pytest

from builder.annotators import gliner_model, model_folder, spacy_model, transformers_model
from builder.errors import UsageError


@pytest.mark.parametrize(
    ("build", "extra"),
    [(spacy_model.build, "spacy"), (transformers_model.build, "transformers"), (gliner_model.build, "gliner")],
)
def test_a_missing_package_is_told_with_the_extra_that_brings_it(news, monkeypatch, tmp_path, build, extra):
    monkeypatch.setattr(model_folder, "find_spec", lambda package: None)

    with pytest.raises(UsageError, match=rf"pip install .\.\[{extra}\]"):
        build({"model": str(tmp_path)}, news)


def test_a_file_that_is_added_moved_or_changed_gives_another_digest(tmp_path):
    digests = [model_folder.digest_of(tmp_path)]
    (tmp_path / "a").write_bytes(b"1")
    digests.append(model_folder.digest_of(tmp_path))
    (tmp_path / "a").write_bytes(b"2")
    digests.append(model_folder.digest_of(tmp_path))
    (tmp_path / "a").rename(tmp_path / "b")
    digests.append(model_folder.digest_of(tmp_path))

    assert 4 == len(set(digests))


@pytest.mark.parametrize("name", ["pytorch_model.bin", "a/model.PT", "modeling.py"])
def test_a_file_that_may_run_code_is_refused(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"")

    with pytest.raises(UsageError, match="may run code"):
        model_folder.check_safe("transformers", tmp_path)
