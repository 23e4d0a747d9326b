"""What is known of a release on a hub. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Published:
    """A version stands on a hub: this commit of this repository gave back every byte of the release.

    `tag` is empty as long as it is only proposed, by the pull request whose address is given; `sums` is the sha256 of
    the release's SHA256SUMS, which names all its bytes.
    """

    version: str
    endpoint: str
    repository: str
    commit: str
    tag: str
    pull_request: str
    sums: str

    @property
    def address(self) -> str:
        """Give the page where a person can look at it."""
        return self.pull_request or f"{self.endpoint}/datasets/{self.repository}/tree/{self.tag}"
