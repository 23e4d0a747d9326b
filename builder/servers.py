"""Which Label Studio a project uses: the user's own, or the one embedded in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.config import Project
from builder.environment import KEY_VARIABLE, studio_key
from builder.errors import Unavailable, UsageError

if TYPE_CHECKING:
    from builder.studio.client import StudioClient
    from builder.studio.server import EmbeddedServer


def embedded(project: Project) -> EmbeddedServer:
    """Give the project's own Label Studio.

    Raises:
        UsageError: the project uses a server of yours.
    """
    from builder.studio.server import EmbeddedServer
    from builder.studio.wire import checked_url

    if url := project.config.studio.url:
        raise UsageError(f"this project uses {checked_url(url)}; builder starts and stops only its own server")
    return EmbeddedServer(project.hidden / "studio", local_backends=project.config.studio.backends)


def connect(project: Project) -> StudioClient:
    """Connect to the project's Label Studio: the user's own, or the embedded one."""
    from builder.studio.client import StudioClient
    from builder.studio.wire import checked_url

    url, key = project.config.studio.url, studio_key()
    if not url:
        server = embedded(project)
        if not server.status().healthy:
            raise Unavailable("this project's Label Studio does not run; start it with: builder studio start")
        info = server.start(lambda message: None)
        return StudioClient(info.url, info.token)
    if key is None:
        raise UsageError(f"set {KEY_VARIABLE} to your API key of {checked_url(url)} (Account & Settings there)")
    return StudioClient(url, key.get_secret_value())
