"""The verb `publish`: options to a hub; no logic."""

from __future__ import annotations

from pathlib import Path

import click

_PUBLISH = """\b
Example:
  export HF_TOKEN=hf_...                       # may write to the repository
  builder publish v1 someone/news              # one commit, tag v1, every byte read back
  builder publish v2 someone/news --pr         # propose it; run it again after the merge, to set the tag
"""


@click.command(epilog=_PUBLISH)
@click.argument("version")
@click.argument("repository", metavar="OWNER/NAME")
@click.option(
    "--pr", "pull_request", is_flag=True, help="Propose it as a pull request; the tag is set after the merge."
)
@click.option("--private", is_flag=True, help="Only you may see the repository, if it is made now; never a public one.")
@click.option("--endpoint", metavar="URL", help="Another hub than HF_ENDPOINT, or https://huggingface.co.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def publish(
    base: Path, version: str, repository: str, pull_request: bool, private: bool, endpoint: str | None, as_json: bool
) -> None:
    """Put a release on the Hugging Face hub: one commit, read back and compared with SHA256SUMS, then a tag.

    Interrupted, it is run again and goes on. A published version is never replaced. Refused, with every reason: a
    damaged release, no licence that the hub knows, a `[card]` with something unsaid, rows without a whole approval or
    with a flag of `[release] without_flags`, personal data that `[ingest] personal` forbids. The token comes from
    HF_TOKEN alone.
    With --json: contract publish/1, see docs/contracts.md.
    """
    from builder import console
    from builder.environment import hub_endpoint
    from builder.workbench import opened

    with opened(base, console.say) as bench:
        how = {"pull_request": pull_request, "private": private}
        told = bench.publish(version, repository, endpoint or hub_endpoint(), **how)
    console.as_json(told) if as_json else console.show_published(told)
