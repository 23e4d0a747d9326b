"""How a release is cited: authors as a person wrote them become BibTeX and CITATION.cff. Pure.

The year is that of the last approval, since no file of a release knows when it was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from builder.exporters.front_matter import as_yaml
from builder.exporters.hub_lists import spdx_of
from builder.exporters.questions import said
from builder.exporters.summary import Summary
from builder.ports import ReleaseInfo

CITATION = "CITATION.cff"
_ORCID = r"\d{4}-\d{4}-\d{4}-\d{3}[\dX]"
_AUTHOR = re.compile(rf"(?P<family>[^,()]+?)\s*,\s*(?P<given>[^,()]+?)\s*(?:\((?P<orcid>{_ORCID})\))?")
_FIELDS = {"cff-version", "message", "type", "title", "version", "authors"}
_PERSON, _TEAM = {"family-names", "given-names", "orcid"}, {"name"}
_KNOWN = _FIELDS | {"abstract", "keywords", "license", "license-url", "url", "doi"}


def citation_cff(info: ReleaseInfo) -> str:
    """Write the citation file; empty while nobody is named, since it cannot do without an author."""
    if not info.authors:
        return ""
    spdx, url = spdx_of(info.license), info.license_link
    page, doi, summary = (said(info, key) for key in ("homepage", "doi", "summary"))
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use this dataset, please cite it as below.",
        "type": "dataset",
        "title": info.pretty_name or info.name,
        "version": info.version,
        "authors": [author_of(name) for name in info.authors],
        **({"abstract": summary} if summary else {}),
        "keywords": ["named entity recognition", "sentence classification", "human reviewed"],
        **({"license": spdx} if spdx else {"license-url": url} if url.startswith("https://") else {}),
        **({"url": page} if page.startswith(("https://", "http://")) else {}),
        **({"doi": doi} if _is_doi(doi) else {}),
    }
    return as_yaml(fields)


def cff_problems(fields: object) -> list[str]:
    """List what is wrong with the fields of a citation file (CFF 1.2.0), as far as we write them."""
    if not isinstance(fields, Mapping):
        return ["it is no mapping"]
    return [
        *(f"{key} is missing" for key in sorted(_FIELDS - fields.keys())),
        *(f"{key} is unknown" for key in sorted(fields.keys() - _KNOWN)),
        *(f"{key} is no text" for key in sorted(fields.keys() - {"authors", "keywords"}) if not _is_text(fields[key])),
        *([] if fields.get("cff-version") == "1.2.0" else ["cff-version is not 1.2.0"]),
        *([] if fields.get("type") in ("dataset", "software") else ["type is neither dataset nor software"]),
        *_author_problems(fields.get("authors")),
        *([] if _is_doi(fields.get("doi", "10.1/x")) else ["doi is none"]),
    ]


def bibtex(info: ReleaseInfo, summary: Summary) -> str:
    """Give the citation that was said, or make one."""
    if written := said(info, "citation"):
        return written
    year = max(summary.days, default="")[:4]
    doi = said(info, "doi")
    fields = {
        "title": f"{{{info.pretty_name or info.name}}}",
        "author": " and ".join(_bib_author(name) for name in info.authors),
        "year": year,
        "version": info.version,
        "doi": doi,
        "url": "" if doi else said(info, "homepage"),
    }
    lines = "".join(f"  {key} = {{{value}}},\n" for key, value in fields.items() if value)
    return f"@misc{{{re.sub(r'[^a-z0-9]+', '-', info.name.lower())}-{info.version},\n{lines}}}"


def author_of(name: str) -> dict[str, str]:
    """Tell a person (`Family, Given`) from a team."""
    found = _AUTHOR.fullmatch(name.strip())
    if not found:
        return {"name": name.strip()}
    orcid = {"orcid": f"https://orcid.org/{found['orcid']}"} if found["orcid"] else {}
    return {"family-names": found["family"], "given-names": found["given"], **orcid}


def _bib_author(name: str) -> str:
    told = author_of(name)
    return f"{{{told['name']}}}" if "name" in told else f"{told['family-names']}, {told['given-names']}"


def _author_problems(authors: Any) -> list[str]:
    if not isinstance(authors, list) or not authors:
        return ["authors is no list with anybody in it"]
    return [f"author {one!r} is neither a person nor a team" for one in authors if not _is_author(one)]


def _is_author(one: object) -> bool:
    if not isinstance(one, Mapping) or not all(map(_is_text, one.values())):
        return False
    return one.keys() == _TEAM or _PERSON - {"orcid"} <= one.keys() <= _PERSON


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_doi(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"10\.\d{1,9}(\.\d+)*/\S+", value))
