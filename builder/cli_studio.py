"""The verb `studio backend`: options to an address; no logic."""

from __future__ import annotations

from pathlib import Path

import click

_BACKEND = """\b
Example:
  builder studio backend
  BUILDER_BACKEND_PASSWORD=… builder studio backend --host 0.0.0.0 --user label-studio
"""


@click.command(epilog=_BACKEND)
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; beyond this machine only "
              "with a password in BUILDER_BACKEND_PASSWORD.")  # fmt: skip
@click.option("--port", default=9090, show_default=True, type=click.IntRange(0, 65_535), help="0 takes any free one.")
@click.option("--user", default="builder", show_default=True, help="User name that goes with the password.")
@click.option("--seconds", default=30.0, show_default=True, type=click.FloatRange(0.1, 86_400), help="Time to answer.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document for programs.")
@click.pass_obj
def backend(base: Path, /, as_json: bool, host: str, port: int, user: str, seconds: float) -> None:
    """Propose while people work: answer Label Studio as an ML backend, until Ctrl+C.

    How to register it at a server: docs/backend.md. With --json: one line with its url when it listens.
    """
    from builder import console
    from builder.config import read_project
    from builder.stages import backend as stage

    where = stage.address(host, port, user, seconds)
    with stage.backend(read_project(base), where, console.say) as server:
        if as_json:
            console.as_json({"url": server.url, "model_version": server.suggester.version})
        else:
            console.answer(f"{server.suggester.version} answers at {server.url}; Ctrl+C ends it")
        server.serve_forever(poll_interval=0.1)
