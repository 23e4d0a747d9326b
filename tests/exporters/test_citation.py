"""Whom to cite: people and teams as they were named, in BibTeX and in CITATION.cff."""

from dataclasses import replace

import pytest
import yaml

from builder.exporters.citation import author_of, bibtex, cff_problems, citation_cff
from builder.exporters.summary import summarise
from tests.exporters.approved_rows import INFO, sample_rows
from tests.said import SAID, told

PEOPLE = {person: person for row in sample_rows() for person in row.gold.approval.approvers}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Wang, Wei", {"family-names": "Wang", "given-names": "Wei"}),
        ("van der Berg, Anna Maria", {"family-names": "van der Berg", "given-names": "Anna Maria"}),
        ("王, 伟", {"family-names": "王", "given-names": "伟"}),
        ("River News Team", {"name": "River News Team"}),
        ("Smith, Brown and Sons, Ltd.", {"name": "Smith, Brown and Sons, Ltd."}),
        (
            "Wang, Wei (0000-0002-1825-009X)",
            {"family-names": "Wang", "given-names": "Wei", "orcid": "https://orcid.org/0000-0002-1825-009X"},
        ),
    ],
)
def test_a_person_is_told_from_a_team(name, expected):
    assert expected == author_of(name)


def test_the_citation_file_is_sound():
    fields = yaml.safe_load(citation_cff(told(INFO)))

    assert [] == cff_problems(fields)
    assert ("1.2.0", "dataset", "CC-BY-4.0", "10.5281/zenodo.1234") == (
        fields["cff-version"], fields["type"], fields["license"], fields["doi"]
    )  # fmt: skip


def test_a_licence_that_spdx_does_not_know_is_linked():
    info = replace(told(INFO), license="other", license_name="Press", license_link="https://example.org/l")
    fields = yaml.safe_load(citation_cff(info))

    assert [] == cff_problems(fields)
    assert ("https://example.org/l", None) == (fields["license-url"], fields.get("license"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"authors": []}, "authors is no list with anybody in it"),
        ({"authors": [{"given-names": "Wei"}]}, "is neither a person nor a team"),
        ({"authors": [{"name": " "}]}, "is neither a person nor a team"),
        ({"cff-version": "1.0"}, "cff-version is not 1.2.0"),
        ({"version": 1.0}, "version is no text"),
        ({"title": ""}, "title is no text"),
        ({"type": "paper"}, "type is neither dataset nor software"),
        ({"doi": "doi.org/x"}, "doi is none"),
        ({"licence": "MIT"}, "licence is unknown"),
    ],
)
def test_what_is_unsound_in_a_citation_file_is_found(change, problem):
    fields = yaml.safe_load(citation_cff(told(INFO))) | change

    assert [problem in found for found in cff_problems(fields)] == [True]


def test_bibtex_names_everybody_and_the_year_of_the_last_approval():
    written = bibtex(told(INFO), summarise(sample_rows(), PEOPLE))

    assert "  author = {Wang, Wei and {River News Team}},\n" in written
    assert "  year = {2026},\n" in written


def test_a_citation_of_ones_own_is_kept():
    info = replace(told(INFO), said={**SAID, "citation": "@misc{mine}"})

    assert "@misc{mine}" == bibtex(info, summarise(sample_rows(), PEOPLE))
